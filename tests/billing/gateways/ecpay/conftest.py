"""ECPay's imitation, whose clock stands still, and a gateway that speaks to it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest

from billing.gateways.base import Account, Checkout, CheckoutWanted, Known
from billing.gateways.ecpay import EcpayGateway
from core.money import Money
from tests.billing.gateways.ecpay_server import CHECK_CODE, HASH_IV, HASH_KEY, MERCHANT, EcpayServer, Order

TAIPEI = ZoneInfo("Asia/Taipei")
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=TAIPEI)  # a Monday; the server's clock stands there

VALUES = {"merchant_id": MERCHANT, "hash_key": HASH_KEY, "hash_iv": HASH_IV}


@pytest.fixture
def server() -> Iterator[EcpayServer]:
    with EcpayServer(NINE) as running:
        yield running


@pytest.fixture
def gateway(server: EcpayServer) -> EcpayGateway:
    return gateway_at(server, credit_check_code=CHECK_CODE)


def gateway_at(server: EcpayServer, **values: str) -> EcpayGateway:
    return EcpayGateway(Account("acme", server.url, {**VALUES, **values}), clock=lambda: server.now)


def reference(at: datetime = NINE, n: int = 1) -> UUID:
    """The n-th UUIDv7 of that moment."""
    return UUID(int=int(at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | n)


def wanted(
    *,
    dollars: int = 1200,
    lasts: timedelta = timedelta(days=30),
    description: str = "Acme INV-7",
    language: str = "en",
    notice_url: str = "https://linli.example/api/v1/webhooks/acme",
) -> CheckoutWanted:
    return CheckoutWanted(
        reference=reference(),
        amount=Money(dollars, "TWD"),
        description=description,
        return_url="https://linli.example/pay/7/back",
        notice_url=notice_url,
        language=language,
        expires_at=NINE + lasts,
    )


def post(checkout: Checkout) -> str:
    """What the payer sees after the browser has posted the form."""
    assert checkout.form is not None
    return httpx.post(checkout.url, data=dict(checkout.form)).text


def begun(gateway: EcpayGateway, asked: CheckoutWanted | None = None) -> Known:
    """A checkout whose payer is on ECPay's page."""
    asked = asked or wanted()
    checkout = gateway.checkout_open(asked)
    assert "Error" not in post(checkout)
    return Known(asked.reference, checkout.provider_ref, asked.amount)


def only(server: EcpayServer) -> Order:
    (order,) = server.orders.values()
    return order
