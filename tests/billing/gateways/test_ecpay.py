"""ECPay, spoken to over HTTP: what a payer, the company's staff and a forger would notice."""

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.gateways.base import (
    Account,
    Capabilities,
    Checkout,
    CheckoutWanted,
    GatewayRefused,
    GatewayUnavailable,
    Known,
    Notice,
    NoticeForged,
    PaymentState,
    ProviderPayment,
    ProviderRefund,
    RefundState,
    RefundWanted,
)
from billing.gateways.ecpay import EcpayGateway
from billing.gateways.ecpay.books import fields_of, moment
from billing.gateways.ecpay.check_mac import check_mac_value
from billing.gateways.ecpay.orders import trade_no
from core.money import Money
from tests.billing.gateways.ecpay_server import CHECK_CODE, HASH_IV, HASH_KEY, MERCHANT, Order
from tests.billing.gateways.ecpay_server import EcpayServer as Server

TAIPEI = ZoneInfo("Asia/Taipei")
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=TAIPEI)  # a Monday; the server's clock stands there

VALUES = {"merchant_id": MERCHANT, "hash_key": HASH_KEY, "hash_iv": HASH_IV}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(NINE) as running:
        yield running


@pytest.fixture
def gateway(server: Server) -> EcpayGateway:
    return gateway_at(server, credit_check_code=CHECK_CODE)


def gateway_at(server: Server, **values: str) -> EcpayGateway:
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


def only(server: Server) -> Order:
    (order,) = server.orders.values()
    return order


class TestSignature:
    """CheckMacValue."""

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            pytest.param(
                {
                    "ChoosePayment": "ALL",
                    "EncryptType": "1",
                    "ItemName": "Apple iphone 15",
                    "MerchantID": "3002607",
                    "MerchantTradeDate": "2023/03/12 15:30:23",
                    "MerchantTradeNo": "ecpay20230312153023",
                    "PaymentType": "aio",
                    "ReturnURL": "https://www.ecpay.com.tw/receive.php",
                    "TotalAmount": "30000",
                    "TradeDesc": "促銷方案",
                },
                "6C51C9E6888DE861FD62FB1DD17029FC742634498FD813DC43D4243B5685B840",
                id="developers.ecpay.com.tw/?p=2902",
            ),
            pytest.param(
                {
                    "MerchantID": "3002607",
                    "MerchantTradeNo": "WPLL4E341E122DB44D62",
                    "PaymentDate": "2019/05/09 00:01:21",
                    "PaymentType": "Credit_CreditCard",
                    "PaymentTypeChargeFee": "1",
                    "RtnCode": "1",
                    "RtnMsg": "交易成功",
                    "SimulatePaid": "0",
                    "TradeAmt": "500",
                    "TradeDate": "2019/05/09 00:00:18",
                    "TradeNo": "1905090000188278",
                },
                "6E7F053EF215FC851A050A2FF01D72CBE440EA138DC3E905647985DDF236FD25",
                id="github.com/ECPay/SDK_PHP GetCheckoutResponse.php",
            ),
            pytest.param(
                {"MerchantID": "3002607", "ItemName": "Tom's Shop", "TotalAmount": "100"},
                "CF0A3D4901D99459D8641516EC57210700E8A5C9AB26B1D021301E9CB93EF78D",
                id="apostrophe, github.com/ECPay/ECPay-API-Skill",
            ),
            pytest.param(
                {"MerchantID": "3002607", "ItemName": "Test~Product", "TotalAmount": "200"},
                "CEEAE01D2F9A8E74D4AC0DCE7735B046D73F35A5EC99558A31A2EE03159DA1C9",
                id="tilde, github.com/ECPay/ECPay-API-Skill",
            ),
            pytest.param(
                {"MerchantID": "3002607", "ItemName": "My Test Product", "TotalAmount": "300"},
                "7712A5E6EDC3B57086063C88568084C66CE882A21D40E74DE5ACA3B478C6F316",
                id="spaces, github.com/ECPay/ECPay-API-Skill",
            ),
        ],
    )
    def test_published_vectors(self, fields: dict[str, str], expected: str, server: Server) -> None:
        """The imitation is held to them as well."""
        assert check_mac_value(fields, HASH_KEY, HASH_IV) == expected
        assert server.mac(fields) == expected

    @pytest.mark.parametrize(
        "answer",
        [
            (
                "CustomField1=&CustomField2=&CustomField3=&CustomField4=&HandlingCharge=30&ItemName=paidcli test"
                "&MerchantID=3002607&MerchantTradeNo=paidcli1782998612529&PaymentDate=2026/07/02 21:27:45"
                "&PaymentType=Credit_CreditCard&PaymentTypeChargeFee=31&StoreID=&TradeAmt=1234"
                "&TradeDate=2026/07/02 21:24:11&TradeNo=2607022124117236&TradeStatus=1"
                "&CheckMacValue=63850FCB511519F566886EB7D34B4DC449537F7549625DA5BF6FE0BA61F7ACE9"
            ),
            (
                "HandlingCharge=0&ItemName=&MerchantID=3002607&MerchantTradeNo=paidcli-probe-001&PaymentDate="
                "&PaymentType=&PaymentTypeChargeFee=0&TradeAmt=0&TradeDate=&TradeNo=&TradeStatus=10200047"
                "&CheckMacValue=F874E8D5FE8B1306F6CE10A4C5E30D3E20C3F22B51DEB641440B9F7A8B7FB865"
            ),
        ],
        ids=["paid", "unknown"],
    )
    def test_answers_that_the_test_environment_gave(self, answer: str) -> None:
        """Recorded by the authors of @paid-tw/payment in July 2026: unescaped, and empty fields are signed."""
        fields = fields_of(answer)
        assert check_mac_value(fields, HASH_KEY, HASH_IV) == fields["CheckMacValue"]

    @given(st.dictionaries(st.text("ABCxyz", min_size=1), st.text(), min_size=1))
    def test_the_imitation_signs_alike(self, fields: dict[str, str]) -> None:
        """Two pieces of code from the same page, for every text."""
        if len({name.lower() for name in fields}) == len(fields):
            server = Server(NINE)
            assert check_mac_value(fields, HASH_KEY, HASH_IV) == server.mac(fields)


