"""Where technicians were last: during their shift, no longer than the day, and for dispatch alone."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from communities.access import Caller
from communities.models import Region, User
from dispatch.errors import NotForYourRole, OffShift, PlacesNotKept, TimeImpossible
from dispatch.models import Shift, Technician, TechnicianPlace
from dispatch.selectors.places import place_list
from dispatch.services.places import field_profile_save, place_forget, place_tell, places_expire
from tests import factories
from tests.conftest import as_caller

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TODAY = date(2026, 3, 2)


@pytest.fixture
def shift(tom: Technician, now: datetime) -> Shift:
    """09:00 to 17:00."""
    return factories.shift(tom, now, hours=8)


def tell(caller: Caller, lon: float, seen_at: datetime, now: datetime | None = None) -> None:
    place_tell(caller=caller, lon=lon, lat=25.03, accuracy_m=12, seen_at=seen_at, now=now or seen_at)


def told(caller: Caller, region: Region, on: date = TODAY) -> list[tuple[float, datetime]]:
    return [(place.point.x, place.seen_at) for place in place_list(caller, region, on)]


def test_only_the_last_place_is_kept_and_none_older_takes_its_place(
    shift: Shift, as_tom: Caller, as_dora: Caller, north: Region, now: datetime
) -> None:
    for lon, minutes in ((121.51, 1), (121.53, 3), (121.52, 2)):
        tell(as_tom, lon, now + minutes * MINUTE, now + 3 * MINUTE)
    assert told(as_dora, north) == [(121.53, now + 3 * MINUTE)]
    assert TechnicianPlace.objects.count() == 1


def test_places_are_told_during_a_shift_that_goes_on(shift: Shift, as_tom: Caller, now: datetime) -> None:
    tell(as_tom, 121.5, now)
    tell(as_tom, 121.5, now + 8 * HOUR)
    for seen_at, at in (
        (now - MINUTE, now),  # before it began
        (now + 8 * HOUR, now + 8 * HOUR + MINUTE),  # seen in time, and told after its end
    ):
        with pytest.raises(OffShift):
            tell(as_tom, 121.5, seen_at, at)
    with pytest.raises(TimeImpossible):
        tell(as_tom, 121.5, now + 6 * MINUTE, now)


def test_who_tells_and_who_sees(
    shift: Shift,
    as_tom: Caller,
    as_dora: Caller,
    as_stranger: Caller,
    mina: User,
    north: Region,
    south: Region,
    now: datetime,
) -> None:
    tell(as_tom, 121.5, now)
    with pytest.raises(NotForYourRole):
        tell(as_dora, 121.5, now)
    seen = [(121.5, now)]
    for who, region, found in (
        (as_dora, north, seen),
        (as_dora, south, []),
        (as_caller(mina), north, []),
        (as_tom, north, []),
        (as_stranger, north, []),
    ):
        assert told(who, region) == found
    assert told(as_dora, north, TODAY + timedelta(days=1)) == []
    Technician.objects.update(active=False)
    assert told(as_dora, north) == []


def test_who_agreed_may_stop_to(
    shift: Shift, as_tom: Caller, as_dora: Caller, north: Region, now: datetime
) -> None:
    tell(as_tom, 121.5, now)
    place_forget(caller=as_tom)
    assert told(as_dora, north) == []


def test_a_company_that_does_not_want_it_keeps_nothing(
    shift: Shift, as_tom: Caller, as_ada: Caller, as_dora: Caller, now: datetime
) -> None:
    tell(as_tom, 121.5, now)
    with pytest.raises(NotForYourRole):
        field_profile_save(caller=as_dora, keeps_places=False)
    field_profile_save(caller=as_ada, keeps_places=False)
    assert TechnicianPlace.objects.count() == 0
    with pytest.raises(PlacesNotKept):
        tell(as_tom, 121.5, now)
    field_profile_save(caller=as_ada, keeps_places=True)
    tell(as_tom, 121.5, now)


def test_a_place_does_not_outlast_the_day_of_its_company(shift: Shift, as_tom: Caller, now: datetime) -> None:
    tell(as_tom, 121.5, now)  # 09:00 in Taipei
    assert places_expire(now=now + 15 * HOUR - MINUTE) == 0
    assert places_expire(now=now + 15 * HOUR) == 1
    assert TechnicianPlace.objects.count() == 0


def test_more_places_ask_no_more_questions(
    shift: Shift, as_tom: Caller, as_dora: Caller, tina: Technician, north: Region, now: datetime
) -> None:
    tell(as_tom, 121.5, now)
    factories.shift(tina, now)
    assert tina.user is not None
    tell(as_caller(tina.user), 121.5, now)
    with CaptureQueriesContext(connection) as asked:
        assert len(told(as_dora, north)) == 2
    assert len(asked) == 1
