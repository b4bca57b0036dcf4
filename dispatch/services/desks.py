"""Desks kept warm: a region's day with all that is promised of it, ready to be asked for windows.

On a desk are the visits on the technicians' schedules, in their order, then those that are booked and on nobody's
schedule yet, then the windows held. What is not promised is not on it: the next plan sees to that.

A desk is good as long as its *stamp* stays the same, which is over the revisions of all rows that it was made from.
Working hours, skills and signals have no revision, and today's clock goes on: a desk is made anew after a while.
"""

import hashlib
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.db.models import Q
from django.db.models.functions import Coalesce

from communities.models import Community, Region, SignalSet
from dispatch.models import Booking, Shift, Visit
from dispatch.selectors.bookings import held
from dispatch.selectors.visits import day_bounds
from dispatch.services.day import Day, day_promised
from dispatch.services.execution import ON_TIME, promised_window
from dispatch.services.guests import Guest, guest_visit
from dispatch.services.problem import problem_apart
from dispatch.solver.plan import Plan, Route, Score, Stop
from dispatch.solver.problem import Problem, ProblemError, Promise, TimeWindow
from dispatch.solver.problem import Visit as Planned
from dispatch.states import VISIT_ON_SCHEDULE, VisitState

if TYPE_CHECKING:  # it loads compiled code: not before there is something to offer
    from dispatch.solver.offers import Desk

log = structlog.get_logger(__name__)

MOST = 32
"""Desks in one process: with a thousand visits a day each takes about 20 MB, with a hundred less than one."""
FRESH = timedelta(minutes=5)
FRESH_TODAY = timedelta(minutes=1)
AROUND_S = round(ON_TIME.total_seconds())
"""So far from the start that a customer was told, who was told no window, is as told."""


@dataclass
class WarmDesk:
    """A day's desk. `desk` is None where nobody works, or is in time for what is promised: it has no window.

    One thread at a time may ask it: hold `lock`.
    """

    day: Day
    stamp: str
    made_at: datetime
    desk: "Desk | None"
    lock: threading.Lock = field(default_factory=threading.Lock)

    def good_for(self, stamp: str, now: datetime) -> bool:
        begun = self.day.as_of > self.day.origin
        age = now - self.made_at
        return self.stamp == stamp and timedelta(0) <= age < (FRESH_TODAY if begun else FRESH)

    def visits_in(self, community: Community) -> int:
        """How many visits of that community are promised, under way or done that day."""
        promised = sum(visit.site.community_id == community.pk for visit in self.day.trips.values())
        begun = (visit for visits in self.day.begun.values() for visit in visits if visit.leads)
        return promised + sum(visit.site.community_id == community.pk for visit in begun)


_warm: OrderedDict[tuple[UUID, date], WarmDesk] = OrderedDict()
_shelf = threading.Lock()


def desks_of(
    *, region: Region, days: Iterable[date], signal_set: SignalSet | None, now: datetime
) -> list[WarmDesk]:
    """A desk for each of the days. Three queries where all are warm; each that is made anew costs about fifteen and
    some tenths of a second at most."""
    return [
        _kept(region, on, now, stamp) or _made(region, on, now, stamp, signal_set)
        for on, stamp in day_stamps(region=region, days=list(days), now=now).items()
    ]


def day_stamps(*, region: Region, days: list[date], now: datetime) -> dict[date, str]:
    """Day → a digest over the revisions of what is promised of it, of its shifts and of its holds. Three queries."""
    lines: dict[date, list[str]] = {on: [] for on in days}
    for on, line in _lines(region, min(days), max(days), now):
        if on in lines:
            lines[on].append(line)
    return {on: hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest() for on, told in lines.items()}


def _lines(region: Region, first: date, last: date, now: datetime) -> Iterator[tuple[date, str]]:
    begin, end = day_bounds(region.organisation, first, last)
    zone = region.organisation.zone
    on_schedule = Q(
        state__in=[str(state) for state in VISIT_ON_SCHEDULE], starts_at__gte=begin, starts_at__lt=end
    )
    waiting = Q(state=VisitState.UNSCHEDULED, window_from_at__gte=begin, window_until_at__lte=end)
    visits = Visit.objects.filter(
        on_schedule | waiting, organisation=region.organisation, site__community__region=region
    )
    timed = visits.annotate(at=Coalesce("starts_at", "window_from_at"))
    for pk, revision, at in timed.values_list("pk", "revision", "at"):
        yield at.astimezone(zone).date(), f"visit {pk}:{revision}"
    shifts = Shift.objects.filter(technician__region=region, technician__active=True, on__range=(first, last))
    for on, pk, revision in shifts.values_list("on", "pk", "revision"):
        yield on, f"shift {pk}:{revision}"
    for on, pk in held(region, now).filter(on__range=(first, last)).values_list("on", "pk"):
        yield on, f"hold {pk}"


def _kept(region: Region, on: date, now: datetime, stamp: str) -> WarmDesk | None:
    with _shelf:
        warm = _warm.get((region.pk, on))
        if warm is None or not warm.good_for(stamp, now):
            return None
        _warm.move_to_end((region.pk, on))
        return warm


