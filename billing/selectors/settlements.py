"""Settlement files, and what is in none of them. For administrators."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from billing.errors import SettlementFileUnknown
from billing.gateways.base import PaymentState, RefundState
from billing.models import Payment, Refund, SettlementFile, SettlementLine
from communities.access import Caller


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


def payment_unsettled_list(caller: Caller, account: str, until: datetime) -> QuerySet[Payment]:
    """Payments that came through an account until then and are in none of its settlement files. For administrators."""
    payments = Payment.objects.filter(
        organisation=caller.organisation,
        checkout__link__account=account,
        state=PaymentState.SUCCEEDED,
        happened_at__lte=until,
        settlement_lines=None,
    )
    return payments.select_related("invoice") if caller.administers else payments.none()


def refund_unsettled_list(caller: Caller, account: str, until: datetime) -> QuerySet[Refund]:
    """Refunds, likewise."""
    refunds = Refund.objects.filter(
        organisation=caller.organisation,
        payment__checkout__link__account=account,
        state=RefundState.SUCCEEDED,
        happened_at__lte=until,
        settlement_lines=None,
    )
    return refunds.select_related("payment__invoice") if caller.administers else refunds.none()
