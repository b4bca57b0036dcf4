"""The state of a plan during search, and the first plan: regret insertion.

Regret (Potvin & Rousseau 1993): insert first the visit that would lose most if its best shift were taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.solver.model import Model
from dispatch.solver.tour import NEVER, Tour

WAITING_ROOM = 60
"""Visits compared at a time. All of them at once would take quadratic time for hardly better a start."""


@dataclass(slots=True)
class Assignment:
    """A tour per shift (empty ones too) and the visits in none."""

    model: Model
    tours: list[Tour]
    absent: list[int]

    @classmethod
    def nobody(cls, model: Model) -> "Assignment":
        """Every visit left out."""
        return cls(model, list(model.empty), list(range(len(model.visits))))

    def copy(self) -> "Assignment":
        """An assignment that can be changed without changing this one."""
        return Assignment(self.model, list(self.tours), list(self.absent))

    @property
    def cost(self) -> int:
        """The score, seconds of travel."""
        penalties = sum(self.model.penalty[visit] for visit in self.absent)
        return sum(tour.cost for tour in self.tours) + penalties

    def insert(self, visit: int, shift: int, position: int) -> None:
        """Put the visit before the one now at `position` of the shift's tour."""
        visits = self.tours[shift].visits
        self.tours[shift] = self.model.tour(shift, (*visits[:position], visit, *visits[position:]))


def offers(assignment: Assignment, visit: int) -> list[tuple[int, int, int]]:
    """(extra cost, shift, position) of each able shift's cheapest gap, cheapest first."""
    found = []
    for shift in assignment.model.able[visit]:
        gap = assignment.tours[shift].cheapest_gap(visit)
        if gap is not None:
            found.append((gap[0], shift, gap[1]))
    return sorted(found)


def insert_by_regret(assignment: Assignment) -> None:
    """Insert the absent visits one by one while inserting costs less than leaving out."""
    model = assignment.model
    order = sorted(assignment.absent, key=lambda v: (-model.penalty[v], len(model.able[v]), v))
    room: list[int] = []
    left_out: list[int] = []
    while room or order:
        moved, order = order[: WAITING_ROOM - len(room)], order[WAITING_ROOM - len(room) :]
        room += moved
        choice = _most_regretted(assignment, room)
        if choice is None:
            left_out += room
            room = []
            continue
        visit, shift, position = choice
        room.remove(visit)
        assignment.insert(visit, shift, position)
    assignment.absent = sorted(left_out)


def _most_regretted(assignment: Assignment, room: Iterable[int]) -> tuple[int, int, int] | None:
    best: tuple[int, int, int] | None = None
    most = -NEVER
    for visit in room:
        penalty = assignment.model.penalty[visit]
        ranked = [offer for offer in offers(assignment, visit) if offer[0] < penalty]
        if not ranked:
            continue
        second = ranked[1][0] if len(ranked) > 1 else penalty
        if second - ranked[0][0] > most:
            most = second - ranked[0][0]
            best = (visit, ranked[0][1], ranked[0][2])
    return best


def fill(assignment: Assignment) -> None:
    """Insert, at exact cost, every absent visit that is worth it, until none is."""
    again = True
    while again:
        again = False
        for visit in sorted(assignment.absent, key=lambda v: (-assignment.model.penalty[v], v)):
            offer = cheapest_exactly(assignment, visit)
            if offer is not None and offer[0] < assignment.model.penalty[visit]:
                assignment.insert(visit, offer[1], offer[2])
                assignment.absent.remove(visit)
                again = True


def cheapest_exactly(
    assignment: Assignment, visit: int, *, besides: int | None = None
) -> tuple[int, int, int] | None:
    """(change of score, shift, position) of the cheapest insertion, waiting and lateness of others included.

    `besides` is a shift not to look at. `None` when the visit fits nowhere.
    """
    model = assignment.model
    best: tuple[int, int, int] | None = None
    for shift in model.able[visit]:
        if shift == besides:
            continue
        tour = assignment.tours[shift]
        for _, position in tour.gaps(visit):
            visits = (*tour.visits[:position], visit, *tour.visits[position:])
            offer = (model.tour(shift, visits).cost - tour.cost, shift, position)
            best = offer if best is None else min(best, offer)
    return best
