"""Asking for a plan, cancelling it, publishing it. Making it is in solving.py."""

from datetime import date, datetime
from functools import partial
from typing import Literal
from uuid import UUID

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from communities.access import Caller
from communities.models import Region, SignalSet
from communities.selectors.places import region_list
from communities.services.ledger import facts_record
from communities.services.signals import signal_set_newest
from communities.services.suspensions import feedback_suspended
from core.locks import lock_all
from dispatch.errors import (
    NotForYourRole,
    PlanNotADraft,
    PlanNotRunning,
    PlanRunning,
    PlanStale,
    RegionUnknown,
)
from dispatch.models import Plan, PlanVersion, Stop, Visit
from dispatch.selectors.plans import version_get
from dispatch.selectors.visits import day_bounds
from dispatch.services import announce
from dispatch.services.day import rows_hash
from dispatch.services.promises import published_facts, withdrawn_facts
from dispatch.services.recovery_states import recoveries_follow
from dispatch.services.shifts import shifts_of
from dispatch.states import PLAN, PLAN_RUNNING, PlanState, VisitState, before

ITERATIONS = 50_000  # of the search: a few seconds for a region's day of 150 visits


def plan_request(
    *,
    caller: Caller,
    region_id: UUID,
    on: date,
    seed: int = 1,
    iterations: int | None = None,
    signals: Literal["newest", "none"] = "newest",
    starts_from: PlanVersion | None = None,
) -> PlanVersion:
    """Note that this region's day should be planned, and tell a planner.

    `signals` says whether customers' answers count; `starts_from` is a version whose assignments the search
    begins with. Raises RegionUnknown, NotForYourRole, PlanRunning.
    """
    _dispatch_only(caller)
    region = region_list(caller).filter(pk=region_id).first()
    if region is None:
        raise RegionUnknown
    try:
        return _version_queue(caller, region, on, seed, iterations or ITERATIONS, signals, starts_from)
    except IntegrityError as error:
        if "plan_one_run_at_a_time" not in str(error):
            raise
        raise PlanRunning(f"{region.name}, {on}: wait for it, or cancel it.") from error


@transaction.atomic
def _version_queue(
    caller: Caller,
    region: Region,
    on: date,
    seed: int,
    iterations: int,
    signals: str,
    starts_from: PlanVersion | None,
) -> PlanVersion:
    Plan.objects.bulk_create(
        [Plan(organisation=caller.organisation, region=region, on=on)], ignore_conflicts=True
    )
    plan = Plan.objects.select_for_update(no_key=True).get(region=region, on=on)
    last = plan.versions.aggregate(last=Max("number"))["last"] or 0
    version = PlanVersion.objects.create(
        organisation=caller.organisation,
        plan=plan,
        number=last + 1,
        seed=seed,
        iterations=iterations,
        signal_set=_signal_set(region) if signals == "newest" else None,
        starts_from=starts_from,
        requested_by=caller.account,
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )
    transaction.on_commit(partial(announce.plan_wanted, version.pk), robust=True)
    return version


def _signal_set(region: Region) -> SignalSet | None:
    """What a plan of the region listens to: nothing while feedback is suspended there."""
    return None if feedback_suspended(region) else signal_set_newest(region)


@transaction.atomic
def plan_cancel(*, caller: Caller, version_id: UUID) -> PlanVersion:
    """Discard a draft, cancel a run that waits, or ask the planner of a running one to stop (within a second).

    Raises PlanUnknown, NotForYourRole, PlanNotRunning.
    """
    version = version_get(caller, version_id)
    _dispatch_only(caller)
    now = timezone.now()
    rows = PlanVersion.objects.filter(pk=version.pk)
    idle = [PlanState.QUEUED, PlanState.DRAFT]
    ended = rows.filter(state__in=idle).update(state=PlanState.CANCELLED, finished_at=now)
    if not (ended or rows.filter(state__in=PLAN_RUNNING).update(cancel_requested_at=now)):
        raise PlanNotRunning
    version.refresh_from_db()
    return version


