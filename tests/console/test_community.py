"""A community's page: numbers by hand, from cells of which every one is named here. Windows end on Monday 2 March."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from communities.models import Community, CustomerStanding, FigureUse, MetricDay, Region, User
from communities.services.windows import windows_make
from dispatch.models import PlanVersion, Technician
from tests import factories
from tests.console.office import MONDAY, metric, signal
from tests.console.test_customer_pages import Page
from tests.console.test_revenue import a_goal, read
from tests.dispatch.recoveries import recovered, visit_done

BEFORE = MONDAY - timedelta(days=28)  # the last day of the window before


@pytest.fixture
def xicun(north: Region) -> Community:
    village = factories.community(north, "xicun")
    Community.objects.filter(pk=village.pk).update(households=40)
    return village


@pytest.fixture
def dongcun(north: Region) -> Community:
    return factories.community(north, "dongcun")


def answer(user: User, village: Community, query: str = "") -> HttpResponse:
    browser = Client()
    browser.force_login(user)
    return browser.get(f"/communities/{village.pk}?lang=en{query}")


def words_of(user: User, village: Community, query: str = "") -> list[str]:
    found = answer(user, village, query)
    assert found.status_code == 200
    return [word for word in Page(found.content).words if word]


def line(words: list[str], title: str) -> list[str]:
    """Of the table of all figures: what follows a title, up to the region's."""
    start = words.index(title, words.index("Between"))
    return words[start + 1 : start + 6]


def carried(user: User, village: Community, query: str = "") -> dict[str, Any]:
    text = answer(user, village, query).content.decode()
    found: dict[str, Any] = json.loads(text.split('type="application/json">')[1].split("</script>")[0])
    return found


def test_a_figure_stands_beside_what_it_was_and_its_region(
    dora: User, xicun: Community, dongcun: Community
) -> None:
    metric(xicun, BEFORE, arrivals=80, arrivals_on_time=48, requests=9)
    metric(dongcun, MONDAY, arrivals=30, arrivals_on_time=24, requests=1)
    metric(xicun, MONDAY, arrivals=70, arrivals_on_time=56, requests=12)

    words = words_of(dora, xicun)

    # 56/70 less 48/80 is 20 points, and lies between 5.2 and 33.4 (Newcombe 1998). The region: (56 + 24) / (70 + 30).
    assert line(words, "On time") == ["80 %", "60 %", "+20.0 %", "+5.2 % … +33.4 %", "80 %"]
    assert line(words, "Requests")[:4] == ["12", "9", "+3", "13"]
    assert "40 households" in words
    assert "Feb. 3, 2026 – March 2, 2026, against the 28 days before" in words


def test_another_window_has_other_days_before(dora: User, xicun: Community) -> None:
    metric(xicun, MONDAY - timedelta(days=7), requests=4)
    metric(xicun, MONDAY, requests=1)
    assert line(words_of(dora, xicun, "&window=7"), "Requests")[:3] == ["1", "4", "−3"]
    assert line(words_of(dora, xicun, "&window=0"), "Requests")[:3] == ["5", "0", "+5"]  # the usual 28


def test_weeks_are_drawn_beside_the_region_and_told_in_a_table(
    dora: User, xicun: Community, dongcun: Community
) -> None:
    sunday = MONDAY - timedelta(days=1)  # the last week that is over
    metric(xicun, sunday, arrivals=4, arrivals_on_time=1)
    metric(dongcun, sunday, arrivals=4, arrivals_on_time=4)
    metric(xicun, MONDAY, arrivals=1)  # this week is not over
    drawn = carried(dora, xicun, "&figure=on_time")
    own, region = drawn["series"]
    assert (drawn["kind"], drawn["unit"], len(drawn["weeks"])) == ("line", "share", 26)
    assert (drawn["weeks"][0], drawn["weeks"][-1]) == ("2025-09-01", "2026-02-23")
    assert (own["name"], own["values"][-2:]) == ("xicun village", [None, 0.25])
    assert (region["name"], region["values"][-1]) == ("North", 0.625)  # (1 + 4) / 8
    # Wilson: (0.25 + 3.8415/8 ± 1.96 · √(0.25 · 0.75 / 4 + 3.8415/64)) / (1 + 3.8415/4) = (0.7302 ± 0.6409) / 1.9604
    assert (own["low"][-1], own["high"][-1]) == pytest.approx((0.0456, 0.6994), abs=1e-4)
    words = words_of(dora, xicun, "&figure=on_time")
    week = words.index("Feb. 23, 2026")
    assert words[week + 1 : week + 5] == ["25 %", "5 %", "70 %", "62 %"]


