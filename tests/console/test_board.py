"""The board's page. What it shows is tests/api/test_board.py's, what it does tests/browser/'s."""

import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client

from communities.models import Region, User
from console.office.board_words import said
from dispatch.models import Technician
from tests.console.test_customer_pages import Page

SCRIPTS = Path(__file__).parents[2] / "console" / "static" / "console" / "board"
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data: blob:; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'; script-src 'self'; connect-src 'self'; worker-src 'self'"
)

PINS = ("pin_nothing", "pin_technician", "pin_time", "pin_both")
MONEY = ("money_visits", "money_driving", "money_upsell_added")


def opened(user: User, query: str = "") -> HttpResponse:
    browser = Client()
    browser.force_login(user)
    return browser.get(f"/board{query}", headers={"Accept-Language": "en"})


def test_the_board_loads_scripts_from_here_alone_and_has_none_of_its_own(dora: User, north: Region) -> None:
    answer = opened(dora)
    assert answer["Content-Security-Policy"] == CSP
    page = Page(answer.content)
    assert [one for one in page.all("script") if "src" not in one] == [
        {"id": "told", "type": "application/json"}
    ]
    assert all(str(one["src"]).startswith("/static/") for one in page.all("script") if "src" in one)
    assert not [attributes for _, attributes in page.elements if "style" in attributes]


def test_a_map_from_outside_may_come_from_where_the_settings_say(
    dora: User, north: Region, settings: LazySettings
) -> None:
    settings.MAP_STYLE_URL = "https://tiles.example:8443/streets/style.json?key=1"
    settings.MAP_ORIGINS = ["https://fonts.example"]
    answer = opened(dora)
    outside = "https://tiles.example:8443 https://fonts.example"
    assert answer["Content-Security-Policy"] == CSP.replace(
        "connect-src 'self'", f"connect-src 'self' {outside}"
    ).replace("data: blob:", f"data: blob: {outside}")


def test_a_region_can_be_asked_for(dora: User, north: Region, south: Region) -> None:
    page = Page(opened(dora, f"?region={south.pk}").content)
    assert [one["value"] for one in page.all("option") if "selected" in one] == [str(south.pk)]


def test_a_manager_has_the_own_regions_and_no_deeds(mina: User, north: Region, south: Region) -> None:
    page = Page(opened(mina).content)
    assert str(north.pk) in [one["value"] for one in page.all("option")]
    assert str(south.pk) not in [one["value"] for one in page.all("option")]
    assert not {"plan", "undo", "redo"} & {one.get("id") for one in page.all("button")}


@pytest.mark.parametrize("asked", ["north", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_region_is_not_found(dora: User, north: Region, asked: str) -> None:
    assert opened(dora, f"?region={asked}").status_code == 404


def test_anothers_region_is_not_found(mina: User, stranger: User, north: Region, south: Region) -> None:
    assert opened(mina, f"?region={south.pk}").status_code == 404
    assert opened(stranger, f"?region={north.pk}").status_code == 404


def test_a_technician_has_a_day_of_their_own(tom: Technician) -> None:
    assert tom.user is not None
    assert opened(tom.user)["Location"] == "/"


def test_without_signing_in_there_is_no_board(db: None) -> None:
    assert Client().get("/board")["Location"] == "/sign-in"


def test_whatever_the_scripts_say_is_told_to_them() -> None:
    scripts = "\n".join(path.read_text() for path in SCRIPTS.glob("*.js"))
    asked = set(re.findall(r'\bsay\(\s*"(\w+)"', scripts))
    either = {name for pair in re.findall(r'\? "(\w+)" : "(\w+)"', scripts) for name in pair}
    asked |= either & set(said("en"))
    assert asked <= set(said("en"))
    assert set(said("en")) == set(said("zh-hant"))
    # Named by a variable: the background bands and the first rows of a comparison.
    unused = {name for name in said("en") if "." not in name} - asked
    assert unused == {"shift", "pause", "overtime", "visits", "left_out", *PINS, *MONEY}
