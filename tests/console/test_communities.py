"""The map and the table of communities."""

import json
from datetime import date
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from communities.insight.figures import FIGURES
from communities.models import Community, Region, User
from console.office.figure_words import TITLES
from console.office.insight import AT_ONCE
from tests import factories
from tests.console.office import MONDAY, metric
from tests.console.test_board import CSP
from tests.console.test_customer_pages import Page


@pytest.fixture
def villages(north: Region, south: Region) -> dict[str, Community]:
    """Two in the north and one in the south, each with a site."""
    places = (("a", north, 121.50), ("b", north, 121.52), ("c", south, 121.56))
    found = {code: factories.community(region, code, lon=lon) for code, region, lon in places}
    for village in found.values():
        factories.site(village)
    return found


def answer(user: User, query: str = "") -> HttpResponse:
    browser = Client()
    browser.force_login(user)
    return browser.get(f"/communities?lang=en{query}")


def opened(user: User, query: str = "") -> Page:
    found = answer(user, query)
    assert found.status_code == 200
    return Page(found.content)


def carried(user: User, query: str = "") -> dict[str, Any]:
    """What the page gives to the map."""
    text = answer(user, query).content.decode()
    found: dict[str, Any] = json.loads(text.split('type="application/json">')[1].split("</script>")[0])
    return found


def table(page: Page) -> list[list[str]]:
    """The rows below the headings: names and figures."""
    rows: list[list[str]] = []
    words = [word for word in page.words if word]
    for word in words[words.index("All together") :]:
        if word in {"All together", "North", "South"} or word.endswith(" village"):
            rows.append([word])
        elif word.startswith("What fewer"):
            break
        else:
            rows[-1].append(word)
    return [row for row in rows if len(row) > 1]


def test_regions_and_communities_and_all_together(dora: User, villages: dict[str, Community]) -> None:
    for code, count in (("a", 1), ("b", 2), ("c", 4)):
        metric(villages[code], MONDAY, requests=count, visits=count)
    rows = {row[0]: row[1:] for row in table(opened(dora)) if row[1] != "Region"}
    # A community's name is followed by its region: the figures of a and b stand after "North".
    assert rows["All together"][:2] == ["7", "7"]
    whole = [word for row in table(opened(dora)) for word in row]
    assert whole[whole.index("Region") + 1 : whole.index("Region") + 3] == ["3", "3"]  # the north: 1 + 2


def test_a_region_alone_is_asked_for_by_a_link(
    dora: User, north: Region, villages: dict[str, Community]
) -> None:
    for code, count in (("a", 1), ("b", 2), ("c", 4)):
        metric(villages[code], MONDAY, requests=count)
    page = opened(dora, f"&region={north.pk}&window=90")
    words = page.words
    assert "c village" not in words
    assert {"a village", "b village"} <= set(words)
    links = [str(one["href"]) for one in page.all("a") if "facts" in str(one.get("href"))]
    assert links[0] == f"/communities/requests/facts?window=90&region={north.pk}"
    whole = [word for word in words if word]
    assert whole[whole.index("Region", whole.index("Revenue")) + 1] == "3"  # 1 + 2
    [heading] = [one for one in page.all("a") if "sort=-csat" in str(one.get("href"))]
    asked = parse_qs(str(heading["href"]).removeprefix("?"))
    assert (asked["region"], asked["window"]) == ([str(north.pk)], ["90"])


def test_the_figure_that_is_painted_stands_in_the_table(dora: User, villages: dict[str, Community]) -> None:
    metric(villages["a"], MONDAY, complaints=1, visits_completed=4)
    page = opened(dora, "&figure=complaint_rate")
    words = [word for word in page.words if word]
    headings = words[words.index("Community ↑") :]
    assert headings[1] == "Complaints"
    areas = {area["id"]: area for area in carried(dora, "&figure=complaint_rate")["areas"]}
    assert areas[str(villages["a"].pk)] == {
        "id": str(villages["a"].pk), "value": 0.25, "hidden": False, "text": "25 %",
    }  # fmt: skip
    assert areas[str(villages["b"].pk)]["value"] is None


