"""A plan laid out on the kernels' arrays: built from routes, changed by the search, read back."""

from collections.abc import Iterable, Sequence

import numpy as np

from dispatch.solver.search.kernels import construct, insertion, linked, mending, plans, timing
from dispatch.solver.search.kernels.layout import NEVER, NOBODY, State, Terrain
from dispatch.solver.search.kernels.packing import pack_chains, pack_state, pack_terrain
from dispatch.solver.search.kernels.plans import Chains
from dispatch.solver.search.model import Model


class Board:
    """One plan in the making. `state` is for the kernels."""

    def __init__(self, model: Model, seed: int = 1) -> None:
        self.model = model
        self.terrain = model.terrain
        self.state = _state(model, seed)
        self.m = pack_terrain(self.terrain)
        self.s = pack_state(self.state)
        self.keys = np.zeros(len(model.visits) + 1)
        self._empty: Board | None = None
        self.lay_down(empty_chains(self.terrain))

    @property
    def cost(self) -> int:
        """The score, seconds of travel."""
        return int(self.state.sums[0] + self.state.sums[1])

    def routes(self) -> list[list[int]]:
        """Each shift's nodes in order."""
        return chained(self.terrain, self.state.next)

    def absent(self) -> list[int]:
        """The nodes in no route."""
        return sorted(self.state.absent[: self.state.sums[2]].tolist())

    def lay_down(self, chains: Chains) -> None:
        """Make the plan what the chains say."""
        plans.lay_down(self.m, self.s, pack_chains(chains))

    def chains(self) -> Chains:
        """A copy of the plan."""
        copy = empty_chains(self.terrain)
        plans.keep(self.m, self.s, pack_chains(copy))
        return copy

    def construct(self) -> None:
        """Put absent nodes near their neighbours: a quick first plan."""
        construct.construct(self.m, self.s, self.keys)

    def fill(self) -> None:
        """Put every absent node wherever it costs least, as far as that is worth its penalty."""
        construct.fill(self.m, self.s, self.keys)

    def mend(self) -> None:
        """Take out whatever is not possible in the plan."""
        mending.mend(self.m, self.s)

    def is_absent(self, node: int) -> bool:
        """Whether the node is in no route."""
        return bool(self.state.route[node] == NOBODY)

    def cheapest(self, node: int) -> int | None:
        """What it costs at least to put an absent visit (the node of its first technician) anywhere; `None` if it
        fits nowhere."""
        cost = int(linked.cheapest(self.m, self.s, node))
        return cost if cost < NEVER else None

    def could_alone(self, node: int) -> bool:
        """Whether some shift could serve the node with nothing else to do."""
        bare = self._bare()
        return any(
            insertion.fits_alone(bare.m, bare.s, shift, node) for shift in range(len(self.terrain.shifts))
        )

    def _bare(self) -> "Board":
        """A board without any visit, made when first asked for."""
        if self._empty is None:
            self._empty = Board(self.model)
        return self._empty

    def times(self, shift: int) -> tuple[int, int, int]:
        """(departure, end, breaks over at the end) of a route; `state.starts` and `state.over` tell the rest."""
        m, s = self.m, self.s
        n = timing.lay_out(m, s, shift)
        timing.run(m, s, shift, n, int(self.terrain.shifts[shift]["earliest"]))
        departure, back, over = timing.lay_times(m, s, shift, n)
        return int(departure), int(back), int(over)


def empty_chains(m: Terrain) -> Chains:
    """No visit in any route."""
    n, r = len(m.nodes), len(m.shifts)
    following = np.arange(n + 2 * r, dtype=np.int64)
    following[n : n + r] += r
    return Chains(following, np.full(n, NEVER, np.int64), np.array([NEVER, n], np.int64))


def chains_of(m: Terrain, routes: Iterable[tuple[int, Sequence[int]]]) -> Chains:
    """Chains for (shift, nodes in order)."""
    chains = empty_chains(m)
    n, r = len(m.nodes), len(m.shifts)
    for shift, nodes in routes:
        chain = [n + shift, *nodes, n + r + shift]
        chains.next[chain[:-1]] = chain[1:]
    return chains


def chained(m: Terrain, following: np.ndarray) -> list[list[int]]:
    """Each shift's nodes in order, read off `next`."""
    n, r = len(m.nodes), len(m.shifts)
    onward = following.tolist()
    routes = []
    for shift in range(r):
        route, node = [], onward[n + shift]
        while node < n:
            route.append(node)
            node = onward[node]
        routes.append(route)
    return routes


def _state(model: Model, seed: int) -> State:
    m = model.terrain
    n, r = len(m.nodes), len(m.shifts)
    rows = n + 2 * r
    columns = 1 + max((int(shift["break_to"] - shift["break_from"]) for shift in m.shifts), default=0)
    parts = m.brings.shape[1]
    own = [window for windows in model.windows for window in windows]
    linked = np.flatnonzero(m.nodes["group"] != NOBODY)
    frozen_at = np.full(n, NOBODY, np.int64)
    frozen_at[linked] = len(own) + np.arange(len(linked))
    bounds = np.array(own + [(0, 0)] * len(linked), np.int64).reshape(-1, 2)

    def longs(*shape: int) -> np.ndarray:
        return np.zeros(shape, np.int64)

    return State(
        before=longs(rows),
        next=longs(rows),
        route=np.full(rows, NOBODY, np.int64),
        size=longs(r),
        ready=longs(rows, columns),
        latest=longs(rows, columns),
        head=longs(rows, 3),
        tail=longs(rows, 3),
        head_load=longs(rows, parts),
        tail_load=longs(rows, parts),
        onward=longs(rows),
        sound=np.ones(r, np.bool_),
        cost=longs(r),
        ways=longs(r),
        waited=longs(r),
        travel_s=longs(r),
        metres_m=longs(r),
        opens=bounds[:, 0].copy(),
        closes=bounds[:, 1].copy(),
        window_from=m.window_from[:-1].copy(),
        window_to=m.window_from[1:].copy(),
        frozen_at=frozen_at,
        absent=longs(n),
        absent_at=np.full(n, NOBODY, np.int64),
        sums=longs(3),
        random=np.array([(seed * 2 + 1) * 0x9E3779B97F4A7C15 % 2**64], np.uint64),
        seq=longs(n + 2),
        legs=longs(n + 2),
        starts=longs(n + 2),
        over=longs(n + 2),
        clock=longs(n + 2, columns),
        via=longs(n + 2, columns),
        stamp=longs(rows),
        turn=longs(2),
        saved=longs(n + r + 1),
        saved_start=longs(n + r + 1),
        saved_cost=longs(r, 2),
        saved_at=np.full(r, NOBODY, np.int64),
        touched=longs(r + 1),
        pulled=longs(n + 1),
        counts=longs(3),
        active=np.ones(r, np.bool_),
        welcome=np.ones(n, np.bool_),
    )
