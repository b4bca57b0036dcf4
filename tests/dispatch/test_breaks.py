from datetime import datetime, timedelta

import pytest

from dispatch.breaks import break_of
from dispatch.models import Shift, Stop


def at(now: datetime, clock: str) -> datetime:
    """`now` is 09:00."""
    hours, minutes = map(int, clock.split(":"))
    return now + timedelta(hours=hours - 9, minutes=minutes)


@pytest.fixture
def shift(now: datetime) -> Shift:
    """09:00 to 18:00, with an hour's break between 12:00 and 14:00."""
    return Shift(
        starts_at=now,
        ends_at=at(now, "18:00"),
        break_minutes=60,
        break_from_at=at(now, "12:00"),
        break_until_at=at(now, "14:00"),
    )


def stop(now: datetime, start: str, departure: str, travel_minutes: int = 10) -> Stop:
    return Stop(start_at=at(now, start), departure_at=at(now, departure), travel_s=60 * travel_minutes)


def test_a_break_is_taken_in_the_first_gap_that_holds_it(shift: Shift, now: datetime) -> None:
    # From 12:15 until 13:25 less 10 min of travel is an hour.
    stops = [stop(now, "11:00", "12:15"), stop(now, "13:25", "15:00")]
    assert break_of(shift, stops) == (at(now, "12:15"), at(now, "13:15"))


def test_a_break_does_not_begin_before_its_window(shift: Shift, now: datetime) -> None:
    stops = [stop(now, "09:10", "10:00"), stop(now, "15:00", "16:00")]
    assert break_of(shift, stops) == (at(now, "12:00"), at(now, "13:00"))


def test_a_break_after_the_last_stop(shift: Shift, now: datetime) -> None:
    assert break_of(shift, [stop(now, "11:00", "12:30")]) == (at(now, "12:30"), at(now, "13:30"))


def test_a_break_of_a_day_without_visits(shift: Shift, now: datetime) -> None:
    assert break_of(shift, []) == (at(now, "12:00"), at(now, "13:00"))


def test_no_break_where_there_is_no_room(shift: Shift, now: datetime) -> None:
    # 12:15 to 13:24 less 10 min of travel is 59 min, and after 15:00 the window is over.
    stops = [stop(now, "11:00", "12:15"), stop(now, "13:24", "15:00")]
    assert break_of(shift, stops) is None


def test_no_break_in_a_shift_without_one(shift: Shift) -> None:
    shift.break_minutes = 0
    assert break_of(shift, []) is None
