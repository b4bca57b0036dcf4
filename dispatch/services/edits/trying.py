"""A change by hand, tried on a sheet: what it would do to visits, promises and minutes, and what forbids it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.errors import StartNotThatDay, StopUnknown
from dispatch.models import Route, Stop, Visit
from dispatch.services.edits.forbidding import Broken, broken_by
from dispatch.services.edits.sheet import Sheet
from dispatch.services.plan_rows import PlanRows, choice_told, route_rows
from dispatch.services.promises import promise_moved
from dispatch.solver.edits import Move, Trial, added, rearrange, try_move
from dispatch.solver.edits.move import Orders
from dispatch.solver.explain import Choice
from dispatch.solver.objective import unassigned_cost
from dispatch.solver.plan import Plan, Score
from dispatch.states import Pin, VisitState


@dataclass(frozen=True)
class Wish:
    """What a dispatcher wants: the visit with this technician, or (None) off the plan; right before another visit, or
    no earlier than `start_at`; and pinned there. Without `pin`, pins stay as they are, and hold.

    `following`: with all that come after it in its route, in between the others by their starts. That divides a day.
    """

    visit_id: UUID
    technician_id: UUID | None
    before_id: UUID | None = None
    start_at: datetime | None = None
    pin: Pin | None = None
    following: bool = False


@dataclass(frozen=True)
class Moved:
    """A visit whose technician or start changes; None is off the plan. `promise`: how that breaks what its customer was
    told (`promise_moved`; `withdrawn` when nobody goes), None where it does not."""

    visit: Visit
    before: Stop | None
    after: Stop | None
    promise: Mapping[str, Any] | None


@dataclass(frozen=True)
class Outcome:
    """What a change would do to a sheet. `rows`: the routes it touches, as they would be, not stored; `off`: what it
    takes off the plan. Without a trial a rule forbids it from the start."""

    broken: tuple[Broken, ...]
    sheet: Sheet | None = None
    trial: Trial | None = None
    rows: PlanRows = field(default_factory=PlanRows)
    off: tuple[UUID, ...] = ()

    def moves(self) -> Iterator[Moved]:
        """The visits that go elsewhere, or start at another time, than in the version."""
        after = {stop.visit_id: stop for stop in self.rows.stops}
        for visit, old in self._touched(after):
            new = after.get(visit.pk)
            if _place(old) != _place(new):
                yield Moved(visit, old, new, _promise(visit, new))

    def routes(self) -> dict[UUID, Route | None]:
        """Technician → his route as it would be, None for one that has no stop left."""
        if self.sheet is None or self.trial is None:
            return {}
        rows = {row.technician_id: row for row in self.rows.routes}
        shifts = (self.sheet.day.shifts[name] for name in self.trial.shifts)
        return {shift.technician_id: rows.get(shift.technician_id) for shift in shifts}

    def score_change(self) -> Score:
        """What the version's score rises by: what the trial says, and the penalties of the visits that it had not
        known. Two queries."""
        assert self.sheet is not None
        assert self.trial is not None
        version, problem, names = self.sheet.version, self.sheet.problem, self.sheet.names
        known = {
            names[visit_id]
            for rows in (version.stops, version.unassigned)
            for visit_id in rows.filter(visit__in=names).values_list("visit_id", flat=True)
        }
        new = (visit for visit in problem.visits if visit.id not in known)
        return self.trial.change + Score(
            unassigned=sum(unassigned_cost(visit, problem.weights) for visit in new)
        )

    def unlike_schedule(self) -> list[UUID]:
        """The visits that technicians' schedules have elsewhere, or at another time, or not at all."""
        after = {stop.visit_id: stop for stop in self.rows.stops}
        return [
            visit.pk
            for visit, _ in self._touched(after)
            if _scheduled(visit) != _assigned(after.get(visit.pk))
        ]

    def _touched(self, after: Mapping[UUID, Stop]) -> Iterator[tuple[Visit, Stop | None]]:
        """The visits that can be changed still and are in the routes before or after, with their stop before."""
        if self.sheet is None or self.trial is None:
            return
        for name, visit in self.sheet.day.visits.items():
            old = self.sheet.stops.get(name)
            in_routes = old is not None and old.route.technician.code in self.trial.shifts
            if in_routes or visit.pk in after or visit.pk in self.off:
                yield visit, old


def wish_try(sheet: Sheet, wish: Wish) -> Outcome:
    """What a wish would do. The visit must be on the sheet. Raises StopUnknown, StartNotThatDay."""
    name = sheet.names[wish.visit_id]
    visit = sheet.day.visits[name]
    if wish.technician_id is None:
        if visit.pinned_technician_id or visit.pinned_start_at:
            return Outcome((Broken.of_visit("pinned", visit),))
        off = outcome_of(
            sheet, try_move(sheet.problem, sheet.plan, Move(name, None), sheet.holds, sheet.still)
        )
        return replace(off, off=(visit.pk,))
    code = shift_of(sheet, wish.technician_id)
    if code is None:
        return Outcome((Broken.of_visit("no_shift", visit),))
    if wish.following and name in sheet.stops:
        return orders_try(sheet, _divided(sheet, name, code), sheet.holds, sheet.still)
    start_s = None if wish.start_at is None else seconds_of(sheet, wish.start_at)
    move = Move(name, code, stop_before(sheet, wish, code), start_s)
    sheet = sheet if wish.pin is None else _pinned(sheet, move, wish.pin)
    return outcome_of(sheet, try_move(sheet.problem, sheet.plan, move, sheet.holds, sheet.still))


