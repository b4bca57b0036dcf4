"""ECPay's messages: whose they are, and where they lead."""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.gateways.base import Notice, NoticeForged
from billing.gateways.ecpay import EcpayGateway
from billing.gateways.ecpay.orders import trade_no
from tests.billing.gateways.ecpay.conftest import NINE, begun, gateway_at, reference, wanted
from tests.billing.gateways.ecpay_server import HASH_IV, HASH_KEY, MERCHANT, EcpayServer
from tests.billing.gateways.imitation import Answer, Imitation, Request


class Receiver(Imitation):
    """The company's own server, which keeps what it is sent and gives one answer."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.answer = b""

    def reply(self, request: Request) -> Answer:
        self.bodies.append(request.body)
        return Answer(200, self.answer)


@pytest.fixture
def received() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def body(server: EcpayServer, gateway: EcpayGateway) -> bytes:
    """The message of a paid card."""
    known = begun(gateway)
    server.pay_by_card(known.provider_ref)
    return server.notice(known.provider_ref)


def test_a_paid_card(gateway: EcpayGateway, body: bytes) -> None:
    number = trade_no(reference())
    assert gateway.notice_read(body, {}) == Notice(f"{number}:2603020900000000:1:0", number)


@pytest.mark.parametrize(("way", "code"), [("ATM", "2"), ("CVS", "10100073"), ("BARCODE", "10100073")])
def test_a_code_was_issued(server: EcpayServer, gateway: EcpayGateway, way: str, code: str) -> None:
    known = begun(gateway)
    server.code_take(known.provider_ref, way)
    notice = gateway.notice_read(server.notice(known.provider_ref), {})
    assert notice == Notice(f"{known.provider_ref}:2603020900000000:{code}:", known.provider_ref)


def test_a_repeated_message_is_the_same(
    server: EcpayServer, gateway: EcpayGateway, received: Receiver
) -> None:
    """ECPay sends it again until it hears 1|OK, in other words."""
    known = begun(gateway, wanted(notice_url=received.url))
    server.pay_by_card(known.provider_ref)
    received.answer = b"sorry"
    assert not server.send(known.provider_ref)
    received.answer = gateway.capabilities.acknowledgement.encode()
    assert server.send(known.provider_ref, again=True)
    first, second = received.bodies
    assert first != second
    assert gateway.notice_read(first, {}) == gateway.notice_read(second, {})


def test_every_change_of_a_field_is_noticed(gateway: EcpayGateway, body: bytes) -> None:
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    forged = [{**fields, name: changed} for name in fields for changed in ("", "0", fields[name] + "0")]
    forged += [{n: v for n, v in fields.items() if n != name} for name in fields]
    forged += [{**fields, "StoreID2": ""}, {**fields, "EncryptType": "0"}, {**fields, "EncryptType": "1"}]
    changed = [one for one in forged if one != fields]
    assert len(changed) > 4 * 10
    for one in changed:
        with pytest.raises(NoticeForged):
            gateway.notice_read(urlencode(one).encode(), {})


@given(st.data())
def test_every_change_of_a_byte_is_noticed(data: st.DataObject) -> None:
    """But not that of a letter's case, which the signature does not see; ECPay's books are asked with our own."""
    server = EcpayServer(NINE)
    said = {
        "MerchantID": MERCHANT,
        "MerchantTradeNo": "A2",
        "RtnCode": "1",
        "TradeNo": "26",
        "RtnMsg": "交易成功",
    }
    body = urlencode(server.signed(said)).encode()
    at, byte = data.draw(st.integers(0, len(body) - 1)), data.draw(st.integers(0, 255))
    changed = body[:at] + bytes([byte]) + body[at + 1 :]
    if changed.lower() != body.lower():
        with pytest.raises(NoticeForged):
            gateway_at(server).notice_read(changed, {})


def test_a_field_hidden_in_another_is_noticed(gateway: EcpayGateway, server: EcpayServer) -> None:
    """a=1&b=2 is signed like a alone that says "1&b=2": with it a simulated payment could look real."""
    known = begun(gateway)
    fields = dict(
        parse_qsl(server.notice(known.provider_ref, simulated=True).decode(), keep_blank_values=True)
    )
    fields["RtnMsg"] += f"&SimulatePaid={fields.pop('SimulatePaid')}"
    assert server.mac(fields) == fields["CheckMacValue"]
    with pytest.raises(NoticeForged, match="hidden"):
        gateway.notice_read(urlencode(fields).encode(), {})


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"MerchantID": "2000132"}, "another merchant"),
        ({"EncryptType": "0"}, "not signed"),
    ],
)
def test_well_signed_and_still_refused(
    server: EcpayServer, gateway: EcpayGateway, change: Mapping[str, str], problem: str
) -> None:
    said = {"MerchantID": MERCHANT, "MerchantTradeNo": "A2", "RtnCode": "1", **change}
    with pytest.raises(NoticeForged, match=problem):
        gateway.notice_read(urlencode(server.signed(said)).encode(), {})


def test_a_field_that_comes_twice_is_noticed(gateway: EcpayGateway, body: bytes) -> None:
    """The signature is over one of them, and another reader might take the other."""
    with pytest.raises(NoticeForged):
        gateway.notice_read(b"RtnCode=10100058&" + body, {})


@pytest.mark.parametrize("body", [b"", b"1|OK", b"{}", b"\xff=1", b"MerchantID=1&MerchantID=2", b"a=%ff"])
def test_what_is_no_message(gateway: EcpayGateway, body: bytes) -> None:
    with pytest.raises(NoticeForged):
        gateway.notice_read(body, {})


def test_two_keys_while_they_are_changed(server: EcpayServer, body: bytes) -> None:
    both = gateway_at(server, hash_key=f"newkey {HASH_KEY}", hash_iv=f"newiv {HASH_IV}")
    crossed = gateway_at(server, hash_key=f"newkey {HASH_KEY}", hash_iv=f"{HASH_IV} newiv")
    assert both.notice_read(body, {}).checkout_ref == trade_no(reference())
    with pytest.raises(NoticeForged):
        crossed.notice_read(body, {})
