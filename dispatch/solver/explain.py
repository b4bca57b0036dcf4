"""Why this technician, and what the next best would have cost: figures only, words are made elsewhere."""

from dataclasses import dataclass

from dispatch.solver.assemble import assignment_of, route_of
from dispatch.solver.construct import Assignment, offers
from dispatch.solver.model import Model
from dispatch.solver.objective import route_score
from dispatch.solver.plan import Plan, Score, Unassigned
from dispatch.solver.problem import Problem
from dispatch.solver.tour import Tour

TRIED = 5
"""Shifts whose exact cost is worked out when the runner-up is looked for, nearest by estimate first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A shift, and what the visit adds to its route, term by term (seconds of travel, negative = a gain)."""

    shift: str
    technician: str
    terms: Score


@dataclass(frozen=True, slots=True)
class Explanation:
    """A visit's shift and, the rest of the plan unchanged, the next cheapest that could have taken it."""

    visit: str
    chosen: Choice
    runner_up: Choice | None

    @property
    def difference_s(self) -> int | None:
        """Seconds of travel the runner-up would cost more; negative is possible when limits ended a search
        early, or when a dispatcher made the plan. `None` without a runner-up."""
        if self.runner_up is None:
            return None
        return self.runner_up.terms.total - self.chosen.terms.total

    @property
    def deciding_term(self) -> str | None:
        """The term that speaks most for the chosen shift against the runner-up."""
        if self.runner_up is None:
            return None
        chosen = self.chosen.terms.terms()
        return max(self.runner_up.terms.terms().items(), key=lambda term: term[1] - chosen[term[0]])[0]


@dataclass(frozen=True, slots=True)
class Explanations:
    """`assigned`: visit → explanation; `unassigned`: visit → reason and figures."""

    assigned: dict[str, Explanation]
    unassigned: dict[str, Unassigned]


def explain(problem: Problem, plan: Plan) -> Explanations:
    """Explain every visit of a sound plan, in the plan's order."""
    model = Model(problem)
    assignment = assignment_of(model, plan)
    assigned = {}
    for tour in assignment.tours:
        for visit in tour.visits:
            assigned[model.visits[visit].id] = _explain(assignment, tour, visit)
    return Explanations(assigned, {left.visit: left for left in plan.unassigned})


def _explain(assignment: Assignment, tour: Tour, visit: int) -> Explanation:
    model = assignment.model
    without = model.tour(tour.shift, tuple(other for other in tour.visits if other != visit))
    chosen = _choice(model, without, tour)
    tried = [
        _with(model, assignment.tours[shift], visit, position)
        for _, shift, position in offers(assignment, visit)[: TRIED + 1]
        if shift != tour.shift
    ]
    best = min(tried, key=lambda t: t.cost - assignment.tours[t.shift].cost, default=None)
    runner_up = None if best is None else _choice(model, assignment.tours[best.shift], best)
    return Explanation(model.visits[visit].id, chosen, runner_up)


def _with(model: Model, tour: Tour, visit: int, position: int) -> Tour:
    return model.tour(tour.shift, (*tour.visits[:position], visit, *tour.visits[position:]))


def _choice(model: Model, without: Tour, with_: Tour) -> Choice:
    shift = model.shifts[with_.shift]
    before, after = _terms(model, without), _terms(model, with_).terms()
    terms = Score(**{name: after[name] - seconds for name, seconds in before.terms().items()})
    return Choice(shift.id, shift.technician, terms)


def _terms(model: Model, tour: Tour) -> Score:
    if not tour.visits:
        return Score()
    visits = {model.visits[visit].id: model.visits[visit] for visit in tour.visits}
    return route_score(model.problem, model.shifts[tour.shift], visits, route_of(model, tour))
