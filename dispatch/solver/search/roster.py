"""The shifts as the kernels read them: times, limits, breaks, vans, and which of them are interchangeable."""

from collections.abc import Sequence

import numpy as np

from dispatch.solver.objective import shift_use_cost
from dispatch.solver.problem import Problem, Shift, Visit, Weights
from dispatch.solver.search.kernels.layout import BREAK, NEVER, SHIFT, Longs, Records
from dispatch.solver.search.ways import Ways

NO_LIMIT = 2**31 - 1


def shift_rows(problem: Problem, ways: Ways, service_class: Sequence[int]) -> Records:
    """SHIFT, one row a shift, `kind` not yet filled."""
    rows = np.zeros(len(problem.shifts), SHIFT)
    technicians = technician_numbers(problem)
    breaks = 0
    for i, shift in enumerate(problem.shifts):
        rows[i] = (
            shift.earliest_s,
            shift.latest_s,
            shift.until_s,
            NEVER if shift.max_travel_s is None else shift.max_travel_s,
            NEVER if shift.max_distance_m is None else shift.max_distance_m,
            NEVER if shift.fair_s is None else shift.fair_s,
            shift_use_cost(shift, problem.weights),
            shift.costs.per_paid_hour,
            shift.costs.per_task_hour,
            NO_LIMIT if shift.max_visits is None else shift.max_visits,
            technicians[shift.technician],
            ways.travel_class[i],
            ways.cost_class[i],
            service_class[i],
            0,
            breaks,
            breaks + len(shift.breaks),
            ways.spot_of[shift.start_place],
            ways.spot_of[shift.end_place],
            _timed(shift, problem.weights),
        )
        breaks += len(shift.breaks)
    return rows


def technician_numbers(problem: Problem) -> dict[str, int]:
    """Technician → a number, whatever the number of his shifts."""
    return {name: i for i, name in enumerate(dict.fromkeys(shift.technician for shift in problem.shifts))}


def _timed(shift: Shift, weights: Weights) -> bool:
    return bool(
        weights.waiting.weight
        or (shift.overtime_s and weights.overtime.weight)
        or (shift.fair_s is not None and weights.fairness.weight)
        or shift.costs.per_paid_hour
        or shift.costs.per_task_hour
    )


def break_rows(shifts: Sequence[Shift]) -> tuple[Records, Longs, Longs]:
    """BREAK, one row a break in the order of the shifts, and their windows' beginnings and ends."""
    breaks = [pause for shift in shifts for pause in shift.breaks]
    rows = np.zeros(len(breaks), BREAK)
    windows = [window for pause in breaks for window in pause.windows]
    at = 0
    for i, pause in enumerate(breaks):
        rows[i] = (pause.duration_s, pause.latest_s, at, at + len(pause.windows))
        at += len(pause.windows)
    opens = np.array([window.earliest_start for window in windows], np.int64)
    closes = np.array([window.latest_start for window in windows], np.int64)
    return rows, opens, closes


def van_rows(
    shifts: Sequence[Shift], visits: Sequence[Visit], roles: Sequence[int]
) -> tuple[Longs, Longs, Longs]:
    """`brings`, `collects` (nodes × parts) and `capacity` (shifts × parts); only the first of a crew carries."""
    parts = counted_parts(shifts, visits)
    carried = [
        np.array(
            [
                [0 if role else getattr(visit, way).get(part, 0) for part in parts]
                for visit, role in zip(visits, roles, strict=True)
            ],
            np.int64,
        ).reshape(len(visits), len(parts))
        for way in ("brings", "collects")
    ]
    capacity = np.array(
        [[shift.capacity.get(part, 0) if shift.capacity else NEVER for part in parts] for shift in shifts],
        np.int64,
    ).reshape(len(shifts), len(parts))
    return carried[0], carried[1], capacity


def counted_parts(shifts: Sequence[Shift], visits: Sequence[Visit]) -> list[str]:
    """The parts that may run short: none where every van holds all."""
    if not any(shift.capacity for shift in shifts):
        return []
    return sorted({part for visit in visits for part in (*visit.brings, *visit.collects)})


def number_kinds(problem: Problem, rows: Records, capacity: Longs, fixed: Longs) -> tuple[Longs, Longs]:
    """Fill `kind`: shifts that only their names tell apart share one. (`kind_from`, `kind_shifts`)."""
    promised = {visit.promise.technician for visit in problem.visits if visit.promise is not None}
    known: dict[tuple[object, ...], int] = {}
    for i, shift in enumerate(problem.shifts):
        row = rows[i].copy()
        row["technician"] = row["kind"] = row["break_from"] = row["break_to"] = 0
        name = shift.technician if shift.technician in promised else ""
        key = (row.tobytes(), capacity[i].tobytes(), fixed[i].tobytes(), shift.breaks, name)
        rows[i]["kind"] = known.setdefault(key, len(known))
    kind_from = np.zeros(len(known) + 1, np.int64)
    kind_from[1:] = np.cumsum(np.bincount(rows["kind"], minlength=len(known)))
    return kind_from, np.argsort(rows["kind"], kind="stable").astype(np.int64)
