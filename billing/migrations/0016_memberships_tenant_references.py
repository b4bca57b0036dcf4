"""The database refuses a reference from one organisation's row to another's: see core.tenancy."""

from django.db import migrations

from core.tenancy import tenant_key, tenant_reference

KEYS = ["billing_maintenanceplan", "billing_membership", "billing_membershipperiod"]

REFERENCES = [
    ("billing_maintenanceplan", "tax_id", "billing_tax"),
    ("billing_planinclusion", "plan_id", "billing_maintenanceplan"),
    ("billing_planinclusion", "service_type_id", "dispatch_servicetype"),
    ("billing_membership", "plan_id", "billing_maintenanceplan"),
    ("billing_membership", "site_id", "communities_site"),
    ("billing_membership", "customer_id", "communities_customer"),
    ("billing_membership", "sold_by_id", "communities_user"),
    ("billing_membership", "technician_id", "dispatch_technician"),
    ("billing_membership", "visit_id", "dispatch_visit"),
    ("billing_membershipperiod", "membership_id", "billing_membership"),
    ("billing_includedvisit", "period_id", "billing_membershipperiod"),
    ("billing_includedvisit", "service_type_id", "dispatch_servicetype"),
    ("billing_includedvisit", "request_id", "dispatch_servicerequest"),
    ("billing_includedvisit", "visit_id", "dispatch_visit"),
    ("billing_invoice", "period_id", "billing_membershipperiod"),
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0015_memberships")]

    operations = [
        *(tenant_key(table) for table in KEYS),
        *(tenant_reference(*reference) for reference in REFERENCES),
    ]
