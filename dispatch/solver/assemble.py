"""From the search's numbers to a plan people can read, and from a given plan back into the search."""

from dispatch.solver.construct import Assignment, cheapest_exactly
from dispatch.solver.model import Model, lacking, permitted
from dispatch.solver.objective import plan_score
from dispatch.solver.plan import DEARER, NO_GAP, Plan, Reason, Route, Score, Stop, Unassigned
from dispatch.solver.problem import Shift, Visit
from dispatch.solver.tour import Tour


def plan_of(assignment: Assignment) -> Plan:
    """The assignment as a plan, with a reason for every visit left out and the score."""
    model = assignment.model
    routes = tuple(route_of(model, tour) for tour in assignment.tours if tour.visits)
    unassigned = tuple(unassigned_of(assignment, visit) for visit in sorted(assignment.absent))
    bare = Plan(routes, unassigned, Score())
    return Plan(routes, unassigned, plan_score(model.problem, bare))


def route_of(model: Model, tour: Tour) -> Route:
    """The tour with its timetable; the technician leaves as late as the first stop allows."""
    shift = model.shifts[tour.shift]
    departure = _leaving(tour)
    pause = shift.break_
    break_start = None
    stops: list[Stop] = []
    now, legs = departure, tour.legs()
    for k, visit in enumerate(tour.visits):
        place = model.visits[visit].place
        origin = model.visits[tour.visits[k - 1]].place if k else shift.start_place
        travel = model.problem.travel.between(origin, place)
        arrival, held = now + travel, 0
        if pause is not None and tour.break_leg == k:
            break_start, held = max(now, pause.earliest_s), pause.duration_s
            arrival += held if break_start < arrival else 0
        start = tour.starts[k]
        end = start + model.service[visit]
        entry = legs[k] - travel
        waiting = start - now - travel - entry - held
        stops.append(Stop(model.visits[visit].id, arrival, start, end, travel, entry, waiting))
        now = end
    if pause is not None and tour.break_leg == len(tour.visits):
        break_start = max(now, pause.earliest_s)
    return Route(shift.id, departure, tuple(stops), tour.back_s, break_start)


def _leaving(tour: Tour) -> int:
    shift = tour.model.shifts[tour.shift]
    leave = tour.starts[0] - tour.legs()[0]
    if shift.break_ is not None and tour.break_leg == 0:
        # The break is taken on the way to the first stop, so the way must begin while it may still start.
        leave = min(leave - shift.break_.duration_s, shift.break_.latest_s)
    return max(leave, shift.earliest_s)


def unassigned_of(assignment: Assignment, visit: int) -> Unassigned:
    """Why the visit is in no route: the first reason, in `Reason`'s order, that holds."""
    model = assignment.model
    wanted = model.visits[visit]
    allowed = [shift for shift in model.shifts if permitted(wanted, shift)]
    if not allowed:
        return Unassigned(wanted.id, Reason.NO_SHIFT)
    skilled = [shift for shift in allowed if not lacking(wanted, shift)]
    if not skilled:
        return Unassigned(wanted.id, Reason.SKILL_MISSING, _missing_skill(wanted, allowed))
    if not any(_covers(model, visit, shift) for shift in skilled):
        return Unassigned(wanted.id, Reason.WINDOW_CLOSED)
    if not model.able[visit]:
        return Unassigned(wanted.id, Reason.TOO_FAR)
    offer = cheapest_exactly(assignment, visit)
    if offer is None:
        return Unassigned(wanted.id, Reason.NO_CAPACITY, {"gap": NO_GAP})
    cost: dict[str, str | int] = {"gap": DEARER, "cost_s": offer[0], "penalty_s": model.penalty[visit]}
    return Unassigned(wanted.id, Reason.NO_CAPACITY, cost)


def _missing_skill(visit: Visit, shifts: list[Shift]) -> dict[str, str | int]:
    for skill, level in sorted(visit.skills.items()):
        if all(shift.skills.get(skill, 0) < level for shift in shifts):
            return {"skill": skill, "level": level}
    return {"together": ", ".join(sorted(visit.skills))}


def _covers(model: Model, visit: int, shift: Shift) -> bool:
    """Whether service fits a window and the shift, travel left aside."""
    last_start = shift.latest_s - model.service[visit]
    return any(
        max(earliest, shift.earliest_s) <= min(latest, last_start)
        for earliest, latest in model.windows[visit]
    )


def assignment_of(model: Model, plan: Plan) -> Assignment:
    """The plan's shifts and orders of visits, without what is gone or no longer fits; times are made anew."""
    number = {visit.id: i for i, visit in enumerate(model.visits)}
    shifts = {shift.id: i for i, shift in enumerate(model.shifts)}
    result = Assignment.nobody(model)
    served: set[int] = set()
    for route in plan.routes:
        if route.shift not in shifts:
            continue
        shift = shifts[route.shift]
        known = [number[stop.visit] for stop in route.stops if stop.visit in number]
        able = tuple(visit for visit in known if shift in model.able[visit] and visit not in served)
        tour = _longest_kept(model, shift, able)
        result.tours[shift] = tour
        served.update(tour.visits)
    result.absent = [visit for visit in range(len(model.visits)) if visit not in served]
    return result


def _longest_kept(model: Model, shift: int, visits: tuple[int, ...]) -> Tour:
    limit = model.shifts[shift].max_visits
    whole = model.tour(shift, visits)
    if whole.feasible and (limit is None or len(visits) <= limit):
        return whole
    kept = model.empty[shift]
    for visit in visits:
        longer = model.tour(shift, (*kept.visits, visit))
        if longer.feasible and not kept.full:
            kept = longer
    return kept
