"""LINE Pay: spoken to over HTTP, against a server that keeps LINE Pay's books and checks its signatures itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest

from billing.gateways.base import (
    Account,
    Checkout,
    CheckoutWanted,
    GatewayRefused,
    GatewayUnavailable,
    Known,
    NoticeForged,
    PaymentState,
    ProviderPayment,
    ProviderRefund,
    RefundState,
    RefundWanted,
)
from billing.gateways.line_pay import LinePayGateway, signature
from core.money import Money
from tests.billing.gateways.line_pay_server import CHANNEL_ID, CHANNEL_SECRET, LinePayServer

REFERENCE = UUID("0195a1c0-0000-7000-8000-000000000001")
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # in Taipei
NEXT_WEEK = NINE + timedelta(days=7)
MINUTE = timedelta(minutes=1)
PRICE = Money(1200, "TWD")
FIRST, SECOND, THIRD = "2026030201206549311", "2026030201206549312", "2026030201206549313"

DETAILS = """{"returnCode": "0000", "returnMessage": "success", "info": [{
    "transactionId": 2026030201206549311, "transactionDate": "2026-03-02T09:05:00+08:00", "currency": "TWD",
    "packages": [{"id": "1", "amount": 1200}]}]}"""
"""Of a payment that was taken, with the least that LINE Pay's page promises."""


@pytest.fixture
def line_pay() -> Iterator[LinePayServer]:
    with LinePayServer() as server:
        yield server


@pytest.fixture
def gateway(line_pay: LinePayServer) -> LinePayGateway:
    return LinePayGateway(account(line_pay), clock=lambda: line_pay.now)


@pytest.fixture
def known(gateway: LinePayGateway) -> Known:
    """A checkout of NT$ 1,200, opened at nine."""
    return Known(REFERENCE, gateway.checkout_open(wanted()).provider_ref, PRICE)


def account(line_pay: LinePayServer, secret: str = CHANNEL_SECRET) -> Account:
    return Account("line", line_pay.url, {"channel_id": CHANNEL_ID, "channel_secret": secret})


def wanted(
    amount: Money = PRICE, expires_at: datetime = NEXT_WEEK, language: str = "zh-hant"
) -> CheckoutWanted:
    return CheckoutWanted(
        reference=REFERENCE,
        amount=amount,
        description="濾心更換",
        return_url="https://linli.example/pay/back?link=abc",
        notice_url="https://linli.example/pay/notice",
        language=language,
        expires_at=expires_at,
    )


def refund(known: Known, minor: int) -> RefundWanted:
    return RefundWanted(UUID(int=minor), known, known.provider_ref, Money(minor, "TWD"), "a stain")


def state(gateway: LinePayGateway, known: Known) -> list[PaymentState]:
    return [payment.state for payment in gateway.payments_of(known)]


@pytest.mark.parametrize(
    ("said", "proof"),
    [
        ("transactionId=2021113000697317600", "CcToW3HaslH44yvJNliuomtkwufd8aC048p3QXZPlj8="),
        ('{"transactionId":"2021113000697317600"}', "En0nRkzzQpXrXo6OHNV+827g+rWIwUq5VTk/n9Jm5Ek="),
    ],
)
def test_the_signature_is_that_of_the_published_vectors(said: str, proof: str) -> None:
    """Of enylin/line-pay-merchant (MIT), auth-http-client.test.ts, whose test signs a whole address for a path."""
    path = "https://sandbox-api-pay.line.me/v3/payments"
    assert signature("channelSecretKey", path, said, "00000000-0000-0000-0000-000000000000") == proof


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, "0000"),
        ({"channel": "1479113124"}, "1104"),
        ({"nonce": "00000000-0000-4000-8000-000000000001"}, "1106"),
        ({"path": f"/v3/payments/{FIRST}/refund"}, "1106"),
        ({"body": '{"currency": "TWD", "amount": 1200}'}, "1106"),
    ],
)
def test_the_imitation_refuses_what_was_changed_after_it_was_signed(
    line_pay: LinePayServer, known: Known, changed: dict[str, str], code: str
) -> None:
    line_pay.pay(known.provider_ref)
    signed = {
        "channel": CHANNEL_ID,
        "nonce": "00000000-0000-4000-8000-000000000000",
        "path": f"/v3/payments/{FIRST}/confirm",
        "body": '{"amount": 1200, "currency": "TWD"}',
    }
    sent = signed | changed
    headers = {
        "X-LINE-ChannelId": sent["channel"],
        "X-LINE-Authorization-Nonce": sent["nonce"],
        "X-LINE-Authorization": signature(CHANNEL_SECRET, signed["path"], signed["body"], signed["nonce"]),
    }
    answer = httpx.post(line_pay.url + sent["path"], content=sent["body"], headers=headers)
    assert answer.json()["returnCode"] == code


