"""How long an offer takes: requests without a time, put to a desk with the plans of five days."""

import statistics
import time
from dataclasses import dataclass, replace
from random import Random

from benchmarks.town import CENTRE, HOUR, KM_PER_DEGREE, SKILLS, Town
from dispatch.solver.place import Place
from dispatch.solver.problem import Problem, TimeWindow, Visit
from dispatch.solver.solve import Limits, solve

DAYS = 5
DAY = 24 * HOUR
GRID = tuple(
    TimeWindow(day * DAY + hour * HOUR, day * DAY + (hour + 2) * HOUR)
    for day in range(DAYS)
    for hour in (8, 10, 12, 14)
)
"""Two hours each, over five days."""
SEED = 1
"""Other requests by another."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds a query took, and what it gave."""

    visits: int
    shifts: int
    queries: int
    offers: float
    p50_ms: float
    p95_ms: float
    worst_ms: float
    take_ms: float
    open_s: float


def measure(visits: int = 1000, technicians: int = 100, queries: int = 200, seed: int = SEED) -> Timing:
    """Put so many random requests to a desk whose plan has so many visits in all, spread over five days; every tenth
    time the best offer is taken."""
    from dispatch.solver.offers import Desk

    problem = coming_days(visits, technicians)
    plan = solve(problem, Limits(iterations=0))
    began = time.perf_counter()
    desk = Desk(problem, plan)
    open_s = time.perf_counter() - began
    draw = Random(seed)  # noqa: S311 - requests, not secrets
    desk.offers(request(draw, "warm"), GRID)
    asked, taken, given = [], [], 0
    for number in range(queries):
        began = time.perf_counter()
        offers = desk.offers(request(draw, f"R{number}"), GRID)
        asked.append((time.perf_counter() - began) * 1000)
        given += len(offers)
        if offers and number % 10 == 0:
            began = time.perf_counter()
            desk.take(offers[0])
            taken.append((time.perf_counter() - began) * 1000)
    return Timing(
        visits=visits,
        shifts=len(problem.shifts),
        queries=queries,
        offers=given / queries,
        p50_ms=statistics.median(asked),
        p95_ms=statistics.quantiles(asked, n=20)[-1],
        worst_ms=max(asked),
        take_ms=statistics.median(taken),
        open_s=open_s,
    )


def coming_days(visits: int, technicians: int) -> Problem:
    """Five days of a town in one problem: everybody works every day, each visit is on one of them and takes half as
    long as in `Town`."""
    town = Town(f"offers-{visits}x{technicians}", visits, technicians).problem()
    shifts = tuple(
        replace(
            shift,
            id=f"{shift.id}.{day}",
            earliest_s=shift.earliest_s + day * DAY,
            latest_s=shift.latest_s + day * DAY,
        )
        for day in range(DAYS)
        for shift in town.shifts
    )
    moved = tuple(_on_day(visit, number % DAYS) for number, visit in enumerate(town.visits))
    return replace(town, visits=moved, shifts=shifts)


def _on_day(visit: Visit, day: int) -> Visit:
    windows = (TimeWindow(w.earliest_start + day * DAY, w.latest_start + day * DAY) for w in visit.windows)
    return replace(visit, windows=tuple(windows), service_s=visit.service_s // 2)


def request(draw: Random, name: str) -> Visit:
    """Somebody anywhere in town, half of them in need of a skill."""
    skills = {draw.choice(SKILLS): 1} if draw.random() < 0.5 else {}
    lon, lat = (
        round(middle + draw.uniform(-15, 15) / KM_PER_DEGREE, 4) for middle in (CENTRE.lon, CENTRE.lat)
    )
    return Visit(name, Place(lon, lat), 300 * draw.randint(4, 12), skills=skills)


if __name__ == "__main__":
    for size in (1000, 5000):
        print(measure(size))  # noqa: T201 - a command
