"""What could let a visit in: one change at a time, tried on the board in every shift it concerns."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from dispatch.solver.explaining.bench import Bench
from dispatch.solver.explaining.exclusions import Trial, start_windows
from dispatch.solver.explaining.figures import Detail, Rule, Way
from dispatch.solver.explaining.kernels import (
    cheapest_everywhere,
    cheapest_in,
    cheapest_swap,
    first_start,
    last_start,
    least_minutes,
)
from dispatch.solver.explaining.leeway import FAR_S
from dispatch.solver.objective import PIN_PENALTY_S, unassigned_cost
from dispatch.solver.problem import Shift, TimeWindow, Visit
from dispatch.solver.search.eligibility import NOBODY_NAMED, lacking, pairing_cost, short_of
from dispatch.solver.search.kernels.layout import NEVER
from dispatch.solver.search.windows import Windows, search_windows, windows_of

MOST_SHIFT_MIN = 120
"""Minutes beyond which neither overtime nor an earlier start is proposed."""
MOST_KM = 100
"""Kilometres beyond which no higher limit is proposed."""
MOST_WINDOW_MIN = 240
"""Minutes beyond which no wider window is proposed."""
WIDER_MIN = (30, 60, 120)
"""Widths tried besides the least that lets the visit in."""

NO_ROOM = (Rule.WINDOW, Rule.TOO_FAR, Rule.FULL)
"""Able and allowed, but not in time."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change under which the visit fits behind `gap` of a shift's route for `cost_s`, the search's figure.

    `visit` and `shift` are as they then are. `instead`: the node left out for it. `surcharge_s`: what of the cost the
    score does not know.
    """

    way: Way
    cost_s: int
    number: int
    gap: int
    visit: Visit
    shift: Shift
    detail: Detail
    changes: Mapping[str, object]
    instead: int | None = None
    surcharge_s: int = 0


class Trials:
    """The changes for one visit left out. Its windows on the bench must be those of the trial."""

    def __init__(self, bench: Bench, trial: Trial) -> None:
        self._bench = bench
        self._m, self._s = bench.board.m, bench.board.s
        self._node, self._visit = trial.node, trial.visit
        self._trial = trial
        self._rules = [one.rule for one in trial.exclusions if not one.role]
        self._penalty_s = unassigned_cost(trial.visit, bench.problem.weights)

    def overtime(self) -> Iterator[Candidate]:
        """A shift that may end later, by the fewest minutes that will do."""
        for number, shift in self._shifts(*NO_ROOM):
            minutes = self._least(number, self._minutes_after(shift), early=False)
            if minutes < NEVER:
                changed = replace(shift, overtime_s=shift.overtime_s + 60 * minutes)
                with self._bench.shift_changed(number, until=changed.until_s):
                    yield from self._in_route(
                        Way.OVERTIME, number, changed, {"minutes": minutes}, overtime_s=changed.overtime_s
                    )

    def earlier_start(self) -> Iterator[Candidate]:
        """A shift that begins earlier, by the fewest minutes that will do. They are priced as overtime is."""
        overtime = self._bench.problem.weights.overtime
        for number, shift in self._shifts(*NO_ROOM):
            minutes = self._least(number, self._minutes_before(shift), early=True)
            if minutes < NEVER:
                begin, more = shift.earliest_s - 60 * minutes, overtime.price(minutes)
                with self._bench.shift_changed(number, earliest=begin):
                    found = self._in_route(
                        Way.EARLIER_START,
                        number,
                        replace(shift, earliest_s=begin),
                        {"minutes": minutes},
                        earliest_s=begin,
                    )
                    yield from (replace(one, cost_s=one.cost_s + more, surcharge_s=more) for one in found)

    def one_more(self) -> Iterator[Candidate]:
        """A route that may have one visit more than its limit."""
        for number, shift in self._shifts(Rule.TOO_FAR, Rule.FULL):
            if shift.max_visits is not None and self._bench.state.size[number] >= shift.max_visits:
                visits = shift.max_visits + 1
                with self._bench.shift_changed(number, max_visits=visits):
                    yield from self._in_route(
                        Way.ONE_MORE,
                        number,
                        replace(shift, max_visits=visits),
                        {"visits": visits},
                        max_visits=visits,
                    )

    def longer_drive(self) -> Iterator[Candidate]:
        """A route that may drive for longer, or farther, than its limit, by as little as will do."""
        yield from self._less_limited(Way.LONGER_DRIVE, "max_travel_s", "minutes", 60, MOST_SHIFT_MIN)
        yield from self._less_limited(Way.FARTHER_DRIVE, "max_distance_m", "km", 1000, MOST_KM)

    def _less_limited(self, way: Way, field: str, unit: str, size: int, most: int) -> Iterator[Candidate]:
        """Routes with a limit up to `most` units higher, each `size` large."""
        for number, shift in self._shifts(Rule.TOO_FAR, Rule.FULL):
            limit, row = getattr(shift, field), field.rpartition("_")[0]
            if limit is None:
                continue
            units = self._least_units(number, row, limit, size, most)
            if units <= most:
                higher = limit + units * size
                changed = replace(shift, **{field: higher})
                with self._bench.shift_changed(number, **{row: higher}):
                    yield from self._in_route(way, number, changed, {unit: units}, **{field: higher})

    def _least_units(self, number: int, row: str, limit: int, size: int, most: int) -> int:
        """The fewest units by which the limit must rise for the visit to fit; more than `most` where that is too
        few. Found by halving: more never hurts."""

        def fits(units: int) -> bool:
            with self._bench.shift_changed(number, **{row: limit + units * size}):
                return bool(cheapest_in(self._m, self._s, number, self._node)[0] < NEVER)

        return 1 + bisect_left(range(1, most + 1), True, key=fits)

    def technician(self) -> Iterator[Candidate]:
        """Somebody who may not go, but could."""
        visit = self._visit
        for number, shift in self._shifts(Rule.NOT_ALLOWED):
            if visit.pinned_shift is not None or lacking(visit, shift) or short_of(visit, shift):
                continue
            changed, field = _with_technician(visit, shift.technician)
            cost_s = pairing_cost(changed, shift.technician, self._bench.problem.weights)
            with self._bench.pairing_allowed(self._node, number, cost_s):
                found = self._in_route(Way.TECHNICIAN, number, shift, {"by": field.partition("_")[0]})
                changes = {f"visits[{visit.id}].{field}": getattr(changed, field)}
                yield from (replace(one, visit=changed, changes=changes) for one in found)

    def skill(self) -> Iterator[Candidate]:
        """A technician who learns what he lacks."""
        for number, shift in self._shifts(Rule.SKILL):
            wanted = {skill: self._visit.skills[skill] for skill in lacking(self._visit, shift)}
            skills = {**shift.skills, **wanted}
            cost_s = pairing_cost(self._visit, shift.technician, self._bench.problem.weights)
            with self._bench.pairing_allowed(self._node, number, cost_s):
                yield from self._in_route(
                    Way.SKILL, number, replace(shift, skills=skills), wanted, skills=skills
                )

    def person(self) -> Iterator[Candidate]:
        """One more technician with the skills, whose shift is like one there is."""
        visit, bench = self._visit, self._bench
        if visit.pinned_shift is not None or visit.required_technicians:
            return
        cost_s = pairing_cost(visit, NOBODY_NAMED, bench.problem.weights)
        for number, shift in enumerate(bench.problem.shifts):
            with bench.pairing_allowed(self._node, number, cost_s):
                cost, gap = cheapest_in(bench.bare.m, bench.bare.s, number, self._node)
            if cost < NEVER:
                skills = {**shift.skills, **visit.skills}
                changed = replace(shift, id=f"{shift.id}+", technician=f"{shift.technician}+", skills=skills)
                changes = {f"shifts[{changed.id}]": changed}
                yield Candidate(
                    Way.PERSON, int(cost), number, int(gap), visit, changed, dict(visit.skills), changes
                )

    def parts(self) -> Iterator[Candidate]:
        """A van that holds more."""
        visit = self._visit
        if not (visit.brings or visit.collects):
            return
        for number, shift in self._shifts(Rule.PARTS, Rule.FULL):
            if not shift.capacity:
                continue
            with self._bench.any_load(number):
                found = list(self._in_route(Way.PARTS, number, shift, {}))
            for one in found:
                needed = self._bench.loads(number, one.gap, self._node)
                more = {
                    part: most - shift.capacity.get(part, 0)
                    for part, most in needed.items()
                    if most > shift.capacity.get(part, 0)
                }
                capacity = {**shift.capacity, **{part: needed[part] for part in more}}
                yield replace(
                    one,
                    shift=replace(shift, capacity=capacity),
                    detail=more,
                    changes={f"shifts[{shift.id}].capacity": capacity},
                )

    def penalty(self) -> Iterator[Candidate]:
        """The visit as it is, if it were worth more."""
        costs, term = self._trial.costs, self._bench.problem.weights.unassigned
        number = int(np.argmin(costs)) if len(costs) else 0
        if not len(costs) or not self._penalty_s <= costs[number] < NEVER or not term.weight:
            return
        minutes = int(costs[number] / 60 / term.weight) + 1
        visit = replace(self._visit, penalty=float(minutes))
        if unassigned_cost(visit, self._bench.problem.weights) > costs[number]:
            yield Candidate(
                Way.PENALTY,
                int(costs[number]),
                number,
                int(self._trial.gaps[number]),
                visit,
                self._bench.problem.shifts[number],
                {"minutes": minutes},
                {f"visits[{visit.id}].penalty": visit.penalty},
            )

    def swap(self) -> Iterator[Candidate]:
        """The visit in the place of one that is worth less and that nobody has pinned."""
        below = min(self._penalty_s, PIN_PENALTY_S)
        for number, shift in self._shifts(Rule.FULL, Rule.PRICE):
            cost, gap, node = cheapest_swap(self._m, self._s, number, self._node, below)
            if cost < NEVER:
                detail = {"visit": self._bench.model.visits[node].id}
                yield Candidate(
                    Way.SWAP, int(cost), number, int(gap), self._visit, shift, detail, {}, int(node)
                )

    def window(self) -> Iterator[Candidate]:
        """The visit with a window that ends later, or begins earlier, by as little as lets it in; or by round
        amounts, where that is cheaper."""
        if self._visit.pinned_start_s is None and self._visit.windows:
            yield from self._wider(Way.WINDOW_LATER)
            yield from self._wider(Way.WINDOW_EARLIER)

    def _wider(self, way: Way) -> Iterator[Candidate]:
        """By ascending minutes, until it is worth it."""
        least = self._least_wider(way)
        if least is None:
            return
        for minutes in (least, *(wider for wider in WIDER_MIN if wider > least)):
            if minutes == 0:
                continue
            for one in self._widened(way, minutes):
                yield one
                if one.cost_s < self._penalty_s:
                    return

    def _least_wider(self, way: Way) -> int | None:
        """The fewest minutes that let the visit in; 0 when it fits as it is."""
        if self._trial.costs.min(initial=NEVER) < NEVER:
            return 0
        best: int | None = None
        for edge, spell in _closed_spells(windows_of(self._visit), way):
            spells = start_windows(self._bench.board, self._node, (spell,))
            if not spells:
                continue
            with self._bench.starting_within(self._node, spells):
                for number, _ in self._shifts(*NO_ROOM):
                    start = (first_start if way is Way.WINDOW_LATER else last_start)(
                        self._m, self._s, number, self._node
                    )
                    if abs(start) < NEVER:
                        minutes = -(-abs(int(start) - edge) // 60)
                        best = minutes if best is None else min(best, minutes)
        return best

    def _widened(self, way: Way, minutes: int) -> Iterator[Candidate]:
        """The cheapest place with every window so much wider."""
        visit = _with_wider_windows(self._visit, way, minutes)
        windows = start_windows(self._bench.board, self._node, search_windows(visit))
        room = len(self._bench.model.windows[self._node])
        windows = windows[:room] if way is Way.WINDOW_EARLIER else windows[-room:]
        costs, gaps = np.empty_like(self._trial.costs), np.empty_like(self._trial.gaps)
        with self._bench.starting_within(self._node, windows):
            cheapest_everywhere(self._m, self._s, self._node, costs, gaps)
        number = int(np.argmin(costs))
        if costs[number] < NEVER:
            shift = self._bench.problem.shifts[number]
            changes = {f"visits[{visit.id}].windows": visit.windows}
            yield Candidate(
                way,
                int(costs[number]),
                number,
                int(gaps[number]),
                visit,
                shift,
                {"minutes": minutes},
                changes,
            )

    def _shifts(self, *rules: Rule) -> Iterator[tuple[int, Shift]]:
        """The shifts that one of these rules keeps the visit out of."""
        for number, shift in enumerate(self._bench.problem.shifts):
            if self._rules[number] in rules:
                yield number, shift

    def _in_route(
        self, way: Way, number: int, shift: Shift, detail: Detail, **fields: object
    ) -> Iterator[Candidate]:
        """The cheapest gap of one route, the change having been made."""
        cost, gap = cheapest_in(self._m, self._s, number, self._node)
        if cost < NEVER:
            changes = {f"shifts[{shift.id}].{name}": value for name, value in fields.items()}
            yield Candidate(way, int(cost), number, int(gap), self._visit, shift, detail, changes)

    def _least(self, number: int, free: int, *, early: bool) -> int:
        """The fewest minutes more, of those the technician has free, that will do; NEVER if none."""
        most = min(MOST_SHIFT_MIN, free)
        return int(least_minutes(self._m, self._s, number, self._node, most, early)) if most > 0 else NEVER

    def _minutes_after(self, shift: Shift) -> int:
        """Whole minutes until the technician's next shift, or as far as the shift has leeway."""
        others = (one for one in self._bench.shifts_of[shift.technician] if one.earliest_s > shift.earliest_s)
        free_s = min((one.earliest_s - shift.until_s for one in others), default=FAR_S)
        return min(free_s, self._bench.leeway.after_s(shift)) // 60

    def _minutes_before(self, shift: Shift) -> int:
        """Whole minutes since the technician's shift before, or as far as the shift has leeway."""
        others = (one for one in self._bench.shifts_of[shift.technician] if one.earliest_s < shift.earliest_s)
        free_s = min((shift.earliest_s - one.until_s for one in others), default=FAR_S)
        return min(free_s, self._bench.leeway.before_s(shift)) // 60