def test_a_checkout_has_every_digit_of_its_transaction_and_twenty_minutes(
    line_pay: LinePayServer, gateway: LinePayGateway
) -> None:
    assert gateway.checkout_open(wanted()) == Checkout(
        provider_ref=FIRST,
        url=f"{line_pay.url}/web/payment/wait?transactionReserveId={FIRST}",
        expires_at=NINE + 20 * MINUTE,
    )
    assert line_pay.asked(FIRST) == {
        "amount": 1200,
        "currency": "TWD",
        "orderId": str(REFERENCE),
        "packages": [
            {
                "id": "1",
                "amount": 1200,
                "products": [{"name": "濾心更換", "quantity": 1, "price": 1200}],
            }
        ],
        "redirectUrls": {
            "confirmUrl": "https://linli.example/pay/back?link=abc",
            "cancelUrl": "https://linli.example/pay/back?link=abc",
        },
        "options": {"display": {"locale": "zh_TW"}},
    }


def test_a_checkout_ends_when_we_say_so_if_that_is_before_line_pay_ends_it(gateway: LinePayGateway) -> None:
    assert gateway.checkout_open(wanted(expires_at=NINE + 5 * MINUTE)).expires_at == NINE + 5 * MINUTE


def test_a_page_in_a_language_that_line_pay_has_not_is_in_english(
    line_pay: LinePayServer, gateway: LinePayGateway
) -> None:
    gateway.checkout_open(wanted(language="de"))
    assert line_pay.asked(FIRST)["options"] == {"display": {"locale": "en"}}


def test_a_reference_opens_one_checkout(gateway: LinePayGateway, known: Known) -> None:
    with pytest.raises(GatewayRefused, match="1172"):
        gateway.checkout_open(wanted())


@pytest.mark.parametrize("amount", [Money(1200, "JPY"), Money(1250, "USD")])
def test_other_currencies_are_refused_before_line_pay_hears_of_them(
    line_pay: LinePayServer, gateway: LinePayGateway, amount: Money
) -> None:
    with pytest.raises(GatewayRefused, match="TWD"):
        gateway.checkout_open(wanted(amount))
    assert line_pay.calls == []


def test_a_payment_from_the_page_to_the_money(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known
) -> None:
    """Nothing; agreed at 9:03, seen at 9:04; taken at 9:05, partly in points."""
    assert gateway.payments_of(known) == []
    line_pay.now = NINE + 3 * MINUTE
    back = line_pay.pay(FIRST, CREDIT_CARD=1150, POINT=50)
    assert back == f"https://linli.example/pay/back?link=abc&orderId={REFERENCE}&transactionId={FIRST}"
    line_pay.now = NINE + 4 * MINUTE
    assert gateway.payments_of(known) == [
        ProviderPayment(FIRST, PaymentState.AUTHORISED, PRICE, NINE + 4 * MINUTE)
    ]
    line_pay.now = NINE + 5 * MINUTE
    gateway.payment_capture(known)
    line_pay.now = NINE + timedelta(days=1)
    assert gateway.payments_of(known) == [
        ProviderPayment(FIRST, PaymentState.SUCCEEDED, PRICE, NINE + 5 * MINUTE, method="CREDIT_CARD+POINT")
    ]


def test_money_is_taken_once(line_pay: LinePayServer, gateway: LinePayGateway, known: Known) -> None:
    line_pay.pay(known.provider_ref)
    gateway.payment_capture(known)
    gateway.payment_capture(known)
    assert line_pay.calls.count("confirm") == 1


