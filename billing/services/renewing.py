"""Another link, where a person decides that what is due should be asked for again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.errors import NothingToPay
from billing.models import PaymentLink
from billing.selectors.invoices import due, invoice_get
from billing.services.links import link_issue
from billing.services.standing import invoice_locked
from communities.access import Caller
from dispatch.errors import NotForYourRole


@transaction.atomic
def link_renew(*, caller: Caller, invoice_id: UUID, now: datetime) -> PaymentLink:
    """The invoice's open link, or a new one for what is due.

    For dispatch. Raises InvoiceUnknown, NotForYourRole, and NothingToPay when nothing is due, or there is no way to pay
    it online.
    """
    invoice_get(caller, invoice_id)
    if not caller.runs_dispatch:
        raise NotForYourRole("Links are renewed by dispatch.")
    invoice = invoice_locked(invoice_id)
    owed = due(invoice)
    if owed.minor <= 0:
        raise NothingToPay
    live = PaymentLink.objects.filter(invoice=invoice, state=PaymentLink.State.OPEN).first()
    link = live or link_issue(invoice, owed, now=now)
    if link is None:
        raise NothingToPay("The company's account at a provider does not take this.")
    return link
