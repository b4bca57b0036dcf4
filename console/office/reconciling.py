"""Money to follow up: not settled, contested, or settled otherwise than our books have it. For administrators."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from billing.gateways import account_names
from billing.gateways.base import DisputeState
from billing.gateways.settlement.rows import RowKind
from billing.models import Dispute, Invoice, Payment, Refund, SettlementFile, SettlementLine
from billing.selectors.payments import dispute_list
from billing.selectors.settlements import (
    payment_unsettled_list,
    refund_unsettled_list,
    settlement_difference_list,
    settlement_file_list,
)
from communities.access import Caller
from console.office.pages import for_administrators, office_page, signed_in
from core.money import Money

MOST = 100  # rows: the API has the rest
PATIENCE_DAYS = 10

_Finding = SettlementLine.Finding

FINDINGS: dict[str, tuple[Promise, Promise]] = {
    _Finding.ASKED: (
        _("Not in our books like this"),
        _("The provider has been asked, and we look again for 60 days. Look at it when it stays."),
    ),
    _Finding.UNKNOWN: (
        _("A payment that we do not know"),
        _("Another program may use the account. If none does, ask the provider what it was."),
    ),
    _Finding.REFUND_UNKNOWN: (
        _("A refund that we do not know"),
        _("Ask who gave it back on the provider's pages."),
    ),
    _Finding.DISPUTE_UNKNOWN: (
        _("A dispute that we do not know"),
        _("Look for it on the provider's pages."),
    ),
    _Finding.AMOUNT_DIFFERS: (
        _("Another amount than in our books"),
        _("Ask the provider. Nothing was entered in the books."),
    ),
    _Finding.CURRENCY_DIFFERS: (
        _("In another currency than in our books"),
        _("Tell whoever keeps the accounts. Nothing was entered in the books."),
    ),
    _Finding.SETTLED_TWICE: (
        _("Settled by another line already"),
        _("Ask the provider for what it was paid out twice."),
    ),
}
"""What was found, and what to do about it."""
KINDS: dict[str, Promise] = {
    RowKind.PAYMENT: _("Payment"),
    RowKind.REFUND: _("Refund"),
    RowKind.REFUND_RETURNED: _("Refund that came back"),
    RowKind.DISPUTE: _("Taken back in a dispute"),
    RowKind.DISPUTE_REVERSED: _("Given back after a dispute"),
}
DISPUTES: dict[str, tuple[Promise, Promise]] = {
    DisputeState.OPEN: (
        _("not decided"),
        _(
            "Answer it on the provider's pages, with the report of the visit. Until then the money is held back."
        ),
    ),
    DisputeState.WON: (_("won by us"), _("Nothing: the money is ours again.")),
    DisputeState.LOST: (_("lost"), _("It is due again. Talk to the customer, or credit the invoice.")),
}


class AskForm(forms.Form):
    """Which unsettled money is looked for."""

    account = forms.CharField(max_length=60, required=False)
    kind = forms.ChoiceField(choices=[("payment", ""), ("refund", "")], required=False)
    days = forms.IntegerField(min_value=0, max_value=3660, required=False)

    @property
    def said(self) -> dict[str, Any]:
        """With what cannot be read as if it had not been said."""
        self.full_clean()
        days = self.cleaned_data.get("days")
        return {
            "account": self.cleaned_data.get("account", ""),
            "kind": self.cleaned_data.get("kind") or "payment",
            "days": PATIENCE_DAYS if days is None else days,
        }


@dataclass(frozen=True, slots=True)
class Total:
    """Of one currency: how many, and what they come to."""

    number: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Money that no settlement file has, for so many days."""

    thing: Payment | Refund
    invoice: Invoice
    account: str
    days: int


@dataclass(frozen=True, slots=True)
class Contested:
    """A dispute in words."""

    dispute: Dispute
    state: Promise
    todo: Promise


@dataclass(frozen=True, slots=True)
class Difference:
    """A settlement line in words. `by` is how much the file has more than our books, or less."""

    line: SettlementLine
    invoice: Invoice | None
    kind: Promise
    gross: Money
    found: Promise
    by: Money | None
    is_more: bool
    todo: Promise