def test_taking_the_money_too_early_leaves_the_payer_the_page(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known
) -> None:
    """LINE Pay would end the payment of a payer who is still looking for the card."""
    with pytest.raises(GatewayRefused, match="has not agreed"):
        gateway.payment_capture(known)
    line_pay.pay(known.provider_ref)
    gateway.payment_capture(known)
    assert state(gateway, known) == [PaymentState.SUCCEEDED]


def test_when_the_line_breaks_the_books_say_whether_money_was_taken(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known
) -> None:
    line_pay.pay(known.provider_ref)
    line_pay.loses_next("confirm")
    with pytest.raises(GatewayUnavailable):
        gateway.payment_capture(known)
    assert state(gateway, known) == [PaymentState.SUCCEEDED]
    gateway.payment_capture(known)
    assert line_pay.calls.count("confirm") == 1


@pytest.mark.parametrize("code", ["1152", "1172"])
def test_money_that_another_took_at_the_same_time_is_taken(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known, code: str
) -> None:
    line_pay.pay(known.provider_ref)
    gateway.payment_capture(known)
    line_pay.says_next("check", "0110")  # as it was before the other
    line_pay.says_next("confirm", code)
    gateway.payment_capture(known)
    assert line_pay.calls.count("confirm") == 2


def test_money_of_another_order_is_not_ours(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known
) -> None:
    line_pay.pay(known.provider_ref)
    line_pay.says_next("confirm", "1172")
    with pytest.raises(GatewayRefused, match="1172"):
        gateway.payment_capture(known)


def test_a_payment_completed_between_two_questions_is_found(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known
) -> None:
    line_pay.pay(known.provider_ref)
    gateway.payment_capture(known)
    line_pay.says_next("details", "1150")
    assert state(gateway, known) == [PaymentState.SUCCEEDED]
    line_pay.says_next("details", "1150")
    line_pay.says_next("details", "1150")
    with pytest.raises(GatewayUnavailable, match="that it does not list yet"):
        gateway.payments_of(known)


def test_a_card_that_is_refused_ends_the_checkout(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known
) -> None:
    line_pay.pay_with_a_bad_card(known.provider_ref)
    with pytest.raises(GatewayRefused, match="1298"):
        gateway.payment_capture(known)
    assert state(gateway, known) == [PaymentState.DECLINED]
    with pytest.raises(GatewayRefused, match="has not agreed"):
        gateway.payment_capture(known)


def test_a_payer_who_waits_too_long_has_ended_the_checkout(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known
) -> None:
    line_pay.now = NINE + 20 * MINUTE - timedelta(seconds=1)
    assert state(gateway, known) == []
    line_pay.now = NINE + 20 * MINUTE
    assert state(gateway, known) == [PaymentState.EXPIRED]


def test_a_payer_who_cancels_has_ended_the_checkout(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known
) -> None:
    line_pay.cancel(known.provider_ref)
    assert state(gateway, known) == [PaymentState.EXPIRED]
    with pytest.raises(GatewayRefused, match="0121"):
        gateway.payment_capture(known)


def test_refunds_are_in_the_books_whoever_gave_them(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known
) -> None:
    """NT$ 200 by us at 9:10, NT$ 300 by the company's own people at 9:15."""
    line_pay.pay(known.provider_ref)
    gateway.payment_capture(known)
    line_pay.now = NINE + 10 * MINUTE
    ours = gateway.payment_refund(refund(known, 200))
    assert ours == ProviderRefund(SECOND, None, RefundState.SUCCEEDED, Money(200, "TWD"), NINE + 10 * MINUTE)
    line_pay.now = NINE + 15 * MINUTE
    line_pay.refund_by_hand(FIRST, 300)
    theirs = ProviderRefund(THIRD, None, RefundState.SUCCEEDED, Money(300, "TWD"), NINE + 15 * MINUTE)
    assert gateway.payments_of(known) == [
        ProviderPayment(
            FIRST,
            PaymentState.SUCCEEDED,
            PRICE,
            NINE,
            method="CREDIT_CARD",
            refunds=(ours, theirs),
        )
    ]


def test_a_refund_whose_answer_is_lost_is_in_the_books(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known
) -> None:
    line_pay.pay(known.provider_ref)
    gateway.payment_capture(known)
    line_pay.loses_next("refund")
    with pytest.raises(GatewayUnavailable):
        gateway.payment_refund(refund(known, 200))
    (payment,) = gateway.payments_of(known)
    assert [given.amount for given in payment.refunds] == [Money(200, "TWD")]


