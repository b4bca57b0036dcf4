"""Somebody of a crew moved by hand: he goes elsewhere alone, but all of them start together."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import chain
from uuid import UUID

from dispatch.models import PlanVersion, Visit
from dispatch.services.edits.forbidding import Broken
from dispatch.services.edits.sheet import Sheet
from dispatch.services.edits.trying import Outcome, Wish, orders_try, seconds_of, shift_of, stop_before
from dispatch.solver.edits import Move, Trial, try_move
from dispatch.solver.edits.move import Orders


def crew_try(sheet: Sheet, wish: Wish) -> Outcome:
    """What a wish about somebody of a crew would do. Another technician takes his place alone; another time is for all
    of them, and as soon as all can; off the plan they go together. To go where nobody of them goes yet, the others come
    from whoever is free soonest.

    The visit must be on the sheet with its crew: with the routes of all of them or, of a crew in no route, of
    everybody. Raises StopUnknown, StartNotThatDay.
    """
    name = sheet.names[wish.visit_id]
    crew, visit = sheet.crew_of(name), sheet.day.visits[name]
    if wish.technician_id is None:
        return _off(sheet, crew)
    code = shift_of(sheet, wish.technician_id)
    rule = _rule_against(sheet, wish, code)
    if rule is not None or code is None:
        return Outcome((Broken.of_visit(rule or "no_shift", visit),))
    sheet, before = _pinned_anew(sheet, wish), stop_before(sheet, wish, code)
    if name in sheet.stops:
        seats, start_s = _seats(sheet, crew) | {name: code}, _not_before(sheet, wish)
        now_s = sheet.day.seconds(sheet.stops[name].start_at) if start_s is None else start_s
        return _together(sheet, seats, _orders(sheet, seats, now_s, before), start_s)
    asked_s = None if wish.start_at is None else seconds_of(sheet, wish.start_at)
    return _placed(sheet, crew, Move(name, code, before, asked_s))


def crew_known(version: PlanVersion, visit: Visit) -> tuple[list[UUID], set[UUID]]:
    """Everybody's visit of a crew, and who makes them in a version."""
    trip = Visit.objects.filter(work_order=visit.work_order_id, sequence=visit.sequence)
    visits = list(trip.values_list("pk", flat=True))
    stops = version.stops.filter(visit__in=visits)
    return visits, set(stops.values_list("route__technician", flat=True))


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
    if code is None:
        return "no_shift"
    if wish.pin is not None and not visit.leads:
        return "along"
    if stop is None or wish.start_at in {None, stop.start_at}:
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


def _placed(sheet: Sheet, crew: Collection[str], move: Move) -> Outcome:
    """A crew that is in no route: the one who is moved as soon as the move allows it, the others with whoever is free
    soonest after that, at the least cost."""
    first = _tried(sheet, move)
    start_s = _start_of(first, move.visit)
    seats = {move.visit: first.plan.shift_of()[move.visit]}
    for name in crew:
        free = [shift.id for shift in sheet.problem.shifts if shift.id not in seats.values()]
        if name not in seats and free:
            trials = {code: _tried(sheet, Move(name, code, None, start_s)) for code in free}
            seats[name] = min(free, key=lambda code: _worth(trials[code], name))
    if len(seats) < len(crew):
        return Outcome((Broken.of_visit("crew_short", sheet.day.visits[move.visit]),))
    return _together(sheet, seats, _orders(sheet, seats, start_s, move.before), move.start_s)


def _tried(sheet: Sheet, move: Move) -> Trial:
    return try_move(sheet.problem, sheet.plan, move, sheet.holds, sheet.still)


def _worth(trial: Trial, name: str) -> tuple[int, int, int]:
    """The least is best."""
    return len(trial.broken), _start_of(trial, name), trial.change.total


def _start_of(trial: Trial, name: str) -> int:
    return next(stop.start_s for route in trial.after.values() for stop in route.stops if stop.visit == name)


def _orders(sheet: Sheet, seats: Mapping[str, str], start_s: int, before: str | None) -> Orders:
    """Everybody in his route: right before that visit, or where the start has it."""
    routes = {route.shift: route.stops for route in sheet.plan.routes}
    orders = dict(without(sheet, seats))
    for name, shift in seats.items():
        starts = {stop.visit: stop.start_s for stop in routes.get(shift, ())}
        others = orders.get(shift, tuple(starts))
        later = (k for k, one in enumerate(others) if starts.get(one, start_s) >= start_s)
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
