"""What was a link at the sandbox becomes a link of ours with a checkout there; invoices and payments enter the books.

A checkout keeps its link's id, because that is what the provider knows it by.
"""

import json
from datetime import timedelta

from django.conf import settings
from django.db import migrations
from django.db.models import F
from django.utils import timezone

DAYS = timedelta(days=30)


def forward(apps, schema_editor):
    model = {name: apps.get_model("billing", name) for name in MODELS}
    now = timezone.now()
    model["PaymentLink"].objects.update(expires_at=F("created_at") + DAYS)
    model["PaymentLink"].objects.filter(state="pending").update(state="open")
    for link in model["PaymentLink"].objects.exclude(provider_ref="").iterator():
        model["Checkout"].objects.create(
            id=link.id,
            organisation_id=link.organisation_id,
            link=link,
            state="open" if link.state == "open" else "closed",
            provider_ref=link.provider_ref,
            url=link.url,
            expires_at=link.expires_at,
        )
    model["Payment"].objects.update(checkout_id=F("link_id"))
    for invoice in model["Invoice"].objects.iterator():
        _post(model, f"invoice:{invoice.id}", invoice, None, "receivable", "revenue", invoice.total_minor)
    for payment in model["Payment"].objects.filter(state="succeeded").select_related("invoice").iterator():
        _post(
            model, f"capture:{payment.id}", payment.invoice, payment, "provider", "receivable", payment.amount_minor
        )
    address = f"{settings.PUBLIC_URL}/api/v1/webhooks/sandbox"
    model["SandboxCheckout"].objects.update(state="open", expires_at=now + DAYS, notice_url=address)
    for event in model["WebhookEvent"].objects.filter(outcome="received"):
        event.checkout_ref = json.loads(event.body)["data"]["checkout"]
        event.save(update_fields=["checkout_ref"])
    _outbox(apps.get_model("core", "Outbox").objects.filter(done_at=None), model)


def _outbox(undone, model):
    undone.filter(topic="payment_link.wanted").update(
        topic="payment_link.opened", consumer="billing.services.links.payment_link_send"
    )
    undone.filter(topic="webhook.received").update(consumer="billing.services.inbox.webhook_apply")
    for row in undone.filter(topic="sandbox.checkout_settled"):
        checkout_id = model["SandboxPayment"].objects.get(pk=row.subject_id).checkout_id
        row.subject_id = model["SandboxNotice"].objects.create(checkout_id=checkout_id).id
        row.topic, row.consumer = "sandbox.notice", "console.sandbox_provider.notices.notice_send"
        row.save(update_fields=["subject_id", "topic", "consumer"])


def _post(model, key, invoice, payment, into, out_of, amount):
    posting = model["Posting"].objects.create(
        organisation_id=invoice.organisation_id,
        key=key,
        invoice=invoice,
        payment=payment,
        currency=payment.currency if payment else invoice.currency,
        occurred_at=payment.happened_at if payment else invoice.issued_at,
    )
    for account, minor in ((into, amount), (out_of, -amount)):
        if amount:
            model["Entry"].objects.create(
                organisation_id=invoice.organisation_id, posting=posting, account=account, amount_minor=minor
            )


def backward(apps, schema_editor):
    """Links take their checkout back. What the older tables cannot say (refunds, disputes, money on site) stays away."""
    model = {name: apps.get_model("billing", name) for name in MODELS}
    model["PaymentLink"].objects.filter(state__in=["replaced", "expired"]).update(state="paid")
    for checkout in model["Checkout"].objects.exclude(provider_ref="").order_by("created_at").iterator():
        model["PaymentLink"].objects.filter(pk=checkout.link_id).update(
            provider_ref=checkout.provider_ref, url=checkout.url
        )
    for payment in model["Payment"].objects.exclude(checkout=None).select_related("checkout").iterator():
        model["Payment"].objects.filter(pk=payment.pk).update(link_id=payment.checkout.link_id)
    model["Payment"].objects.filter(checkout=None).delete()
    model["Invoice"].objects.filter(state="partly_paid").update(state="issued")
    model["Invoice"].objects.filter(state__in=["overpaid", "reopened"]).update(state="paid")


MODELS = [
    "Checkout",
    "Entry",
    "Invoice",
    "Payment",
    "PaymentLink",
    "Posting",
    "SandboxCheckout",
    "SandboxNotice",
    "SandboxPayment",
    "WebhookEvent",
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_checkouts_and_books"), ("core", "0001_initial")]

    operations = [migrations.RunPython(forward, backward)]
