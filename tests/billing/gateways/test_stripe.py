"""Paying through Stripe: against an imitation that speaks its protocol over HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from billing.gateways.base import (
    Account,
    Checkout,
    CheckoutWanted,
    DisputeState,
    Gateway,
    GatewayRefused,
    GatewayUnavailable,
    Known,
    Notice,
    NoticeForged,
    PaymentState,
    ProviderDispute,
    ProviderPayment,
    ProviderRefund,
    RefundState,
    RefundWanted,
)
from billing.gateways.stripe import StripeGateway
from core.money import Money
from tests.billing.gateways.stripe_server import StripeServer, signature

NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)
REFERENCE = UUID("01941f29-7c00-7000-8000-000000000001")
REFUND = UUID("01941f29-7c00-7000-8000-000000000002")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAID = Money(800, "TWD")


class Clock:
    """Everybody's time."""

    now = NOW

    def __call__(self) -> float:
        return self.now.timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeServer]:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0)  # the library's sleep before it tries again
    with StripeServer(clock) as server:
        yield server


def gateway_of(provider: StripeServer, clock: Clock, **values: str) -> StripeGateway:
    keys = {"secret_key": provider.secret_key, "webhook_secrets": provider.webhook_secret}
    return StripeGateway(Account("stripe", provider.url, keys | values), clock)


@pytest.fixture
def gateway(provider: StripeServer, clock: Clock) -> StripeGateway:
    return gateway_of(provider, clock)


def wanted(**changes: Any) -> CheckoutWanted:
    """TWD 800 within two hours."""
    return replace(
        CheckoutWanted(
            reference=REFERENCE,
            amount=PAID,
            description="Acme 00000001",
            return_url="https://linli.example/paid/1",
            notice_url="https://linli.example/api/v1/webhooks/stripe",
            language="zh-hant",
            expires_at=NOW + 2 * HOUR,
        ),
        **changes,
    )


def opened(gateway: Gateway, **changes: Any) -> Known:
    asked = wanted(**changes)
    return Known(asked.reference, gateway.checkout_open(asked).provider_ref, asked.amount)


# -- Opening and closing ------------------------------------------------------------------------------------------


def test_the_customer_is_asked_for_what_is_wanted(gateway: StripeGateway, provider: StripeServer) -> None:
    checkout = gateway.checkout_open(wanted())

    assert checkout == Checkout("cs_test_000000", f"{provider.url}/c/pay/cs_test_000000", NOW + 2 * HOUR)
    (asked,) = provider.asked
    assert asked.headers["idempotency-key"] == "checkout-01941f29-7c00-7000-8000-000000000001"
    assert asked.parameters == {
        "mode": "payment",
        "client_reference_id": "01941f29-7c00-7000-8000-000000000001",
        "metadata": {"reference": "01941f29-7c00-7000-8000-000000000001"},
        "payment_intent_data": {"metadata": {"reference": "01941f29-7c00-7000-8000-000000000001"}},
        "line_items": {
            "0": {
                "price_data": {
                    "currency": "twd",
                    "unit_amount": "80000",
                    "product_data": {"name": "Acme 00000001"},
                },
                "quantity": "1",
            }
        },
        "adaptive_pricing": {"enabled": "false"},
        "locale": "zh-TW",
        "success_url": "https://linli.example/paid/1",
        "cancel_url": "https://linli.example/paid/1",
        "expires_at": "1800007200",
    }


def test_nothing_is_told_about_this_machine(gateway: StripeGateway, provider: StripeServer) -> None:
    gateway.payments_of(opened(gateway))

    assert not any("x-stripe-client-telemetry" in asked.headers for asked in provider.asked)
    assert not any("platform" in asked.headers["x-stripe-client-user-agent"] for asked in provider.asked)


