"""The problem as the bound sees it: tasks (a visit is one, a crew of three is three) and kinds of shifts.

Shifts that may do the same tasks, take the same time for them and cost the same are one kind. Everything soft
that depends on when a service starts is undercharged rather than left out, see `Overrun`.

Money is counted in ticks, `TICK` to the second of travel, so that every sum is exact. What a score rounds to
whole seconds is taken half a second lower here, for each rounding.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dispatch.solver import objective
from dispatch.solver.problem import Place, Problem, Shift, Travel, Visit, Weights
from dispatch.solver.weights import Term

Ints = npt.NDArray[np.int32]
Ticks = npt.NDArray[np.int64]

TICK = 1 << 16
NEVER = 1 << 40
"""Later than any time, more seconds than any price."""


class Kind(NamedTuple):
    """Interchangeable shifts. M tasks they may do, B breaks, W windows; times in seconds, prices in ticks."""

    tasks: Ints  # [M] numbers of the tasks, rising
    visits: Ints  # [M] numbers of their visits
    shifts: int  # how many there are of the kind
    leg: (
        Ints  # [M + 1, M] seconds from the end of one service to the start of the next; row M: from the start
    )
    back: Ints  # [M] seconds to the end place
    price: Ticks  # [M + 1, M] of going there and serving there, whenever that is
    back_price: Ticks  # [M]
    fixed: int  # price of an otherwise empty route
    idle_rate: int  # ticks per second of waiting
    service: Ints  # [M] seconds
    opens: Ints  # [W] windows for the start of service, in order, cut to what the shift allows
    closes: Ints  # [W]
    windows: Ints  # [M + 1] where a task's windows begin
    late: Ticks  # [M, 2, 4] `Overrun`s of the start of service: of the due time, of the promise
    overtime: Ticks  # [4] `Overrun` of the moment back
    load: Ints  # [M] what counts against `load_limit`
    load_limit: int
    break_opens: Ints  # [B]
    break_closes: Ints  # [B]
    break_s: Ints  # [B]
    earliest_s: int
    until_s: int


@dataclass(frozen=True, slots=True)
class Column:
    """A route of a kind of shift: tasks in order, and its price in ticks without any prizes."""

    kind: int
    tasks: tuple[int, ...]
    price: int


Cut = tuple[int, int, int]
"""Three tasks of which one route at most can serve two."""


@dataclass(frozen=True, slots=True)
class Task:
    """One technician's part in a visit."""

    number: int
    visit_number: int
    visit: Visit
    role: int


@dataclass(frozen=True)
class Relaxed:
    """The relaxed problem: its tasks, its kinds of shifts, and what leaving out each visit costs."""

    tasks: tuple[Task, ...]
    kinds: tuple[Kind, ...]
    kind_of: dict[str, int]
    """Shift → number of its kind."""
    tasks_of: dict[str, list[int]]
    """Visit → numbers of its tasks."""
    penalties: tuple[tuple[list[int], int], ...]
    """Each visit's tasks, and the seconds of travel that leaving it out costs."""


def relaxed_of(problem: Problem) -> Relaxed:
    """Drop what the bound does not model (see the package), and put like shifts together."""
    numbers = count()
    tasks = tuple(
        Task(next(numbers), i, visit, role)
        for i, visit in enumerate(problem.visits)
        for role in range(visit.roles)
    )
    kinds: dict[tuple[bytes, ...], Kind] = {}
    order: dict[tuple[bytes, ...], int] = {}
    kind_of: dict[str, int] = {}
    for shift in problem.shifts:
        kind = _kind(problem, shift, tasks)
        key = tuple(np.asarray(field).tobytes() for field in kind)
        kind_of[shift.id] = order.setdefault(key, len(order))
        known = kinds.get(key)
        kinds[key] = kind if known is None else known._replace(shifts=known.shifts + 1)
    tasks_of: dict[str, list[int]] = {visit.id: [] for visit in problem.visits}
    for task in tasks:
        tasks_of[task.visit.id].append(task.number)
    penalties = tuple(
        (tasks_of[visit.id], objective.unassigned_cost(visit, problem.weights)) for visit in problem.visits
    )
    return Relaxed(tasks, tuple(kinds.values()), kind_of, tasks_of, penalties)