def test_many_communities_are_pages_of_a_table_and_one_map(
    dora: User, south: Region, villages: dict[str, Community]
) -> None:
    for number in range(AT_ONCE - 2):  # one more than a page has
        factories.site(factories.community(south, f"v{number:02}"))
    metric(villages["c"], MONDAY, visits=9)
    first, then = (opened(dora, f"&sort=-visits&page={page}") for page in (1, 2))
    assert [sum(word.endswith(" village") for word in page.words) for page in (first, then)] == [AT_ONCE, 1]
    assert "c village" in first.words  # the most visits, whatever page its name is on
    assert "1 to 25 of 26" in first.words
    assert [one["href"] for one in first.all("a") if one.get("rel") == "next"] == [
        "?lang=en&sort=-visits&page=2"
    ]
    assert len(carried(dora, "&page=2")["areas"]) == AT_ONCE + 1


def test_every_figure_can_be_painted(dora: User, villages: dict[str, Community]) -> None:
    metric(villages["a"], MONDAY, visits=1)
    assert set(TITLES) == {figure.name for figure in FIGURES}
    for figure in FIGURES:
        assert carried(dora, f"&figure={figure.name}")["unit"] == figure.unit


def test_the_map_is_told_what_is_hidden_and_not_what_it_is(
    dora: User, south: Region, villages: dict[str, Community]
) -> None:
    # Three in a and four in c are enough among all. But the north would tell a by b's six, and the south c by d's nine.
    for code in "de":
        villages[code] = factories.community(south, code, lon=121.58)
        factories.site(villages[code])
    for code, count in (("a", 3), ("b", 6), ("c", 4), ("d", 9), ("e", 12)):
        metric(villages[code], MONDAY, csat_answers=count, csat_sum=3 * count)
    few = (None, True, "too few answers")
    assert told_of(dora, villages) == {**dict.fromkeys("abcd", few), "e": (3.0, False, "3.0")}
    assert told_of(dora, villages, f"&region={villages['a'].region_id}") == {"a": few, "b": few}


def told_of(user: User, villages: dict[str, Community], query: str = "") -> dict[str, tuple[object, ...]]:
    """What the map is given of each village, by its code."""
    codes = {str(village.pk): code for code, village in villages.items()}
    areas: list[dict[str, Any]] = carried(user, query)["areas"]
    return {codes[area["id"]]: (area["value"], area["hidden"], area["text"]) for area in areas}


def test_the_map_shows_the_part_of_the_world_that_the_table_is_of(
    dora: User, sol: User, south: Region, villages: dict[str, Community]
) -> None:
    # A community is 0.01 degrees wide around its point.
    assert carried(dora)["bounds"] == pytest.approx([121.495, 25.025, 121.565, 25.035])
    for found in (carried(dora, f"&region={south.pk}"), carried(sol)):
        assert found["bounds"] == pytest.approx([121.555, 25.025, 121.565, 25.035])
        assert [area["id"] for area in found["areas"]] == [str(villages["c"].pk)]


def test_anothers_region_is_not_found(sol: User, stranger: User, dora: User, north: Region) -> None:
    query = f"&region={north.pk}"
    assert [answer(user, query).status_code for user in (sol, stranger, dora)] == [404, 404, 200]
    assert answer(dora, "&region=north").status_code == 404


def test_scripts_come_from_here_alone(dora: User, villages: dict[str, Community]) -> None:
    found = answer(dora)
    page = Page(found.content)
    assert found["Content-Security-Policy"] == CSP
    assert [one["id"] for one in page.all("script") if "src" not in one] == ["areas"]
    assert not [attributes for _, attributes in page.elements if "style" in attributes]


@pytest.mark.parametrize("count", [1, 4])
def test_more_communities_ask_no_more_questions(dora: User, north: Region, south: Region, count: int) -> None:
    for number in range(count):
        for region in (north, south):
            village = factories.community(region, f"{region.code}-{number}")
            factories.site(village)
            metric(village, MONDAY, visits=1)
    browser = Client()
    browser.force_login(dora)
    with CaptureQueriesContext(connection) as asked:
        browser.get("/communities")
    # Session, user with organisation; regions. Last day, total; sums of communities and of regions. Communities,
    # signals, technicians, service types.
    assert len(asked) == 11


def test_the_clock_is_that_of_the_figures(dora: User, villages: dict[str, Community]) -> None:
    metric(villages["a"], date(2026, 2, 1), requests=1)
    assert table(opened(dora))[0][1] == "0"  # 29 days before Monday 2 March
    assert table(opened(dora, "&window=90"))[0][1] == "1"
