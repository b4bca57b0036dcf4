"""Somebody of a crew moved by hand: he goes elsewhere alone, but all of them start together."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import chain
from uuid import UUID

from dispatch.models import PlanVersion, Visit
from dispatch.services.edits.forbidding import Broken
from dispatch.services.edits.sheet import Sheet
from dispatch.services.edits.trying import Outcome, Wish, orders_try, seconds_of, shift_of, stop_before
from dispatch.solver.edits.move import Orders


def crew_try(sheet: Sheet, wish: Wish) -> Outcome:
    """What a wish about somebody of a crew would do. Another technician takes his place alone; another time is for all
    of them, and as soon as all can; off the plan they go together.

    The visit must be on the sheet, with the routes of all of them. Raises StopUnknown, StartNotThatDay.
    """
    name = sheet.names[wish.visit_id]
    crew, visit = sheet.crew_of(name), sheet.day.visits[name]
    if wish.technician_id is None:
        return _off(sheet, crew)
    code = shift_of(sheet, wish.technician_id)
    rule = _rule_against(sheet, wish, code)
    if rule is not None or code is None:
        return Outcome((Broken.of_visit(rule or "no_shift", visit),))
    seats = _seats(sheet, crew) | {name: code}
    start_s = _not_before(sheet, wish)
    orders = _orders(sheet, seats, start_s, stop_before(sheet, wish, code))
    return _together(_pinned_anew(sheet, wish), seats, orders, start_s)


def technicians_of(version: PlanVersion, visit: Visit) -> set[UUID]:
    """Who makes a visit in a version."""
    stops = version.stops.filter(visit__work_order=visit.work_order_id, visit__sequence=visit.sequence)
    return set(stops.values_list("route__technician", flat=True))


def without(sheet: Sheet, names: Collection[str]) -> Orders:
    """The routes that any of these visits is in, without them."""
    routes = {route.shift: tuple(stop.visit for stop in route.stops) for route in sheet.plan.routes}
    return {
        shift: tuple(one for one in order if one not in names)
        for shift, order in routes.items()
        if not set(order).isdisjoint(names)
    }


def _off(sheet: Sheet, crew: Collection[str]) -> Outcome:
    rows = [sheet.day.visits[name] for name in crew]
    if len(rows) < rows[0].crew_size:
        return Outcome((Broken.of_visit("begun", rows[0]),))
    if any(row.pinned_technician_id or row.pinned_start_at for row in rows):
        return Outcome((Broken.of_visit("pinned", rows[0]),))
    off = orders_try(sheet, without(sheet, crew), _others(sheet.holds, crew), _others(sheet.still, crew))
    return replace(off, off=tuple(row.pk for row in rows))


def _rule_against(sheet: Sheet, wish: Wish, code: str | None) -> str | None:
    """What forbids it whatever the times."""
    name = sheet.names[wish.visit_id]
    visit, stop = sheet.day.visits[name], sheet.stops.get(name)
    if stop is None:
        return "crew_waits"
    if code is None:
        return "no_shift"
    if wish.pin is not None and not visit.leads:
        return "along"
    if wish.start_at in {None, stop.start_at}:
        return None
    crew = sheet.crew_of(name)
    if len(crew) < visit.crew_size:
        return "begun"
    return None if len(_seats(sheet, crew)) == len(crew) else "no_shift"


def _seats(sheet: Sheet, crew: Collection[str]) -> dict[str, str]:
    """Where they are, each by the shift; of those who are at work still."""
    at_work = {shift.id for shift in sheet.problem.shifts}
    codes = {name: sheet.stops[name].route.technician.code for name in crew if name in sheet.stops}
    return {name: code for name, code in codes.items() if code in at_work}


def _not_before(sheet: Sheet, wish: Wish) -> int | None:
    """As wished; else as it is, unless it only has to come before another visit."""
    if wish.start_at is not None:
        return seconds_of(sheet, wish.start_at)
    stop = sheet.stops[sheet.names[wish.visit_id]]
    return None if wish.before_id else sheet.day.seconds(stop.start_at)


def _orders(sheet: Sheet, seats: Mapping[str, str], start_s: int | None, before: str | None) -> Orders:
    """Everybody in his route: right before that visit, or where its start has it."""
    routes = {route.shift: route.stops for route in sheet.plan.routes}
    orders = dict(without(sheet, seats))
    for name, shift in seats.items():
        starts = {stop.visit: stop.start_s for stop in routes.get(shift, ())}
        others = orders.get(shift, tuple(starts))
        here = sheet.day.seconds(sheet.stops[name].start_at) if start_s is None else start_s
        later = (k for k, one in enumerate(others) if one == before or starts.get(one, here) >= here)
        k = others.index(before) if before in others else next(later, len(others))
        orders[shift] = (*others[:k], name, *others[k:])
    return orders


def _pinned_anew(sheet: Sheet, wish: Wish) -> Sheet:
    """The sheet on which nothing but the wish pins the visit."""
    if wish.pin is None:
        return sheet
    name = sheet.names[wish.visit_id]
    return sheet.visit_changed(name, required_technicians=(), pinned_shift=None, pinned_start_s=None)


def _together(sheet: Sheet, crew: Collection[str], orders: Orders, start_s: int | None) -> Outcome:
    """Timed twice: everybody as soon as he can, which says when all of them can; then all at that moment."""
    held, still = _others(sheet.holds, crew), _others(sheet.still, crew)
    asked = {} if start_s is None else dict.fromkeys(crew, start_s)
    first = orders_try(sheet, orders, held | asked, still)
    if first.broken or first.trial is None:
        return first
    stops = chain.from_iterable(route.stops for route in first.trial.plan.routes)
    moment_s = max(stop.start_s for stop in stops if stop.visit in crew)
    return orders_try(sheet, orders, held, still | dict.fromkeys(crew, moment_s))


def _others(moments: Mapping[str, int], crew: Collection[str]) -> dict[str, int]:
    return {name: moment_s for name, moment_s in moments.items() if name not in crew}
