"""Why this technician: what each visit adds to its route, and what it would add to the best of all others."""

from collections.abc import Iterator

import numpy as np

from dispatch.solver.explaining.bench import Bench
from dispatch.solver.explaining.figures import Choice, Explanation, Rival
from dispatch.solver.explaining.kernels import cheapest_everywhere
from dispatch.solver.plan import Score
from dispatch.solver.search.kernels.layout import NEVER

RIVALS = 2


def explanations(bench: Bench) -> Iterator[Explanation]:
    """Every stop of the plan, in its order."""
    scores = {route.shift: bench.score(bench.model.number[route.shift]) for route in bench.plan.routes}
    rivals = Rivals(bench, scores)
    for route in bench.plan.routes:
        for stop in route.stops:
            node = bench.model.nodes_of[stop.visit][stop.role]
            shift = bench.problem.shifts[bench.model.number[route.shift]]
            added = minus(scores[route.shift], bench.score_without(node))
            chosen = Choice(shift.id, shift.technician, added)
            yield Explanation(stop.visit, chosen, tuple(rivals.of(node, chosen)), stop.role)


class Rivals:
    """Looks for the best technicians not chosen. `scores`: shift → the terms of its route."""

    def __init__(self, bench: Bench, scores: dict[str, Score]) -> None:
        self._bench = bench
        self._scores = scores
        shifts = bench.problem.shifts
        self._costs = np.empty(len(shifts), np.int64)
        self._gaps = np.empty(len(shifts), np.int64)
        self._technician = bench.terrain.shifts["technician"]

    def of(self, node: int, chosen: Choice) -> Iterator[Rival]:
        """The next best technicians for a placed node."""
        bench = self._bench
        cheapest_everywhere(bench.board.m, bench.board.s, node, self._costs, self._gaps)
        own = self._technician[bench.model.number[chosen.shift]]
        self._costs[self._technician == own] = NEVER
        if bench.linked(node):
            self._rule_out(node)
        for shift in self._best():
            yield self._rival(shift, node, chosen)

    def _best(self) -> list[int]:
        """Each technician's cheapest shift, the cheapest first, as many as are asked for."""
        best: dict[int, int] = {}
        for shift in np.argsort(self._costs, kind="stable"):
            if self._costs[shift] >= NEVER or len(best) == RIVALS:
                break
            best.setdefault(int(self._technician[shift]), int(shift))
        return list(best.values())

    def _rival(self, number: int, node: int, chosen: Choice) -> Rival:
        shift = self._bench.problem.shifts[number]
        with_it = self._bench.score_with(number, int(self._gaps[number]), node)
        terms = minus(with_it, self._scores.get(shift.id, Score()))
        against = minus(terms, chosen.terms)
        decides = max(against.terms().items(), key=lambda term: term[1])[0]
        return Rival(shift.id, shift.technician, terms, against.total, decides)

    def _rule_out(self, node: int) -> None:
        """Strike off the rest of the crew, and technicians so slow or quick that a visit that comes after would have
        to move."""
        bench = self._bench
        visit = bench.model.visits[node]
        for other in bench.model.nodes_of[visit.id]:
            technician = self._technician[bench.state.route[other]]
            self._costs[self._technician == technician] = NEVER
        if bench.model.roles[node]:
            return
        for name, least, most in bench.successors.get(visit.id, ()):
            after = bench.model.nodes_of[name][0]
            if bench.board.is_absent(after):
                continue
            ends = bench.start(node) + bench.terrain.service[bench.terrain.shifts["service_class"], node]
            pause = bench.start(after) - ends
            self._costs[(pause < least) | (pause > (NEVER if most is None else most))] = NEVER


def minus(one: Score, other: Score) -> Score:
    """The difference, term by term."""
    theirs = other.terms()
    return Score(**{name: seconds - theirs[name] for name, seconds in one.terms().items()})
