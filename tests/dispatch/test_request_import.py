import argparse
import csv
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from communities.models import (
    Community,
    Contact,
    Customer,
    DayChanged,
    Organisation,
    Region,
    ServiceEvent,
    Site,
)
from communities.sample.csv_files import REQUEST_COLUMNS, write_requests_csv
from communities.sample.generator import awkward_requests, requests_for, sample_city
from config.cli import imports
from core.tabular import Rejects, Unreadable
from dispatch.models import ServiceRequest, ServiceType, Technician
from dispatch.services.imports import values
from dispatch.services.imports.presets import BOSTON311, preset_prepare
from dispatch.services.imports.requests import RequestImport, requests_import
from dispatch.services.imports.rows import RequestFormat
from dispatch.states import RequestState
from tests import factories

NATIVE = RequestFormat(source="csv", zone=ZoneInfo("Asia/Taipei"))
COLUMNS = list(REQUEST_COLUMNS)
BOSTON_COLUMNS = [
    *(
        "CASE_ENQUIRY_ID",
        "OPEN_DT",
        "TARGET_DT",
        "CLOSED_DT",
        "OnTime_Status",
        "TYPE",
        "REASON",
        "Department",
    ),
    *("QUEUE", "neighborhood", "ward", "precinct", "Property_ID", "LATITUDE", "LONGITUDE", "Source"),
]


@pytest.fixture
def acme(acme: Organisation) -> Organisation:
    """The company with one service type and, in its only region, one community."""
    factories.service_type(acme, "filter")
    factories.community(factories.region(acme, "north"), "A", 121.55, 25.03)
    return acme


def row(reference: str = "R1", **cells: str) -> dict[str, str]:
    plain = {"opened_at": "2026-03-02T09:00", "service_type": "filter", "lon": "121.55", "lat": "25.03"}
    return {"reference": reference, **plain, **cells}


def bring(
    organisation: Organisation,
    folder: Path,
    *rows: dict[str, str],
    form: RequestFormat = NATIVE,
    columns: list[str] = COLUMNS,
) -> RequestImport:
    source = folder / "requests.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    with Rejects(folder / "rejects.csv") as rejects:
        return requests_import(organisation=organisation, source=str(source), form=form, rejects=rejects)


def counts() -> tuple[int, ...]:
    models = (ServiceRequest, Site, Customer, Contact, Community, ServiceEvent, DayChanged)
    return tuple(model._default_manager.count() for model in models)


def test_a_request_comes_with_its_people_its_place_and_its_fact(acme: Organisation, tmp_path: Path) -> None:
    result = bring(
        acme,
        tmp_path,
        row(
            customer="Ms Wang",
            phone="02-0000-1234",
            email="wang@example.com",
            address="1 Example Road",
            unit="5F",
            window_start="2026-03-03T09:00+08:00",
            window_end="2026-03-03T12:00+08:00",
            description="It drips",
        ),
    )
    assert (result.imported, result.placed, result.unplaced) == (1, {"inside": 1}, 0)
    one = ServiceRequest.objects.select_related("site__community", "customer").get()
    assert (one.source, one.reference, one.state, one.description) == ("csv", "R1", "received", "It drips")
    # 09:00 in Taipei is 01:00 UTC; a filter is answered within 24 hours and resolved within 72.
    assert one.requested_at == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert one.respond_by == datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
    assert one.resolve_by == datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
    assert one.window_from_at == datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
    assert (one.site.address, one.site.unit, one.site.community and one.site.community.code) == (
        "1 Example Road",
        "5F",
        "A",
    )
    contact = Contact.objects.get(customer=one.customer)
    assert (contact.name, contact.phone, contact.email) == ("Ms Wang", "02-0000-1234", "wang@example.com")
    fact = ServiceEvent.objects.get()
    assert (fact.kind, fact.source_id, fact.occurred_at, fact.occurred_on, fact.community, fact.site) == (
        "request.received",
        f"request:{one.pk}:received",
        one.requested_at,
        date(2026, 3, 2),
        one.site.community,
        one.site,
    )


def test_reading_again_makes_nothing_twice(acme: Organisation, tmp_path: Path) -> None:
    rows = [
        row("R1", phone="02-0000-0001"),
        row("R2", phone="02-0000-0001", lon="121.551"),
        row("R3", lon="122"),
    ]
    bring(acme, tmp_path, *rows)
    before = counts()
    again = bring(acme, tmp_path, *rows)
    assert (again.imported, again.updated, again.unchanged, again.placed) == (
        0,
        0,
        3,
        {"inside": 2, "unplaced": 1},
    )
    assert counts() == before == (3, 3, 1, 1, 1, 2, 1)  # nobody knows where R3 is: no fact yet


