"""LINE Pay, as its documentation describes it, behind a port of this machine. It keeps books and refuses what LINE Pay
refuses. It takes nothing from the gateway that it is there to test, the signature least of all.

From https://developers-pay.line.me/online-api-v3 (for what is here v4 has other paths, and nothing else that is new).
Where the pages are silent it does what the sandbox was seen to do (by whom: billing/gateways/line_pay.py): 1150 for
the details of a payment that is not confirmed, 1169 and then 0122 for one confirmed before its payer agreed, 1172 for
one confirmed twice, refunds as amounts below zero. Guesses are that a reference is known from its first request on, and
that the 20 minutes go on for a payer who has agreed.
"""

import base64
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from tests.billing.gateways.imitation import Answer, Imitation, Request
from tests.log_watch import secret

CHANNEL_ID = "1479113123"
CHANNEL_SECRET = secret("a8f5c1d0e2b94f6783c1")  # of nobody

WAITING, AGREED, CANCELLED, FAILED, COMPLETED = "0000", "0110", "0121", "0122", "0123"
PAGE_LASTS = timedelta(minutes=20)

_WORDS = {
    "0000": "Success.",
    "1104": "Non-existing merchant.",
    "1106": "A header information error.",
    "1150": "Transaction record not found.",
    "1153": "The payment amount is different than the requested amount.",
    "1163": "Unable to refund since refundable date is over.",
    "1164": "Exceeded refundable amount.",
    "1165": "A transaction already been refunded.",
    "1169": "Payment method and password must be certificated by LINE Pay.",
    "1172": "A record of transaction with the same order number already exists.",
    "1178": "The currency is not supported by the store.",
    "1180": "The payment is expired.",
    "2101": "Parameter error.",
    "2102": "JSON data format error.",
}


class Refused(Exception):
    """Answered with this code."""


@dataclass
class Refund:
    transaction_id: int
    amount: int
    happened_at: datetime


@dataclass
class Payment:
    """A request, and what became of it."""

    transaction_id: int
    asked: dict[str, Any]
    opened_at: datetime
    status: str = WAITING
    parts: dict[str, int] = field(default_factory=dict)
    card_is_good: bool = True
    taken_at: datetime | None = None
    refunds: list[Refund] = field(default_factory=list)

    @property
    def left(self) -> int:
        return int(self.asked["amount"]) - sum(refund.amount for refund in self.refunds)


