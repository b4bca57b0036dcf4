"""The page of goals: where they stand, and setting, changing and ending them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from communities.models import Goal, GoalVersion, Region, User
from dispatch.models import Technician
from tests.console.office import opened
from tests.console.test_customer_pages import Page
from tests.console.test_policy import browser_of, told
from tests.console.test_revenue import a_goal

SOON = (timezone.now() + timedelta(days=200)).date().isoformat()


def said(region: Region, **more: str) -> dict[str, Any]:
    goal = {"measure": "on_time", "target": "92.5", "by_on": SOON, "owner": "mina", "revision": "0"}
    return {"region": str(region.pk)} | goal | more


def test_goals_stand_by_how_soon_they_can_move(north: Region, mina: User, dora: User) -> None:
    a_goal(north, mina)
    Goal.objects.filter(measure="on_time").update(measure="retention")
    a_goal(north, mina)
    words = told(opened(dora, "/goals?lang=en"))
    assert words.index("Within weeks") < words.index("On time 90 %") < words.index("Within months")
    assert words.index("Within months") < words.index("Ordered again within a year 90 %")
    assert "on track May 11, 2026" in words


def test_a_goal_is_set_in_the_units_that_people_use(north: Region, mina: User) -> None:
    browser = browser_of(mina)
    assert browser.post("/goals/add", said(north))["Location"] == "/goals"
    assert (
        browser.post("/goals/add", said(north, measure="lifetime_value", target="12000")).status_code == 302
    )
    kept = Goal.objects.order_by("measure").values_list("measure", "target", "owner")
    assert list(kept) == [
        ("lifetime_value", Decimal(12000), mina.pk),  # TWD has no smaller unit
        ("on_time", Decimal("0.925"), mina.pk),
    ]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"target": "101"}, "More than 0, and 100 at most (%)."),
        ({"measure": "csat", "target": "1"}, "More than 1, and 5 at most (1 to 5)."),
        ({"by_on": "2020-01-01"}, "A goal is for a day after today."),
        ({"target": ""}, "This field is required."),
        ({"owner": "sol"}, "Select a valid choice. sol is not one of the available choices."),
    ],
)
def test_what_cannot_be_a_goal_is_said_at_its_field(
    north: Region, south: Region, mina: User, sol: User, more: dict[str, str], words: str
) -> None:
    answer = browser_of(mina).post("/goals/add?lang=en", said(north, **more))
    assert (answer.status_code, Goal.objects.count()) == (422, 0)
    assert words in Page(answer.content).words


def test_a_region_has_one_goal_for_a_figure(north: Region, mina: User) -> None:
    a_goal(north, mina)
    answer = browser_of(mina).post("/goals/add?lang=en", said(north))
    assert (answer.status_code, Goal.objects.count()) == (422, 1)
    assert "The region has a goal for this figure: change that one." in Page(answer.content).words


def test_a_manager_sets_goals_for_the_own_regions(
    north: Region, south: Region, mina: User, sol: User
) -> None:
    assert browser_of(sol).post("/goals/add", said(north, owner="sol")).status_code == 422
    goal = a_goal(north, mina)
    assert browser_of(sol).get(f"/goals/{goal.pk}").status_code == 404


def test_a_goal_is_changed_from_what_was_seen(north: Region, mina: User, dora: User) -> None:
    goal = a_goal(north, mina)
    address, change = f"/goals/{goal.pk}", {"target": "95", "by_on": SOON, "owner": "dora", "revision": "1"}
    page = opened(mina, address)
    assert "90" in [one.get("value") for one in page.all("input") if one.get("name") == "target"]
    assert browser_of(mina).post(address, change)["Location"] == "/goals"
    slower = browser_of(dora).post(address + "?lang=en", change | {"target": "80"})
    assert slower.status_code == 409
    assert "Somebody changed this goal in the meantime." in told(Page(slower.content))
    goal.refresh_from_db()
    assert (goal.target, goal.owner, goal.revision) == (Decimal("0.95"), dora, 2)
    assert "95 % by" in told(opened(mina, address + "?lang=en"))


def test_a_goal_is_ended_and_another_can_be_set(north: Region, mina: User) -> None:
    goal = a_goal(north, mina)
    browser = browser_of(mina)
    assert browser.post(f"/goals/{goal.pk}/end", {"revision": "7"}).status_code == 409
    assert browser.post(f"/goals/{goal.pk}/end", {"revision": "1"})["Location"] == "/goals"
    assert GoalVersion.objects.get(goal=goal).is_dropped
    assert browser.post("/goals/add", said(north))["Location"] == "/goals"
    assert "Nobody pursues it any more." in told(opened(mina, f"/goals/{goal.pk}?lang=en"))


def test_without_goals_the_page_says_what_one_is(mina: User) -> None:
    assert "A goal is a figure of a region that is to be so high by a day" in told(
        opened(mina, "/goals?lang=en")
    )
    chinese = opened(mina, "/goals/add?lang=zh-hant").words
    assert [word for word in chinese if "goal" in word.lower()] == []


def test_a_technician_has_a_day(tom: Technician) -> None:
    assert tom.user is not None
    client = Client()
    client.force_login(tom.user)
    assert client.get("/goals")["Location"] == "/"
