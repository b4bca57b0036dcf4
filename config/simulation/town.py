"""What everybody in the simulated region can see: services, technicians, communities, and who works when."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from communities.sample.seeding import seeded
from dispatch.solver.place import Place

HOUR = 3600
OPENS_S, CLOSES_S = 9 * HOUR, 17 * HOUR + HOUR // 2
DAYS_A_WEEK = 6
"""Monday to Saturday. Days of the simulation are working days: clocks of targets stand still on Sundays."""
BEGINS_ON = date(2026, 1, 5)
"""A Monday."""

CENTRE = Place(121.54, 25.04)
KM_PER_DEGREE = 111.32
HALF_WIDTH_KM = 6.0
BUILDINGS = 10
BUILDINGS_KM = 0.25
GATE_S = 300


@dataclass(frozen=True, slots=True)
class Service:
    """A service type. `csat` is how much more content than usual customers are after it, in points; `fixed` and
    `accepts` are logits of fixing it at the first visit and of accepting the option, which costs `option_minor`."""

    code: str
    share: float
    minutes: int
    skill: str
    target_days: int
    penalty: int
    csat: float
    fixed: float
    accepts: float
    option_minor: int


SERVICES = (
    Service("ac_repair", 0.12, 60, "cooling", 1, 240, -0.25, 1.4, -1.6, 2400),
    Service("ac_service", 0.20, 50, "cooling", 4, 120, 0.15, 3.0, -1.0, 1200),
    Service("electrical", 0.15, 45, "electrical", 2, 180, 0.0, 2.0, -1.4, 1000),
    Service("filter_change", 0.24, 30, "plumbing", 5, 120, 0.15, 3.5, -0.8, 750),
    Service("lock", 0.10, 35, "locks", 1, 240, 0.0, 2.2, -1.4, 1800),
    Service("plumbing", 0.19, 40, "plumbing", 2, 180, -0.15, 1.6, -1.4, 900),
)
SKILLS = ("cooling", "electrical", "locks", "plumbing")


@dataclass(frozen=True, slots=True)
class Technician:
    """Works from `first_week` until before `last_week`."""

    code: str
    home: Place
    skills: tuple[str, ...]
    first_week: int
    last_week: int


@dataclass(frozen=True, slots=True)
class Community:
    """Served from `first_week` on; households live in its buildings."""

    code: str
    buildings: tuple[Place, ...]
    households: int
    first_week: int


@dataclass(frozen=True, slots=True)
class Town:
    """One region. Positions in its tuples are the indices of all arrays of the simulation."""

    technicians: tuple[Technician, ...]
    communities: tuple[Community, ...]

    def working(self, week: int) -> Sequence[Technician]:
        """Who works that week."""
        return [one for one in self.technicians if one.first_week <= week < one.last_week]


def date_of(day: int) -> date:
    """The date of a working day of the simulation."""
    weeks, weekday = divmod(day, DAYS_A_WEEK)
    return BEGINS_ON + timedelta(weeks=weeks, days=weekday)


NEVER = 10**6
TEAM = 8
LEAVES_IN, SUCCEEDED_IN = 12, 14
"""The first technician leaves before week 12; somebody new with the same skills begins in week 14."""
COMMUNITIES = 14
NEW_IN = 8
"""The last community is served from week 8 on."""
HOUSEHOLDS = (350, 650)


def town_of(seed: int) -> Town:
    """The region of a seed."""
    random = seeded(seed, "town")
    return Town(
        tuple(_technician(random, number) for number in range(TEAM + 1)),
        tuple(_community(random, number) for number in range(COMMUNITIES)),
    )


def _technician(random: Random, number: int) -> Technician:
    """Each lacks one of the skills in turn; the one after the team succeeds the first."""
    lacks = SKILLS[number % TEAM % len(SKILLS)]
    return Technician(
        f"T{number + 1:02}",
        _near(random, CENTRE, HALF_WIDTH_KM),
        tuple(skill for skill in SKILLS if skill != lacks),
        SUCCEEDED_IN if number == TEAM else 0,
        LEAVES_IN if number == 0 else NEVER,
    )


def _community(random: Random, number: int) -> Community:
    middle = _near(random, CENTRE, HALF_WIDTH_KM)
    return Community(
        f"C{number + 1:02}",
        tuple(_near(random, middle, BUILDINGS_KM) for _ in range(BUILDINGS)),
        random.randint(*HOUSEHOLDS),
        NEW_IN if number == COMMUNITIES - 1 else 0,
    )


def _near(random: Random, middle: Place, half_width_km: float) -> Place:
    """Somewhere in a square around a place, to the ten metres."""
    x, y = (random.uniform(-half_width_km, half_width_km) / KM_PER_DEGREE for _ in range(2))
    across = math.cos(math.radians(middle.lat))
    return Place(round(middle.lon + x / across, 4), round(middle.lat + y, 4))
