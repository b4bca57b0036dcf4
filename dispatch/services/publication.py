"""What a version brings with it when it becomes the plan of its day: schedules, the ledger, recoveries, the pointer."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from communities.services.ledger import facts_record
from dispatch.errors import PlanStale
from dispatch.models import Plan, PlanVersion, Stop, Visit
from dispatch.services.day import rows_hash
from dispatch.services.promises import published_facts, withdrawn_facts
from dispatch.services.recovery_states import recoveries_follow
from dispatch.services.release import promised_visits
from dispatch.services.shifts import shifts_of
from dispatch.states import PlanState, VisitState


def publish(*, plan: Plan, version: PlanVersion, stops: Collection[Stop], off: Q, now: datetime) -> None:
    """Take the visits of `off` off the technicians' schedules, put those of `stops` on (read by `stops_to_tell`), tell
    the ledger, and let the plan be this version.

    The plan and the technicians must be locked. Raises PlanStale when a visit to be assigned cannot be.
    """
    withdrawn = list(withdrawn_facts(version, now))
    _assignments_replace(version, off, [stop.visit_id for stop in stops])
    _pointer_move(plan, version, now)
    recoveries_follow(Q(request__site__community__region=plan.region_id))
    told = published_facts(stops, version, now)
    facts_record(organisation=plan.organisation, facts=[*withdrawn, *told], now=now)


def stops_to_tell(version: PlanVersion) -> QuerySet[Stop]:
    """The stops that a version plans, with what the ledger is told of them."""
    return version.stops.filter(begun=False).select_related(
        "route", "visit__organisation", "visit__work_order__request", "visit__site"
    )


def inputs_hash_now(version: PlanVersion) -> str:
    """What day.inputs_hash would be now, for the rows that the version was made from; its visits are locked."""
    visits = Visit.objects.filter(planned_in(version)).select_for_update(no_key=True).order_by("pk")
    return rows_hash(visits.only("revision"), shifts_of(version.plan.region, version.plan.on))


def check_fresh(version: PlanVersion) -> None:
    """Raise PlanStale for a draft whose visits or shifts have changed, or of whose day a window was booked since."""
    if inputs_hash_now(version) != version.inputs_hash:
        raise PlanStale
    if booked_since(version).exists():
        raise PlanStale("A visit has been booked for this day that the plan does not know: plan again.")


def booked_since(version: PlanVersion) -> QuerySet[Visit]:
    """The visits that somebody was promised a window of this day for by a booking, and that a version is without."""
    promised = promised_visits(version.plan.region, version.plan.on)
    return promised.filter(work_order__request__booking__isnull=False).exclude(planned_in(version))


def planned_in(version: PlanVersion) -> Q:
    """The visits that a version assigns or leaves out; what had begun is neither."""
    return Q(pk__in=version.stops.filter(begun=False).values("visit_id")) | Q(
        pk__in=version.unassigned.values("visit_id")
    )


def _assignments_replace(version: PlanVersion, off: Q, assigned: list[UUID]) -> None:
    """Take the visits of `off` off the schedules and put on those that the version assigns, in two statements.

    Raises PlanStale when a visit to be assigned cannot be.
    """
    Visit.objects.filter(off, state=VisitState.SCHEDULED).update(
        state=VisitState.UNSCHEDULED,
        technician=None,
        starts_at=None,
        ends_at=None,
        revision=F("revision") + 1,
        updated_at=timezone.now(),
    )
    with connection.cursor() as cursor:
        cursor.execute(ASSIGN, {"version": version.pk, "visits": assigned})
        if cursor.rowcount != len(assigned):
            raise PlanStale


ASSIGN = """
    UPDATE dispatch_visit AS visit
    SET state = 'scheduled', technician_id = route.technician_id, starts_at = stop.start_at,
        ends_at = stop.departure_at, revision = visit.revision + 1, updated_at = now()
    FROM dispatch_stop AS stop JOIN dispatch_route AS route ON route.id = stop.route_id
    WHERE stop.version_id = %(version)s AND NOT stop.begun AND stop.visit_id = ANY(%(visits)s)
      AND stop.visit_id = visit.id AND visit.state = 'unscheduled'
"""


def _pointer_move(plan: Plan, version: PlanVersion, now: datetime) -> None:
    plan.versions.filter(state=PlanState.PUBLISHED).update(state=PlanState.SUPERSEDED)
    PlanVersion.objects.filter(pk=version.pk).update(state=PlanState.PUBLISHED, published_at=now)
    Plan.objects.filter(pk=plan.pk).update(published=version, revision=F("revision") + 1)
    plan.refresh_from_db()