def test_what_is_added_up_is_drawn_as_bars_beside_the_average(
    dora: User, xicun: Community, dongcun: Community
) -> None:
    metric(xicun, MONDAY - timedelta(days=1), requests=6)
    metric(dongcun, MONDAY - timedelta(days=2), requests=1)
    drawn = carried(dora, xicun, "&figure=requests")
    assert (drawn["kind"], [one["values"][-1] for one in drawn["series"]]) == ("bar", [6, 3.5])
    assert (
        carried(dora, xicun, "&figure=active_customers")["unit"] == "count"
    )  # has no weeks: the first that has


def test_what_few_answered_is_nowhere_on_the_page(dora: User, xicun: Community, dongcun: Community) -> None:
    sunday = MONDAY - timedelta(days=1)
    for village, count in ((xicun, 4), (dongcun, 9)):
        metric(village, sunday, csat_answers=count, csat_sum=count, csat_squares=count)
    assert len(carried(dora, xicun)["weeks"]) == 13  # of four weeks each
    for village in (xicun, dongcun):  # the region's 1.0 less the larger one's would tell the four
        words = words_of(dora, village)
        assert line(words, "CSAT")[0] == "too few answers"
        assert carried(dora, village)["series"][0]["values"][-1] is None
    assert carried(dora, xicun)["series"][1]["values"][-1] == 1.0


def test_every_figure_leads_to_its_facts_and_they_back(mina: User, xicun: Community) -> None:
    metric(xicun, MONDAY, visits=1)
    hrefs = [
        str(one["href"]) for one in Page(answer(mina, xicun, "&window=90").content).all("a") if "href" in one
    ]
    facts = {href for href in hrefs if "/facts?" in href}
    assert len(facts) == 22
    browser = Client()
    browser.force_login(mina)
    for href in facts:
        found = browser.get(href)
        assert found.status_code == 200
        assert f'href="/communities/{xicun.pk}?window=90"' in found.content.decode()


def test_technicians_are_shown_for_a_purpose_that_is_noted(
    dora: User, xicun: Community, tom: Technician
) -> None:
    MetricDay.objects.create(
        organisation=xicun.organisation, community=xicun, on=MONDAY, technician_id=tom.pk, visits=3
    )
    windows_make(organisation=xicun.organisation, through_on=MONDAY)
    assert "T1 Technician T1" not in words_of(dora, xicun)
    assert "T1 Technician T1" not in words_of(dora, xicun, "&purpose=curiosity")
    assert not FigureUse.objects.exists()

    words = words_of(dora, xicun, "&purpose=people")

    assert words[words.index("T1 Technician T1") + 1] == "3"
    use = FigureUse.objects.get()
    assert (use.user, use.purpose, use.asked["community_id"]) == (dora, "people", str(xicun.pk))


def test_what_is_at_stake_falls_here_by_visits_and_goals_stand_beside(
    dora: User, mina: User, north: Region, xicun: Community, dongcun: Community
) -> None:
    read(north, north, stake=12_500)
    a_goal(north, mina)
    metric(dongcun, MONDAY, visits=6)
    metric(xicun, MONDAY, visits=2, arrivals=4, arrivals_on_time=3)
    text = " ".join(words_of(dora, xicun))
    assert "goes with TWD 12,500 (TWD 12,400 to TWD 12,600) a year in the region." in text
    assert "By its visits, TWD 3,125 of that falls here." in text  # 12,500 · 2 / 8
    assert "On time 90 % 75 % 80 % Sept. 1, 2026 on track" in text  # the goal, here, the region by night


