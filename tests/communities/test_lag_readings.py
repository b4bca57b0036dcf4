"""Readings of service and revenue, from the metrics of communities."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from communities.models import Community, LagReading, MetricDay, Organisation, Region, User
from communities.selectors.goals import lag_reading_list
from communities.services.lag_readings import COLUMNS, lag_readings_compute, lag_readings_refresh_due
from tests import factories
from tests.communities.insight.weeks import CURVE, MONDAY, weeks
from tests.conftest import as_caller

SUNDAY = MONDAY + timedelta(weeks=80, days=-1)


def told(north: Region, south: Region) -> None:
    """Eighty weeks of twelve communities of the north and two of the south, each week's counts on its Wednesday."""
    world = weeks(1, CURVE, communities=14, length=80)
    places = {name: _place(name, north, south) for name in sorted({week.community for week in world})}
    MetricDay.objects.bulk_create(
        MetricDay(
            organisation=north.organisation,
            community=places[week.community],
            on=week.monday + timedelta(days=2),
            **{name: getattr(week, name) for name in COLUMNS},
        )
        for week in world
    )


def _place(name: str, north: Region, south: Region) -> Community:
    return factories.community(north if name < "c12" else south, name)


@pytest.fixture
def readings(north: Region, south: Region) -> dict[Region | None, LagReading]:
    told(north, south)
    lag_readings_compute(organisation=north.organisation, through_on=SUNDAY)
    return {reading.region: reading for reading in LagReading.objects.select_related("region")}


def test_each_region_and_all_together_are_read(
    readings: dict[Region | None, LagReading], north: Region, south: Region
) -> None:
    assert {region: reading.is_borrowed for region, reading in readings.items()} == {
        None: False,
        north: False,
        south: True,  # two communities are too few: it shows what all say
    }
    assert readings[south].outcomes == readings[None].outcomes
    assert readings[north].outcomes != readings[None].outcomes
    assert set(readings[north].outcomes["repurchase"]["associations"]) == {
        "csat",
        "on_time",
        "first_visit_fix",
    }


def test_the_stake_of_a_region_is_its_own_customers_times_its_own_invoices(
    readings: dict[Region | None, LagReading], south: Region
) -> None:
    # Every invoice is of 1,000, so: customers served in the last 52 weeks × 1,000 × what a point goes with.
    year = MetricDay.objects.filter(community__region=south, on__gt=SUNDAY - timedelta(weeks=52))
    served = sum(year.values_list("repurchase_base", flat=True))
    whole = readings[None].outcomes["repurchase"]["associations"]["csat"]["cumulative"]["value"][-1]
    assert readings[south].stake_minor == round(served * 1000 * whole)


def test_the_same_weeks_are_not_read_twice_and_a_late_fact_gives_another_reading(
    readings: dict[Region | None, LagReading], acme: Organisation
) -> None:
    with CaptureQueriesContext(connection) as asked:
        lag_readings_compute(organisation=acme, through_on=SUNDAY)
    assert (LagReading.objects.count(), len(asked)) == (3, 2)
    MetricDay.objects.filter(on=MONDAY + timedelta(days=2)).update(repurchased=0)
    lag_readings_compute(organisation=acme, through_on=SUNDAY)
    assert LagReading.objects.count() == 6


def test_a_reading_is_never_changed(readings: dict[Region | None, LagReading]) -> None:
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        LagReading.objects.update(stake_minor=1)


def test_the_newest_reading_of_each_region_goes_to_who_sees_it(
    readings: dict[Region | None, LagReading], acme: Organisation, mina: User, dora: User, stranger: User
) -> None:
    lag_readings_compute(organisation=acme, through_on=SUNDAY + timedelta(weeks=1))
    newest = LagReading.objects.filter(through_on=SUNDAY + timedelta(weeks=1))
    assert set(lag_reading_list(as_caller(dora))) == set(newest)
    assert [reading.region.code for reading in lag_reading_list(as_caller(mina)) if reading.region] == [
        "north"
    ]
    assert list(lag_reading_list(as_caller(stranger))) == []


def test_a_week_is_read_once_at_night_however_long_ago_it_ended(acme: Organisation, north: Region) -> None:
    # Wednesday, 03:00 in Taipei: the last Sunday was the 1st of March.
    night = datetime(2026, 3, 3, 19, tzinfo=UTC)
    lag_readings_refresh_due(now=night + timedelta(hours=5))  # eight in the morning
    assert not LagReading.objects.exists()
    for _ in range(2):
        lag_readings_refresh_due(now=night)
    found = LagReading.objects.get(region=None)
    assert (found.through_on, found.stake_minor) == (date(2026, 3, 1), None)
    assert found.outcomes["ticket"]["missing"][0] == {"what": "weeks", "have": 0, "need": 52}


def test_only_whole_weeks_are_read(acme: Organisation) -> None:
    with pytest.raises(ValueError, match="no Sunday"):
        lag_readings_compute(organisation=acme, through_on=MONDAY)
