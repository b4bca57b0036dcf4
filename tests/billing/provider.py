"""A payment provider in this process, behind the protocol that all of them have: its books, its payers, its staff.

It is as bad as a provider may be. Pages are paid twice, late, in part and in another currency; answers are lost; what
was given back comes back. `Page.versions` has what its books have said of a page, one after the other, so that ours can
be held against them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count
from uuid import UUID

from billing.gateways.base import (
    Account,
    Capabilities,
    Checkout,
    CheckoutWanted,
    DisputeState,
    Gateway,
    GatewayRefused,
    GatewayUnavailable,
    Known,
    Notice,
    PaymentState,
    ProviderDispute,
    ProviderPayment,
    ProviderRefund,
    RefundState,
    RefundWanted,
)
from core.money import DECIMALS, Money

Line = tuple[str, str, str, str, int, str]
"""What, of which payment, its id, its state, how much, in which currency."""


@dataclass(frozen=True, slots=True)
class Character:
    """What our services can notice of a provider."""

    capabilities: Capabilities
    names_refunds: bool
    """Its books repeat our reference of a refund, so that asking twice gives money back once."""
    refunds_begin: RefundState


CHARACTERS = {
    "plain": Character(Capabilities(DECIMALS), names_refunds=True, refunds_begin=RefundState.SUCCEEDED),
    "slow": Character(
        Capabilities(DECIMALS, closes=False), names_refunds=True, refunds_begin=RefundState.PENDING
    ),
    "silent": Character(
        Capabilities(DECIMALS, captures=True, repeats=False, tells=False),
        names_refunds=False,
        refunds_begin=RefundState.SUCCEEDED,
    ),
}


class Fate(StrEnum):
    """How a question to it fails."""

    UNHEARD = "unheard"
    ANSWER_LOST = "answer lost"


@dataclass(slots=True)
class Page:
    """A checkout, as the provider has it."""

    ref: str
    wanted: CheckoutWanted
    is_closed: bool = False
    versions: list[dict[str, ProviderPayment]] = field(default_factory=lambda: [{}])
    """What its books have said, by payment."""

    @property
    def payments(self) -> dict[str, ProviderPayment]:
        return self.versions[-1]


NEXT = {
    PaymentState.PENDING: {PaymentState.SUCCEEDED, PaymentState.DECLINED, PaymentState.EXPIRED},
    PaymentState.AUTHORISED: {PaymentState.DECLINED, PaymentState.EXPIRED},
    PaymentState.DECLINED: {PaymentState.SUCCEEDED},
    PaymentState.EXPIRED: set[PaymentState](),
    PaymentState.SUCCEEDED: set[PaymentState](),
}
NEXT_REFUND = {
    RefundState.PENDING: {RefundState.SUCCEEDED, RefundState.FAILED},
    RefundState.SUCCEEDED: {RefundState.FAILED},
    RefundState.FAILED: set[RefundState](),
}


class Provider:
    """One merchant's account, with everybody who touches it. `now` is everybody's clock."""

    def __init__(self, character: Character, now: datetime) -> None:
        self.character = character
        self.capabilities = character.capabilities
        self.now = now
        self.fates: dict[str, Fate] = {}
        """How the next question of its kind, a method of the gateway, will fail."""
        self.pages: dict[str, Page] = {}
        self.on_our_word: dict[UUID, list[ProviderRefund]] = {}
        self._numbers = count(1)

    # -- What payers, their banks and the provider's staff do

    def pay(self, page_ref: str, amount: Money, state: PaymentState, bad_card: bool) -> None:
        """An attempt to pay; none on a page that is closed. What was authorised with a bad card is never taken."""
        page = self.pages[page_ref]
        if page.is_closed:
            return
        if state == PaymentState.SUCCEEDED and self.capabilities.captures:
            state = PaymentState.AUTHORISED
        method = "bad card" if bad_card else "card"
        self._write(page, ProviderPayment(self._ref("pay"), state, amount, self.now, method=method))

    def come_to(self, payment_ref: str, state: PaymentState) -> None:
        """What has begun ends, unless it has ended otherwise."""
        page, payment = self._find(payment_ref)
        if state in NEXT[payment.state]:
            self._write(page, replace(payment, state=state, happened_at=self.now))

    def give_back(self, payment_ref: str, amount_minor: int, reference: UUID | None = None) -> ProviderRefund:
        """Give money back. Raises GatewayRefused for more than is left."""
        page, payment = self._with_left(payment_ref, amount_minor)
        refund = ProviderRefund(
            provider_ref=self._ref("refund"),
            reference=reference if self.character.names_refunds else None,
            state=self.character.refunds_begin,
            amount=Money(amount_minor, payment.amount.currency),
            happened_at=self.now,
        )
        self._write(page, replace(payment, refunds=(*payment.refunds, refund)))
        return refund

    def refund_comes_to(self, payment_ref: str, refund_ref: str, state: RefundState) -> None:
        page, payment = self._find(payment_ref)
        refunds = tuple(
            replace(one, state=state, happened_at=self.now)
            if one.provider_ref == refund_ref and state in NEXT_REFUND[one.state]
            else one
            for one in payment.refunds
        )
        self._write(page, replace(payment, refunds=refunds))

    def contest(self, payment_ref: str, amount_minor: int) -> None:
        """Hold money back. Raises GatewayRefused for more than is left."""
        page, payment = self._with_left(payment_ref, amount_minor)
        amount = Money(amount_minor, payment.amount.currency)
        dispute = ProviderDispute(self._ref("dispute"), DisputeState.OPEN, amount, self.now)
        self._write(page, replace(payment, disputes=(*payment.disputes, dispute)))

    def decide(self, payment_ref: str, dispute_ref: str, state: DisputeState) -> None:
        page, payment = self._find(payment_ref)
        disputes = tuple(
            replace(one, state=state, decided_at=self.now)
            if one.provider_ref == dispute_ref and one.state == DisputeState.OPEN
            else one
            for one in payment.disputes
        )
        self._write(page, replace(payment, disputes=disputes))

    def left(self, payment_ref: str) -> int:
        """What is there to be given back or contested."""
        _, payment = self._find(payment_ref)
        gone = sum(one.amount.minor for one in payment.refunds if one.state != RefundState.FAILED)
        held = sum(one.amount.minor for one in payment.disputes if one.state != DisputeState.WON)
        return payment.amount.minor - gone - held if payment.state == PaymentState.SUCCEEDED else 0

    def payments(self) -> list[str]:
        return [ref for page in self.pages.values() for ref in page.payments]

    def refunds(self) -> list[tuple[str, str]]:
        """Each with its payment."""
        return self._found("refund")

    def disputes(self) -> list[tuple[str, str]]:
        """Each with its payment."""
        return self._found("dispute")

    # -- Its door for merchants: base.Gateway

    def checkout_open(self, wanted: CheckoutWanted) -> Checkout:
        with self._asked("checkout_open"):
            open_there = [page for page in self.pages.values() if page.wanted.reference == wanted.reference]
            if open_there and not self.capabilities.repeats:
                raise GatewayRefused("that reference was used")
            page = open_there[0] if open_there else Page(self._ref("page"), wanted)
            self.pages[page.ref] = page
        lasts = timedelta(days=1) if self.capabilities.tells else timedelta(minutes=20)
        return Checkout(page.ref, f"https://pay.example/{page.ref}", min(self.now + lasts, wanted.expires_at))

    def checkout_close(self, checkout: Known) -> None:
        with self._asked("checkout_close"):
            page = self.pages[checkout.provider_ref]
            if any(one.state == PaymentState.SUCCEEDED for one in page.payments.values()):
                raise GatewayRefused("it has been paid")
            page.is_closed = self.capabilities.closes

    def payments_of(self, checkout: Known) -> list[ProviderPayment]:
        with self._asked("payments_of"):
            return list(self.pages[checkout.provider_ref].payments.values())

    def payment_capture(self, checkout: Known) -> None:
        with self._asked("payment_capture"):
            page = self.pages[checkout.provider_ref]
            waiting = [one for one in page.payments.values() if one.state == PaymentState.AUTHORISED]
            for one in waiting[:1]:
                taken = PaymentState.DECLINED if one.method == "bad card" else PaymentState.SUCCEEDED
                self._write(page, replace(one, state=taken, happened_at=self.now))
            if waiting and waiting[0].method == "bad card":
                raise GatewayRefused("the card is refused")

    def payment_refund(self, wanted: RefundWanted) -> ProviderRefund:
        with self._asked("payment_refund"):
            made = self.on_our_word.setdefault(wanted.reference, [])
            if made and self.character.names_refunds:
                return made[0]
            made.append(self.give_back(wanted.payment_ref, wanted.amount.minor, wanted.reference))
            return made[-1]

    def notice_read(self, raw_body: bytes, headers: Mapping[str, str]) -> Notice:
        event_id, _, about = raw_body.decode().partition(" ")
        return Notice(event_id, about)

    @contextmanager
    def _asked(self, question: str) -> Iterator[None]:
        fate = self.fates.pop(question, None)
        if fate == Fate.UNHEARD:
            raise GatewayUnavailable("no answer")
        yield
        if fate == Fate.ANSWER_LOST:
            raise GatewayUnavailable("no answer")

    def _found(self, what: str) -> list[tuple[str, str]]:
        lines = [line for page in self.pages.values() for line in lines_of(page.payments)]
        return [line[1:3] for line in lines if line[0] == what]

    def _ref(self, kind: str) -> str:
        return f"{kind}-{next(self._numbers)}"

    def _find(self, payment_ref: str) -> tuple[Page, ProviderPayment]:
        page = next(page for page in self.pages.values() if payment_ref in page.payments)
        return page, page.payments[payment_ref]

    def _with_left(self, payment_ref: str, amount_minor: int) -> tuple[Page, ProviderPayment]:
        if not 1 <= amount_minor <= self.left(payment_ref):
            raise GatewayRefused(f"{self.left(payment_ref)} is left")
        return self._find(payment_ref)

    def _write(self, page: Page, payment: ProviderPayment) -> None:
        now = {**page.payments, payment.provider_ref: payment}
        if now != page.payments:
            page.versions.append(now)


def lines_of(version: Mapping[str, ProviderPayment]) -> list[Line]:
    """A page's books, flat and in order."""
    return [line for payment in version.values() for line in _lines(payment)]


def _lines(payment: ProviderPayment) -> Iterator[Line]:
    ref, currency = payment.provider_ref, payment.amount.currency
    yield "payment", ref, ref, payment.state, payment.amount.minor, currency
    for refund in payment.refunds:
        yield "refund", ref, refund.provider_ref, refund.state, refund.amount.minor, currency
    for dispute in payment.disputes:
        yield "dispute", ref, dispute.provider_ref, dispute.state, dispute.amount.minor, currency


PROVIDERS: dict[str, Provider] = {}
"""Those that are in business, by their address."""


def gateway_of(account: Account) -> Gateway:
    """What billing.gateways.GATEWAYS names."""
    return PROVIDERS[account.base_url]
