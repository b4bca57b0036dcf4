"""Payment links: one open for what is due of an invoice, sent to the customer, remembered until it is paid."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from billing.gateways import gateway_for
from billing.gateways.base import AccountUnusable, PaymentState
from billing.models import Checkout, Invoice, Payment, PaymentLink, PaymentReminder
from billing.models.paying import LIVE_CHECKOUT
from billing.services.profiles import profile_of
from communities.selectors.customers import contact_for_letters
from core.links import link_token
from core.mail import Letter, letter_send
from core.money import Money
from core.outbox import emit
from core.qr import qr_png

log = structlog.get_logger(__name__)

_State = PaymentLink.State


def link_issue(invoice: Invoice, amount: Money, *, now: datetime) -> PaymentLink | None:
    """Open a link for an amount of a locked invoice, and wish for a letter about it.

    None where the company's account at a provider is not there, or does not take the currency: that is no reason not
    to issue an invoice. It is logged, and the invoice has no link.
    """
    profile = profile_of(invoice.organisation)
    if not _takes(profile.payment_account, amount.currency):
        log.error("no payment link", invoice=invoice.number, account=profile.payment_account)
        return None
    link = PaymentLink.objects.create(
        organisation=invoice.organisation,
        invoice=invoice,
        account=profile.payment_account,
        amount_minor=amount.minor,
        currency=amount.currency,
        expires_at=now + timedelta(days=profile.link_days),
    )
    emit("payment_link.opened", link.id)
    PaymentReminder.objects.bulk_create(
        PaymentReminder(
            organisation=invoice.organisation, link=link, number=number, due_at=now + timedelta(days=days)
        )
        for number, days in enumerate(sorted(profile.reminder_days), start=1)
        if days < profile.link_days
    )
    return link


def link_follow(invoice: Invoice, due: Money, *, now: datetime) -> None:
    """Let the open link of a locked invoice be for the amount due: another replaces it, and none when nothing is."""
    link = PaymentLink.objects.filter(invoice=invoice, state=_State.OPEN).first()
    if link is None or link.amount == due:
        return
    was_paid = Payment.objects.filter(checkout__link=link, state=PaymentState.SUCCEEDED).exists()
    link_end(link, _State.PAID if was_paid else _State.REPLACED)
    if due.minor > 0:
        link_issue(invoice, due, now=now)


def link_end(link: PaymentLink, state: PaymentLink.State) -> bool:
    """Let an open link be over; a checkout that is open at the provider is to be closed. False when it was not open."""
    if PaymentLink.objects.filter(pk=link.pk, state=_State.OPEN).update(state=state) != 1:
        return False
    for checkout in Checkout.objects.filter(link=link, state__in=LIVE_CHECKOUT):
        emit("checkout.unwanted", checkout.id)
    return True


@transaction.atomic
def links_expire(*, now: datetime) -> int:
    """End every link whose time is over; how many."""
    over = PaymentLink.objects.select_for_update(skip_locked=True).filter(
        state=_State.OPEN, expires_at__lte=now
    )
    return sum(link_end(link, _State.EXPIRED) for link in over.order_by("expires_at")[:500])


@transaction.atomic
def reminders_due(*, now: datetime) -> int:
    """Wish for every letter whose day has come, if its link is still open; how many."""
    waiting = PaymentReminder.objects.select_for_update(skip_locked=True).filter(
        state=PaymentReminder.State.WAITING, due_at__lte=now
    )
    reminders = list(waiting.select_related("link").order_by("due_at")[:500])
    for reminder in reminders:
        wanted = reminder.link.state == _State.OPEN
        reminder.state = PaymentReminder.State.DUE if wanted else PaymentReminder.State.STOPPED
        reminder.save(update_fields=["state"])
        if wanted:
            emit("payment_reminder.due", reminder.id)
    return len(reminders)


def payment_link_send(*, subject_id: UUID) -> None:
    """Write to the customer, with the address and its QR code. Follows `payment_link.opened`.

    Without somebody who agreed to messages and has an e-mail address nothing is sent. A crash between sending
    and noting it sends the same letter again, under the same Message-ID.
    """
    link = _link_shown(subject_id)
    if link.sent_at is None and _write(link, "payment_link.txt", f"payment-link.{link.id}"):
        PaymentLink.objects.filter(pk=link.id, sent_at=None).update(sent_at=timezone.now())


def payment_reminder_send(*, subject_id: UUID) -> None:
    """Remind the customer of an open link. Follows `payment_reminder.due`; a second time sends nothing."""
    reminder = PaymentReminder.objects.get(pk=subject_id)
    if reminder.state != PaymentReminder.State.DUE:
        return
    sent = _write(_link_shown(reminder.link_id), "payment_reminder.txt", f"payment-reminder.{reminder.id}")
    state = PaymentReminder.State.SENT if sent else PaymentReminder.State.STOPPED
    PaymentReminder.objects.filter(pk=reminder.pk, state=PaymentReminder.State.DUE).update(state=state)


def pay_url(invoice_id: UUID) -> str:
    """Where the customer sees an invoice, what is due of it, and pays. It stays the same for the invoice's life."""
    return f"{settings.PUBLIC_URL}/pay/{invoice_id}/{link_token('pay', invoice_id)}"


def _takes(account: str, currency: str) -> bool:
    try:
        return currency in gateway_for(account).capabilities.currencies
    except AccountUnusable:
        return False


def _link_shown(link_id: UUID) -> PaymentLink:
    return PaymentLink.objects.select_related("invoice", "organisation").get(pk=link_id)


def _write(link: PaymentLink, template: str, reference: str) -> bool:
    """Send a letter about an open link; False when there is nobody to write to, or the link is over."""
    contact = contact_for_letters(link.invoice.customer_id)
    if contact is None or link.state != _State.OPEN:
        return False
    url = pay_url(link.invoice_id)
    letter_send(
        Letter(
            to=contact.email,
            sender=link.organisation.name,
            language=contact.language,
            template=f"customer/mail/{template}",
            context={"contact": contact, "url": url, "invoice": link.invoice, "amount": link.amount},
            reference=reference,
            images={"payment.png": qr_png(url)},
        )
    )
    return True
