"""Requests taken one at a time: what a second one adds to what the first one told."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from communities.access import Caller
from communities.models import Community, Contact, Customer, Organisation, Region, ServiceEvent, Site
from dispatch.models import ServiceRequest
from dispatch.services.requests import CustomerGiven, RequestGiven, SiteGiven, request_create, requests_tell
from tests import factories
from tests.dispatch.test_request_import import bring, command, row
from tests.outbox import deliver_all

ADDRESS = SiteGiven(address="1 Example Road", unit="5F")
WANG = CustomerGiven(name="Ms Wang", phone="02-0000-1234")


@pytest.fixture
def village(acme: Organisation, north: Region) -> Community:
    factories.service_type(acme, "filter")
    return factories.community(north, "A", 121.55, 25.03)


def ask(
    caller: Caller,
    reference: str,
    now: datetime,
    site: SiteGiven = ADDRESS,
    customer: CustomerGiven | None = None,
) -> ServiceRequest:
    given = RequestGiven(reference=reference, service_type_code="filter", site=site, customer=customer)
    return request_create(caller=caller, given=given, now=now)


def facts() -> list[tuple[str, str, date]]:
    """Reference, community and day of the requests that the ledger has heard of."""
    references = {f"request:{one.pk}:received": one.reference for one in ServiceRequest.objects.all()}
    told = ServiceEvent.objects.filter(kind="request.received").select_related("community")
    return sorted(
        (references[one.source_id], one.community.code if one.community else "", one.occurred_on)
        for one in told
    )


def test_a_later_request_completes_the_site_and_the_earlier_one_counts_then(
    village: Community, as_dora: Caller, now: datetime
) -> None:
    first = ask(as_dora, "A1", now)
    assert (first.site.point, first.site.placement, facts()) == (None, "unplaced", [])

    at = SiteGiven(address="1 example road", unit="5f", lon=121.55, lat=25.03)
    second = ask(as_dora, "A2", now + timedelta(days=1), at)

    assert second.site == first.site
    assert (second.site.community, second.site.placement_note) == (village, "")
    assert second.site.point is not None
    assert second.site.point.coords == (121.55, 25.03)
    # 09:00 in Taipei on 2 March, and a day later: each on the day it was asked.
    assert facts() == [("A1", "A", date(2026, 3, 2)), ("A2", "A", date(2026, 3, 3))]
    ask(as_dora, "A3", now, SiteGiven(address="1 Example Road", unit="5F", lon=121.56, lat=25.04))
    second.site.refresh_from_db()
    assert second.site.point.coords == (121.55, 25.03)  # completed, not replaced


def test_a_request_counts_as_soon_as_its_address_is_found(
    village: Community, as_dora: Caller, now: datetime
) -> None:
    ask(as_dora, "A1", now)
    ask(as_dora, "A2", now, SiteGiven(address="1 Example Road", unit="6F", lon=121.55, lat=25.03))
    assert facts() == [("A2", "A", date(2026, 3, 2))]

    deliver_all()  # site.unlocated: by now a site has this address; then site.placed

    assert facts() == [("A1", "A", date(2026, 3, 2)), ("A2", "A", date(2026, 3, 2))]
    assert requests_tell(organisation=as_dora.organisation) == 0


def test_a_place_on_a_new_map_tells_of_its_requests(
    village: Community, as_dora: Caller, now: datetime, tmp_path: Path
) -> None:
    ask(as_dora, "A1", now, SiteGiven(address="9 Far Road", lon=121.70, lat=25.03))
    assert facts() == []
    boundary = json.loads(factories.square(121.70, 25.03).geojson)
    feature = {"type": "Feature", "properties": {"code": "B"}, "geometry": boundary}
    map_file = tmp_path / "map.geojson"
    map_file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))

    assert command("communities", str(map_file), "--organisation", "acme") == 0
    assert facts() == [("A1", "B", date(2026, 3, 2))]


def test_a_known_customer_who_gives_an_address_gets_it_and_consent_stays(
    village: Community, as_dora: Caller, now: datetime
) -> None:
    ask(as_dora, "A1", now, customer=WANG)
    Contact.objects.update(may_survey=False)
    ask(as_dora, "A2", now, customer=CustomerGiven(name="Wang", phone="(02) 00001234", email="W@example.com"))
    ask(as_dora, "A3", now, customer=CustomerGiven(name="Wang", phone="0200001234", email="w@Example.com"))
    ask(as_dora, "A4", now, customer=CustomerGiven(name="Li", phone="0200001234", email="li@example.com"))

    assert Customer.objects.get().name == "Ms Wang"
    assert list(Contact.objects.order_by("created_at").values_list("name", "email", "may_survey")) == [
        ("Ms Wang", "W@example.com", False),
        ("Li", "li@example.com", False),  # another e-mail address is another person; the household said no
    ]


def test_an_import_and_a_call_know_the_same_people_and_places(
    village: Community, acme: Organisation, as_dora: Caller, now: datetime, tmp_path: Path
) -> None:
    ask(as_dora, "A1", now, customer=WANG)
    Contact.objects.update(may_message=False)
    place = {"address": "1 example road", "unit": "5f"}
    people = {"customer": "Ms Wang", "phone": "02 0000 1234"}
    bring(
        acme,
        tmp_path,
        row("R1", **place, **people, email="wang@example.com"),
        row("R2", **place, **people, email="li@example.com"),
        row("R3", **place, **people),
    )
    ask(as_dora, "A2", now, customer=WANG)

    assert (Customer.objects.count(), Site.objects.count()) == (1, 1)
    assert list(Contact.objects.order_by("created_at").values_list("email", "may_message")) == [
        ("wang@example.com", False),
        ("li@example.com", False),
    ]
    site = Site.objects.get()
    assert (site.community, site.placement, site.placement_note) == (village, "inside", "")
    assert [reference for reference, _, _ in facts()] == ["A1", "A2", "R1", "R2", "R3"]


def test_two_people_of_one_name_at_two_addresses_are_two(
    village: Community, as_dora: Caller, now: datetime
) -> None:
    chen = CustomerGiven(name="Mr Chen")
    ask(as_dora, "A1", now, customer=chen)
    ask(as_dora, "A2", now, SiteGiven(address="2 Example Road"), customer=chen)
    ask(as_dora, "A3", now, customer=chen)
    assert Customer.objects.count() == 2
