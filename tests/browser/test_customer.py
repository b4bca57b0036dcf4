"""A customer's morning on a telephone, without an account and without a script: from a wish to the stars."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, Request, Response, expect

from communities.models import Organisation, Region, Site, User
from dispatch.models import BookingProfile, Technician
from tests import factories
from tests.billing.conftest import price_book
from tests.browser.conftest import OpenWindow, Window
from tests.end_to_end.people import Person, SignIn, eventually

__all__ = ["price_book"]

Deed = Callable[[Page], None]

LARGEST = 100_000  # bytes, of a page and all it asks for
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "locale": "zh-TW"}
NARROWEST = {"width": 320, "height": 640}  # WCAG 2.2, 1.4.10
WANG = {"name": "王小姐", "phone": "0912 345 678", "email": "wang@example.com"}
ROAD = "1 Example Road"
DAWN = 6


@pytest.fixture
def today(price_book: None, acme: Organisation, north: Region, tom: Technician) -> datetime:
    """Midnight of the company's day. It is at home where it is early in the morning while the test runs, so that Tom's
    whole day is before him: pages read the clock. His address book has one road."""
    ahead = (DAWN - datetime.now(UTC).hour + 12) % 24 - 12
    Organisation.objects.filter(pk=acme.pk).update(time_zone=f"Etc/GMT{-ahead:+d}")
    acme.refresh_from_db()
    midnight = datetime.combine(datetime.now(acme.zone), time(), acme.zone)
    factories.shift(tom, midnight + timedelta(hours=8))
    BookingProfile.objects.create(organisation=acme, is_open=True)
    site = factories.site(factories.community(north, "xicun"))
    Site.objects.filter(pk=site.pk).update(key="1exampleroad|", address=ROAD)
    return midnight


class Customer:
    """A telephone whose script is switched off, and the letters that come to it."""

    def __init__(self, open_window: OpenWindow, mail: Path) -> None:
        self._open, self._mail = open_window, mail
        self.window = open_window(java_script_enabled=False, **PHONE)
        self.page: Page = self.window.page
        self.told_where_from: list[str | None] = []
        self.page.on("response", self._note)

    def link(self, kind: str) -> str:
        """The address of that kind in a letter, when it has come."""
        found: str = eventually(lambda: re.search(rf"^http\S+/{kind}/\S+$", self._letters(), re.MULTILINE))[0]
        return found

    def opens(self, address: str, then: Deed | None = None) -> Page:
        """Open it; and look at it, or at what comes `then`, as somebody does who has never been here."""
        look(self._open(**PHONE), address, then)
        self.page.goto(address)
        return self.page

    def _letters(self) -> str:
        letters = (
            message_from_bytes(one.read_bytes(), policy=policy.default) for one in self._mail.glob("*")
        )
        bodies = [letter.get_body(("plain",)) for letter in letters]  # type: ignore[attr-defined]
        return "\n".join(body.get_content() for body in bodies if body)

    def _note(self, response: Response) -> None:
        is_ours = "/sandbox/" not in response.url  # its provider plays another company
        if is_ours and response.ok and response.request.resource_type == "document":
            self.told_where_from.append(response.headers.get("referrer-policy"))


def look(window: Window, address: str, then: Deed | None) -> None:
    """The page is light, in the reader's language, narrow enough, accessible, and asks nobody else for anything."""
    asked: list[Request] = []
    window.page.on("requestfinished", lambda request: asked.append(request))
    window.page.goto(address)
    sizes = [request.sizes() for request in asked]
    weight = sum(size["responseHeadersSize"] + size["responseBodySize"] for size in sizes)
    assert weight < LARGEST, f"{address}: {weight} bytes"
    if then:
        then(window.page)
    expect(window.page.locator("html")).to_have_attribute("lang", "zh-Hant")
    assert window.grave_findings() == []
    window.page.set_viewport_size(NARROWEST)  # type: ignore[arg-type]
    assert window.beyond_reach() == []
    assert (window.strangers, window.troubles) == ([], [])
    window.page.context.close()


