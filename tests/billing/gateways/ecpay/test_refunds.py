"""Giving money back through ECPay: before the capture, on its day, and after it."""

from datetime import datetime, timedelta

import pytest

from billing.gateways.base import (
    Capabilities,
    GatewayRefused,
    GatewayUnavailable,
    Known,
    ProviderRefund,
    RefundState,
    RefundWanted,
)
from billing.gateways.ecpay import EcpayGateway
from core.money import Money
from tests.billing.gateways.ecpay.conftest import NINE, begun, gateway_at, only, reference
from tests.billing.gateways.ecpay_server import EcpayServer


def paid(server: EcpayServer, gateway: EcpayGateway) -> Known:
    """TWD 1,200 by card, authorised and not captured."""
    known = begun(gateway)
    server.pay_by_card(known.provider_ref)
    return known


def give(gateway: EcpayGateway, known: Known, dollars: int) -> ProviderRefund:
    payment = gateway.payments_of(known)[0].provider_ref
    asked = RefundWanted(reference(n=2), known, payment, Money(dollars, "TWD"), "the visit was short")
    return gateway.payment_refund(asked)


def books(gateway: EcpayGateway, known: Known) -> list[tuple[str, int]]:
    return [(one.state.value, one.amount.minor) for one in gateway.payments_of(known)[0].refunds]


def test_all_of_it_before_the_capture_is_released(server: EcpayServer, gateway: EcpayGateway) -> None:
    known = paid(server, gateway)
    refund = give(gateway, known, 1200)
    assert refund == ProviderRefund(
        provider_ref="2603020900000000-1",
        reference=None,
        state=RefundState.SUCCEEDED,
        amount=Money(1200, "TWD"),
        happened_at=NINE,
    )
    assert gateway.payments_of(known)[0].refunds == (refund,)
    assert only(server).card == "已取消"


def test_all_of_it_on_the_day_of_the_capture_is_released(server: EcpayServer, gateway: EcpayGateway) -> None:
    known = paid(server, gateway)
    server.capture(known.provider_ref)
    refund = give(gateway, known, 1200)
    assert gateway.payments_of(known)[0].refunds == (refund,)
    assert books(gateway, known) == [("succeeded", 1200)]
    assert server.asked.count("/CreditDetail/DoAction") == 2  # the capture is cancelled first


def test_parts_go_to_the_bank_in_the_evening(server: EcpayServer, gateway: EcpayGateway) -> None:
    known = paid(server, gateway)
    server.capture(known.provider_ref)
    first = give(gateway, known, 300)
    assert first == ProviderRefund("2603020900000000-1", None, RefundState.PENDING, Money(300, "TWD"), NINE)
    assert gateway.payments_of(known)[0].refunds == (first,)
    server.day_close()
    server.now += timedelta(days=1)
    second = give(gateway, known, 900)
    assert [one.provider_ref for one in gateway.payments_of(known)[0].refunds] == [
        first.provider_ref,
        second.provider_ref,
    ]
    assert books(gateway, known) == [("succeeded", 300), ("pending", 900)]


def test_all_of_it_after_the_capture(server: EcpayServer, gateway: EcpayGateway) -> None:
    known = paid(server, gateway)
    server.day_close()
    server.day_close()
    give(gateway, known, 1200)
    assert books(gateway, known) == [("pending", 1200)]
    server.day_close()
    assert books(gateway, known) == [("succeeded", 1200)]


def test_a_part_has_to_wait_for_the_capture(server: EcpayServer, gateway: EcpayGateway) -> None:
    known = paid(server, gateway)
    with pytest.raises(GatewayUnavailable, match="after its capture"):
        give(gateway, known, 300)
    assert books(gateway, known) == []


@pytest.mark.parametrize(
    ("at", "asks"),
    [("20:14:59", True), ("20:15:00", False), ("20:30:00", False), ("20:30:01", True)],
)
def test_nothing_is_asked_while_ecpay_captures(
    server: EcpayServer, gateway: EcpayGateway, at: str, asks: bool
) -> None:
    known = paid(server, gateway)
    server.now = datetime.fromisoformat(f"2026-03-02T{at}+08:00")
    if asks:
        give(gateway, known, 1200)
    else:
        with pytest.raises(GatewayUnavailable, match="20:30"):
            give(gateway, known, 1200)
    assert server.asked.count("/CreditDetail/DoAction") == asks


def test_a_capture_that_was_cancelled_and_made_again(server: EcpayServer, gateway: EcpayGateway) -> None:
    """What counts is the latest."""
    known = paid(server, gateway)
    server.capture(known.provider_ref)
    server.capture_cancel(known.provider_ref)
    server.now += timedelta(hours=1)
    server.capture(known.provider_ref)
    give(gateway, known, 1200)
    assert (only(server).card, books(gateway, known)) == ("已取消", [("succeeded", 1200)])


def test_all_of_it_when_a_part_is_gone_is_refused(server: EcpayServer, gateway: EcpayGateway) -> None:
    """And the capture is left alone."""
    known = paid(server, gateway)
    server.capture(known.provider_ref)
    server.refund(known.provider_ref, 300)
    with pytest.raises(GatewayRefused, match="ECPay refuses"):
        give(gateway, known, 1200)
    assert (only(server).card, books(gateway, known)) == ("要關帳", [("pending", 300)])


