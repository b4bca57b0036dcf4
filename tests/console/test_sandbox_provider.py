"""The provider as merchants and payers meet it."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from billing.models import SandboxCheckout, SandboxPayment

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
        "return_url": "http://127.0.0.1:8000/pay/1",
        "notice_url": "http://127.0.0.1:8000/api/v1/webhooks/sandbox",
        "expires_at": "2026-03-02T01:00:00+00:00",
    }
    return wish | changes


def make(content: object, headers: dict[str, str] = KEY) -> tuple[int, dict[str, str]]:
    answer = Client().post(
        "/sandbox/api/checkouts", content, content_type="application/json", headers=headers
    )
    return answer.status_code, answer.json()


def send(path: str, content: object) -> tuple[int, dict[str, Any]]:
    answer = Client().post(f"/sandbox/api/{path}", content, content_type="application/json", headers=KEY)
    return answer.status_code, answer.json()


def give_back(payment_id: str, wish: dict[str, object]) -> tuple[int, dict[str, Any]]:
    return send(f"payments/{payment_id}/refunds", wish)


def close(checkout: dict[str, str]) -> int:
    return send(f"checkouts/{checkout['id']}/close", {})[0]


def read(checkout: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = Client().get(f"/sandbox/api/checkouts/{checkout['id']}", headers=KEY).json()
    return told


def states(checkout: dict[str, str]) -> list[str]:
    return [one["state"] for one in read(checkout)["payments"]]


def press(browser: Client, checkout: dict[str, str], act: str) -> str:
    """Open the page, press a button, and say where the browser is sent."""
    path = f"/sandbox/checkouts/{checkout['id']}"
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(path).content.decode())
    assert token is not None
    payments = [one["id"] for one in read(checkout)["payments"]]
    form = {"act": act, "csrfmiddlewaretoken": token[1], "payment": payments[-1] if payments else ""}
    answer = browser.post(path, form)
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

    assert "Pay once more" in retried
    assert paid == "http://127.0.0.1:8000/pay/1"
    assert states(checkout) == ["declined", "succeeded"]


def test_a_code_is_paid_later(browser: Client) -> None:
    _, checkout = make(asked())
    press(browser, checkout, "code")
    assert states(checkout) == ["pending"]

    press(browser, checkout, "code-pay")
    press(browser, checkout, "code-pay")  # it is paid

    assert states(checkout) == ["succeeded"]


def test_the_staff_gives_back_what_is_there_and_banks_decide(browser: Client) -> None:
    _, checkout = make(asked())
    press(browser, checkout, "pay")

    for act in ("refund-half", "refund", "refund-half", "dispute", "dispute", "win", "lose"):
        press(browser, checkout, act)

    [payment] = read(checkout)["payments"]
    assert [one["amount_minor"] for one in payment["refunds"]] == [
        1150,
        1150,
    ]  # all of it is more than is left
    assert [(one["state"], one["amount_minor"]) for one in payment["disputes"]] == [("won", 2300)]


def test_a_merchant_gives_back_once_for_a_reference(browser: Client) -> None:
    _, checkout = make(asked())
    press(browser, checkout, "pay")
    [payment] = read(checkout)["payments"]
    wish = {"reference": str(uuid4()), "amount_minor": 2000}

    first, again = give_back(payment["id"], wish), give_back(payment["id"], wish)
    more, _ = give_back(payment["id"], {"reference": str(uuid4()), "amount_minor": 301})

    assert (first, more, len(read(checkout)["payments"][0]["refunds"])) == (again, 409, 1)


def test_a_closed_checkout_stays_closed_and_a_paid_one_open(browser: Client) -> None:
    _, closed = make(asked())
    _, paid = make(asked())
    press(browser, paid, "pay")

    assert [close(one) for one in (closed, closed, paid)] == [200, 200, 409]
    assert [read(one)["state"] for one in (closed, paid)] == ["closed", "open"]


def test_another_site_cannot_press_the_button(browser: Client) -> None:
    _, checkout = make(asked())

    answer = browser.post(f"/sandbox/checkouts/{checkout['id']}", {"act": "pay"})

    assert (answer.status_code, SandboxPayment.objects.count()) == (403, 0)


def test_browsers_are_let_back_to_the_merchant(browser: Client) -> None:
    """A form's redirect counts as its target; and with no-referrer a browser hides the Origin that CSRF asks for."""
    _, checkout = make(asked(return_url="https://linli.example/pay/1"))

    headers = browser.get(f"/sandbox/checkouts/{checkout['id']}").headers

    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Content-Security-Policy"].endswith("form-action 'self' https://linli.example")