def test_no_more_is_given_back_than_was_paid_nor_too_late(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known
) -> None:
    line_pay.pay(known.provider_ref)
    with pytest.raises(GatewayRefused, match="1150"):  # agreed to, not taken
        gateway.payment_refund(refund(known, 1))
    gateway.payment_capture(known)
    with pytest.raises(GatewayRefused, match="1164"):
        gateway.payment_refund(refund(known, 1201))
    line_pay.refunds_allowed = False
    with pytest.raises(GatewayRefused, match="1163"):
        gateway.payment_refund(refund(known, 1200))
    line_pay.refunds_allowed = True
    gateway.payment_refund(refund(known, 1200))
    with pytest.raises(GatewayRefused, match="1165"):
        gateway.payment_refund(refund(known, 1))


def test_a_refund_of_nothing_is_not_one_of_everything(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known
) -> None:
    with pytest.raises(GatewayRefused, match="TWD 0"):
        gateway.payment_refund(refund(known, 0))
    assert line_pay.calls == ["request"]


def test_a_checkout_is_closed_by_never_taking_its_money(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known
) -> None:
    gateway.checkout_close(known)
    line_pay.pay(known.provider_ref)
    gateway.checkout_close(known)
    gateway.payment_capture(known)
    with pytest.raises(GatewayRefused, match="has been paid"):
        gateway.checkout_close(known)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("1145", GatewayUnavailable),
        ("1198", GatewayUnavailable),
        ("1902", GatewayUnavailable),
        ("9000", GatewayUnavailable),
        ("1180", GatewayRefused),
        ("1288", GatewayRefused),
    ],
)
def test_a_code_says_whether_to_ask_again(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known, code: str, error: type[Exception]
) -> None:
    line_pay.pay(known.provider_ref)
    line_pay.says_next("confirm", code)
    with pytest.raises(error, match=code):
        gateway.payment_capture(known)


@pytest.mark.parametrize(
    "text",
    [
        "<html>busy</html>",
        "[]",
        '{"returnMessage": "Success."}',
        '{"returnCode": "0000", "returnMessage": "Success.", "info": [{"transactionId": 2026030201206549311}]}',
        DETAILS.replace("T09:05:00+08:00", "T09:05:00"),  # of no time zone
        DETAILS.replace("1200", "1200.5"),  # of no money
    ],
)
def test_an_answer_that_is_none_is_asked_for_again(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known, text: str
) -> None:
    line_pay.answers_next("details", text)
    with pytest.raises(GatewayUnavailable, match="not what it promises"):
        gateway.payments_of(known)
    assert gateway.payments_of(known) == []


def test_an_answer_without_the_ways_of_paying_is_read_by_what_was_bought(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known
) -> None:
    """And every digit of an amount is kept, as no float would."""
    line_pay.answers_next("details", DETAILS.replace("1200", "9007199254740993.0"))
    assert gateway.payments_of(known) == [
        ProviderPayment(FIRST, PaymentState.SUCCEEDED, Money(9007199254740993, "TWD"), NINE + 5 * MINUTE)
    ]


def test_an_answer_about_another_payment_is_none_about_ours(
    line_pay: LinePayServer, gateway: LinePayGateway, known: Known
) -> None:
    line_pay.answers_next("details", DETAILS.replace(FIRST, SECOND))
    assert gateway.payments_of(known) == []


def test_a_wrong_secret_is_refused_and_stays_secret(line_pay: LinePayServer) -> None:
    with pytest.raises(GatewayRefused, match="1106") as refused:
        LinePayGateway(account(line_pay, secret="wrong-secret")).checkout_open(wanted())
    assert "wrong-secret" not in repr(refused.value)


def test_line_pay_sends_no_messages(line_pay: LinePayServer, gateway: LinePayGateway, known: Known) -> None:
    """What the payer's browser brings back is not signed, so it is not proof."""
    query = httpx.URL(line_pay.pay(known.provider_ref)).query
    with pytest.raises(NoticeForged, match="no messages"):
        gateway.notice_read(query, {})
