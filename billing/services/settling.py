"""What the provider's books say about a checkout, entered into ours.

Whoever changes anything about an invoice's money holds the lock of its row, so that each sees what the other did.
All of it can be done again, in any order: states only go forward, and a posting is made once.
"""

import contextlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from billing.gateways import gateway_for
from billing.gateways.base import (
    DisputeState,
    Gateway,
    GatewayRefused,
    Known,
    PaymentState,
    ProviderDispute,
    ProviderPayment,
    ProviderRefund,
    RefundState,
)
from billing.models import Checkout, Dispute, Invoice, Payment, PaymentLink, Refund
from billing.selectors.invoices import due
from billing.services import books, facts
from billing.services.standing import invoice_locked, invoice_restate
from communities.models import ServiceEvent
from core.outbox import emit

FORWARD = {
    PaymentState.PENDING: 0,
    PaymentState.AUTHORISED: 1,
    PaymentState.DECLINED: 2,
    PaymentState.EXPIRED: 2,
    PaymentState.SUCCEEDED: 3,
}
REFUND_FORWARD = {
    Refund.WANTED: 0,
    RefundState.PENDING: 1,
    RefundState.SUCCEEDED: 2,
    RefundState.FAILED: 3,
}


def checkout_sync(*, subject_id: UUID) -> None:
    """Ask the provider about a checkout and enter what we do not have; take a payment that waits for our word.

    Raises GatewayUnavailable or GatewayRefused.
    """
    checkout = Checkout.objects.select_related("link").get(pk=subject_id)
    if not checkout.provider_ref:
        return
    gateway = gateway_for(checkout.link.account)
    told = truth(gateway, checkout)
    payments_enter(checkout=checkout, told=told, now=timezone.now())


def truth(gateway: Gateway, checkout: Checkout) -> list[ProviderPayment]:
    """The provider's books about a checkout, after taking what waits for our word and is still wanted."""
    known = known_of(checkout)
    told = gateway.payments_of(known)
    if any(one.state == PaymentState.AUTHORISED for one in told) and _capture_claim(checkout):
        # Refused, by the card's bank for one: then the books say what became of it.
        with contextlib.suppress(GatewayRefused):
            gateway.payment_capture(known)
        told = gateway.payments_of(known)
        if all(one.state in (PaymentState.DECLINED, PaymentState.EXPIRED) for one in told):
            PaymentLink.objects.filter(pk=checkout.link_id, capturing_id=checkout.pk).update(
                capturing_id=None
            )
    return told


def known_of(checkout: Checkout) -> Known:
    """The checkout as gateways ask about it."""
    return Known(checkout.id, checkout.provider_ref, checkout.link.amount)


@transaction.atomic
def payments_enter(*, checkout: Checkout, told: Iterable[ProviderPayment], now: datetime) -> None:
    """Enter the provider's books about a checkout into ours, and let the invoice follow: first what came, then what
    went, so that it does not matter when we heard of it."""
    invoice = invoice_locked(checkout.link.invoice_id)
    payments = [(_payment_enter(checkout, invoice, one), one) for one in told]
    invoice_restate(invoice, now=now)
    for payment, one in payments:
        for refund in one.refunds:
            refund_enter(payment, refund)
        for dispute in one.disputes:
            _dispute_enter(payment, dispute, now)
    Checkout.objects.filter(pk=checkout.pk).update(asked_at=now)
    invoice_restate(invoice, now=now)


def refund_enter(payment: Payment, told: ProviderRefund) -> Refund:
    """Enter one refund of a payment whose invoice is locked. One that nobody here asked for was begun there."""
    refund = _refund_known(payment, told) or Refund(
        organisation_id=payment.organisation_id,
        payment=payment,
        state=Refund.WANTED,
        amount_minor=told.amount.minor,
        currency=told.amount.currency,
    )
    if refund._state.adding or REFUND_FORWARD[told.state] > REFUND_FORWARD[refund.state]:
        refund.state, refund.provider_ref, refund.happened_at = (
            told.state,
            told.provider_ref,
            told.happened_at,
        )
        refund.save()
    if refund.state == RefundState.SUCCEEDED and books.refund_post(refund):
        _tell(ServiceEvent.Kind.PAYMENT_REFUNDED, f"refund:{refund.id}", refund, refund.happened_at)
        emit("payment.refunded", refund.id)
    elif refund.state == RefundState.FAILED:
        books.refund_return_post(refund, refund.happened_at)
    return refund


