"""A ruin told plainly, on lists of visits."""

from collections.abc import Sequence

from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels.layout import NOBODY
from dispatch.solver.search.kernels.removal import AVERAGE, DEPTH, GUESTS, LONGEST, SPLIT
from tests.dispatch.solver.kernels.draws import Draws


class Ruin:
    """What a ruin around `seed` leaves of a board's routes, and the nodes it has `pulled`, in order. The board stays
    as it is, but for its random numbers."""

    def __init__(self, board: Board, seed: int, typical: float) -> None:
        self._m, self._state, self._draws = board.terrain, board.state, Draws(board.state.random)
        self.routes = board.routes()
        self.pulled: list[int] = []
        self._sizes = [len(route) for route in self.routes]
        self._longest = min(LONGEST, max(1, typical))
        strings = int(self._draws.chance() * (4 * AVERAGE / (1 + self._longest))) + 1
        neighbours = [node for node in self._m.around[seed].tolist() if node != NOBODY]
        self._go_round([seed, *neighbours], strings)

    def _go_round(self, nodes: Sequence[int], strings: int) -> None:
        """One string out of each route met, until there are enough; some absent visits are taken up on the way."""
        met: set[int] = set()
        guests = 0
        for node in nodes:
            if len(met) == strings:
                return
            shift = self._route_of(node)
            if shift == NOBODY and node not in self.pulled and guests < GUESTS and self._movable(node):
                self._take(node)
                guests += 1
            elif shift != NOBODY and shift not in met and self._movable(node):
                met.add(shift)
                length = int(self._draws.chance() * min(self._sizes[shift], self._longest)) + 1
                self._take_string(shift, node, length)

    def _take_string(self, shift: int, node: int, length: int) -> None:
        """A string with the node in it, anywhere in it by chance; perhaps a longer one but for its middle."""
        route, kept = self.routes[shift], self._kept(length, self._sizes[shift])
        long = length + kept
        first = max(0, route.index(node) - self._draws.pick(long))
        first = max(0, min(first, len(route) - long))
        room = min(long, len(route))
        hole = self._draws.pick(room - kept + 1) if kept else 0
        self._take_some(shift, first, [not hole <= i < hole + kept for i in range(room)])

    def _kept(self, length: int, size: int) -> int:
        """How many visits of the middle stay."""
        if not 1 < length < size or self._draws.chance() >= SPLIT:
            return 0
        kept = 1
        while length + kept < size and self._draws.chance() < DEPTH:
            kept += 1
        return kept

    def _take_some(self, shift: int, first: int, wanted: Sequence[bool]) -> None:
        """Of so many visits, those that are wanted. Visits that go with another one's group do not count."""
        rest = self.routes[shift][first:]
        for is_wanted in wanted:
            if rest and is_wanted and self._movable(rest[0]):
                self._take(rest[0])
            rest = [node for node in rest[1:] if node in self.routes[shift]]

    def _take(self, node: int) -> None:
        """The node, and all that it hangs together with."""
        for member in self._group(node):
            if member not in self.pulled:
                self.pulled.append(member)
            self.routes = [[one for one in route if one != member] for route in self.routes]

    def _movable(self, node: int) -> bool:
        return all(
            self._state.welcome[member]
            if self._route_of(member) == NOBODY
            else self._state.active[self._route_of(member)]
            for member in self._group(node)
        )

    def _group(self, node: int) -> list[int]:
        group = int(self._m.nodes["group"][node])
        if group == NOBODY:
            return [node]
        return [int(one) for one in self._m.group_nodes if self._m.nodes["group"][one] == group]

    def _route_of(self, node: int) -> int:
        return next((shift for shift, route in enumerate(self.routes) if node in route), NOBODY)
