"""What comes of one visit: the truth, and the luck of the visit, applied."""

from dataclasses import dataclass

from config.simulation.demand import Request
from config.simulation.scenarios import Scenario
from config.simulation.town import DAYS_A_WEEK, SERVICES, Town, town_of
from config.simulation.truth import Luck, Truth, csat, felt


@dataclass(frozen=True, slots=True)
class World:
    """A region with all that is hidden in it."""

    seed: int
    town: Town
    truth: Truth

    @classmethod
    def of(cls, scenario: Scenario, seed: int, weeks: int) -> "World":
        """The world of a seed; the same for every policy."""
        town = town_of(seed)
        return cls(seed, town, Truth.of(scenario, town, seed, weeks))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A visit that nobody has made yet; `number` counts the visits of its request from 0."""

    request: Request
    number: int = 0

    @property
    def name(self) -> str:
        """Its name in a problem, and the key of its luck."""
        return f"{self.request.name}/{self.number}"

    def again(self) -> "Waiting":
        """The next visit, when this one did not fix it."""
        return Waiting(self.request, self.number + 1)


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit made by the technician of that index. `said` is the customer's answer, if any, given on the day
    `said_on`. An option is offered where the matter is fixed."""

    visit: Waiting
    technician: int
    day: int
    seconds: int
    is_late: bool
    is_fixed: bool
    felt: float
    said: int | None
    said_on: int
    is_accepted: bool

    @property
    def csat(self) -> int:
        """What the customer felt, as it would be ticked."""
        return csat(self.felt)

    @property
    def upsell_minor(self) -> int:
        """What the option brought."""
        return SERVICES[self.visit.request.service].option_minor * self.is_accepted


def outcome(world: World, visit: Waiting, technician: int, day: int, *, late: bool) -> Visited:
    """What comes of a visit when this technician makes it."""
    truth, request, luck = world.truth, visit.request, Luck.of(world.seed, visit.name)
    where = (technician, request.community, request.service)
    fixed = luck.fixed < truth.fix_chance(technician, request.service)
    y = felt(
        truth.satisfaction(*where, day // DAYS_A_WEEK),
        luck,
        late=late,
        overdue=day > request.due_on,
        fixed=fixed,
    )
    return Visited(
        visit=visit,
        technician=technician,
        day=day,
        seconds=truth.seconds(technician, request.service, luck),
        is_late=late,
        is_fixed=fixed,
        felt=y,
        said=truth.answer(technician, y, luck),
        said_on=day + luck.said_after,
        is_accepted=fixed and luck.accepts < truth.acceptance(*where, y),
    )