def _capture_claim(checkout: Checkout) -> bool:
    """Whether to take the money: nobody has paid otherwise in the meantime, the amount is still the one that is due,
    and no other checkout of the link is being taken."""
    link = PaymentLink.objects.select_related("invoice").get(pk=checkout.link_id)
    if due(link.invoice) != link.amount:
        return False
    free = PaymentLink.objects.filter(pk=link.pk, state=PaymentLink.State.OPEN)
    return (
        free.filter(Q(capturing_id=None) | Q(capturing_id=checkout.pk)).update(capturing_id=checkout.pk) == 1
    )


def _payment_enter(checkout: Checkout, invoice: Invoice, told: ProviderPayment) -> Payment:
    new = {
        "state": told.state,
        "method": told.method,
        "amount_minor": told.amount.minor,
        "currency": told.amount.currency,
        "happened_at": told.happened_at,
    }
    payment, is_new = Payment.objects.get_or_create(
        checkout=checkout,
        provider_ref=told.provider_ref,
        defaults={"organisation_id": invoice.organisation_id, "invoice": invoice, **new},
    )
    is_later = FORWARD[told.state] > FORWARD[PaymentState(payment.state)]
    if is_later:
        for name, value in new.items():
            setattr(payment, name, value)
        payment.save(update_fields=list(new))
    payment.invoice = invoice
    if payment.state == PaymentState.SUCCEEDED and books.capture_post(payment):
        emit("payment.succeeded", payment.id)
    elif payment.state == PaymentState.DECLINED and (is_new or is_later):
        emit("payment.declined", payment.id)
    return payment


def _refund_known(payment: Payment, told: ProviderRefund) -> Refund | None:
    """Ours by our reference or the provider's, or else the one on its way, if it is of this amount."""
    ours = payment.refunds.select_related("payment__invoice")
    if told.reference and (found := ours.filter(pk=told.reference).first()):
        return found
    if found := ours.filter(provider_ref=told.provider_ref).first():
        return found
    on_its_way = ours.filter(state=Refund.WANTED, amount_minor=told.amount.minor)
    return on_its_way.first() if told.reference is None else None


def _dispute_enter(payment: Payment, told: ProviderDispute, now: datetime) -> None:
    """Enter a dispute. Providers need not say when it was decided: then it was when we heard of it."""
    decided_at = None if told.state == DisputeState.OPEN else told.decided_at or now
    dispute, is_new = Dispute.objects.get_or_create(
        payment=payment,
        provider_ref=told.provider_ref,
        defaults={
            "organisation_id": payment.organisation_id,
            "state": told.state,
            "amount_minor": told.amount.minor,
            "currency": told.amount.currency,
            "opened_at": told.opened_at,
            "decided_at": decided_at,
        },
    )
    if dispute.state == DisputeState.OPEN and told.state != DisputeState.OPEN:
        dispute.state, dispute.decided_at = told.state, decided_at
        dispute.save(update_fields=["state", "decided_at"])
    dispute.payment = payment
    books.dispute_post(dispute)
    if is_new:
        _tell(ServiceEvent.Kind.PAYMENT_DISPUTED, f"dispute:{dispute.id}", dispute, dispute.opened_at)
        emit("payment.disputed", dispute.id)


def _tell(kind: ServiceEvent.Kind, source_id: str, what: Refund | Dispute, at: datetime) -> None:
    facts.invoice_fact_record(
        kind=kind,
        source_id=source_id,
        invoice_id=what.payment.invoice_id,
        occurred_at=at,
        amount=what.amount,
    )
