"""Week after week in one world under one policy."""

from collections.abc import Callable
from dataclasses import dataclass

from communities.insight.signals import SignalPolicy, Signals, read_signals
from config.simulation.counting import Tally
from config.simulation.day import lived, plan_of
from config.simulation.demand import Demand
from config.simulation.estimates import Errors, csat_errors
from config.simulation.memory import WORKDAYS, Memory
from config.simulation.outcomes import Visited, Waiting, World
from config.simulation.scenarios import Scenario
from config.simulation.town import DAYS_A_WEEK


@dataclass(frozen=True)
class Run:
    """What one policy came to in the world of one seed; `errors` are those of the estimates that its answers allow in
    the end, whether they were used or not."""

    tally: Tally
    errors: Errors


def simulate(
    scenario: Scenario,
    policy: SignalPolicy | None,
    seed: int,
    weeks: int,
    on_week: Callable[[], None] = lambda: None,
) -> Run:
    """Live through the weeks. Without a policy nothing is learnt, and every plan is neutral."""
    company = Company(World.of(scenario, seed, weeks), policy, weeks)
    for week in range(weeks):
        for day in range(week * DAYS_A_WEEK, (week + 1) * DAYS_A_WEEK):
            company.live(day)
        on_week()
    return company.run()


class Company:
    """One policy at work in one world."""

    def __init__(self, world: World, policy: SignalPolicy | None, weeks: int) -> None:
        self._world, self._policy, self._weeks = world, policy, weeks
        self._demand, self._memory = Demand(world.town, world.seed), Memory(world.town)
        self._tally = Tally.empty(weeks, len(world.town.communities))
        self._waiting: dict[str, Waiting] = {}

    def live(self, day: int) -> None:
        """Read the signals, plan, make the visits, and hear in the evening who has asked."""
        todo = list(self._waiting.values())
        plan = plan_of(self._world, day, todo, self._signals(day))
        self._tally.drove(day, plan.score.travel)
        for visited in lived(self._world, day, plan, todo):
            self._made(visited)
        for request in self._demand.asked(day):
            self._memory.asked(request)
            self._wait(Waiting(request))

    def run(self) -> Run:
        """What it came to."""
        self._tally.left_open(one.request for one in self._waiting.values())
        cells = self._memory.cells(self._weeks * DAYS_A_WEEK)
        errors = csat_errors(self._world, cells, read_signals(cells, self._policy), self._weeks - 1)
        return Run(self._tally, errors)

    def _signals(self, day: int) -> Signals:
        if self._policy is None:
            return Signals()
        memory = self._memory
        return read_signals(memory.cells(day), self._policy, memory.demands(day), WORKDAYS)

    def _made(self, visited: Visited) -> None:
        del self._waiting[visited.visit.name]
        self._memory.visited(visited)
        self._tally.visited(visited)
        if visited.is_fixed:
            self._demand.settled(visited.visit.request, visited.felt, visited.day)
        else:
            self._wait(visited.visit.again())

    def _wait(self, visit: Waiting) -> None:
        self._waiting[visit.name] = visit
