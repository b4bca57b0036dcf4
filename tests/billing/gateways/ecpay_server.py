"""ECPay as its documentation describes it, on this machine: the payer's page, the merchant's API, the messages.

Written from developers.ecpay.com.tw (?p=2864, 2874, 2878, 2881, 2885, 2890, 2894, 2902, 5675), with code of its own for
the signature. Answers have the shape that the test environment was seen to give. How a refund looks in a card's details
is not documented; here it is a row with a negative amount.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

import httpx

from tests.billing.gateways.imitation import Answer, Imitation, Request
from tests.log_watch import secret

TAIPEI = ZoneInfo("Asia/Taipei")

# The merchant that ECPay publishes for tests: github.com/ECPay/SDK_PHP, example/Payment/Aio.
MERCHANT = "3002607"
HASH_KEY, HASH_IV, CHECK_CODE = map(secret, ("pwFHCqoQZGmho4w6", "EkRm7iFT261dpevs", "62861749"))

WAYS = ("Credit", "WebATM", "ATM", "CVS", "BARCODE", "ApplePay", "TWQR", "BNPL", "WeiXin")
CODES = {
    "ATM": ("ATM_TAISHIN", "2"),
    "CVS": ("CVS_CVS", "10100073"),
    "BARCODE": ("BARCODE_BARCODE", "10100073"),
}

_LONGEST = {
    "MerchantID": 10,
    "MerchantTradeNo": 20,
    "MerchantTradeDate": 20,
    "PaymentType": 20,
    "TradeDesc": 200,
    "ItemName": 400,
    "ReturnURL": 200,
    "ChoosePayment": 20,
    "ClientBackURL": 200,
    "PaymentInfoURL": 200,
    "IgnorePayment": 100,
    "Language": 3,
}
_REQUIRED = [*list(_LONGEST)[:8], "TotalAmount", "EncryptType"]


@dataclass
class Row:
    """A line of a card's details."""

    status: str
    amount: int
    at: datetime
    number: str


@dataclass
class Order:
    form: dict[str, str]
    trade_no: str
    made_at: datetime
    status: str = "0"
    payment_type: str = ""
    deadline: datetime | None = None
    paid_at: datetime | None = None
    authorisation: str = ""
    card: str = ""
    rows: list[Row] = field(default_factory=list)

    @property
    def amount(self) -> int:
        return int(self.form["TotalAmount"])

    @property
    def offered(self) -> set[str]:
        """The ways to pay that ECPay's page shows."""
        return set(WAYS) - set(self.form.get("IgnorePayment", "").split("#"))


