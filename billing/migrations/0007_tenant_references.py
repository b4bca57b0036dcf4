"""The database refuses a reference from one organisation's row to another's: see core.tenancy."""

from django.db import migrations

from core.tenancy import tenant_key, tenant_reference

KEYS = ["billing_checkout", "billing_payment", "billing_posting"]

REFERENCES = [
    ("billing_checkout", "link_id", "billing_paymentlink"),
    ("billing_inquiry", "checkout_id", "billing_checkout"),
    ("billing_paymentreminder", "link_id", "billing_paymentlink"),
    ("billing_payment", "checkout_id", "billing_checkout"),
    ("billing_payment", "taken_by_id", "communities_user"),
    ("billing_refund", "wanted_by_id", "communities_user"),
    ("billing_refund", "payment_id", "billing_payment"),
    ("billing_dispute", "payment_id", "billing_payment"),
    ("billing_posting", "invoice_id", "billing_invoice"),
    ("billing_posting", "payment_id", "billing_payment"),
    ("billing_entry", "posting_id", "billing_posting"),
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_links_without_a_checkout")]

    operations = [
        *(tenant_key(table) for table in KEYS),
        *(tenant_reference(*reference) for reference in REFERENCES),
    ]
