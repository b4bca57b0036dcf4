"""Asking for a plan, cancelling it, publishing it. Making it is in solving.py."""

from datetime import date, datetime
from functools import partial
from typing import Literal
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone

from communities.access import Caller
from communities.models import Region
from communities.selectors.places import region_list
from communities.services.suspensions import signal_set_in_force
from core.locks import lock_all
from dispatch.errors import (
    NotForYourRole,
    PlanNotADraft,
    PlanNotRunning,
    PlanRunning,
    RegionUnknown,
)
from dispatch.models import Plan, PlanVersion, Stop
from dispatch.selectors.plans import version_get
from dispatch.selectors.visits import day_bounds
from dispatch.services import announce
from dispatch.services.day import day_lock
from dispatch.services.edits.since import published_since
from dispatch.services.publication import check_fresh, planned_in, publish, stops_to_tell
from dispatch.states import PLAN, PLAN_RUNNING, PlanState, before

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
    dispatch_only(caller)
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
        signal_set=signal_set_in_force(region) if signals == "newest" else None,
        starts_from=starts_from,
        requested_by=caller.account,
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )
    transaction.on_commit(partial(announce.plan_wanted, version.pk), robust=True)
    return version


@transaction.atomic
def plan_cancel(*, caller: Caller, version_id: UUID) -> PlanVersion:
    """Discard a draft, cancel a run that waits, or ask the planner of a running one to stop (within a second).

    Raises PlanUnknown, NotForYourRole, PlanNotRunning.
    """
    version = version_get(caller, version_id)
    dispatch_only(caller)
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
    dispatch_only(caller)
    plan = Plan.objects.select_for_update(no_key=True).get(pk=version.plan_id)
    check_draft(plan, version, plan_revision)
    stops = list(stops_to_tell(version))
    lock_all("technician", {stop.route.technician_id for stop in stops})
    day_lock(plan.region, plan.on)
    check_fresh(version)
    publish(plan=plan, version=version, stops=stops, off=planned_in(version) | _formerly(plan), now=now)
    return plan


def _formerly(plan: Plan) -> Q:
    """The visits of the version that is published still, as far as they are of that day."""
    begin, end = day_bounds(plan.organisation, plan.on, plan.on)
    visits = Stop.objects.filter(version_id=plan.published_id).values("visit_id")
    return Q(pk__in=visits, starts_at__gte=begin, starts_at__lt=end)


def check_draft(plan: Plan, version: PlanVersion, plan_revision: int) -> None:
    """Raise PlanStale for a plan that is another by now, PlanNotADraft for a version that is none any more. The plan
    must be locked."""
    if plan.revision != plan_revision:
        raise published_since(plan, version)
    version.refresh_from_db(fields=["state"])
    if version.state not in before(PLAN, PlanState.PUBLISHED):
        raise PlanNotADraft(f"This version is {version.get_state_display().lower()}.")


def dispatch_only(caller: Caller) -> None:
    """Raises NotForYourRole."""
    if not caller.runs_dispatch:
        raise NotForYourRole("Plans are made by dispatchers and administrators.")
