"""The database refuses a reference from one organisation's row to another's: see core.tenancy."""

from django.db import migrations

from core.tenancy import tenant_key, tenant_reference

KEYS = [
    "communities_region",
    "communities_community",
    "communities_site",
    "communities_user",
    "communities_customer",
    "communities_contact",
    "communities_signalset",
    "communities_surveyinvitation",
]

REFERENCES = [
    ("communities_community", "region_id", "communities_region"),
    ("communities_site", "community_id", "communities_community"),
    ("communities_regionmanager", "user_id", "communities_user"),
    ("communities_regionmanager", "region_id", "communities_region"),
    ("communities_apitoken", "user_id", "communities_user"),
    ("communities_contact", "customer_id", "communities_customer"),
    ("communities_serviceevent", "community_id", "communities_community"),
    ("communities_serviceevent", "site_id", "communities_site"),
    ("communities_serviceevent", "customer_id", "communities_customer"),
    ("communities_communitymetric", "community_id", "communities_community"),
    ("communities_signal", "signal_set_id", "communities_signalset"),
    ("communities_signal", "community_id", "communities_community"),
    ("communities_surveyinvitation", "contact_id", "communities_contact"),
    ("communities_surveyinvitation", "community_id", "communities_community"),
    ("communities_surveyanswer", "invitation_id", "communities_surveyinvitation"),
    ("communities_daychanged", "community_id", "communities_community"),
]


class Migration(migrations.Migration):
    dependencies = [("communities", "0001_initial")]

    operations = [
        *(tenant_key(table) for table in KEYS),
        *(tenant_reference(*reference) for reference in REFERENCES),
    ]