def test_a_changed_row_closes_a_request_that_nobody_took_up(acme: Organisation, tmp_path: Path) -> None:
    bring(acme, tmp_path, row("R1"), row("R2"), row("R3", description="old"))
    ServiceRequest.objects.filter(reference="R2").update(state=RequestState.ACCEPTED)
    closed = "2026-03-04T09:00"
    result = bring(
        acme, tmp_path, row("R1", closed_at=closed), row("R2", closed_at=closed), row("R3", description="new")
    )
    assert (result.updated, result.unchanged) == (2, 1)
    found = ServiceRequest.objects.order_by("reference").values_list("state", "closed_at", "description")
    assert list(found) == [
        ("closed", datetime(2026, 3, 4, 1, 0, tzinfo=UTC), ""),
        ("accepted", None, ""),
        ("received", None, "new"),
    ]


def test_bad_rows_are_explained_and_never_stop_the_good_ones(acme: Organisation, tmp_path: Path) -> None:
    rows = [
        row("good"),
        row("nowhere", lon="", lat=""),
        row("range", lon="25.03", lat="121.55"),
        row("zero", lon="0", lat="0.0"),
        row("half", lat=""),
        row("words", lon="east"),
        row("back", closed_at="2026-03-01T09:00"),
        row("piano", service_type="piano"),
        row("window", window_start="2026-03-03T12:00", window_end="2026-03-03T09:00"),
        row("open", window_start="2026-03-03T12:00"),
        row("time", opened_at="02.03.2026"),
        row("never", opened_at=""),
        row("", description="no reference"),
        row("mail", email="somebody"),
        row("x" * 81),
        row("good", description="other data"),
        row("good"),
    ]
    result = bring(acme, tmp_path, *rows)
    assert (result.imported, result.duplicates) == (1, 1)
    with (tmp_path / "rejects.csv").open(newline="", encoding="utf-8") as file:
        explained = [(int(one["line"]), one["field"], one["problem"]) for one in csv.DictReader(file)]
    assert sorted(explained) == [
        (3, "lon,lat,address", "no coordinates and no address"),
        (4, "lon,lat", "coordinates out of range"),
        (5, "lon,lat", "coordinates are 0,0"),
        (6, "lon,lat", "not coordinates"),
        (7, "lon,lat", "not coordinates"),
        (8, "closed_at", "closed before opened"),
        (9, "service_type", "unknown service type"),
        (10, "window_end", "window end before start"),
        (11, "window_start,window_end", "half a window"),
        (12, "opened_at", "not a time"),
        (13, "opened_at", "missing value"),
        (14, "reference", "missing value"),
        (15, "email", "not an e-mail address"),
        (16, "reference", "too long"),
        (17, "reference", "reference used twice"),
    ]
    assert sum(result.rejected.values()) == 15


