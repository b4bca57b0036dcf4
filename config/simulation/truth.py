"""What nobody in the simulated region can see: how content customers become, and what they then do.

Indices are positions in the `Town`: t technician, c community, k service type; w is the week.

    satisfaction  y = 4 + service(k) + quality(t, w) + mood(c) + taste(t, c) + noise, and less after a late, an overdue
                  or an unsuccessful visit (`costs`); CSAT is y rounded to 1..5
    answer        y + bias(t) + noise, rounded to 1..5, from 45 of 100 customers, content ones a little more often
    first fix     logistic(service(k) + deftness(t))
    acceptance    logistic(service(k) + charm(t) + thirst(c, k) + match(t, c, k) + 0.4 (y - 4))
    time on site  the service's minutes * exp(pace(t) + noise)
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from communities.sample.seeding import seeded
from config.simulation.scenarios import Scenario
from config.simulation.town import SERVICES, Town

Effects = npt.NDArray[np.float64]

USUAL = 4.0
LATE, OVERDUE, NOT_FIXED = 0.4, 0.3, 0.8
FELT_NOISE, SAID_NOISE, TIME_NOISE = 0.6, 0.3, 0.15
ANSWERS, ANSWERS_PER_POINT = 0.45, 0.05
ANSWERS_AFTER_DAYS = 3
ACCEPTS_PER_POINT = 0.4


@dataclass(frozen=True, slots=True)
class Luck:
    """What chance has in store for one visit, whoever goes: standard normal and uniform numbers. Equal in every
    policy's run, so that runs differ only through who goes, and when."""

    felt: float
    said: float
    time: float
    fixed: float
    answers: float
    accepts: float
    said_after: int

    @classmethod
    def of(cls, seed: int, visit: str) -> "Luck":
        """The luck of a visit by its name."""
        random = seeded(seed, "visit", visit)
        return cls(
            felt=random.gauss(0, 1),
            said=random.gauss(0, 1),
            time=random.gauss(0, 1),
            fixed=random.random(),
            answers=random.random(),
            accepts=random.random(),
            said_after=random.randint(0, ANSWERS_AFTER_DAYS),
        )


@dataclass(frozen=True)
class Truth:
    """The hidden effects of one seed."""

    quality: Effects  # [t, w]
    mood: Effects  # [c]
    taste: Effects  # [t, c]
    bias: Effects  # [t]
    charm: Effects  # [t]
    thirst: Effects  # [c, k]
    match: Effects  # [t, c, k]
    deftness: Effects  # [t]
    pace: Effects  # [t]

    @classmethod
    def of(cls, scenario: Scenario, town: Town, seed: int, weeks: int) -> "Truth":
        """Drawn effect by effect, each from a stream of its own: a scenario that changes one leaves the others."""
        t, c, k = len(town.technicians), len(town.communities), len(SERVICES)

        def normal(name: str, *shape: int) -> Effects:
            stream = np.random.default_rng(seeded(seed, "truth", name).getrandbits(128))
            return getattr(scenario, name) * stream.standard_normal(shape)  # type: ignore[no-any-return]

        return cls(
            quality=normal("quality", t)[:, None] + normal("drift", t, weeks).cumsum(axis=1),
            mood=normal("mood", c),
            taste=normal("taste", t, c),
            bias=normal("bias", t),
            charm=normal("charm", t),
            thirst=normal("thirst", c, k),
            match=normal("match", t, c, k),
            deftness=normal("deftness", t),
            pace=normal("pace", t),
        )

    def satisfaction(self, t: int, c: int, k: int, week: int) -> float:
        """The mean of y after a punctual visit that fixes the matter."""
        return float(USUAL + SERVICES[k].csat + self.quality[t, week] + self.mood[c] + self.taste[t, c])

    def fix_chance(self, t: int, k: int) -> float:
        """The probability that one visit is enough."""
        return logistic(SERVICES[k].fixed + float(self.deftness[t]))

    def acceptance(self, t: int, c: int, k: int, felt: float) -> float:
        """The probability that a customer who feels so accepts the option."""
        wish = self.charm[t] + self.thirst[c, k] + self.match[t, c, k]
        return logistic(SERVICES[k].accepts + float(wish) + ACCEPTS_PER_POINT * (felt - USUAL))

    def seconds(self, t: int, k: int, luck: Luck) -> int:
        """Time on site."""
        return round(60 * SERVICES[k].minutes * math.exp(float(self.pace[t]) + TIME_NOISE * luck.time))

    def answer(self, t: int, felt: float, luck: Luck) -> int | None:
        """What the customer says on the scale of 1 to 5, or None."""
        if luck.answers >= ANSWERS + ANSWERS_PER_POINT * (felt - USUAL):
            return None
        return csat(felt + float(self.bias[t]) + SAID_NOISE * luck.said)

    def expected_answer(self, t: int, c: int, week: int) -> float:
        """The mean of CSAT over service types, as they are asked for, of punctual visits that fix it or do not, without
        bias: what an estimate from answers should find."""
        return sum(
            service.share * self._expected(self.satisfaction(t, c, k, week), self.fix_chance(t, k))
            for k, service in enumerate(SERVICES)
        )

    def _expected(self, mean: float, fix_chance: float) -> float:
        spread = math.hypot(FELT_NOISE, SAID_NOISE)
        return fix_chance * mean_csat(mean, spread) + (1 - fix_chance) * mean_csat(mean - NOT_FIXED, spread)


def felt(mean: float, luck: Luck, *, late: bool, overdue: bool, fixed: bool) -> float:
    """The y of one visit."""
    return mean + FELT_NOISE * luck.felt - LATE * late - OVERDUE * overdue - NOT_FIXED * (not fixed)


def csat(y: float) -> int:
    """Satisfaction as it would be ticked: 1 to 5."""
    return max(1, min(5, math.floor(y + 0.5)))


def mean_csat(mean: float, spread: float) -> float:
    """The mean of `csat` of a normal y: 1 + sum over j = 1..4 of P(y >= j + 0.5)."""
    return 1 + sum(0.5 * math.erfc((j + 0.5 - mean) / (spread * math.sqrt(2))) for j in range(1, 5))


def logistic(x: float) -> float:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + math.exp(-x))
