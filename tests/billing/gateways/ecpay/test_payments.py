"""What ECPay's books say of payments."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    Known,
    Notice,
    PaymentState,
    ProviderPayment,
)
from billing.gateways.ecpay import EcpayGateway
from billing.gateways.ecpay.books import moment
from billing.gateways.ecpay.orders import trade_no
from core.money import Money
from tests.billing.gateways.ecpay.conftest import NINE, TAIPEI, begun, gateway_at, only, reference
from tests.billing.gateways.ecpay_server import CHECK_CODE, HASH_IV, HASH_KEY, EcpayServer


def test_nobody_has_opened_the_page(gateway: EcpayGateway) -> None:
    assert gateway.payments_of(Known(reference(), trade_no(reference()), Money(1200, "TWD"))) == []


def test_the_payer_is_still_choosing(gateway: EcpayGateway) -> None:
    assert gateway.payments_of(begun(gateway)) == []


def test_a_card_is_paid(server: EcpayServer, gateway: EcpayGateway) -> None:
    known = begun(gateway)
    server.now += timedelta(minutes=5)
    server.pay_by_card(known.provider_ref)
    assert gateway.payments_of(known) == [
        ProviderPayment(
            provider_ref="2603020900000000",
            state=PaymentState.SUCCEEDED,
            amount=Money(1200, "TWD"),
            happened_at=datetime(2026, 3, 2, 1, 5, tzinfo=UTC),
            method="Credit_CreditCard",
        )
    ]


@pytest.mark.parametrize(
    ("way", "method"),
    [("ATM", "ATM_TAISHIN"), ("CVS", "CVS_CVS"), ("BARCODE", "BARCODE_BARCODE")],
)
def test_a_code_is_on_its_way_until_it_is_paid(
    server: EcpayServer, gateway: EcpayGateway, way: str, method: str
) -> None:
    known = begun(gateway)
    server.code_take(known.provider_ref, way)
    pending = ProviderPayment(
        only(server).trade_no, PaymentState.PENDING, Money(1200, "TWD"), NINE, method=method
    )
    assert gateway.payments_of(known) == [pending]
    server.now += timedelta(days=2)
    server.code_pay(known.provider_ref)
    assert gateway.payments_of(known) == [
        ProviderPayment(
            pending.provider_ref,
            PaymentState.SUCCEEDED,
            Money(1200, "TWD"),
            NINE + timedelta(days=2),
            method,
        )
    ]


def test_a_code_that_was_not_paid_has_expired(server: EcpayServer, gateway: EcpayGateway) -> None:
    known = begun(gateway)
    server.code_take(known.provider_ref, "ATM")
    server.give_up(known.provider_ref)
    assert [one.state for one in gateway.payments_of(known)] == [PaymentState.EXPIRED]


def test_a_card_that_the_bank_did_not_take_is_declined(server: EcpayServer, gateway: EcpayGateway) -> None:
    known = begun(gateway)
    server.give_up(known.provider_ref)
    assert [one.state for one in gateway.payments_of(known)] == [PaymentState.DECLINED]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"TradeStatus": "1", "CheckMacValue": "0" * 64}, "not signed"),
        ({"TradeStatus": "1", "MerchantTradeNo": "SOMEBODYELSES"}, "another order"),
        ({"TradeStatus": "1", "MerchantID": "2000132"}, "another order"),
        ({"TradeStatus": "1", "PaymentDate": ""}, "not what it promises"),
        ({"TradeStatus": "1", "TradeAmt": "12.5"}, "not what it promises"),
    ],
)
def test_books_that_cannot_be_true_are_not_believed(
    server: EcpayServer, gateway: EcpayGateway, said: dict[str, str], problem: str
) -> None:
    known = begun(gateway)
    server.misstates = said
    with pytest.raises(GatewayUnavailable, match=problem):
        gateway.payments_of(known)


def test_states_beyond_the_documented(server: EcpayServer, gateway: EcpayGateway) -> None:
    """A loan that was not granted is a decline; an order without a number was never paid; others are told."""
    known = begun(gateway)
    server.misstates = {"TradeStatus": "10200163", "PaymentType": "BNPL_URICH"}
    assert [one.state for one in gateway.payments_of(known)] == [PaymentState.DECLINED]
    server.misstates = {"TradeStatus": "10200095", "TradeNo": ""}
    assert gateway.payments_of(known) == []
    server.misstates = {"TradeStatus": "10200052"}
    with pytest.raises(GatewayRefused, match="10200052"):
        gateway.payments_of(known)


def test_a_simulated_payment_is_none(server: EcpayServer, gateway: EcpayGateway) -> None:
    """The back office's button sends a good message and changes nothing in the books."""
    known = begun(gateway)
    notice = gateway.notice_read(server.notice(known.provider_ref, simulated=True), {})
    assert notice == Notice(f"{known.provider_ref}:2603020900000000:1:1", known.provider_ref)
    assert gateway.payments_of(known) == []


def test_the_amount_is_what_was_paid_and_not_what_was_asked(
    server: EcpayServer, gateway: EcpayGateway
) -> None:
    known = begun(gateway)
    server.pay_by_card(known.provider_ref)
    only(server).form["TotalAmount"] = "12"
    assert [one.amount for one in gateway.payments_of(known)] == [Money(12, "TWD")]


@pytest.mark.parametrize(("trouble", "problem"), [("is_down", "503"), ("is_crowded", "403")])
def test_ecpay_in_trouble_may_be_asked_again(
    server: EcpayServer, gateway: EcpayGateway, trouble: str, problem: str
) -> None:
    """403 is what ECPay answers to those who ask too often, and not a refusal."""
    known = begun(gateway)
    setattr(server, trouble, True)
    with pytest.raises(GatewayUnavailable, match=problem):
        gateway.payments_of(known)


def test_an_answer_of_somebody_else_is_not_believed(server: EcpayServer) -> None:
    gateway = gateway_at(
        server, hash_key=f"newkeynewkeynewk {HASH_KEY}", hash_iv=f"newivnewivnewivn {HASH_IV}"
    )
    known = Known(reference(), trade_no(reference()), Money(1200, "TWD"))
    with pytest.raises(GatewayUnavailable, match="CheckMacValue Error"):
        gateway.payments_of(known)  # ECPay does not know the new key yet
    server.key = "newkeynewkeynewk"
    with pytest.raises(GatewayUnavailable, match="CheckMacValue Error"):
        gateway.payments_of(known)  # nor its IV
    server.iv = "newivnewivnewivn"
    assert gateway.payments_of(known) == []


def test_no_secret_is_told(server: EcpayServer, gateway: EcpayGateway) -> None:
    server.is_down = True
    with pytest.raises(GatewayUnavailable) as error:
        gateway.payments_of(Known(reference(), "X", Money(1200, "TWD")))
    told = f"{error.value!r} {error.value.__cause__!r} {gateway!r} {gateway._keys!r}"
    assert [secret for secret in (HASH_KEY, HASH_IV, CHECK_CODE) if secret in told] == []


@pytest.mark.parametrize(
    ("said", "hour", "minute"),
    [
        ("2016/5/12 上午 12:05:17", 0, 5),
        ("2016/5/12 上午 11:05:17", 11, 5),
        ("2016/5/12 下午 12:05:17", 12, 5),
        ("2016/5/12 下午 07:09:17", 19, 9),
        ("2016/05/12 19:09:17", 19, 9),
    ],
)
def test_times_as_ecpay_writes_them(said: str, hour: int, minute: int) -> None:
    assert moment(said) == datetime(2016, 5, 12, hour, minute, 17, tzinfo=TAIPEI)