class EcpayServer(Imitation):
    """ECPay for one merchant: `with EcpayServer() as server`, at `server.url`. `asked` is every path that was called.

    Its clock `now` goes by itself until somebody sets it. It may be down, or crowded (403 to everybody), lose the
    answers of one path after having done what was asked, refuse one Action, or misstate fields of its books.
    """

    content_type = "text/html; charset=utf-8"

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now
        self.key, self.iv = HASH_KEY, HASH_IV
        self.orders: dict[str, Order] = {}
        self.asked: list[str] = []
        self.is_down = self.is_crowded = False
        self.loses_answers_of = self.refuses = ""
        self.misstates: dict[str, str] = {}
        self._rows = 2782342

    @property
    def now(self) -> datetime:
        return self._now or datetime.now(UTC)

    @now.setter
    def now(self, now: datetime) -> None:
        self._now = now

    # What the payer does, after the browser has posted the form.

    def pay_by_card(self, number: str) -> None:
        order = self._payable(number, "Credit")
        self._paid(order, "Credit_CreditCard")
        order.authorisation, order.card = str(13475885 + list(self.orders).index(number)), "已授權"

    def pay_by_web_atm(self, number: str) -> None:
        self._paid(self._payable(number, "WebATM"), "WebATM_TAISHIN")

    def code_take(self, number: str, way: str) -> datetime:
        """A number or code is issued; until when it can be paid."""
        order = self._payable(number, way)
        order.payment_type = CODES[way][0]
        order.deadline = self._deadline(order, way)
        return order.deadline

    def code_pay(self, number: str) -> None:
        order = self.orders[number]
        assert order.deadline is not None
        assert self.now <= order.deadline, "this code is not good any more"
        self._paid(order, order.payment_type)

    def give_up(self, number: str) -> None:
        """The bank declines, or the payer lets a code expire."""
        self.orders[number].status = "10200095"

    # What ECPay and the merchant's staff do in the back office.

    def day_close(self) -> None:
        """20:15: everything authorised is captured, and refunds go to the banks."""
        for order in self.orders.values():
            if order.card == "已授權":
                self._row(order, order.amount, "要關帳")
            for row in order.rows:
                row.status = "已關帳" if row.status == "要關帳" else row.status
            order.card = order.rows[-1].status if order.rows else order.card

    def capture(self, number: str) -> None:
        """Captured by hand: it goes to the bank this evening."""
        self._row(self.orders[number], self.orders[number].amount, "要關帳")

    def capture_cancel(self, number: str) -> None:
        order = self.orders[number]
        order.card = order.rows[-1].status = "操作取消"

    def refund(self, number: str, amount: int) -> None:
        self._row(self.orders[number], -amount, "要關帳")

    def refund_cancel(self, number: str) -> None:
        self.orders[number].rows[-1].status = "已取消"

    # Messages.

    def notice(self, number: str, *, simulated: bool = False, again: bool = False) -> bytes:
        """What ECPay sends about an order: that a code was issued, or that it was paid."""
        order = self.orders[number]
        is_issued = order.status == "0" and not simulated
        code = (
            next((c for kind, c in CODES.values() if kind == order.payment_type), "1") if is_issued else "1"
        )
        said = {
            "MerchantID": MERCHANT,
            "MerchantTradeNo": number,
            "PaymentType": order.payment_type or "Credit_CreditCard",
            "RtnCode": code,
            "RtnMsg": "Get Code Succeeded" if is_issued else "paid" if again else "交易成功",
            "StoreID": "",
            "TradeAmt": order.form["TotalAmount"],
            "TradeDate": _written(order.made_at),
            "TradeNo": order.trade_no,
        }
        if not is_issued:
            said |= {
                "PaymentDate": _written(order.paid_at or self.now),
                "SimulatePaid": "1" if simulated else "0",
            }
            said |= self._extra(order)
        return urlencode(self.signed(said)).encode()

    def send(self, number: str, *, again: bool = False) -> bool:
        """Post the message to the address in the order's form; whether the answer was 1|OK."""
        order = self.orders[number]
        to = order.form["ReturnURL" if order.status == "1" else "PaymentInfoURL"]
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return httpx.post(to, content=self.notice(number, again=again), headers=form).content == b"1|OK"

    def signed(self, said: Mapping[str, str]) -> dict[str, str]:
        return {**dict(sorted(said.items())), "CheckMacValue": self.mac(said)}

    def mac(self, said: Mapping[str, str]) -> str:
        """CheckMacValue, from the table of characters of ?p=2902."""
        names = sorted((n for n in said if n != "CheckMacValue"), key=str.casefold)
        text = f"HashKey={self.key}&{''.join(f'{n}={said[n]}&' for n in names)}HashIV={self.iv}"
        escaped = "".join(
            chr(b).lower() if re.match(r"[\w.!*()-]", chr(b), re.ASCII) else "+" if b == 0x20 else f"%{b:02x}"
            for b in text.encode()
        )
        return hashlib.sha256(escaped.encode()).hexdigest().upper()

    # The pages. Each gets a form and gives the text of an answer.

    def reply(self, request: Request) -> Answer | None:
        self.asked.append(request.target)
        if self.is_down or self.is_crowded:
            return Answer(503 if self.is_down else 403, b"")
        form = parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True)
        text = _PAGES[request.target](self, dict(form))
        return None if request.target == self.loses_answers_of else Answer(200, text.encode())

    def checkout_page(self, said: dict[str, str]) -> str:
        problem = self._form_problem(said)
        if problem:
            return f"<html>{problem}</html>"
        number = said["MerchantTradeNo"]
        made_at = self.now.astimezone(TAIPEI)
        self.orders[number] = Order(said, f"{made_at:%y%m%d%H%M%S}{len(self.orders):04}", made_at)
        return f"<html>{' '.join(sorted(self.orders[number].offered))}</html>"

    def order_page(self, said: dict[str, str]) -> str:
        if problem := self._signature_problem(said):
            return f"0|{problem}"
        if abs(self.now.timestamp() - int(said["TimeStamp"])) > 180:
            return "0|TimeStamp Error"
        number = said["MerchantTradeNo"]
        answer = self.signed({**self._books(number, self.orders.get(number)), **self.misstates})
        # The test environment escapes nothing.
        return "&".join(f"{name}={value}" for name, value in {**answer, **self.misstates}.items())

    def card_page(self, said: dict[str, str]) -> str:
        order = next((o for o in self.orders.values() if o.authorisation == said["CreditRefundId"]), None)
        if self._signature_problem(said) or said["CreditCheckCode"] != CHECK_CODE:
            return json.dumps({"RtnMsg": "error", "RtnValue": None})
        if order is None or said["CreditAmount"] != str(order.amount):
            return json.dumps({"RtnMsg": "error_nopay", "RtnValue": None})
        details = {
            "TradeID": order.authorisation,
            "amount": str(order.amount),
            "clsamt": str(sum(row.amount for row in order.rows if row.status == "已關帳")),
            "authtime": _half_day(order.made_at),
            "status": order.card,
            "close_data": [
                {
                    "status": row.status,
                    "sno": row.number,
                    "amount": str(row.amount),
                    "datetime": _half_day(row.at),
                }
                for row in reversed(order.rows)
            ],
        }
        return json.dumps({"RtnMsg": "", "RtnValue": details})

    def action_page(self, said: dict[str, str]) -> str:
        order = self.orders.get(said["MerchantTradeNo"])
        problem = self._signature_problem(said) or self._action(order, said)
        names = ("MerchantID", "MerchantTradeNo", "TradeNo")
        return urlencode(
            {**{n: said[n] for n in names}, "RtnCode": "0" if problem else "1", "RtnMsg": problem or "OK"}
        )

    def _form_problem(self, said: dict[str, str]) -> str:
        wrong = [name for name in _REQUIRED if not said.get(name)]
        wrong += [name for name, longest in _LONGEST.items() if len(said.get(name, "")) > longest]
        wrong += [name for name, value in said.items() if re.search(r"[<>&%+]|\A\s|\s\Z", value)]
        patterns = {
            "MerchantTradeNo": r"[A-Za-z0-9]{1,20}",
            "MerchantTradeDate": r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d",
            "PaymentType": "aio",
            "TotalAmount": r"[1-9]\d*",
            "TradeDesc": r"[^\x00-\x1f!-/:-@\[-`{-\x7f]+",
            "ItemName": r"[^#]+",
            "ReturnURL": r"https?://[!-~]+",
            "EncryptType": "1",
            "ExpireDate": r"|[1-9]|[1-5]\d|60",
            "StoreExpireDate": r"|[1-9]\d{0,4}",
            "Language": r"|ENG|KOR|JPN|CHI",
        }
        wrong += [name for name, good in patterns.items() if not re.fullmatch(good, said.get(name, ""))]
        if wrong:
            return f"10200052 {' '.join(wrong)} Error"
        if said["MerchantTradeNo"].upper() in {number.upper() for number in self.orders}:
            return "10300028 訂單編號重覆,建立失敗"
        return self._signature_problem(said)

    def _signature_problem(self, said: dict[str, str]) -> str:
        if said["MerchantID"] != MERCHANT or said.get("CheckMacValue") != self.mac(said):
            return "10200073 CheckMacValue Error"
        return ""

    def _books(self, number: str, order: Order | None) -> dict[str, str]:
        if order is None:
            nothing = dict.fromkeys(("ItemName", "PaymentDate", "PaymentType", "TradeDate", "TradeNo"), "")
            zero = dict.fromkeys(("HandlingCharge", "PaymentTypeChargeFee", "TradeAmt"), "0")
            return {
                **nothing,
                **zero,
                "MerchantID": MERCHANT,
                "MerchantTradeNo": number,
                "TradeStatus": "10200047",
            }
        return {
            **{f"CustomField{n}": "" for n in range(1, 5)},
            "HandlingCharge": "0",
            "ItemName": order.form["ItemName"],
            "MerchantID": MERCHANT,
            "MerchantTradeNo": number,
            "PaymentDate": _written(order.paid_at) if order.paid_at else "",
            "PaymentType": order.payment_type,
            "PaymentTypeChargeFee": "0",
            "StoreID": "",
            "TradeAmt": order.form["TotalAmount"],
            "TradeDate": _written(order.made_at),
            "TradeNo": order.trade_no,
            "TradeStatus": order.status,
            **self._extra(order),
        }

    def _extra(self, order: Order) -> dict[str, str]:
        if order.form.get("NeedExtraPaidInfo") != "Y" or order.status != "1":
            return {}
        return {"gwsr": order.authorisation or "0", "card4no": "2222", "card6no": "431195", "eci": "5"}

    def _action(self, order: Order | None, said: dict[str, str]) -> str:
        """Do it, or say why not: the table of ?p=2885."""
        if order is None or order.trade_no != said["TradeNo"] or not order.authorisation:
            return "error_nopay"
        if time(20, 15) <= self.now.astimezone(TAIPEI).time() <= time(20, 30):
            return "error_closing"
        if said["Action"] == self.refuses:
            return "error_busy"
        amount, is_whole = int(said["TotalAmount"]), int(said["TotalAmount"]) == order.amount
        left = sum(row.amount for row in order.rows if row.status in ("要關帳", "已關帳"))
        match said["Action"], order.card:
            case "N", "已授權" | "操作取消" if is_whole:
                order.card = "已取消"
            case "E", "要關帳" if is_whole:
                order.card = order.rows[-1].status = "操作取消"
            case "R", "要關帳" | "已關帳" if amount <= left:
                self._row(order, -amount, "要關帳")
            case _:
                return "error_status"
        return ""

    def _row(self, order: Order, amount: int, status: str) -> None:
        self._rows += 1
        order.rows.append(Row(status, amount, self.now, str(self._rows)))
        order.card = status

    def _payable(self, number: str, way: str) -> Order:
        order = self.orders[number]
        assert way in order.offered, f"{way} is not offered"
        assert not order.payment_type, "a way to pay has been chosen"
        return order

    def _paid(self, order: Order, payment_type: str) -> None:
        order.status, order.payment_type, order.paid_at = "1", payment_type, self.now

    def _deadline(self, order: Order, way: str) -> datetime:
        if way == "ATM":
            last = self.now.astimezone(TAIPEI).date() + timedelta(days=int(order.form.get("ExpireDate", "3")))
            return datetime.combine(last, time(23, 59, 59), TAIPEI)
        if way == "BARCODE":
            return self.now + timedelta(days=int(order.form.get("StoreExpireDate", "7")))
        return self.now + timedelta(minutes=int(order.form.get("StoreExpireDate", "10080")))


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(TAIPEI):%Y/%m/%d %H:%M:%S}"


def _half_day(moment: datetime) -> str:
    """As a Taiwanese Windows writes it, and the details of a card: 2026/3/2 上午 09:00:00."""
    at = moment.astimezone(TAIPEI)
    half = "上午" if at.hour < 12 else "下午"
    return f"{at.year}/{at.month}/{at.day} {half} {at:%I:%M:%S}"


_PAGES: dict[str, Callable[[EcpayServer, dict[str, str]], str]] = {
    "/Cashier/AioCheckOut/V5": EcpayServer.checkout_page,
    "/Cashier/QueryTradeInfo/V5": EcpayServer.order_page,
    "/CreditDetail/QueryTrade/V2": EcpayServer.card_page,
    "/CreditDetail/DoAction": EcpayServer.action_page,
}
