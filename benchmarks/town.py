"""Field-service days in an invented town, the same on every machine for the same name and seed."""

import math
from dataclasses import dataclass, field
from random import Random

import numpy as np

from dispatch.solver.problem import Place, Problem, Shift, Term, TimeWindow, Travel, Visit, Weights, places_of

HOUR = 3600
SKILLS = ("boiler", "electric", "gas", "lift", "lock", "water")
WEIGHTS = Weights(waiting=Term(weight=0))
"""Travel and visits left out are all that counts: what every peer can be told."""

CENTRE = Place(121.54, 25.04)
KM_PER_DEGREE = 111.32
DETOUR = 1.3
"""Metres of road for a metre as the crow flies."""
SLOWEST_KM_H = 30
"""For a short way; each kilometre of road adds one km/h, so that no detour is quicker than the straight way."""

SHIFT = (8 * HOUR, 17 * HOUR)
GETTING_HOME_S = HOUR // 2
"""A window closes this long before the end of the shifts, service included."""
NEEDS_SKILL = 0.7
IN_CLUSTER = 0.6
CLUSTER_KM = 1.5
VISITS_PER_CLUSTER = 40


@dataclass(frozen=True, slots=True)
class Town:
    """One instance: how much there is of everything. `window_h` is the width of the windows, shortest and
    longest; `penalty_min` the minutes of travel lost with each visit left out; `half_width_km` the town's."""

    name: str
    visits: int
    technicians: int
    window_h: tuple[float, float] = (2, 4)
    penalty_min: int = 600
    half_width_km: float = 15
    seed: int = 1

    @property
    def kind(self) -> str:
        """The class whose goals count: the name's first word."""
        return self.name.partition("-")[0]

    def problem(self) -> Problem:
        """The day to be planned."""
        draw = _Draw(Random(f"{self.name}/{self.seed}"), self)  # noqa: S311 - a town, not a secret
        visits = tuple(draw.visit(number) for number in range(self.visits))
        shifts = tuple(draw.shift(number) for number in range(self.technicians))
        return Problem(visits, shifts, _travel(places_of(visits, shifts)), weights=WEIGHTS)


TOWNS = (
    Town("field-120x20", 120, 20, half_width_km=20),
    Town("field-200x32", 200, 32, half_width_km=20),
    Town("city-400x80", 400, 80, window_h=(1, 1)),
    Town("city-600x100", 600, 100),
    Town("city-1000x160", 1000, 160),
    Town("city-2000x300", 2000, 300),
    Town("full-600x60", 600, 60, penalty_min=120),
)
QUICK = (TOWNS[0], TOWNS[1], Town("full-150x15", 150, 15, penalty_min=120))


@dataclass
class _Draw:
    """Draws one thing after another; the order of the draws is part of the instance."""

    random: Random
    town: Town
    centres: list[tuple[float, float]] = field(init=False)

    def __post_init__(self) -> None:
        self.centres = [self._anywhere() for _ in range(2 + self.town.visits // VISITS_PER_CLUSTER)]

    def visit(self, number: int) -> Visit:
        service = 300 * self.random.randint(4, 18)
        width = round(HOUR * self.random.uniform(*self.town.window_h) / 1800) * 1800
        last = SHIFT[1] - GETTING_HOME_S - service - width
        earliest = self.random.randrange(SHIFT[0], last + 1, 900)
        skilled = self.random.random() < NEEDS_SKILL
        return Visit(
            id=f"V{number}",
            place=self._place(),
            service_s=service,
            windows=(TimeWindow(earliest, earliest + width),),
            skills={self.random.choice(SKILLS): 1} if skilled else {},
            penalty=self.town.penalty_min,
        )

    def shift(self, number: int) -> Shift:
        home = self._place()
        held = self.random.sample(SKILLS, self.random.randint(2, 3))
        return Shift(f"S{number}", f"T{number}", home, home, *SHIFT, skills=dict.fromkeys(sorted(held), 1))

    def _place(self) -> Place:
        """In a cluster or between them, to the ten metres; two may meet in one place."""
        x, y = self._anywhere()
        if self.random.random() < IN_CLUSTER:
            centre = self.random.choice(self.centres)
            x, y = (self.random.gauss(middle, CLUSTER_KM) for middle in centre)
        across = KM_PER_DEGREE * math.cos(math.radians(CENTRE.lat))
        return Place(round(CENTRE.lon + x / across, 4), round(CENTRE.lat + y / KM_PER_DEGREE, 4))

    def _anywhere(self) -> tuple[float, float]:
        half = self.town.half_width_km
        return self.random.uniform(-half, half), self.random.uniform(-half, half)


def _travel(places: tuple[Place, ...]) -> Travel:
    """Whole seconds on roads, faster on long ways."""
    across = KM_PER_DEGREE * math.cos(math.radians(CENTRE.lat))
    x = np.array([place.lon for place in places]) * across
    y = np.array([place.lat for place in places]) * KM_PER_DEGREE
    km = DETOUR * np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    return Travel(places, np.ceil(km / (SLOWEST_KM_H + km) * HOUR).astype(np.int32))
