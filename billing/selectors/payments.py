"""Payments of the invoices one may see."""

from django.db.models import Prefetch, QuerySet

from billing.models import Dispute, Payment, Refund
from billing.selectors.invoices import invoice_list
from communities.access import Caller


def payment_list(caller: Caller) -> QuerySet[Payment]:
    """Payments of the invoices one may see."""
    payments = Payment.objects.filter(invoice__in=invoice_list(caller)).select_related("invoice")
    return payments.prefetch_related(
        Prefetch("refunds", Refund.objects.order_by("happened_at")),
        Prefetch("disputes", Dispute.objects.order_by("opened_at")),
    )
