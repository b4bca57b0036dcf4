"""Rows → Problem. Inside a problem things go by stable texts (a request's reference, a technician's and a
community's code), not by database ids: equal data gives an equal problem, and an equal plan, on every machine."""

from datetime import time

from django.contrib.gis.geos import Point

from communities.models import Community, Signal
from dispatch.models import Shift, Visit
from dispatch.services.day import Day
from dispatch.solver import problem as solver
from dispatch.solver.travel import travel_matrix
from dispatch.states import VISIT_ACTED_ON

DAY_S = 24 * 3600


def problem_of(day: Day) -> solver.Problem:
    """The day as a planning problem."""
    affinity, priority = _by_community(day)
    visits = tuple(_visit(day, name, visit, affinity, priority) for name, visit in day.visits.items())
    shifts = tuple(_shift(day, name, shift) for name, shift in day.shifts.items())
    communities = {_community(visit) for visit in day.visits.values()}
    return solver.Problem(
        visits=visits,
        shifts=shifts,
        travel=travel_matrix(solver.places_of(visits, shifts)),
        entry_s={one.code: one.gate_minutes * 60 for one in sorted(communities, key=lambda one: one.code)},
    )


def _community(visit: Visit) -> Community:
    assert visit.site.community is not None  # open_visits goes through the community's region
    return visit.site.community


def _by_community(day: Day) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Signals as the planner takes them: community id → technician's code → minutes, community id → minutes."""
    codes = {str(shift.technician_id): code for code, shift in day.shifts.items()}
    affinity: dict[str, dict[str, float]] = {}
    priority: dict[str, float] = {}
    for signal in day.signals:
        place = str(signal.community_id)
        if signal.kind == Signal.Kind.COMMUNITY_PRIORITY:
            priority[place] = float(signal.minutes)
        elif signal.minutes and str(signal.technician_id) in codes:
            affinity.setdefault(place, {})[codes[str(signal.technician_id)]] = float(signal.minutes)
    return affinity, priority


def _visit(
    day: Day,
    name: str,
    visit: Visit,
    affinity: dict[str, dict[str, float]],
    priority: dict[str, float],
) -> solver.Visit:
    community = _community(visit)
    pinned = _pinned_shift(visit)
    due_s = day.seconds(visit.work_order.request.resolve_by)
    return solver.Visit(
        id=name,
        place=_place(visit.site.point or community.centre),
        service_s=visit.duration_minutes * 60,
        windows=_windows(day, visit, community),
        skills={need.skill.code: need.level for need in visit.service_type.skills.all()},
        penalty=visit.service_type.priority_minutes + priority.get(str(community.pk), 0.0),
        community=community.code,
        pinned_shift=pinned,
        pinned_start_s=day.seconds(visit.starts_at) if pinned and visit.starts_at else None,
        values=affinity.get(str(community.pk), {}),
        due_s=due_s if 0 <= due_s < DAY_S else None,
    )


def _pinned_shift(visit: Visit) -> str | None:
    """What has begun stays with its technician, at its time."""
    if visit.state not in VISIT_ACTED_ON or visit.technician is None:
        return None
    return visit.technician.code


def _windows(day: Day, visit: Visit, community: Community) -> tuple[solver.TimeWindow, ...]:
    """When service may start: the customer's window without the community's quiet hours. Empty means any time."""
    first = day.seconds(visit.window_from_at) if visit.window_from_at else 0
    last = day.seconds(visit.window_until_at) if visit.window_until_at else DAY_S - 1
    spans = [(max(first, 0), min(last, DAY_S - 1))]
    if community.quiet_from and community.quiet_until:
        spans = _without(spans[0], _clock_s(community.quiet_from), _clock_s(community.quiet_until))
    if spans == [(0, DAY_S - 1)]:
        return ()
    if not spans:  # the whole window is quiet: the customer's word counts more
        spans = [(max(first, 0), min(last, DAY_S - 1))]
    return tuple(solver.TimeWindow(earliest, latest) for earliest, latest in spans)


def _without(span: tuple[int, int], quiet_from: int, quiet_until: int) -> list[tuple[int, int]]:
    first, last = span
    parts = [(first, min(last, quiet_from - 1)), (max(first, quiet_until), last)]
    return [(a, b) for a, b in parts if a <= b]


def _clock_s(local: time) -> int:
    return local.hour * 3600 + local.minute * 60 + local.second


def _shift(day: Day, name: str, shift: Shift) -> solver.Shift:
    return solver.Shift(
        id=name,
        technician=name,
        start_place=_place(shift.start_point),
        end_place=_place(shift.end_point),
        earliest_s=day.seconds(shift.starts_at),
        latest_s=day.seconds(shift.ends_at),
        skills={held.skill.code: held.level for held in shift.technician.skills.all()},
        break_=_break(day, shift),
    )


def _break(day: Day, shift: Shift) -> solver.Break | None:
    """Our break lies wholly inside its window; the planner's window is of the break's start."""
    if not shift.break_minutes or shift.break_from_at is None or shift.break_until_at is None:
        return None
    duration_s = shift.break_minutes * 60
    earliest_s = day.seconds(shift.break_from_at)
    latest_s = max(earliest_s, day.seconds(shift.break_until_at) - duration_s)
    return solver.Break(duration_s=duration_s, earliest_s=earliest_s, latest_s=latest_s)


def _place(point: Point | None) -> solver.Place:
    assert point is not None  # a community with requests has a point: its own, or one derived from theirs
    return solver.Place(round(point.x, 6), round(point.y, 6))