def _closed_spells(windows: Windows, way: Way) -> Iterator[tuple[int, tuple[int, int]]]:
    """(edge of a window, the closed time next to it) on one side of every window."""
    most = 60 * MOST_WINDOW_MIN
    if way is Way.WINDOW_LATER:
        ends = [(last, first) for (_, last), (first, _) in pairwise(windows)] + [(windows[-1][1], NEVER)]
        spells = ((edge, (edge + 1, min(edge + most, other - 1))) for edge, other in ends)
    else:
        begins = [(windows[0][0], -NEVER)] + [(first, last) for (_, last), (first, _) in pairwise(windows)]
        spells = ((edge, (max(edge - most, other + 1), edge - 1)) for edge, other in begins)
    return ((edge, spell) for edge, spell in spells if spell[0] <= spell[1])


def _with_technician(visit: Visit, technician: str) -> tuple[Visit, str]:
    """The visit that he may go to, and the field that is another one then."""
    if technician in visit.forbidden_technicians:
        others = tuple(name for name in visit.forbidden_technicians if name != technician)
        return replace(visit, forbidden_technicians=others), "forbidden_technicians"
    required = (*visit.required_technicians, technician)
    return replace(visit, required_technicians=required), "required_technicians"


def _with_wider_windows(visit: Visit, way: Way, minutes: int) -> Visit:
    before_s = 60 * minutes if way is Way.WINDOW_EARLIER else 0
    after_s = 60 * minutes if way is Way.WINDOW_LATER else 0
    windows = tuple(
        TimeWindow(one.earliest_start - before_s, one.latest_start + after_s) for one in visit.windows
    )
    return replace(visit, windows=windows)
