"""What may happen to an invoice, deed by deed, and what must hold after each.

Our books are the provider's of some moment and never of an earlier one; all else follows from the books.
"""

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from django.utils import timezone

from billing.errors import (
    CannotPayNow,
    CreditTooLarge,
    NothingToPay,
    NotRefundable,
    RefundOnItsWay,
    RefundTooLarge,
    TooMuch,
)
from billing.gateways.base import (
    DisputeState,
    GatewayRefused,
    PaymentState,
    RefundState,
)
from billing.models import Checkout, Dispute, Payment, Refund
from billing.services.checkouts import checkout_begin, checkout_returned, checkouts_ask
from billing.services.credits import CreditGiven, credit_note_issue
from billing.services.inbox import webhook_receive
from billing.services.links import links_expire
from billing.services.on_site import Taken, payment_take
from billing.services.refunds import RefundGiven, refund_want
from billing.services.renewing import link_renew
from billing.services.settling import payments_enter
from communities.access import Caller
from communities.models import ServiceEvent
from core.models import Outbox
from core.money import Money
from core.outbox import deliver
from tests.billing.our_books import OurBooks, provider_balances, without_zeros
from tests.billing.provider import PROVIDERS, Character, Fate, Line, Provider, lines_of

NET, TAX, TOTAL = 790, 40, 830  # 5 % on top: 39.5, half up
ACCOUNT = ADDRESS = "imitation"
MONEY = {"checkout.unwanted", "inquiry.made", "webhook.received", "refund.wanted"}
"""The topics that move money; letters, surveys and events have tests of their own."""

