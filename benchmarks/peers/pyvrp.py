"""PyVRP: a vehicle type for each technician, and a profile for each set of visits one has the skills for."""

import time

import numpy as np
import numpy.typing as npt
import pyvrp
from pyvrp.constants import MAX_VALUE
from pyvrp.stop import MaxRuntime

from benchmarks.peers import Answer
from benchmarks.peers.nodes import may_go, travel_of_nodes, window_of
from dispatch.solver.objective import unassigned_cost
from dispatch.solver.problem import Problem, Shift, Visit


def solve(problem: Problem, seconds: float, seed: int) -> Answer:
    """Plan for so many seconds, which PyVRP counts from its first solution on."""
    data = _data(problem)
    began = time.perf_counter()
    found = pyvrp.solve(data, MaxRuntime(seconds), seed=seed, collect_stats=False)
    taken = time.perf_counter() - began
    return Answer(_rounds(problem, found.best), taken)


def _data(problem: Problem) -> pyvrp.ProblemData:
    travel = travel_of_nodes(problem)
    able = [tuple(may_go(shift, visit) for visit in problem.visits) for shift in problem.shifts]
    profiles = {allowed: number for number, allowed in enumerate(dict.fromkeys(able))}
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in travel],
        clients=[_client(problem, node) for node in range(len(problem.visits))],
        depots=[pyvrp.Depot(node) for node in range(len(problem.visits), len(travel))],
        vehicle_types=[
            _vehicle(shift, depot, profiles[able[depot]]) for depot, shift in enumerate(problem.shifts)
        ],
        distance_matrices=[_allowed_ways(travel, allowed) for allowed in profiles],
        duration_matrices=[travel] * len(profiles),
    )


def _client(problem: Problem, node: int) -> pyvrp.Client:
    visit: Visit = problem.visits[node]
    return pyvrp.Client(
        node,
        service_duration=visit.service_s,
        tw_early=window_of(visit).earliest_start,
        tw_late=window_of(visit).latest_start,
        prize=unassigned_cost(visit, problem.weights),
        required=False,
    )


def _vehicle(shift: Shift, depot: int, profile: int) -> pyvrp.VehicleType:
    return pyvrp.VehicleType(
        start_depot=depot,
        end_depot=depot,
        tw_early=shift.earliest_s,
        tw_late=shift.latest_s,
        profile=profile,
    )


def _allowed_ways(travel: npt.NDArray[np.int64], allowed: tuple[bool, ...]) -> npt.NDArray[np.int64]:
    """The matrix without any way to or from a visit one may not do, as in PyVRP's own reader of instances."""
    ways = travel.copy()
    closed = np.flatnonzero(~np.array(allowed))
    ways[:, closed] = MAX_VALUE
    ways[closed, :] = MAX_VALUE
    np.fill_diagonal(ways, 0)
    return ways


def _rounds(problem: Problem, found: pyvrp.Solution) -> dict[str, list[str]]:
    return {
        problem.shifts[route.vehicle_type()].id: [
            problem.visits[activity.idx].id for activity in route if activity.is_client()
        ]
        for route in found.routes()
    }
