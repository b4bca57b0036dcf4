"""Openings: the windows in which a visit that nobody has asked for yet could be served, and what each would cost.

They come from the days as they are promised so far (desks.py): a day that is planned has its technicians' schedules, a
day that is not has its shifts. Whether a window can be kept is the planner's word (dispatch/solver/offers); it does not
search, and what it offers makes nobody else's promise worse.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.conf import settings

from communities.access import Caller
from communities.models import Customer, Organisation, Region, Site
from communities.services.geocoding import Geocoded, GeocoderFailed, geocode, place_known
from communities.services.sites import site_sought
from communities.services.suspensions import signal_set_in_force
from dispatch.errors import (
    CrewNeeded,
    DaysOutOfReach,
    NotForYourRole,
    NowhereToGo,
    ServiceTypeUnknown,
)
from dispatch.models import BookingProfile, ServiceType, Technician
from dispatch.selectors.bookings import booking_profile_of
from dispatch.services.desks import WarmDesk, desks_of
from dispatch.services.guests import Guest, guest_visit
from dispatch.services.requests import SiteGiven, site_known, site_told
from dispatch.solver.problem import TimeWindow

Window = tuple[datetime, datetime]
"""The service starts in it; both ends belong to it."""
MOST_DAYS = 28
GUEST = "guest"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is wanted where: at a site of ours by its id, or at a place as somebody says it."""

    service_type_code: str
    site: UUID | SiteGiven
    customer: Customer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A window in which the visit can be served, in the way that costs least.

    - `minutes`: what the day's plan gets dearer by, in minutes of travel; `travel_minutes`: of these, driving.
    - `technician`, `start_at`: who would come, and when, as things are now. Only the window is promised.
    - `neighbours`: visits of the same community that day, so that somebody is there anyhow.
    """

    on: date
    from_at: datetime
    until_at: datetime
    minutes: float
    travel_minutes: float
    technician: Technician
    start_at: datetime
    neighbours: int

    @property
    def window(self) -> Window:
        return self.from_at, self.until_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """The windows there are for a guest, the cheapest first, of two that cost the same the earlier."""

    guest: Guest
    openings: Sequence[Opening]


def windows_find(
    *, caller: Caller, wanted: Wanted, now: datetime, first_on: date | None = None, days: int | None = None
) -> Openings:
    """The windows of the company's grid on so many days from `first_on` (today) on, unless its profile says how many.

    Writes nothing. An address that no site of ours has is looked up on the network where the installation does that,
    so not inside a transaction then. Raises NotForYourRole, ServiceTypeUnknown, CrewNeeded, CommunityUnknown,
    SiteUnknown, NowhereToGo, DaysOutOfReach.
    """
    _dispatch_only(caller)
    guest = guest_sought(caller.organisation, wanted)
    return openings_for(guest, now, first_on=first_on, days=days)


def openings_for(
    guest: Guest, now: datetime, *, first_on: date | None = None, days: int | None = None
) -> Openings:
    """The same for a guest whose site has a community. Raises DaysOutOfReach."""
    organisation = guest.site.organisation
    profile = booking_profile_of(organisation)
    wanted = _days(organisation, now, first_on, days or profile.days)
    region = region_of(guest)
    desks = desks_of(region=region, days=wanted, signal_set=signal_set_in_force(region), now=now)
    found = [one for warm in desks for one in openings_on(warm, guest, grid(profile, warm, now), now)]
    return Openings(guest=guest, openings=sorted(found, key=lambda one: (one.minutes, one.from_at)))


def openings_on(
    warm: WarmDesk, guest: Guest, windows: Iterable[Window], now: datetime, *, limit: int | None = None
) -> Iterator[Opening]:
    """Those of the windows that can be kept on a day."""
    if warm.desk is None:
        return
    day = warm.day
    visit = guest_visit(day, guest, GUEST, now)
    spans = [TimeWindow(day.seconds(begin), day.seconds(until)) for begin, until in windows]
    community = guest.site.community
    assert community is not None
    with warm.lock:
        offers = warm.desk.offers(visit, spans, limit=limit)
    for offer in offers:
        yield Opening(
            on=day.on,
            from_at=day.at(offer.window.earliest_start),
            until_at=_full_minute(day.at(offer.window.latest_start)),
            minutes=round(offer.cost_min, 1),
            travel_minutes=round(offer.terms.travel / 60, 1),
            technician=day.shifts[offer.shift].technician,
            start_at=day.at(offer.start_s),
            neighbours=warm.visits_in(community),
        )


def _full_minute(at: datetime) -> datetime:
    """Up to quiet hours means up to the second before them. People are told the hour; that nobody starts then, the
    planner sees to."""
    return at + timedelta(seconds=1) if at.second == 59 else at


def grid(profile: BookingProfile, warm: WarmDesk, now: datetime) -> list[Window]:
    """The windows of a local day that have not begun yet: each as long as the profile says, the first from midnight."""
    day = warm.day
    zone, step = day.region.organisation.zone, profile.window_minutes
    edges = [*range(0, 24 * 60, step), 24 * 60]
    clock = [datetime.combine(day.on, time(), zone) + timedelta(minutes=minute) for minute in edges]
    return [(begin, until) for begin, until in pairwise(clock) if begin >= now and begin < until]


def guest_sought(organisation: Organisation, wanted: Wanted) -> Guest:
    """Who wants what where, with the site as it is or as it would be."""
    kind = service_type_of(organisation, wanted.service_type_code)
    if isinstance(wanted.site, UUID):
        site = site_known(organisation, wanted.site)
    else:
        told = site_told(organisation=organisation, given=_located(organisation, wanted.site))
        site = site_sought(organisation=organisation, told=told)
    check_reachable(site)
    return Guest(site=site, service_type=kind, customer=wanted.customer)


def service_type_of(organisation: Organisation, code: str) -> ServiceType:
    """What a window is asked for, with the skills it takes. Raises ServiceTypeUnknown, CrewNeeded."""
    kinds = ServiceType.objects.filter(organisation=organisation, code=code)
    kind = kinds.prefetch_related("skills__skill").first()
    if kind is None:
        raise ServiceTypeUnknown(f"There is no service type {code!r}.")
    if kind.technicians > 1:
        raise CrewNeeded
    return kind


def check_reachable(site: Site) -> None:
    """Raises NowhereToGo for a site that nobody can be sent to."""
    if site.community is None:
        raise NowhereToGo(f"The address is in no community of ours: {site.placement_note or 'not known'}.")
    if site.point is None and site.community.centre is None:
        raise NowhereToGo("Neither the address nor its community is on a map.")


def region_of(guest: Guest) -> Region:
    community = guest.site.community
    assert community is not None  # check_reachable
    return community.region


def told(openings: Iterable[Opening]) -> list[dict[str, Any]]:
    """Windows as a refusal names them."""
    return [{"from_at": one.from_at.isoformat(), "until_at": one.until_at.isoformat()} for one in openings]


def _located(organisation: Organisation, given: SiteGiven) -> SiteGiven:
    """With a point, where only the network knows one."""
    offline = settings.GEOCODER == "gazetteer" or given.lon is not None or given.community_code
    if offline or place_known(given.address, organisation):
        return given
    try:
        answer = geocode(given.address, organisation)
    except GeocoderFailed as failure:
        raise NowhereToGo(f"The address cannot be looked up now: {failure}.") from failure
    return replace(given, lon=answer.lon, lat=answer.lat) if isinstance(answer, Geocoded) else given


def days_within_reach(organisation: Organisation, now: datetime) -> list[date]:
    """Today and what follows: no window is offered on another day, and none taken."""
    today = now.astimezone(organisation.zone).date()
    return [today + timedelta(days=number) for number in range(MOST_DAYS)]


def _days(organisation: Organisation, now: datetime, first_on: date | None, days: int) -> list[date]:
    within = days_within_reach(organisation, now)
    first = first_on or within[0]
    if first not in within or not 1 <= days <= MOST_DAYS - within.index(first):
        raise DaysOutOfReach
    return [first + timedelta(days=number) for number in range(days)]


def _dispatch_only(caller: Caller) -> None:
    if not caller.runs_dispatch:
        raise NotForYourRole("Windows are offered and booked by dispatchers and administrators.")