def test_offers_by_service_customers_by_segment_and_what_is_owed(
    dora: User, xicun: Community, dongcun: Community, tom: Technician
) -> None:
    pump = factories.service_type(xicun.organisation, "pump")
    MetricDay.objects.create(
        organisation=xicun.organisation, community=xicun, on=MONDAY, service_type_id=pump.pk,
        requests=2, offers=4, offers_accepted=1,
    )  # fmt: skip
    windows_make(organisation=xicun.organisation, through_on=MONDAY)
    for village, name in ((xicun, "Ms Wang"), (dongcun, "Mr Lin")):
        CustomerStanding.objects.create(
            organisation=village.organisation, customer=factories.customer(village.organisation, name),
            community=village, through_on=MONDAY, spend_minor=1200,
        )  # fmt: skip
    recovered(visit_done(tom, dongcun, timezone.now() - timedelta(days=3)), timezone.now())

    words = words_of(dora, xicun)

    assert words[words.index("pump") + 1 :][:4] == ["2", "0", "–", "25 %"]
    assert words[words.index("Too few orders to say") + 1 :][:2] == ["1", "TWD 1,200"]
    assert "A bad answer" not in words
    assert "A bad answer" in words_of(dora, dongcun)


def test_the_planner_s_reasons_are_those_of_the_place(
    dora: User, version: PlanVersion, xicun: Community, dongcun: Community, tom: Technician
) -> None:
    for village, minutes in ((xicun, 5), (dongcun, 6)):
        signal(version, village, None, minutes)
        signal(version, village, tom, minutes)
    said = [word for word in words_of(dora, xicun) if " village" in word and ":" in word]
    assert [sentence.split(":")[0] for sentence in said] == [
        "xicun village comes first when the day is full",
        "T1 goes to xicun village",
    ]


def test_it_is_there_for_those_in_charge_alone(
    ada: User, mina: User, sol: User, stranger: User, tom: Technician, xicun: Community
) -> None:
    assert tom.user is not None
    people = (ada, mina, sol, stranger, tom.user)
    assert [answer(user, xicun).status_code for user in people] == [200, 200, 404, 404, 302]


def test_before_anything_was_counted_it_says_so(dora: User, xicun: Community) -> None:
    assert "Nothing has been counted yet." in words_of(dora, xicun)


def test_it_speaks_chinese(dora: User, xicun: Community) -> None:
    metric(xicun, MONDAY, visits=1)
    browser = Client()
    browser.force_login(dora)
    words = Page(browser.get(f"/communities/{xicun.pk}?lang=zh-hant").content).words
    assert {"xicun里", "40 戶", "全部指標", "近 28 天"} <= set(words)


def test_it_loads_scripts_from_here_alone(dora: User, xicun: Community) -> None:
    metric(xicun, MONDAY, visits=1)
    found = answer(dora, xicun)
    page = Page(found.content)
    assert found["Content-Security-Policy"].endswith("script-src 'self'; connect-src 'self'")
    assert [one["id"] for one in page.all("script") if "src" not in one] == ["chart"]
    assert not [attributes for _, attributes in page.elements if "style" in attributes]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_as_much_whatever_there_is(
    dora: User, mina: User, north: Region, version: PlanVersion, xicun: Community, tom: Technician, count: int
) -> None:
    read(north, north, stake=12_500)
    a_goal(north, mina)
    for number in range(count):
        other = factories.community(north, f"c{number}")
        kind = factories.service_type(north.organisation, f"kind-{number}")
        metric(other, MONDAY, visits=1)
        for on in (MONDAY, date(2026, 1, 5 + number)):
            MetricDay.objects.create(
                organisation=north.organisation, community=xicun, on=on, service_type_id=kind.pk,
                technician_id=tom.pk, visits=1,
            )  # fmt: skip
        recovered(visit_done(tom, xicun, timezone.now() - timedelta(days=3 + number)), timezone.now())
        signal(version, other, None, 4)
    signal(version, xicun, tom, 4)
    windows_make(organisation=north.organisation, through_on=MONDAY)
    browser = Client()
    browser.force_login(dora)
    with CaptureQueriesContext(connection) as asked:
        browser.get(f"/communities/{xicun.pk}")
    # Session, user with organisation; the community. The window: last day, respondents, total, beside others,
    # customers, households, sums. Before it: three. Weeks: one. Services: names, and last day, respondents, total,
    # beside others with sums. Segments, stake, goals; recoveries, orders, visits; signals, technicians, service types.
    assert len(asked) == 28
