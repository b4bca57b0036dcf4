"""Routes of another version in the place of those there are: going back to it or forth again, and taking over some of
a new plan."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.models import PlanVersion, Stop, UnassignedVisit, Visit
from dispatch.services.edits.booked import bookings_kept
from dispatch.services.edits.forbidding import Broken, forbidden
from dispatch.services.edits.sheet import Sheet, day_hold, sheet_open
from dispatch.services.edits.trying import Outcome, orders_try
from dispatch.services.edits.writing import Change, Making, Side
from dispatch.solver.edits.move import Orders
from dispatch.states import VISIT_BEGUN

Days = Mapping[UUID, list[tuple[UUID, datetime, datetime | None]]]
"""Technician → his visits in order: which, when, and not before when."""


def turn(making: Making, target: PlanVersion, edit: Mapping[str, Any], side: Side) -> PlanVersion:
    """The version that has the routes of `target` again, and the pins of one `side` of an edit: those technicians'
    routes alone that differ are timed anew.

    Raises EditForbidden when a visit that would move has begun, or a rule forbids it by now; PlanStale.
    """
    here, there = _days(making.source), _days(target)
    technicians = [one for one in {**here, **there} if here.get(one) != there.get(one)]
    day_hold(making.source, technicians)
    _check_not_begun(here, there, technicians)
    making.prepare(edit, side)
    outcome = _rerouted(making, target, technicians)
    return making.make(_turned(target, outcome), outcome.unlike_schedule())


def take_over(
    making: Making, draft: PlanVersion, technicians: Collection[UUID], left: list[UnassignedVisit]
) -> PlanVersion:
    """The version that has these technicians' routes of `draft`, and with `left` what that leaves out.

    No visit may go between them and anybody else; what has begun stays where it is. Raises EditForbidden, PlanStale.
    """
    day_hold(making.source, technicians)
    outcome = _rerouted(making, draft, technicians, [one.visit_id for one in left])
    assert outcome.trial is not None
    change = Change(
        left_from=making.source,
        shifts=_shifts(outcome),
        rows=replace(outcome.rows, unassigned=left),
        score=outcome.score_change(),
    )
    return making.make(change, {*outcome.unlike_schedule(), *(one.visit_id for one in left)})


def _days(version: PlanVersion) -> Days:
    """What a version plans."""
    rows = version.stops.order_by("route__technician", "sequence").values_list(
        "route__technician_id", "visit_id", "start_at", "held_until"
    )
    days: dict[UUID, list[tuple[UUID, datetime, datetime | None]]] = {}
    for technician_id, visit_id, start_at, held_until in rows:
        days.setdefault(technician_id, []).append((visit_id, start_at, held_until))
    return days


def _check_not_begun(here: Days, there: Days, technicians: Collection[UUID]) -> None:
    def places(days: Days) -> set[tuple[UUID, UUID]]:
        return {(one, visit) for one in technicians for visit, _, _ in days.get(one, [])}

    moving = {visit for _, visit in places(here) ^ places(there)}
    begun = Visit.objects.filter(pk__in=moving, state__in=VISIT_BEGUN).select_related("work_order")
    broken = [Broken.of_visit("begun", visit) for visit in begun.order_by("pk")]
    if broken:
        raise forbidden(broken)


def _rerouted(
    making: Making, target: PlanVersion, technicians: Collection[UUID], more: Iterable[UUID] = ()
) -> Outcome:
    """What the routes of `target` would do, with its explanations. Raises EditForbidden."""
    stops = _stops(target, technicians)
    sheet = sheet_open(making.source, technicians, [*stops, *more], making.now, lock=True)
    orders, holds = _orders(sheet, stops)
    outcome = bookings_kept(orders_try(sheet, orders, holds, sheet.together(stops.values())), making.now)
    if outcome.broken:
        raise forbidden(outcome.broken)
    for stop in outcome.rows.stops:
        stop.explanation = stops[stop.visit_id].explanation if stop.visit_id in stops else {}
    return outcome


def _stops(version: PlanVersion, technicians: Collection[UUID]) -> dict[UUID, Stop]:
    """Visit → its stop, in the order of the routes."""
    rows = version.stops.filter(route__technician__in=technicians).select_related("route__technician")
    return {stop.visit_id: stop for stop in rows.order_by("route", "sequence")}


def _orders(sheet: Sheet, stops: Mapping[UUID, Stop]) -> tuple[Orders, dict[str, int]]:
    """The orders of what can be planned still by those who are at work still, and what is held back in them."""
    orders: dict[str, tuple[str, ...]] = {shift.id: () for shift in sheet.problem.shifts}
    holds = {}
    for visit_id, stop in stops.items():
        name, shift = sheet.names.get(visit_id), stop.route.technician.code
        if name is None:
            continue  # begun or cancelled since
        if shift not in orders:
            raise forbidden([Broken.of_visit("no_shift", sheet.day.visits[name])])
        orders[shift] = (*orders[shift], name)
        if stop.held_until is not None:
            holds[name] = sheet.day.seconds(stop.held_until)
    return orders, holds


def _turned(target: PlanVersion, outcome: Outcome) -> Change:
    assert outcome.sheet is not None
    assert outcome.trial is not None
    placed = {stop.visit_id for stop in outcome.rows.stops}
    left = set(target.unassigned.values_list("visit_id", flat=True))
    return Change(
        left_from=target,
        shifts=_shifts(outcome),
        rows=outcome.rows,
        taken_off=[visit_id for visit_id in outcome.sheet.names if visit_id not in placed | left],
        score=outcome.trial.change,
    )


def _shifts(outcome: Outcome) -> list[UUID]:
    assert outcome.sheet is not None
    assert outcome.trial is not None
    return [outcome.sheet.day.shifts[name].pk for name in outcome.trial.shifts]
