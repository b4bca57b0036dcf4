"""A plan → an answer in VROOM's format."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dispatch.solver.document import Document
from dispatch.solver.exchange.jobs import setup_of
from dispatch.solver.exchange.vehicles import pauses_of
from dispatch.solver.exchange.walk import Moment, walk
from dispatch.solver.objective import route_score
from dispatch.solver.plan import Plan, Route, Score, Stop, Unassigned
from dispatch.solver.problem import Problem, Shift, Visit

SUMS = ("setup", "service", "duration", "waiting_time", "priority")


def plan_to_vroom(
    document: Document, problem: Problem, plan: Plan, *, loading_ms: int = 0, solving_ms: int = 0
) -> Document:
    """The answer to `document`, whose problem is `problem`: VROOM's fields, and ours beside them."""
    sheet = _Sheet.of(document, problem)
    routes = [_route(sheet, route) for route in plan.routes]
    return {
        "code": 0,
        "summary": {
            "cost": sum(route["cost"] for route in routes),
            "routes": len(routes),
            "unassigned": len(plan.unassigned),
            **{name: sum(route[name] for route in routes) for name in SUMS},
            **_sums(sheet, plan, routes),
            "violations": [],
            "computing_times": {"loading": loading_ms, "solving": solving_ms, "routing": 0},
            "score": _terms(plan.score),
        },
        "unassigned": [_left_out(sheet.jobs[left.visit], left) for left in plan.unassigned],
        "routes": routes,
    }


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What is looked up by name. `loads`: how many kinds of load there are, 0 without capacities."""

    problem: Problem
    jobs: dict[str, Document]
    vehicles: dict[str, Document]
    visits: dict[str, Visit]
    shifts: dict[str, Shift]
    loads: int

    @classmethod
    def of(cls, document: Document, problem: Problem) -> "_Sheet":
        return cls(
            problem,
            {str(job["id"]): job for job in document.get("jobs", ())},
            {str(vehicle["id"]): vehicle for vehicle in document["vehicles"]},
            {visit.id: visit for visit in problem.visits},
            {shift.id: shift for shift in problem.shifts},
            max((len(shift.capacity) for shift in problem.shifts), default=0),
        )

    def amounts(self, stop: Stop, kind: str) -> list[int]:
        """What a stop delivers or picks up; of a crew, the first brings it."""
        visit = self.visits[stop.visit]
        pieces = {} if stop.role else visit.brings if kind == "delivery" else visit.collects
        return [pieces.get(str(i), 0) for i in range(self.loads)]

    def carried(self, stops: Iterable[Stop]) -> Document:
        """What stops deliver and pick up; nothing is said without capacities. `amount` is VROOM's old word."""
        if not self.loads:
            return {}
        delivery, pickup = (
            _added((self.amounts(stop, kind) for stop in stops), self.loads)
            for kind in ("delivery", "pickup")
        )
        return {"delivery": delivery, "amount": delivery, "pickup": pickup}


def _terms(score: Score) -> dict[str, int]:
    return score.terms() | {"total": score.total}


def _sums(sheet: _Sheet, plan: Plan, routes: list[Document]) -> Document:
    metres = [route["distance"] for route in routes if "distance" in route]
    carried = sheet.carried([stop for route in plan.routes for stop in route.stops])
    return ({"distance": sum(metres)} if metres else {}) | carried


def _added(rows: Iterable[list[int]], width: int) -> list[int]:
    return [sum(column) for column in zip([0] * width, *rows, strict=True)]


def _left_out(job: Document, left: Unassigned) -> Document:
    ours = {"reason": left.reason.value, "detail": dict(left.detail)}
    return {"type": "job", "id": job["id"], **_where(job, "location"), **_described(job), **ours}