class TestCheckout:
    def test_the_form_in_full(self) -> None:
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

    def test_the_number_is_always_the_same_for_a_reference(self) -> None:
        """It is in ECPay's books for ever: a change of the function would lose every checkout."""
        assert trade_no(UUID("019c2b2f-8c00-7000-8000-000000000001")) == "DQ6DEWDJUZMXRNR25L6N"

    def test_ecpay_takes_the_form_once(self, server: Server, gateway: EcpayGateway) -> None:
        """A payer who went away and came back needs another checkout, so this one expires as soon as it is open."""
        checkout = gateway.checkout_open(wanted())
        assert post(checkout) == "<html>ATM ApplePay BARCODE CVS Credit TWQR WebATM WeiXin</html>"
        assert post(checkout) == "<html>10300028 訂單編號重覆,建立失敗</html>"
        assert checkout.expires_at == NINE

    def test_the_payer_cannot_change_the_amount(self, gateway: EcpayGateway) -> None:
        checkout = gateway.checkout_open(wanted())
        cheaper = Checkout("", checkout.url, NINE, {**(checkout.form or {}), "TotalAmount": "1"})
        assert post(cheaper) == "<html>10200073 CheckMacValue Error</html>"

    def test_the_page_is_chinese_for_those_who_read_it(self, gateway: EcpayGateway) -> None:
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
        self, gateway: EcpayGateway, lasts: timedelta, transfer: str | None, code: str | None, hidden: str
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
        self, server: Server, gateway: EcpayGateway, hours: int, way: str
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
        self, gateway: EcpayGateway, description: str, item: str, remark: str
    ) -> None:
        checkout = gateway.checkout_open(wanted(description=description))
        form = checkout.form or {}
        assert (form["ItemName"], form["TradeDesc"]) == (item, remark)
        assert "Error" not in post(checkout)

    def test_a_description_of_which_nothing_is_left(self, gateway: EcpayGateway) -> None:
        form = gateway.checkout_open(wanted(description="☕☕")).form or {}
        assert form["ItemName"] == form["TradeDesc"] == trade_no(reference())

    @given(description=st.text(max_size=450))
    def test_ecpay_takes_every_description(self, description: str) -> None:
        server = Server(NINE)
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
    def test_what_ecpay_cannot_take(
        self, gateway: EcpayGateway, change: Mapping[str, object], problem: str
    ) -> None:
        asked = CheckoutWanted(**{**{n: getattr(wanted(), n) for n in CheckoutWanted.__slots__}, **change})
        with pytest.raises(GatewayRefused, match=problem):
            gateway.checkout_open(asked)

    def test_it_cannot_be_closed_and_needs_no_capture(self, gateway: EcpayGateway) -> None:
        known = begun(gateway)
        with pytest.raises(GatewayRefused, match="cannot close"):
            gateway.checkout_close(known)
        with pytest.raises(GatewayRefused, match="captures by itself"):
            gateway.payment_capture(known)


