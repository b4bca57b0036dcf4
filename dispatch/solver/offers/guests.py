"""A board with room for visits to come.

The model is made with some nodes too many. A visit that is asked for is written into the first that is free: one row
and one column of every matrix, and its own figures. Should it be taken, there it stays.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dispatch.solver.offers.reach import Reaches, travels
from dispatch.solver.place import Place, Whole
from dispatch.solver.problem import Problem, Shift, Travel, Visit
from dispatch.solver.search.board import Board
from dispatch.solver.search.eligibility import fixed_costs, short_of
from dispatch.solver.search.kernels import routes, routing, survey
from dispatch.solver.search.kernels.layout import NEVER, NOBODY, Longs
from dispatch.solver.search.model import Model
from dispatch.solver.search.roster import counted_parts
from dispatch.solver.search.ways import FARTHEST, priced_ways

Flags = npt.NDArray[np.bool_]

ROOM = 32
"""Visits that can be taken before the model is made anew."""


class GuestBoard:
    """`board` holds the plan."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.model = Model(_roomy(problem), spare=ROOM)
        self.board = Board(self.model)
        # A guest may be due, and is promised; until there is one, nobody may go to him.
        self.model.terrain.prices["start_priced"] = True
        self.model.terrain.fixed[-ROOM:] = NEVER
        self._free = list(range(len(self.model.visits) - ROOM, len(self.model.visits)))
        self._spots = _Spots(self.model, problem)
        self._parts = counted_parts(problem.shifts, self.model.visits)
        shifts = self.model.terrain.shifts
        self._alike = {int(k): problem.shifts[i] for i, k in enumerate(shifts["travel_class"])}
        self._paid_alike = {int(k): problem.shifts[i] for i, k in enumerate(shifts["cost_class"])}

    @property
    def node(self) -> int:
        """The first free node."""
        return self._free[0]

    @property
    def full(self) -> bool:
        """Whether no node is free."""
        return not self._free

    def welcome(self, visit: Visit, reach: Reaches) -> Longs:
        """Write the visit into the free node; seconds on site by shift."""
        node, terrain, shifts = self.node, self.model.terrain, self._problem.shifts
        for number, shift in self._alike.items():
            self._lay_ways(number, shift, visit, reach)
        for number, shift in self._paid_alike.items():
            self._lay_costs(number, shift, visit, reach)
        terrain.fixed[node] = fixed_costs(self._problem, [visit], [0])[:, 0]
        terrain.fixed[node, [bool(short_of(visit, shift)) for shift in shifts]] = NEVER
        terrain.brings[node] = [visit.brings.get(part, 0) for part in self._parts]
        terrain.collects[node] = [visit.collects.get(part, 0) for part in self._parts]
        row = terrain.nodes[node]
        row["due"] = NEVER if visit.due_s is None else visit.due_s
        row["late_weight"] = visit.lateness_weight
        row["promise_weight"], row["promise_technician"] = 0.0, NOBODY
        return np.array([visit.service_of(shift.technician) for shift in shifts], np.int64)

    def promise(self, visit: Visit, shift: int) -> None:
        """Narrow the visit welcomed to its one window, and to this shift's time on site."""
        node, terrain = self.node, self.model.terrain
        window, technician = visit.windows[0], self._problem.shifts[shift].technician
        survey.open_window(self.board.m, self.board.s, node, window.earliest_start, window.latest_start)
        terrain.service[terrain.shifts[shift]["service_class"], node] = visit.service_of(technician)
        self.model.visits[node] = visit

    def seat(self, shift: int, gap: int) -> None:
        """Put the visit promised into the gap after a node."""
        routes.link(self.board.s, shift, gap, self.node)
        routing.retime(self.board.m, self.board.s, shift)

    def unseat(self, shift: int) -> None:
        """Take the visit out again."""
        routes.unlink(self.board.s, self.node)
        routing.retime(self.board.m, self.board.s, shift)

    def keep(self, problem: Problem) -> None:
        """Let the visit seated stay; `problem` is the one with it, at the end."""
        node, visit = self.node, problem.visits[-1]
        routes.set_absent(self.board.m, self.board.s, node)
        self.model.nodes_of[visit.id] = range(node, node + 1)
        self._problem = problem
        self._spots.enter(node, visit, problem)
        self._free.pop(0)

    def _lay_ways(self, number: int, shift: Shift, visit: Visit, reach: Reaches) -> None:
        """One row and one column of every matrix of a travel class."""
        node, terrain, problem = self.node, self.model.terrain, self._problem
        ways = reach[shift.profile].to(self._spots.rows[shift.profile])
        gate = self._spots.unless_same_community(visit, problem)
        setup = self._spots.unless_same_place(visit)
        leg = np.minimum(ways.seconds.astype(np.int64) + gate + setup, FARTHEST).astype(np.int32)
        _lay(terrain.leg[number], terrain.leg_into[number], node, leg)
        if terrain.drive.shape[1] > 1:
            _cross(terrain.drive[number], node, ways.seconds)
            if ways.metres is not None:
                _cross(terrain.metres[number], node, ways.metres)

    def _lay_costs(self, number: int, shift: Shift, visit: Visit, reach: Reaches) -> None:
        """One row and one column of the matrix of a cost class."""
        terrain, problem = self.model.terrain, self._problem
        travel, ways = problem.travel_of(shift), reach[shift.profile].to(self._spots.rows[shift.profile])
        metres = None if travel.metres is None else ways.metres
        costs = None if travel.costs is None else ways.costs
        gate = self._spots.unless_same_community(visit, problem)
        cost = priced_ways(problem, shift, ways.seconds, metres, costs, gate)
        _lay(terrain.leg_cost[number], terrain.cost_into[number], self.node, cost)


