"""A dispatcher takes a call with a telephone in the other hand: the mouse is not touched."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Keyboard, expect

from communities.models import Community, Region, Site, User
from dispatch.models import Technician
from tests import factories
from tests.browser.conftest import OpenAs, Window

PHONE = "0912 345 678"


@pytest.fixture
def village(north: Region, tom: Technician, dora: User) -> Community:
    """Tom works tomorrow; the page reads the clock, so that it has to be a real tomorrow."""
    tomorrow = datetime.now(ZoneInfo("Asia/Taipei")) + timedelta(days=1)
    factories.shift(tom, tomorrow.replace(hour=8, minute=0, second=0, microsecond=0), hours=9)
    factories.service_type(north.organisation)
    village = factories.community(north, "A")
    site = factories.site(village)
    Site.objects.filter(pk=site.pk).update(key="1exampleroad|", address="1 Example Road")
    return village


@pytest.fixture
def window(village: Community, open_as: OpenAs) -> Window:
    return open_as("dora")


def keys(keyboard: Keyboard, *said: str) -> None:
    """Names of keys as they are, everything else as text."""
    for one in said:
        keyboard.press(one) if one in {"Tab", "Enter", "ArrowDown"} else keyboard.type(one)


def test_a_window_is_booked_by_keyboard_alone(window: Window) -> None:
    page = window.go("/calls")
    keys(page.keyboard, PHONE, "Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nobody with this number yet")
    keys(page.keyboard, "1 Example Road", "Enter")
    windows = page.get_by_role("radio")
    expect(windows.first).to_be_focused()
    assert window.grave_findings() == []

    keys(page.keyboard, "ArrowDown")
    expect(windows.nth(1)).to_be_checked()
    keys(page.keyboard, "Tab", "Ms Wang", "Enter")

    expect(page.get_by_role("status")).to_contain_text("Booked for Ms Wang")
    expect(page.get_by_label("Telephone")).to_be_focused()  # the next call may come
    assert (window.strangers, window.troubles) == ([], [])