@pytest.mark.parametrize(("language", "locale"), [("zh-hant", "zh-TW"), ("en", "en"), ("tlh", "auto")])
def test_the_page_is_in_the_customers_language(
    language: str, locale: str, gateway: StripeGateway, provider: StripeServer
) -> None:
    gateway.checkout_open(wanted(language=language))
    assert provider.asked[0].parameters["locale"] == locale


@pytest.mark.parametrize(
    ("minor", "currency", "units"),
    [
        (800, "TWD", "80000"),
        (800, "JPY", "800"),
        (9000, "KRW", "9000"),
        (25000, "VND", "25000"),
        (1250, "USD", "1250"),
    ],
)
def test_every_currency_goes_out_and_comes_back_in_its_own_unit(
    minor: int, currency: str, units: str, gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway, amount=Money(minor, currency))
    provider.pay(checkout.provider_ref)

    assert provider.asked[0].parameters["line_items"]["0"]["price_data"]["unit_amount"] == units
    assert [one.amount for one in gateway.payments_of(checkout)] == [Money(minor, currency)]


@pytest.mark.parametrize(
    ("asked", "really"),
    [
        (-HOUR, 31 * MINUTE),
        (30 * MINUTE, 31 * MINUTE),
        (32 * MINUTE, 32 * MINUTE),
        (DAY - MINUTE, DAY - MINUTE),
        (DAY - MINUTE + timedelta(seconds=1), DAY),
        (7 * DAY, DAY),
    ],
)
def test_a_page_is_open_as_long_as_wanted_within_what_stripe_allows(
    asked: timedelta, really: timedelta, gateway: StripeGateway
) -> None:
    assert gateway.checkout_open(wanted(expires_at=NOW + asked)).expires_at == NOW + really


@pytest.mark.parametrize("lasting", [10 * MINUTE, 40 * MINUTE, 2 * HOUR, DAY + MINUTE, 7 * DAY])
def test_asked_again_after_a_lost_answer_there_is_still_one_page(
    lasting: timedelta, gateway: StripeGateway, provider: StripeServer, clock: Clock
) -> None:
    provider.lose_answers(2)
    with pytest.raises(GatewayUnavailable, match="no answer: ConnectionError"):
        gateway.checkout_open(wanted(expires_at=NOW + lasting))

    clock.now += 15 * MINUTE
    checkout = gateway.checkout_open(wanted(expires_at=NOW + lasting))

    assert [one["id"] for one in provider.things("checkout.session")] == [checkout.provider_ref]
    assert checkout.expires_at == NOW + max(31 * MINUTE, min(lasting, DAY))


def test_one_lost_answer_is_not_noticed(gateway: StripeGateway, provider: StripeServer) -> None:
    provider.lose_answers(1)
    checkout = gateway.checkout_open(wanted())
    assert [one["id"] for one in provider.things("checkout.session")] == [checkout.provider_ref]


def test_the_page_is_found_among_a_days_others(
    gateway: StripeGateway, provider: StripeServer, clock: Clock
) -> None:
    short = wanted(expires_at=NOW + 10 * MINUTE)
    first = gateway.checkout_open(short)
    for number in range(101):  # one more than Stripe lists at once
        gateway.checkout_open(wanted(reference=UUID(int=number)))

    clock.now += MINUTE
    assert gateway.checkout_open(short) == first


