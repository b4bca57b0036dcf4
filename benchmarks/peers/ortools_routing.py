"""Plain OR-Tools: its routing library with matrices, by guided local search and by iterated local search."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from benchmarks.peers import Answer, NoPlan
from benchmarks.peers.nodes import may_go, travel_of_nodes, window_of
from dispatch.solver.objective import unassigned_cost
from dispatch.solver.problem import Problem

PARALLEL_UP_TO = 1_000
"""Visits; above them the parallel insertion finds no first plan within a minute, the local one does."""


def gls(problem: Problem, seconds: float, seed: int) -> Answer:
    """Guided local search; the library takes no seed."""
    parameters = _parameters(problem, seconds)
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    return _planned(problem, lambda routing: routing.SolveWithParameters(parameters))


def ils(problem: Problem, seconds: float, seed: int) -> Answer:
    """Iterated local search whose ruins are adjacent strings (SISR), accepted by simulated annealing."""
    parameters = _parameters(problem, seconds)
    parameters.use_iterated_local_search = True
    search = parameters.iterated_local_search_parameters
    sisr = search.ruin_recreate_parameters.ruin_strategies.add().sisr
    sisr.max_removed_sequence_size = 10
    sisr.avg_num_removed_visits = 10
    sisr.bypass_factor = 0.01
    search.reference_solution_acceptance_strategy.simulated_annealing.automatic_temperatures = True
    return _planned(problem, lambda routing: routing.SolveWithIteratedLocalSearch(parameters))


def _parameters(problem: Problem, seconds: float) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    strategies = routing_enums_pb2.FirstSolutionStrategy
    parameters.first_solution_strategy = (
        strategies.PARALLEL_CHEAPEST_INSERTION
        if len(problem.visits) <= PARALLEL_UP_TO
        else strategies.LOCAL_CHEAPEST_INSERTION
    )
    parameters.time_limit.FromMilliseconds(round(seconds * 1000))
    return parameters


def _planned(problem: Problem, search: Callable[[Any], Any]) -> Answer:
    manager, routing = _model(problem)
    began = time.perf_counter()
    found = search(routing)
    taken = time.perf_counter() - began
    if found is None:
        raise NoPlan(f"no plan in {taken:.0f} s")
    return Answer(_rounds(problem, manager, routing, found), taken)


def _model(problem: Problem) -> tuple[Any, Any]:
    """Travel is the cost; time is a dimension; a visit left out costs its penalty."""
    travel = travel_of_nodes(problem)
    homes = list(range(len(problem.visits), len(travel)))
    manager = pywrapcp.RoutingIndexManager(len(travel), len(homes), homes, homes)
    routing = pywrapcp.RoutingModel(manager)
    service = np.array([*(visit.service_s for visit in problem.visits), *(0 for _ in homes)])
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(travel.tolist()))
    _add_times(problem, manager, routing, (travel + service[:, None]).tolist())
    for node, visit in enumerate(problem.visits):
        index = manager.NodeToIndex(node)
        routing.AddDisjunction([index], unassigned_cost(visit, problem.weights))
        able = [number for number, shift in enumerate(problem.shifts) if may_go(shift, visit)]
        routing.VehicleVar(index).SetValues([-1, *able])  # -1: left out
    return manager, routing


def _add_times(problem: Problem, manager: Any, routing: Any, lasting: list[list[int]]) -> None:
    latest = max(shift.latest_s for shift in problem.shifts)
    routing.AddDimension(routing.RegisterTransitMatrix(lasting), latest, latest, False, "time")
    times = routing.GetDimensionOrDie("time")
    for node, visit in enumerate(problem.visits):
        window = window_of(visit)
        times.CumulVar(manager.NodeToIndex(node)).SetRange(window.earliest_start, window.latest_start)
    for number, shift in enumerate(problem.shifts):
        for index in (routing.Start(number), routing.End(number)):
            times.CumulVar(index).SetRange(shift.earliest_s, shift.latest_s)


def _rounds(problem: Problem, manager: Any, routing: Any, found: Any) -> dict[str, list[str]]:
    return {
        shift.id: _round(problem, manager, routing, found, number)
        for number, shift in enumerate(problem.shifts)
    }


def _round(problem: Problem, manager: Any, routing: Any, found: Any, vehicle: int) -> list[str]:
    order = []
    index = found.Value(routing.NextVar(routing.Start(vehicle)))
    while not routing.IsEnd(index):
        order.append(problem.visits[manager.IndexToNode(index)].id)
        index = found.Value(routing.NextVar(index))
    return order
