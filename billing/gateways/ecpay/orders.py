"""The order form: what the payer's browser posts to ECPay to begin a checkout.

Source: developers.ecpay.com.tw/?p=2864 ("ALL", the payer chooses), ?p=2874 for what convenience stores (CVS, BARCODE)
add and its neighbour for transfers (ATM), ?p=2858 for what no field may hold. Lengths are those of the pages.
"""

import unicodedata
from base64 import b32encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.gateways.base import CheckoutWanted, GatewayRefused
from billing.gateways.units import provider_units

CURRENCIES = {"TWD": 0}
"""Whole New Taiwan dollars and nothing else: ?p=2864, TotalAmount."""

TAIPEI = ZoneInfo("Asia/Taipei")
"""Every time that ECPay writes is Taiwan's, without saying so."""
TIME = "%Y/%m/%d %H:%M:%S"

_LANGUAGES: Mapping[str, Mapping[str, str]] = {"zh-hant": {}}
"""ECPay's page is in Chinese unless it is told otherwise; English for all other languages of ours."""

_LONGEST_TEXT = 200
"""TradeDesc holds as many. ItemName holds 400, of which ECPay cuts some (?p=45958 advises 200), and a cut breaks the
signature."""
_LONGEST_ADDRESS = 200

_TRANSFER_DAYS = 60
"""The longest that a number for a bank transfer can be good for: ExpireDate, 1 to 60 days."""
_CODE_DAYS = 7
"""How long a code or barcode for a convenience store is good for when we say nothing: ?p=2874, StoreExpireDate."""


def trade_no(reference: UUID) -> str:
    """MerchantTradeNo, ECPay's name for the checkout of `reference`: always the same, 20 of A-Z and 2-7.

    It is the first 100 bits of the reference's SHA-256. A UUID does not fit into 20 letters and digits, and of 2**50
    references two would share a name. One case only: ECPay allows both and its signature does not tell them apart.
    """
    return b32encode(sha256(reference.bytes).digest()).decode()[:20]


def opened_at(reference: UUID) -> datetime:
    """When the checkout was made, to the second, by the clock in its UUIDv7, so that its form is always the same.

    Raises ValueError for a reference that has no clock in it.
    """
    if reference.version != 7:
        raise ValueError(f"{reference} is not a UUIDv7")
    return datetime.fromtimestamp((reference.int >> 80) // 1000, UTC).astimezone(TAIPEI)


def order_fields(wanted: CheckoutWanted, merchant_id: str) -> dict[str, str]:
    """The form, unsigned. Raises GatewayRefused for an amount or an address that ECPay does not take.

    Of the addresses for the browser we give ClientBackURL, a button. OrderResultURL would have ECPay post the result
    to us through the browser, which proves nothing, and takes the button away.
    """
    units = provider_units(wanted.amount, CURRENCIES)
    if units < 1:
        raise GatewayRefused(f"ECPay cannot collect {wanted.amount}")
    number, opened = trade_no(wanted.reference), opened_at(wanted.reference)
    return {
        "MerchantID": merchant_id,
        "MerchantTradeNo": number,
        "MerchantTradeDate": opened.strftime(TIME),
        "PaymentType": "aio",
        "TotalAmount": str(units),
        "ItemName": _plain(wanted.description, keep="-.,:()/") or number,
        "TradeDesc": _plain(wanted.description) or number,
        "ReturnURL": _address(wanted.notice_url),
        "PaymentInfoURL": _address(wanted.notice_url),
        "ClientBackURL": _address(wanted.return_url),
        "ChoosePayment": "ALL",
        "EncryptType": "1",
        **_LANGUAGES.get(wanted.language, {"Language": "ENG"}),
        **_deadlines(opened, wanted.expires_at.astimezone(TAIPEI)),
    }


def _deadlines(opened: datetime, expires_at: datetime) -> dict[str, str]:
    """How long the numbers and codes are good for that ECPay may issue, so that none outlives the checkout; a way to
    pay that cannot be kept that short is not offered.

    A transfer can be made until the end of a day. One field is minutes for codes and days for barcodes (?p=2874), so
    both can be offered only with ECPay's own term. BNPL is never offered: what ECPay calls paid there is a loan
    that somebody has applied for (?p=2890, TradeStatus).
    """
    fields, hidden = {}, ["BNPL"]
    days = (expires_at.date() - opened.date()).days - 1
    if days >= 1:
        fields["ExpireDate"] = str(min(days, _TRANSFER_DAYS))
    else:
        hidden.append("ATM")
    left = expires_at - opened
    if left < timedelta(days=_CODE_DAYS + 1):
        fields["StoreExpireDate"] = str(max(1, left // timedelta(minutes=1)))
        hidden.append("BARCODE")
    return {**fields, "IgnorePayment": "#".join(hidden)}


def _plain(text: str, keep: str = "") -> str:
    """`text` without what ECPay refuses or mangles: marks and symbols (# would begin another item, <> is taken for an
    attack, & and + garble its answers), and characters beyond the first 65,536. Letters, digits and `keep` stay."""
    normal = unicodedata.normalize("NFC", text)
    words = "".join(one if _is_plain(one) or one in keep else " " for one in normal).split()
    return " ".join(words)[:_LONGEST_TEXT].rstrip()


def _is_plain(character: str) -> bool:
    return ord(character) <= 0xFFFF and unicodedata.category(character)[0] in "LMN"


def _address(url: str) -> str:
    """Raises GatewayRefused for one that is too long, or that is not plain ASCII: ?p=2858 wants punycode."""
    if len(url) > _LONGEST_ADDRESS or not url.isascii() or set(url) & set(";|`"):
        raise GatewayRefused(f"ECPay does not take the address {url!r}")
    return url
