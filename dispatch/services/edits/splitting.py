"""Splitting a crew: whoever leads goes alone, and the others are free. Taken back, they go along again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dispatch.errors import NoCrew, VisitNotPlannable
from dispatch.models import PlanVersion, UnassignedVisit, Visit
from dispatch.services.edits.crews import without
from dispatch.services.edits.forbidding import Broken, forbidden
from dispatch.services.edits.sheet import NOT_BEGUN, sheet_open
from dispatch.services.edits.trying import Outcome, orders_try
from dispatch.services.edits.writing import Change
from dispatch.services.plan_rows import PlanRows
from dispatch.states import VISIT_BEGUN, PlanState, VisitState

SPLIT = "split"
"""Why a visit waits that a crew was to make: beside the reasons of the planner."""


def crew_locked(visit: Visit) -> list[Visit]:
    """Everybody's visit of a crew, by role; nobody changes them until the transaction ends. Raises NoCrew,
    VisitNotPlannable for one that is cancelled, and EditForbidden once somebody has begun."""
    trip = Visit.objects.filter(work_order=visit.work_order_id, sequence=visit.sequence)
    rows = trip.select_for_update(no_key=True, of=("self",)).select_related("work_order").order_by("pk")
    crew = sorted(rows, key=lambda one: one.role)
    if crew[0].crew_size == 1:
        raise NoCrew
    if any(one.state in VISIT_BEGUN for one in crew):
        raise forbidden([Broken.of_visit("begun", crew[0])])
    if any(one.state not in NOT_BEGUN for one in crew):
        raise VisitNotPlannable
    return crew


def check_waits(version: PlanVersion, crew: Sequence[Visit]) -> None:
    """Raise EditForbidden where splitting a crew in a draft would take somebody's visit off the schedule."""
    is_scheduled = any(one.state == VisitState.SCHEDULED for one in crew)
    if version.state == PlanState.DRAFT and is_scheduled:
        raise forbidden([Broken.of_visit("crew_scheduled", crew[0])])


def split_edit(crew: Sequence[Visit]) -> dict[str, Any]:
    """What a split does, in data."""
    lead, *along = crew
    return {"kind": SPLIT, "visit": str(lead.pk), "along": [str(one.pk) for one in along]}


def split_try(version: PlanVersion, crew: Sequence[Visit], now: datetime) -> Outcome | None:
    """What becomes of the routes of those who went along; None where the version leaves the crew out."""
    along = [one.pk for one in crew[1:]]
    technicians = list(version.stops.filter(visit__in=along).values_list("route__technician", flat=True))
    if not technicians:
        return None
    sheet = sheet_open(version, technicians, [], now, lock=True)
    orders = without(sheet, {sheet.names[one] for one in along})
    return orders_try(sheet, orders, sheet.holds, sheet.still)


def split_change(version: PlanVersion, crew: Sequence[Visit], outcome: Outcome | None) -> Change:
    """The version without those who went along; a crew that was left out waits for one technician from now on."""
    if outcome is None or outcome.sheet is None or outcome.trial is None:
        lead = crew[0]
        left = UnassignedVisit(organisation_id=version.organisation_id, visit=lead, reason=SPLIT)
        return Change(version, rows=PlanRows(unassigned=[left]))
    shifts = [outcome.sheet.day.shifts[name].pk for name in outcome.trial.shifts]
    return Change(version, shifts, outcome.rows, score=outcome.score_change())
