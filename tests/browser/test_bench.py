"""`./linli bench console` in small: what it measures is there to be measured. Nothing is timed."""

import pytest
from playwright.sync_api import Browser, expect

from config.benchmarks.console.living import Pace
from config.benchmarks.console.measure import (
    PASSWORD,
    USERNAME,
    Size,
    World,
    board_figures,
    customer_figures,
    world_make,
)
from config.benchmarks.console.window import desk_open

SMALL = Size(visits=60, technicians=6, loads=1, drags=2, drops=1, pace=Pace(rate=20, warm_s=0, seconds=1))
VISITS = 58  # of 60, for each fiftieth nobody has the skill
PAGES = ("book", "book again", "booking", "follow the technician", "offer", "pay", "rate")


@pytest.fixture
def world(transactional_db: None) -> World:
    return world_make(SMALL, lambda what: None)


def test_the_pages_are_measured(world: World, served: str, chromium: Browser) -> None:
    desk = desk_open(chromium, served, USERNAME, PASSWORD)
    board = list(board_figures(desk, world, SMALL, lambda what: None))
    pages = list(customer_figures(chromium, served, world, lambda what: None))

    assert len(world.planned) == VISITS
    assert [one.what for one in board if one.goal] == [
        "board interactive, empty cache: worst",
        "board interactive, opened again: worst",
        "a dragged visit's sentence: 95th percentile",
        "a busy day: memory grown by",
    ]
    assert min(one.value for one in board if one.unit in {"s", "ms", "kB"} and "longest" not in one.what) > 0
    assert [(one.what, one.met) for one in pages] == [(f"a customer's page, {name}", True) for name in PAGES]
    with desk.window() as page:
        page.goto(world.board)
        expect(page.locator("#shown")).to_have_text(
            "Published, version 2"
        )  # dropped once; all else was put back
        expect(page.locator("#timeline [data-visit]")).to_have_count(VISITS)
