"""ECPay 綠界, all in one (AIO): cards, bank transfers, and codes and barcodes for convenience stores. Taiwan only.

The payer's browser posts a form of ours to ECPay's page; nothing is asked of ECPay before. ECPay tells us by a message
when a number or code was issued and when money came, and is then asked (`payments_of`). Times are Taiwan's.

What to know of it:
- A form can be used once. A payer who leaves the page and comes back needs another checkout, with another reference:
  the same number twice is refused (www.ecpay.com.tw/CascadeFAQ/CascadeFAQ_Qa?nID=1454). So a checkout "expires" as
  soon as it is open.
- It cannot be closed. A number or code that was issued can be paid until its own time is over (orders.py), and
  somebody who pays there and by card has paid twice.
- A card counts as paid when it is authorised; that ECPay captures every evening must stay switched on there.
- Only cards can be given back. That needs the merchant's check code, and works in production only.
- Disputes are settled by ECPay's staff, by mail: its books, as far as they can be asked, have none.
- For which amounts a way to pay is offered depends on the merchant's contract, and ECPay's page sees to it. For
  private members: cards 5 to 199,999, transfers 11 to 49,999, codes 33 to 6,000, barcodes 17 to 20,000 dollars
  (www.ecpay.com.tw/Business/Payment_Fees).

Sources: developers.ecpay.com.tw, named by their numbers ("?p=2890") in the modules of this package.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime

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
    RefundWanted,
)
from billing.gateways.ecpay.books import fields_of, payment_of, state_of
from billing.gateways.ecpay.cards import Card, card_of, is_closing
from billing.gateways.ecpay.check_mac import Keys
from billing.gateways.ecpay.orders import CURRENCIES, opened_at, order_fields, trade_no
from billing.gateways.http import ask, understood
from billing.gateways.units import provider_units

_CHECKOUT = "/Cashier/AioCheckOut/V5"  # ?p=2864
_ORDER = "/Cashier/QueryTradeInfo/V5"  # ?p=2890
_CARD = "/CreditDetail/QueryTrade/V2"  # ?p=2894
_ACTION = "/CreditDetail/DoAction"  # ?p=2885

_GOOD = "1"


class EcpayGateway:
    """One merchant at ECPay: `account.values` has its "merchant_id", "hash_key" and "hash_iv". See base.Gateway.

    With "credit_check_code" (商家檢查碼: ECPay's back office, 信用卡收單, 信用卡授權資訊) card payments can be given
    back. ECPay's messages then also have the card's first six and last four digits.
    """

    def __init__(self, account: Account, clock: Callable[[], datetime] = timezone.now) -> None:
        self._base_url = account.base_url
        """Raises AccountUnusable."""
        self._merchant_id = account.value("merchant_id")
        self._keys = Keys.of(account)
        self._check_code = account.values.get("credit_check_code", "")
        self._clock = clock
        self.capabilities = Capabilities(
            currencies=CURRENCIES,
            refunds=bool(self._check_code),
            closes=False,
            acknowledgement="1|OK",
        )

    def checkout_open(self, wanted: CheckoutWanted) -> Checkout:
        """The form for ECPay's page, always the same for the same wish. Asks nothing of ECPay.

        It is good for one visit, which is why it expires at once. Raises ValueError unless the reference is a UUIDv7:
        its time is the order's, and the time from which codes expire.
        """
        fields = order_fields(wanted, self._merchant_id)
        if self._check_code:
            fields["NeedExtraPaidInfo"] = "Y"  # for `gwsr`, which a card payment is asked about with
        return Checkout(
            provider_ref=trade_no(wanted.reference),
            url=self._base_url + _CHECKOUT,
            expires_at=min(opened_at(wanted.reference), wanted.expires_at),
            form=self._keys.signed(fields),
        )

    def checkout_close(self, checkout: Known) -> None:
        """Raise GatewayRefused: ECPay cannot."""
        raise GatewayRefused("ECPay cannot close a checkout: what it has issued can be paid until it expires")

    def payments_of(self, checkout: Known) -> list[ProviderPayment]:
        """The payment of this checkout, if the payer has chosen a way to pay; refunds if there is a check code.

        An order that nobody has begun is unknown to ECPay, and has no payments. A card whose bank has not decided looks
        like one that nobody has tried: ECPay says to ask again after ten minutes. A payment that its staff has
        simulated stays unpaid here.
        """
        order = self._order(checkout)
        with understood("ECPay"):
            state = state_of(order)
            if state is None or not order["TradeNo"]:
                return []
            refunds = self._refunds(order) if state == PaymentState.SUCCEEDED else ()
            return [payment_of(order, state, refunds)]

    def payment_capture(self, checkout: Known) -> None:
        """Raise GatewayRefused: nothing waits for us."""
        raise GatewayRefused("ECPay captures by itself")

    def payment_refund(self, wanted: RefundWanted) -> ProviderRefund:
        """Give a card payment back: released when it is not captured, else sent to the bank in the evening.

        ECPay takes no reference for it: asked twice it pays twice. After GatewayUnavailable the caller looks in
        `payments_of` for a refund that it does not know, before it asks again. Raises GatewayUnavailable also between
        20:15 and 20:30, and for part of a payment before its capture; GatewayRefused for what is not a card.
        """
        units = provider_units(wanted.amount, CURRENCIES)
        if units < 1:
            raise GatewayRefused(f"a refund of {wanted.amount} is none")
        if is_closing(self._clock()):
            raise GatewayUnavailable("ECPay captures the day's payments until 20:30")
        order = self._order(wanted.checkout)
        card = self._card_to_refund(order, wanted.payment_ref)
        actions = card.actions(units)
        self._act(order, actions[0], units)
        for action in actions[1:]:
            try:
                self._act(order, action, units)
            except GatewayRefused as error:
                raise GatewayUnavailable(f"half given back: {error}") from error
        return card.next_refund(actions, units, self._clock())

    def notice_read(self, raw_body: bytes, headers: Mapping[str, str]) -> Notice:
        """Believe a message that is signed with our keys and for our merchant id. It may be as old as it likes: ECPay
        puts no time in it.

        ECPay repeats a message in other words (`RtnMsg`), so the id is made of what stays the same.
        """
        try:
            said = fields_of(raw_body.decode())
        except ValueError as error:
            raise NoticeForged("not a form") from error
        if not self._keys.vouch_for(said):
            raise NoticeForged("not signed by ECPay")
        if said.get("MerchantID") != self._merchant_id:
            raise NoticeForged("for another merchant")
        if any("&" in value for value in said.values()):
            raise NoticeForged("fields hidden in a field")  # a=1&b=2 is signed like a alone that says "1&b=2"
        names = ("MerchantTradeNo", "TradeNo", "RtnCode", "SimulatePaid")
        return Notice(
            event_id=":".join(said.get(name, "") for name in names),
            checkout_ref=said.get("MerchantTradeNo", ""),
        )

    def _order(self, checkout: Known) -> dict[str, str]:
        """ECPay's books about a checkout. Raises GatewayUnavailable for an answer that it did not sign."""
        number = checkout.provider_ref
        asked = {"MerchantTradeNo": number, "TimeStamp": str(int(self._clock().timestamp()))}
        answer = self._post(_ORDER, asked)
        with understood("ECPay"):
            said = fields_of(answer)
            if (said["MerchantID"], said["MerchantTradeNo"]) != (self._merchant_id, number):
                raise ValueError("it is about another order")
        if not self._keys.vouch_for(said):
            raise GatewayUnavailable("ECPay's answer is not signed with our keys")
        return said

    def _refunds(self, order: Mapping[str, str]) -> tuple[ProviderRefund, ...]:
        return self._card(order).refunds(self._clock()) if self._check_code and _authorisation(order) else ()

    def _card_to_refund(self, order: Mapping[str, str], payment_ref: str) -> Card:
        if not self._check_code:
            raise GatewayRefused("ECPay gives nothing back without the merchant's check code")
        with understood("ECPay"):
            if order["TradeNo"] != payment_ref or state_of(order) != PaymentState.SUCCEEDED:
                raise GatewayRefused("this payment has not been made at ECPay")
            if not _authorisation(order):
                raise GatewayRefused(
                    f"ECPay gives back cards only, and this is {order['PaymentType']}: pay it back by bank transfer"
                )
        return self._card(order)

    def _card(self, order: Mapping[str, str]) -> Card:
        """ECPay's books about a card payment. They come unsigned, and are believed for the connection's sake."""
        asked = {
            "CreditRefundId": _authorisation(order),
            "CreditAmount": order["TradeAmt"],
            "CreditCheckCode": self._check_code,
        }
        answer = self._post(_CARD, asked)
        with understood("ECPay"):
            said = json.loads(answer)
            if said["RtnMsg"]:
                raise GatewayUnavailable(f"ECPay does not find the card payment: {said['RtnMsg']}")
            return card_of(order["TradeNo"], said["RtnValue"])

    def _act(self, order: Mapping[str, str], action: str, units: int) -> None:
        """Raises GatewayRefused with ECPay's reason."""
        asked = {
            "MerchantTradeNo": order["MerchantTradeNo"],
            "TradeNo": order["TradeNo"],
            "Action": action,
            "TotalAmount": str(units),
        }
        answer = self._post(_ACTION, asked)
        with understood("ECPay"):
            said = fields_of(answer)
            if said["RtnCode"] != _GOOD:
                raise GatewayRefused(f"ECPay refuses ({action}): {said['RtnCode']} {said.get('RtnMsg', '')}")

    def _post(self, path: str, asked: Mapping[str, str]) -> str:
        """Raises GatewayUnavailable for every answer that is not 2xx: ECPay says no in good answers, and 403 means that
        it is asked too often, and to wait half an hour (?p=2858)."""
        form = self._keys.signed({"MerchantID": self._merchant_id, **asked})
        try:
            return ask("POST", self._base_url + path, form=form).text
        except GatewayRefused as error:
            raise GatewayUnavailable(f"ECPay {error}") from error


def _authorisation(order: Mapping[str, str]) -> str:
    """The number of a card's authorisation (`gwsr`, ?p=5675); none for what was not paid by card."""
    number = order.get("gwsr", "")
    return "" if number == "0" else number
