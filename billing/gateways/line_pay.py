"""LINE Pay, Online API v3, for merchants in Taiwan.

The payer agrees on LINE Pay's page, and the money comes when we then ask for it (`payment_capture`; LINE Pay says
"confirm", and captures by itself). Nobody tells us that the payer has agreed: in this flow LINE Pay sends no messages,
it only sends the payer's browser back to `return_url`, unsigned. So `payments_of` has to be asked: when the browser
comes back, and from time to time for those that do not.

Sources: https://developers-pay.line.me/online-api-v3 and its pages, named below by their last word ("request-payment"),
and https://developers-pay.line.me/online/pre-requisites for the signature. LINE Pay answers 200 to everything; its
`returnCode` says how it went. What the sandbox was seen to do is said to be that: it was recorded by others, in the
repositories mixocreative/ecommerce-cia (September 2026) and paid-tw/payment (August 2026).
"""

import base64
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

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
from billing.gateways.http import ask, understood
from billing.gateways.units import money, provider_units

_PAYMENTS = "/v3/payments"

_CURRENCIES = {"TWD": 0}
"""Whole dollars. "request-payment" also lists USD and THB, without saying how cents are written; yen are gone with LINE
Pay Japan (developers-pay.line.me/api-change-log, May 2025)."""

_PAGE_LASTS = timedelta(minutes=20)
"""The "timeout (20min)" of code 0121 in the older reference (pay.line.me/documents/online_v3_en.html, as repeated by
enylin/line-pay-merchant). Today's "check-payment-request-status" speaks of a waiting time without a number."""

_READ_S = 20
_CONFIRM_READ_S = 45
"""LINE Pay asks to wait at least 20 s for an answer, and 40 s for that of "confirm-payment"."""

_LOCALES = {"zh-hant": "zh_TW"}
"""Our languages in LINE Pay's words ("request-payment", options.display.locale), English for all others."""

# What "check-payment-request-status" answers.
_AGREED, _CANCELLED, _FAILED, _COMPLETED = "0110", "0121", "0122", "0123"

_NOT_TAKEN = {
    _AGREED: PaymentState.AUTHORISED,
    _CANCELLED: PaymentState.EXPIRED,  # by the payer, or by time: LINE Pay does not say which
    _FAILED: PaymentState.DECLINED,
}

_PAY_STATUS = {
    "CAPTURE": PaymentState.SUCCEEDED,
    # These three only where somebody has had the merchant's captures separated, which we do not ask for.
    "AUTHORIZATION": PaymentState.PENDING,
    "VOIDED_AUTHORIZATION": PaymentState.DECLINED,
    "EXPIRED_AUTHORIZATION": PaymentState.EXPIRED,
}
"""`info[].payStatus` of "retrieve-payment-details". Its own example leaves it out for a payment that is captured."""

# "Result code" of online-api-v3.
_GOOD = "0000"
_NO_SUCH_PAYMENT = "1150"
_ALREADY = {"1152", "1172"}
"""A transaction of that id, or of that order, exists. The sandbox answers a second confirmation with 1172."""
_AGAIN = {"1145", "1198", "1199", "1280", "1999", "9000"}
_TEMPORARY = "190"  # and a digit
"""In progress, asked twice at once, or an error for the moment, LINE Pay's own or the card company's: what was asked
may have happened. 1999 is among those that "refund" says may be asked again."""


