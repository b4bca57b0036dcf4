"""Forgetting a customer, everywhere but on the papers that the law keeps."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import pgtrigger
from django.db import transaction
from django.db.models import Q, QuerySet

from billing.models import Approval, Checkout, Invoice, Membership, Payment, Refund, WebhookEvent
from billing.models.invoices import OWED
from communities.access import Caller
from communities.errors import CustomerNotDone, CustomerUnknown
from communities.models import Customer, Erasure
from communities.services.erasure import GONE, customer_forget
from core.signatures import NOTHING_DRAWN
from dispatch.models import ServiceRequest
from dispatch.services.erasure import requests_forget
from dispatch.states import RequestState

LOOKED_AT = timedelta(days=1)  # for less than so long a message is looked at again


@transaction.atomic
def customer_erase(*, caller: Caller, customer_id: UUID, now: datetime) -> Erasure:
    """Forget who a customer was: name, contacts, key, unit, and whatever anybody wrote or signed. Again is no error.

    Their id stays, as a pseudonym, and with it every fact, payment and total. Issued invoices and credit notes keep
    whom they were issued to and why, for the law keeps them. Raises CustomerUnknown, also for everybody but
    administrators, and CustomerNotDone while a request, a membership or an invoice of theirs is open.
    """
    customers = Customer.objects.select_for_update(no_key=True).filter(organisation=caller.organisation)
    customer = customers.filter(pk=customer_id).first() if caller.administers else None
    if customer is None:
        raise CustomerUnknown
    erased = Erasure.objects.filter(customer=customer).first()
    if erased is not None:
        return erased
    _check_over(customer)
    _papers_keep(customer)
    _billing_forget(customer, now)
    requests_forget(customer=customer)
    customer_forget(customer=customer, now=now)
    return Erasure.objects.create(
        organisation=caller.organisation, customer=customer, erased_at=now, erased_by=caller.account
    )


def _check_over(customer: Customer) -> None:
    open_rows = {
        "a service request": ServiceRequest.objects.filter(
            customer=customer, state__in=[RequestState.RECEIVED, RequestState.ACCEPTED]
        ),
        "a membership": Membership.objects.filter(
            customer=customer, state__in=[Membership.State.ACTIVE, Membership.State.LAPSED]
        ),
        "an invoice": Invoice.objects.filter(customer=customer, state__in=OWED),
    }
    for what, rows in open_rows.items():
        if rows.exists():
            raise CustomerNotDone(f"There is {what} of theirs that is open.")


def _papers_keep(customer: Customer) -> None:
    Invoice.objects.filter(customer=customer, bill_to="").update(bill_to=customer.name)


def _billing_forget(customer: Customer, now: datetime) -> None:
    """What was signed, noted, and told to us by payment providers."""
    with pgtrigger.ignore("billing.Approval:append_only"):
        approvals = Approval.objects.filter(offer__visit__work_order__request__customer=customer)
        approvals.exclude(name="").update(name=GONE)
        approvals.exclude(signature="").update(signature=NOTHING_DRAWN)
    Membership.objects.filter(customer=customer).exclude(reason="").update(reason=GONE)
    Payment.objects.filter(invoice__customer=customer).exclude(note="").update(note="")
    refunds = Refund.objects.filter(payment__invoice__customer=customer)
    refunds.exclude(reason="").update(reason=GONE)
    checkouts = Checkout.objects.filter(link__invoice__customer=customer)
    checkouts.update(form=None)
    _messages_of(checkouts.values_list("pk", "provider_ref", "payments__provider_ref")).exclude(
        Q(outcome=WebhookEvent.Outcome.RECEIVED)
        | Q(outcome=WebhookEvent.Outcome.IGNORED, received_at__gt=now - LOOKED_AT)
    ).update(body="")


def _messages_of(checkouts: Iterable[tuple[UUID, str, str | None]]) -> QuerySet[WebhookEvent]:
    """What providers sent about checkouts, by whatever they call them: our id, theirs, or the payment's."""
    names = {str(name) for row in checkouts for name in row if name}
    return WebhookEvent.objects.filter(checkout_ref__in=names)
