"""Bookings: held, booked, moved, cancelled, and of two who want the last place one has it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from communities.access import Caller
from communities.models import Community, Contact, Region, ServiceEvent
from core.models import Outbox
from dispatch.errors import (
    BookingOver,
    BookingUnknown,
    NotForYourRole,
    PlanStale,
    TooLateToChange,
    WindowGone,
)
from dispatch.models import Booking, PlanVersion, ServiceRequest, Technician, Visit
from dispatch.selectors.bookings import booking_get, booking_of_customer, booking_token
from dispatch.services.bookings import (
    booking_cancel,
    booking_confirm,
    booking_move,
    booking_release,
    bookings_expire,
    window_hold,
)
from dispatch.services.planning import plan_publish, plan_request
from dispatch.services.requests import CustomerGiven, SiteGiven
from dispatch.services.seating import booking_seat, bookings_seat
from dispatch.services.solving import version_solve
from dispatch.services.windows import Wanted, Window, windows_find
from dispatch.states import BookingState, PlanState, RequestState, VisitState
from tests import factories

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in Taipei
EARLY = NINE - timedelta(days=2)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WANG = CustomerGiven(name="Ms Wang", phone="0912 345 678", email="wang@example.com")


@pytest.fixture
def village(north: Region) -> Community:
    return factories.community(north, "A")


@pytest.fixture
def wanted(village: Community) -> Wanted:
    kind = factories.service_type(village.organisation)
    return Wanted(service_type_code=kind.code, site=SiteGiven(lon=121.55, lat=25.03))


@pytest.fixture
def short_day(tom: Technician) -> Technician:
    """Tom works for an hour on Monday: he has time for one visit of half an hour, 6 minutes away, and for no other."""
    factories.shift(tom, NINE, hours=1)
    return tom


def windows(caller: Caller, wanted: Wanted, now: datetime = EARLY) -> list[Window]:
    return [one.window for one in windows_find(caller=caller, wanted=wanted, now=now).openings]


def held(caller: Caller, wanted: Wanted, now: datetime = EARLY) -> Booking:
    return window_hold(caller=caller, wanted=wanted, window=windows(caller, wanted, now)[0], now=now)


def booked(caller: Caller, wanted: Wanted, now: datetime = EARLY) -> Booking:
    return booking_confirm(booking=held(caller, wanted, now), customer=WANG, now=now)


def planned(caller: Caller, region: Region, on: date) -> PlanVersion:
    version = plan_request(caller=caller, region_id=region.pk, on=on, iterations=50)
    version_solve(version_id=version.pk)
    version.refresh_from_db()
    assert version.state == PlanState.DRAFT, version.error
    return version


def published(caller: Caller, version: PlanVersion, now: datetime = EARLY) -> None:
    version.plan.refresh_from_db()
    plan_publish(caller=caller, version_id=version.pk, plan_revision=version.plan.revision, now=now)


def test_a_held_window_is_nobody_else_s_until_its_time_is_over(
    as_dora: Caller, wanted: Wanted, short_day: Technician
) -> None:
    window = windows(as_dora, wanted)[0]
    booking = held(as_dora, wanted)
    assert (booking.state, booking.expires_at) == (BookingState.HELD, EARLY + 10 * MINUTE)

    with pytest.raises(WindowGone) as refused:
        window_hold(caller=as_dora, wanted=wanted, window=window, now=EARLY + 9 * MINUTE)
    assert refused.value.facts == {"windows": []}

    assert windows(as_dora, wanted, EARLY + 10 * MINUTE) == [window]
    with pytest.raises(BookingOver):
        booking_confirm(booking=booking, customer=WANG, now=EARLY + 10 * MINUTE)


def test_whoever_is_late_hears_what_is_left(as_dora: Caller, wanted: Wanted, short_day: Technician) -> None:
    factories.shift(short_day, NINE + DAY, hours=1)
    monday, tuesday = sorted(windows(as_dora, wanted))
    window_hold(caller=as_dora, wanted=wanted, window=monday, now=EARLY)

    with pytest.raises(WindowGone) as refused:
        window_hold(caller=as_dora, wanted=wanted, window=monday, now=EARLY)

    assert refused.value.facts["windows"] == [
        {"from_at": tuesday[0].isoformat(), "until_at": tuesday[1].isoformat()}
    ]


def test_a_window_that_was_not_offered_is_not_to_be_had(
    as_dora: Caller, wanted: Wanted, short_day: Technician
) -> None:
    begin, until = windows(as_dora, wanted)[0]
    factories.shift(short_day, NINE + 28 * DAY)
    others = [(begin + HOUR, until), (begin + 6 * HOUR, until + 6 * HOUR)]
    others += [(begin + days * DAY, until + days * DAY) for days in (-7, -1, 1, 28)]
    for other in others:
        with pytest.raises(WindowGone):
            window_hold(caller=as_dora, wanted=wanted, window=other, now=EARLY)
    assert Booking.objects.count() == 0


def test_a_booking_is_a_request_accepted_and_promised(
    as_dora: Caller, wanted: Wanted, short_day: Technician
) -> None:
    booking = booked(as_dora, wanted)

    [visit], [request] = Visit.objects.all(), ServiceRequest.objects.all()
    window = (booking.window_from_at, booking.window_until_at)
    assert (booking.state, booking.request) == (BookingState.BOOKED, request)
    assert (request.state, request.window_from_at, request.window_until_at) == (
        RequestState.ACCEPTED,
        *window,
    )
    assert (visit.state, visit.window_from_at, visit.window_until_at) == (VisitState.UNSCHEDULED, *window)
    assert (visit.work_order.request, visit.duration_minutes) == (request, 30)
    assert request.resolve_by == EARLY + 72 * HOUR  # the service type's target is later than the window's end
    assert Contact.objects.get(customer=request.customer).email == "wang@example.com"
    facts = ServiceEvent.objects.order_by("kind").values_list("kind", "occurred_at")
    assert list(facts) == [("request.received", EARLY), ("request.responded", EARLY)]
    followers = Outbox.objects.filter(topic="booking.made", subject_id=booking.pk)
    assert sorted(followers.values_list("consumer", flat=True)) == [
        "dispatch.services.booking_letters.booking_letter_send",
        "dispatch.services.seating.booking_seat",
    ]
    assert windows(as_dora, wanted) == []


def test_the_next_plan_keeps_what_was_booked_before_what_was_not(
    as_dora: Caller, north: Region, village: Community, wanted: Wanted, short_day: Technician
) -> None:
    """Two requests of the week before, overdue and so dearer to leave out, want the one place as well."""
    booking = booked(as_dora, wanted)
    for _ in range(2):
        factories.request(factories.site(village), EARLY - 7 * DAY)

    published(as_dora, planned(as_dora, north, MONDAY))

    visit = Visit.objects.get(work_order__request=booking.request)
    assert (visit.state, visit.technician) == (VisitState.SCHEDULED, short_day)
    assert visit.starts_at is not None
    assert booking.window_from_at <= visit.starts_at <= booking.window_until_at


def test_every_window_that_was_booked_is_kept_by_the_plan(
    as_dora: Caller, north: Region, village: Community, wanted: Wanted, tom: Technician, tina: Technician
) -> None:
    """Two people, a morning each, and customers who take whatever is dearest until nothing is left."""
    for technician in (tom, tina):
        factories.shift(technician, NINE, hours=3)
    while left := windows(as_dora, wanted):
        booking = window_hold(caller=as_dora, wanted=wanted, window=left[-1], now=EARLY)
        booking_confirm(booking=booking, customer=WANG, now=EARLY)

    published(as_dora, planned(as_dora, north, MONDAY))

    # Three hours less the ways there and back have room for five visits of half an hour.
    visits = Visit.objects.all()
    assert len(visits) == 10
    assert {visit.state for visit in visits} == {VisitState.SCHEDULED}
    for visit in visits:
        assert visit.starts_at is not None
        assert visit.window_from_at <= visit.starts_at <= visit.window_until_at  # type: ignore[operator]


def test_on_a_published_day_the_visit_is_seated_where_it_was_offered(
    as_dora: Caller, north: Region, village: Community, wanted: Wanted, tom: Technician
) -> None:
    """Tom has a visit promised for 14:00 to 16:00 and one without a time; another customer takes the last window."""
    factories.shift(tom, NINE, hours=8)
    factories.request(factories.site(village), EARLY - DAY)
    late = booked(as_dora, wanted)
    booking_move(
        booking=booking_get(as_dora, late.pk),
        window=(NINE + 5 * HOUR, NINE + 7 * HOUR),
        by_customer=False,
        now=EARLY,
    )
    published(as_dora, planned(as_dora, north, MONDAY))
    before = [visit.pk for visit in Visit.objects.order_by("starts_at")]

    [opening] = [
        one
        for one in windows_find(caller=as_dora, wanted=wanted, now=EARLY).openings
        if one.from_at == NINE + HOUR
    ]
    booking = window_hold(caller=as_dora, wanted=wanted, window=opening.window, now=EARLY)
    booking_confirm(booking=booking, customer=WANG, now=EARLY)
    for _ in range(2):  # a second time does no harm
        booking_seat(subject_id=booking.pk, now=EARLY)

    visit = Visit.objects.get(work_order__request__booking=booking)
    assert (visit.state, visit.technician, visit.starts_at) == (VisitState.SCHEDULED, tom, opening.start_at)
    assert [one.pk for one in Visit.objects.order_by("starts_at")] == [before[0], visit.pk, before[1]]
    assert [(one.state, one.made_by) for one in PlanVersion.objects.order_by("number")] == [
        (PlanState.SUPERSEDED, "planner"),
        (PlanState.PUBLISHED, "edit"),
    ]


def test_the_sweeper_seats_what_was_moved_into_a_published_day(
    as_dora: Caller, north: Region, wanted: Wanted, short_day: Technician
) -> None:
    factories.shift(short_day, NINE + DAY, hours=1)
    monday, tuesday = sorted(windows(as_dora, wanted))
    published(as_dora, planned(as_dora, north, TUESDAY))
    booking = window_hold(caller=as_dora, wanted=wanted, window=monday, now=EARLY)
    booking = booking_get(as_dora, booking_confirm(booking=booking, customer=WANG, now=EARLY).pk)
    bookings_seat(now=EARLY)
    assert Visit.objects.get().state == VisitState.UNSCHEDULED  # Monday has no plan

    booking_move(booking=booking, window=tuesday, by_customer=True, now=EARLY)
    bookings_seat(now=EARLY)
    assert Visit.objects.get().technician == short_day


def test_a_plan_made_without_a_booking_cannot_be_published(
    as_dora: Caller, north: Region, village: Community, wanted: Wanted, short_day: Technician
) -> None:
    factories.request(factories.site(village), EARLY - DAY)
    version = planned(as_dora, north, MONDAY)
    booked(as_dora, wanted)

    with pytest.raises(PlanStale, match="booked"):
        published(as_dora, version)
    published(as_dora, planned(as_dora, north, MONDAY))


def test_a_visit_on_a_schedule_leaves_no_window_that_it_fills(
    as_dora: Caller, north: Region, village: Community, wanted: Wanted, short_day: Technician
) -> None:
    factories.request(factories.site(village), EARLY - DAY)
    assert len(windows(as_dora, wanted)) == 1
    published(as_dora, planned(as_dora, north, MONDAY))
    assert windows(as_dora, wanted) == []


def test_a_moved_booking_is_off_its_schedule_and_in_its_new_window(
    as_dora: Caller, north: Region, wanted: Wanted, short_day: Technician
) -> None:
    factories.shift(short_day, NINE + DAY, hours=1)
    monday, tuesday = sorted(windows(as_dora, wanted))
    booking = window_hold(caller=as_dora, wanted=wanted, window=monday, now=EARLY)
    booking_confirm(booking=booking, customer=WANG, now=EARLY)
    published(as_dora, planned(as_dora, north, MONDAY))
    booking = booking_get(as_dora, booking.pk)

    booking_move(booking=booking, window=tuesday, by_customer=True, now=EARLY)

    visit = Visit.objects.get(work_order__request=booking.request)
    assert (visit.state, visit.technician, visit.window_from_at) == (VisitState.UNSCHEDULED, None, tuesday[0])
    assert (booking.on, booking.window_from_at, booking.window_until_at) == (TUESDAY, *tuesday)
    assert windows(as_dora, wanted) == [monday]


def test_a_customer_changes_up_to_the_limit_and_dispatch_until_somebody_sets_off(
    as_dora: Caller, wanted: Wanted, short_day: Technician
) -> None:
    factories.shift(short_day, NINE + DAY, hours=1)
    monday, tuesday = sorted(windows(as_dora, wanted))
    booking = window_hold(caller=as_dora, wanted=wanted, window=monday, now=EARLY)
    booking = booking_get(as_dora, booking_confirm(booking=booking, customer=WANG, now=EARLY).pk)
    late = monday[0] - 24 * HOUR + MINUTE

    for change in (
        lambda: booking_move(booking=booking, window=tuesday, by_customer=True, now=late),
        lambda: booking_cancel(booking=booking, now=late),
    ):
        with pytest.raises(TooLateToChange):
            change()
    booking_move(booking=booking, window=tuesday, by_customer=False, now=late)

    Visit.objects.update(state=VisitState.EN_ROUTE, technician=short_day, starts_at=NINE, ends_at=NINE + HOUR)
    with pytest.raises(TooLateToChange):
        booking_move(booking=booking, window=monday, by_customer=False, now=late)


def test_a_cancelled_booking_gives_its_place_back(
    as_dora: Caller, wanted: Wanted, short_day: Technician
) -> None:
    offered = windows(as_dora, wanted)
    booking = booking_get(as_dora, booked(as_dora, wanted).pk)
    booking_cancel(booking=booking, now=EARLY)
    assert ServiceRequest.objects.get().state == RequestState.CANCELLED
    assert windows(as_dora, wanted) == offered
    with pytest.raises(TooLateToChange):
        booking_cancel(booking=booking_get(as_dora, booking.pk), now=EARLY)


def test_a_hold_is_given_up_once(as_dora: Caller, wanted: Wanted, short_day: Technician) -> None:
    booking = held(as_dora, wanted)
    booking_release(booking=booking, now=EARLY)
    with pytest.raises(BookingOver):
        booking_release(booking=booking, now=EARLY)
    assert held(as_dora, wanted).state == BookingState.HELD


def test_the_sweeper_ends_what_is_over_and_nothing_else(
    as_dora: Caller, wanted: Wanted, short_day: Technician
) -> None:
    booking = held(as_dora, wanted)
    assert bookings_expire(now=booking.expires_at - MINUTE) == 0
    assert bookings_expire(now=booking.expires_at) == 1
    assert bookings_expire(now=booking.expires_at) == 0
    booking.refresh_from_db()
    assert booking.state == BookingState.EXPIRED


def test_a_booking_is_for_dispatch_and_for_who_holds_its_address(
    as_dora: Caller, as_tom: Caller, as_stranger: Caller, wanted: Wanted, short_day: Technician
) -> None:
    booking = held(as_dora, wanted)
    with pytest.raises(NotForYourRole):
        held(as_tom, wanted)
    for caller in (as_tom, as_stranger):
        with pytest.raises(BookingUnknown):
            booking_get(caller, booking.pk)
    assert booking_of_customer(booking.pk, booking_token(booking.pk)) == booking
    with pytest.raises(BookingUnknown):
        booking_of_customer(booking.pk, booking_token(as_dora.organisation.pk))


def test_the_database_wants_a_request_of_what_is_booked(
    as_dora: Caller, wanted: Wanted, short_day: Technician
) -> None:
    booking = held(as_dora, wanted)
    with pytest.raises(IntegrityError, match="booking_booked_has_a_request"), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(state=BookingState.BOOKED)


@pytest.mark.django_db(transaction=True)
def test_of_several_who_want_the_last_place_one_has_it(
    as_dora: Caller, wanted: Wanted, short_day: Technician
) -> None:
    window, start = windows(as_dora, wanted)[0], threading.Barrier(4)

    def take(_: int) -> str:
        try:
            start.wait()
            return str(window_hold(caller=as_dora, wanted=wanted, window=window, now=EARLY).state)
        except WindowGone as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(take, range(4)))
    assert answers == ["held", "window-gone", "window-gone", "window-gone"]
    assert Booking.objects.filter(state=BookingState.HELD).count() == 1
