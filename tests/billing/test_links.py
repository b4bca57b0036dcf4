"""The customer's address for paying: what it is for, whom it is sent to, and when it is over."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings as conf
from django.core import mail
from pytest_django import Settings

from billing.models import BillingProfile, Invoice, PaymentLink, PaymentReminder
from billing.services.invoices import invoice_issue
from billing.services.links import (
    link_follow,
    links_expire,
    pay_url,
    payment_link_send,
    payment_reminder_send,
    reminders_due,
)
from billing.services.profiles import profile_of
from communities.models import Contact, Organisation
from core.money import Money
from core.qr import qr_svg
from dispatch.models import Visit
from tests.outbox import waiting

DAY = timedelta(days=1)
LINE_PAY = {
    "acme-line": {
        "gateway": "line_pay",
        "base_url": "https://pay.example",
        "channel_id": "1",
        "channel_secret": "the-channel-secret",
    }
}


@pytest.fixture
def link(invoice: Invoice) -> PaymentLink:
    return PaymentLink.objects.get()


def states() -> list[tuple[str, int]]:
    return list(PaymentLink.objects.order_by("created_at").values_list("state", "amount_minor"))


def test_the_customer_gets_one_letter_in_their_language_with_link_and_picture(link: PaymentLink) -> None:
    Contact.objects.update(language="en")

    payment_link_send(subject_id=link.pk)
    payment_link_send(subject_id=link.pk)

    [letter] = mail.outbox
    assert isinstance(letter, mail.EmailMessage)
    assert letter.subject == "Acme: invoice 00000001"
    assert pay_url(link.invoice_id) in str(letter.body)
    assert "TWD 800" in str(letter.body)
    [attachment] = letter.attachments
    assert (attachment[0], attachment[2], bytes(attachment[1])[:4]) == (
        "payment.png",
        "image/png",
        b"\x89PNG",
    )


def test_nobody_who_did_not_agree_is_written_to(link: PaymentLink) -> None:
    Contact.objects.update(may_message=False)

    payment_link_send(subject_id=link.pk)

    assert (mail.outbox, PaymentLink.objects.get().sent_at) == ([], None)


def test_the_code_is_a_picture_of_its_own() -> None:
    assert qr_svg("https://pay.example/1").startswith('<?xml version="1.0" encoding="utf-8"?>\n<svg')


def test_another_amount_has_another_link_and_none_is_left_when_nothing_is_due(
    invoice: Invoice, now: datetime
) -> None:
    link_follow(invoice, Money(800, "TWD"), now=now)
    assert states() == [("open", 800)]

    link_follow(invoice, Money(300, "TWD"), now=now)
    assert states() == [("replaced", 800), ("open", 300)]

    link_follow(invoice, Money(0, "TWD"), now=now)
    assert states() == [("replaced", 800), ("replaced", 300)]


def test_a_link_is_over_after_its_days(link: PaymentLink, now: datetime) -> None:
    assert links_expire(now=now + 30 * DAY - timedelta(seconds=1)) == 0

    assert links_expire(now=now + 30 * DAY) == 1
    assert states() == [("expired", 800)]


def test_reminders_come_on_their_days_until_it_is_paid(link: PaymentLink, now: datetime) -> None:
    Contact.objects.update(language="en")
    for days in (2, 3, 8):
        reminders_due(now=now + days * DAY)
        for reminder in PaymentReminder.objects.filter(state="due"):
            payment_reminder_send(subject_id=reminder.pk)
            payment_reminder_send(subject_id=reminder.pk)
    subjects = [letter.subject for letter in mail.outbox]
    assert subjects == ["Acme: invoice 00000001 is still open"] * 2  # after 3 days, and after 7

    PaymentLink.objects.update(state=PaymentLink.State.PAID)
    reminders_due(now=now + 14 * DAY)

    assert list(PaymentReminder.objects.order_by("number").values_list("state", flat=True)) == [
        "sent",
        "sent",
        "stopped",
    ]
    assert len(mail.outbox) == 2


def test_what_is_paid_between_the_day_and_the_letter_is_not_asked_for(
    link: PaymentLink, now: datetime
) -> None:
    reminders_due(now=now + 3 * DAY)
    PaymentLink.objects.update(state=PaymentLink.State.PAID)

    payment_reminder_send(subject_id=PaymentReminder.objects.get(state="due").pk)

    assert (mail.outbox, PaymentReminder.objects.filter(state="stopped").count()) == ([], 1)


def test_each_company_has_its_own_account_days_and_reminders(
    done: Visit, acme: Organisation, now: datetime, settings: Settings
) -> None:
    settings.PAYMENT_ACCOUNTS = LINE_PAY
    profile_of(acme).save()
    BillingProfile.objects.update(payment_account="acme-line", link_days=7, reminder_days=[2, 9])

    link = invoice_issue(visit_id=done.pk, now=now).links.get()

    assert (link.account, link.expires_at) == ("acme-line", now + 7 * DAY)
    assert [one.due_at for one in link.reminders.all()] == [now + 2 * DAY]


@pytest.mark.parametrize(("account", "currency"), [("gone", "TWD"), ("acme-line", "USD")])
def test_an_invoice_is_issued_even_where_it_cannot_be_paid_online(
    done: Visit, acme: Organisation, now: datetime, settings: Settings, account: str, currency: str
) -> None:
    settings.PAYMENT_ACCOUNTS = LINE_PAY
    profile_of(acme).save()
    BillingProfile.objects.update(payment_account=account)
    Organisation.objects.update(currency=currency)

    invoice = invoice_issue(visit_id=done.pk, now=now)

    assert (invoice.total, invoice.links.count(), waiting()) == (
        Money(800, currency),
        0,
        ["invoice.issued"],
    )


def test_the_address_is_one_for_the_invoice(link: PaymentLink) -> None:
    assert pay_url(link.invoice_id).startswith(f"{conf.PUBLIC_URL}/pay/{link.invoice_id}/")