class _Spots:
    """What stands at every spot of the model: `rows` of its place in each profile's travel matrix, -1 nowhere."""

    def __init__(self, model: Model, problem: Problem) -> None:
        terrain = model.terrain
        spots = terrain.leg.shape[1]
        self.rows = {name: np.full(spots, -1) for name in travels(problem)}
        self._place: dict[Place, int] = {}
        self._community: dict[str, int] = {}
        self._place_of, self._community_of = np.full(spots, -1), np.full(spots, -1)
        self._entry: Whole = np.zeros(spots, np.int32)
        self._setup: Whole = np.zeros(spots, np.int32)
        for node in range(len(model.visits) - ROOM):
            self.enter(node, model.visits[node], problem)
        for row, shift in zip(terrain.shifts, problem.shifts, strict=True):
            self._stand(int(row["start_spot"]), shift.start_place, problem)
            self._stand(int(row["end_spot"]), shift.end_place, problem)

    def enter(self, node: int, visit: Visit, problem: Problem) -> None:
        """Note a visit."""
        self._stand(node, visit.place, problem)
        self._entry[node] = problem.entry_s.get(visit.community or "", 0)
        self._setup[node] = visit.setup_s
        if visit.community is not None:
            self._community_of[node] = self._community.setdefault(visit.community, len(self._community))

    def _stand(self, spot: int, place: Place | None, problem: Problem) -> None:
        if place is None:
            return
        self._place_of[spot] = self._place.setdefault(place, len(self._place))
        for name, travel in travels(problem).items():
            self.rows[name][spot] = travel.index[place]

    def unless_same_community(self, visit: Visit, problem: Problem) -> Whole:
        """Seconds of entry from the visit to each spot, and back."""
        entry = problem.entry_s.get(visit.community or "", 0)
        same = self._community_of == self._community.get(visit.community or "", -2)
        return _unless(same, self._entry, entry)

    def unless_same_place(self, visit: Visit) -> Whole:
        """Seconds of setup from the visit to each spot, and back."""
        return _unless(self._place_of == self._place.get(visit.place, -2), self._setup, visit.setup_s)


def _unless(same: Flags, there: Whole, here: int) -> Whole:
    onward = np.where(same, 0, there)
    return np.stack([onward, np.where(same, 0, here).astype(np.int32)])


def _lay(matrix: Whole, into: Whole, node: int, ways: Whole) -> None:
    """Ways from the node and to it, in a matrix and in the one by where ways end."""
    _cross(matrix, node, ways)
    into[node, :] = ways[1]
    into[:, node] = ways[0, : len(into)]


def _cross(matrix: Whole, node: int, ways: Whole) -> None:
    matrix[node, :], matrix[:, node] = ways[0], ways[1]


def _roomy(problem: Problem) -> Problem:
    """The problem with places to be taken by visits to come."""
    travel, profiles = problem.travel, problem.profiles
    if not travel.places:
        travel = Travel((Place(0, 0),), np.zeros((1, 1), np.int32))
        profiles = dict.fromkeys(profiles, travel)
    spares = tuple(_spares(problem, travel.places[0]))
    return replace(problem, visits=(*problem.visits, *spares), travel=travel, profiles=profiles)


def _spares(problem: Problem, place: Place) -> Iterator[Visit]:
    """Longer names than any visit has; all parts a van may hold, so that each has its column."""
    name = max((visit.id for visit in problem.visits), key=len, default="") + "+"
    parts = {part: 0 for shift in problem.shifts for part in shift.capacity}
    for number in range(ROOM):
        yield Visit(f"{name}{number}", place, 0, brings=parts)
