"""Payments go through accounts at providers; what was called an attempt at the sandbox is a payment there."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_tenant_references")]

    operations = [
        migrations.RemoveConstraint("paymentlink", "payment_link_one_live_for_an_invoice"),
        migrations.RemoveConstraint("paymentlink", "payment_link_provider_ref_once"),
        migrations.RemoveConstraint("payment", "payment_counts_once"),
        migrations.RemoveConstraint("invoice", "invoice_paid_has_a_time"),
        migrations.RemoveConstraint("webhookevent", "webhook_event_once"),
        migrations.RemoveConstraint("sandboxattempt", "sandbox_checkout_paid_once"),
        migrations.RenameField("paymentlink", "gateway", "account"),
        migrations.RenameField("webhookevent", "gateway", "account"),
        migrations.RenameModel("SandboxAttempt", "SandboxPayment"),
        migrations.AlterField(
            "sandboxpayment",
            "checkout",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="payments",
                to="billing.sandboxcheckout",
            ),
        ),
        migrations.AddField("paymentlink", "expires_at", models.DateTimeField(null=True)),
        migrations.AddField("sandboxcheckout", "expires_at", models.DateTimeField(null=True)),
        migrations.AddField("sandboxcheckout", "notice_url", models.URLField(max_length=500, null=True)),
    ]
