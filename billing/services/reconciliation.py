"""Our books held against what providers say they have settled.

A line of a settlement file is kept once, however many files have it. What agrees is posted: the provider does not owe
it any more. What does not is a finding, for a person to see; where our books lack something, the provider is asked.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from billing.errors import GatewayUnknown, SettlementKindUnknown
from billing.gateways import gateway_kind
from billing.gateways.base import AccountUnusable
from billing.gateways.settlement import READERS, settlement_read
from billing.gateways.settlement.rows import SettlementRow
from billing.models import Dispute, Invoice, Payment, Refund, SettlementFile, SettlementLine
from billing.models.settlements import OPEN
from billing.services import books
from billing.services.checkouts import checkouts_settled
from billing.services.matching import CompanyAccount, Match, Matcher
from communities.access import Caller
from communities.models import Organisation
from core.tabular import TakesRejects, content_of
from dispatch.errors import NotForYourRole

LARGEST_FILE = 16 * 1024 * 1024  # bytes, unpacked
AGAIN_FOR = timedelta(days=60)
"""How long a line is looked at again that is about nothing of ours."""
BATCH = 1000  # lines

_Finding = SettlementLine.Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementGiven:
    """A file, as a path, `-` or its content, of one of the installation's accounts. `kind` says whose format it is in,
    unless it is the account's own provider's."""

    source: str | bytes
    account: str
    kind: str = ""
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementImport:
    """What became of a settlement file. `unchanged`: lines that were there; `waiting`: about what is not settled yet;
    `findings`: of the lines that are new."""

    file: SettlementFile
    is_new: bool
    imported: int
    unchanged: int
    waiting: int
    findings: Mapping[SettlementLine.Finding, int]


def settlement_import(
    *, caller: Caller, given: SettlementGiven, rejects: TakesRejects, now: datetime
) -> SettlementImport:
    """Keep a file's lines that are new, match them with our books, post what agrees. The same file again does nothing.

    For administrators. Raises NotForYourRole, GatewayUnknown, SettlementKindUnknown, core.tabular.Unreadable.
    """
    if not caller.administers:
        raise NotForYourRole("Settlement files are read by administrators.")
    kind = _kind(given)
    content = content_of(given.source, LARGEST_FILE)
    reading = settlement_read(kind, content, rejects)
    with transaction.atomic():
        file, is_new = SettlementFile.objects.get_or_create(
            organisation=caller.organisation,
            account=given.account,
            sha256=hashlib.sha256(content).hexdigest(),
            defaults={
                "kind": kind,
                "name": given.name[:200],
                "imported_by": caller.account,
                "imported_at": now,
            },
        )
        findings = _lines_keep(file, reading.rows)
    return SettlementImport(
        file=file,
        is_new=is_new,
        imported=findings.total(),
        unchanged=len(reading.rows) - findings.total(),
        waiting=reading.waiting,
        findings=findings,
    )


def lines_match(*, now: datetime) -> int:
    """Look again at the lines that were about nothing in our books: it may be there now. How many were."""
    open_lines = SettlementLine.objects.filter(finding__in=OPEN, created_at__gt=now - AGAIN_FOR)
    matched = 0
    for organisation_id, account in set(open_lines.values_list("organisation", "account")):
        at = CompanyAccount(Organisation.objects.get(pk=organisation_id), account)
        ids = open_lines.filter(organisation=organisation_id, account=account).values_list("pk", flat=True)
        for some in _batches(list(ids.order_by("pk"))):
            matched += _match(at, some, asks=False)[_Finding.MATCHED]
    return matched


def _kind(given: SettlementGiven) -> str:
    try:
        kind = given.kind or gateway_kind(given.account)
        gateway_kind(given.account)
    except AccountUnusable:
        raise GatewayUnknown from None
    if kind not in READERS:
        raise SettlementKindUnknown(f"{kind!r}: there are {', '.join(sorted(READERS))}.")
    return kind


def _lines_keep(file: SettlementFile, rows: Sequence[SettlementRow]) -> Counter[SettlementLine.Finding]:
    """Those that no file has had, with what was found about them."""
    lines = [_line(file, row) for row in rows]
    SettlementLine.objects.bulk_create(lines, batch_size=BATCH, ignore_conflicts=True)
    at = CompanyAccount(file.organisation, file.account)
    found: Counter[SettlementLine.Finding] = Counter()
    for some in _batches([line.pk for line in lines]):
        found += _match(at, some, asks=True)
    return found


def _line(file: SettlementFile, row: SettlementRow) -> SettlementLine:
    return SettlementLine(
        organisation_id=file.organisation_id,
        file=file,
        account=file.account,
        line_id=row.line_id,
        number=row.number,
        kind=row.kind,
        provider_ref=row.provider_ref,
        payment_ref=row.payment_ref,
        checkout_ref=row.checkout_ref,
        currency=row.gross.currency,
        gross_minor=row.gross.minor,
        fee_minor=row.fee.minor,
        net_minor=row.net.minor,
        happened_at=row.happened_at,
        settled_on=row.settled_on,
        payout_ref=row.payout_ref,
    )


@transaction.atomic
def _match(at: CompanyAccount, ids: Sequence[UUID], *, asks: bool) -> Counter[SettlementLine.Finding]:
    """Match those of the lines that are open, post what agrees, and ask about what our books lack.

    A provider is asked once, when the line is new: what it does not know then, a person must look at.
    """
    free = SettlementLine.objects.filter(pk__in=ids, finding__in=OPEN)
    lines = list(free.select_for_update(of=("self",)).order_by("pk"))
    matcher = Matcher(at, lines)
    found = [(line, matcher.match(line)) for line in lines]
    for line, match in found:
        _note(line, match)
    SettlementLine.objects.bulk_update(
        lines, ["finding", "payment", "refund", "dispute", "difference_minor"], batch_size=BATCH
    )
    _post(at, found)
    if asks:
        checkouts_settled(checkouts={match.checkout for _, match in found if match.checkout})
    return Counter(match.finding for _, match in found)


def _note(line: SettlementLine, match: Match) -> None:
    line.finding = match.finding
    line.difference_minor = match.difference
    line.payment = match.thing if isinstance(match.thing, Payment) else None
    line.refund = match.thing if isinstance(match.thing, Refund) else None
    line.dispute = match.thing if isinstance(match.thing, Dispute) else None


def _post(at: CompanyAccount, found: Sequence[tuple[SettlementLine, Match]]) -> None:
    settled = [
        (line, match.payment)
        for line, match in found
        if match.finding == _Finding.MATCHED and match.payment is not None
    ]
    invoices = Invoice.objects.filter(pk__in={payment.invoice_id for _, payment in settled})
    list(invoices.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    books.settlements_post(settled, at.organisation.zone)


def _batches(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