def _kind(problem: Problem, shift: Shift, tasks: Iterable[Task]) -> Kind:
    able = [task for task in tasks if _may(shift, task)]
    ways = _Ways(problem, shift, able)
    spans = zip(able, ways.firsts.tolist(), ways.lasts.tolist(), strict=True)
    windows = [_cut(_windows(task.visit), first, last) for task, first, last in spans]
    kept = [i for i, cut in enumerate(windows) if cut]
    return _cut_out(problem, shift, ways, [able[i] for i in kept], [windows[i] for i in kept], kept)


def _cut_out(
    problem: Problem,
    shift: Shift,
    ways: "_Ways",
    tasks: list[Task],
    windows: list[list[tuple[int, int]]],
    kept: list[int],
) -> Kind:
    weights = problem.weights
    rows = [*kept, len(ways.tasks)]
    flat = [window for own in windows for window in own]
    load, limit = _load(shift, tasks)
    paid_rate = _rate(weights.labour, shift.costs.per_paid_hour)
    labour = bool(paid_rate or _rate(weights.labour, shift.costs.per_task_hour))
    return Kind(
        tasks=_ints(task.number for task in tasks),
        visits=_ints(task.visit_number for task in tasks),
        shifts=1,
        leg=np.ascontiguousarray(ways.leg[np.ix_(rows, kept)], dtype=np.int32),
        back=np.ascontiguousarray(ways.back[kept], dtype=np.int32),
        price=np.ascontiguousarray(ways.price()[np.ix_(rows, kept)]),
        back_price=np.ascontiguousarray(ways.back_price[kept]),
        fixed=objective.shift_use_cost(shift, weights) * TICK - labour * TICK // 2,
        idle_rate=paid_rate + _rate(weights.waiting, 60),
        service=np.ascontiguousarray(ways.service[kept], dtype=np.int32),
        opens=_ints(window[0] for window in flat),
        closes=_ints(window[1] for window in flat),
        windows=_ints(np.cumsum([0, *(len(own) for own in windows)])),
        late=np.array([_late(task.visit, shift.technician, weights) for task in tasks], np.int64).reshape(
            -1, 2, 4
        ),
        overtime=np.array(_overrun(shift.latest_s, 1.0, weights.overtime, 0), np.int64),
        load=_ints(load),
        load_limit=limit,
        break_opens=_ints(pause.windows[0].earliest_start for pause in shift.breaks),
        break_closes=_ints(pause.latest_s for pause in shift.breaks),
        break_s=_ints(pause.duration_s for pause in shift.breaks),
        earliest_s=shift.earliest_s,
        until_s=shift.until_s,
    )


def _ints(values: Iterable[Any]) -> Ints:
    return np.array(list(values), dtype=np.int32)


