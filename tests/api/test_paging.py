"""Pages follow rows, not numbers."""

from datetime import datetime, timedelta

import pytest

from communities.models import Region, Site
from tests import factories
from tests.api.conftest import Api


@pytest.fixture
def place(north: Region) -> Site:
    return factories.site(factories.community(north, "xicun"))


def test_three_pages_with_rows_that_come_in_between(dora_api: Api, place: Site, now: datetime) -> None:
    """Newest first; two rows of the same moment lie on both sides of a page's end."""
    ages_h = [0, 1, 1, 2, 3]
    asked = [factories.request(place, now - timedelta(hours=age)) for age in ages_h]
    asked[1:3] = sorted(asked[1:3], key=lambda request: request.id, reverse=True)

    first = dora_api.get("/requests?limit=2").json()
    factories.request(place, now + timedelta(hours=1))  # before the first page: moves nothing
    later = factories.request(place, now - timedelta(hours=2, minutes=30))  # on the way: is met
    second = dora_api.get(f"/requests?limit=2&cursor={first['next']}").json()
    third = dora_api.get(f"/requests?limit=2&cursor={second['next']}").json()

    pages = [[item["reference"] for item in page["items"]] for page in (first, second, third)]
    assert pages == [
        [asked[0].reference, asked[1].reference],
        [asked[2].reference, asked[3].reference],
        [later.reference, asked[4].reference],
    ]
    assert third["next"] is None


def test_the_link_header_leads_on_with_the_same_filters(dora_api: Api, place: Site, now: datetime) -> None:
    for _ in range(3):
        factories.request(place, now)
    answer = dora_api.get("/requests?state=received&limit=2")
    address, rel = answer["Link"].split("; ")
    assert rel == 'rel="next"'
    rest = dora_api.get(address.strip("<>"))
    assert "state=received" in address
    assert len(rest.json()["items"]) == 1
    assert "Link" not in rest.headers


@pytest.mark.parametrize("cursor", ["nonsense", "WzEsMl0:1abcde:xyz"])
def test_a_cursor_we_did_not_make_is_refused(dora_api: Api, cursor: str) -> None:
    answer = dora_api.get(f"/requests?cursor={cursor}")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/bad-cursor")


def test_a_cursor_of_another_list_is_refused(dora_api: Api, place: Site, now: datetime) -> None:
    for _ in range(2):
        factories.visit(place, now)
    cursor = dora_api.get("/visits?limit=1").json()["next"]
    assert dora_api.get(f"/requests?cursor={cursor}").status_code == 422
