"""Postings. Whoever posts holds the lock of the invoice."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.gateways.settlement.rows import RowKind
from billing.models import CreditNote, Dispute, Entry, Invoice, Payment, Posting, Refund, SettlementLine
from core.money import Money

_Account = Entry.Account


def invoice_post(invoice: Invoice) -> None:
    """The customer owes the total; the company has earned it but for the tax."""
    owed = {
        _Account.RECEIVABLE: invoice.total_minor,
        _Account.REVENUE: -invoice.net_minor,
        _Account.TAX: -invoice.tax_minor,
    }
    _post(f"invoice:{invoice.id}", invoice, None, owed, invoice.currency, invoice.issued_at)


def credit_post(note: CreditNote) -> None:
    """What the invoice said too much is owed no more."""
    not_owed = {
        _Account.RECEIVABLE: -note.total_minor,
        _Account.REVENUE: note.net_minor,
        _Account.TAX: note.tax_minor,
    }
    _post(f"credit:{note.id}", note.invoice, None, not_owed, note.currency, note.issued_at)


def capture_post(payment: Payment) -> bool:
    """The money has come. False when that is in the books."""
    return _move(f"capture:{payment.id}", payment, _till(payment), payment.amount, payment.happened_at)


def refund_post(refund: Refund) -> bool:
    """The money has gone back: it is owed again. False when that is in the books."""
    payment = refund.payment
    back = Money(-refund.amount_minor, refund.currency)
    return _move(f"refund:{refund.id}", payment, _till(payment), back, refund.happened_at)


def refund_return_post(refund: Refund, at: datetime) -> bool:
    """The money given back did not arrive: it is with us again. Nothing for a refund that is not in the books."""
    if not Posting.objects.filter(organisation=refund.organisation_id, key=f"refund:{refund.id}").exists():
        return False
    payment = refund.payment
    return _move(f"refund:{refund.id}:returned", payment, _till(payment), refund.amount, at)


def dispute_post(dispute: Dispute) -> None:
    """What the provider holds back while the payer contests a payment, and where it goes afterwards."""
    payment, key = dispute.payment, f"dispute:{dispute.id}"
    held = {_Account.DISPUTED: dispute.amount_minor, _Account.PROVIDER: -dispute.amount_minor}
    _post(key, payment.invoice, payment, held, dispute.currency, dispute.opened_at)
    if dispute.decided_at is None:
        return
    goes_to = _Account.PROVIDER if dispute.state == "won" else _Account.RECEIVABLE
    freed = {goes_to: dispute.amount_minor, _Account.DISPUTED: -dispute.amount_minor}
    _post(f"{key}:{dispute.state}", payment.invoice, payment, freed, dispute.currency, dispute.decided_at)


def settled_key(kind: RowKind, thing: Payment | Refund | Dispute) -> str:
    """The posting that put at the provider what a settlement line of that kind takes from there."""
    return {
        RowKind.PAYMENT: "capture:{}",
        RowKind.REFUND: "refund:{}",
        RowKind.REFUND_RETURNED: "refund:{}:returned",
        RowKind.DISPUTE: "dispute:{}",
        RowKind.DISPUTE_REVERSED: "dispute:{}:won",
    }[kind].format(thing.pk)


def settlements_post(settled: Iterable[tuple[SettlementLine, Payment]], zone: ZoneInfo) -> None:
    """What a provider owed has come to the bank, less its fee; or has gone, where the line is below zero. A payout's
    day begins at midnight of `zone`. Each line with its payment, whose invoice is locked; none may be posted yet."""
    made = [(line, _settlement(line, payment, zone)) for line, payment in settled]
    Posting.objects.bulk_create(posting for _, posting in made)
    Entry.objects.bulk_create(
        Entry(organisation_id=line.organisation_id, posting=posting, account=account, amount_minor=amount)
        for line, posting in made
        for account, amount in (
            (_Account.BANK, line.net_minor),
            (_Account.FEES, line.fee_minor),
            (_Account.PROVIDER, -line.gross_minor),
        )
        if amount
    )


def _settlement(line: SettlementLine, payment: Payment, zone: ZoneInfo) -> Posting:
    paid_out = datetime.combine(line.settled_on, time.min, zone) if line.settled_on else None
    return Posting(
        organisation_id=line.organisation_id,
        key=f"settlement:{line.pk}",
        invoice_id=payment.invoice_id,
        payment=payment,
        currency=line.currency,
        occurred_at=paid_out or line.happened_at,
    )


def _till(payment: Payment) -> Entry.Account:
    return _Account.PROVIDER if payment.way == Payment.Way.CHECKOUT else _Account.ON_SITE


def _move(key: str, payment: Payment, till: Entry.Account, amount: Money, at: datetime) -> bool:
    """`amount` comes into the till, and is owed no more; below zero the other way round."""
    entries = {till: amount.minor, _Account.RECEIVABLE: -amount.minor}
    return _post(key, payment.invoice, payment, entries, amount.currency, at)


def _post(
    key: str,
    invoice: Invoice,
    payment: Payment | None,
    entries: Mapping[Entry.Account, int],
    currency: str,
    occurred_at: datetime,
) -> bool:
    """Enter it once for its key; False when it is there. The database refuses entries that do not sum to nothing."""
    with transaction.atomic():
        posting, is_new = Posting.objects.get_or_create(
            organisation_id=invoice.organisation_id,
            key=key,
            defaults={
                "invoice": invoice,
                "payment": payment,
                "currency": currency,
                "occurred_at": occurred_at,
            },
        )
        if is_new:
            Entry.objects.bulk_create(
                Entry(
                    organisation_id=invoice.organisation_id,
                    posting=posting,
                    account=account,
                    amount_minor=amount,
                )
                for account, amount in entries.items()
                if amount
            )
        return is_new