@transaction.atomic
def plan_publish(*, caller: Caller, version_id: UUID, plan_revision: int, now: datetime) -> Plan:
    """Make a draft the plan of its day: technicians' schedules become its routes, in one short transaction.

    Visits that have begun stay as they are. Raises PlanUnknown, NotForYourRole, PlanNotADraft, and PlanStale
    when the plan was published meanwhile (`plan_revision`) or its visits or shifts have changed.
    """
    version = version_get(caller, version_id)
    _dispatch_only(caller)
    plan = Plan.objects.select_for_update(no_key=True).get(pk=version.plan_id)
    _check_draft(plan, version, plan_revision)
    stops = list(
        version.stops.filter(begun=False).select_related(
            "route", "visit__organisation", "visit__work_order__request", "visit__site"
        )
    )
    lock_all("technician", {stop.route.technician_id for stop in stops})
    if _inputs_hash(version) != version.inputs_hash:
        raise PlanStale
    withdrawn = list(withdrawn_facts(version, now))
    _assignments_replace(plan, version, len(stops))
    _pointer_move(plan, version, now)
    recoveries_follow(Q(request__site__community__region=plan.region_id))
    told = published_facts(stops, version, now)
    facts_record(organisation=caller.organisation, facts=[*withdrawn, *told], now=now)
    return plan


def _check_draft(plan: Plan, version: PlanVersion, plan_revision: int) -> None:
    if plan.revision != plan_revision:
        raise PlanStale("Another version of this plan was published in the meantime.")
    version.refresh_from_db(fields=["state"])
    if version.state not in before(PLAN, PlanState.PUBLISHED):
        raise PlanNotADraft(f"This version is {version.get_state_display().lower()}.")


def _inputs_hash(version: PlanVersion) -> str:
    """What day.inputs_hash would be now, for the rows that the version was made from."""
    visits = Visit.objects.filter(_planned_in(version)).select_for_update(no_key=True).order_by("pk")
    return rows_hash(visits.only("revision"), shifts_of(version.plan.region, version.plan.on))


def _planned_in(version: PlanVersion) -> Q:
    """The visits that a version assigns or leaves out; what had begun is neither."""
    return Q(pk__in=version.stops.filter(begun=False).values("visit_id")) | Q(
        pk__in=version.unassigned.values("visit_id")
    )


def _assignments_replace(plan: Plan, version: PlanVersion, assigned: int) -> None:
    """Take the day's visits off the schedules and put the version's on, in two statements.

    Raises PlanStale when a visit to be assigned cannot be.
    """
    begin, end = day_bounds(plan.organisation, plan.on, plan.on)
    formerly = Stop.objects.filter(version_id=plan.published_id).values("visit_id")
    Visit.objects.filter(
        _planned_in(version) | Q(pk__in=formerly, starts_at__gte=begin, starts_at__lt=end),
        state=VisitState.SCHEDULED,
    ).update(
        state=VisitState.UNSCHEDULED,
        technician=None,
        starts_at=None,
        ends_at=None,
        revision=F("revision") + 1,
        updated_at=timezone.now(),
    )
    with connection.cursor() as cursor:
        cursor.execute(ASSIGN, {"version": version.pk})
        if cursor.rowcount != assigned:
            raise PlanStale


ASSIGN = """
    UPDATE dispatch_visit AS visit
    SET state = 'scheduled', technician_id = route.technician_id, starts_at = stop.start_at,
        ends_at = stop.departure_at, revision = visit.revision + 1, updated_at = now()
    FROM dispatch_stop AS stop JOIN dispatch_route AS route ON route.id = stop.route_id
    WHERE stop.version_id = %(version)s AND NOT stop.begun AND stop.visit_id = visit.id AND visit.state = 'unscheduled'
"""


def _pointer_move(plan: Plan, version: PlanVersion, now: datetime) -> None:
    plan.versions.filter(state=PlanState.PUBLISHED).update(state=PlanState.SUPERSEDED)
    PlanVersion.objects.filter(pk=version.pk).update(state=PlanState.PUBLISHED, published_at=now)
    Plan.objects.filter(pk=plan.pk).update(published=version, revision=F("revision") + 1)
    plan.refresh_from_db()


def _dispatch_only(caller: Caller) -> None:
    if not caller.runs_dispatch:
        raise NotForYourRole("Plans are made by dispatchers and administrators.")
