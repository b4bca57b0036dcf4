"""Routes in VROOM's format → a plan: the steps a search may start from, and an answer to be checked."""

from collections import Counter
from typing import Any

from dispatch.solver.document import Document, score_from_document
from dispatch.solver.exchange.schema import validate_answer
from dispatch.solver.exchange.vehicles import pauses_of
from dispatch.solver.objective import plan_score
from dispatch.solver.place import Place
from dispatch.solver.plan import Plan, Reason, Route, Score, Stop, Unassigned
from dispatch.solver.problem import Problem, Shift, Visit
from dispatch.solver.validation import ProblemError


def start_from_vroom(document: Document, problem: Problem) -> Plan | None:
    """The routes that vehicles' `steps` describe, without times; `None` where no vehicle has any.

    Raises:
        ProblemError: a step names a job that is not there, or more often than it wants technicians, or one role twice.
    """
    if not any("steps" in vehicle for vehicle in document["vehicles"]):
        return None
    roles, routes, taken = _Roles(problem), [], set()
    for i, (vehicle, shift) in enumerate(zip(document["vehicles"], problem.shifts, strict=True)):
        stops = []
        for k, step in enumerate(vehicle.get("steps", ())):
            if step["type"] != "job":
                continue
            path = f"vehicles[{i}].steps[{k}]"
            visit, role = roles.next(f"{path}.id", step)
            if role >= visit.roles or (visit.id, role) in taken:
                raise ProblemError(f"{path}.role", f"{role} is taken, or more than job {visit.id!r} has")
            taken.add((visit.id, role))
            stops.append(Stop(visit.id, 0, 0, 0, 0, 0, 0, role=role))
        routes.append(Route(shift.id, 0, tuple(stops), 0))
    return Plan(tuple(route for route in routes if route.stops), (), Score())


class _Roles:
    """Which of a crew comes next, while the routes are read."""

    def __init__(self, problem: Problem) -> None:
        self._visits = {visit.id: visit for visit in problem.visits}
        self._seen: Counter[str] = Counter()

    def next(self, path: str, step: Document) -> tuple[Visit, int]:
        name = str(step.get("id"))
        if name not in self._visits:
            raise ProblemError(path, f"there is no job {name!r}")
        role = self._seen[name]
        self._seen[name] += 1
        if role >= self._visits[name].roles:
            raise ProblemError(path, f"job {name!r} stands there too often")
        return self._visits[name], int(step.get("role", role))

    def has(self, name: str) -> bool:
        """Whether there is such a job."""
        return name in self._visits


def plan_from_vroom(document: Document, problem: Problem, answer: Any) -> Plan:
    """The plan in an answer of VROOM's or ours to `document`, whose problem is `problem`.

    VROOM gives no reason for what it leaves out; here it is `no_capacity` then, which nobody claimed: see
    `without_reason`. Its cost is not ours either: without our `score`, the plan's is worked out.

    Raises:
        ProblemError: it is no answer, or names what the problem does not have.
    """
    if isinstance(answer, dict) and answer.get("code", 0) != 0:
        raise ProblemError("code", f"it is no plan but an error: {answer.get('error')!r:.200}")
    validate_answer(answer)
    roles = _Roles(problem)
    vehicles = {str(vehicle["id"]): vehicle for vehicle in document["vehicles"]}
    shifts = {shift.id: shift for shift in problem.shifts}
    routes = []
    for i, given in enumerate(answer["routes"]):
        name = str(given["vehicle"])
        if name not in shifts:
            raise ProblemError(f"routes[{i}].vehicle", f"there is no vehicle {given['vehicle']!r}")
        replay = _Replay(problem, shifts[name], vehicles[name])
        routes.append(replay.route(f"routes[{i}]", given["steps"], roles))
    left = tuple(_left(f"unassigned[{i}]", one, roles) for i, one in enumerate(answer.get("unassigned", ())))
    plan = Plan(tuple(routes), left, Score())
    stated = answer.get("summary", {}).get("score")
    score = plan_score(problem, plan) if stated is None else score_from_document("summary.score", stated)
    return Plan(plan.routes, plan.unassigned, score)


def without_reason(answer: Document) -> frozenset[str]:
    """The visits that an answer leaves out without a reason."""
    return frozenset(str(left["id"]) for left in answer.get("unassigned", ()) if "reason" not in left)


def _left(path: str, given: Document, roles: _Roles) -> Unassigned:
    name = str(given["id"])
    if not roles.has(name):
        raise ProblemError(f"{path}.id", f"there is no job {given['id']!r}")
    try:
        reason = Reason(given.get("reason", Reason.NO_CAPACITY))
    except ValueError as error:
        raise ProblemError(f"{path}.reason", f"{given['reason']!r} is no reason") from error
    return Unassigned(name, reason, given.get("detail", {}))


class _Replay:
    """One route's steps, walked."""

    def __init__(self, problem: Problem, shift: Shift, vehicle: Document) -> None:
        self._travel = problem.travel_of(shift)
        self._shift = shift
        self._break_number = {str(one["id"]): i for i, one in enumerate(pauses_of(vehicle, shift))}

    def route(self, path: str, steps: list[Document], roles: _Roles) -> Route:
        """The steps as a route; what lies between two of them that is neither travel nor rest is waiting."""
        rests: list[int | None] = [None] * len(self._shift.breaks)
        stops: list[Stop] = []
        place, now, rested = self._shift.start_place, steps[0]["arrival"] if steps else 0, 0
        left_s = now
        for k, step in enumerate(steps):
            if step["type"] == "break":
                number = self._break(f"{path}.steps[{k}].id", step)
                rests[number] = step["arrival"] + step.get("waiting_time", 0)
                rested += self._shift.breaks[number].duration_s
            elif step["type"] == "job":
                visit, role = roles.next(f"{path}.steps[{k}].id", step)
                stops.append(self._stop(step, visit, role, place, now + rested))
                place, now, rested = visit.place, stops[-1].departure_s, 0
        home_s = steps[-1]["arrival"] if steps and steps[-1]["type"] == "end" else now + rested
        return Route(self._shift.id, left_s, tuple(stops), home_s, tuple(rests))

    def _break(self, path: str, step: Document) -> int:
        name = str(step["id"])
        if name not in self._break_number:
            raise ProblemError(path, f"there is no break {step['id']!r}")
        return self._break_number[name]

    def _stop(self, step: Document, visit: Visit, role: int, origin: Place | None, since_s: int) -> Stop:
        """`since_s`: the departure before, breaks added."""
        travel_s, entry_s = self._travel.between(origin, visit.place), step.get("entry", 0)
        setup_s = step.get("setup", 0) if visit.setup_s else 0
        before_s = step["arrival"] + step.get("waiting_time", 0) + entry_s + setup_s
        start_s = step.get("starts", before_s)
        on_site_s = step.get("service", 0) + step.get("setup", 0) - setup_s
        return Stop(
            visit=visit.id,
            arrival_s=step["arrival"],
            start_s=start_s,
            departure_s=start_s + on_site_s,
            travel_s=travel_s,
            entry_s=entry_s,
            waiting_s=start_s - since_s - travel_s - entry_s - setup_s,
            setup_s=setup_s,
            role=role,
        )
