"""Timefold's open edition by its Python package, which needs Java 17: a list of stops for each technician.

The package turns these classes into Java's, so they are plainer than they might be.
"""

import time
from dataclasses import dataclass, field
from typing import Annotated, Optional

from timefold.solver import SolverFactory
from timefold.solver.config import Duration, ScoreDirectorFactoryConfig, SolverConfig, TerminationConfig
from timefold.solver.domain import (
    CascadingUpdateShadowVariable,
    InverseRelationShadowVariable,
    PlanningEntityCollectionProperty,
    PlanningId,
    PlanningListVariable,
    PlanningScore,
    PreviousElementShadowVariable,
    ValueRangeProvider,
    planning_entity,
    planning_solution,
)
from timefold.solver.score import Constraint, ConstraintFactory, HardSoftScore, constraint_provider

from benchmarks.peers import Answer
from benchmarks.peers.nodes import may_go, travel_of_nodes, window_of
from dispatch.solver.objective import unassigned_cost
from dispatch.solver.problem import Problem

UNABLE_S = 3600
"""A technician without the skill weighs as much as an hour's lateness."""


def solve(problem: Problem, seconds: float, seed: int) -> Answer:
    """Plan for so many whole seconds; with a plan that breaks rules, whatever it is."""
    day = _day(problem)
    solver = SolverFactory.create(_settings(seconds, seed)).build_solver()
    began = time.perf_counter()
    found = solver.solve(day)
    taken = time.perf_counter() - began
    return Answer({one.id: [stop.id for stop in one.stops] for one in found.technicians}, taken)


def _settings(seconds: float, seed: int) -> SolverConfig:
    return SolverConfig(
        solution_class=Day,
        entity_class_list=[Technician, Stop],
        random_seed=seed,
        score_director_factory_config=ScoreDirectorFactoryConfig(constraint_provider_function=rules),
        termination_config=TerminationConfig(spent_limit=Duration(seconds=round(seconds))),
    )


@planning_entity
@dataclass
class Stop:
    """A visit; `way_s` to every node, `able` the rows of the technicians with the skills."""

    id: Annotated[str, PlanningId]
    row: int
    way_s: list[int]
    service_s: int
    earliest_s: int
    latest_s: int
    penalty_s: int
    able: set[int]
    technician: Annotated[
        Optional["Technician"], InverseRelationShadowVariable(source_variable_name="stops")
    ] = field(default=None)
    before: Annotated[Optional["Stop"], PreviousElementShadowVariable(source_variable_name="stops")] = field(
        default=None
    )
    start_s: Annotated[
        Optional[int],  # noqa: UP045 - the package reads no other form
        CascadingUpdateShadowVariable(target_method_name="update_start"),
    ] = field(default=None)

    def update_start(self) -> None:
        """Timefold asks for it when something before has changed."""
        if self.technician is None:
            self.start_s = None
            return
        if self.before is None:
            arrival = self.technician.earliest_s + self.technician.way_s[self.row]
        elif self.before.start_s is None:
            self.start_s = None
            return
        else:
            arrival = self.before.start_s + self.before.service_s + self.before.way_s[self.row]
        self.start_s = self.earliest_s if arrival < self.earliest_s else arrival

    def late_s(self) -> int:
        """Seconds after the window."""
        return 0 if self.start_s is None or self.start_s <= self.latest_s else self.start_s - self.latest_s

    def unable(self) -> bool:
        """Whether its technician lacks the skill."""
        return self.technician is not None and self.technician.row not in self.able

    def way_here_s(self) -> int:
        """Driving from the stop before, or from home."""
        if self.before is not None:
            return self.before.way_s[self.row]
        return 0 if self.technician is None else self.technician.way_s[self.row]


@planning_entity
@dataclass
class Technician:
    """A shift; `way_s` from home to every node."""

    id: Annotated[str, PlanningId]
    row: int
    way_s: list[int]
    earliest_s: int
    latest_s: int
    stops: Annotated[list[Stop], PlanningListVariable(allows_unassigned_values=True)] = field(
        default_factory=list
    )

    def way_home_s(self) -> int:
        """Driving after the last stop."""
        return self.stops[len(self.stops) - 1].way_s[self.row] if len(self.stops) > 0 else 0

    def overtime_s(self) -> int:
        """Seconds at home after the shift."""
        if len(self.stops) == 0:
            return 0
        last = self.stops[len(self.stops) - 1]
        if last.start_s is None:
            return 0
        back = last.start_s + last.service_s + last.way_s[self.row]
        return back - self.latest_s if back > self.latest_s else 0


@planning_solution
@dataclass
class Day:
    """The whole."""

    technicians: Annotated[list[Technician], PlanningEntityCollectionProperty]
    stops: Annotated[list[Stop], PlanningEntityCollectionProperty, ValueRangeProvider]
    score: Annotated[Optional[HardSoftScore], PlanningScore] = field(default=None)  # noqa: UP045


@constraint_provider
def rules(factory: ConstraintFactory) -> list[Constraint]:
    """Skills, windows and shifts are hard; driving and visits left out cost seconds."""
    hard, soft = HardSoftScore.ONE_HARD, HardSoftScore.ONE_SOFT
    stops, technicians = factory.for_each(Stop), factory.for_each(Technician)
    left_out = factory.for_each_including_unassigned(Stop).filter(lambda stop: stop.technician is None)
    return [
        stops.filter(lambda stop: stop.unable()).penalize(hard, lambda stop: UNABLE_S).as_constraint("skill"),
        stops.filter(lambda stop: stop.late_s() > 0)
        .penalize(hard, lambda stop: stop.late_s())
        .as_constraint("window"),
        technicians.filter(lambda one: one.overtime_s() > 0)
        .penalize(hard, lambda one: one.overtime_s())
        .as_constraint("shift"),
        stops.penalize(soft, lambda stop: stop.way_here_s()).as_constraint("way"),
        technicians.filter(lambda one: len(one.stops) > 0)
        .penalize(soft, lambda one: one.way_home_s())
        .as_constraint("way home"),
        left_out.penalize(soft, lambda stop: stop.penalty_s).as_constraint("left out"),
    ]


def _day(problem: Problem) -> Day:
    ways = travel_of_nodes(problem).tolist()
    count = len(problem.visits)
    technicians = [
        Technician(shift.id, count + number, ways[count + number], shift.earliest_s, shift.latest_s)
        for number, shift in enumerate(problem.shifts)
    ]
    return Day(technicians, [_stop(problem, node, ways[node]) for node in range(count)])


def _stop(problem: Problem, node: int, way_s: list[int]) -> Stop:
    visit = problem.visits[node]
    count = len(problem.visits)
    return Stop(
        visit.id,
        node,
        way_s,
        visit.service_s,
        window_of(visit).earliest_start,
        window_of(visit).latest_start,
        unassigned_cost(visit, problem.weights),
        {count + number for number, shift in enumerate(problem.shifts) if may_go(shift, visit)},
    )
