"""One day: the real planner plans it, then it is lived, with the time that visits really take."""

from collections.abc import Iterator, Sequence

from communities.insight.signals import Signals, VisitFacts, visit_terms
from config.simulation.outcomes import Visited, Waiting, World, outcome
from config.simulation.town import CLOSES_S, DAYS_A_WEEK, GATE_S, HOUR, OPENS_S, SERVICES, Technician, date_of
from dispatch.solver.plan import Plan, Route
from dispatch.solver.problem import Problem, Shift, Visit, places_of
from dispatch.solver.solve import Limits, solve
from dispatch.solver.travel import travel_matrix
from dispatch.urgency import urgency

ITERATIONS = 2_000
OFFERED = 1.5
"""Service time offered to a plan as a share of working time, most urgent first: as `dispatch/services/release.py`."""
LATE_AFTER_S = HOUR // 2


def plan_of(world: World, day: int, waiting: Sequence[Waiting], signals: Signals) -> Plan:
    """The plan of a day for the most urgent of what waits; without any signals the neutral one."""
    technicians = world.town.working(day // DAYS_A_WEEK)
    codes = [one.code for one in technicians]
    chosen = _most_urgent(waiting, len(technicians))
    visits = tuple(_visit(world, one, signals, codes, day) for one in chosen)
    shifts = tuple(map(_shift, technicians))
    travel = travel_matrix(places_of(visits, shifts))
    entry_s = {community.code: GATE_S for community in world.town.communities}
    return solve(Problem(visits, shifts, travel, entry_s), Limits(iterations=ITERATIONS, seed=day + 1))


def lived(world: World, day: int, plan: Plan, waiting: Sequence[Waiting]) -> Iterator[Visited]:
    """What comes of each visit of a plan."""
    visits = {one.name: one for one in waiting}
    index = {one.code: t for t, one in enumerate(world.town.technicians)}
    for route in plan.routes:
        yield from _route_lived(world, day, route, index[route.shift], visits)


def _route_lived(
    world: World, day: int, route: Route, technician: int, visits: dict[str, Waiting]
) -> Iterator[Visited]:
    """Nobody begins before the time the customer was told; who runs late makes every visit all the same."""
    free_s = 0
    for stop in route.stops:
        start_s = max(stop.start_s, free_s + stop.travel_s + stop.entry_s)
        late = start_s > stop.start_s + LATE_AFTER_S
        visited = outcome(world, visits[stop.visit], technician, day, late=late)
        yield visited
        free_s = start_s + visited.seconds


def _most_urgent(waiting: Sequence[Waiting], technicians: int) -> Iterator[Waiting]:
    room_s = OFFERED * technicians * (CLOSES_S - OPENS_S)
    for one in sorted(waiting, key=lambda one: (one.request.due_on, one.name)):
        room_s -= 60 * SERVICES[one.request.service].minutes
        if room_s < 0:
            return
        yield one


def _visit(world: World, waiting: Waiting, signals: Signals, technicians: Sequence[str], day: int) -> Visit:
    request = waiting.request
    service = SERVICES[request.service]
    due_on, on = date_of(request.due_on), date_of(day)
    facts = VisitFacts(
        community=world.town.communities[request.community].code,
        service_type=service.code,
        penalty=service.penalty * urgency(due_on, on),
        usual_s=60 * service.minutes,
        due_on=due_on,
    )
    terms = visit_terms(facts, signals, technicians, on)
    return Visit(
        id=waiting.name,
        place=request.place,
        service_s=terms.service_s,
        windows=request.windows,
        skills={service.skill: 1},
        penalty=terms.penalty,
        community=facts.community,
        values=terms.values,
        service_by_technician=terms.service_by_technician,
    )


def _shift(technician: Technician) -> Shift:
    return Shift(
        id=technician.code,
        technician=technician.code,
        start_place=technician.home,
        end_place=technician.home,
        earliest_s=OPENS_S,
        latest_s=CLOSES_S,
        skills=dict.fromkeys(technician.skills, 1),
    )
