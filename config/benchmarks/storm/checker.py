"""Our database beside the provider's books, line by line. What should be there is worked out here from the imitation's
own things and by arithmetic of its own: nothing of billing is asked."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from billing.models import (
    Dispute,
    Entry,
    Invoice,
    Payment,
    PaymentLink,
    Posting,
    Refund,
    WebhookEvent,
)
from communities.models import ServiceEvent
from config.benchmarks.storm.stories import UNITS, Page
from core.models import Outbox
from tests.billing.gateways.stripe_server import StripeServer

Line = tuple[Any, ...]  # what it is about, which one, and what is said of it
Lines = Counter[Line]
Thing = dict[str, Any]

ID = re.compile(r":[0-9a-f-]{36}")
OVER = {"won": "won", "lost": "lost"}


@dataclass(frozen=True, slots=True)
class Findings:
    """What is missing from our books, and what is in them twice or otherwise than it is; the topics of the outbox that
    are not done; the ledger's sums, account by account."""

    lost: Lines
    surplus: Lines
    unfinished: list[str]
    expected_sums: dict[str, int]
    sums: dict[str, int]

    @property
    def difference(self) -> int:
        """By how much the accounts differ from what they should hold, in minor units, added up."""
        accounts = self.expected_sums.keys() | self.sums.keys()
        return sum(abs(self.expected_sums.get(one, 0) - self.sums.get(one, 0)) for one in accounts)


def findings(stripe: StripeServer, pages: Sequence[Page], accepted: Iterable[str]) -> Findings:
    """Hold everything against the provider's books. `accepted`: the genuine events that our door has acknowledged."""
    expected, found = Counter(_expected(stripe, pages, accepted)), Counter(_found())
    for one in _withdrawn():
        found[one] -= 1
    sums = Entry.objects.values_list("account").annotate(sum=Sum("amount_minor"))
    return Findings(
        lost=expected - found,
        surplus=found - expected,
        unfinished=list(Outbox.objects.filter(done_at=None).values_list("topic", flat=True)),
        expected_sums=_sums(expected),
        sums={account: total for account, total in sums if total},
    )


def _sums(lines: Lines) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for what, *said in lines:
        if what == "account":
            _, account, amount = said
            sums[account] += amount
    return {account: total for account, total in sums.items() if total}


# -- What should be there ----------------------------------------------------------------------------------------


def _expected(stripe: StripeServer, pages: Sequence[Page], accepted: Iterable[str]) -> Iterator[Line]:
    for event_id in accepted:
        yield "event", event_id, True
    books = _Books(stripe)
    for page in pages:
        yield from books.page(page)


