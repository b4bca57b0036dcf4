"""The database refuses a reference from one organisation's row to another's: see core.tenancy."""

from django.db import migrations

from core.tenancy import tenant_key, tenant_reference

KEYS = [
    "billing_offerline",
    "billing_commissionrule",
    "billing_commissionmonth",
    "billing_commissionstatement",
]

REFERENCES = [
    ("billing_invoiceline", "offer_line_id", "billing_offerline"),
    ("billing_visitshare", "visit_id", "dispatch_visit"),
    ("billing_visitshare", "technician_id", "dispatch_technician"),
    ("billing_commissionrule", "item_id", "billing_priceitem"),
    ("billing_commissionrule", "service_type_id", "dispatch_servicetype"),
    ("billing_commissionmonth", "closed_by_id", "communities_user"),
    ("billing_commissionstatement", "month_id", "billing_commissionmonth"),
    ("billing_commissionstatement", "technician_id", "dispatch_technician"),
    ("billing_commissionline", "statement_id", "billing_commissionstatement"),
    ("billing_commissionline", "technician_id", "dispatch_technician"),
    ("billing_commissionline", "rule_id", "billing_commissionrule"),
    ("billing_commissionline", "visit_id", "dispatch_visit"),
    ("billing_commissionline", "posting_id", "billing_posting"),
    ("billing_commissionline", "invoice_line_id", "billing_invoiceline"),
    ("billing_commissionline", "survey_id", "communities_surveyinvitation"),
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0017_commissions")]

    operations = [
        *(tenant_key(table) for table in KEYS),
        *(tenant_reference(*reference) for reference in REFERENCES),
    ]