def orders_try(sheet: Sheet, orders: Orders, holds: Mapping[str, int], still: Mapping[str, int]) -> Outcome:
    """What other orders would do, with what is held back in them and where crews start."""
    trial = rearrange(
        sheet.problem, sheet.plan, orders, sheet.holds, holds, still=sheet.still, new_still=still
    )
    return outcome_of(sheet, trial)


def outcome_of(sheet: Sheet, trial: Trial) -> Outcome:
    """A trial in rows, with what people are told of the rules that it breaks."""
    touched = replace(sheet.day, shifts={name: sheet.day.shifts[name] for name in trial.shifts})
    plan = Plan(tuple(trial.after.values()), (), trial.plan.score)
    told = {name: stop.explanation for name, stop in sheet.stops.items()}
    rows = route_rows(
        sheet.version, touched, sheet.problem, plan, {name: {} for name in sheet.day.visits} | told
    )
    names = sheet.names
    for stop in rows.stops:
        held_s = trial.holds.get(names[stop.visit_id]) if stop.visit_id in names else None
        stop.held_until = None if held_s is None else sheet.day.at(held_s)
    return Outcome(tuple(broken_by(sheet, trial)), sheet, trial, rows)


def _divided(sheet: Sheet, name: str, code: str) -> Orders:
    """The orders when a visit goes to a shift with all that come after it."""
    routes = {route.shift: route.stops for route in sheet.plan.routes}
    here = sheet.stops[name].route.technician.code
    begin = [stop.visit for stop in routes[here]].index(name)
    stay, go = routes[here][:begin], routes[here][begin:]
    others = stay if code == here else routes.get(code, ())
    there = sorted((*others, *go), key=lambda stop: stop.start_s)
    return {shift: tuple(stop.visit for stop in stops) for shift, stops in ((here, stay), (code, there))}


def explanation_by_hand(outcome: Outcome, name: str) -> dict[str, Any]:
    """Of a visit that somebody gave to another technician: what it costs there, and what it cost before."""
    sheet, trial = outcome.sheet, outcome.trial
    assert sheet is not None
    assert trial is not None
    problem = sheet.problem
    there, here = trial.plan.shift_of()[name], sheet.plan.shift_of().get(name)
    former = Choice(here, here, added(problem, sheet.plan, name, sheet.holds, sheet.still)) if here else None
    return {
        "chosen": choice_told(
            Choice(there, there, added(problem, trial.plan, name, trial.holds, trial.still))
        ),
        "runner_up": choice_told(former) if former else None,
        "third": None,
        "arm": sheet.day.arm_of(sheet.day.visits[name]),
        "by_hand": True,
    }


def shift_of(sheet: Sheet, technician_id: UUID) -> str | None:
    """The technician's shift, while there is something left of it."""
    at_work = {shift.id for shift in sheet.problem.shifts}
    shifts = sheet.day.shifts.items()
    return next((one for one, row in shifts if row.technician_id == technician_id and one in at_work), None)


def seconds_of(sheet: Sheet, at: datetime) -> int:
    """From the day's origin. Raises StartNotThatDay."""
    if not sheet.day.origin <= at < sheet.day.ends:
        raise StartNotThatDay
    return sheet.day.seconds(at)


def stop_before(sheet: Sheet, wish: Wish, code: str) -> str | None:
    """The visit that a wish names to come after it, by its name. Raises StopUnknown."""
    if wish.before_id is None:
        return None
    name = sheet.names.get(wish.before_id)
    stop = sheet.stops.get(name) if name else None
    if stop is None or stop.route.technician.code != code or wish.before_id == wish.visit_id:
        raise StopUnknown
    return name


def _pinned(sheet: Sheet, move: Move, pin: Pin) -> Sheet:
    """As the planner would be told once the pin is set."""
    return sheet.visit_changed(
        move.visit,
        required_technicians=(),
        pinned_shift=None if pin == Pin.TIME else move.shift,
        pinned_start_s=None if pin == Pin.TECHNICIAN else move.start_s,
    )


def _place(stop: Stop | None) -> tuple[UUID, datetime] | None:
    return None if stop is None else (stop.route.technician_id, stop.start_at)


def _assigned(stop: Stop | None) -> tuple[UUID, datetime, datetime] | None:
    return None if stop is None else (stop.route.technician_id, stop.start_at, stop.departure_at)


def _scheduled(visit: Visit) -> tuple[UUID | None, datetime | None, datetime | None] | None:
    if visit.state != VisitState.SCHEDULED:
        return None
    return visit.technician_id, visit.starts_at, visit.ends_at


def _promise(visit: Visit, stop: Stop | None) -> Mapping[str, Any] | None:
    if stop is not None:
        return promise_moved(visit, stop)
    return {"withdrawn": True} if visit.state == VisitState.SCHEDULED and visit.leads else None