@require_safe
@signed_in
@for_administrators
def unsettled(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Payments, or refunds, that our books have for so many days and no settlement file has; oldest first."""
    asked, now = AskForm(request.GET).said, timezone.now()
    until = now - timedelta(days=asked["days"])
    look = refund_unsettled_list if asked["kind"] == "refund" else payment_unsettled_list
    found: QuerySet[Any] = look(caller, asked["account"], until)
    rows = [_unsettled(one, now) for one in found.order_by("happened_at", "pk")[: MOST + 1]]
    files = newest_files(caller)
    context = {
        "asked": asked,
        "accounts": sorted({*account_names(), *(file.account for file in files)}),
        "totals": totals(found),
        "rows": rows[:MOST],
        "more": len(rows) > MOST,
        "files": files,
    }
    return office_page(request, caller, "office/payments_unsettled.html", context)


@require_safe
@signed_in
@for_administrators
def disputed(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Payments that payers contest: the open ones, or those of ?state=, the longest open first."""
    state = request.GET.get("state", DisputeState.OPEN)
    state = state if state in DISPUTES else DisputeState.OPEN
    everything = dispute_list(caller)
    found = everything.filter(state=state)
    rows = [_contested(one) for one in found.order_by("opened_at", "pk")[: MOST + 1]]
    numbers: dict[str, int] = dict(everything.order_by().values_list("state").annotate(number=Count("pk")))
    context = {
        "state": state,
        "states": [(name, words, numbers.get(name, 0)) for name, (words, _todo) in DISPUTES.items()],
        "totals": totals(found),
        "rows": rows[:MOST],
        "more": len(rows) > MOST,
    }
    return office_page(request, caller, "office/payments_disputed.html", context)


@require_safe
@signed_in
@for_administrators
def differences(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Lines of settlement files that our books do not have like that, or those of ?finding=; newest first."""
    everything = settlement_difference_list(caller)
    finding = request.GET.get("finding", "")
    found = everything.filter(finding=finding) if finding in FINDINGS else everything
    rows = [_difference(one) for one in found.order_by("-happened_at", "-pk")[: MOST + 1]]
    numbers: dict[str, int] = dict(everything.order_by().values_list("finding").annotate(number=Count("pk")))
    context = {
        "finding": finding,
        "all": sum(numbers.values()),
        "findings": [
            (name, words, numbers[name]) for name, (words, _todo) in FINDINGS.items() if name in numbers
        ],
        "totals": totals(found, "gross_minor"),
        "rows": rows[:MOST],
        "more": len(rows) > MOST,
        "files": newest_files(caller),
    }
    return office_page(request, caller, "office/payments_differences.html", context)


def totals(found: QuerySet[Any], amount: str = "amount_minor") -> list[Total]:
    """Counted by the database, also those that are not shown."""
    by_currency = found.order_by().values_list("currency").annotate(number=Count("pk"), sum=Sum(amount))
    return [Total(number, Money(int(total), currency)) for currency, number, total in by_currency]


def newest_files(caller: Caller) -> list[SettlementFile]:
    """The last file that was read of each account."""
    return list(settlement_file_list(caller).order_by("account", "-imported_at").distinct("account"))


def _unsettled(thing: Payment | Refund, now: datetime) -> Unsettled:
    payment = thing.payment if isinstance(thing, Refund) else thing
    assert payment.checkout is not None  # what was taken on site is in no such list
    return Unsettled(thing, payment.invoice, payment.checkout.link.account, (now - thing.happened_at).days)


def _contested(dispute: Dispute) -> Contested:
    state, todo = DISPUTES[dispute.state]
    return Contested(dispute, state, todo)


def _difference(line: SettlementLine) -> Difference:
    found, todo = FINDINGS[line.finding]
    behind = line.refund or line.dispute
    payment, by = behind.payment if behind else line.payment, line.difference_minor
    return Difference(
        line=line,
        invoice=payment.invoice if payment else None,
        kind=KINDS[line.kind],
        gross=Money(line.gross_minor, line.currency),
        found=found,
        by=None if by is None else Money(abs(by), line.currency),
        is_more=by is not None and by > 0,
        todo=todo,
    )
