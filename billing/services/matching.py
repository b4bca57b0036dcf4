"""What of ours a settlement line is: the payment, refund or dispute, and whether our books have it like that."""

import contextlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from billing.gateways.base import PaymentState
from billing.gateways.settlement.rows import RowKind
from billing.models import Checkout, Dispute, Payment, Posting, Refund, SettlementLine
from billing.services.books import settled_key
from communities.models import Organisation

Thing = Payment | Refund | Dispute
_Finding = SettlementLine.Finding

COMES = {
    RowKind.PAYMENT: 1,
    RowKind.REFUND: -1,
    RowKind.REFUND_RETURNED: 1,
    RowKind.DISPUTE: -1,
    RowKind.DISPUTE_REVERSED: 1,
}
"""Which way the money goes, by the kinds of line that are about something of ours."""
REFUNDS = {RowKind.REFUND, RowKind.REFUND_RETURNED}
UNKNOWN = {
    RowKind.PAYMENT: _Finding.UNKNOWN,
    RowKind.REFUND: _Finding.REFUND_UNKNOWN,
    RowKind.REFUND_RETURNED: _Finding.REFUND_UNKNOWN,
    RowKind.DISPUTE: _Finding.DISPUTE_UNKNOWN,
    RowKind.DISPUTE_REVERSED: _Finding.DISPUTE_UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Match:
    """What was found about a line. `difference` is what the file has more, in minor units; `checkout` is the one to ask
    the provider about, because our books lack something."""

    finding: SettlementLine.Finding
    thing: Thing | None = None
    difference: int | None = None
    checkout: Checkout | None = None

    @property
    def payment(self) -> Payment | None:
        """The payment behind it."""
        return self.thing.payment if isinstance(self.thing, Refund | Dispute) else self.thing


class CompanyAccount(NamedTuple):
    """A company's account at a provider."""

    organisation: Organisation
    account: str


class Matcher:
    """Everything of ours that lines of one account may be about, read with a fixed number of questions."""

    def __init__(self, at: CompanyAccount, lines: Collection[SettlementLine]) -> None:
        self._checkouts = _checkouts(at, {line.checkout_ref for line in lines} - {""})
        payments = _payments(at, {line.payment_ref for line in lines} - {""}, self._checkouts.values())
        self._payments = {payment.provider_ref: payment for payment in payments}
        self._paid_on = _by_checkout(payments)
        self._refunds, self._disputes = _refunds(payments), _disputes(payments)
        postings = Posting.objects.filter(payment__in=payments)
        self._posted = set(postings.values_list("key", flat=True))
        self._settled = _settled(payments)

    def match(self, line: SettlementLine) -> Match:
        """What the line is; each thing of ours for one line of a kind."""
        kind = RowKind(line.kind)
        if kind not in COMES:
            return Match(_Finding.NOT_OURS)
        payment = self._payment(line)
        thing = self._thing(line, kind, payment)
        checkout = payment.checkout if payment else self._checkouts.get(line.checkout_ref)
        if thing is None:
            is_of_ours = kind == RowKind.PAYMENT and checkout is not None
            return Match(_Finding.ASKED if is_of_ours else UNKNOWN[kind], checkout=checkout)
        if settled_key(kind, thing) not in self._posted:
            return Match(_Finding.ASKED, thing, checkout=checkout)
        found = self._compared(line, kind, thing)
        if found.finding == _Finding.MATCHED:
            self._settled.add((kind, thing.pk))
        return found

    def _compared(self, line: SettlementLine, kind: RowKind, thing: Thing) -> Match:
        if (kind, thing.pk) in self._settled:
            return Match(_Finding.SETTLED_TWICE, thing)
        if thing.currency != line.currency:
            return Match(_Finding.CURRENCY_DIFFERS, thing)
        if difference := COMES[kind] * line.gross_minor - thing.amount_minor:
            return Match(_Finding.AMOUNT_DIFFERS, thing, difference)
        return Match(_Finding.MATCHED, thing)

    def _payment(self, line: SettlementLine) -> Payment | None:
        """By the provider's id of it. Where the file has none, the checkout's only one."""
        if line.payment_ref:
            return self._payments.get(line.payment_ref)
        checkout = self._checkouts.get(line.checkout_ref)
        paid = self._paid_on[checkout.pk] if checkout else []
        return paid[0] if len(paid) == 1 else None

    def _thing(self, line: SettlementLine, kind: RowKind, payment: Payment | None) -> Thing | None:
        if payment is None or kind == RowKind.PAYMENT:
            return payment
        if kind in REFUNDS:
            return self._refund(line, kind, self._refunds[payment.pk])
        disputes = self._disputes[payment.pk]
        return next((one for one in disputes if one.provider_ref == line.provider_ref), None)

    def _refund(self, line: SettlementLine, kind: RowKind, refunds: list[Refund]) -> Refund | None:
        """By the provider's id of it. Where the file has none, one that is not settled: of this amount, or else the
        only one."""
        if line.provider_ref:
            return next((one for one in refunds if one.provider_ref == line.provider_ref), None)
        free = [one for one in refunds if (kind, one.pk) not in self._settled]
        fitting = [one for one in free if one.amount_minor == COMES[kind] * line.gross_minor]
        return fitting[0] if fitting else free[0] if len(free) == 1 else None


def _checkouts(at: CompanyAccount, refs: Collection[str]) -> dict[str, Checkout]:
    """By both our reference and the provider's."""
    ours = set()
    for ref in refs:
        with contextlib.suppress(ValueError):
            ours.add(UUID(ref))
    named = Q(provider_ref__in=refs) | Q(pk__in=ours)
    found = Checkout.objects.filter(named, organisation=at.organisation, link__account=at.account)
    return {ref: checkout for checkout in found for ref in (str(checkout.pk), checkout.provider_ref) if ref}


def _payments(at: CompanyAccount, refs: Collection[str], checkouts: Iterable[Checkout]) -> Sequence[Payment]:
    named = Q(provider_ref__in=refs) | Q(checkout__in={checkout.pk for checkout in checkouts})
    payments = Payment.objects.filter(named, organisation=at.organisation, checkout__link__account=at.account)
    return list(payments.select_related("checkout"))


def _by_checkout(payments: Iterable[Payment]) -> dict[UUID, list[Payment]]:
    """Those that brought money."""
    found: dict[UUID, list[Payment]] = defaultdict(list)
    for payment in payments:
        if payment.checkout_id and payment.state == PaymentState.SUCCEEDED:
            found[payment.checkout_id].append(payment)
    return found


def _refunds(payments: Sequence[Payment]) -> dict[UUID, list[Refund]]:
    found: dict[UUID, list[Refund]] = defaultdict(list)
    refunds = Refund.objects.filter(payment__in=payments).select_related("payment")
    for refund in refunds.order_by("happened_at", "pk"):
        found[refund.payment_id].append(refund)
    return found


def _disputes(payments: Sequence[Payment]) -> dict[UUID, list[Dispute]]:
    found: dict[UUID, list[Dispute]] = defaultdict(list)
    for dispute in Dispute.objects.filter(payment__in=payments).select_related("payment"):
        found[dispute.payment_id].append(dispute)
    return found


def _settled(payments: Sequence[Payment]) -> set[tuple[RowKind, UUID]]:
    """What other lines have settled, by their kind."""
    about = Q(payment__in=payments) | Q(refund__payment__in=payments) | Q(dispute__payment__in=payments)
    lines = SettlementLine.objects.filter(about, finding=_Finding.MATCHED)
    return {
        (RowKind(kind), next(filter(None, things)))
        for kind, *things in lines.values_list("kind", "payment", "refund", "dispute")
    }
