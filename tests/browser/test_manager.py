"""A regional manager's morning: from a bad figure to its facts, and to a policy that does something about it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from communities.insight.signals import SignalPolicy
from communities.models import Region, User
from communities.services.metrics import metrics_refresh
from communities.services.policies import policy_set
from communities.services.windows import windows_turn
from dispatch.models import Technician
from tests import factories
from tests.browser.conftest import OpenAs
from tests.conftest import as_caller

ANSWERS = 12


@pytest.fixture
def north_to_mend(north: Region, tom: Technician, tina: Technician, ada: User) -> Region:
    """Customers like Tina far better than Tom, and nothing is made of it. The pages read the clock."""
    now = timezone.now()
    today = now.astimezone(north.organisation.zone).replace(hour=9, minute=0, second=0, microsecond=0)
    tomorrow = today + timedelta(days=1)
    village = factories.community(north, "xicun")
    for technician, csat in ((tom, 1), (tina, 5)):
        factories.shift(technician, tomorrow)
        for _ in range(ANSWERS):
            about = {"community_id": village.pk, "technician_id": technician.pk}
            answer = {"csat": csat, "nps": None}
            factories.fact(
                village.organisation, "survey.answered", now - timedelta(days=3), **about, data=answer
            )
    windows_turn(now=now)
    metrics_refresh()
    factories.request(factories.site(village), now - timedelta(days=1))
    policy_set(
        caller=as_caller(ada),
        region_id=north.pk,
        policy=SignalPolicy().neutral(),
        reason="To begin with.",
    )
    return north


def test_a_manager_follows_a_bad_figure_and_puts_a_policy_in_force(
    north_to_mend: Region, mina: User, ada: User, open_as: OpenAs
) -> None:
    minas, adas = open_as("mina"), open_as("ada")
    edit = f"/policy/{north_to_mend.pk}/edit"

    # A figure, and what it is made of: 12 ones and 12 fives.
    page = minas.go("/communities")
    assert minas.grave_findings() == []
    page.get_by_role("link", name="3.0").first.click()
    expect(page.locator("tbody tr")).to_have_count(2 * ANSWERS)
    assert minas.grave_findings() == []

    # What is made of it: nothing yet.
    page.get_by_role("link", name="Policy", exact=True).click()
    expect(page.locator("h1")).to_contain_text("version 1")
    assert minas.grave_findings() == []
    older = adas.go(edit)

    # Tried on tomorrow, by keyboard.
    page.get_by_role("link", name="Change it").press("Enter")
    page.get_by_label("A point of satisfaction", exact=True).fill("8")
    assert minas.grave_findings() == []
    page.get_by_label("A point of satisfaction", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="One visit goes to somebody else")).to_be_visible()
    expect(page.locator(".moves b")).to_have_text("T1 → T2")
    expect(page.locator(".moves")).to_contain_text("T2 rather than T1")
    expect(page.locator(".changed")).to_have_text("A point of satisfaction: 0 min → 8 min")
    assert minas.grave_findings() == []

    page.get_by_label("Why").fill("Tina is liked.")
    page.get_by_role("button", name="Put it in force").click()
    expect(page.locator("h1")).to_contain_text("version 2")
    expect(page.locator(".versions li").first).to_contain_text("Tina is liked.")

    # Who had the older form open is told, and keeps what they had typed.
    older.get_by_label("Fixed at the first visit", exact=True).fill("15")
    older.get_by_role("button", name="Show what it would do").click()
    expect(older.get_by_role("alert")).to_contain_text("version 2 is in force now (“Tina is liked.”)")
    expect(older.get_by_role("alert")).to_contain_text("A point of satisfaction: 0 min → 8 min")
    expect(older.get_by_label("A point of satisfaction", exact=True)).to_have_value("8")
    expect(older.get_by_label("Fixed at the first visit", exact=True)).to_have_value("15")
    assert adas.grave_findings() == []

    assert minas.strangers + adas.strangers == []
    refused = "Failed to load resource: the server responded with a status of 409 (Conflict)"
    assert (minas.troubles, adas.troubles) == ([], [refused])
