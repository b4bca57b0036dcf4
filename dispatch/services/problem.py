"""Rows → Problem. Inside a problem things go by stable texts (a request's reference, a technician's and a
community's code), not by database ids: equal data gives an equal problem, and an equal plan, on every machine."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import TypeVar
from uuid import UUID

from django.contrib.gis.geos import Point

from communities.insight.signals import VisitFacts, VisitTerms, visit_terms
from communities.models import Community, Site
from dispatch.models import Recovery, Shift, Visit
from dispatch.recovery_policy import POLICY
from dispatch.services.day import Day, over_at
from dispatch.solver import problem as solver
from dispatch.solver.explain import Leeway
from dispatch.solver.travel import travel_matrix
from dispatch.urgency import urgency

Span = tuple[int, int]
Value = TypeVar("Value")

BOOKED_PENALTY = POLICY.penalty
"""Minutes of travel for leaving out a visit that was booked, on top of an ordinary one's: as for a recovery."""


def problem_of(day: Day) -> solver.Problem:
    """The day as a planning problem. A crew is one visit; of one that has begun in part the others stay as they are."""
    apart = problem_apart(day)
    at_work = {shift.id for shift in apart.shifts}
    along = {name for crew in day.crews.values() for name in crew[1:]}
    visits = (_together(day, visit, at_work) for visit in apart.visits if visit.id not in along)
    return replace(apart, visits=tuple(visits))


def problem_apart(day: Day) -> solver.Problem:
    """The day with a visit for each of a crew, for whoever keeps crews together by leaving them when they are."""
    shifts = tuple(made for name, shift in day.shifts.items() if (made := _shift(day, name, shift)))
    at_work = {shift.id for shift in shifts}
    visits = tuple(
        _pinned(day, visit, visit_of(day, name, visit), at_work) for name, visit in day.visits.items()
    )
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


def visit_of(day: Day, name: str, visit: Visit) -> solver.Visit:
    """One visit of the day, stored or not, by a name of its own."""
    community = _community(visit.site)
    due_s = day.seconds(visit.work_order.request.resolve_by)
    terms = _terms(day, visit, community)
    made = solver.Visit(
        id=name,
        place=_place(visit.site.point or community.centre),
        service_s=terms.service_s,
        service_by_technician=_by_code(day, terms.service_by_technician),
        windows=_windows(day, visit, community),
        skills={need.skill.code: need.level for need in visit.service_type.skills.all()},
        penalty=terms.penalty,
        community=community.code,
        values=_by_code(day, terms.values),
        known_technicians=day.acquaintance.known_to(visit.work_order.request.customer_id),
        preferred_technicians=day.acquaintance.preferred_by(visit.work_order.request.customer_id),
        due_s=due_s if 0 <= due_s < day.length_s else None,
    )
    if visit.crew_size > 1:
        made = replace(made, service_by_technician={})  # they stay equally long
    recovery = getattr(visit.work_order.request, "recovery", None)
    if recovery:
        made = _recovering(made, recovery)
    elif hasattr(visit.work_order.request, "booking"):
        made = _booked(made)
    return made if visit.leads else _alongside(made)


def _alongside(visit: solver.Visit) -> solver.Visit:
    """Going along takes no skill; what it costs to leave the visit out is counted once."""
    return replace(visit, skills={}, penalty=0.0)


def _booked(visit: solver.Visit) -> solver.Visit:
    """A visit whose window somebody was promised: it goes before ordinary ones."""
    return replace(visit, penalty=visit.penalty + BOOKED_PENALTY)


def _together(day: Day, made: solver.Visit, at_work: set[str]) -> solver.Visit:
    visit = day.visits[made.id]
    if visit.crew_size == 1:
        return made
    if made.id in day.crews:
        return replace(made, crew=({},) * (visit.crew_size - 1))
    code = _codes(day).get(visit.technician_id) if visit.technician_id else None
    made = replace(made, pinned_shift=code) if code in at_work else made
    return _starting(day, replace(made, mandatory=True), visit.starts_at)


def _pinned(day: Day, visit: Visit, made: solver.Visit, at_work: set[str]) -> solver.Visit:
    """As a dispatcher decided. Whoever is not at work keeps all others out; a moment that is over, or of another day,
    binds nobody."""
    who, when = visit.pinned_technician, visit.pinned_start_at
    if who is not None and who.code in at_work:
        made = replace(made, pinned_shift=who.code)
    elif who is not None:
        made = replace(made, required_technicians=(who.code,), forbidden_technicians=())
    return _starting(day, made, when)


def _starting(day: Day, made: solver.Visit, at: datetime | None) -> solver.Visit:
    is_ahead = at is not None and day.as_of <= at < day.ends
    return replace(made, pinned_start_s=day.seconds(at)) if at is not None and is_ahead else made


def _recovering(visit: solver.Visit, recovery: Recovery) -> solver.Visit:
    """A visit that makes another good: not by whoever was there, at a higher level, before ordinary ones, in time."""
    return replace(
        visit,
        skills=recovery.levels,
        forbidden_technicians=(recovery.technician.code,),
        known_technicians=_others(visit.known_technicians, recovery.technician.code),
        preferred_technicians=_others(visit.preferred_technicians, recovery.technician.code),
        penalty=visit.penalty + POLICY.penalty,
        lateness_weight=POLICY.lateness_weight,
    )


def _others(codes: tuple[str, ...], but: str) -> tuple[str, ...]:
    """Without the one who may not come: nobody else should be charged for not being them."""
    return tuple(code for code in codes if code != but)


def _terms(day: Day, visit: Visit, community: Community) -> VisitTerms:
    """Penalty, worths and durations, as the signals have them."""
    usual = min(visit.service_type.duration_minutes, visit.duration_minutes)
    facts = VisitFacts(
        community=str(community.pk),
        service_type=str(visit.service_type_id),
        penalty=float(visit.service_type.priority_minutes * urgency(_resolve_on(day, visit), day.on)),
        usual_s=usual * 60,
        extra_s=(visit.duration_minutes - usual) * 60,
        due_on=_may_wait_until(day, visit),
    )
    return visit_terms(facts, day.signals_for(community), map(str, _codes(day)), day.on)


def _may_wait_until(day: Day, visit: Visit) -> date | None:
    """None where the customer has been told a time, or is owed a recovery."""
    told = visit.window_from_at is not None or visit.starts_at is not None
    return None if told or hasattr(visit.work_order.request, "recovery") else _resolve_on(day, visit)


def _resolve_on(day: Day, visit: Visit) -> date:
    return visit.work_order.request.resolve_by.astimezone(day.region.organisation.zone).date()


def _codes(day: Day) -> dict[UUID, str]:
    return {shift.technician_id: code for code, shift in day.shifts.items()}


def _by_code(day: Day, values: Mapping[str, Value]) -> dict[str, Value]:
    """From technicians' ids to what the problem calls them."""
    return {code: values[str(one)] for one, code in _codes(day).items() if str(one) in values}


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