def test_a_reference_stands_for_one_amount_and_one_payment(
    gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    with pytest.raises(GatewayRefused, match="was opened for TWD 800, not TWD 900"):
        gateway.checkout_open(wanted(amount=Money(900, "TWD")))

    provider.pay(checkout.provider_ref)
    with pytest.raises(GatewayRefused, match="is complete: another needs another reference"):
        gateway.checkout_open(wanted())


def test_after_a_day_the_old_page_is_gone_and_there_is_a_new_one(
    gateway: StripeGateway, provider: StripeServer, clock: Clock
) -> None:
    checkout = opened(gateway, expires_at=NOW + 7 * DAY)
    clock.now += DAY
    provider.expire(checkout.provider_ref)

    assert gateway.checkout_open(wanted(expires_at=NOW + 7 * DAY)) == Checkout(
        "cs_test_000001", f"{provider.url}/c/pay/cs_test_000001", NOW + 2 * DAY
    )


def test_an_amount_too_small_for_stripe_is_refused(gateway: StripeGateway) -> None:
    with pytest.raises(GatewayRefused, match="400 amount_too_small"):
        gateway.checkout_open(wanted(amount=Money(49, "USD")))


def test_a_closed_page_stays_closed(gateway: StripeGateway) -> None:
    checkout = opened(gateway)
    gateway.checkout_close(checkout)
    gateway.checkout_close(checkout)  # nothing more happens

    with pytest.raises(GatewayRefused, match="is expired"):
        gateway.checkout_open(wanted())


@pytest.mark.parametrize("done", [StripeServer.pay, StripeServer.promise])
def test_what_was_paid_or_begun_is_not_closed(
    done: Any, gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    done(provider, checkout.provider_ref)
    with pytest.raises(GatewayRefused, match="status of `complete`"):
        gateway.checkout_close(checkout)


# -- What was paid ------------------------------------------------------------------------------------------------


def test_each_declined_card_is_told_and_then_the_payment(
    gateway: StripeGateway, provider: StripeServer, clock: Clock
) -> None:
    checkout = opened(gateway)
    assert gateway.payments_of(checkout) == []

    clock.now += MINUTE
    first = provider.decline(checkout.provider_ref)
    clock.now += MINUTE
    second = provider.decline(checkout.provider_ref, "link")
    declined = [
        ProviderPayment(first, PaymentState.DECLINED, PAID, NOW + MINUTE, "card"),
        ProviderPayment(second, PaymentState.DECLINED, PAID, NOW + 2 * MINUTE, "link"),
    ]
    assert gateway.payments_of(checkout) == declined

    clock.now += MINUTE
    intent = provider.pay(checkout.provider_ref)
    paid = ProviderPayment(intent, PaymentState.SUCCEEDED, PAID, NOW + 3 * MINUTE, "card")
    assert gateway.payments_of(checkout) == [*declined, paid]


@pytest.mark.parametrize("charged", [False, True])
def test_a_payment_that_takes_days_keeps_its_reference(
    charged: bool, gateway: StripeGateway, provider: StripeServer, clock: Clock
) -> None:
    checkout = opened(gateway)
    card = provider.decline(checkout.provider_ref)
    clock.now += HOUR
    intent = provider.promise(checkout.provider_ref, charged=charged)
    declined = ProviderPayment(card, PaymentState.DECLINED, PAID, NOW, "card")
    since = (
        NOW + HOUR if charged else NOW
    )  # without a charge of its own Stripe says when the intent was last tried
    assert gateway.payments_of(checkout) == [
        declined,
        ProviderPayment(intent, PaymentState.PENDING, PAID, since, "konbini"),
    ]

    clock.now += 2 * DAY
    provider.keep_promise(checkout.provider_ref)
    assert gateway.payments_of(checkout) == [
        declined,
        ProviderPayment(intent, PaymentState.SUCCEEDED, PAID, NOW + HOUR + 2 * DAY, "konbini"),
    ]


@pytest.mark.parametrize("charged", [False, True])
@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("payment_intent_payment_attempt_expired", PaymentState.EXPIRED),
        ("insufficient_funds", PaymentState.DECLINED),
    ],
)
def test_a_payment_that_does_not_come_is_told_once(
    charged: bool, code: str, state: PaymentState, gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    intent = provider.promise(checkout.provider_ref, charged=charged)
    provider.break_promise(checkout.provider_ref, code)

    assert [(one.provider_ref, one.state) for one in gateway.payments_of(checkout)] == [(intent, state)]


def test_a_page_that_closed_unpaid_leaves_the_declined_cards(
    gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    card = provider.decline(checkout.provider_ref)
    provider.expire(checkout.provider_ref)

    assert [one.provider_ref for one in gateway.payments_of(checkout)] == [card]


def test_a_page_of_another_reference_is_not_read(gateway: StripeGateway) -> None:
    with pytest.raises(GatewayRefused, match="is not the session of"):
        gateway.payments_of(replace(opened(gateway), reference=REFUND))


# -- Giving back --------------------------------------------------------------------------------------------------


def give_back(checkout: Known, intent: str, **changes: Any) -> RefundWanted:
    asked = RefundWanted(REFUND, checkout, intent, Money(300, "TWD"), "a part was missing " * 30)
    return replace(asked, **changes)


def test_money_is_given_back_once_however_often_and_late_it_is_asked(
    gateway: StripeGateway, provider: StripeServer, clock: Clock
) -> None:
    checkout = opened(gateway)
    intent = provider.pay(checkout.provider_ref)
    provider.lose_answers(2)
    with pytest.raises(GatewayUnavailable):
        gateway.payment_refund(give_back(checkout, intent))
    assert len(provider.things("refund")) == 1  # it was made, and nobody heard of it
    assert (
        provider.asked[-1].headers["idempotency-key"] == f"refund-{REFUND}"
    )  # for two who ask at the same time

    refunds = []
    for later in (timedelta(0), HOUR, 2 * DAY):  # Stripe forgets the key after a day
        clock.now = NOW + later
        refunds.append(gateway.payment_refund(give_back(checkout, intent)))

    refund = ProviderRefund("re_000005", REFUND, RefundState.SUCCEEDED, Money(300, "TWD"), NOW)
    assert refunds == [refund] * 3
    assert [one.refunds for one in gateway.payments_of(checkout)] == [(refund,)]
    assert provider.event("refund.created")["data"]["object"]["metadata"] == {
        "reference": str(REFUND),
        "checkout": str(REFERENCE),
        "reason": "a part was missing " * 26 + "a part",  # 500 characters, as many as Stripe takes
    }


def test_more_than_is_left_and_another_amount_for_a_reference_are_refused(
    gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    intent = provider.pay(checkout.provider_ref)
    with pytest.raises(GatewayRefused, match="greater than unrefunded amount"):
        gateway.payment_refund(give_back(checkout, intent, amount=Money(801, "TWD")))

    gateway.payment_refund(give_back(checkout, intent))
    with pytest.raises(GatewayRefused, match="gave back TWD 300, not TWD 500"):
        gateway.payment_refund(give_back(checkout, intent, amount=Money(500, "TWD")))


def test_every_refund_is_told_ours_and_those_made_at_stripes(
    gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway, amount=Money(20000, "USD"))
    intent = provider.pay(checkout.provider_ref)
    for _ in range(100):
        provider.refund(intent, 100, {"reference": "order 66"})
    gateway.payment_refund(give_back(checkout, intent, amount=Money(1, "USD")))

    (payment,) = gateway.payments_of(checkout)

    assert [one.amount.minor for one in payment.refunds] == [100] * 100 + [
        1
    ]  # 101: more than Stripe lists at once
    assert [one.reference for one in payment.refunds] == [None] * 100 + [REFUND]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", RefundState.PENDING),
        ("requires_action", RefundState.PENDING),
        ("succeeded", RefundState.SUCCEEDED),
        ("failed", RefundState.FAILED),
        ("canceled", RefundState.FAILED),
    ],
)
def test_a_refund_is_told_as_it_stands(
    status: str, state: RefundState, gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    provider.refund_becomes(provider.refund(provider.pay(checkout.provider_ref), 80000), status)
    assert [one.state for one in gateway.payments_of(checkout)[0].refunds] == [state]


def test_a_fraction_of_a_taiwan_dollar_is_not_rounded_away(
    gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    provider.refund(provider.pay(checkout.provider_ref), 50)
    with pytest.raises(GatewayRefused, match="50 with 2 decimals cannot be said with 0"):
        gateway.payments_of(checkout)


# -- Disputes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begins", "becomes", "state", "decided_at"),
    [
        ("needs_response", "under_review", DisputeState.OPEN, None),
        ("needs_response", "won", DisputeState.WON, NOW + DAY),
        ("needs_response", "lost", DisputeState.LOST, None),  # Stripe does not say when
        ("needs_response", "prevented", DisputeState.LOST, None),
        ("warning_needs_response", "needs_response", DisputeState.OPEN, None),
    ],
)
def test_a_dispute_that_takes_money_is_told(
    begins: str,
    becomes: str,
    state: DisputeState,
    decided_at: datetime | None,
    gateway: StripeGateway,
    provider: StripeServer,
    clock: Clock,
) -> None:
    checkout = opened(gateway)
    dispute = provider.dispute(provider.pay(checkout.provider_ref), 80000, begins)
    clock.now += DAY
    provider.dispute_becomes(dispute, becomes)

    (payment,) = gateway.payments_of(checkout)
    assert payment.disputes == (ProviderDispute(dispute, state, PAID, NOW, decided_at),)
    assert payment.state == PaymentState.SUCCEEDED


@pytest.mark.parametrize("becomes", ["warning_under_review", "warning_closed", "prevented"])
def test_a_banks_question_takes_nothing_and_is_not_told(
    becomes: str, gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    dispute = provider.dispute(provider.pay(checkout.provider_ref), 80000, "warning_needs_response")
    provider.dispute_becomes(dispute, becomes)
    assert gateway.payments_of(checkout)[0].disputes == ()


# -- Messages -----------------------------------------------------------------------------------------------------


def test_every_message_leads_to_the_checkout_or_its_payment(
    gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    provider.decline(checkout.provider_ref)
    intent = provider.pay(checkout.provider_ref)
    provider.refund(intent, 100)
    provider.dispute_becomes(provider.dispute(intent, 100), "won")
    read = [gateway.notice_read(*provider.signed(event)) for event in provider.events]

    assert [one.event_id for one in read] == [f"evt_{number:06d}" for number in range(9)]
    assert {event["type"]: one.checkout_ref for event, one in zip(provider.events, read, strict=True)} == {
        "payment_intent.payment_failed": str(REFERENCE),
        "payment_intent.succeeded": str(REFERENCE),
        "checkout.session.completed": str(REFERENCE),
        "charge.refunded": str(REFERENCE),
        "refund.created": intent,  # made at Stripe's: nothing of ours is on it
        "charge.dispute.created": intent,
        "charge.dispute.funds_withdrawn": intent,
        "charge.dispute.funds_reinstated": intent,
        "charge.dispute.closed": intent,
    }


def test_a_message_about_our_refund_leads_to_the_checkout(
    gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    refund = gateway.payment_refund(give_back(checkout, provider.pay(checkout.provider_ref)))
    provider.refund_becomes(refund.provider_ref, "failed")

    notice = gateway.notice_read(*provider.signed(provider.event("refund.failed")))
    assert notice == Notice(provider.event("refund.failed")["id"], str(REFERENCE))


@pytest.mark.parametrize(
    "about",
    [
        {"object": "payout", "id": "po_1"},
        {"object": "charge", "id": "ch_1", "metadata": {}},
        {"object": "payment_intent", "id": "pi_1", "metadata": {"reference": "order 66"}},
        None,
    ],
)
def test_a_message_about_something_else_is_read_and_leads_nowhere(
    about: dict[str, Any] | None, gateway: StripeGateway, provider: StripeServer
) -> None:
    event = {"id": "evt_1", "object": "event", "livemode": False, "data": {"object": about}}
    assert gateway.notice_read(*provider.signed(event)) == Notice("evt_1", "")


def paid_notice(gateway: StripeGateway, provider: StripeServer) -> tuple[bytes, dict[str, str]]:
    provider.pay(opened(gateway).provider_ref)
    return provider.signed(provider.event("checkout.session.completed"))


def test_a_signature_is_what_stripe_says_it_is(provider: StripeServer, clock: Clock) -> None:
    """A known answer, from the library's own code: the imitation signs so, and the gateway takes it."""
    body = b'{"id":"evt_test_webhook","object":"event"}'
    known = "d95c6b7477fbd7e9f90b1b0ef5f9c7ac25abca5382460e0d988c2b2a5b71b990"
    assert signature("whsec_test_secret", 1700000000, body) == known

    clock.now = datetime.fromtimestamp(1700000000, UTC)
    gateway = gateway_of(provider, clock, webhook_secrets="whsec_test_secret")
    with pytest.raises(NoticeForged, match="not of test mode"):  # it says of no mode; the signature was taken
        gateway.notice_read(body, {"stripe-signature": f"t=1700000000,v1={known}"})


@given(at=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
def test_a_message_with_one_bit_changed_is_refused(at: int, bit: int) -> None:
    clock = Clock()
    gateway = StripeGateway(
        Account("stripe", "http://none", {"secret_key": "sk_test_1", "webhook_secrets": "whsec_1"}), clock
    )
    body = b'{"id":"evt_1","livemode":false,"data":{"object":{"object":"charge","metadata":{}}}}'
    seconds = int(clock())
    header = {"Stripe-Signature": f"t={seconds},v1={signature('whsec_1', seconds, body)}"}
    assert gateway.notice_read(body, header) == Notice("evt_1", "")

    changed = bytearray(body)
    changed[at % len(body)] ^= 1 << bit
    with pytest.raises(NoticeForged, match="signature"):
        gateway.notice_read(bytes(changed), header)


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header.replace("t=18", "t=17"),
        lambda header: header.replace(",", "=0,"),
        lambda header: header.replace(",", "=0,t=1800000001,"),  # one time for the signature, one for its age
        lambda header: header.replace("v1=", "v0="),
        lambda header: header.replace("v1=", "v1=0"),
        lambda header: header[:-1],
        lambda header: header.split(",")[1],
        lambda header: header.split(",")[0],
        lambda header: header.split(",")[0] + ",v1=é",
        lambda header: "nonsense",
        lambda header: "",
    ],
)
def test_a_message_with_another_header_is_refused(
    change: Any, gateway: StripeGateway, provider: StripeServer
) -> None:
    body, headers = paid_notice(gateway, provider)
    with pytest.raises(NoticeForged, match="signature"):
        gateway.notice_read(body, {"Stripe-Signature": change(headers["Stripe-Signature"])})
    with pytest.raises(NoticeForged, match="signature"):
        gateway.notice_read(body, {})


@pytest.mark.parametrize(
    ("seconds", "taken"), [(-301, False), (-300, True), (300, True), (301, False), (86400, False)]
)
def test_a_message_is_taken_for_five_minutes_around_its_time(
    seconds: int, taken: bool, gateway: StripeGateway, provider: StripeServer
) -> None:
    provider.pay(opened(gateway).provider_ref)
    event = provider.event("checkout.session.completed")
    body, headers = provider.signed(event, at=1800000000 + seconds)
    if taken:
        assert gateway.notice_read(body, headers) == Notice(event["id"], str(REFERENCE))
    else:
        with pytest.raises(NoticeForged, match="more than 300 s"):
            gateway.notice_read(body, headers)


def test_while_the_secret_changes_both_are_taken(provider: StripeServer, clock: Clock) -> None:
    gateway = gateway_of(provider, clock, webhook_secrets="whsec_old whsec_new")
    event = {"id": "evt_1", "livemode": False}
    for secret in ("whsec_old", "whsec_new"):
        assert gateway.notice_read(*provider.signed(event, secret=secret)).event_id == "evt_1"
    with pytest.raises(NoticeForged):
        gateway.notice_read(*provider.signed(event, secret="whsec_older"))
    with pytest.raises(NoticeForged):
        gateway_of(provider, clock, webhook_secrets="").notice_read(*provider.signed(event, secret=" "))


@pytest.mark.parametrize(("key", "live"), [("sk_test_1", True), ("sk_live_1", False), ("rk_live_1", None)])
def test_a_message_of_the_other_mode_is_refused(
    key: str, live: bool | None, provider: StripeServer, clock: Clock
) -> None:
    gateway = gateway_of(provider, clock, secret_key=key)
    with pytest.raises(NoticeForged, match="mode"):
        gateway.notice_read(*provider.signed({"id": "evt_1", "livemode": live}))


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"id": 1, "livemode": false}', b"", b"\xff"])
def test_a_signed_message_that_is_no_event_is_refused(
    body: bytes, gateway: StripeGateway, provider: StripeServer
) -> None:
    header = f"t=1800000000,v1={signature(provider.webhook_secret, 1800000000, body)}"
    with pytest.raises(NoticeForged):
        gateway.notice_read(body, {"STRIPE-SIGNATURE": header})


# -- What goes wrong ----------------------------------------------------------------------------------------------

AN_ERROR = '{"error": {"type": "api_error", "message": "Sorry"}}'


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, AN_ERROR),
        (503, "<html>upstream</html>"),
        (502, '{"error": "upstream"}'),
        (200, "[]"),
        (200, "{}"),
        (429, AN_ERROR),
        (409, AN_ERROR),  # another request with the same Idempotency-Key is under way
        (200, "<html>log in to the guests' network</html>"),
    ],
)
def test_no_good_answer_may_be_asked_again(
    status: int, body: str, gateway: StripeGateway, provider: StripeServer
) -> None:
    provider.answer_instead(status, body)
    with pytest.raises(GatewayUnavailable):
        gateway.checkout_open(wanted())
    assert gateway.checkout_open(wanted()).provider_ref == "cs_test_000000"


