"""Stripe's messages: whose they are, and where they lead."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.gateways.base import Account, Notice, NoticeForged
from billing.gateways.stripe import StripeGateway
from tests.billing.gateways.stripe.conftest import REFERENCE, Clock, gateway_of, give_back, opened
from tests.billing.gateways.stripe_server import StripeServer, signature


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