class _Ways:
    """Seconds and prices between a shift's tasks; the last row is the way from its start."""

    def __init__(self, problem: Problem, shift: Shift, tasks: list[Task]) -> None:
        self.tasks, self.shift, self.weights = tasks, shift, problem.weights
        visits = [task.visit for task in tasks]
        entry = np.array([problem.entry_s.get(visit.community or "", 0) for visit in visits], np.int64)
        setup = np.array([visit.setup_s for visit in visits], np.int64)
        communities = [visit.community for visit in visits]
        origins = [*(visit.place for visit in visits), shift.start_place]
        self.service = np.array([visit.service_of(shift.technician) for visit in visits], np.int64)
        self.entered = _differ([*communities, None], communities) * entry
        drive, self.ways_price = _drive(problem, shift, origins, [visit.place for visit in visits])
        self.leg = drive + self.entered + _differ(origins, [visit.place for visit in visits]) * setup
        back, back_price = _drive(problem, shift, [visit.place for visit in visits], [shift.end_place])
        self.back = back[:, 0]
        self.paid_rate = _rate(self.weights.labour, shift.costs.per_paid_hour)
        self.back_price = back_price[:, 0] * TICK + self.back * self.paid_rate

    @cached_property
    def firsts(self) -> Ticks:
        """[M] the first moments at which this shift could start the tasks. The way past others may be the shorter
        one: a setup is saved where one is at the place already, and a matrix may have detours."""
        first: Ticks = self.shift.earliest_s + self.leg[-1]
        while True:
            past = (first + self.service)[:, None] + self.leg[:-1]
            sooner = np.minimum(first, past.min(axis=0, initial=NEVER))
            if (sooner == first).all():
                return first
            first = sooner

    @cached_property
    def lasts(self) -> Ticks:
        """[M] the last moments at which it could start them and still be back in time."""
        last: Ticks = self.shift.until_s - self.back - self.service
        while True:
            past = last[None, :] - self.leg[:-1] - self.service[:, None]
            later = np.maximum(last, past.max(axis=1, initial=-NEVER))
            if (later == last).all():
                return last
            last = later

    def price(self) -> Ticks:
        """[M + 1, M] ticks of going from row to column and serving there."""
        weights, shift = self.weights, self.shift
        task_rate = self.paid_rate + _rate(weights.labour, shift.costs.per_task_hour)
        static = [_static_cost(task.visit, shift.technician, weights) for task in self.tasks]
        entry = weights.community_entry.prices(self.entered / 60)
        price = (self.ways_price + entry + np.array(static, np.int64)) * TICK
        price += self.leg * self.paid_rate + self.service * task_rate
        if _rate(weights.waiting, 60):
            price[:-1] -= TICK // 2
        return price


def _differ(rows: list[Any], columns: list[Any]) -> npt.NDArray[np.bool_]:
    """Where a row's thing is not the column's; `None` is like nothing, not even `None`."""
    numbers: dict[Any, int] = {}
    fresh = count(-1, -1)

    def number(thing: Any) -> int:
        return next(fresh) if thing is None else numbers.setdefault(thing, len(numbers))

    left, above = np.array([number(a) for a in rows]), np.array([number(b) for b in columns])
    differ: npt.NDArray[np.bool_] = left[:, None] != above[None, :]
    return differ


def _drive(
    problem: Problem, shift: Shift, origins: list[Any], destinations: list[Any]
) -> tuple[Ticks, Ticks]:
    """Seconds, and seconds of travel charged, from each origin to each destination; an open end is nowhere."""
    travel, weights = problem.travel_of(shift), problem.weights
    seconds = _between(travel, travel.seconds, origins, destinations)
    if travel.costs is not None:
        return seconds, _between(travel, travel.costs, origins, destinations)
    charged = weights.travel.prices(seconds / 60 * (shift.costs.per_travel_hour / 60))
    if travel.metres is not None:
        metres = _between(travel, travel.metres, origins, destinations)
        charged += weights.distance.prices(metres / 1000 * shift.costs.per_km)
    return seconds, charged


def _between(
    travel: Travel, matrix: Ints, origins: list[Place | None], destinations: list[Place | None]
) -> Ticks:
    rows = [travel.index[place] for place in origins if place is not None]
    columns = [travel.index[place] for place in destinations if place is not None]
    full = np.zeros((len(origins), len(destinations)), np.int64)
    known = np.ix_([p is not None for p in origins], [p is not None for p in destinations])
    full[known] = matrix[np.ix_(rows, columns)]
    return full


def _may(shift: Shift, task: Task) -> bool:
    """Whether the rules that look at one visit alone allow it; a doubtful case is allowed."""
    visit = task.visit
    if task.role:
        return visit.pinned or _able(shift, visit.skills_of(task.role))
    if not (_fits(shift, visit.brings) and _fits(shift, visit.collects)):
        return False
    if visit.pinned_shift is not None:
        return visit.pinned_shift == shift.id
    if shift.technician in visit.forbidden_technicians:
        return False
    return _able(shift, visit.skills) and (
        not visit.required_technicians or shift.technician in visit.required_technicians
    )