def test_the_command_prints_what_became_of_the_file(
    acme: Organisation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "calls.csv"
    source.write_text("id,opened_at,service_type,lon,lat\nR1,2026-03-02T09:00,filter,121.55,25.03\nR2,,,,\n")
    assert command("requests", str(source), "--map", "reference=id", "--organisation", "acme") == 0
    shown = capsys.readouterr().out
    assert [line.split()[1:-1] for line in shown.splitlines() if "imported" in line] == [
        ["imported", "│", "1"]
    ]
    assert "rejected: missing value" in shown
    assert (tmp_path / "calls.rejects.csv").exists()


def test_the_commands_exit_code_tells_wrong_use_from_a_wrong_file(acme: Organisation, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    assert command("requests", str(empty)) == 1
    assert command("technicians", str(tmp_path / "absent.csv")) == 1
    assert command("requests", str(empty), "--organisation", "nobody") == 2
    assert command("requests", str(empty), "--map", "colour=Colour") == 2
    assert command("requests", str(empty), "--timezone", "Mars/Base") == 2
    assert command("communities", str(empty), "--create", "Linden Homes", "--currency", "XXX") == 2
    assert not Organisation.objects.filter(slug="linden-homes").exists()


def command(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    imports.add_arguments(parser)
    return imports.run(parser.parse_args(arguments))


def test_a_duplicate_far_down_the_file_is_recognised(
    acme: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.services.imports.requests.BATCH", 2)
    result = bring(acme, tmp_path, *(row(f"R{n % 5}") for n in range(11)))
    assert (result.imported, result.duplicates, result.rejected) == (5, 6, {})


def test_an_unknown_type_takes_the_default(acme: Organisation, tmp_path: Path) -> None:
    form = RequestFormat(source="csv", zone=ZoneInfo("UTC"), default_type="filter")
    assert bring(acme, tmp_path, row(service_type="piano"), form=form).imported == 1


def test_columns_may_have_other_names_and_others_are_ignored(acme: Organisation, tmp_path: Path) -> None:
    form = RequestFormat(
        source="crm", zone=ZoneInfo("UTC"), names={"reference": "Case", "opened_at": "Created"}
    )
    given = row(Case="C1", Created="2026-03-02 09:00", Owner="somebody")
    columns = ["Case", "Created", "Owner", "service_type", "lon", "lat"]
    del given["reference"], given["opened_at"]
    bring(acme, tmp_path, given, form=form, columns=columns)
    one = ServiceRequest.objects.get()
    assert (one.source, one.reference, one.requested_at.hour) == ("crm", "C1", 9)


def test_a_file_without_any_place_is_refused(acme: Organisation, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="needs lon and lat, or address"):
        bring(acme, tmp_path, columns=["reference", "opened_at", "service_type", "lon"])


def test_communities_without_a_boundary_get_one_from_their_points(acme: Organisation, tmp_path: Path) -> None:
    places = [("121.600", "25.060"), ("121.604", "25.060"), ("121.604", "25.064"), ("121.600", "25.064")]
    named = [
        row(f"R{number}", lon=lon, lat=lat, community="Jade Garden")
        for number, (lon, lat) in enumerate(places)
    ]
    unnamed = row("R9", lon="121.602", lat="25.062")
    result = bring(acme, tmp_path, *named, unnamed)
    assert result.communities_created == result.boundaries_derived == ["jade-garden"]
    assert result.placed == {"inside": 1, "named": 4}
    inside = Site.objects.get(placement="inside")
    assert inside.community == Community.objects.get(code="jade-garden", boundary_source="derived")


def test_a_community_known_by_addresses_alone_gets_its_boundary_when_they_are_found(
    acme: Organisation, tmp_path: Path
) -> None:
    known = row("R1", address="1 Long Road", lon="121.600", lat="25.060")
    named = row("R2", address="1 long road", unit="2F", lon="", lat="", community="Jade Garden")
    result = bring(acme, tmp_path, known, named)
    assert (result.boundaries_derived, result.placed) == (["jade-garden"], {"inside": 1, "named": 1})
    assert set(Site.objects.values_list("community__code", "placement_note")) == {("jade-garden", "")}
    assert ServiceEvent.objects.filter(community__code="jade-garden").count() == 2


def test_a_later_row_adds_to_its_site_what_is_new_and_changes_nothing(
    acme: Organisation, tmp_path: Path
) -> None:
    form = RequestFormat(source="crm", zone=ZoneInfo("UTC"), names={"site": "House"})
    columns = [*COLUMNS, "House"]
    bring(
        acme,
        tmp_path,
        row("R1", House="7", lon="", lat="", address="1 Long Road"),
        form=form,
        columns=columns,
    )
    bring(acme, tmp_path, row("R2", House="7", unit="5F"), form=form, columns=columns)
    bring(acme, tmp_path, row("R3", House="7", unit="6F", lon="121.7"), form=form, columns=columns)
    one = Site.objects.get()
    assert one.point is not None
    assert (one.address, one.unit, one.point.coords) == ("1 Long Road", "5F", (121.55, 25.03))
    assert (one.placement, one.placement_note) == ("inside", "")


def test_with_several_regions_an_unknown_community_is_left_to_the_point(
    acme: Organisation, tmp_path: Path
) -> None:
    factories.region(acme, "south")
    result = bring(acme, tmp_path, row(community="Jade Garden"))
    assert (result.communities_created, result.placed) == ([], {"inside": 1})


def test_the_sample_citys_requests_come_in_and_the_awkward_ones_end_as_announced(
    acme: Organisation, tmp_path: Path
) -> None:
    north = Region.objects.get()
    city, day = sample_city(1), date(2026, 3, 2)
    for kind in city.service_types:
        factories.service_type(acme, kind.code)
    for number, place in enumerate(city.communities):
        Community.objects.create(
            organisation=acme,
            region=north,
            code=place.code,
            name=place.name,
            boundary=place.boundary.wkt,
            boundary_source="given",
            area_m2=number,
        )
    plain = requests_for(city, day, len(city.households), 1)  # so that every household is known
    awkward = awkward_requests(city, day, 1)
    source = tmp_path / "sample.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        write_requests_csv([*plain, *(one.request for one in awkward)], file)
    with Rejects(tmp_path / "rejects.csv") as rejects:
        result = requests_import(organisation=acme, source=str(source), form=NATIVE, rejects=rejects)
    assert result.imported == len(plain) + 3
    assert result.rejected == {"closed before opened": 1, "unknown service type": 1}
    ends = dict(ServiceRequest.objects.values_list("reference", "site__placement"))
    for one in awkward:
        end = ends.get(one.request.reference, "rejected")
        assert {"inside": "placed", "named": "placed"}.get(end, end) == one.outcome, one.because


def boston(reference: str, **cells: str) -> dict[str, str]:
    plain = {
        "OPEN_DT": "01/01/2015 12:25:23 AM",
        "TARGET_DT": "01/16/2015 08:30:00 AM",
        "TYPE": "Street Light Outages",
        "REASON": "Street Lights",
        "neighborhood": "Roxbury",
        "LATITUDE": "42.3300",
        "LONGITUDE": "-71.0800",
    }
    return {"CASE_ENQUIRY_ID": reference, "Property_ID": reference, **plain, **cells}


def test_boston_is_read_in_its_own_words_and_zone(db: None, tmp_path: Path) -> None:
    city = preset_prepare(preset=BOSTON311)
    result = bring(
        city,
        tmp_path,
        boston("1", CLOSED_DT="01/02/2015 04:17:43 PM"),
        boston("2", LATITUDE="42.3340"),
        boston("3", LONGITUDE="-71.0840"),
        boston("4", LATITUDE="42.3310", LONGITUDE="-71.0810", neighborhood=""),
        boston("5", LATITUDE="42.2700", LONGITUDE="-71.0900", neighborhood="Mattapan"),
        boston("6", TYPE="Snow Removal"),
        form=BOSTON311.form,
        columns=BOSTON_COLUMNS,
    )
    assert (result.imported, result.rejected) == (5, {"unknown service type": 1})
    assert result.communities_created == ["greater-mattapan", "roxbury"]
    assert result.placed == {"inside": 1, "named": 4}
    one = ServiceRequest.objects.select_related("service_type").get(reference="1")
    # New York is five hours behind UTC in January.
    assert one.requested_at == datetime(2015, 1, 1, 5, 25, 23, tzinfo=UTC)
    assert one.closed_at == datetime(2015, 1, 2, 21, 17, 43, tzinfo=UTC)
    assert one.resolve_by == datetime(2015, 1, 16, 13, 30, tzinfo=UTC)
    assert (one.state, one.service_type.duration_minutes, one.description) == ("closed", 40, "Street Lights")


def test_the_preset_makes_its_city_once_and_leaves_a_crew_alone(db: None) -> None:
    city = preset_prepare(preset=BOSTON311)
    assert (city.slug, city.time_zone, city.currency) == ("boston311", "America/New_York", "USD")
    crew = Technician.objects.filter(organisation=city)
    assert (crew.count(), ServiceType.objects.filter(organisation=city).count()) == (24, 22)
    able: dict[str, int] = {}
    for code, level in crew.values_list("skills__skill__code", "skills__level"):
        able[code] = max(able.get(code, 0), level)
    assert all(able[code] >= level for kind in BOSTON311.service_types for code, level in kind.skills.items())
    crew.exclude(code="B01").delete()
    assert preset_prepare(preset=BOSTON311) == city
    assert crew.count() == 1


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2015-03-08T02:30", "2015-03-08T07:30"),  # does not exist: read as 02:30-05:00, that is 03:30-04:00
        ("2015-11-01T01:30", "2015-11-01T05:30"),  # comes twice: the first, 01:30-04:00
        ("2015-11-01T01:30-05:00", "2015-11-01T06:30"),  # an offset decides
    ],
)
def test_times_that_clocks_skip_or_repeat(written: str, utc: str) -> None:
    read = values.instant(written, "opened_at", ZoneInfo("America/New_York"))
    assert read == datetime.fromisoformat(utc).replace(tzinfo=UTC)
