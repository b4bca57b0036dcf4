"""An invoice's whole story, in order: what was issued, sent, tried, heard, asked, paid, given back, and posted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from billing.models import (
    Checkout,
    Dispute,
    Entry,
    Invoice,
    Payment,
    PaymentLink,
    Posting,
    Refund,
    WebhookEvent,
)
from billing.selectors.invoices import invoice_list
from communities.access import Caller
from core.money import Money
from dispatch.errors import NotForYourRole


class What(StrEnum):
    """What happened. Of what happened at the same moment, what stands first here came first."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    LINK = "link"
    LETTER = "letter"
    CHECKOUT = "checkout"
    MESSAGE = "message"
    INQUIRY = "inquiry"
    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"
    POSTING = "posting"


ORDER = {what: place for place, what in enumerate(What)}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the story. `state` is the row's own word, `detail` what a person would ask next."""

    at: datetime
    what: What
    state: str = ""
    amount: Money | None = None
    detail: str = ""
    entries: tuple[tuple[str, Money], ...] = ()


def story_of(caller: Caller, invoice: Invoice) -> list[Happening]:
    """Everything we know about the invoice's money, oldest first. For administrators. Raises NotForYourRole."""
    if not caller.administers:
        raise NotForYourRole("A payment's story is for administrators.")
    checkouts = list(Checkout.objects.filter(link__invoice=invoice).select_related("link"))
    payments = list(invoice.payments.prefetch_related("refunds", "disputes").select_related("taken_by"))
    told = [
        *_papers(invoice),
        *_links(invoice),
        *_checkouts(checkouts, payments),
        *_payments(payments),
        *_postings(invoice),
    ]
    return sorted(told, key=lambda one: (one.at, ORDER[one.what]))


def needing_attention(caller: Caller) -> QuerySet[Invoice]:
    """Invoices at which a person should look: paid too much, reopened, contested, with a refund that failed or is not
    through, money in another currency, or something due and no link to pay it with. For administrators. Raises
    NotForYourRole."""
    if not caller.administers:
        raise NotForYourRole("Open questions about money are for administrators.")
    state = Invoice.State
    ours = Payment.objects.filter(organisation=caller.organisation)
    contested = ours.filter(Q(disputes__state="open") | Q(refunds__state__in=["failed", Refund.WANTED]))
    foreign = ours.filter(state="succeeded").exclude(currency=F("invoice__currency"))
    open_links = PaymentLink.objects.filter(invoice=OuterRef("pk"), state=PaymentLink.State.OPEN)
    return (
        invoice_list(caller)
        .filter(
            Q(state__in=[state.OVERPAID, state.REOPENED])
            | (Q(state__in=[state.ISSUED, state.PARTLY_PAID]) & ~Exists(open_links))
            | Q(pk__in=contested.values("invoice"))
            | Q(pk__in=foreign.values("invoice"))
        )
        .order_by("-issued_at")
    )


def _papers(invoice: Invoice) -> Iterator[Happening]:
    yield Happening(invoice.issued_at, What.INVOICE, amount=invoice.total, detail=invoice.number)
    for note in invoice.credit_notes.all():
        yield Happening(
            note.issued_at, What.CREDIT_NOTE, amount=note.total, detail=f"{note.number}: {note.reason}"
        )


def _links(invoice: Invoice) -> Iterator[Happening]:
    for link in invoice.links.prefetch_related("reminders"):
        yield Happening(link.created_at, What.LINK, state=link.state, amount=link.amount, detail=link.account)
        if link.sent_at:
            yield Happening(link.sent_at, What.LETTER, state="sent")
        for reminder in link.reminders.all():
            if reminder.state != "waiting":
                yield Happening(
                    reminder.due_at, What.LETTER, state=reminder.state, detail=f"#{reminder.number}"
                )


def _checkouts(checkouts: Iterable[Checkout], payments: Iterable[Payment]) -> Iterator[Happening]:
    names: set[str] = {payment.provider_ref for payment in payments if payment.provider_ref}
    accounts: set[str] = set()
    for checkout in checkouts:
        accounts.add(checkout.link.account)
        names |= {str(checkout.pk), checkout.provider_ref} - {""}
        yield Happening(
            checkout.created_at, What.CHECKOUT, state=checkout.state, detail=checkout.provider_ref
        )
        for inquiry in checkout.inquiries.all():
            yield Happening(inquiry.created_at, What.INQUIRY, state=inquiry.reason)
    for event in WebhookEvent.objects.filter(account__in=accounts, checkout_ref__in=names):
        yield Happening(event.received_at, What.MESSAGE, state=event.outcome, detail=event.event_id)


def _payments(payments: Iterable[Payment]) -> Iterator[Happening]:
    for payment in payments:
        who = payment.taken_by.get_username() if payment.taken_by else payment.provider_ref
        detail = " ".join(filter(None, [payment.way, payment.method, who, payment.note]))
        yield Happening(payment.happened_at, What.PAYMENT, payment.state, payment.amount, detail)
        yield from (_refund(refund) for refund in payment.refunds.all())
        yield from (_dispute(dispute) for dispute in payment.disputes.all())


def _refund(refund: Refund) -> Happening:
    detail = " ".join(filter(None, [refund.reason, refund.failure]))
    return Happening(refund.happened_at, What.REFUND, refund.state, refund.amount, detail)


def _dispute(dispute: Dispute) -> Happening:
    at = dispute.decided_at or dispute.opened_at
    return Happening(at, What.DISPUTE, dispute.state, dispute.amount, dispute.provider_ref)


def _postings(invoice: Invoice) -> Iterator[Happening]:
    entries = Prefetch("entries", Entry.objects.order_by("account"))
    for posting in Posting.objects.filter(invoice=invoice).prefetch_related(entries):
        yield Happening(
            posting.occurred_at,
            What.POSTING,
            detail=posting.key,
            entries=tuple(
                (entry.account, Money(entry.amount_minor, posting.currency))
                for entry in posting.entries.all()
            ),
        )
