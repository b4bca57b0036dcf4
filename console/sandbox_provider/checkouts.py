"""The provider's books: checkouts, attempts to pay them, and what becomes of the money."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from billing.models import (
    SandboxCheckout,
    SandboxDispute,
    SandboxNotice,
    SandboxPayment,
    SandboxRefund,
)
from core.money import Money
from core.outbox import emit

_Checkout, _Payment, _Dispute = SandboxCheckout.State, SandboxPayment.State, SandboxDispute.State


class Refused(Exception):
    """The provider says no, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutAsked:
    """What a merchant sends."""

    reference: UUID
    amount: Money
    description: str
    return_url: str
    notice_url: str
    expires_at: datetime


def checkout_make(asked: CheckoutAsked) -> SandboxCheckout:
    """The one checkout of the merchant's reference. Raises Refused when it exists with another amount."""
    checkout, _ = SandboxCheckout.objects.get_or_create(
        reference=asked.reference,
        defaults={
            "amount_minor": asked.amount.minor,
            "currency": asked.amount.currency,
            "description": asked.description,
            "return_url": asked.return_url,
            "notice_url": asked.notice_url,
            "expires_at": asked.expires_at,
        },
    )
    if (checkout.amount_minor, checkout.currency) != (asked.amount.minor, asked.amount.currency):
        raise Refused("the reference has another amount")
    return checkout


@transaction.atomic
def checkout_close(checkout: SandboxCheckout) -> None:
    """Let nobody pay it any more. Raises Refused when it has been paid."""
    _lock(checkout)
    if checkout.payments.filter(state=_Payment.SUCCEEDED).exists():
        raise Refused("it has been paid")
    SandboxCheckout.objects.filter(pk=checkout.pk).update(state=_Checkout.CLOSED)


@transaction.atomic
def payment_make(checkout: SandboxCheckout, state: SandboxPayment.State, *, now: datetime) -> SandboxPayment:
    """An attempt to pay. A provider that cannot stop a late or a second payment takes it: so does this one."""
    payment = SandboxPayment.objects.create(checkout=checkout, state=state, happened_at=now)
    notice_make(checkout)
    return payment


@transaction.atomic
def code_pay(payment: SandboxPayment, *, now: datetime) -> None:
    """The payer has taken the code to a shop. Nothing for an attempt that waits for no code."""
    pending = SandboxPayment.objects.filter(pk=payment.pk, state=_Payment.PENDING)
    if pending.update(state=_Payment.SUCCEEDED, happened_at=now) == 1:
        notice_make(payment.checkout)


@transaction.atomic
def refund_make(
    payment: SandboxPayment, amount_minor: int, *, reference: UUID | None, now: datetime
) -> SandboxRefund:
    """Give money back, once for a reference. Raises Refused for more than there is, and for what was not paid."""
    _lock(payment.checkout)
    made = SandboxRefund.objects.filter(reference=reference).exclude(reference=None).first()
    if made is not None:
        return made
    gone = payment.refunds.aggregate(sum=Sum("amount_minor"))["sum"] or 0
    paid = payment.checkout.amount_minor if payment.state == _Payment.SUCCEEDED else 0
    if not 1 <= amount_minor <= paid - gone:
        raise Refused(f"{paid - gone} can be given back")
    refund = SandboxRefund.objects.create(
        payment=payment, reference=reference, amount_minor=amount_minor, happened_at=now
    )
    notice_make(payment.checkout)
    return refund


@transaction.atomic
def dispute_open(payment: SandboxPayment, *, now: datetime) -> None:
    """The payer contests the payment. Nothing for one that brought no money, or is contested already."""
    _lock(payment.checkout)
    if payment.state != _Payment.SUCCEEDED or payment.disputes.exists():
        return
    SandboxDispute.objects.create(payment=payment, amount_minor=payment.checkout.amount_minor, opened_at=now)
    notice_make(payment.checkout)


@transaction.atomic
def dispute_decide(dispute: SandboxDispute, state: SandboxDispute.State, *, now: datetime) -> None:
    """The payer's bank decides. Nothing when it has."""
    undecided = SandboxDispute.objects.filter(pk=dispute.pk, state=_Dispute.OPEN)
    if undecided.update(state=state, decided_at=now) == 1:
        notice_make(dispute.payment.checkout)


@transaction.atomic
def notice_make(checkout: SandboxCheckout, *, times: int = 1) -> None:
    """Tell the merchant, so often, that there is something to see."""
    notice = SandboxNotice.objects.create(checkout=checkout, times=times)
    emit("sandbox.notice", notice.id)


def _lock(checkout: SandboxCheckout) -> None:
    SandboxCheckout.objects.select_for_update().get(pk=checkout.pk)
