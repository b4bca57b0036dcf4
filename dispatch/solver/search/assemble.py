"""From the search's numbers to a plan people can read, and from a given plan back into the search."""

from collections.abc import Iterator

from dispatch.solver.objective import plan_score
from dispatch.solver.plan import Plan, Route, Score, Stop
from dispatch.solver.problem import Problem, Shift, Visit
from dispatch.solver.search.board import Board, chains_of
from dispatch.solver.search.kernels.plans import Chains
from dispatch.solver.search.model import Model
from dispatch.solver.search.reasons import reason_of


def plan_of(board: Board) -> Plan:
    """The plan on the board, with a reason for every visit left out and the score."""
    model = board.model
    routes = tuple(route_of(board, shift) for shift, nodes in enumerate(board.routes()) if nodes)
    left_out = {model.visits[node].id: node for node in board.absent() if model.roles[node] == 0}
    in_order = [visit.id for visit in model.problem.visits if visit.id in left_out]
    unassigned = tuple(reason_of(board, left_out[name]) for name in in_order)
    bare = Plan(routes, unassigned, Score())
    return Plan(routes, unassigned, plan_score(model.problem, bare))


def route_of(board: Board, shift: int, problem: Problem | None = None) -> Route:
    """A shift's route with its timetable. `problem`: one that knows ways which the board's own does not."""
    return _Timetable(board, shift, problem or board.model.problem).route()


class _Timetable:
    """One route as the kernels have timed it, told stop by stop."""

    def __init__(self, board: Board, shift: int, problem: Problem) -> None:
        model, state = board.model, board.state
        self.shift: Shift = model.problem.shifts[shift]
        self.problem = problem
        self.departure, self.back, over = board.times(shift)
        n = int(state.size[shift])
        nodes = [int(node) for node in state.seq[1 : n + 1]]
        self.visits: list[Visit] = [model.visits[node] for node in nodes]
        self.roles = [model.roles[node] for node in nodes]
        self.starts = state.starts[1 : n + 1].tolist()
        self.legs = state.legs[1 : n + 2].tolist()
        self.over = [*state.over[: n + 1].tolist(), over]
        self.breaks: list[int | None] = [None] * len(self.shift.breaks)

    def route(self) -> Route:
        stops = tuple(self._stops())
        self._rest(len(stops), stops[-1].departure_s)
        return Route(self.shift.id, self.departure, stops, self.back, tuple(self.breaks))

    def _stops(self) -> Iterator[Stop]:
        travel = self.problem.travel_of(self.shift)
        place, community, now = self.shift.start_place, None, self.departure
        for k, visit in enumerate(self.visits):
            driving, start = travel.between(place, visit.place), self.starts[k]
            entry = 0
            if visit.community is not None and visit.community != community:
                entry = self.problem.entry_s.get(visit.community, 0)
            setup = self.legs[k] - driving - entry
            rests = self._rest(k, now)
            waiting = start - now - self.legs[k] - sum(length for _, length in rests)
            arrival = now + driving
            for begin, length in rests:
                arrival += length if begin < arrival else 0
            end = start + visit.service_of(self.shift.technician)
            yield Stop(visit.id, arrival, start, end, driving, entry, waiting, setup, self.roles[k])
            place, community, now = visit.place, visit.community, end

    def _rest(self, leg: int, now: int) -> list[tuple[int, int]]:
        """(beginning, length) of the breaks taken on a leg, which are noted."""
        rests, clock = [], now
        for b in range(self.over[leg], self.over[leg + 1]):
            pause = self.shift.breaks[b]
            begin = next(max(clock, w.earliest_start) for w in pause.windows if clock <= w.latest_start)
            rests.append((begin, pause.duration_s))
            self.breaks[b] = begin
            clock = begin + pause.duration_s
        return rests


def chains_from(board: Board, plan: Plan) -> Chains:
    """The plan's orders of visits, without what is gone, not allowed there or no longer possible. Times are made
    anew, but those of linked visits are kept.

    The board is used for trying, and left with the plan on it.
    """
    model = board.model
    wanted = _wanted(model, plan)
    chains = chains_of(board.terrain, wanted)
    for route in plan.routes:
        for stop in route.stops:
            nodes = model.nodes_of.get(stop.visit, range(0))
            if stop.role < len(nodes):
                chains.start[nodes[stop.role]] = stop.start_s
    board.lay_down(chains)
    board.mend()
    return board.chains()


def _wanted(model: Model, plan: Plan) -> list[tuple[int, list[int]]]:
    """(shift, nodes) of every route the problem still has, every node once, crews whole or not at all."""
    routes: list[tuple[int, list[int]]] = []
    seen: set[int] = set()
    for route in plan.routes:
        if route.shift not in model.number:
            continue
        nodes = []
        for stop in route.stops:
            known = model.nodes_of.get(stop.visit, range(0))
            if stop.role < len(known) and known[stop.role] not in seen:
                nodes.append(known[stop.role])
                seen.add(known[stop.role])
        routes.append((model.number[route.shift], nodes))
    whole = {node for nodes in model.nodes_of.values() if all(one in seen for one in nodes) for node in nodes}
    return [(shift, [node for node in nodes if node in whole]) for shift, nodes in routes]
