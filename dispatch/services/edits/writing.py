"""A new version that differs from another in some routes: those are written, all others are copied in the database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import structlog
from django.db import connection
from django.db.models import Exists, F, Max, OuterRef, Q, Sum
from uuid_utils.compat import uuid7

from communities.access import Caller
from dispatch.models import Plan, PlanVersion, Route, Stop, UnassignedVisit, Visit
from dispatch.selectors.plans import left_out, version_get
from dispatch.services.edits.crew_sizes import crew_join, crew_part
from dispatch.services.plan_rows import PlanRows
from dispatch.services.publication import check_fresh, inputs_hash_now, publish, stops_to_tell
from dispatch.solver import VERSION
from dispatch.solver.plan import Reason, Score
from dispatch.states import PLAN, VISIT_BEGUN, PlanState, VisitState, before

Side = Literal["from", "to"]


@dataclass(frozen=True)
class Change:
    """What makes a version out of another: routes in place of those of `shifts`, the visits that are left out as in
    `left_from`, but for those placed now and with those of `rows` and `taken_off`; and what the score rises by."""

    left_from: PlanVersion
    shifts: Collection[UUID] = ()
    rows: PlanRows = field(default_factory=PlanRows)
    taken_off: Collection[UUID] = ()
    score: Score = field(default_factory=Score)

    @property
    def decided(self) -> list[UUID]:
        """The visits that are in the new routes, or left out in another way than before."""
        placed = (stop.visit_id for stop in self.rows.stops)
        return [*placed, *(left.visit_id for left in self.rows.unassigned), *self.taken_off]


@dataclass(frozen=True)
class Making:
    """A new version of a plan in the place of `source`: who makes it, when, by what (`edit` says it in data), and what
    taking it back leads to. The plan and the technicians must be locked."""

    plan: Plan
    source: PlanVersion
    caller: Caller
    now: datetime
    made_by: PlanVersion.MadeBy
    starts_from: PlanVersion | None
    edit: dict[str, Any]

    def prepare(self, edit: Mapping[str, Any], side: Side) -> None:
        """Pin the visit of an edit, or split its crew, as it was before (`from`) or is after it (`to`); one that is
        pinned so already stays as it is. What was taken over out of another version does neither.

        Raises PlanStale when a draft's visits or shifts have changed, or a window of its day was booked since.
        """
        if self.source.state == PlanState.DRAFT:
            check_fresh(self.source)
        if "along" in edit:
            change = crew_part if side == "to" else crew_join
            change(lead=edit["visit"], along=edit["along"], now=self.now)
        if "pins" not in edit:
            return
        pins = edit["pins"][side]
        fields = {"pinned_technician_id": pins["technician"], "pinned_start_at": pins["start_at"]}
        Visit.objects.filter(pk=edit["visit"]).exclude(**fields).update(
            **fields, revision=F("revision") + 1, updated_at=self.now
        )

    def make(self, change: Change, unlike_schedule: Collection[UUID]) -> PlanVersion:
        """Write the version. In the place of a draft it is a draft; in the place of the published plan it is published,
        and the visits that are `unlike_schedule` go where it has them."""
        version = self._begun()
        _fill(version, self.source, change)
        if self.source.state == PlanState.PUBLISHED:
            self._publish(version, unlike_schedule)
        else:
            self._take_place()
        return version_get(self.caller, version.pk)

    def _begun(self) -> PlanVersion:
        source = self.source
        return PlanVersion.objects.create(
            organisation_id=self.plan.organisation_id,
            plan=self.plan,
            number=(self.plan.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
            state=PlanState.DRAFT,
            seed=source.seed,
            iterations=source.iterations,
            signal_set_id=source.signal_set_id,
            starts_from=self.starts_from,
            made_by=self.made_by,
            edit=self.edit,
            requested_by=self.caller.account,
            request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
            progress=100,
            started_at=self.now,
            finished_at=self.now,
            solver_version=VERSION,
            violations=0,
        )

    def _publish(self, version: PlanVersion, unlike_schedule: Collection[UUID]) -> None:
        stops = list(stops_to_tell(version).filter(visit__in=unlike_schedule))
        publish(plan=self.plan, version=version, stops=stops, off=Q(pk__in=unlike_schedule), now=self.now)

    def _take_place(self) -> None:
        drafts = PlanVersion.objects.filter(pk=self.source.pk, state__in=before(PLAN, PlanState.SUPERSEDED))
        drafts.update(state=PlanState.SUPERSEDED)
        Plan.objects.filter(pk=self.plan.pk).update(revision=F("revision") + 1)


def _fill(version: PlanVersion, source: PlanVersion, change: Change) -> None:
    """Write what is new, copy what is not, and add up. Nine statements, however large the plan."""
    for route in change.rows.routes:
        route.version = version
    for stop in change.rows.stops:
        stop.version = version
    for left in change.rows.unassigned:
        left.version = version
    Route.objects.bulk_create(change.rows.routes)
    Stop.objects.bulk_create(change.rows.stops)
    _copy(version, source, change)
    off = (
        UnassignedVisit(
            organisation_id=version.organisation_id, version=version, visit_id=one, reason=Reason.TAKEN_OFF
        )
        for one in change.taken_off
    )
    UnassignedVisit.objects.bulk_create([*change.rows.unassigned, *off])
    version.score = _score(source, change)
    version.visits_assigned = version.stops.filter(visit__role=0).count()
    version.visits_unassigned = left_out(version).count()
    version.travel_s = version.routes.aggregate(all=Sum("travel_s"))["all"] or 0
    version.inputs_hash = inputs_hash_now(version)
    version.save(update_fields=["score", "visits_assigned", "visits_unassigned", "travel_s", "inputs_hash"])


def _score(source: PlanVersion, change: Change) -> dict[str, float]:
    """In whole seconds, so that a change that is taken back leaves nothing behind."""
    old = source.score
    terms = {
        name: (round(old.get(name, 0.0) * 60) + seconds) / 60
        for name, seconds in change.score.terms().items()
    }
    return {**terms, "total": (round(old.get("total", 0.0) * 60) + change.score.total) / 60}


def _copy(version: PlanVersion, source: PlanVersion, change: Change) -> None:
    gone = change.decided
    stays = Stop.objects.filter(route=OuterRef("pk")).exclude(visit__in=gone)
    routes = source.routes.filter(Exists(stays)).exclude(shift__in=change.shifts)
    old = list(routes.values_list("pk", flat=True))
    kept = {VisitState.SCHEDULED, *VISIT_BEGUN}
    if source.state == PlanState.DRAFT:
        kept.add(VisitState.UNSCHEDULED)
    values: dict[str, Any] = {
        "version": version.pk,
        "left_from": change.left_from.pk,
        "old": old,
        "new": [uuid7() for _ in old],
        "gone": gone,
        "kept": [str(state) for state in kept],
        "begun": [str(state) for state in VISIT_BEGUN],
    }
    with connection.cursor() as cursor:
        for statement in (COPY_ROUTES, COPY_STOPS, COPY_LEFT):
            cursor.execute(statement, values)


COPY_ROUTES = """
    INSERT INTO dispatch_route
        (id, created_at, organisation_id, version_id, shift_id, technician_id, starts_at, ends_at, travel_s)
    SELECT pair.new, now(), organisation_id, %(version)s, shift_id, technician_id, starts_at, ends_at, travel_s
    FROM unnest(%(old)s::uuid[], %(new)s::uuid[]) AS pair (old, new) JOIN dispatch_route AS route ON route.id = pair.old