class LinePayGateway:
    """One LINE Pay channel: `account.values` has its "channel_id" and "channel_secret". See base.Gateway.

    `clock` says when a checkout was opened, and when a state was seen for which LINE Pay names no time.
    """

    capabilities = Capabilities(
        currencies=_CURRENCIES, closes=True, captures=True, repeats=False, tells=False
    )

    def __init__(self, account: Account, clock: Callable[[], datetime] = timezone.now) -> None:
        """Raises AccountUnusable."""
        self._base_url = account.base_url
        self._channel_id = account.value("channel_id")
        self._secret = account.value("channel_secret")
        self._clock = clock

    def checkout_open(self, wanted: CheckoutWanted) -> Checkout:
        """Open LINE Pay's page for the reference ("request-payment"); it is good for 20 minutes.

        LINE Pay does not give back a checkout that is open: it refuses a reference that it knows (1172), so this raises
        GatewayRefused the second time. After GatewayUnavailable too the caller goes on with a new reference: nobody
        has the address of the page that may have been opened, and what is agreed to there is never captured.
        """
        opened_at = self._clock()
        info = self._post(f"{_PAYMENTS}/request", _request(wanted)).result()
        with understood("LINE Pay"):
            return Checkout(
                provider_ref=str(info["transactionId"]),
                url=str(info["paymentUrl"]["web"]),
                expires_at=min(opened_at + _PAGE_LASTS, wanted.expires_at),
            )

    def checkout_close(self, checkout: Known) -> None:
        """Do nothing, or raise GatewayRefused when the money has been taken.

        LINE Pay can withdraw a confirmed payment that waits to be captured ("void"), not a request that waits for its
        payer. It need not: no money comes without `payment_capture`, and a caller does not capture what it has closed.
        """
        if self._status(checkout) == _COMPLETED:
            raise GatewayRefused("this checkout has been paid")

    def payments_of(self, checkout: Known) -> list[ProviderPayment]:
        """The payment of this checkout, if its payer has done anything: a LINE Pay transaction is one attempt.

        LINE Pay names a time only for what it has taken; until then `happened_at` is the time of asking. Raises
        GatewayRefused for a checkout that LINE Pay does not know.
        """
        return self._taken(checkout) or self._not_taken(checkout)

    def payment_capture(self, checkout: Known) -> None:
        """Take the money of a payer who has agreed ("confirm-payment"); nothing happens when it has been taken.

        May take more than a minute. After GatewayUnavailable it may have been taken: ask `payments_of`, or just again.
        """
        status = self._status(checkout)
        if status == _COMPLETED:
            return
        # To confirm before the payer has agreed ends the payer's page: seen in the sandbox, 1169 and then 0122.
        if status != _AGREED:
            raise GatewayRefused(f"the payer has not agreed: LINE Pay says {status}")
        answer = self._post(
            f"{_PAYMENTS}/{checkout.provider_ref}/confirm",
            {"amount": provider_units(checkout.amount, _CURRENCIES), "currency": checkout.amount.currency},
            read_s=_CONFIRM_READ_S,
        )
        if answer.code in _ALREADY and self._taken(checkout):
            return
        answer.result()

    def payment_refund(self, wanted: RefundWanted) -> ProviderRefund:
        """Give money back ("refund"), at once, in as many parts as wanted.

        LINE Pay takes no reference for a refund: asked twice it pays twice, and its books do not say which is which. So
        after GatewayUnavailable the caller looks in `payments_of` for a refund that it does not know, before it asks
        again. Refused when the time for refunds is over (1163), above what is left (1164), when nothing is left (1165).
        """
        units = provider_units(wanted.amount, _CURRENCIES)
        if units <= 0:  # LINE Pay takes no amount for the whole amount
            raise GatewayRefused(f"a refund of {wanted.amount} is none")
        info = self._post(f"{_PAYMENTS}/{wanted.payment_ref}/refund", {"refundAmount": units}).result()
        with understood("LINE Pay"):
            return ProviderRefund(
                provider_ref=str(info["refundTransactionId"]),
                reference=None,
                state=RefundState.SUCCEEDED,
                amount=wanted.amount,
                happened_at=_moment(info["refundTransactionDate"]),
            )

    def notice_read(self, raw_body: bytes, headers: Mapping[str, str]) -> Notice:
        """Raise NoticeForged, always."""
        raise NoticeForged(
            "LINE Pay sends no messages for payments on its page, so this is not from LINE Pay"
        )

    def _taken(self, checkout: Known) -> list[ProviderPayment]:
        """The payment, once it is confirmed ("retrieve-payment-details"); nothing before."""
        answer = self._get(_PAYMENTS, f"transactionId={checkout.provider_ref}")
        if answer.code == _NO_SUCH_PAYMENT:
            return []
        with understood("LINE Pay"):
            found = answer.result() or []
            return [_payment(one) for one in found if str(one["transactionId"]) == checkout.provider_ref]

    def _not_taken(self, checkout: Known) -> list[ProviderPayment]:
        status = self._status(checkout)
        if status == _COMPLETED:  # since we asked for what was taken
            taken = self._taken(checkout)
            if not taken:
                raise GatewayUnavailable("LINE Pay has completed a payment that it does not list yet")
            return taken
        if status not in _NOT_TAKEN:
            return []
        return [ProviderPayment(checkout.provider_ref, _NOT_TAKEN[status], checkout.amount, self._clock())]

    def _status(self, checkout: Known) -> str:
        """How far the payer is ("check-payment-request-status"): 0000 is not begun, or one of the codes above."""
        answer = self._get(f"{_PAYMENTS}/requests/{checkout.provider_ref}/check")
        if answer.code != _COMPLETED and answer.code not in _NOT_TAKEN:
            answer.result()
        return answer.code

    def _get(self, path: str, query: str = "") -> "_Answer":
        url = f"{self._base_url}{path}?{query}".removesuffix("?")
        return _read(ask("GET", url, headers=self._signed(path, query), timeout_s=_READ_S).content)

    def _post(self, path: str, body: Mapping[str, object], read_s: float = _READ_S) -> "_Answer":
        content = json.dumps(body)  # once: what is signed has to be what is sent, byte for byte
        url, headers = self._base_url + path, self._signed(path, content)
        return _read(ask("POST", url, headers=headers, content=content, timeout_s=read_s).content)

    def _signed(self, path: str, said: str) -> dict[str, str]:
        """The headers of one call ("online-api-v3", Request header)."""
        nonce = str(uuid4())
        secret = self._secret
        return {
            "Content-Type": "application/json",
            "X-LINE-ChannelId": self._channel_id,
            "X-LINE-Authorization-Nonce": nonce,
            "X-LINE-Authorization": signature(secret, path, said, nonce),
        }


