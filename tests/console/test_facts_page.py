"""From a number of the communities page to what happened."""

from datetime import datetime

import pytest
from django.test import Client

from communities.models import Community, Region, User
from communities.services.metrics import metrics_refresh
from communities.services.windows import windows_turn
from core.money import Money
from dispatch.models import Technician
from tests import factories
from tests.console.test_customer_pages import Page


@pytest.fixture
def village(north: Region, now: datetime) -> Community:
    """Two arrivals, an invoice paid, and four answers: one too few."""
    village = factories.community(north, "A")
    factories.site(village)
    windows_turn(now=now)
    acme, there = village.organisation, {"community_id": village.pk}
    factories.fact(acme, "visit.arrived", now, **there, data={"on_time": True})
    factories.fact(acme, "visit.arrived", now, **there, data={"on_time": False})
    factories.fact(acme, "invoice.paid", now, **there, amount=Money(1800, "TWD"))
    for _ in range(4):
        factories.fact(acme, "survey.answered", now, **there, data={"csat": 2, "nps": None})
    metrics_refresh()
    return village


def opened(user: User, path: str) -> tuple[int, list[str]]:
    browser = Client()
    browser.force_login(user)
    answer = browser.get(path)
    words = Page(answer.content).words if answer.status_code == 200 else []
    return answer.status_code, [word for word in words if word]


def test_every_number_leads_to_its_facts(mina: User, village: Community) -> None:
    browser = Client()
    browser.force_login(mina)
    page = browser.get("/communities?lang=en").content.decode()
    for figure in (
        "requests",
        "visits",
        "on_time",
        "first_visit_fix",
        "csat",
        "nps",
        "acceptance",
        "revenue",
    ):
        path = f"/communities/{figure}/facts?window=28&amp;community={village.pk}"
        assert f'href="{path}"' in page
        assert opened(mina, path)[0] == 200

    _, words = opened(mina, f"/communities/on_time/facts?community={village.pk}&lang=en")
    row = words[words.index("March 2, 2026") :]
    assert row.count("Technician arrived") == 2
    assert row.count("✓") == 3  # one on time, out of two

    _, words = opened(mina, "/communities/revenue/facts?lang=en")
    assert words[words.index("Invoice paid") + 1] == "TWD 1,800"


def test_what_few_said_is_not_there(mina: User, village: Community) -> None:
    _, words = opened(mina, f"/communities/csat/facts?community={village.pk}&lang=en")
    assert "What fewer than 5 people answered is not shown, nor what would tell it." in words
    assert "Answered how it went" not in words


def test_facts_are_for_those_in_charge(
    sol: User, stranger: User, tom: Technician, village: Community
) -> None:
    assert tom.user
    path = f"/communities/revenue/facts?community={village.pk}"
    assert [opened(user, path)[0] for user in (sol, stranger, tom.user)] == [404, 404, 302]
    assert "Invoice paid" not in opened(sol, "/communities/revenue/facts?lang=en")[1]
    assert opened(sol, "/communities/name/facts")[0] == opened(sol, f"{path}x")[0] == 404