@pytest.mark.parametrize("status", [400, 402, 403, 404])
def test_a_no_is_a_no(status: int, gateway: StripeGateway, provider: StripeServer) -> None:
    provider.answer_instead(status, AN_ERROR)
    with pytest.raises(GatewayRefused, match=f"answered {status} : Sorry"):
        gateway.checkout_open(wanted())


def test_a_stripe_that_is_not_there_may_be_asked_again(provider: StripeServer, clock: Clock) -> None:
    account = Account("stripe", "http://127.0.0.1:9", {"secret_key": "sk_test_1"})
    with pytest.raises(GatewayUnavailable, match="no answer: ConnectionError"):
        StripeGateway(account, clock).checkout_open(wanted())


def test_a_key_that_stripe_does_not_take_is_not_in_the_error(provider: StripeServer, clock: Clock) -> None:
    with pytest.raises(GatewayRefused) as refused:
        gateway_of(provider, clock, secret_key="sk_test_wrong").checkout_open(wanted())
    assert str(refused.value) == "Stripe does not take the account's key"


@pytest.mark.parametrize("key", ["", "pk_test_1", "sk_test_", "sk_1", "sk_test_1\n", "sk_test_1 sk_test_2"])
def test_what_is_no_secret_key_is_refused_at_once(key: str, provider: StripeServer, clock: Clock) -> None:
    with pytest.raises(GatewayRefused) as refused:
        gateway_of(provider, clock, secret_key=key)
    assert str(refused.value) == "the account 'stripe' has no secret key as Stripe gives them out"


def test_nothing_waits_for_a_capture(gateway: StripeGateway) -> None:
    with pytest.raises(GatewayRefused):
        gateway.payment_capture(opened(gateway))
