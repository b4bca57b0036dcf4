"""Rows → Problem. Inside a problem things go by stable texts (a request's reference, a technician's and a
community's code), not by database ids: equal data gives an equal problem, and an equal plan, on every machine."""

from dataclasses import replace
from datetime import datetime, time

from django.contrib.gis.geos import Point

from communities.models import Community, Signal, Site
from dispatch.models import Recovery, Shift, Visit
from dispatch.recovery_policy import POLICY
from dispatch.services.day import Day, over_at
from dispatch.solver import problem as solver
from dispatch.solver.explain import Leeway
from dispatch.solver.travel import travel_matrix

Span = tuple[int, int]


def problem_of(day: Day) -> solver.Problem:
    """The day as a planning problem."""
    affinity, priority = _by_community(day)
    visits = tuple(_visit(day, name, visit, affinity, priority) for name, visit in day.visits.items())
    shifts = tuple(made for name, shift in day.shifts.items() if (made := _shift(day, name, shift)))
    communities = {_community(visit.site) for visit in day.visits.values()}
    return solver.Problem(
        visits=visits,
        shifts=shifts,
        travel=travel_matrix(solver.places_of(visits, shifts)),
        entry_s={one.code: one.gate_minutes * 60 for one in sorted(communities, key=lambda one: one.code)},
    )


def leeway_of(day: Day) -> Leeway:
    """From when each shift's work could be planned: nobody can be asked to have come earlier."""
    return Leeway(earliest_s={name: day.seconds(_free_at(day, name)) for name in day.shifts})


def _free_at(day: Day, name: str) -> datetime:
    """From when this technician could work: from now, or from where the last begun visit ends."""
    return max([day.as_of, *map(over_at, day.begun.get(name, []))])


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
    community = _community(visit.site)
    due_s = day.seconds(visit.work_order.request.resolve_by)
    made = solver.Visit(
        id=name,
        place=_place(visit.site.point or community.centre),
        service_s=visit.duration_minutes * 60,
        windows=_windows(day, visit, community),
        skills={need.skill.code: need.level for need in visit.service_type.skills.all()},
        penalty=visit.service_type.priority_minutes + priority.get(str(community.pk), 0.0),
        community=community.code,
        values=affinity.get(str(community.pk), {}),
        due_s=due_s if 0 <= due_s < day.length_s else None,
    )
    recovery = getattr(visit.work_order.request, "recovery", None)
    return _recovering(made, recovery) if recovery else made


def _recovering(visit: solver.Visit, recovery: Recovery) -> solver.Visit:
    """A visit that makes another good: not by whoever was there, at a higher level, before ordinary ones, in time."""
    return replace(
        visit,
        skills=recovery.levels,
        forbidden_technicians=(recovery.technician.code,),
        penalty=visit.penalty + POLICY.penalty,
        lateness_weight=POLICY.lateness_weight,
    )


def _windows(day: Day, visit: Visit, community: Community) -> tuple[solver.TimeWindow, ...]:
    """When service may start: the customer's window without the community's quiet hours. Empty means any time.

    A window that is quiet all through stands as it is: the customer's word counts more.
    """
    whole = (0, day.length_s - 1)
    first = day.seconds(visit.window_from_at) if visit.window_from_at else whole[0]
    last = day.seconds(visit.window_until_at) if visit.window_until_at else whole[1]
    asked = (max(first, whole[0]), min(last, whole[1]))
    spans = [asked]
    for quiet in _quiet(day, community):
        spans = [part for span in spans for part in _without(span, quiet)]
    if (spans or [asked]) == [whole]:
        return ()
    return tuple(solver.TimeWindow(earliest, latest) for earliest, latest in spans or [asked])


def _quiet(day: Day, community: Community) -> list[Span]:
    """The community's quiet hours, from (included) until (not included); two spans when they pass midnight."""
    if community.quiet_from is None or community.quiet_until is None:
        return []
    start, end = _clock(day, community.quiet_from), _clock(day, community.quiet_until)
    return [(start, end)] if start < end else [(0, end), (start, day.length_s)]


def _without(span: Span, quiet: Span) -> list[Span]:
    parts = [(span[0], min(span[1], quiet[0] - 1)), (max(span[0], quiet[1]), span[1])]
    return [(first, last) for first, last in parts if first <= last]


def _clock(day: Day, local: time) -> int:
    return day.seconds(datetime.combine(day.on, local, day.region.organisation.zone))


def _shift(day: Day, name: str, shift: Shift) -> solver.Shift | None:
    """What is left of a shift, or None: from now, and from where the last begun visit ends."""
    begun = max(day.begun.get(name, []), key=over_at, default=None)
    starts_at = max(shift.starts_at, _free_at(day, name))
    if starts_at >= shift.ends_at:
        return None
    return solver.Shift(
        id=name,
        technician=name,
        start_place=_place(begun.site.point or _community(begun.site).centre if begun else shift.start_point),
        end_place=_place(shift.end_point),
        earliest_s=day.seconds(starts_at),
        latest_s=day.seconds(shift.ends_at),
        skills={held.skill.code: held.level for held in shift.technician.skills.all()},
        breaks=_breaks(day, shift, day.seconds(starts_at)),
    )


def _breaks(day: Day, shift: Shift, from_s: int) -> tuple[solver.Break, ...]:
    """Our break lies wholly inside its window; the planner's window is of the break's start. A window that is over
    asks for none."""
    if not shift.break_minutes or shift.break_from_at is None or shift.break_until_at is None:
        return ()
    duration_s = shift.break_minutes * 60
    earliest_s = day.seconds(shift.break_from_at)
    latest_s = max(earliest_s, day.seconds(shift.break_until_at) - duration_s)
    if latest_s < from_s:
        return ()
    return (solver.Break.between(duration_s, max(earliest_s, from_s), latest_s),)


def _community(site: Site) -> Community:
    assert site.community is not None  # a visit is planned through its community's region
    return site.community


def _place(point: Point | None) -> solver.Place:
    assert point is not None  # open_visits leaves out what is nowhere
    return solver.Place(round(point.x, 6), round(point.y, 6))
