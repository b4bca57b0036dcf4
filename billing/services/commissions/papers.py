"""What a month's commissions are made of, read from the books and the ledger.

As many questions however many rows, and no rows but those of the month and of the invoices it touches.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum

from billing.models import CommissionLine, CommissionRule, CreditLine, Entry, Invoice, InvoiceLine, Posting
from communities.models import Organisation, ServiceEvent
from communities.services.ledger import facts_named

_CLOSED = CommissionLine.objects.filter(statement__month__state="closed")


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to before `end`; and, with `told_since`, what happened before and was noted from then on: learned
    too late for the month that it belongs to."""

    organisation: Organisation
    start: datetime
    end: datetime
    told_since: datetime | None = None

    @property
    def happened(self) -> Q:
        inside = Q(occurred_at__gte=self.start, occurred_at__lt=self.end)
        if self.told_since is None:
            return inside
        return inside | Q(occurred_at__lt=self.start, created_at__gte=self.told_since)


@dataclass(frozen=True, slots=True)
class Done:
    """Which visit, by whom, of what kind: as a fact tells it. Of a membership, the visit it was sold on."""

    visit_id: UUID
    technician_id: UUID | None
    service_type_id: UUID | None


@dataclass(frozen=True, slots=True)
class Step:
    """A posting: what it brought, or what it credited of each line. `counts`: it belongs to the month."""

    posting_id: UUID
    happened_at: datetime
    counts: bool
    received: int
    credited: int
    credits: Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class Paper:
    """An invoice with everything that happened to its money, in the order it was booked."""

    invoice: Invoice
    lines: list[InvoiceLine]
    steps: list[Step]
    done: Done
    on: date


@dataclass(frozen=True, slots=True)
class Answered:
    """A customer's answer about a visit."""

    survey_id: UUID
    done: Done
    csat: int
    happened_at: datetime
    on: date


def papers_of(span: Span) -> Iterator[Paper]:
    """The invoices whose money moved in the month. No posting counts that has counted in a closed month."""
    counting = dict(_counting(span).values_list("pk", "invoice_id"))
    lines = InvoiceLine.objects.order_by("position").select_related("offer_line__option__offer")
    invoices = (
        Invoice.objects.filter(pk__in=set(counting.values()), currency=span.organisation.currency)
        .select_related("period")
        .prefetch_related(Prefetch("lines", lines))
    )
    found = {invoice.pk: invoice for invoice in invoices.order_by("pk")}
    steps, done = _steps(found, counting), _done(span.organisation, found)
    for key, invoice in found.items():
        if key in done:
            on = invoice.issued_at.astimezone(span.organisation.zone).date()
            yield Paper(invoice, list(invoice.lines.all()), steps[key], done[key], on)


def answers_of(span: Span) -> Iterator[Answered]:
    """The month's answers; none about a visit whose answer has counted in a closed month."""
    counted = _CLOSED.filter(kind=CommissionRule.Kind.SATISFACTION, visit=OuterRef("visit_id"))
    facts = ServiceEvent.objects.filter(
        span.happened,
        ~Exists(counted),
        organisation=span.organisation,
        kind=ServiceEvent.Kind.SURVEY_ANSWERED,
        source="communities",
    )
    for fact in facts.order_by("pk"):
        if done := _told(fact):
            survey_id = UUID(fact.source_id.split(":")[1])
            yield Answered(survey_id, done, fact.data["csat"], fact.occurred_at, fact.occurred_on)


def _money() -> QuerySet[Posting]:
    """Postings about what customers owe. How a provider's money got to the bank is not among them."""
    return Posting.objects.filter(invoice__isnull=False).exclude(key__startswith="settlement:")


def _counting(span: Span) -> QuerySet[Posting]:
    counted = _CLOSED.filter(posting=OuterRef("pk"))
    return _money().filter(span.happened, ~Exists(counted), organisation=span.organisation)


def _steps(invoices: Collection[UUID], counting: Collection[UUID]) -> dict[UUID, list[Step]]:
    """By invoice, in the order of booking. Money in another currency settles nothing."""
    credits = _credits(invoices)
    owed = Sum("entries__amount_minor", filter=Q(entries__account=Entry.Account.RECEIVABLE), default=0)
    postings = _money().filter(invoice__in=invoices, currency=F("invoice__currency")).annotate(owed=owed)
    steps: dict[UUID, list[Step]] = defaultdict(list)
    for posting in postings.order_by("pk"):
        word, subject = posting.key.split(":")[:2]
        step = Step(
            posting_id=posting.pk,
            happened_at=posting.occurred_at,
            counts=posting.pk in counting,
            received=0 if word in ("invoice", "credit") else -posting.owed,
            credited=-posting.owed if word == "credit" else 0,
            credits=credits[subject] if word == "credit" else {},
        )
        assert posting.invoice_id is not None
        steps[posting.invoice_id].append(step)
    return steps


def _credits(invoices: Collection[UUID]) -> dict[str, dict[UUID, int]]:
    """What each credit note, by its id, takes off each line."""
    credits: dict[str, dict[UUID, int]] = defaultdict(dict)
    lines = CreditLine.objects.filter(credit_note__invoice__in=invoices)
    for note, line, amount in lines.values_list("credit_note_id", "line_id", "amount_minor"):
        credits[str(note)][line] = amount
    return credits


def _done(organisation: Organisation, invoices: Collection[UUID]) -> dict[UUID, Done]:
    """Who had done it when it was billed, by the ledger."""
    named = {f"invoice:{key}:issued": key for key in invoices}
    facts = facts_named(organisation=organisation, source="billing", source_ids=named)
    told = {named[fact.source_id]: _told(fact) for fact in facts}
    return {key: done for key, done in told.items() if done}


def _told(fact: ServiceEvent) -> Done | None:
    return Done(fact.visit_id, fact.technician_id, fact.service_type_id) if fact.visit_id else None
