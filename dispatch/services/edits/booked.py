"""Visits that are booked for a day and in no route of its published plan yet: a change by hand leaves them their place.

They are seated seconds after the booking (`seating.py`). Whoever changes the plan before that must not take the room.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from dispatch.services.edits.forbidding import Broken, windows_told
from dispatch.services.edits.sheet import Sheet, sheet_open
from dispatch.services.edits.trying import Outcome
from dispatch.services.publication import booked_since
from dispatch.solver.edits import Move, Trial, rearrange, try_move
from dispatch.solver.plan import Plan
from dispatch.states import PlanState


def bookings_kept(outcome: Outcome, now: datetime) -> Outcome:
    """The same outcome, with a broken rule for each booked visit that would have had a place with these technicians,
    and would have none after the change.

    Only these technicians are looked at: somebody else may have room, but that is for the desk to find, which seats one
    booking after the other. So whoever seats one is not asked. One query where nothing waits.
    """
    sheet, trial = outcome.sheet, outcome.trial
    if sheet is None or trial is None or sheet.version.state != PlanState.PUBLISHED:
        return outcome
    waiting = list(booked_since(sheet.version).order_by("pk").values_list("pk", flat=True))
    if not waiting or {stop.visit_id for stop in outcome.rows.stops}.intersection(waiting):
        return outcome
    people = [shift.technician_id for shift in sheet.day.shifts.values()]
    wide = sheet_open(sheet.version, people, [*sheet.names, *waiting], now, lock=False)
    names = [wide.names[one] for one in waiting if one in wide.names]
    before = _seated(wide, wide.plan, names, wide.holds, wide.still)
    lost = before - _seated(wide, _after(wide, trial), names, trial.holds, trial.still)
    return replace(outcome, broken=(*outcome.broken, *(_broken(wide, name) for name in sorted(lost))))


def _after(wide: Sheet, trial: Trial) -> Plan:
    orders = {
        name: tuple(stop.visit for stop in trial.after[name].stops) if name in trial.after else ()
        for name in trial.shifts
    }
    changed = rearrange(
        wide.problem, wide.plan, orders, wide.holds, trial.holds, still=wide.still, new_still=trial.still
    )
    return changed.plan


def _seated(
    wide: Sheet, plan: Plan, names: Iterable[str], holds: Mapping[str, int], still: Mapping[str, int]
) -> set[str]:
    """Those of the visits that find a place in the plan, one after the other."""
    seated = set()
    for name in names:
        moves = (Move(name, shift.id) for shift in wide.problem.shifts)
        trials = (try_move(wide.problem, plan, move, holds, still) for move in moves)
        found = next((trial for trial in trials if trial.allowed), None)
        if found is not None:
            plan = found.plan
            seated.add(name)
    return seated


def _broken(wide: Sheet, name: str) -> Broken:
    visit = wide.day.visits[name]
    return Broken("booked", {"visit": visit.work_order.number, "windows": windows_told(wide, name)})