def _made(region: Region, on: date, now: datetime, stamp: str, signal_set: SignalSet | None) -> WarmDesk:
    """Two threads that miss the same desk make it twice, and the later one stays: no harm in it."""
    day = day_promised(region=region, on=on, now=now, signal_set=signal_set)
    holds = held(region, now).filter(on=on).select_related("site__community", "service_type", "customer")
    warm = WarmDesk(day=day, stamp=stamp, made_at=now, desk=_desk(day, list(holds.order_by("pk")), now))
    with _shelf:
        _warm[region.pk, on] = warm
        _warm.move_to_end((region.pk, on))
        while len(_warm) > MOST:
            _warm.popitem(last=False)
    return warm


def _desk(day: Day, holds: list[Booking], now: datetime) -> "Desk | None":
    """Everybody who is promised something seated: by the schedules, then booked, then held."""
    problem = replace(problem_apart(day), entry_s=_gates(day.region))
    if not problem.shifts:
        return None
    routes = _routes(day, problem)
    seated = {stop.visit for route in routes for stop in route.stops}
    times = {name: (start_s, code) for name, start_s, code in _schedule(day)}
    scheduled = tuple(_seated(day, visit, *times[visit.id]) for visit in problem.visits if visit.id in seated)
    desk = _opened(replace(problem, visits=scheduled), routes)
    if desk is None:
        return None
    booked = [visit for visit in problem.visits if visit.id not in seated]
    guests = [guest_visit(day, Guest.of(hold), f"hold:{hold.pk}", now) for hold in holds]
    for visit in (*sorted(booked, key=lambda visit: day.visits[visit.id].pk), *guests):
        _seat(desk, visit)
    return desk


def _opened(problem: Problem, routes: tuple[Route, ...]) -> "Desk | None":
    """The desk of those who can keep their schedules: whoever is too late for that takes nothing more that day. None
    where nobody is left, or the day cannot be kept for another reason."""
    from dispatch.solver.offers import Desk, RoutesNotKept

    while problem.shifts:
        try:
            return Desk(problem, Plan(routes, (), Score()))
        except RoutesNotKept as error:
            log.info("technicians are too late to take more", technicians=sorted(error.shifts))
            problem, routes = _without(problem, routes, error.shifts)
        except ProblemError as error:
            log.warning("a day cannot be kept as it stands", why=str(error))
            return None
    return None


def _without(
    problem: Problem, routes: tuple[Route, ...], shifts: Collection[str]
) -> tuple[Problem, tuple[Route, ...]]:
    theirs = {stop.visit for route in routes if route.shift in shifts for stop in route.stops}
    rest = replace(
        problem,
        visits=tuple(visit for visit in problem.visits if visit.id not in theirs),
        shifts=tuple(shift for shift in problem.shifts if shift.id not in shifts),
    )
    return rest, tuple(route for route in routes if route.shift not in shifts)


def _seat(desk: "Desk", visit: Planned) -> None:
    """Give the visit the best place that is left for it. Where none is, the day is full already."""
    for offer in desk.offers(visit, visit.windows, limit=1):
        desk.take(offer)


def _gates(region: Region) -> dict[str, int]:
    """Seconds of getting in, of every community that a visit could be in."""
    gated = Community.objects.filter(region=region, gate_minutes__gt=0)
    return {code: minutes * 60 for code, minutes in gated.values_list("code", "gate_minutes")}


def _routes(day: Day, problem: Problem) -> tuple[Route, ...]:
    """The technicians' schedules, without times: the desk works them out."""
    stops: dict[str, list[Stop]] = defaultdict(list)
    for name, _start_s, code in sorted(_schedule(day), key=lambda row: (row[1], row[0])):
        stops[code].append(Stop(name, 0, 0, 0, 0, 0, 0))
    return tuple(
        Route(shift.id, 0, tuple(stops[shift.id]), 0) for shift in problem.shifts if shift.id in stops
    )


def _schedule(day: Day) -> Iterator[tuple[str, int, str]]:
    """Name, planned start and technician's code of every visit on the schedule of somebody at work."""
    codes = {shift.technician_id: code for code, shift in day.shifts.items()}
    for name, visit in day.visits.items():
        if visit.starts_at is not None and visit.technician_id in codes:
            yield name, day.seconds(visit.starts_at), codes[visit.technician_id]


def _seated(day: Day, visit: Planned, start_s: int, code: str) -> Planned:
    """A visit that stays with its technician, and whose customer was told a time: a window, or the start itself.

    It may start later than it was told, for a day that is late is still to be kept; but no window is offered that
    makes it later, or earlier, than it is.
    """
    window = next((one for one in visit.windows if one.latest_start >= start_s), None)
    if day.visits[visit.id].crew_size > 1:
        first_s, promise = start_s, Promise(start_s, code)  # the others come then, too
    elif window is not None and promised_window(day.visits[visit.id]) is not None:
        half = (window.latest_start - window.earliest_start + 1) // 2
        first_s, promise = window.earliest_start, Promise(window.earliest_start + half, code, half)
    else:
        first_s = max(start_s - AROUND_S, window.earliest_start if window else 0)
        promise = Promise(start_s, code, AROUND_S)
    still = TimeWindow(first_s, max(first_s, day.length_s - 1))
    return replace(visit, windows=(still,), pinned_shift=code, promise=promise)