class LinePayServer(Imitation):
    """`with LinePayServer() as line_pay:` answers at `line_pay.url` until the end of the block.

    `now` is its clock, which only moves when it is set. `calls` has the name of every call that came, in their order:
    request, check, details, confirm, refund.
    """

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
        self.calls: list[str] = []
        self.refunds_allowed = True
        self._payments: dict[int, Payment] = {}
        self._nonces: set[str] = set()
        self._answers: dict[str, list[str]] = {}
        self._losses: list[str] = []
        self._ids = 0
        self._lock = threading.RLock()

    # -- What the payer does on the page. Each gives the address at which the payer's browser then comes back.

    def pay(self, transaction_id: str, **parts: int) -> str:
        """Agree to pay, by card or in `parts` (CREDIT_CARD=100, POINT=20)."""
        payment = self._open(transaction_id)
        payment.status = AGREED
        payment.parts = parts or {"CREDIT_CARD": payment.asked["amount"]}
        return self._way_back(payment, "confirmUrl")

    def pay_with_a_bad_card(self, transaction_id: str) -> str:
        """Agree to pay with a card that its company will refuse when the money is taken."""
        back = self.pay(transaction_id)
        self._payments[int(transaction_id)].card_is_good = False
        return back

    def cancel(self, transaction_id: str) -> str:
        payment = self._open(transaction_id)
        payment.status = CANCELLED
        return self._way_back(payment, "cancelUrl")

    # -- What the company's own people do in LINE Pay's merchant centre.

    def refund_by_hand(self, transaction_id: str, amount: int) -> None:
        self._give_back(self._payments[int(transaction_id)], amount)

    # -- What goes wrong.

    def answers_next(self, call: str, text: str) -> None:
        """Answer the next call of that name with this, and do nothing of what it asks."""
        self._answers.setdefault(call, []).append(text)

    def says_next(self, call: str, code: str) -> None:
        self.answers_next(call, json.dumps({"returnCode": code, "returnMessage": "-"}))

    def loses_next(self, call: str) -> None:
        """Do what the next call of that name asks, and hang up instead of answering."""
        self._losses.append(call)

    # -- For a test that looks into the books.

    def asked(self, transaction_id: str) -> dict[str, Any]:
        """The body of the request for payment."""
        return self._payments[int(transaction_id)].asked

    # -- The protocol.

    def reply(self, request: Request) -> Answer | None:
        with self._lock:
            name, transaction_id, serve = self._route(request)
            self.calls.append(name)
            if self._answers.get(name):
                return Answer(200, self._answers[name].pop(0).encode())
            try:
                self._check_signature(request)
                said = serve(transaction_id, request)
            except Refused as refused:
                code = str(refused)
                said = {"returnCode": code, "returnMessage": _WORDS.get(code, "-")}
            if name in self._losses:
                self._losses.remove(name)
                return None
            return Answer(200, json.dumps(said).encode())  # 200 whatever it says

    def _route(self, request: Request) -> tuple[str, int, Callable[[int, Request], dict[str, Any]]]:
        path = urlsplit(request.target).path
        routes = {
            ("POST", "/v3/payments/request"): ("request", self._request),
            ("GET", "/v3/payments"): ("details", self._details),
            ("GET", "/v3/payments/requests/*/check"): ("check", self._check),
            ("POST", "/v3/payments/*/confirm"): ("confirm", self._confirm),
            ("POST", "/v3/payments/*/refund"): ("refund", self._refund),
        }
        number = re.search(r"/(\d+)/", path)
        shape = re.sub(r"/\d+/", "/*/", path)
        name, serve = routes[request.method, shape]
        return name, int(number.group(1)) if number else 0, serve

    def _check_signature(self, request: Request) -> None:
        nonce = request.headers["x-line-authorization-nonce"]
        UUID(nonce)
        if request.headers["x-line-channelid"] != CHANNEL_ID:
            raise Refused("1104")
        parts = urlsplit(request.target)
        signed = request.body if request.method == "POST" else parts.query.encode()
        mac = hmac.new(CHANNEL_SECRET.encode(), digestmod=hashlib.sha256)
        for piece in (CHANNEL_SECRET.encode(), parts.path.encode(), signed, nonce.encode()):
            mac.update(piece)
        theirs = base64.b64decode(request.headers["x-line-authorization"])
        if nonce in self._nonces or not hmac.compare_digest(mac.digest(), theirs):
            raise Refused("1106")
        self._nonces.add(nonce)

    def _request(self, _none: int, request: Request) -> dict[str, Any]:
        asked = _parsed(request.body)
        _check_request(asked)
        if any(payment.asked["orderId"] == asked["orderId"] for payment in self._payments.values()):
            raise Refused("1172")
        transaction_id = self._new_id()
        self._payments[transaction_id] = Payment(transaction_id, asked, self.now)
        web = f"{self.url}/web/payment/wait?transactionReserveId={transaction_id}"
        info = {
            "paymentUrl": {"web": web, "app": f"line://pay/payment/{transaction_id}"},
            "transactionId": transaction_id,
            "paymentAccessToken": "056579816895",
        }
        return {"returnCode": "0000", "returnMessage": "Success.", "info": info}

    def _check(self, transaction_id: int, _request: Request) -> dict[str, Any]:
        return {"returnCode": self._found(transaction_id).status, "returnMessage": "-"}

    def _details(self, _none: int, request: Request) -> dict[str, Any]:
        query = parse_qsl(urlsplit(request.target).query)
        wanted = [int(value) for name, value in query if name == "transactionId"]
        found = [payment for payment in self._payments.values() if payment.transaction_id in wanted]
        taken = [_detail(payment) for payment in found if payment.taken_at]
        if not taken:
            raise Refused("1150")
        return {"returnCode": "0000", "returnMessage": "Success.", "info": taken}

    def _confirm(self, transaction_id: int, request: Request) -> dict[str, Any]:
        payment, said = self._found(transaction_id), _parsed(request.body)
        if payment.status == WAITING:
            payment.status = FAILED
            raise Refused("1169")
        if payment.status != AGREED:
            raise Refused({COMPLETED: "1172", CANCELLED: "1180"}.get(payment.status, "1159"))
        if said != {"amount": payment.asked["amount"], "currency": payment.asked["currency"]}:
            raise Refused("1153")
        if not payment.card_is_good:
            payment.status = FAILED
            raise Refused("1298")
        payment.status, payment.taken_at = COMPLETED, self.now
        info = {
            "orderId": payment.asked["orderId"],
            "transactionId": transaction_id,
            "payInfo": _pay_info(payment),
        }
        return {"returnCode": "0000", "returnMessage": "Success.", "info": info}

    def _refund(self, transaction_id: int, request: Request) -> dict[str, Any]:
        payment = self._found(transaction_id)
        if not payment.taken_at:
            raise Refused("1150")
        refund = self._give_back(payment, _parsed(request.body).get("refundAmount", payment.left))
        info = {
            "refundTransactionId": refund.transaction_id,
            "refundTransactionDate": _date(refund.happened_at),
        }
        return {"returnCode": "0000", "returnMessage": "Success.", "info": info}

    def _give_back(self, payment: Payment, amount: int) -> Refund:
        if not self.refunds_allowed:
            raise Refused("1163")
        if not payment.left:
            raise Refused("1165")
        if amount > payment.left:
            raise Refused("1164")
        refund = Refund(self._new_id(), amount, self.now)
        payment.refunds.append(refund)
        return refund

    def _found(self, transaction_id: int) -> Payment:
        payment = self._payments.get(transaction_id)
        if payment is None:
            raise Refused("1150")
        if payment.status in (WAITING, AGREED) and self.now >= payment.opened_at + PAGE_LASTS:
            payment.status = CANCELLED
        return payment

    def _open(self, transaction_id: str) -> Payment:
        payment = self._found(int(transaction_id))
        assert payment.status == WAITING, f"LINE Pay's page says that this is over: {payment.status}"
        return payment

    def _way_back(self, payment: Payment, url: str) -> str:
        query = {"orderId": payment.asked["orderId"], "transactionId": payment.transaction_id}
        address = payment.asked["redirectUrls"][url]
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"

    def _new_id(self) -> int:
        """Nineteen digits from the day on, of which a float keeps seventeen."""
        self._ids += 1
        return int(f"{self.now:%Y%m%d}{1206549310 + self._ids:011d}")


