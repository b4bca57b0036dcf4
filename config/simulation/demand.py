"""Who asks for service, and when. Content customers come back sooner.

A household of a community that is served, with nothing open, asks on a day with the probability

    RATE * weekday * (1 + RETURN * lag(a) * (y - 4))

where y is what it felt after its last visit, a weeks ago, and lag(a) = max(0, min((a - 2) / 6, (20 - a) / 12)): the
effect sets in after two weeks, is greatest after eight and over after twenty. Whether it asks is decided by one
uniform number for each household and day, equal in every policy's run.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from communities.sample.seeding import seeded
from config.simulation.town import CLOSES_S, DAYS_A_WEEK, HOUR, OPENS_S, SERVICES, Town
from config.simulation.truth import USUAL
from dispatch.solver.place import Place
from dispatch.solver.problem import TimeWindow

RATE = 0.0075
WEEKDAY = (1.25, 1.05, 1.0, 0.95, 0.95, 0.8)
RETURN = 0.5
LAG_BEGINS, LAG_PEAKS, LAG_ENDS = 2, 8, 20
WINDOWED = 0.4
WINDOWS = (TimeWindow(OPENS_S, 12 * HOUR), TimeWindow(13 * HOUR, CLOSES_S - 2 * HOUR))
"""Four of ten customers want the morning or the afternoon; others any time."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a household asked for: indices of household, community and service type; days of the simulation."""

    name: str
    household: int
    community: int
    service: int
    place: Place
    windows: tuple[TimeWindow, ...]
    asked_on: int
    due_on: int


class Demand:
    """The households of one run."""

    def __init__(self, town: Town, seed: int) -> None:
        self._town, self._seed = town, seed
        sizes = [one.households for one in town.communities]
        self._community = np.repeat(np.arange(len(sizes)), sizes)
        self._first_week = np.repeat([one.first_week for one in town.communities], sizes)
        self._open = np.zeros(len(self._community), dtype=bool)
        self._felt = np.full(len(self._community), USUAL)
        self._served_on = np.zeros(len(self._community))

    def asked(self, day: int) -> list[Request]:
        """The requests of a day, known in its evening."""
        draws = np.random.default_rng(seeded(self._seed, "asks", day).getrandbits(128))
        weeks = (day - self._served_on) / DAYS_A_WEEK
        rate = RATE * WEEKDAY[day % DAYS_A_WEEK] * (1 + RETURN * lag(weeks) * (self._felt - USUAL))
        served = (self._first_week <= day // DAYS_A_WEEK) & ~self._open
        asking = np.flatnonzero((draws.random(len(rate)) < rate) & served)
        self._open[asking] = True
        return [self._request(int(household), day) for household in asking]

    def settled(self, request: Request, felt: float, day: int) -> None:
        """The household has been helped, and remembers."""
        self._open[request.household] = False
        self._felt[request.household] = felt
        self._served_on[request.household] = day

    def _request(self, household: int, day: int) -> Request:
        name = f"d{day:03}h{household:05}"
        random = seeded(self._seed, "request", name)
        community = int(self._community[household])
        service = random.choices(range(len(SERVICES)), [one.share for one in SERVICES])[0]
        return Request(
            name=name,
            household=household,
            community=community,
            service=service,
            place=random.choice(self._town.communities[community].buildings),
            windows=(random.choice(WINDOWS),) if random.random() < WINDOWED else (),
            asked_on=day,
            due_on=day + SERVICES[service].target_days,
        )


def lag(weeks: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The share of its full effect that a visit so many weeks ago has."""
    rising = (weeks - LAG_BEGINS) / (LAG_PEAKS - LAG_BEGINS)
    falling = (LAG_ENDS - weeks) / (LAG_ENDS - LAG_PEAKS)
    return np.maximum(np.minimum(rising, falling), 0.0)
