"""The form that a payer's browser takes to ECPay."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.gateways.base import Account, Checkout, CheckoutWanted, GatewayRefused
from billing.gateways.ecpay import EcpayGateway
from billing.gateways.ecpay.check_mac import check_mac_value
from billing.gateways.ecpay.orders import trade_no
from core.money import Money
from tests.billing.gateways.ecpay.conftest import (
    NINE,
    VALUES,
    begun,
    gateway_at,
    only,
    post,
    reference,
    wanted,
)
from tests.billing.gateways.ecpay_server import HASH_IV, HASH_KEY, EcpayServer


def test_the_form_in_full() -> None:
    gateway = EcpayGateway(Account("acme", "https://payment.ecpay.com.tw", VALUES))
    fields = {
        "MerchantID": "3002607",
        "MerchantTradeNo": trade_no(reference()),
        "MerchantTradeDate": "2026/03/02 09:00:00",
        "PaymentType": "aio",
        "TotalAmount": "1200",
        "ItemName": "Acme INV-7",
        "TradeDesc": "Acme INV 7",
        "ReturnURL": "https://linli.example/api/v1/webhooks/acme",
        "PaymentInfoURL": "https://linli.example/api/v1/webhooks/acme",
        "ClientBackURL": "https://linli.example/pay/7/back",
        "ChoosePayment": "ALL",
        "EncryptType": "1",
        "Language": "ENG",
        "ExpireDate": "29",
        "IgnorePayment": "BNPL",
    }
    assert gateway.checkout_open(wanted()) == Checkout(
        provider_ref=trade_no(reference()),
        url="https://payment.ecpay.com.tw/Cashier/AioCheckOut/V5",
        expires_at=NINE,
        form={**fields, "CheckMacValue": check_mac_value(fields, HASH_KEY, HASH_IV)},
    )


def test_the_number_is_always_the_same_for_a_reference() -> None:
    """It is in ECPay's books for ever: a change of the function would lose every checkout."""
    assert trade_no(UUID("019c2b2f-8c00-7000-8000-000000000001")) == "DQ6DEWDJUZMXRNR25L6N"


def test_ecpay_takes_the_form_once(server: EcpayServer, gateway: EcpayGateway) -> None:
    """A payer who went away and came back needs another checkout, so this one expires as soon as it is open."""
    checkout = gateway.checkout_open(wanted())
    assert post(checkout) == "<html>ATM ApplePay BARCODE CVS Credit TWQR WebATM WeiXin</html>"
    assert post(checkout) == "<html>10300028 訂單編號重覆,建立失敗</html>"
    assert checkout.expires_at == NINE


def test_the_payer_cannot_change_the_amount(gateway: EcpayGateway) -> None:
    checkout = gateway.checkout_open(wanted())
    cheaper = Checkout("", checkout.url, NINE, {**(checkout.form or {}), "TotalAmount": "1"})
    assert post(cheaper) == "<html>10200073 CheckMacValue Error</html>"


def test_the_page_is_chinese_for_those_who_read_it(gateway: EcpayGateway) -> None:
    """ECPay's own language; it has no word for it."""
    form = gateway.checkout_open(wanted(language="zh-hant")).form
    assert form is not None
    assert "Language" not in form


@pytest.mark.parametrize(
    ("lasts", "transfer", "code", "hidden"),
    [
        (timedelta(seconds=30), None, "1", "BNPL#ATM#BARCODE"),
        (timedelta(hours=1), None, "60", "BNPL#ATM#BARCODE"),
        (timedelta(hours=38, minutes=59), None, "2339", "BNPL#ATM#BARCODE"),  # Tuesday 23:59
        (timedelta(hours=39), "1", "2340", "BNPL#BARCODE"),  # the end of Tuesday
        (timedelta(days=7, hours=23), "7", "11460", "BNPL#BARCODE"),
        (timedelta(days=8), "7", None, "BNPL"),
        (timedelta(days=90), "60", None, "BNPL"),
    ],
)
def test_how_long_codes_are_good_for(
    gateway: EcpayGateway, lasts: timedelta, transfer: str | None, code: str | None, hidden: str
) -> None:
    form = gateway.checkout_open(wanted(lasts=lasts)).form or {}
    assert [form.get(name) for name in ("ExpireDate", "StoreExpireDate", "IgnorePayment")] == [
        transfer,
        code,
        hidden,
    ]


@pytest.mark.parametrize("hours", [1, 14, 15, 16, 38, 39, 40, 167, 168, 191, 192, 24 * 30, 24 * 90])
@pytest.mark.parametrize("way", ["ATM", "CVS", "BARCODE"])
def test_no_code_outlives_the_checkout(
    server: EcpayServer, gateway: EcpayGateway, hours: int, way: str
) -> None:
    known = begun(gateway, wanted(lasts=timedelta(hours=hours)))
    if way in only(server).offered:
        assert server.code_take(known.provider_ref, way) <= NINE + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("description", "item", "remark"),
    [
        ("清潔服務（三房）INV-7", "清潔服務 三房 INV-7", "清潔服務 三房 INV 7"),
        ("<b>Tom's</b> #1 & 50% off", "b Tom s /b 1 50 off", "b Tom s b 1 50 off"),
        ("𠮷田 ☕ Cafe\u0301", "田 Café", "田 Café"),
        ("字" * 500, "字" * 200, "字" * 200),
        ("字" * 199 + " 房", "字" * 199, "字" * 199),
    ],
)
def test_descriptions_as_ecpay_takes_them(
    gateway: EcpayGateway, description: str, item: str, remark: str
) -> None:
    checkout = gateway.checkout_open(wanted(description=description))
    form = checkout.form or {}
    assert (form["ItemName"], form["TradeDesc"]) == (item, remark)
    assert "Error" not in post(checkout)


def test_a_description_of_which_nothing_is_left(gateway: EcpayGateway) -> None:
    form = gateway.checkout_open(wanted(description="☕☕")).form or {}
    assert form["ItemName"] == form["TradeDesc"] == trade_no(reference())


@given(description=st.text(max_size=450))
def test_ecpay_takes_every_description(description: str) -> None:
    server = EcpayServer(NINE)
    form = gateway_at(server).checkout_open(wanted(description=description)).form
    assert "Error" not in server.checkout_page(dict(form or {}))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"amount": Money(1200, "USD")}, "USD is not among the provider's currencies: TWD"),
        ({"amount": Money(0, "TWD")}, "ECPay cannot collect TWD 0"),
        ({"notice_url": "https://x.example/" + "a" * 200}, "ECPay does not take the address"),
        ({"return_url": "https://中文.tw/"}, "ECPay does not take the address"),
        ({"return_url": "https://x.example/a;b"}, "ECPay does not take the address"),
    ],
)
def test_what_ecpay_cannot_take(gateway: EcpayGateway, change: Mapping[str, object], problem: str) -> None:
    asked = CheckoutWanted(**{**{n: getattr(wanted(), n) for n in CheckoutWanted.__slots__}, **change})
    with pytest.raises(GatewayRefused, match=problem):
        gateway.checkout_open(asked)


def test_it_cannot_be_closed_and_needs_no_capture(gateway: EcpayGateway) -> None:
    known = begun(gateway)
    with pytest.raises(GatewayRefused, match="cannot close"):
        gateway.checkout_close(known)
    with pytest.raises(GatewayRefused, match="captures by itself"):
        gateway.payment_capture(known)