def _check_request(asked: dict[str, Any]) -> None:
    """Refuse what "request-payment" does not allow."""
    try:
        packages, urls = asked["packages"], asked["redirectUrls"]
        total = sum(package["amount"] for package in packages)
        products = [(package, thing) for package in packages for thing in package["products"]]
        sums = [package["amount"] - thing["price"] * thing["quantity"] for package, thing in products]
        fits = (
            0 < len(asked["orderId"]) <= 100
            and all(0 < len(package["id"]) <= 50 for package in packages)
            and all(0 < len(thing["name"]) <= 4000 for _package, thing in products)
            and all(0 < len(urls[name]) <= 500 for name in ("confirmUrl", "cancelUrl"))
            and asked["options"]["display"]["locale"] in ("en", "ko", "th", "zh_TW", "zh_CN")
            and not any(sums)
        )
    except (KeyError, TypeError) as error:
        raise Refused("2101") from error
    if not fits or asked["amount"] != total or type(asked["amount"]) is not int or total <= 0:
        raise Refused("2101")
    if asked["currency"] != "TWD":
        raise Refused("1178")


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(body))
    except ValueError as error:
        raise Refused("2102") from error


def _detail(payment: Payment) -> dict[str, Any]:
    assert payment.taken_at
    return {
        "transactionId": payment.transaction_id,
        "transactionDate": _date(payment.taken_at),
        "transactionType": "PAYMENT",
        "payStatus": "CAPTURE",
        "productName": payment.asked["packages"][0]["products"][0]["name"],
        "currency": payment.asked["currency"],
        "orderId": payment.asked["orderId"],
        "payInfo": _pay_info(payment),
        "packages": [{"id": one["id"], "amount": one["amount"]} for one in payment.asked["packages"]],
        "refundList": [
            {
                "refundTransactionId": refund.transaction_id,
                "transactionType": "PAYMENT_REFUND"
                if refund.amount == payment.asked["amount"]
                else "PARTIAL_REFUND",
                "refundAmount": -refund.amount,
                "refundTransactionDate": _date(refund.happened_at),
            }
            for refund in reversed(payment.refunds)
        ],
    }


def _pay_info(payment: Payment) -> list[dict[str, Any]]:
    return [{"method": method, "amount": amount} for method, amount in payment.parts.items()]


def _date(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