def signature(secret: str, path: str, said: str, nonce: str) -> str:
    """The proof that it is we who say this ("pre-requisites", Handle API credentials).

    `said` is the body of a POST, or the query of a GET without its question mark.
    """
    message = f"{secret}{path}{said}{nonce}"
    return base64.b64encode(hmac.digest(secret.encode(), message.encode(), "sha256")).decode()


@dataclass(frozen=True, slots=True)
class _Answer:
    code: str
    message: str
    info: Any

    def result(self) -> Any:
        """What was asked for. Raises GatewayUnavailable or GatewayRefused for a code that is not a good one."""
        if self.code == _GOOD:
            return self.info
        problem = f"LINE Pay answered {self.code}: {self.message}"
        if self.code in _AGAIN or self.code.startswith(_TEMPORARY):
            raise GatewayUnavailable(problem)
        raise GatewayRefused(problem)


def _read(content: bytes) -> _Answer:
    """Read an answer, numbers as they are written: a float would change a transaction id of 19 digits.

    LINE Pay's page shows errors with a numeric `resultCode` and a `statusMessage` too.
    """
    with understood("LINE Pay"):
        said = json.loads(content, parse_float=Decimal)
        code = said["returnCode"] if "returnCode" in said else said["resultCode"]
        message = said.get("returnMessage", said.get("statusMessage", ""))
        return _Answer(str(code), str(message), said.get("info"))


def _request(wanted: CheckoutWanted) -> dict[str, object]:
    """The body of "request-payment": one package of one thing."""
    units = provider_units(wanted.amount, _CURRENCIES)
    thing = {"name": wanted.description, "quantity": 1, "price": units}
    return {
        "amount": units,
        "currency": wanted.amount.currency,
        "orderId": str(wanted.reference),
        "packages": [{"id": "1", "amount": units, "products": [thing]}],
        "redirectUrls": {"confirmUrl": wanted.return_url, "cancelUrl": wanted.return_url},
        "options": {"display": {"locale": _LOCALES.get(wanted.language, "en")}},
    }


def _payment(said: Mapping[str, Any]) -> ProviderPayment:
    """One of `info[]` of "retrieve-payment-details". The payer may pay in parts: by card, and with LINE's points.

    The page promises `packages` always, and `payInfo`, if one reads it closely, only with refunds.
    """
    currency = said["currency"]
    parts = said.get("payInfo") or said["packages"]
    return ProviderPayment(
        provider_ref=str(said["transactionId"]),
        state=_PAY_STATUS[said.get("payStatus") or "CAPTURE"],
        amount=money(sum(_whole(part["amount"]) for part in parts), currency, _CURRENCIES),
        happened_at=_moment(said["transactionDate"]),
        method="+".join(part["method"] for part in parts if "method" in part),
        refunds=tuple(sorted(_refunds(said, currency), key=lambda refund: refund.happened_at)),
    )


def _refunds(said: Mapping[str, Any], currency: str) -> Iterator[ProviderRefund]:
    for one in said.get("refundList") or []:
        yield ProviderRefund(
            provider_ref=str(one["refundTransactionId"]),
            reference=None,
            state=RefundState.SUCCEEDED,
            # -40 for forty dollars given back, in the page's example and in the sandbox
            amount=money(abs(_whole(one["refundAmount"])), currency, _CURRENCIES),
            happened_at=_moment(one["refundTransactionDate"]),
        )


def _whole(amount: int | Decimal) -> int:
    """Raises ValueError for an amount that is not whole."""
    whole = int(amount)
    if whole != amount:
        raise ValueError(f"{amount} is not whole")
    return whole


def _moment(said: str) -> datetime:
    """Raises ValueError for a time without its zone."""
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is None:
        raise ValueError(f"{said} names no time zone")
    return moment
