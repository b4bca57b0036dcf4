"""A change by hand leaves room for what was booked since, until that has a place."""

from datetime import UTC, date, datetime, timedelta

import pytest

from communities.access import Caller
from communities.models import Region
from dispatch.errors import EditForbidden, PlanStale
from dispatch.models import Booking, PlanVersion, Technician, Visit
from dispatch.selectors.bookings import booking_get
from dispatch.services.bookings import booking_cancel, booking_confirm, window_hold
from dispatch.services.edits.trying import Wish
from dispatch.services.plan_edits import plan_edit, plan_try, plan_undo
from dispatch.services.planning import plan_publish, plan_request
from dispatch.services.requests import CustomerGiven, SiteGiven
from dispatch.services.seating import booking_seat
from dispatch.services.solving import version_solve
from dispatch.services.windows import Wanted, windows_find
from tests import factories

MONDAY = date(2026, 3, 2)
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in Taipei
EARLY = NINE - timedelta(days=2)
WANG = CustomerGiven(name="Ms Wang", phone="0912 345 678")


@pytest.fixture
def village(north: Region) -> Region:
    """Two visits asked for, half an hour each, six minutes from where Tom lives."""
    place = factories.community(north, "A")
    for _ in range(2):
        factories.request(factories.site(place), EARLY - timedelta(days=1))
    return north


@pytest.fixture
def live(as_dora: Caller, village: Region, tom: Technician) -> PlanVersion:
    """Published: Tom has one visit, and room for one more in his hour and a quarter. The other was taken off.

    6 + 30 + 30 + 6 = 72 minutes of 75."""
    factories.shift(tom, NINE, hours=1.25)
    version = planned(as_dora, village)
    plan_publish(caller=as_dora, version_id=version.pk, plan_revision=1, now=EARLY)
    return edit(as_dora, version, Wish(version.stops.latest("start_at").visit_id, None))


@pytest.fixture
def back(live: PlanVersion, tom: Technician) -> Wish:
    """The visit that was taken off goes to Tom again."""
    return Wish(live.unassigned.get().visit_id, tom.pk)


def planned(caller: Caller, region: Region) -> PlanVersion:
    version = plan_request(caller=caller, region_id=region.pk, on=MONDAY, iterations=50)
    version_solve(version_id=version.pk)
    return PlanVersion.objects.get(pk=version.pk)


def edit(caller: Caller, version: PlanVersion, wish: Wish) -> PlanVersion:
    revision = PlanVersion.objects.get(pk=version.pk).plan.revision
    return plan_edit(caller=caller, version_id=version.pk, plan_revision=revision, wish=wish, now=EARLY)


def booked(caller: Caller) -> Booking:
    wanted = Wanted(service_type_code="filter", site=SiteGiven(lon=121.55, lat=25.03))
    [opening] = windows_find(caller=caller, wanted=wanted, now=EARLY).openings
    booking = window_hold(caller=caller, wanted=wanted, window=opening.window, now=EARLY)
    return booking_confirm(booking=booking, customer=WANG, now=EARLY)


def test_the_last_room_is_the_booking_s_until_it_has_its_place(
    as_dora: Caller, live: PlanVersion, back: Wish
) -> None:
    assert plan_try(caller=as_dora, version_id=live.pk, wish=back, now=EARLY).broken == ()
    booking = booked(as_dora)
    number = Visit.objects.get(work_order__request__booking=booking).work_order.number

    tried = plan_try(caller=as_dora, version_id=live.pk, wish=back, now=EARLY)
    assert [(one.rule, one.figures["visit"]) for one in tried.broken] == [("booked", number)]
    with pytest.raises(EditForbidden):
        edit(as_dora, live, back)
    with pytest.raises(EditForbidden):  # which would bring the visit back
        plan_undo(caller=as_dora, version_id=live.pk, plan_revision=live.plan.revision, now=EARLY)

    # What leaves the booking its place is no matter.
    stays = live.stops.get().visit_id
    assert plan_try(caller=as_dora, version_id=live.pk, wish=Wish(stays, None), now=EARLY).broken == ()

    booking_seat(subject_id=booking.pk, now=EARLY)
    seated = live.plan.versions.get(state="published")
    tried = plan_try(caller=as_dora, version_id=seated.pk, wish=back, now=EARLY)
    assert [one.rule for one in tried.broken] == ["shift_span"]


def test_a_booking_that_is_given_up_leaves_the_room(as_dora: Caller, live: PlanVersion, back: Wish) -> None:
    booking_cancel(booking=booking_get(as_dora, booked(as_dora).pk), now=EARLY)
    assert edit(as_dora, live, back).visits_assigned == 2


def test_a_draft_made_before_a_booking_is_not_changed_any_more(
    as_dora: Caller, village: Region, tom: Technician
) -> None:
    factories.shift(tom, NINE, hours=1.25)
    draft = planned(as_dora, village)
    booked(as_dora)
    with pytest.raises(PlanStale, match="booked"):
        edit(as_dora, draft, Wish(draft.stops.all()[0].visit_id, None))
