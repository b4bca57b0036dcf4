"""What a preview says: two plans of a day side by side, and which visits go to somebody else, and why."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from communities.insight.signals import Signals
from communities.models import Community
from dispatch.models import Route, Stop, Visit
from dispatch.plan_changes import Change
from dispatch.services.day import Day
from dispatch.services.plan_rows import choice_told
from dispatch.services.problem import leeway_of
from dispatch.solver.explain import Explanation, explain
from dispatch.solver.plan import Plan, Unassigned
from dispatch.solver.problem import Problem


@dataclass(frozen=True, slots=True)
class Side:
    """A plan, the problem that it solves, and what the problem was told of customers."""

    problem: Problem
    plan: Plan
    signals: Signals


def preview_result(day: Day, before: Side, after: Side) -> dict[str, Any]:
    """Both plans' figures, those of communities in which something moves, and the visits that another technician
    would have, in the order of the day's.

    What technicians add is measured by the same signals on both sides: those from before.
    """
    moved = _moved(day, before.plan, after.plan)
    return {
        "visits": len(day.trips),
        "before": _figures(day, before.plan, before.signals),
        "after": _figures(day, after.plan, before.signals),
        "communities": list(_communities(day, before, after, moved)),
        "moved": list(_moves(day, before, after, moved)) if moved else [],
    }


def _figures(day: Day, plan: Plan, signals: Signals) -> dict[str, Any]:
    return {
        "travel_minutes": round(plan.score.travel / 60, 2),
        "promises": _promises_broken(day, plan),
        "minutes": {name: round(minutes, 2) for name, minutes in plan.score.minutes().items() if minutes},
        **_added(day, plan, signals, day.trips),
    }


def _added(day: Day, plan: Plan, signals: Signals, names: Collection[str]) -> dict[str, Any]:
    """Of these visits, how many are left out; and what technicians add to satisfaction (a mean over visits) and to
    sales (a sum)."""
    shift_of = plan.shift_of()
    parts = [
        signals.parts_of(*_ids(day, shift_of[name], day.visits[name])) for name in names if name in shift_of
    ]
    csat, upsell = (
        [part[figure].effect if figure in part else 0.0 for part in parts] for figure in ("csat", "upsell")
    )
    return {
        "unassigned": len(names) - len(parts),
        "csat_added": round(sum(csat) / len(parts), 3) if parts else 0.0,
        "upsell_added_minor": round(sum(upsell)),
    }


def _ids(day: Day, code: str, visit: Visit) -> tuple[str, str, str]:
    """Technician, community and service type, as signals call them."""
    technician = day.shifts[code].technician_id
    return str(technician), str(visit.site.community_id), str(visit.service_type_id)


def _promises_broken(day: Day, plan: Plan) -> int:
    """How many customers would be told something else than they were."""
    stops = {
        stop.visit: Stop(
            route=Route(technician_id=day.shifts[route.shift].technician_id),
            start_at=day.at(stop.start_s),
        )
        for route in plan.routes
        for stop in route.stops
        if not stop.role
    }
    return sum(Change(visit, None, stops.get(name)).breaks_promise for name, visit in day.trips.items())


def _moved(day: Day, before: Plan, after: Plan) -> list[str]:
    """The visits that another technician would have, or nobody."""
    former, then = before.shift_of(), after.shift_of()
    return [name for name in day.trips if former.get(name) != then.get(name)]


def _communities(day: Day, before: Side, after: Side, moved: Collection[str]) -> Iterator[dict[str, Any]]:
    names: dict[Community, list[str]] = defaultdict(list)
    for name, visit in day.trips.items():
        assert visit.site.community is not None  # a visit is planned through its community's region
        names[visit.site.community].append(name)
    for community in sorted(names, key=lambda one: one.code):
        here = names[community]
        moving = sum(name in moved for name in here)
        if moving:
            yield {
                "community_id": str(community.pk),
                "visits": len(here),
                "moved": moving,
                "before": _added(day, before.plan, before.signals, here),
                "after": _added(day, after.plan, before.signals, here),
            }


def _moves(day: Day, before: Side, after: Side, moved: Collection[str]) -> Iterator[dict[str, Any]]:
    """`worth`: what sending either technician is worth, in minutes, under the one policy and under the other."""
    why = explain(after.problem, after.plan, leeway_of(day))
    former, then = before.plan.shift_of(), after.plan.shift_of()
    for name in moved:
        visit, gone, goes = day.visits[name], former.get(name), then.get(name)
        yield {
            "work_order_number": visit.work_order.number,
            "community_id": str(visit.site.community_id),
            "service_type_id": str(visit.service_type_id),
            "from": gone,
            "to": goes,
            "worth": {
                code: [round(side.signals.minutes_of(*_ids(day, code, visit)), 2) for side in (before, after)]
                for code in (gone, goes)
                if code
            },
            "why": _chosen(why.assigned[name], gone) if goes else _left_out(why.unassigned[name]),
        }


def _chosen(why: Explanation, former: str | None) -> dict[str, Any]:
    """Who goes, against whoever would have gone, or else against the next best."""
    same = (rival for rival in why.rivals if rival.technician == former)
    other = next(same, why.runner_up)
    return {"chosen": choice_told(why.chosen), "runner_up": choice_told(other) if other else None}


def _left_out(left: Unassigned) -> dict[str, Any]:
    return {
        "reason": left.reason,
        "detail": ", ".join(f"{name}: {value}" for name, value in left.detail.items()),
    }
