"""The sample city: real boundaries, an invented company, the same for the same seed."""

from __future__ import annotations

import io
from collections import Counter
from datetime import UTC, date, datetime, time

import pytest
from shapely import Point

from communities.insight.signals import Cell, read_signals
from communities.sample.csv_files import technician_row, write_requests_csv, write_technicians_csv
from communities.sample.generator import awkward_requests, requests_for, sample_city
from communities.sample.records import SampleCity
from communities.sample.truth import answer, taste, true_satisfaction
from communities.sample.villages import villages

MONDAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def city() -> SampleCity:
    return sample_city(7)


def test_the_file_holds_taipei() -> None:
    assert len(villages()) == 456
    assert len({one.code for one in villages()}) == 456
    assert len({one.town for one in villages()}) == 12
    assert {one.boundary.geom_type for one in villages()} == {"MultiPolygon"}
    assert [one.name for one in villages() if not one.boundary.is_valid or one.boundary.is_empty] == []


def test_a_known_point_lies_in_its_village() -> None:
    here = [(one.town, one.name) for one in villages() if one.boundary.contains(Point(121.5654, 25.0330))]
    assert here == [("信義區", "西村里")]


def test_the_same_seed_gives_the_same_city_and_another_seed_another(city: SampleCity) -> None:
    assert sample_city(7) == city
    assert sample_city(8).households != city.households
    assert requests_for(city, MONDAY, 120, 1) == requests_for(city, MONDAY, 120, 1)
    assert requests_for(city, MONDAY, 120, 1) != requests_for(city, MONDAY, 120, 2)


def test_two_districts_of_twelve_communities_with_a_team_each(city: SampleCity) -> None:
    districts = {"63000020": 12, "63000030": 12}
    assert Counter(one.region_code for one in city.communities) == districts
    assert [one.code for one in city.technicians] == [f"T{number:02d}" for number in range(1, 15)]
    assert Counter(one.region_code for one in city.technicians) == {"63000020": 7, "63000030": 7}


def test_every_household_lives_inside_its_village_at_its_own_address(city: SampleCity) -> None:
    inside = {one.code: one.boundary for one in city.communities}
    strays = [
        one for one in city.households if not inside[one.community_code].contains(Point(one.lon, one.lat))
    ]
    assert strays == []
    assert Counter(one.community_code for one in city.households) == {
        one.code: one.households for one in city.communities
    }
    for key in ("code", "address", "phone", "email"):
        assert len({getattr(one, key) for one in city.households}) == len(city.households)


def test_every_district_has_a_technician_for_every_service(city: SampleCity) -> None:
    for service in city.service_types:
        needed = {(one.skill, one.level) for one in service.skills}
        able = {
            technician.region_code
            for technician in city.technicians
            if all(any(own.skill == s and own.level >= n for own in technician.skills) for s, n in needed)
        }
        assert able == {"63000020", "63000030"}, service.code


def test_a_day_of_requests_can_be_served(city: SampleCity) -> None:
    rows = requests_for(city, MONDAY, 120, 1)
    assert len({one.reference for one in rows}) == len({one.address for one in rows}) == 120
    assert {one.opened_at.tzinfo for one in rows} == {UTC}
    assert max(one.opened_at for one in rows) <= datetime(2026, 3, 1, 23, tzinfo=UTC)  # 07:00 in Taipei
    windows = [(one.window_start, one.window_end) for one in rows if one.window_start and one.window_end]
    assert 20 <= len(windows) <= 50
    assert {start.hour + 8 < end.hour + 8 <= 18 for start, end in windows} == {True}
    # With about 8 h each, 14 technicians have 112 h for the visits, the gates and the roads.
    minutes = {one.code: one.duration_minutes * one.technicians for one in city.service_types}
    assert 70 <= sum(minutes[one.service_type] for one in rows) / 60 <= 95


def test_more_requests_than_households_are_refused(city: SampleCity) -> None:
    with pytest.raises(ValueError, match="larger than population"):
        requests_for(city, MONDAY, 1000, 1)


def test_awkward_rows_say_how_they_should_end(city: SampleCity) -> None:
    rows = awkward_requests(city, MONDAY, 1)
    assert [one.outcome for one in rows] == ["placed", "unplaced", "rejected", "rejected", "unplaced"]
    addresses = {one.address for one in city.households}
    assert [one.request.address in addresses for one in rows] == [True, False, True, True, False]
    assert [one.request.lon is None for one in rows] == [True, True, False, False, False]


def test_the_csv_files_have_the_columns_of_the_import(city: SampleCity) -> None:
    technicians, requests = io.StringIO(), io.StringIO()
    write_technicians_csv(city.technicians, technicians)
    write_requests_csv(requests_for(city, MONDAY, 120, 1), requests)
    lines = technicians.getvalue().splitlines()
    assert lines[0] == "code,name,name_en,region,home_lon,home_lat,skills,working_hours,break,cost_per_hour"
    assert len(lines) == 15
    assert requests.getvalue().splitlines()[0] == (
        "reference,opened_at,closed_at,service_type,customer,phone,email,address,unit,lon,lat,community,"
        "window_start,window_end,description"
    )
    assert technician_row(city.technicians[1])[6:8] == (
        "hvac:3;plumbing:1",
        "mon-fri 08:00-17:00; sat 09:00-13:00",
    )
    rule = city.technicians[1].break_rule
    assert technician_row(city.technicians[1])[8] == (
        f"{rule.earliest:%H:%M}-{rule.latest:%H:%M} {rule.minutes}"
    )
    assert time(11) < rule.earliest < rule.latest <= time(14)


def test_a_customer_answers_the_same_whenever_asked() -> None:
    ask = {"seed": 7, "visit": "R260302-0001", "technician": "T01", "community": "63000020001"}
    assert answer(**ask) == answer(**ask)  # type: ignore[arg-type]
    assert answer(**ask, late_minutes=40, fixed=False).csat <= answer(**ask).csat  # type: ignore[arg-type]


def test_eight_answers_show_whom_a_community_likes(city: SampleCity) -> None:
    """The signals, which see answers only, find the strong tastes that the truth has."""
    cells = [
        Cell(
            technician=technician.code,
            community=one.code,
            csat_answers=1,
            csat_sum=score,
            csat_squares=score**2,
        )
        for one in city.communities
        for technician in city.technicians
        for n in range(8)
        for score in [
            answer(
                seed=7,
                visit=f"{one.code}{technician.code}{n}",
                technician=technician.code,
                community=one.code,
            ).csat
        ]
    ]
    signals = read_signals(cells)
    strong = [
        (signals.minutes_of(technician.code, one.code, ""), taste(7, technician.code, one.code))
        for one in city.communities
        for technician in city.technicians
        if abs(taste(7, technician.code, one.code)) > 0.5
    ]
    right = sum(minutes * truth > 0 for minutes, truth in strong)
    assert len(strong) > 60
    assert right / len(strong) > 0.95


def test_satisfaction_stays_on_its_scale_on_average(city: SampleCity) -> None:
    felt = [
        true_satisfaction(seed=7, technician=technician.code, community=one.code)
        for one in city.communities
        for technician in city.technicians
    ]
    assert 3.5 < sum(felt) / len(felt) < 4.2
