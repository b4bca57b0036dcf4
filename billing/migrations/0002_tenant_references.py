"""The database refuses a reference from one organisation's row to another's: see core.tenancy."""

from django.db import migrations

from core.tenancy import tenant_key, tenant_reference

KEYS = ["billing_priceitem", "billing_invoice", "billing_paymentlink"]

REFERENCES = [
    ("billing_priceitem", "service_type_id", "dispatch_servicetype"),
    ("billing_offer", "visit_id", "dispatch_visit"),
    ("billing_offer", "technician_id", "dispatch_technician"),
    ("billing_offer", "item_id", "billing_priceitem"),
    ("billing_invoice", "work_order_id", "dispatch_workorder"),
    ("billing_invoice", "visit_id", "dispatch_visit"),
    ("billing_invoice", "customer_id", "communities_customer"),
    ("billing_invoiceline", "invoice_id", "billing_invoice"),
    ("billing_invoiceline", "item_id", "billing_priceitem"),
    ("billing_paymentlink", "invoice_id", "billing_invoice"),
    ("billing_payment", "invoice_id", "billing_invoice"),
    ("billing_payment", "link_id", "billing_paymentlink"),
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial"), ("dispatch", "0002_tenant_references")]

    operations = [
        *(tenant_key(table) for table in KEYS),
        *(tenant_reference(*reference) for reference in REFERENCES),
    ]
