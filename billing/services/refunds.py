"""Giving money back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from billing.errors import NotRefundable, PaymentUnknown, RefundOnItsWay, RefundTooLarge
from billing.gateways import gateway_for
from billing.gateways.base import (
    DisputeState,
    GatewayRefused,
    PaymentState,
    ProviderRefund,
    RefundState,
    RefundWanted,
)
from billing.models import Payment, Refund
from billing.selectors.payments import payment_list
from billing.services.settling import known_of, payments_enter, refund_enter
from billing.services.standing import invoice_locked, invoice_restate
from communities.access import Caller
from core.money import Money
from core.outbox import emit
from dispatch.errors import NotForYourRole


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundGiven:
    """So much of a payment, and why; in minor units of the payment's currency."""

    amount_minor: int
    reason: str


@transaction.atomic
def refund_want(*, caller: Caller, payment_id: UUID, given: RefundGiven, now: datetime) -> Refund:
    """Give part of a payment back, or all of it. What was paid at a provider goes back there, after the commit; what
    was taken on site is noted as given back by the caller.

    For administrators. Raises NotForYourRole, PaymentUnknown, NotRefundable for a payment that did not arrive,
    RefundTooLarge for more than is left of it, RefundOnItsWay while another has not reached the provider.
    """
    payment = payment_list(caller).filter(pk=payment_id).first()
    if payment is None:
        raise PaymentUnknown
    if not caller.administers:
        raise NotForYourRole("Money is given back by administrators.")
    invoice = invoice_locked(payment.invoice_id)
    payment.refresh_from_db()
    _check(payment, given)
    refund = Refund.objects.create(
        organisation=payment.organisation,
        payment=payment,
        wanted_by=caller.account,
        reason=given.reason,
        state=Refund.WANTED,
        amount_minor=given.amount_minor,
        currency=payment.currency,
        happened_at=now,
    )
    if payment.way == Payment.Way.CHECKOUT:
        emit("refund.wanted", refund.id)
        return refund
    refund = refund_enter(payment, _by_hand(refund, now))
    invoice_restate(invoice, now=now)
    return refund


def refundable(payment: Payment) -> Money:
    """What is left of a payment to give back: less what went back, is on its way, or is held in disputes."""
    gone = payment.refunds.exclude(state=RefundState.FAILED).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    held = payment.disputes.exclude(state=DisputeState.WON).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    captured = payment.amount_minor if payment.state == PaymentState.SUCCEEDED else 0
    return Money(max(0, captured - gone - held), payment.currency)


def refund_send(*, subject_id: UUID) -> None:
    """Ask the provider to give money back, unless its books say that it has. Follows `refund.wanted`.

    Raises GatewayUnavailable; asking may have worked, so the next try looks first. A refusal fails the refund.
    """
    refund = Refund.objects.select_related("payment__checkout__link").get(pk=subject_id)
    checkout = refund.payment.checkout
    if refund.state != Refund.WANTED or checkout is None:
        return
    gateway = gateway_for(checkout.link.account)
    payments_enter(checkout=checkout, told=gateway.payments_of(known_of(checkout)), now=timezone.now())
    refund.refresh_from_db(fields=["state"])
    if refund.state != Refund.WANTED:
        return
    try:
        told = gateway.payment_refund(
            RefundWanted(
                reference=refund.id,
                checkout=known_of(checkout),
                payment_ref=refund.payment.provider_ref,
                amount=refund.amount,
                reason=refund.reason,
            )
        )
    except GatewayRefused as error:
        _fail(refund, str(error))
        return
    with transaction.atomic():
        invoice = invoice_locked(refund.payment.invoice_id)
        refund.payment.invoice = invoice
        refund_enter(refund.payment, told)
        invoice_restate(invoice, now=timezone.now())


def _check(payment: Payment, given: RefundGiven) -> None:
    if payment.state != PaymentState.SUCCEEDED:
        raise NotRefundable
    left = refundable(payment)
    if not 1 <= given.amount_minor <= left.minor:
        raise RefundTooLarge(f"Between 1 and {left.minor} of the smallest unit can be given back ({left}).")
    if payment.refunds.filter(state=Refund.WANTED).exists():
        raise RefundOnItsWay


def _by_hand(refund: Refund, now: datetime) -> ProviderRefund:
    """What was given back over the counter."""
    return ProviderRefund(
        provider_ref=f"by-hand-{refund.id.hex}",
        reference=refund.id,
        state=RefundState.SUCCEEDED,
        amount=refund.amount,
        happened_at=now,
    )


def _fail(refund: Refund, why: str) -> None:
    Refund.objects.filter(pk=refund.pk, state=Refund.WANTED).update(
        state=RefundState.FAILED, failure=why[:240]
    )