class TestPayments:
    def test_nobody_has_opened_the_page(self, gateway: EcpayGateway) -> None:
        assert gateway.payments_of(Known(reference(), trade_no(reference()), Money(1200, "TWD"))) == []

    def test_the_payer_is_still_choosing(self, gateway: EcpayGateway) -> None:
        assert gateway.payments_of(begun(gateway)) == []

    def test_a_card_is_paid(self, server: Server, gateway: EcpayGateway) -> None:
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
        self, server: Server, gateway: EcpayGateway, way: str, method: str
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

    def test_a_code_that_was_not_paid_has_expired(self, server: Server, gateway: EcpayGateway) -> None:
        known = begun(gateway)
        server.code_take(known.provider_ref, "ATM")
        server.give_up(known.provider_ref)
        assert [one.state for one in gateway.payments_of(known)] == [PaymentState.EXPIRED]

    def test_a_card_that_the_bank_did_not_take_is_declined(
        self, server: Server, gateway: EcpayGateway
    ) -> None:
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
        self, server: Server, gateway: EcpayGateway, said: dict[str, str], problem: str
    ) -> None:
        known = begun(gateway)
        server.misstates = said
        with pytest.raises(GatewayUnavailable, match=problem):
            gateway.payments_of(known)

    def test_states_beyond_the_documented(self, server: Server, gateway: EcpayGateway) -> None:
        """A loan that was not granted is a decline; an order without a number was never paid; others are told."""
        known = begun(gateway)
        server.misstates = {"TradeStatus": "10200163", "PaymentType": "BNPL_URICH"}
        assert [one.state for one in gateway.payments_of(known)] == [PaymentState.DECLINED]
        server.misstates = {"TradeStatus": "10200095", "TradeNo": ""}
        assert gateway.payments_of(known) == []
        server.misstates = {"TradeStatus": "10200052"}
        with pytest.raises(GatewayRefused, match="10200052"):
            gateway.payments_of(known)

    def test_a_simulated_payment_is_none(self, server: Server, gateway: EcpayGateway) -> None:
        """The back office's button sends a good message and changes nothing in the books."""
        known = begun(gateway)
        notice = gateway.notice_read(server.notice(known.provider_ref, simulated=True), {})
        assert notice == Notice(f"{known.provider_ref}:2603020900000000:1:1", known.provider_ref)
        assert gateway.payments_of(known) == []

    def test_the_amount_is_what_was_paid_and_not_what_was_asked(
        self, server: Server, gateway: EcpayGateway
    ) -> None:
        known = begun(gateway)
        server.pay_by_card(known.provider_ref)
        only(server).form["TotalAmount"] = "12"
        assert [one.amount for one in gateway.payments_of(known)] == [Money(12, "TWD")]

    @pytest.mark.parametrize(("trouble", "problem"), [("is_down", "503"), ("is_crowded", "403")])
    def test_ecpay_in_trouble_may_be_asked_again(
        self, server: Server, gateway: EcpayGateway, trouble: str, problem: str
    ) -> None:
        """403 is what ECPay answers to those who ask too often, and not a refusal."""
        known = begun(gateway)
        setattr(server, trouble, True)
        with pytest.raises(GatewayUnavailable, match=problem):
            gateway.payments_of(known)

    def test_an_answer_of_somebody_else_is_not_believed(self, server: Server) -> None:
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

    def test_no_secret_is_told(self, server: Server, gateway: EcpayGateway) -> None:
        server.is_down = True
        with pytest.raises(GatewayUnavailable) as error:
            gateway.payments_of(Known(reference(), "X", Money(1200, "TWD")))
        told = f"{error.value!r} {error.value.__cause__!r} {gateway!r} {gateway._keys!r}"
        assert [secret for secret in (HASH_KEY, HASH_IV, CHECK_CODE) if secret in told] == []