def ask(page: Page) -> None:
    page.fill("[name=address]", ROAD)
    press(page, "查詢時間")


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def heading(page: Page) -> Any:
    return expect(page.locator("h1"))


def plan(dispatcher: Person, region: Region, on: str) -> None:
    version = dispatcher.post("/plans", {"region": str(region.pk), "on": on, "iterations": 100}).json()["id"]
    eventually(lambda: dispatcher.get(f"/plans/{version}")["state"] == "draft")
    published = dispatcher.post(f"/plans/{version}/publish", If_Match='"r1"')
    assert published.status_code == 200, published.text


def step(technician: Person, visit: str, name: str, /, **more: Any) -> dict[str, Any]:
    answer = technician.post(f"/visits/{visit}/{name}", more)
    assert answer.is_success, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_customer_books_follows_approves_pays_and_rates(
    today: datetime,
    north: Region,
    dora: User,
    tom: Technician,
    sign_in: SignIn,
    open_window: OpenWindow,
    served: str,
    tmp_path: Path,
) -> None:
    wang, on = Customer(open_window, tmp_path / "mail"), today.date().isoformat()
    dispatcher, technician = sign_in("dora"), sign_in("tom")
    books(wang, f"{served}/book/acme")
    plan(dispatcher, north, on)
    [visit] = [one["id"] for one in technician.get("/schedule", **{"from": on, "to": on})["items"]]
    follows(wang, technician, visit)
    approves(wang, technician, visit)
    step(technician, visit, "complete", notes="Done")
    pays(wang)
    rates(wang)

    said = [*WANG.values(), ROAD, WANG["phone"].replace(" ", "")]
    addresses = [unquote(address.replace("+", " ")) for address in wang.window.asked]
    assert [address for address in addresses for word in said if word in address] == []
    assert set(wang.told_where_from) == {"no-referrer"}
    assert (wang.window.strangers, wang.window.troubles) == ([], [])


def books(wang: Customer, address: str) -> None:
    """What there is to book, and when: Tom begins at eight. The letter leads back."""
    page = wang.opens(address, then=ask)
    ask(page)
    press(page, "08:00–10:00")
    heading(page).to_have_text("請確認預約內容")
    for field, said in WANG.items():
        page.fill(f"[name={field}]", said)
    press(page, "預約")
    heading(page).to_have_text("預約完成")
    heading(wang.opens(wang.link("booking"))).to_have_text("預約完成")


def follows(wang: Customer, technician: Person, visit: str) -> None:
    page = wang.opens(wang.link("track"))
    heading(page).to_have_text("已排定到府時間。")
    expect(page.locator(".facts")).to_contain_text("下一位就是您。")
    step(technician, visit, "en-route")
    page.reload()
    heading(page).to_have_text("技師正在前往途中。")


def approves(wang: Customer, technician: Person, visit: str) -> None:
    """On site there are two ways to do it."""
    step(technician, visit, "arrive")
    step(technician, visit, "start")
    ways = [
        {"name": "備用濾心", "lines": [{"item": "spare"}]},
        {"name": "安心組", "recommended": True, "lines": [{"item": "sensor"}]},
    ]
    page = wang.opens(step(technician, visit, "offers", name="防漏", options=ways)["url"])
    page.fill("[name=name]", WANG["name"])
    press(page, "接受")
    expect(page.get_by_role("status")).to_have_text("您已接受，謝謝您。")
    expect(page.locator(".chosen h2")).to_contain_text("安心組")


def pays(wang: Customer) -> None:
    """800 for the filter and 900 for the sensor, at the sandbox."""
    page = wang.opens(wang.link("pay"))
    press(page, "付款 TWD 1,700")
    page.wait_for_url("**/sandbox/checkouts/**")
    press(page, "付款")
    expect(page.get_by_role("status")).to_have_text("謝謝您，款項已付清。")  # looks again by itself
    wang.opens(page.url)


def rates(wang: Customer) -> None:
    page = wang.opens(wang.link("r"))
    page.get_by_label("非常滿意", exact=True).check()
    page.locator("[name=nps][value='10']").check()
    page.fill("[name=comment]", "很準時")
    press(page, "送出")
    heading(page).to_have_text("謝謝您")
