"""Settlement files, and what is in none of them. For administrators."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from billing.errors import SettlementFileUnknown
from billing.gateways.base import PaymentState, RefundState
from billing.models import Payment, Refund, SettlementFile, SettlementLine
from communities.access import Caller

AGREED = (SettlementLine.Finding.MATCHED, SettlementLine.Finding.NOT_OURS)
"""Findings that ask nothing of anybody."""


def settlement_file_list(caller: Caller) -> QuerySet[SettlementFile]:
    """For administrators."""
    files = SettlementFile.objects.filter(organisation=caller.organisation)
    return files if caller.administers else files.none()


def settlement_line_list(caller: Caller, file_id: UUID) -> QuerySet[SettlementLine]:
    """The lines that came with a file. Raises SettlementFileUnknown, also for one that is not the caller's."""
    file = settlement_file_list(caller).filter(pk=file_id).first()
    if file is None:
        raise SettlementFileUnknown
    return SettlementLine.objects.filter(file=file).select_related(
        "payment", "refund__payment", "dispute__payment"
    )


def settlement_difference_list(caller: Caller) -> QuerySet[SettlementLine]:
    """Lines of all files that our books do not have like that. For administrators."""
    lines = SettlementLine.objects.filter(organisation=caller.organisation).exclude(finding__in=AGREED)
    shown = lines.select_related(
        "file", "payment__invoice", "refund__payment__invoice", "dispute__payment__invoice"
    )
    return shown if caller.administers else shown.none()


def payment_unsettled_list(caller: Caller, account: str, until: datetime) -> QuerySet[Payment]:
    """Payments that came through an account, or "" for any, until then and are in none of its settlement files. For
    administrators."""
    payments = Payment.objects.filter(
        _through(account, "checkout"),
        organisation=caller.organisation,
        state=PaymentState.SUCCEEDED,
        happened_at__lte=until,
        settlement_lines=None,
    )
    shown = payments.select_related("invoice__customer", "checkout__link")
    return shown if caller.administers else shown.none()


def refund_unsettled_list(caller: Caller, account: str, until: datetime) -> QuerySet[Refund]:
    """Refunds, likewise."""
    refunds = Refund.objects.filter(
        _through(account, "payment__checkout"),
        organisation=caller.organisation,
        state=RefundState.SUCCEEDED,
        happened_at__lte=until,
        settlement_lines=None,
    )
    shown = refunds.select_related("payment__invoice__customer", "payment__checkout__link")
    return shown if caller.administers else shown.none()


def _through(account: str, checkout: str) -> Q:
    """Money that came through this account, or through any; what was taken on site has no checkout."""
    return Q(**{f"{checkout}__link__account": account}) if account else Q(**{f"{checkout}__isnull": False})