"""
COPY_STOPS = """
    INSERT INTO dispatch_stop
        (id, created_at, organisation_id, version_id, route_id, visit_id, sequence, arrival_at, start_at, departure_at,
         travel_s, begun, held_until, explanation)
    SELECT gen_random_uuid(), now(), stop.organisation_id, %(version)s, pair.new, stop.visit_id, stop.sequence,
        stop.arrival_at, stop.start_at, stop.departure_at, stop.travel_s,
        stop.begun OR visit.state = ANY(%(begun)s), stop.held_until, stop.explanation
    FROM unnest(%(old)s::uuid[], %(new)s::uuid[]) AS pair (old, new)
        JOIN dispatch_stop AS stop ON stop.route_id = pair.old
        JOIN dispatch_visit AS visit ON visit.id = stop.visit_id
    WHERE stop.visit_id <> ALL(%(gone)s::uuid[]) AND visit.state = ANY(%(kept)s)
"""
COPY_LEFT = """
    INSERT INTO dispatch_unassignedvisit
        (id, created_at, organisation_id, version_id, visit_id, reason, detail, explanation)
    SELECT gen_random_uuid(), now(), one.organisation_id, %(version)s, one.visit_id, one.reason, one.detail,
        one.explanation
    FROM dispatch_unassignedvisit AS one JOIN dispatch_visit AS visit ON visit.id = one.visit_id
    WHERE one.version_id = %(left_from)s AND one.visit_id <> ALL(%(gone)s::uuid[])
        AND visit.state IN ('unscheduled', 'scheduled')
"""