MOVES = {
    "link": {"open": ("paid", "replaced", "expired")},
    "checkout": {"wanted": ("open", "closed"), "open": ("closed",)},
    "refund wanted": {
        "wanted": ("pending", "succeeded", "failed"),
        "pending": ("succeeded", "failed"),
        "succeeded": ("failed",),
    },
}
HELD = {"provider", "disputed", "on_site"}
"""Accounts that cannot hold less than nothing."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class World:
    invoice_id: UUID
    ada: Caller


class History:
    """What happens to one invoice. A deed for which there is nothing yet, or that a service refuses, is none."""

    def __init__(self, world: World, character: Character) -> None:
        self.world = world
        self.provider = PROVIDERS[ADDRESS] = Provider(character, timezone.now())
        self.addresses: list[str] = []  # of pages that a payer has seen
        self.cash_taken = self.cash_given_back = self.messages = 0
        self.seen: Counter[str] = Counter()  # by page: which of its versions our books have
        self.states: dict[str, str] = {}
        self.paid_at = ""
        self.due = TOTAL

    # -- Payers and their banks, the provider's staff, the network

    def pays(self, page: int, share: str, currency: str, state: PaymentState, bad_card: bool) -> None:
        if not self.addresses:
            self.opens_the_page()
        if ref := pick(self.addresses, page):
            amount = share_of(self.provider.pages[ref].wanted.amount.minor, share)
            self.provider.pay(ref, Money(amount, currency), state, bad_card)

    def payment_ends(self, payment: int, state: PaymentState) -> None:
        if ref := pick(self.provider.payments(), payment):
            self.provider.come_to(ref, state)

    def contests(self, payment: int, share: str) -> None:
        if ref := pick(self.provider.payments(), payment):
            with contextlib.suppress(GatewayRefused):
                self.provider.contest(ref, share_of(self.provider.left(ref), share))

    def dispute_ends(self, dispute: int, state: DisputeState) -> None:
        if refs := pick(self.provider.disputes(), dispute):
            self.provider.decide(*refs, state)

    def gives_back_by_itself(self, payment: int, share: str) -> None:
        if ref := pick(self.provider.payments(), payment):
            with contextlib.suppress(GatewayRefused):
                self.provider.give_back(ref, share_of(self.provider.left(ref), share))

    def refund_ends(self, refund: int, state: RefundState) -> None:
        if refs := pick(self.provider.refunds(), refund):
            self.provider.refund_comes_to(*refs, state)

    def next_question_fails(self, question: str, fate: Fate) -> None:
        self.provider.fates[question] = fate

    # -- What reaches us, and our workers

    def opens_the_page(self) -> None:
        with contextlib.suppress(NothingToPay, CannotPayNow):
            checkout = checkout_begin(invoice_id=self.world.invoice_id, language="en", now=self.provider.now)
            self.addresses.append(checkout.provider_ref)

    def comes_back(self, page: int) -> None:
        if ref := pick(self.addresses, page):
            checkout_returned(checkout=Checkout.objects.get(provider_ref=ref))

    def message_comes(self, page: int, by: str, again: bool) -> None:
        ref = pick(self.addresses, page)
        if ref is None or not self.provider.capabilities.tells:
            return
        there = self.provider.pages[ref]
        names = {"ours": str(there.wanted.reference), "payment": next(iter(there.payments), ref)}
        self.messages += not (again and self.messages)
        body = f"event-{self.messages} {names.get(by, ref)}".encode()
        webhook_receive(account=ACCOUNT, raw_body=body, headers={}, now=self.provider.now)

    def time_passes(self, days: int) -> None:
        self.provider.now += timedelta(days=days, minutes=19)
        links_expire(now=self.provider.now)
        checkouts_ask(now=self.provider.now)

    def a_worker_takes_one(self, which: int) -> None:
        if row := pick(waiting(), which):
            deliver(row.pk, now=row.due_at)

    def a_slow_worker_enters(self, page: int, asked: int) -> None:
        """What it was told whenever it asked."""
        if ref := pick(self.addresses, page):
            checkout = Checkout.objects.select_related("link").get(provider_ref=ref)
            told = self.provider.pages[ref].versions[: asked + 1][-1]
            payments_enter(checkout=checkout, told=told.values(), now=self.provider.now)

    def everything_is_heard(self) -> None:
        """Nothing fails any more, and every page with news is asked about: then our books are the provider's of now."""
        self.provider.fates.clear()
        for checkout in Checkout.objects.filter(provider_ref__in=self._behind()):
            checkout_returned(checkout=checkout)
        while rows := waiting():
            assert all(deliver(row.pk, now=row.due_at) for row in rows)
        self.check()
        assert self._behind() == []
        assert not Refund.objects.filter(state=Refund.WANTED).exists()
        assert not Checkout.objects.exclude(link__state="open").exclude(state="closed").exists()
        facts = Counter(ServiceEvent.objects.values_list("kind", flat=True))
        assert facts["invoice.paid"] == bool(self.paid_at)
        assert facts["payment.disputed"] == Dispute.objects.count()

    # -- The company

    def gives_back(self, payment: int, share: str) -> None:
        paid = pick(list(Payment.objects.order_by("pk")), payment)
        if paid is None:
            return
        given = RefundGiven(amount_minor=share_of(paid.amount_minor, share), reason="It leaked.")
        with contextlib.suppress(NotRefundable, RefundTooLarge, RefundOnItsWay):
            refund_want(caller=self.world.ada, payment_id=paid.pk, given=given, now=self.provider.now)
            self.cash_given_back += given.amount_minor if paid.way == Payment.Way.CASH else 0

    def takes_cash(self, share: str) -> None:
        amount = share_of(max(1, self.due), share)
        taken = Taken(way=Payment.Way.CASH, amount_minor=amount, happened_at=self.provider.now)
        with contextlib.suppress(TooMuch):
            payment_take(
                caller=self.world.ada, invoice_id=self.world.invoice_id, taken=taken, now=self.provider.now
            )
            self.cash_taken += amount

    def credits(self, amounts: Mapping[int, int]) -> None:
        given = CreditGiven(reason="It leaked.", amounts=amounts)
        with contextlib.suppress(CreditTooLarge):
            credit_note_issue(
                caller=self.world.ada, invoice_id=self.world.invoice_id, given=given, now=self.provider.now
            )

    def renews_the_link(self) -> None:
        with contextlib.suppress(NothingToPay):
            link_renew(caller=self.world.ada, invoice_id=self.world.invoice_id, now=self.provider.now)

    # -- What must hold

    def check(self) -> None:
        """Nothing is broken."""
        ours = OurBooks()
        told = self._told(ours)
        net, tax = NET - ours.sum_of("credited net"), TAX - ours.sum_of("credited tax")
        expected = self._balances(told, net, tax)
        assert ours.balances() == without_zeros(expected)
        held = [amount for (account, _), amount in expected.items() if account in HELD]
        assert min(net, tax, *held) >= 0

        self.due = expected["receivable", "TWD"]
        self._paid_at_is_right(ours.paid_at, net + tax, told)
        assert ours.state == state_of(self.due, net + tax, bool(ours.paid_at))
        assert ours.open_links() in ([], [self.due])
        self._states_go_forward(ours)
        assert all(len(made) <= 1 for made in self.provider.on_our_word.values())

    def _balances(self, told: frozenset[Line], net: int, tax: int) -> Counter[tuple[str, str]]:
        """What the books must be, from what the provider said, what is left after credit notes, and the till."""
        in_the_till = self.cash_taken - self.cash_given_back
        sums = provider_balances(told)
        sums["receivable", "TWD"] += net + tax - in_the_till
        sums["revenue", "TWD"], sums["tax", "TWD"] = -net, -tax
        sums["on_site", "TWD"] = in_the_till
        return sums

    def _told(self, ours: OurBooks) -> frozenset[Line]:
        """What we know of the provider's books: of each page, what they said at some moment, not before the last."""
        lines = ours.lines()
        told: frozenset[Line] = frozenset()
        for ref, page in self.provider.pages.items():
            known = lines.pop(ref, frozenset())
            versions = [frozenset(lines_of(version)) for version in page.versions]
            assert known in versions[self.seen[ref] :]
            self.seen[ref] = versions.index(known)
            told |= known
        assert lines == {}
        return told

    def _behind(self) -> list[str]:
        """Pages of whose last news we do not know."""
        pages = self.provider.pages.items()
        return [ref for ref, page in pages if self.seen[ref] < len(page.versions) - 1]

    def _paid_at_is_right(self, paid_at: str, total: int, told: frozenset[Line]) -> None:
        """Once it was paid, it was; and then so much must have come."""
        if self.paid_at:
            assert paid_at == self.paid_at
        elif paid_at:
            came = [
                line[4] for line in told if (line[0], line[3], line[5]) == ("payment", "succeeded", "TWD")
            ]
            assert self.cash_taken + sum(came) >= total
        else:
            assert self.due > 0 or total == 0
        self.paid_at = paid_at

    def _states_go_forward(self, ours: OurBooks) -> None:
        for what, pk, new in ours.states():
            old = self.states.get(pk, new)
            assert new in (old, *MOVES[what].get(old, ()))
            self.states[pk] = new


def pick(items: Sequence[T], which: int) -> T | None:
    return items[which % len(items)] if items else None


def share_of(amount: int, share: str) -> int:
    return {"all": amount, "half": max(1, amount // 2), "one": 1, "more": amount + 7}[share]


def waiting() -> list[Outbox]:
    return list(Outbox.objects.filter(done_at=None, failed_at=None).order_by("pk"))


def state_of(due: int, total: int, was_paid: bool) -> str:
    """How an invoice stands of which `total` is left after credit notes."""
    if due < 0:
        return "overpaid"
    if due == 0:
        return "paid" if total else "credited"
    if was_paid:
        return "reopened"
    return "partly_paid" if due < total else "issued"
