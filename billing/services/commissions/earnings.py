"""Who has earned what in a month."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db.models import F

from billing.commissions import Collected, Sold, Terms, apportioned, earned, net_kept, part_kept, rounded
from billing.models import CommissionRule, InvoiceLine, VisitShare
from billing.services.commissions.papers import Answered, Done, Paper, Span, Step, answers_of, papers_of
from billing.services.commissions.rules import RuleBook
from dispatch.models import Visit
from dispatch.states import VisitState

_Kind = CommissionRule.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Earning:
    """A line of a statement, as it is to be written."""

    technician_id: UUID
    kind: str
    rule_id: UUID
    visit_id: UUID
    happened_at: datetime
    parts: int
    of_parts: int
    amount_minor: int
    base_minor: int = 0
    posting_id: UUID | None = None
    invoice_line_id: UUID | None = None
    survey_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Sharer:
    """Somebody who earns, and in what part."""

    technician_id: UUID
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Claim:
    """Who earns of a line, by which rule."""

    line: InvoiceLine
    rule: CommissionRule
    sharers: Sequence[Sharer]


@dataclass(frozen=True, slots=True)
class SoFar:
    """What was kept of a line up to a step, and what each sharer of a claim has of it."""

    base: int
    amounts: Sequence[int]


@dataclass(slots=True)
class Progress:
    """An invoice's money up to a step."""

    collected: Collected
    credits: Counter[UUID] = field(default_factory=Counter)

    def go(self, step: Step) -> None:
        self.collected = replace(
            self.collected,
            credited=self.collected.credited + step.credited,
            received=self.collected.received + step.received,
        )
        self.credits.update(step.credits)


def earnings_of(span: Span) -> Iterator[Earning]:
    """All that was earned in the month, and what was taken back."""
    rules = RuleBook(span.organisation)
    papers, answers = list(papers_of(span)), list(answers_of(span))
    done = [paper.done for paper in papers] + [answer.done for answer in answers]
    crews = _crews({one.visit_id: one for one in done}.values())
    for paper in papers:
        yield from _paper_earnings(paper, rules, crews[paper.done.visit_id])
    for answer in answers:
        yield from _answer_earnings(answer, rules, crews[answer.done.visit_id])


def _crews(done: Collection[Done]) -> dict[UUID, list[Sharer]]:
    """Visit → who shares what it earns: as dispatch has said, else its technician and who went along alike."""
    visits = [one.visit_id for one in done]
    said, along = _said(visits), _along(visits)
    there = {one.visit_id: filter(None, (one.technician_id, *along[one.visit_id])) for one in done}
    return {visit: said.get(visit) or [Sharer(one) for one in there[visit]] for visit in visits}


def _said(visits: Collection[UUID]) -> dict[UUID, list[Sharer]]:
    crews: dict[UUID, list[Sharer]] = defaultdict(list)
    for share in VisitShare.objects.filter(visit__in=visits).order_by("pk"):
        crews[share.visit_id].append(Sharer(share.technician_id, share.parts))
    return crews


def _along(visits: Collection[UUID]) -> dict[UUID, list[UUID | None]]:
    lead = "work_order__visits"
    trips = Visit.objects.filter(**{f"{lead}__in": visits}, sequence=F(f"{lead}__sequence"))
    along: dict[UUID, list[UUID | None]] = defaultdict(list)
    went = trips.filter(role__gt=0, state=VisitState.COMPLETED).order_by("role")
    for visit, technician in went.values_list(f"{lead}__pk", "technician_id"):
        along[visit].append(technician)
    return along


def _paper_earnings(paper: Paper, rules: RuleBook, crew: Sequence[Sharer]) -> Iterator[Earning]:
    """Step by step: what each claim has after a step that counts, less what it had before."""
    claims = list(_claims(paper, rules, crew))
    before = [SoFar(0, [0] * len(claim.sharers)) for claim in claims]
    progress = Progress(Collected(paper.invoice.total_minor))
    for step in paper.steps:
        progress.go(step)
        after = [_so_far(claim, paper, progress) for claim in claims]
        if step.counts:
            for claim, old, new in zip(claims, before, after, strict=True):
                yield from _differences(paper, step, claim, old, new)
        before = after


def _claims(paper: Paper, rules: RuleBook, crew: Sequence[Sharer]) -> Iterator[Claim]:
    """By the rules of the day the invoice was issued, so that what goes back is what came."""
    for line in paper.lines:
        rule_of = partial(
            rules.rule, on=paper.on, item_id=line.item_id, service_type_id=paper.done.service_type_id
        )
        if crew and paper.invoice.period is None and (rule := rule_of(_Kind.SHARE)):
            yield Claim(line, rule, crew)
        if (seller := _seller(paper, line)) and (rule := rule_of(_Kind.UPSELL)):
            yield Claim(line, rule, [Sharer(seller)])


def _seller(paper: Paper, line: InvoiceLine) -> UUID | None:
    """Who offered what the line is, or sold the membership that begins with it."""
    if line.offer_line:
        return line.offer_line.option.offer.technician_id
    period = paper.invoice.period
    return paper.done.technician_id if period and period.number == 1 else None


def _so_far(claim: Claim, paper: Paper, progress: Progress) -> SoFar:
    line, rule = claim.line, claim.rule
    tax_in_bp = line.tax_rate_bp if paper.invoice.tax_included else 0
    sold = Sold(line.amount_minor, tax_in_bp, line.quantity)
    credited, part = progress.credits[line.pk], part_kept(progress.collected)
    amount = earned(Terms(rule.rate_bp, rule.amount_minor), sold, credited, part)
    parts = [sharer.parts for sharer in claim.sharers]
    return SoFar(rounded(net_kept(sold, credited, part)), apportioned(amount, parts))


def _differences(paper: Paper, step: Step, claim: Claim, old: SoFar, new: SoFar) -> Iterator[Earning]:
    for sharer, was, now in zip(claim.sharers, old.amounts, new.amounts, strict=True):
        if now != was:
            yield Earning(
                technician_id=sharer.technician_id,
                kind=claim.rule.kind,
                rule_id=claim.rule.pk,
                visit_id=paper.done.visit_id,
                posting_id=step.posting_id,
                invoice_line_id=claim.line.pk,
                happened_at=step.happened_at,
                base_minor=new.base - old.base,
                parts=sharer.parts,
                of_parts=sum(one.parts for one in claim.sharers),
                amount_minor=now - was,
            )


def _answer_earnings(answer: Answered, rules: RuleBook, crew: Sequence[Sharer]) -> Iterator[Earning]:
    rule = rules.rule(_Kind.SATISFACTION, on=answer.on, service_type_id=answer.done.service_type_id)
    if not crew or rule is None or answer.csat < (rule.least_csat or 0):
        return
    parts = [sharer.parts for sharer in crew]
    for sharer, amount in zip(crew, apportioned(rule.amount_minor or 0, parts), strict=True):
        if amount:
            yield Earning(
                technician_id=sharer.technician_id,
                kind=rule.kind,
                rule_id=rule.pk,
                visit_id=answer.done.visit_id,
                survey_id=answer.survey_id,
                happened_at=answer.happened_at,
                parts=sharer.parts,
                of_parts=sum(parts),
                amount_minor=amount,
            )
