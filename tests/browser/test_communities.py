"""A manager looks for the community that is worst off: on the map, in the table, on its page."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image, ImageStat
from playwright.sync_api import Page, expect

from communities.models import Community, MetricDay, Region, User
from communities.services.windows import windows_make
from tests import factories
from tests.browser.conftest import OpenAs

COLOURS = """canvas => {
  const small = Object.assign(document.createElement("canvas"), { width: 80, height: 60 });
  const pen = small.getContext("2d", { willReadFrequently: true });
  pen.drawImage(canvas, 0, 0, 80, 60);
  const { data } = pen.getImageData(0, 0, 80, 60);
  return new Set(Array.from({ length: 4800 }, (_, at) => data.slice(4 * at, 4 * at + 4).join())).size;
}"""
"""How many colours a canvas shows: an empty one has one."""


RED = """canvas => {
  const small = Object.assign(document.createElement("canvas"), { width: 80, height: 60 });
  const pen = small.getContext("2d", { willReadFrequently: true });
  pen.drawImage(canvas, 0, 0, 80, 60);
  const { data } = pen.getImageData(0, 0, 80, 60);
  const isRed = (at) => data[4 * at] > 250 && data[4 * at + 1] < 5 && data[4 * at + 2] < 5;
  return Array.from({ length: 4800 }, (_, at) => isRed(at)).filter(Boolean).length / 4800;
}"""
"""What share of a canvas is red."""


@pytest.fixture
def villages(north: Region) -> list[Community]:
    """Three beside one another, worse from west to east, and a fourth of which few answered; half a year of weeks until
    today, to which the workers would turn the windows anyway."""
    today = timezone.now().astimezone(north.organisation.zone).date()
    villages = [factories.community(north, code, lon=121.50 + at / 100) for at, code in enumerate("abcd")]
    for at, village in enumerate(villages):
        factories.site(village)
        count = 2 if village.code == "d" else 8
        MetricDay.objects.bulk_create(
            MetricDay(
                organisation=north.organisation, community=village, on=today - timedelta(weeks=week),
                visits=count, csat_answers=count, csat_sum=(5 - at) * count - 2,
                csat_squares=(5 - at) ** 2 * count, arrivals=10, arrivals_on_time=9 - at,
            )
            for week in range(1 if village.code == "d" else 30)
        )  # fmt: skip
    windows_make(organisation=north.organisation, through_on=today)
    return villages


def test_a_manager_finds_the_worst_community_and_opens_it(
    villages: list[Community], mina: User, open_as: OpenAs
) -> None:
    worst = villages[2]
    minas = open_as("mina")
    page = minas.go("/communities?sort=csat")
    drawn = painted(page)
    expect(page.locator(".legend")).to_contain_text("too few answers")
    expect(page.locator("tbody:last-child th a").first).to_have_text("c village")
    assert minas.grave_findings() == []

    # Another figure is another map: of punctuality nothing is hidden.
    page.select_option("[name=figure]", "on_time")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("th.chosen")).to_contain_text("On time")
    expect(page.locator(".legend")).to_contain_text("≥ 90%")
    expect(page.locator(".legend")).not_to_contain_text("too few answers")
    assert painted(page) > 1 < drawn

    # By keyboard alone: the map says what lies in its middle, on the border of b and c, and moves.
    page.locator(".areas canvas").focus()
    expect(page.locator(".maplibregl-popup")).to_contain_text("village: ")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".maplibregl-popup")).to_contain_text("c village: 70 %")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("c village")

    # By the table, to a page with a chart.
    page.goto(f"{minas.url}/communities?sort=csat")
    page.locator("tbody:last-child th a").first.click()
    expect(page.locator("h1")).to_have_text("c village")
    assert page.locator(".drawing canvas").evaluate(COLOURS) > 5
    page.get_by_text("The same in numbers").click()
    assert page.locator(".weeks tbody tr").count() == 13  # of four weeks each
    assert minas.grave_findings() == []
    page.locator(".figures a").first.click()
    expect(page.locator("h1")).to_contain_text("CSAT")
    expect(page.locator(".path a").last).to_have_attribute("href", f"/communities/{worst.pk}?window=28")
    assert (minas.strangers, minas.troubles) == ([], [])


class Streets(BaseHTTPRequestHandler):
    """Another company's map: a red plain, for whoever asks from anywhere."""

    def do_GET(self) -> None:
        plain = {"id": "plain", "type": "background", "paint": {"background-color": "#ff0000"}}
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(json.dumps({"version": 8, "sources": {}, "layers": [plain]}).encode())

    def log_message(self, *args: object) -> None:
        """Nobody wants to read it."""


@pytest.fixture
def streets(environment: dict[str, str]) -> Iterator[str]:
    """The address of a style from outside, which the application is told to use."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Streets) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment["MAP_STYLE_URL"] = f"http://127.0.0.1:{server.server_port}/style.json"
        yield environment["MAP_STYLE_URL"]
        server.shutdown()


def test_streets_from_outside_lie_below_the_communities(
    streets: str, villages: list[Community], mina: User, open_as: OpenAs
) -> None:
    minas = open_as("mina")
    page = minas.go("/communities?sort=csat")
    assert painted(page) > 1
    red = page.locator(".areas canvas").evaluate(RED)
    assert red > 0.2  # around the villages, and through those of which too few answered
    assert (minas.strangers, minas.troubles) == ([streets], [])


def test_on_paper_the_map_is_light_also_from_a_dark_screen(
    villages: list[Community], mina: User, open_as: OpenAs
) -> None:
    minas = open_as("mina", color_scheme="dark")
    page = minas.go("/communities?sort=csat")
    painted(page)
    on_screen = lightness(page)
    page.emulate_media(media="print")
    assert on_screen < 80 < 180 < lightness(page)


def lightness(page: Page) -> float:
    """Of the map with its legend as a reader sees it, from 0 to 255."""
    with Image.open(BytesIO(page.locator(".areas").screenshot())) as picture:
        return float(ImageStat.Stat(picture.convert("L")).mean[0])


def painted(page: Page) -> int:
    """The colours of the map, once it is still."""
    expect(page.locator("body[data-ready]")).to_be_attached()
    return int(page.locator(".areas canvas").evaluate(COLOURS))
