"""Linli on Pillac's instances, where a technician stands twice and may work once."""

import time
from dataclasses import replace

from benchmarks.peers import Answer
from benchmarks.peers.linli import PROCESSES, warm_up
from benchmarks.pillac import DEPOT
from dispatch.solver.plan import Plan
from dispatch.solver.problem import Problem
from dispatch.solver.solve import Limits
from dispatch.solver.solve import solve as plan

TRYING = (0.3, 0.4, 0.5)
"""Shares of the time limit when technicians who work twice are told to choose; at the last everybody is."""


def solve(problem: Problem, seconds: float, seed: int) -> Answer:
    """Plan; now and then a technician who works twice must drop the round with fewer requests."""
    warm_up(problem)
    began = time.perf_counter()
    found: Plan | None = None
    for share in TRYING:
        found = _planned(problem, found, share * seconds - (time.perf_counter() - began), seed)
        problem, found = _chosen(problem, found, everybody=share == TRYING[-1])
    found = _planned(problem, found, seconds - (time.perf_counter() - began), seed)
    return Answer(_rounds(found), time.perf_counter() - began)


def _planned(problem: Problem, start: Plan | None, seconds: float, seed: int) -> Plan:
    limits = Limits(iterations=10**9, time_s=max(0.0, seconds), seed=seed, searches=PROCESSES)
    return plan(problem, limits, start=start)


def _rounds(found: Plan) -> dict[str, list[str]]:
    return {route.shift: [stop.visit for stop in route.stops] for route in found.routes}


def _chosen(problem: Problem, found: Plan, *, everybody: bool) -> tuple[Problem, Plan]:
    """Of those who work twice, or of `everybody`, the shift with fewer requests is closed and its route dropped."""
    rounds = _rounds(found)
    own = [shift.id for shift in problem.shifts if not shift.id.endswith(DEPOT)]
    choosing = (
        own if everybody else [shift for shift in own if rounds.get(shift) and rounds.get(shift + DEPOT)]
    )
    closed = {min(shift, shift + DEPOT, key=lambda one: len(rounds.get(one, ()))) for shift in choosing}
    shifts = tuple(replace(one, max_visits=0) if one.id in closed else one for one in problem.shifts)
    routes = tuple(route for route in found.routes if route.shift not in closed)
    return replace(problem, shifts=shifts), replace(found, routes=routes)