class _Books:
    """The provider's things, by the payment they belong to."""

    def __init__(self, stripe: StripeServer) -> None:
        self.sessions = {one["id"]: one for one in stripe.things("checkout.session")}
        self.intents = {one["id"]: one for one in stripe.things("payment_intent")}
        self.charges = _by_intent(stripe.things("charge"))
        self.refunds = _by_intent(stripe.things("refund"))
        self.disputes = _by_intent(stripe.things("dispute"))

    def page(self, page: Page) -> Iterator[Line]:
        session = self.sessions[page.session]
        intent = self.intents.get(session["payment_intent"], {"id": "", "status": ""})
        captured = _dollars(intent["amount_received"]) if intent["status"] == "succeeded" else 0
        yield from self._payments(session, intent)
        yield from self._standing(page, intent["id"], captured)
        yield from self._postings(page, intent["id"], captured)

    def _payments(self, session: Thing, intent: Thing) -> Iterator[Line]:
        for charge in self.charges.get(intent["id"], ()):
            if charge["status"] == "failed":
                yield "payment", charge["id"], "declined", _dollars(charge["amount"])
        if intent["status"] == "succeeded":
            yield "payment", intent["id"], "succeeded", _dollars(intent["amount_received"])
        elif intent["id"] and session["status"] == "complete":
            yield "payment", intent["id"], "expired", _dollars(intent["amount"])
        for refund in self.refunds.get(intent["id"], ()):
            yield "refund", refund["id"], refund["status"], _dollars(refund["amount"])
        for dispute in self.disputes.get(intent["id"], ()):
            yield "dispute", dispute["id"], OVER.get(dispute["status"], "open"), _dollars(dispute["amount"])

    def _standing(self, page: Page, intent: str, captured: int) -> Iterator[Line]:
        """What the invoice's accounts hold, and its state: whatever was paid here was paid in full."""
        back = _total(self.refunds.get(intent, ()), {"succeeded"})
        lost = _total(self.disputes.get(intent, ()), {"lost"})
        held = _total(self.disputes.get(intent, ()), {"needs_response"})
        owed = page.amount - captured + back + lost
        accounts = {
            "revenue": -page.amount,
            "receivable": owed,
            "provider": captured - back - lost - held,
            "disputed": held,
        }
        for account, amount in accounts.items():
            if amount:
                yield "account", page.invoice_id, account, amount
        yield "invoice", page.invoice_id, ("reopened" if owed else "paid") if captured else "issued"
        yield "link", page.invoice_id, "paid" if captured else "open"
        if captured:
            yield "fact", f"invoice:{page.invoice_id}:paid"

    def _postings(self, page: Page, intent: str, captured: int) -> Iterator[Line]:
        yield "posting", page.invoice_id, "invoice"
        if captured:
            yield "posting", page.invoice_id, "capture"
        for refund in self.refunds.get(intent, ()):
            if refund["status"] == "succeeded":
                yield "posting", page.invoice_id, "refund"
        for dispute in self.disputes.get(intent, ()):
            yield "posting", page.invoice_id, "dispute"
            if dispute["status"] in OVER:
                yield "posting", page.invoice_id, f"dispute:{dispute['status']}"


def _by_intent(things: Iterable[Thing]) -> dict[str, list[Thing]]:
    found: dict[str, list[Thing]] = {}
    for one in things:
        found.setdefault(one["payment_intent"], []).append(one)
    return found


def _total(things: Iterable[Thing], statuses: set[str]) -> int:
    return sum(_dollars(one["amount"]) for one in things if one["status"] in statuses)


def _dollars(units: int) -> int:
    dollars, rest = divmod(units, UNITS)
    assert rest == 0
    return dollars


# -- What is there -----------------------------------------------------------------------------------------------


def _found() -> Iterator[Line]:
    for event_id, outcome in WebhookEvent.objects.values_list("event_id", "outcome"):
        yield "event", event_id, outcome != WebhookEvent.Outcome.RECEIVED
    for name, rows in (
        ("payment", Payment.objects.values_list("provider_ref", "state", "amount_minor")),
        ("refund", Refund.objects.values_list("provider_ref", "state", "amount_minor")),
        ("dispute", Dispute.objects.values_list("provider_ref", "state", "amount_minor")),
        ("invoice", Invoice.objects.values_list("id", "state")),
        ("link", PaymentLink.objects.values_list("invoice_id", "state")),
        ("fact", ServiceEvent.objects.filter(kind="invoice.paid").values_list("source_id")),
    ):
        for row in rows:
            yield name, *row
    for invoice_id, key in Posting.objects.values_list("invoice_id", "key"):
        if not key.endswith(":returned"):
            yield "posting", invoice_id, ID.sub("", key)
    accounts = Entry.objects.values_list("posting__invoice_id", "account").annotate(sum=Sum("amount_minor"))
    for invoice_id, account, total in accounts:
        if total:
            yield "account", invoice_id, account, total


def _withdrawn() -> Iterator[Line]:
    """Refunds that came back: they were posted twice, there and back, or not at all."""
    for (invoice_id,) in Posting.objects.filter(key__endswith=":returned").values_list("invoice_id"):
        yield "posting", invoice_id, "refund"
