"""The pictures of docs/screens: the table, the index, and what they lack. Taking them is for `./linli screens`."""

from collections import Counter
from string import Formatter
from urllib.parse import urlsplit

import pytest
from django.urls import URLPattern, resolve

from config.screens.album import Shown, album
from config.screens.taking import pages_without
from console.screens import NO_PICTURE, SCREENS, Screen, Who
from console.urls import urlpatterns

PAGES = {one.name for one in urlpatterns if isinstance(one, URLPattern) and one.name}


def has_words(address: str) -> bool:
    return any(name is not None for _, name, _, _ in Formatter().parse(urlsplit(address).path))


def picture(name: str, width: int, title: str) -> str:
    return (
        f'<img src="{name}.webp" width="{width}" alt="{title}"> '
        f'<img src="{name}.zh-hant.webp" width="{width}" alt="{title}, in Chinese">'
    )


def test_a_picture_has_a_name_of_its_own() -> None:
    assert [name for name, times in Counter(one.name for one in SCREENS).items() if times > 1] == []


@pytest.mark.parametrize("address", [one.address for one in SCREENS if not has_words(one.address)])
def test_addresses_of_the_table_lead_to_pages(address: str) -> None:
    assert resolve(urlsplit(address).path).url_name in PAGES


def test_pages_without_a_picture_are_named() -> None:
    board = Shown(SCREENS[0], "Board · Acme", "http://127.0.0.1:8000/board?on=2026-03-02")
    assert not NO_PICTURE - PAGES
    assert set(pages_without([board])) == PAGES - NO_PICTURE - {"board"}


def test_the_index_shows_each_page_in_both_languages_below_its_people() -> None:
    shown = [
        Shown(Screen("board", Who.DISPATCHER, "/board"), "Board · Acme", ""),
        Shown(Screen("rate", Who.CUSTOMER, "{rate}"), "How was our visit?", ""),
    ]
    assert album(shown).split("\n\n")[2:] == [
        "## Dispatchers",
        "**Board**",
        picture("board", 560, "Board"),
        "## Customers",
        "**How was our visit?**",
        picture("rate", 300, "How was our visit?") + "\n",
    ]
