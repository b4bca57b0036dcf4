import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.gis.geos import Point
from django.core.cache import cache
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from communities.access import Caller
from communities.models import Community, Organisation, Region, Site
from communities.selectors.places import site_unplaced_list
from communities.services import geocoding
from communities.services.geocoding import (
    Geocoded,
    GeocoderFailed,
    NotFound,
    geocode,
    sites_geocode,
)
from communities.services.placement import site_key, sites_place
from core.models import Outbox
from core.outbox import deliver, emit
from tests import factories

COMPANY = Organisation(slug="acme", name="Acme", language="en")
KNOWN = {"1 Example Road": [("25.0330", "121.5654")]}


class Answers(BaseHTTPRequestHandler):
    """A Nominatim of our own: its /search, and two addresses that go wrong."""

    asked: list[str]
    released: threading.Event
    refused = "busy"

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)["q"][0]
        self.asked.append(query)
        if query == "slow":
            self.released.wait(5)
            return
        places = [{"lat": lat, "lon": lon, "display_name": query} for lat, lon in KNOWN.get(query, [])]
        body = json.dumps(places).encode()
        self.send_response(429 if query == self.refused else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *values: object) -> None:
        """Silence."""


@pytest.fixture
def asked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The questions put to a Nominatim service that runs for one test."""
    asked: list[str] = []
    released = threading.Event()
    handler = type("Handler", (Answers,), {"asked": asked, "released": released})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setattr(geocoding, "SECONDS_BETWEEN", 0)
    settings.GEOCODER = "nominatim"
    settings.NOMINATIM_URL = f"http://127.0.0.1:{server.server_port}"
    cache.clear()
    yield asked
    released.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_nominatim_is_asked_once_for_an_address(asked: list[str]) -> None:
    place = Geocoded(lon=121.5654, lat=25.033, provider="nominatim")
    assert geocode("1 Example Road", COMPANY) == place
    assert geocode("１ example road", COMPANY) == place
    assert asked == ["1 Example Road"]


def test_an_address_nominatim_does_not_know(asked: list[str]) -> None:
    assert geocode("nowhere", COMPANY) == NotFound("the geocoder does not know this address")


def test_a_refusal_is_no_answer_and_is_not_remembered(asked: list[str]) -> None:
    for _ in range(2):
        with pytest.raises(GeocoderFailed, match="refuses more questions for now"):
            geocode("busy", COMPANY)
    assert asked == ["busy", "busy"]


def test_a_slow_answer_is_no_answer(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geocoding, "TIMEOUT_S", 0.1)
    with pytest.raises(GeocoderFailed, match="did not answer in time"):
        geocode("slow", COMPANY)


@override_settings(GEOCODER="nominatim", NOMINATIM_URL="http://127.0.0.1:9")
def test_a_service_that_is_not_there_gives_no_answer() -> None:
    cache.clear()
    with pytest.raises(GeocoderFailed, match="failed: GeocoderServiceError"):
        geocode("1 Example Road", COMPANY)


@override_settings(GEOCODER="nominatim")
def test_the_network_is_not_asked_inside_a_transaction(acme: Organisation) -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"):
        geocode("1 Example Road", acme)


def site(
    organisation: Organisation, address: str, place: tuple[float, float] | None = None, unit: str = ""
) -> Site:
    point = Point(*place, srid=4326) if place else None
    key = site_key(address=address, unit=unit)
    return Site.objects.create(organisation=organisation, key=key, address=address, unit=unit, point=point)


def test_the_gazetteer_knows_an_address_however_it_is_spelt(acme: Organisation, other: Organisation) -> None:
    site(acme, "台北市信義區123號", (121.56, 25.03))
    found = Geocoded(lon=121.56, lat=25.03, provider="gazetteer")
    assert geocode("臺北市 信義區１２３號", acme) == found
    assert geocode("台北市信義區124號", acme) == NotFound("no known site has this address")
    assert geocode("台北市信義區123號", other) == NotFound("no known site has this address")
    assert geocode("台北市信義區12", acme) == NotFound("no known site has this address")
    assert geocode("%", acme) == NotFound("no known site has this address")
    assert geocode(" ", acme) == NotFound("no address")


def test_a_known_address_is_found_through_the_keys_index(acme: Organisation) -> None:
    for number in range(300):
        site(acme, f"台北市信義區{number}號", (121.56, 25.03))
    with CaptureQueriesContext(connection) as asked:
        geocode("臺北市信義區123號", acme)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE communities_site")
        cursor.execute(f"EXPLAIN {asked[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "site_key_prefix" in plan
    assert "~>=~ '台北市信義區123號|'" in plan  # reads the keys that begin so, and no others


def test_a_site_named_for_a_community_on_no_map_is_looked_for_and_shown_with_the_reason(
    acme: Organisation, north: Region, as_dora: Caller
) -> None:
    nowhere = Community.objects.create(organisation=acme, region=north, code="jade", name="Jade Garden")
    mapped = factories.community(north, "A", 121.56, 25.03)
    site(acme, "known road 1", (121.56, 25.03), "5F")
    found, lost, near = (site(acme, address) for address in ("Known Road, 1", "lost road 2", "lost road 3"))
    Site.objects.filter(pk__in=[found.pk, lost.pk]).update(community=nowhere, placement="named")
    Site.objects.filter(pk=near.pk).update(community=mapped, placement="named")

    assert sites_geocode(organisation=acme) == [found.pk]
    shown = site_unplaced_list(as_dora).filter(placement="named")
    assert list(shown.values_list("address", "placement_note")) == [
        ("lost road 2", "no coordinates, and no known site has this address")
    ]


def test_sites_without_a_point_take_that_of_their_address(acme: Organisation, north: Region) -> None:
    factories.community(north, "A", 121.56, 25.03)
    site(acme, "台北市信義區123號", (121.56, 25.03))
    lost, unknown = site(acme, "臺北市信義區１２３號", unit="5F"), site(acme, "台北市9號")
    assert sites_geocode(organisation=acme) == [lost.pk]
    sites_place(organisation=acme)
    lost.refresh_from_db()
    unknown.refresh_from_db()
    assert (lost.placement, lost.community and lost.community.code) == ("inside", "A")
    assert (unknown.placement, unknown.placement_note) == (
        "unplaced",
        "no coordinates, and no known site has this address",
    )


@pytest.mark.django_db(transaction=True)
def test_a_networks_answers_reach_the_sites_and_so_do_its_reasons(asked: list[str]) -> None:
    acme = factories.organisation("acme")
    known, busy = site(acme, "1 Example Road"), site(acme, "busy")
    told: list[tuple[int, int]] = []
    assert sites_geocode(organisation=acme, progress=lambda *step: told.append(step)) == [known.pk]
    known.refresh_from_db()
    busy.refresh_from_db()
    assert known.point is not None
    assert known.point.coords == (121.5654, 25.033)
    assert busy.placement_note == "the geocoder refuses more questions for now"
    assert told == [(1, 2), (2, 2)]


@pytest.mark.django_db(transaction=True)
def test_a_failure_of_the_geocoder_is_tried_again_and_an_unknown_address_is_not(
    asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = factories.organisation("acme")
    busy, unknown = site(acme, "busy"), site(acme, "nowhere")
    for one in (busy, unknown):
        with transaction.atomic():
            emit("site.unlocated", one.pk)
    again, done = (Outbox.objects.get(subject_id=one.pk) for one in (busy, unknown))
    assert [deliver(row.pk) for row in (again, done)] == [False, True]

    monkeypatch.setitem(KNOWN, "busy", [("25.0330", "121.5654")])
    monkeypatch.setattr(Answers, "refused", "")
    again.refresh_from_db()
    assert again.done_at is None
    busy.refresh_from_db()
    assert busy.placement_note == "the geocoder refuses more questions for now"
    assert deliver(again.pk, again.due_at)
    busy.refresh_from_db()
    assert busy.point is not None
