"""What a plan becomes when somebody changes it by hand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from dispatch.solver.checking.links import link_violations
from dispatch.solver.checking.replay import Replay
from dispatch.solver.checking.violations import Cause, Violation
from dispatch.solver.edits.move import Move, Orders, orders_after
from dispatch.solver.edits.timing import Clock, linked_visits
from dispatch.solver.objective import route_score, unassigned_cost
from dispatch.solver.plan import Plan, Reason, Route, Score, Unassigned
from dispatch.solver.problem import Problem


@dataclass(frozen=True)
class Trial:
    """A plan changed by hand, and what that does.

    - `plan`: as it would be; `shifts`: those whose routes were timed anew, with the routes `before` and `after`.
    - `change`: what its score rises by, term by term; `travel_s`: by how much more is driven.
    - `broken`: the rules that forbid it. Then its times are those it would have if windows and working time ended
      later.
    - `holds`: what does not start before which moment, `still`: what starts at which and no other, from then on.
    """

    plan: Plan
    before: Mapping[str, Route]
    after: Mapping[str, Route]
    change: Score
    travel_s: int
    broken: tuple[Violation, ...]
    holds: Mapping[str, int]
    still: Mapping[str, int]

    @property
    def allowed(self) -> bool:
        """Whether no rule forbids it."""
        return not self.broken

    @property
    def shifts(self) -> tuple[str, ...]:
        """Those that have, or had, a route among the changed ones."""
        return tuple({**self.before, **self.after})


def try_move(
    problem: Problem,
    plan: Plan,
    move: Move,
    holds: Mapping[str, int] | None = None,
    still: Mapping[str, int] | None = None,
) -> Trial:
    """The plan after a move, for nothing but the routes it touches are looked at. Milliseconds, whatever the plan.

    `holds`: visit → the moment before which somebody has decided that it does not start. The visit's own gives way to
    `move.start_s`. `still`: visit → the moment at which it starts, since somebody who is in no route here comes then.
    Visits that hang together with others are not moved: the trial says so, and changes nothing.

    Raises:
        ValueError: `move.before` is not in the route.
    """
    old, kept = dict(holds or {}), still or {}
    bound = _bound(problem, move.visit)
    if bound:
        return Trial(plan, {}, {}, Score(), 0, bound, old, kept)
    new = {name: start_s for name, start_s in old.items() if name != move.visit}
    if move.start_s is not None:
        new[move.visit] = move.start_s
    trials = [rearrange(problem, plan, orders, old, new, kept, kept) for orders in orders_after(plan, move)]
    return min(
        trials, key=lambda trial: (len(trial.broken), trial.change.total, _displaced(trial, move.visit))
    )


def rearrange(
    problem: Problem,
    plan: Plan,
    orders: Orders,
    holds: Mapping[str, int] | None = None,
    new_holds: Mapping[str, int] | None = None,
    still: Mapping[str, int] | None = None,
    new_still: Mapping[str, int] | None = None,
) -> Trial:
    """The plan with other orders of visits in some routes, other holds and other fixed starts, timed by the planner's
    rule and replayed by the checker.

    Visits that are in no route any more have been taken off; reasons of others that were left out before stay as they
    are, though there may be room for them now. `change` is against the old orders in the planner's own times; what was
    wrong with these already, as when a day runs late, forbids nothing, except that a visit of `new_still` starts at
    another time than all who come to it.
    """
    old, clock = (
        Clock(problem, plan, holds or {}, still or {}),
        Clock(problem, plan, new_holds or {}, new_still or {}),
    )
    driven = {route.shift: tuple(stop.visit for stop in route.stops) for route in plan.routes}
    before = _routes(old, {name: driven.get(name, ()) for name in orders})
    after = _routes(clock, orders)
    changed = _plan(problem, plan, orders, after)
    change = _score(clock, after, changed, problem) - _score(clock, before, plan, problem)
    known = {_key(one) for one in _violations(old, before, plan)}
    return Trial(
        plan=replace(changed, score=plan.score + change),
        before=before,
        after=after,
        change=change,
        travel_s=_driving(clock, after) - _driving(clock, before),
        broken=(
            *(one for one in _violations(clock, after, changed) if _key(one) not in known),
            *_apart(after, new_still or {}),
        ),
        holds=new_holds or {},
        still=new_still or {},
    )


def added(
    problem: Problem,
    plan: Plan,
    visit: str,
    holds: Mapping[str, int] | None = None,
    still: Mapping[str, int] | None = None,
) -> Score:
    """What a visit adds to the route it is in, term by term."""
    gone = try_move(problem, plan, Move(visit, None), holds, still).change
    return replace(Score() - gone, unassigned=0)


def _displaced(trial: Trial, visit: str) -> int:
    """Seconds by which other visits start earlier or later, all together."""
    before, after = (
        {stop.visit: stop.start_s for route in routes.values() for stop in route.stops}
        for routes in (trial.before, trial.after)
    )
    return sum(abs(after[name] - start) for name, start in before.items() if name in after and name != visit)


def _apart(routes: Mapping[str, Route], still: Mapping[str, int]) -> Iterator[Violation]:
    for name, route in routes.items():
        for stop in route.stops:
            if off := stop.start_s - still.get(stop.visit, stop.start_s):
                yield Violation(Cause.CREW, name, stop.visit, f"starts {off} s apart from the others")


def _bound(problem: Problem, name: str) -> tuple[Violation, ...]:
    """Why a visit is not moved by hand at all."""
    if name not in set(linked_visits(problem)):
        return ()
    crew = any(visit.crew for visit in problem.visits if visit.id == name)
    cause = Cause.CREW if crew else Cause.ORDER
    return (Violation(cause, None, name, "hangs together with others"),)


def _routes(clock: Clock, orders: Orders) -> dict[str, Route]:
    made = {name: clock.route(name, order) for name, order in orders.items()}
    return {name: route for name, route in made.items() if route is not None}


def _plan(problem: Problem, plan: Plan, orders: Orders, after: Mapping[str, Route]) -> Plan:
    kept = {route.shift: route for route in plan.routes if route.shift not in orders} | dict(after)
    routes = tuple(kept[shift.id] for shift in problem.shifts if shift.id in kept)
    served = {stop.visit for route in routes for stop in route.stops}
    was = {stop.visit for route in plan.routes for stop in route.stops}
    left = tuple(one for one in plan.unassigned if one.visit not in served)
    off = tuple(
        Unassigned(visit.id, Reason.TAKEN_OFF) for visit in problem.visits if visit.id in was - served
    )
    return Plan(routes, left + off, plan.score)


def _score(clock: Clock, routes: Mapping[str, Route], plan: Plan, problem: Problem) -> Score:
    """Of these routes, and of what the plan leaves out."""
    left = sum(unassigned_cost(clock.visits[one.visit], problem.weights) for one in plan.unassigned)
    score = Score(unassigned=left)
    for name, route in routes.items():
        score += route_score(problem, clock.shifts[name], clock.visits, route)
    return score


def _driving(clock: Clock, routes: Mapping[str, Route]) -> int:
    """Seconds on the road, the way home included."""
    return sum(_driven(clock, route) for route in routes.values())


def _driven(clock: Clock, route: Route) -> int:
    shift, last = clock.shifts[route.shift], clock.visits[route.stops[-1].visit]
    home = clock.problem.travel_of(shift).between(last.place, shift.end_place)
    return sum(stop.travel_s for stop in route.stops) + home


def _violations(clock: Clock, routes: Mapping[str, Route], plan: Plan) -> list[Violation]:
    found: list[Violation] = []
    for name, route in routes.items():
        found += Replay(clock.problem, clock.shifts[name], clock.visits, route).violations()
    return [*found, *link_violations(clock.problem, plan)]


def _key(one: Violation) -> tuple[Cause, str | None, str | None]:
    return one.cause, one.shift, one.visit
