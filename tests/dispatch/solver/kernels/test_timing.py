"""Timetables and costs of whole routes, and what of them is kept beside every visit."""

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement, pairwise
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dispatch.solver.problem import Problem
from dispatch.solver.search.assemble import route_of
from dispatch.solver.search.board import Board, chains_of
from dispatch.solver.search.kernels.layout import NEVER, NOBODY
from dispatch.solver.search.kernels.routing import load_up, retime, within_limits
from dispatch.solver.search.kernels.windows import leg_end, opening
from dispatch.solver.search.model import Model
from tests.dispatch.solver.instances import HOUR, MINUTE, problems
from tests.dispatch.solver.kernels.boards import boards, cost, simple, timed


def used(board: Board) -> Iterator[tuple[int, list[int]]]:
    return ((shift, nodes) for shift, nodes in enumerate(board.routes()) if nodes)


@settings(deadline=None, max_examples=50)
@given(boards())
def test_routes_of_a_search_have_the_timetable_and_the_cost_of_the_reference(board: Board) -> None:
    for shift, nodes in used(board):
        assert route_of(board, shift) == timed(board, shift, nodes)
        assert board.state.cost[shift] == cost(board, shift, nodes)


@settings(deadline=None, max_examples=50)
@given(problems(shifts=1, linked=False), st.randoms(use_true_random=False))
def test_order_is_possible_when_the_reference_says_so(day: Problem, random: Random) -> None:
    board = Board(Model(day))
    assume(day.shifts)
    able = [node for node in range(len(day.visits)) if board.terrain.fixed[node, 0] < NEVER]
    nodes = random.sample(able, random.randint(0, len(able)))
    board.lay_down(chains_of(board.terrain, [(0, nodes)]))
    route = timed(board, 0, nodes)
    assert retime(board.m, board.s, 0) == (not nodes or route is not None)
    if route is not None:
        assert route_of(board, 0) == route
        assert board.cost == cost(board, 0, nodes) + sum(
            int(board.terrain.nodes[node]["penalty"]) for node in range(len(day.visits)) if node not in nodes
        )


class Road:
    """One route, from the depot to the depot: what lies between, and when each service may start."""

    def __init__(self, board: Board, shift: int, nodes: Sequence[int]) -> None:
        self.board, self.shift = board, shift
        self.terms = board.terrain.shifts[shift]
        self.breaks = board.model.problem.shifts[shift].breaks
        visits, shifts = len(board.model.visits), len(board.terrain.shifts)
        self.nodes = [visits + shift, *nodes, visits + shifts + shift]
        spots = board.terrain.spot[self.nodes]
        legs = board.terrain.leg[self.terms["travel_class"]]
        self.legs = [int(legs[a, b]) for a, b in pairwise(spots)]
        service = board.terrain.service[self.terms["service_class"]]
        self.service = [0, *(int(service[node]) for node in nodes), 0]

    def overs(self, first: int, legs: int) -> Iterator[tuple[int, ...]]:
        """Every way to have the breaks from `first` on, on so many legs: breaks over before each and at the end."""
        rest = range(first, len(self.breaks) + 1)
        return ((first, *more) for more in combinations_with_replacement(rest, legs))

    def start(self, k: int, arrival: int) -> int:
        return int(opening(self.board.s, self.nodes[k], arrival))

    def gone(self, k: int, departure: int, over: Sequence[int]) -> int:
        """When the technician leaves for the leg after the last of these; NEVER if that cannot be."""
        for step, (before, after) in enumerate(pairwise(over), start=k):
            end = int(leg_end(self.board.m, self.shift, departure, self.legs[step], before, after))
            if step + 1 == len(self.nodes) - 1:
                return end
            start = self.start(step + 1, end) if end < NEVER else NEVER
            if start >= NEVER:
                return NEVER
            departure = start + self.service[step + 1]
        return departure

    def ready(self, k: int, over: int) -> int:
        """The earliest departure from position k with so many breaks over."""
        ways = (
            (self.from_home(way[0]), way)
            for home in range(over + 1)
            for way in self.overs(home, k)
            if way[-1] == over
        )
        return min((self.gone(0, departure, way) for departure, way in ways), default=NEVER)

    def from_home(self, over: int) -> int:
        """The earliest departure with so many breaks spent at home: each is over when it can no longer begin."""
        return max([int(self.terms["earliest"]), *(pause.latest_s for pause in self.breaks[:over])])

    def works(self, k: int, arrival: int, over: int) -> bool:
        """Whether the rest is possible when the leg to position k ends then, so many breaks over."""
        if k == len(self.nodes) - 1:
            return arrival <= self.back_by(over)
        start = self.start(k, arrival)
        if start >= NEVER:
            return False
        departure = start + self.service[k]
        ways = self.overs(over, len(self.nodes) - 1 - k)
        return any(self.gone(k, departure, way) <= self.back_by(way[-1]) for way in ways)

    def back_by(self, over: int) -> int:
        """The technician is back before the next break must begin."""
        return min([int(self.terms["until"]), *(pause.latest_s for pause in self.breaks[over:])])


