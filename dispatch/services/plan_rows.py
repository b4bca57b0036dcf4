"""Plan → rows: the routes with their stops, what had begun included, and the visits left out with the reason."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dispatch.models import PlanVersion, Route, Stop, UnassignedVisit, Visit
from dispatch.services.day import Day, over_at
from dispatch.solver import plan as solver
from dispatch.solver.explain import Choice, Exclusion, Explanation, Explanations, Relaxation, Rule
from dispatch.solver.problem import Problem


@dataclass(frozen=True)
class PlanRows:
    """What a version consists of."""

    routes: list[Route] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    unassigned: list[UnassignedVisit] = field(default_factory=list)


def plan_rows(
    version: PlanVersion, day: Day, problem: Problem, plan: solver.Plan, why: Explanations
) -> PlanRows:
    """The rows of a plan, not yet stored. A technician's route begins with what was begun or done by then."""
    further = {day.member(*seat): _told(day, one) for seat, one in why.further.items()}
    told = further | {name: _told(day, one) for name, one in why.assigned.items()}
    rows = route_rows(version, day, problem, plan, told)
    for left in plan.unassigned:
        rows.unassigned.extend(_unassigned(version, day, left, why))
    return rows


def route_rows(
    version: PlanVersion, day: Day, problem: Problem, plan: solver.Plan, told: Mapping[str, dict[str, Any]]
) -> PlanRows:
    """The rows of a plan's routes, with what is `told` of each visit, of a crew's too."""
    rows = PlanRows()
    planned = {route.shift: route for route in plan.routes}
    for name in day.shifts:
        begun, route = day.begun.get(name, []), planned.get(name)
        if begun or route:
            row = _route(version, day, problem, name, route)
            rows.routes.append(row)
            rows.stops.extend(_stops(day, row, begun, route, told))
    return rows


def _route(version: PlanVersion, day: Day, problem: Problem, name: str, route: solver.Route | None) -> Route:
    begun, shift = day.begun.get(name, []), day.shifts[name]
    starts = [visit.starts_at for visit in begun if visit.starts_at] or [
        day.at(route.departure_s if route else 0)
    ]
    ends = [over_at(visit) for visit in begun]
    return Route(
        organisation_id=version.organisation_id,
        version=version,
        shift=shift,
        technician_id=shift.technician_id,
        starts_at=min(starts),
        ends_at=day.at(route.arrival_s) if route else max(ends),
        travel_s=_travel_s(problem, route) if route else 0,
    )


def _travel_s(problem: Problem, route: solver.Route) -> int:
    """To each stop that is planned, and home from the last."""
    places = {visit.id: visit.place for visit in problem.visits}
    home = next(shift.end_place for shift in problem.shifts if shift.id == route.shift)
    return sum(stop.travel_s for stop in route.stops) + problem.travel.between(
        places[route.stops[-1].visit], home
    )


def _stops(
    day: Day,
    row: Route,
    begun: list[Visit],
    route: solver.Route | None,
    told: Mapping[str, dict[str, Any]],
) -> Iterator[Stop]:
    for number, visit in enumerate(begun, start=1):
        yield _begun_stop(row, number, visit)
    for number, stop in enumerate(route.stops if route else (), start=len(begun) + 1):
        name = day.member(stop.visit, stop.role)
        yield _stop(day, row, number, stop, day.visits[name], told[name])


def _begun_stop(row: Route, number: int, visit: Visit) -> Stop:
    """A visit that is under way or over, with the times as far as they are known."""
    arrival_at = visit.arrived_at or visit.starts_at
    start_at = visit.started_at or arrival_at
    assert arrival_at is not None
    assert start_at is not None
    return Stop(
        organisation_id=row.organisation_id,
        version=row.version,
        route=row,
        visit=visit,
        sequence=number,
        arrival_at=arrival_at,
        start_at=start_at,
        departure_at=max(start_at, over_at(visit)),
        travel_s=0,
        begun=True,
    )


def _stop(day: Day, row: Route, number: int, stop: solver.Stop, visit: Visit, told: dict[str, Any]) -> Stop:
    return Stop(
        organisation_id=row.organisation_id,
        version=row.version,
        route=row,
        visit=visit,
        sequence=number,
        arrival_at=day.at(stop.arrival_s),
        start_at=day.at(stop.start_s),
        departure_at=day.at(stop.departure_s),
        travel_s=stop.travel_s,
        explanation=told,
    )


def _told(day: Day, why: Explanation) -> dict[str, Any]:
    return {
        "chosen": choice_told(why.chosen),
        "runner_up": choice_told(why.rivals[0]) if why.rivals else None,
        "third": choice_told(why.rivals[1]) if len(why.rivals) > 1 else None,
        "arm": day.arm_of(day.visits[why.visit]),
    }


def choice_told(choice: Choice) -> dict[str, Any]:
    """Minutes of travel by term."""
    minutes = {name: round(value, 2) for name, value in choice.terms.minutes().items() if value}
    return {"technician": choice.technician, "minutes": minutes}


def _unassigned(
    version: PlanVersion, day: Day, left: solver.Unassigned, why: Explanations
) -> Iterator[UnassignedVisit]:
    """Of a crew everybody stays away, for the same reason."""
    for name in day.crews.get(left.visit, (left.visit,)):
        yield UnassignedVisit(
            organisation_id=version.organisation_id,
            version=version,
            visit=day.visits[name],
            reason=left.reason,
            detail=", ".join(f"{figure}: {value}" for figure, value in left.detail.items()),
            explanation={
                "excluded": _excluded(why.excluded.get(left.visit, ())),
                "relaxations": [_relaxation(one) for one in why.relaxations.get(left.visit, ())],
            },
        )


def _excluded(exclusions: Iterable[Exclusion]) -> list[dict[str, Any]]:
    """Technicians by what keeps them out; where it is the price, with the least that it would be too much."""
    groups: dict[tuple[object, ...], dict[str, Any]] = {}
    for one in sorted(exclusions, key=lambda one: list(Rule).index(one.rule)):
        dear = one.rule is Rule.PRICE
        key = (one.rule, *(() if dear else one.detail.items()))
        figures: dict[str, Any] = {} if dear else dict(one.detail)
        group = groups.setdefault(key, {"rule": one.rule, "technicians": [], **figures})
        if one.technician not in group["technicians"]:
            group["technicians"].append(one.technician)
        if dear:
            minutes = round(int(one.detail["beyond_s"]) / 60, 2)
            group["minutes"] = min(minutes, group.get("minutes", minutes))
    return list(groups.values())


def _relaxation(one: Relaxation) -> dict[str, Any]:
    """Minutes of travel it would add."""
    return {
        "way": one.way,
        "technician": one.technician,
        "minutes": round(one.cost_s / 60, 2),
        "worth_it": one.worth_it,
        "detail": dict(one.detail),
    }
