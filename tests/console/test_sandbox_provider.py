"""The provider as merchants and payers meet it."""

import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from billing.models import SandboxAttempt, SandboxCheckout

pytestmark = pytest.mark.django_db
KEY = {"Authorization": f"Bearer {settings.SANDBOX_API_KEY}"}


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def asked(**changes: object) -> dict[str, object]:
    wish: dict[str, object] = {
        "reference": str(uuid4()),
        "amount_minor": 2300,
        "currency": "TWD",
        "description": "Acme 00000001",
        "return_url": "http://127.0.0.1:8000/paid/1",
    }
    return wish | changes


def make(content: object, headers: dict[str, str] = KEY) -> tuple[int, dict[str, str]]:
    answer = Client().post(
        "/sandbox/api/checkouts", content, content_type="application/json", headers=headers
    )
    return answer.status_code, answer.json()


def press(browser: Client, checkout: dict[str, str], decision: str) -> str:
    """Open the page, press a button, and say where the browser is sent."""
    path = f"/sandbox/checkouts/{checkout['id']}"
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(path).content.decode())
    assert token is not None
    answer = browser.post(path, {"decision": decision, "csrfmiddlewaretoken": token[1]})
    return str(answer.headers["Location"])


def test_a_merchant_needs_its_key() -> None:
    status, _ = make(asked(), headers={"Authorization": "Bearer guessed"})
    read = Client().get(f"/sandbox/api/checkouts/{uuid4()}")

    assert (status, read.status_code, SandboxCheckout.objects.count()) == (401, 401, 0)


def test_a_reference_has_one_checkout_and_one_amount() -> None:
    wish = asked()
    first, again = make(wish), make(wish)
    other, _ = make(wish | {"amount_minor": 2301})

    assert first == again
    assert (first[0], other, SandboxCheckout.objects.count()) == (201, 409, 1)


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        "no",
        asked(currency="XXX"),
        asked(amount_minor=0),
        asked(amount_minor="lots"),
        asked(reference="1"),
        asked(amount_minor=2**63),
        asked(amount_minor=float("inf")),
        asked(description="a\0b"),
        asked(description="\ud800"),
        asked(return_url="javascript:alert(1)"),
        asked(return_url="https://a;script-src *"),
        asked(return_url="https://[1]/"),
        asked(return_url="https://linli.example/" + "a" * 500),
        "[" * 100_000,
    ],
)
def test_what_is_no_checkout_is_refused(content: object) -> None:
    assert (make(content)[0], SandboxCheckout.objects.count()) == (422, 0)


def test_a_payer_declines_tries_again_and_goes_back_to_the_merchant(browser: Client) -> None:
    _, checkout = make(asked())

    declined = press(browser, checkout, "decline")
    retried = browser.get(declined).content.decode()
    paid = press(browser, checkout, "pay")

    assert "You can try again." in retried
    assert paid == "http://127.0.0.1:8000/paid/1"
    read = Client().get(f"/sandbox/api/checkouts/{checkout['id']}", headers=KEY).json()
    assert (read["state"], [one["state"] for one in read["payments"]]) == ("paid", ["declined", "succeeded"])


def test_another_site_cannot_press_the_button(browser: Client) -> None:
    _, checkout = make(asked())

    answer = browser.post(f"/sandbox/checkouts/{checkout['id']}", {"decision": "pay"})

    assert (answer.status_code, SandboxAttempt.objects.count()) == (403, 0)


def test_browsers_are_let_back_to_the_merchant(browser: Client) -> None:
    """A form's redirect counts as its target; and with no-referrer a browser hides the Origin that CSRF asks for."""
    _, checkout = make(asked(return_url="https://linli.example/paid/1"))

    headers = browser.get(f"/sandbox/checkouts/{checkout['id']}").headers

    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Content-Security-Policy"].endswith("form-action 'self' https://linli.example")