def _route(sheet: _Sheet, route: Route) -> Document:
    shift, vehicle = sheet.shifts[route.shift], sheet.vehicles[route.shift]
    travel = sheet.problem.travel_of(shift)
    places = [sheet.visits[stop.visit].place for stop in route.stops]
    moments = list(walk(route, shift, places, travel))
    steps = [_step(sheet, route, shift, vehicle, moment) for moment in moments]
    if sheet.loads:
        _load(sheet, route, moments, steps)
    if travel.metres is not None:
        for step, moment in zip(steps, moments, strict=True):
            step["distance"] = moment.driven_m
    score = route_score(sheet.problem, shift, sheet.visits, route)
    led = [sheet.jobs[stop.visit] for stop in route.stops if not stop.role]
    return {
        "vehicle": vehicle["id"],
        "cost": score.total,
        "score": _terms(score),
        **_described(vehicle),
        **sheet.carried(route.stops),
        **{name: sum(step[name] for step in steps) for name in ("setup", "service", "waiting_time")},
        "duration": max(moment.driven_s for moment in moments),
        "priority": sum(job.get("priority", 0) for job in led),
        **({} if travel.metres is None else {"distance": max(moment.driven_m for moment in moments)}),
        "steps": steps,
        "violations": [],
    }


def _step(sheet: _Sheet, route: Route, shift: Shift, vehicle: Document, moment: Moment) -> Document:
    if moment.kind == "job":
        what = _job_step(sheet, route.stops[moment.number], vehicle, moment)
    elif moment.kind == "break":
        pause = pauses_of(vehicle, shift)[moment.number]
        what = {"id": pause["id"], **_described(pause), "service": pause.get("service", 0)}
    else:
        what = _end(sheet, route, vehicle, moment.kind)
    return {
        "type": moment.kind,
        "setup": 0,
        "service": 0,
        **what,
        "waiting_time": moment.waiting_s,
        "arrival": moment.arrival_s,
        "duration": moment.driven_s,
        "violations": [],
    }


def _end(sheet: _Sheet, route: Route, vehicle: Document, kind: str) -> Document:
    """Where a route starts or ends; an open one at its first or last job, as in VROOM."""
    own = _where(vehicle, kind)
    if own or not route.stops:
        return own
    return _where(sheet.jobs[route.stops[0 if kind == "start" else -1].visit], "location")


def _job_step(sheet: _Sheet, stop: Stop, vehicle: Document, moment: Moment) -> Document:
    job, visit = sheet.jobs[stop.visit], sheet.visits[stop.visit]
    on_site_s = stop.departure_s - stop.start_s
    in_service = 0 if visit.setup_s else min(on_site_s, setup_of(job, vehicle.get("type", "")))
    setup = stop.setup_s or in_service
    ours: dict[str, Any] = {"entry": stop.entry_s} if stop.entry_s else {}
    if moment.arrival_s + moment.waiting_s + stop.entry_s + stop.setup_s != stop.start_s:
        ours["starts"] = stop.start_s
    if visit.crew:
        ours["role"] = stop.role
    return {
        "id": job["id"],
        "job": job["id"],
        **_where(job, "location"),
        **_described(job),
        "setup": setup,
        "service": on_site_s - in_service,
        **ours,
    }


def _load(sheet: _Sheet, route: Route, moments: list[Moment], steps: list[Document]) -> None:
    """All deliveries are on board at the start, all pickups at the end."""
    load = _added((sheet.amounts(stop, "delivery") for stop in route.stops), sheet.loads)
    for moment, step in zip(moments, steps, strict=True):
        if moment.kind == "job":
            brought = sheet.amounts(route.stops[moment.number], "delivery")
            collected = sheet.amounts(route.stops[moment.number], "pickup")
            load = [on - off + more for on, off, more in zip(load, brought, collected, strict=True)]
        step["load"] = load


def _where(given: Document, location: str) -> Document:
    """Coordinates and row, as they were given."""
    found = {"location": given.get(location), "location_index": given.get(f"{location}_index")}
    return {name: value for name, value in found.items() if value is not None}


def _described(given: Document) -> Document:
    return {"description": given["description"]} if "description" in given else {}