def test_more_than_is_left_is_refused(server: EcpayServer, gateway: EcpayGateway) -> None:
    known = paid(server, gateway)
    server.capture(known.provider_ref)
    give(gateway, known, 1000)
    with pytest.raises(GatewayRefused, match="ECPay refuses"):
        give(gateway, known, 201)
    assert books(gateway, known) == [("pending", 1000)]


@pytest.mark.parametrize("dollars", [0, -5])
def test_a_refund_of_nothing_is_refused(server: EcpayServer, gateway: EcpayGateway, dollars: int) -> None:
    known = paid(server, gateway)
    with pytest.raises(GatewayRefused, match="is none"):
        give(gateway, known, dollars)


def test_what_is_given_back_cannot_be_given_again(server: EcpayServer, gateway: EcpayGateway) -> None:
    known = paid(server, gateway)
    give(gateway, known, 1200)
    with pytest.raises(GatewayRefused, match="已取消"):
        give(gateway, known, 1200)


def test_an_answer_that_was_lost(server: EcpayServer, gateway: EcpayGateway) -> None:
    """It happened: the caller finds it in the books, and does not ask again."""
    known = paid(server, gateway)
    server.capture(known.provider_ref)
    server.loses_answers_of = "/CreditDetail/DoAction"
    with pytest.raises(GatewayUnavailable):
        give(gateway, known, 300)
    assert books(gateway, known) == [("pending", 300)]


def test_a_refund_that_got_stuck_half_way(server: EcpayServer, gateway: EcpayGateway) -> None:
    """The capture is cancelled and nothing is released yet; asking again does the rest."""
    known = paid(server, gateway)
    server.capture(known.provider_ref)
    server.loses_answers_of = "/CreditDetail/DoAction"
    with pytest.raises(GatewayUnavailable):
        give(gateway, known, 1200)
    assert (only(server).card, books(gateway, known)) == ("操作取消", [])
    server.loses_answers_of, server.refuses = "", "N"
    with pytest.raises(GatewayRefused, match="error_busy"):
        give(gateway, known, 1200)
    server.refuses = ""
    give(gateway, known, 1200)
    assert (only(server).card, books(gateway, known)) == ("已取消", [("succeeded", 1200)])


def test_a_refusal_half_way_is_asked_again(server: EcpayServer, gateway: EcpayGateway) -> None:
    """A refused refund is over for the caller, and this one is not."""
    known = paid(server, gateway)
    server.capture(known.provider_ref)
    server.refuses = "N"
    with pytest.raises(GatewayUnavailable, match=r"half given back: .*error_busy"):
        give(gateway, known, 1200)


def test_what_the_staff_gives_back_is_seen(server: EcpayServer, gateway: EcpayGateway) -> None:
    known = paid(server, gateway)
    server.capture(known.provider_ref)
    server.refund(known.provider_ref, 200)
    server.refund_cancel(known.provider_ref)
    server.refund(known.provider_ref, 250)
    assert books(gateway, known) == [("failed", 200), ("pending", 250)]


@pytest.mark.parametrize("way", ["ATM", "CVS", "BARCODE", "WebATM"])
def test_only_cards_can_be_given_back(server: EcpayServer, gateway: EcpayGateway, way: str) -> None:
    known = begun(gateway)
    if way == "WebATM":
        server.pay_by_web_atm(known.provider_ref)
    else:
        server.code_take(known.provider_ref, way)
        server.code_pay(known.provider_ref)
    with pytest.raises(GatewayRefused, match="pay it back by bank transfer"):
        give(gateway, known, 1200)


def test_a_code_that_nobody_has_paid_is_not_given_back(server: EcpayServer, gateway: EcpayGateway) -> None:
    known = begun(gateway)
    server.code_take(known.provider_ref, "ATM")
    with pytest.raises(GatewayRefused, match="has not been made"):
        give(gateway, known, 1200)


def test_another_payment_is_not_given_back(server: EcpayServer, gateway: EcpayGateway) -> None:
    known = paid(server, gateway)
    asked = RefundWanted(reference(n=2), known, "2603020900009999", known.amount, "")
    with pytest.raises(GatewayRefused, match="has not been made"):
        gateway.payment_refund(asked)


def test_without_the_check_code_nothing_can_be_given_back(server: EcpayServer) -> None:
    """And no digits of cards are asked for, and no books about them."""
    gateway = gateway_at(server)
    known = paid(server, gateway)
    assert gateway.capabilities == Capabilities(
        {"TWD": 0}, refunds=False, closes=False, acknowledgement="1|OK"
    )
    assert b"card4no" not in server.notice(known.provider_ref)
    with pytest.raises(GatewayRefused, match="check code"):
        give(gateway, known, 1200)
    assert "/CreditDetail/QueryTrade/V2" not in server.asked


def test_a_wrong_check_code(server: EcpayServer) -> None:
    gateway = gateway_at(server, credit_check_code="1")
    known = paid(server, gateway)
    with pytest.raises(GatewayUnavailable, match="does not find the card payment: error"):
        gateway.payments_of(known)