@settings(deadline=None, max_examples=40)
@given(boards())
def test_ready_is_the_earliest_departure_and_latest_the_last_arrival(board: Board) -> None:
    for shift, nodes in used(board):
        road = Road(board, shift, nodes)
        for k, node in enumerate(road.nodes):
            for over in range(len(road.breaks) + 1):
                if k <= len(nodes):
                    assert board.state.ready[node, over] == road.ready(k, over)
                if k > 0:
                    latest = int(board.state.latest[node, over])
                    assert latest == -NEVER or road.works(k, latest, over)
                    assert not road.works(k, max(latest + 1, 0), over)


@settings(deadline=None, max_examples=40)
@given(boards(plain=simple))
def test_segments_are_the_shortest_way_to_do_a_part_of_the_route(board: Board) -> None:
    state = board.state
    for shift, nodes in used(board):
        road = Road(board, shift, nodes)
        end = len(nodes) + 1
        for k in range(1, end):
            head, tail = state.head[road.nodes[k]].tolist(), state.tail[road.nodes[k]].tolist()
            # Up to the node, leaving home at any minute of the shift or later; then from its service on.
            dawn = int(road.terms["earliest"])
            spans = {leave: road.gone(0, leave, [0] * (k + 1)) for leave in range(dawn, 24 * HOUR, MINUTE)}
            assert shortest(spans, head) == shortest_of(spans)
            services = [leave for leave in range(0, 24 * HOUR, MINUTE) if road.start(k, leave) == leave]
            back = {leave: road.gone(k, leave + road.service[k], [0] * (end - k + 1)) for leave in services}
            until = int(road.terms["until"])
            back = {leave: late if late <= until else NEVER for leave, late in back.items()}
            assert shortest(back, tail) == shortest_of(back)


def shortest_of(ends: dict[int, int]) -> tuple[int, int, int]:
    """(shortest duration, first and last beginning with it) among beginnings and their ends."""
    spans = {begin: end - begin for begin, end in ends.items() if end < NEVER}
    least = min(spans.values())
    best = [begin for begin, span in spans.items() if span == least]
    return least, min(best), max(best)


def shortest(ends: dict[int, int], segment: Sequence[int]) -> tuple[int, int, int]:
    """The segment, its beginnings cut to those tried."""
    duration, first, last = segment
    return duration, max(first, min(ends)), min(last, max(ends))


@settings(deadline=None, max_examples=40)
@given(boards())
def test_loads_ways_and_limits_are_sums_along_the_route(board: Board) -> None:
    m, state = board.terrain, board.state
    for shift, nodes in used(board):
        road, fits = Road(board, shift, nodes), load_up(board.m, board.s, shift)
        loads = [m.brings[nodes].sum(axis=0)]
        for node in nodes:
            loads.append(loads[-1] + m.collects[node] - m.brings[node])
        for k, node in enumerate(road.nodes[:-1]):
            assert state.head_load[node].tolist() == [max(part) for part in zip(*loads[: k + 1], strict=True)]
            assert state.tail_load[node].tolist() == [max(part) for part in zip(*loads[k:], strict=True)]
        assert fits == all((load <= m.capacity[shift]).all() for load in loads)

        spots, k = m.spot[road.nodes], road.terms["travel_class"]
        ways = [int(m.leg_cost[road.terms["cost_class"], a, b]) for a, b in pairwise(spots)]
        assert state.onward[road.nodes[:-1]].tolist() == ways
        pairings = int(m.fixed[nodes, shift].sum())
        assert state.ways[shift] == int(road.terms["use_cost"]) + sum(ways) + pairings
        if m.drive.shape[1] > 1:
            driven = sum(int(m.drive[k, a, b]) for a, b in pairwise(spots))
            metres = sum(int(m.metres[k, a, b]) for a, b in pairwise(spots))
            kept = driven <= road.terms["max_travel"] and metres <= road.terms["max_distance"]
            assert within_limits(board.m, board.s, shift) == kept
            assert (state.travel_s[shift], state.metres_m[shift]) == (driven, metres)
    assert [state.size[shift] for shift in range(len(m.shifts))] == [len(nodes) for nodes in board.routes()]
    placed = {node for nodes in board.routes() for node in nodes}
    assert {node for node in range(len(m.nodes)) if state.route[node] != NOBODY} == placed
