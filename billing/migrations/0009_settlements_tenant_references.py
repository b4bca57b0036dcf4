"""The database refuses a reference from one organisation's row to another's: see core.tenancy."""

from django.db import migrations

from core.tenancy import tenant_key, tenant_reference

KEYS = ["billing_settlementfile", "billing_refund", "billing_dispute"]

REFERENCES = [
    ("billing_settlementfile", "imported_by_id", "communities_user"),
    ("billing_settlementline", "file_id", "billing_settlementfile"),
    ("billing_settlementline", "payment_id", "billing_payment"),
    ("billing_settlementline", "refund_id", "billing_refund"),
    ("billing_settlementline", "dispute_id", "billing_dispute"),
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0008_settlements")]

    operations = [
        *(tenant_key(table) for table in KEYS),
        *(tenant_reference(*reference) for reference in REFERENCES),
    ]
