"""Payments of the invoices one may see, and those that payers contest."""

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


def dispute_list(caller: Caller) -> QuerySet[Dispute]:
    """Payments that their payers contest, or have contested. For administrators."""
    disputes = Dispute.objects.filter(organisation=caller.organisation)
    shown = disputes.select_related("payment__invoice__customer", "payment__checkout__link")
    return shown if caller.administers else shown.none()
