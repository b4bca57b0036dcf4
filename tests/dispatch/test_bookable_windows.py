"""Openings: the windows in which somebody can come, and what each costs."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from communities.access import Caller
from communities.models import Community, Region, Site
from dispatch.errors import DaysOutOfReach, NotForYourRole, NowhereToGo, ServiceTypeUnknown, SiteUnknown
from dispatch.models import BookingProfile, Shift, Technician, Visit, WorkingHours
from dispatch.services.bookings import window_hold
from dispatch.services.desks import WarmDesk, desks_of
from dispatch.services.guests import Guest, guest_visit
from dispatch.services.requests import SiteGiven
from dispatch.services.windows import Opening, Wanted, windows_find
from dispatch.states import VisitState
from tests import factories

MONDAY = date(2026, 3, 2)
TAIPEI = ZoneInfo("Asia/Taipei")
AT_THE_SHOP = SiteGiven(lon=121.55, lat=25.03)


@pytest.fixture
def village(north: Region) -> Community:
    return factories.community(north, "A")


@pytest.fixture
def wanted(village: Community) -> Wanted:
    """Half an hour, in the village."""
    return Wanted(service_type_code=factories.service_type(village.organisation).code, site=AT_THE_SHOP)


def at(hour: int, on: date = MONDAY) -> datetime:
    return datetime(on.year, on.month, on.day, hour, tzinfo=TAIPEI)


def hours(openings: list[Opening] | tuple[Opening, ...]) -> list[tuple[int, int]]:
    """First and last hour of each, in order of time."""
    told = sorted(openings, key=lambda one: one.from_at)
    return [(one.from_at.astimezone(TAIPEI).hour, one.until_at.astimezone(TAIPEI).hour) for one in told]


def desk_of(region: Region) -> WarmDesk:
    [warm] = desks_of(region=region, days=[MONDAY], signal_set=None, now=at(7))
    return warm


def find(caller: Caller, wanted: Wanted, now: datetime, days: int = 1) -> list[Opening]:
    return list(windows_find(caller=caller, wanted=wanted, now=now, days=days).openings)


def test_a_day_without_a_plan_counts_with_its_shifts(
    as_dora: Caller, wanted: Wanted, tom: Technician, now: datetime
) -> None:
    factories.shift(tom, at(9), hours=8)  # 09:00 to 17:00

    # The way is 1.0 km by the crow flies: it takes some minutes. The window that ends as he sets out begins the day,
    # and the last one begins an hour before he is at home again.
    assert hours(find(as_dora, wanted, at(7))) == [(8, 10), (10, 12), (12, 14), (14, 16), (16, 18)]


def test_whoever_is_too_late_to_keep_the_schedule_takes_nothing_more_and_others_do(
    as_dora: Caller, wanted: Wanted, village: Community, tom: Technician, tina: Technician
) -> None:
    for technician, until in ((tom, 17), (tina, 21)):
        factories.shift(technician, at(9), hours=until - 9)
    for hour in (9, 10):
        factories.visit(
            factories.site(village), at(7), technician=tom, starts_at=at(hour), state=VisitState.SCHEDULED
        )

    # At 16:30 nobody has set off to two visits of half an hour, and Tom is at home at 17:00.
    found = find(as_dora, wanted, at(16) + timedelta(minutes=30))

    assert {one.technician for one in found} == {tina}
    assert hours(found) == [(18, 20), (20, 22)]


def test_working_hours_are_shifts_to_come_and_none_is_made(
    as_dora: Caller, wanted: Wanted, tom: Technician
) -> None:
    WorkingHours.objects.create(
        organisation=tom.organisation, technician=tom, weekday=1, starts="09:00", ends="12:00"
    )
    assert hours(find(as_dora, wanted, at(7), days=7)) == [(8, 10), (10, 12)]
    assert Shift.objects.count() == 0


def test_whoever_comes_between_two_visits_next_door_costs_nothing_but_the_detour(
    as_dora: Caller, wanted: Wanted, village: Community, tom: Technician
) -> None:
    factories.shift(tom, at(9), hours=8)
    for hour in (10, 11):
        factories.visit(
            factories.site(village), at(7), technician=tom, starts_at=at(hour), state=VisitState.SCHEDULED
        )
    [cheapest, *_] = openings = find(as_dora, wanted, at(7))

    # At the same point as both: no minute of driving. Others drive there and back once more, or later.
    assert (cheapest.travel_minutes, cheapest.neighbours) == (0, 2)
    assert [one.minutes for one in openings] == sorted(one.minutes for one in openings)


def test_who_was_told_a_start_is_not_visited_hours_before_it(
    as_dora: Caller, wanted: Wanted, village: Community, tom: Technician
) -> None:
    """Of a day with one visit, at four: a guest comes before it, and nobody gains by that."""
    factories.shift(tom, at(9), hours=8)
    factories.visit(
        factories.site(village), at(7), technician=tom, starts_at=at(16), state=VisitState.SCHEDULED
    )
    openings = find(as_dora, wanted, at(7))
    assert hours(openings) == [(8, 10), (10, 12), (12, 14), (14, 16), (16, 18)]
    assert min(one.minutes for one in openings) >= 0


def test_nobody_is_offered_what_breaks_a_promise(
    as_dora: Caller, wanted: Wanted, village: Community, tom: Technician
) -> None:
    """A day of two hours with three visits of half an hour has room for one more, and then for none."""
    factories.shift(tom, at(9), hours=2.25)
    for minutes in (10, 40, 70):
        factories.visit(
            factories.site(village),
            at(7),
            technician=tom,
            starts_at=at(9) + timedelta(minutes=minutes),
            state=VisitState.SCHEDULED,
        )
    # 09:10 to 10:40 is taken; he must be back by 11:15, some 6 minutes away: one starts at 10:40 and ends at 11:10.
    assert hours(find(as_dora, wanted, at(7))) == [(10, 12)]

    Visit.objects.filter(technician=tom).update(window_from_at=at(9), window_until_at=at(10))
    factories.visit(
        factories.site(village),
        at(7),
        technician=tom,
        starts_at=at(9) + timedelta(minutes=100),
        state=VisitState.SCHEDULED,
    )
    assert find(as_dora, wanted, at(7)) == []


def test_a_window_that_has_begun_is_not_offered(as_dora: Caller, wanted: Wanted, tom: Technician) -> None:
    factories.shift(tom, at(9), hours=8)
    assert hours(find(as_dora, wanted, at(11))) == [(12, 14), (14, 16), (16, 18)]


def test_quiet_hours_are_cut_out(
    as_dora: Caller, village: Community, wanted: Wanted, tom: Technician
) -> None:
    Community.objects.filter(pk=village.pk).update(quiet_from="12:00", quiet_until="15:00")
    factories.shift(tom, at(9), hours=7)  # until 16:00
    # From 15:00 to 15:30 there is time before he must be home.
    found = find(as_dora, wanted, at(7))
    assert hours(found) == [(8, 10), (10, 12), (15, 16)]
    # People are told noon, and can have it; the planner lets nobody begin then.
    until_noon = next(one for one in found if one.until_at == at(12))
    held = window_hold(caller=as_dora, wanted=wanted, window=until_noon.window, now=at(7))
    assert (held.window_from_at, held.window_until_at) == (at(10), at(12))
    visit = guest_visit(desk_of(village.region).day, Guest.of(held), "held", at(7))
    assert [at(0) + timedelta(seconds=one.latest_start) for one in visit.windows] == [
        at(12) - timedelta(seconds=1)
    ]


def test_the_grid_is_the_company_s(as_dora: Caller, wanted: Wanted, tom: Technician) -> None:
    BookingProfile.objects.create(organisation=tom.organisation, window_minutes=240, days=1)
    factories.shift(tom, at(9), hours=8)
    factories.shift(tom, at(9) + timedelta(days=1), hours=8)
    found = windows_find(caller=as_dora, wanted=wanted, now=at(7)).openings
    assert hours(list(found)) == [(8, 12), (12, 16), (16, 20)]


def test_only_who_has_the_skill_is_offered(
    as_dora: Caller, north: Region, village: Community, tom: Technician, tina: Technician
) -> None:
    kind = factories.service_type(north.organisation, "boiler", needs="gas")
    for technician, hour in ((tom, 9), (tina, 13)):
        factories.shift(technician, at(hour), hours=4)
    factories.able(tina, "gas")
    wanted = Wanted(service_type_code=kind.code, site=AT_THE_SHOP)
    assert {one.technician for one in find(as_dora, wanted, at(7))} == {tina}


def test_an_address_of_ours_will_do_and_one_nobody_knows_will_not(
    as_dora: Caller, village: Community, wanted: Wanted, tom: Technician
) -> None:
    factories.shift(tom, at(9), hours=8)
    site = factories.site(village)
    Site.objects.filter(pk=site.pk).update(key="1exampleroad|", address="1 Example Road")
    for place in (
        site.pk,
        SiteGiven(address="1 Example Road"),
        SiteGiven(address="1 example road", unit="3F"),
    ):
        known = Wanted(service_type_code=wanted.service_type_code, site=place)
        assert len(find(as_dora, known, at(7))) == 5
    assert Site.objects.count() == 1

    for place in (SiteGiven(address="Nowhere 1"), SiteGiven(lon=120.0, lat=23.0)):
        with pytest.raises(NowhereToGo):
            find(as_dora, Wanted(service_type_code=wanted.service_type_code, site=place), at(7))


def test_who_may_not_and_what_cannot_be(
    as_dora: Caller, as_tom: Caller, as_stranger: Caller, village: Community, wanted: Wanted
) -> None:
    with pytest.raises(NotForYourRole):
        find(as_tom, wanted, at(7))
    with pytest.raises(ServiceTypeUnknown):
        find(as_stranger, wanted, at(7))
    factories.service_type(as_stranger.organisation)
    site = factories.site(village)
    with pytest.raises(SiteUnknown):
        find(as_stranger, Wanted(service_type_code=wanted.service_type_code, site=site.pk), at(7))
    for first_on, days in ((MONDAY - timedelta(days=1), 1), (MONDAY, 29), (MONDAY + timedelta(days=20), 9)):
        with pytest.raises(DaysOutOfReach):
            windows_find(caller=as_dora, wanted=wanted, now=at(7), first_on=first_on, days=days)


def test_warm_desks_ask_little_and_notice_every_change(
    as_dora: Caller, wanted: Wanted, village: Community, tom: Technician
) -> None:
    """Two calls with nothing between ask the same few questions, however many visits; a change is seen at once."""
    factories.shift(tom, at(9), hours=8)
    site = factories.site(village)
    known = Wanted(service_type_code=wanted.service_type_code, site=site.pk)
    counts = []
    for hour in (10, 12):
        scheduled = factories.visit(
            site, at(7), technician=tom, starts_at=at(hour), state=VisitState.SCHEDULED
        )
        [changed] = {one.neighbours for one in find(as_dora, known, at(7))}
        with CaptureQueriesContext(connection) as asked:
            [warm] = {one.neighbours for one in find(as_dora, known, at(7))}
        counts.append((changed, warm, len(asked)))
    assert counts == [(1, 1, counts[0][2]), (2, 2, counts[0][2])]
    assert counts[0][2] <= 9

    Visit.objects.filter(pk=scheduled.pk).update(state=VisitState.CANCELLED, revision=2)
    assert {one.neighbours for one in find(as_dora, known, at(7))} == {1}


def test_a_day_that_cannot_be_kept_any_more_has_no_window(
    as_dora: Caller, wanted: Wanted, village: Community, tom: Technician
) -> None:
    """At four, with two hours of work for the last hour of the shift; and nobody sees an error."""
    factories.shift(tom, at(9), hours=8)
    long = factories.service_type(tom.organisation, "long", minutes=120)
    factories.visit(
        factories.site(village),
        at(7),
        technician=tom,
        starts_at=at(14),
        state=VisitState.SCHEDULED,
        service_type=long,
    )
    assert find(as_dora, wanted, at(16)) == []


def test_a_visit_that_is_late_already_may_be_later_but_not_because_of_a_guest(
    as_dora: Caller, wanted: Wanted, village: Community, tom: Technician
) -> None:
    """At noon, what was promised for 9 to 10 is to do first: the guest comes after it."""
    factories.shift(tom, at(9), hours=8)
    late = factories.visit(
        factories.site(village), at(7), technician=tom, starts_at=at(9), state=VisitState.SCHEDULED
    )
    Visit.objects.filter(pk=late.pk).update(window_from_at=at(9), window_until_at=at(10))
    openings = find(as_dora, wanted, at(12))
    assert hours(openings) == [(12, 14), (14, 16), (16, 18)]
    assert min(one.start_at for one in openings) >= at(12) + timedelta(minutes=30)