class TestNotices:
    @pytest.fixture
    def body(self, server: Server, gateway: EcpayGateway) -> bytes:
        """The message of a paid card."""
        known = begun(gateway)
        server.pay_by_card(known.provider_ref)
        return server.notice(known.provider_ref)

    def test_a_paid_card(self, gateway: EcpayGateway, body: bytes) -> None:
        number = trade_no(reference())
        assert gateway.notice_read(body, {}) == Notice(f"{number}:2603020900000000:1:0", number)

    @pytest.mark.parametrize(("way", "code"), [("ATM", "2"), ("CVS", "10100073"), ("BARCODE", "10100073")])
    def test_a_code_was_issued(self, server: Server, gateway: EcpayGateway, way: str, code: str) -> None:
        known = begun(gateway)
        server.code_take(known.provider_ref, way)
        notice = gateway.notice_read(server.notice(known.provider_ref), {})
        assert notice == Notice(f"{known.provider_ref}:2603020900000000:{code}:", known.provider_ref)

    def test_a_repeated_message_is_the_same(
        self, server: Server, gateway: EcpayGateway, received: "Receiver"
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

    def test_every_change_of_a_field_is_noticed(self, gateway: EcpayGateway, body: bytes) -> None:
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
    def test_every_change_of_a_byte_is_noticed(self, data: st.DataObject) -> None:
        """But not that of a letter's case, which the signature does not see; ECPay's books are asked with our own."""
        server = Server(NINE)
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

    def test_a_field_hidden_in_another_is_noticed(self, gateway: EcpayGateway, server: Server) -> None:
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
        self, server: Server, gateway: EcpayGateway, change: Mapping[str, str], problem: str
    ) -> None:
        said = {"MerchantID": MERCHANT, "MerchantTradeNo": "A2", "RtnCode": "1", **change}
        with pytest.raises(NoticeForged, match=problem):
            gateway.notice_read(urlencode(server.signed(said)).encode(), {})

    def test_a_field_that_comes_twice_is_noticed(self, gateway: EcpayGateway, body: bytes) -> None:
        """The signature is over one of them, and another reader might take the other."""
        with pytest.raises(NoticeForged):
            gateway.notice_read(b"RtnCode=10100058&" + body, {})

    @pytest.mark.parametrize("body", [b"", b"1|OK", b"{}", b"\xff=1", b"MerchantID=1&MerchantID=2", b"a=%ff"])
    def test_what_is_no_message(self, gateway: EcpayGateway, body: bytes) -> None:
        with pytest.raises(NoticeForged):
            gateway.notice_read(body, {})

    def test_two_keys_while_they_are_changed(self, server: Server, body: bytes) -> None:
        both = gateway_at(server, hash_key=f"newkey {HASH_KEY}", hash_iv=f"newiv {HASH_IV}")
        crossed = gateway_at(server, hash_key=f"newkey {HASH_KEY}", hash_iv=f"{HASH_IV} newiv")
        assert both.notice_read(body, {}).checkout_ref == trade_no(reference())
        with pytest.raises(NoticeForged):
            crossed.notice_read(body, {})