def _able(shift: Shift, skills: Any) -> bool:
    return all(shift.skills.get(skill, 0) >= level for skill, level in skills.items())


def _fits(shift: Shift, parts: Any) -> bool:
    return not shift.capacity or all(pieces <= shift.capacity.get(part, 0) for part, pieces in parts.items())


def _windows(visit: Visit) -> list[tuple[int, int]]:
    """When service may start, in order and apart."""
    if visit.pinned_start_s is not None:
        return [(visit.pinned_start_s, visit.pinned_start_s)]
    apart: list[tuple[int, int]] = []
    for window in sorted(visit.windows):
        if apart and window.earliest_start <= apart[-1][1] + 1:
            apart[-1] = (apart[-1][0], max(apart[-1][1], window.latest_start))
        else:
            apart.append((window.earliest_start, window.latest_start))
    return apart or [(-NEVER, NEVER)]


def _cut(windows: list[tuple[int, int]], first: int, last: int) -> list[tuple[int, int]]:
    cut = [(max(first, opens), min(last, closes)) for opens, closes in windows]
    return [(opens, closes) for opens, closes in cut if opens <= closes]


def _load(shift: Shift, tasks: list[Task]) -> tuple[list[int], int]:
    """One thing that is limited on the whole of a route: visits, else the part that is shortest."""
    if shift.max_visits is not None:
        return [1] * len(tasks), shift.max_visits
    wanted: Counter[str] = Counter()
    for task in tasks:
        wanted.update(_brought(task))
    held = [part for part in sorted(wanted) if part in shift.capacity and wanted[part] > shift.capacity[part]]
    if not held:
        return [0] * len(tasks), 0
    part = max(held, key=lambda name: wanted[name] / (shift.capacity[name] or 0.5))
    return [_brought(task).get(part, 0) for task in tasks], shift.capacity[part]


def _brought(task: Task) -> dict[str, int]:
    return {} if task.role else dict(task.visit.brings)


def _rate(term: Term, per_hour: float) -> int:
    """Ticks per second of something that costs `per_hour` minutes an hour; 0 where a cap makes it uneven."""
    return 0 if term.cap_min is not None else int(term.weight * per_hour / 60 * TICK)


def _static_cost(visit: Visit, technician: str, weights: Weights) -> int:
    """What this technician costs at this visit, were he there at the best of times."""
    best_s = 0 if visit.promise is None else visit.promise.start_s
    return (
        objective.affinity_cost(visit, technician, weights)
        + objective.preference_cost(visit, technician, weights)
        + objective.continuity_cost(visit, technician, weights)
        + objective.disturbance_cost(visit, technician, best_s, weights)
    )


Overrun = tuple[int, int, int, int]
"""From when (s), ticks per second after it, at most so many ticks, less so many for rounding."""


def _overrun(from_s: int, factor: float, term: Term, spent_min: float) -> Overrun:
    """`factor` × the term's price for the time after `from_s`, `spent_min` of its cap being used already.

    Two roundings can take a second and a half-`factor` off the true price, the half twice where something was
    charged before.
    """
    rate = factor * term.weight * TICK
    cap = NEVER if term.cap_min is None else int(rate * 60 * max(0.0, term.cap_min - spent_min))
    return from_s, int(rate), cap, int((factor + 1) * TICK) + 1


def _late(visit: Visit, technician: str, weights: Weights) -> tuple[Overrun, Overrun]:
    never = (NEVER, 0, 0, 0)
    due, promise = visit.due_s, visit.promise
    late = never if due is None else _overrun(due, visit.lateness_weight, weights.lateness, 0)
    if promise is None:
        return late, never
    changed = promise.technician is not None and promise.technician != technician
    spent = objective.TECHNICIAN_CHANGE_MIN if changed else 0
    promised_s = promise.start_s + promise.tolerance_s
    return late, _overrun(promised_s, promise.weight, weights.disturbance, spent)
