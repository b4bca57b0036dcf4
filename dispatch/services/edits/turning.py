"""Going back to another version's routes, or forth again."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from dispatch.models import PlanVersion, Stop, Visit
from dispatch.services.edits.forbidding import Broken, forbidden
from dispatch.services.edits.sheet import Sheet, day_hold, sheet_open
from dispatch.services.edits.trying import Outcome, orders_try
from dispatch.services.edits.writing import Change, Making
from dispatch.solver.edits.move import Orders
from dispatch.states import VISIT_BEGUN

Days = Mapping[UUID, list[tuple[UUID, datetime, datetime | None]]]
"""Technician → his visits in order: which, when, and not before when."""


def turn(making: Making, target: PlanVersion, visit_id: UUID, pins: Mapping[str, str | None]) -> PlanVersion:
    """The version that has the routes of `target` again, and the visit's pins: those technicians' routes alone that
    differ are timed anew.

    Raises EditForbidden when a visit that would move has begun, or a rule forbids it by now; PlanStale.
    """
    here, there = _days(making.source), _days(target)
    technicians = [one for one in {**here, **there} if here.get(one) != there.get(one)]
    day_hold(making.source, technicians)
    _check_not_begun(here, there, technicians)
    making.prepare(visit_id, pins)
    stops = _stops(target, technicians)
    sheet = sheet_open(making.source, technicians, stops, making.now, lock=True)
    outcome = orders_try(sheet, *_orders(sheet, stops))
    if outcome.broken:
        raise forbidden(outcome.broken)
    for stop in outcome.rows.stops:
        stop.explanation = stops[stop.visit_id].explanation if stop.visit_id in stops else {}
    return making.make(_change(target, sheet, outcome), outcome.unlike_schedule())


def _days(version: PlanVersion) -> Days:
    rows = version.stops.order_by("route__technician", "sequence").values_list(
        "route__technician_id", "visit_id", "start_at", "held_until"
    )
    days: dict[UUID, list[tuple[UUID, datetime, datetime | None]]] = {}
    for technician_id, visit_id, start_at, held_until in rows:
        days.setdefault(technician_id, []).append((visit_id, start_at, held_until))
    return days


def _check_not_begun(here: Days, there: Days, technicians: list[UUID]) -> None:
    def places(days: Days) -> set[tuple[UUID, UUID]]:
        return {(one, visit) for one in technicians for visit, _, _ in days.get(one, [])}

    moving = {visit for _, visit in places(here) ^ places(there)}
    begun = Visit.objects.filter(pk__in=moving, state__in=VISIT_BEGUN).select_related("work_order")
    broken = [Broken.of_visit("begun", visit) for visit in begun.order_by("pk")]
    if broken:
        raise forbidden(broken)


def _stops(version: PlanVersion, technicians: list[UUID]) -> dict[UUID, Stop]:
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


def _change(target: PlanVersion, sheet: Sheet, outcome: Outcome) -> Change:
    assert outcome.trial is not None
    placed = {stop.visit_id for stop in outcome.rows.stops}
    left = set(target.unassigned.values_list("visit_id", flat=True))
    return Change(
        left_from=target,
        shifts=[sheet.day.shifts[name].pk for name in outcome.trial.shifts],
        rows=outcome.rows,
        taken_off=[visit_id for visit_id in sheet.names if visit_id not in placed | left],
        score=outcome.trial.change,
    )