class TestRefunds:
    def paid(self, server: Server, gateway: EcpayGateway) -> Known:
        """TWD 1,200 by card, authorised and not captured."""
        known = begun(gateway)
        server.pay_by_card(known.provider_ref)
        return known

    def give(self, gateway: EcpayGateway, known: Known, dollars: int) -> ProviderRefund:
        payment = gateway.payments_of(known)[0].provider_ref
        asked = RefundWanted(reference(n=2), known, payment, Money(dollars, "TWD"), "the visit was short")
        return gateway.payment_refund(asked)

    def books(self, gateway: EcpayGateway, known: Known) -> list[tuple[str, int]]:
        return [(one.state.value, one.amount.minor) for one in gateway.payments_of(known)[0].refunds]

    def test_all_of_it_before_the_capture_is_released(self, server: Server, gateway: EcpayGateway) -> None:
        known = self.paid(server, gateway)
        refund = self.give(gateway, known, 1200)
        assert refund == ProviderRefund(
            provider_ref="2603020900000000-1",
            reference=None,
            state=RefundState.SUCCEEDED,
            amount=Money(1200, "TWD"),
            happened_at=NINE,
        )
        assert gateway.payments_of(known)[0].refunds == (refund,)
        assert only(server).card == "已取消"

    def test_all_of_it_on_the_day_of_the_capture_is_released(
        self, server: Server, gateway: EcpayGateway
    ) -> None:
        known = self.paid(server, gateway)
        server.capture(known.provider_ref)
        refund = self.give(gateway, known, 1200)
        assert gateway.payments_of(known)[0].refunds == (refund,)
        assert self.books(gateway, known) == [("succeeded", 1200)]
        assert server.asked.count("/CreditDetail/DoAction") == 2  # the capture is cancelled first

    def test_parts_go_to_the_bank_in_the_evening(self, server: Server, gateway: EcpayGateway) -> None:
        known = self.paid(server, gateway)
        server.capture(known.provider_ref)
        first = self.give(gateway, known, 300)
        assert first == ProviderRefund(
            "2603020900000000-1", None, RefundState.PENDING, Money(300, "TWD"), NINE
        )
        assert gateway.payments_of(known)[0].refunds == (first,)
        server.day_close()
        server.now += timedelta(days=1)
        second = self.give(gateway, known, 900)
        assert [one.provider_ref for one in gateway.payments_of(known)[0].refunds] == [
            first.provider_ref,
            second.provider_ref,
        ]
        assert self.books(gateway, known) == [("succeeded", 300), ("pending", 900)]

    def test_all_of_it_after_the_capture(self, server: Server, gateway: EcpayGateway) -> None:
        known = self.paid(server, gateway)
        server.day_close()
        server.day_close()
        self.give(gateway, known, 1200)
        assert self.books(gateway, known) == [("pending", 1200)]
        server.day_close()
        assert self.books(gateway, known) == [("succeeded", 1200)]

    def test_a_part_has_to_wait_for_the_capture(self, server: Server, gateway: EcpayGateway) -> None:
        known = self.paid(server, gateway)
        with pytest.raises(GatewayUnavailable, match="after its capture"):
            self.give(gateway, known, 300)
        assert self.books(gateway, known) == []

    @pytest.mark.parametrize(
        ("at", "asks"),
        [("20:14:59", True), ("20:15:00", False), ("20:30:00", False), ("20:30:01", True)],
    )
    def test_nothing_is_asked_while_ecpay_captures(
        self, server: Server, gateway: EcpayGateway, at: str, asks: bool
    ) -> None:
        known = self.paid(server, gateway)
        server.now = datetime.fromisoformat(f"2026-03-02T{at}+08:00")
        if asks:
            self.give(gateway, known, 1200)
        else:
            with pytest.raises(GatewayUnavailable, match="20:30"):
                self.give(gateway, known, 1200)
        assert server.asked.count("/CreditDetail/DoAction") == asks

    def test_a_capture_that_was_cancelled_and_made_again(self, server: Server, gateway: EcpayGateway) -> None:
        """What counts is the latest."""
        known = self.paid(server, gateway)
        server.capture(known.provider_ref)
        server.capture_cancel(known.provider_ref)
        server.now += timedelta(hours=1)
        server.capture(known.provider_ref)
        self.give(gateway, known, 1200)
        assert (only(server).card, self.books(gateway, known)) == ("已取消", [("succeeded", 1200)])

    def test_all_of_it_when_a_part_is_gone_is_refused(self, server: Server, gateway: EcpayGateway) -> None:
        """And the capture is left alone."""
        known = self.paid(server, gateway)
        server.capture(known.provider_ref)
        server.refund(known.provider_ref, 300)
        with pytest.raises(GatewayRefused, match="ECPay refuses"):
            self.give(gateway, known, 1200)
        assert (only(server).card, self.books(gateway, known)) == ("要關帳", [("pending", 300)])

    def test_more_than_is_left_is_refused(self, server: Server, gateway: EcpayGateway) -> None:
        known = self.paid(server, gateway)
        server.capture(known.provider_ref)
        self.give(gateway, known, 1000)
        with pytest.raises(GatewayRefused, match="ECPay refuses"):
            self.give(gateway, known, 201)
        assert self.books(gateway, known) == [("pending", 1000)]

    @pytest.mark.parametrize("dollars", [0, -5])
    def test_a_refund_of_nothing_is_refused(
        self, server: Server, gateway: EcpayGateway, dollars: int
    ) -> None:
        known = self.paid(server, gateway)
        with pytest.raises(GatewayRefused, match="is none"):
            self.give(gateway, known, dollars)

    def test_what_is_given_back_cannot_be_given_again(self, server: Server, gateway: EcpayGateway) -> None:
        known = self.paid(server, gateway)
        self.give(gateway, known, 1200)
        with pytest.raises(GatewayRefused, match="已取消"):
            self.give(gateway, known, 1200)

    def test_an_answer_that_was_lost(self, server: Server, gateway: EcpayGateway) -> None:
        """It happened: the caller finds it in the books, and does not ask again."""
        known = self.paid(server, gateway)
        server.capture(known.provider_ref)
        server.loses_answers_of = "/CreditDetail/DoAction"
        with pytest.raises(GatewayUnavailable):
            self.give(gateway, known, 300)
        assert self.books(gateway, known) == [("pending", 300)]

    def test_a_refund_that_got_stuck_half_way(self, server: Server, gateway: EcpayGateway) -> None:
        """The capture is cancelled and nothing is released yet; asking again does the rest."""
        known = self.paid(server, gateway)
        server.capture(known.provider_ref)
        server.loses_answers_of = "/CreditDetail/DoAction"
        with pytest.raises(GatewayUnavailable):
            self.give(gateway, known, 1200)
        assert (only(server).card, self.books(gateway, known)) == ("操作取消", [])
        server.loses_answers_of, server.refuses = "", "N"
        with pytest.raises(GatewayRefused, match="error_busy"):
            self.give(gateway, known, 1200)
        server.refuses = ""
        self.give(gateway, known, 1200)
        assert (only(server).card, self.books(gateway, known)) == ("已取消", [("succeeded", 1200)])

    def test_a_refusal_half_way_is_asked_again(self, server: Server, gateway: EcpayGateway) -> None:
        """A refused refund is over for the caller, and this one is not."""
        known = self.paid(server, gateway)
        server.capture(known.provider_ref)
        server.refuses = "N"
        with pytest.raises(GatewayUnavailable, match=r"half given back: .*error_busy"):
            self.give(gateway, known, 1200)

    def test_what_the_staff_gives_back_is_seen(self, server: Server, gateway: EcpayGateway) -> None:
        known = self.paid(server, gateway)
        server.capture(known.provider_ref)
        server.refund(known.provider_ref, 200)
        server.refund_cancel(known.provider_ref)
        server.refund(known.provider_ref, 250)
        assert self.books(gateway, known) == [("failed", 200), ("pending", 250)]

    @pytest.mark.parametrize("way", ["ATM", "CVS", "BARCODE", "WebATM"])
    def test_only_cards_can_be_given_back(self, server: Server, gateway: EcpayGateway, way: str) -> None:
        known = begun(gateway)
        if way == "WebATM":
            server.pay_by_web_atm(known.provider_ref)
        else:
            server.code_take(known.provider_ref, way)
            server.code_pay(known.provider_ref)
        with pytest.raises(GatewayRefused, match="pay it back by bank transfer"):
            self.give(gateway, known, 1200)

    def test_a_code_that_nobody_has_paid_is_not_given_back(
        self, server: Server, gateway: EcpayGateway
    ) -> None:
        known = begun(gateway)
        server.code_take(known.provider_ref, "ATM")
        with pytest.raises(GatewayRefused, match="has not been made"):
            self.give(gateway, known, 1200)

    def test_another_payment_is_not_given_back(self, server: Server, gateway: EcpayGateway) -> None:
        known = self.paid(server, gateway)
        asked = RefundWanted(reference(n=2), known, "2603020900009999", known.amount, "")
        with pytest.raises(GatewayRefused, match="has not been made"):
            gateway.payment_refund(asked)

    def test_without_the_check_code_nothing_can_be_given_back(self, server: Server) -> None:
        """And no digits of cards are asked for, and no books about them."""
        gateway = gateway_at(server)
        known = self.paid(server, gateway)
        assert gateway.capabilities == Capabilities(
            {"TWD": 0}, refunds=False, closes=False, acknowledgement="1|OK"
        )
        assert b"card4no" not in server.notice(known.provider_ref)
        with pytest.raises(GatewayRefused, match="check code"):
            self.give(gateway, known, 1200)
        assert "/CreditDetail/QueryTrade/V2" not in server.asked

    def test_a_wrong_check_code(self, server: Server) -> None:
        gateway = gateway_at(server, credit_check_code="1")
        known = self.paid(server, gateway)
        with pytest.raises(GatewayUnavailable, match="does not find the card payment: error"):
            gateway.payments_of(known)


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


class Receiver:
    """The company's own server, which keeps what it is sent and gives one answer."""

    url = ""
    answer = b""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []


@pytest.fixture
def received() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(receiver.answer)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    http = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{http.server_port}/"
    yield receiver
    http.shutdown()
    thread.join()
    http.server_close()
