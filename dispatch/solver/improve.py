"""Ruin and recreate under simulated annealing.

Slack induction by string removals (Christiaens & Vanden Berghe, Transportation Science 54(2), 2020): take
strings of neighbouring visits out of a few tours that lie near each other, put everything absent back
greedily with blinks, and accept the result with a probability that falls as the search cools. Visits may
stay out when putting them back would cost more than their penalty.
"""

import math
from collections.abc import Callable, Iterator
from random import Random

import numpy as np

from dispatch.solver.construct import Assignment
from dispatch.solver.model import Model
from dispatch.solver.tour import Tour

AVERAGE_REMOVED = 10
LONGEST_STRING = 10
SPLIT_PROBABILITY = 0.5
BLINK_PROBABILITY = 0.01
EAGER_PROBABILITY = 0.3
EAGERNESS = 5.0
"""How many times its penalty a visit may cost in an eager step. Two visits far away but close together are
each dearer than their penalty and worth it as a pair: the first must be let in for the second to follow."""
NEIGHBOURS = 100
RETRIED = 25
"""Absent visits one step tries again at most, so that too much work does not slow the search."""
HOT, COLD = 0.3, 0.005
"""First and last temperature, in mean driving times between a visit and its ten nearest."""

Tried = Callable[[Tour], None]


class Search:
    """One annealing run. `pool` hears of every tour of every plan accepted."""

    def __init__(self, model: Model, rng: Random, pool: Tried) -> None:
        self.model = model
        self.rng = rng
        self.pool = pool
        self.near = neighbours(model)
        self.warmth = _typical_leg(model, self.near)

    def run(self, start: Assignment, fractions: Iterator[float]) -> Assignment:
        """The best plan met from `start` on; each of `fractions` (0 = hot, 1 = cold) is one iteration."""
        current, cost = start.copy(), start.cost
        best, best_cost = start, cost
        for fraction in fractions:
            temperature = self.warmth * HOT * (COLD / HOT) ** fraction
            trial = current.copy()
            self.recreate(trial, self.ruin(trial))
            trial_cost = trial.cost
            if trial_cost >= cost - temperature * math.log(1 - self.rng.random()):
                continue
            self._remember(current, trial)
            current, cost = trial, trial_cost
            if cost < best_cost:
                best, best_cost = current, cost
        return best

    def _remember(self, before: Assignment, after: Assignment) -> None:
        for old, new in zip(before.tours, after.tours, strict=True):
            if new is not old and new.visits:
                self.pool(new)

    def ruin(self, plan: Assignment) -> list[int]:
        """Take strings of visits near a random one out of their tours; returns them."""
        rng = self.rng
        where = {visit: tour.shift for tour in plan.tours for visit in tour.visits}
        if not where:
            return []
        mean_length = len(where) / sum(1 for tour in plan.tours if tour.visits)
        longest = min(LONGEST_STRING, mean_length)
        strings = int(rng.uniform(1, 4 * AVERAGE_REMOVED / (1 + longest)))
        ruined: set[int] = set()
        taken: list[int] = []
        for visit in self.near[rng.randrange(len(self.near))]:
            shift = where.get(visit, -1)
            if shift < 0 or shift in ruined:
                continue
            tour = plan.tours[shift]
            length = int(rng.uniform(1, min(len(tour.visits), longest) + 1))
            removed = self._string(tour.visits, visit, length)
            ruined.add(shift)
            taken += removed
            kept = tuple(other for other in tour.visits if other not in removed)
            plan.tours[shift] = self.model.tour(shift, kept)
            if len(ruined) >= strings:
                break
        return taken

    def _string(self, visits: tuple[int, ...], around: int, length: int) -> list[int]:
        """`length` visits in a row that include `around`; sometimes with a few spared in their middle."""
        rng = self.rng
        spared = 0
        if length > 1 and rng.random() < SPLIT_PROBABILITY:
            spared = rng.randint(0, min(3, len(visits) - length))
        at = visits.index(around)
        span = length + spared
        first = rng.randint(max(0, at - span + 1), min(at, len(visits) - span))
        string = list(visits[first : first + span])
        if spared:
            cut = rng.randint(1, length - 1)
            del string[cut : cut + spared]
        return string

    def recreate(self, plan: Assignment, removed: list[int]) -> None:
        """Put `removed` and some absent visits in one by one, each into the cheapest gap it can see."""
        self.rng.shuffle(plan.absent)
        idle = plan.absent[RETRIED:]
        left_out = []
        eager = self.rng.random() < EAGER_PROBABILITY
        patience = self.rng.uniform(1, EAGERNESS) if eager else 1.0
        for visit in self._order(plan.absent[:RETRIED] + removed):
            best = self._best_offer(plan, visit, self.model.penalty[visit] * patience)
            if best is None:
                left_out.append(visit)
            else:
                plan.insert(visit, best[1], best[2])
        plan.absent = idle + left_out

    def _best_offer(self, plan: Assignment, visit: int, limit: float) -> tuple[int, int, int] | None:
        random = self.rng.random
        best: tuple[int, int, int] | None = None
        for shift in self.model.able[visit]:
            gap = plan.tours[shift].cheapest_gap(visit)
            if gap is not None and gap[0] < limit and random() >= BLINK_PROBABILITY:
                limit = gap[0]
                best = (gap[0], shift, gap[1])
        return best

    def _order(self, visits: list[int]) -> list[int]:
        """At random, or: dearest to leave out, fewest able shifts, opening soonest, longest first."""
        model = self.model
        self.rng.shuffle(visits)
        dice = self.rng.randrange(10)
        if dice < 4:
            return visits
        if dice < 6:
            return sorted(visits, key=lambda v: -model.penalty[v])
        if dice < 8:
            return sorted(visits, key=lambda v: len(model.able[v]))
        if dice < 9:
            return sorted(visits, key=lambda v: model.windows[v][0][0])
        return sorted(visits, key=lambda v: -model.service[v])


def neighbours(model: Model) -> list[list[int]]:
    """For each visit, itself and then the nearest others by driving time, nearest first."""
    if not model.visits:
        return []
    legs = np.array(model.leg)
    both = legs + legs.T
    np.fill_diagonal(both, -1)
    ranked: list[list[int]] = np.argsort(both, axis=1, kind="stable")[:, : NEIGHBOURS + 1].tolist()
    return ranked


def _typical_leg(model: Model, near: list[list[int]]) -> float:
    legs = [model.leg[visit][other] for visit, others in enumerate(near) for other in others[1:11]]
    return max(1.0, sum(legs) / max(1, len(legs)))
