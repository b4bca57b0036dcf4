"""The database refuses a reference from one organisation's row to another's: see core.tenancy."""

from django.db import migrations

from core.tenancy import tenant_key, tenant_reference

KEYS = [
    "billing_tax",
    "billing_pricelist",
    "billing_optionset",
    "billing_setoption",
    "billing_offer",
    "billing_offeroption",
    "billing_invoiceline",
    "billing_creditnote",
]

REFERENCES = [
    ("billing_priceitem", "tax_id", "billing_tax"),
    ("billing_priceitempart", "item_id", "billing_priceitem"),
    ("billing_pricelist", "region_id", "communities_region"),
    ("billing_pricelistentry", "price_list_id", "billing_pricelist"),
    ("billing_pricelistentry", "item_id", "billing_priceitem"),
    ("billing_optionset", "service_type_id", "dispatch_servicetype"),
    ("billing_setoption", "option_set_id", "billing_optionset"),
    ("billing_setoptionline", "option_id", "billing_setoption"),
    ("billing_setoptionline", "item_id", "billing_priceitem"),
    ("billing_offer", "accepted_id", "billing_offeroption"),
    ("billing_offer", "fulfilled_by_id", "dispatch_servicerequest"),
    ("billing_offeroption", "offer_id", "billing_offer"),
    ("billing_offerline", "option_id", "billing_offeroption"),
    ("billing_offerline", "item_id", "billing_priceitem"),
    ("billing_approval", "offer_id", "billing_offer"),
    ("billing_approval", "noted_by_id", "communities_user"),
    ("billing_taxline", "invoice_id", "billing_invoice"),
    ("billing_creditnote", "invoice_id", "billing_invoice"),
    ("billing_creditnote", "issued_by_id", "communities_user"),
    ("billing_creditline", "credit_note_id", "billing_creditnote"),
    ("billing_creditline", "line_id", "billing_invoiceline"),
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0013_what_must_hold_of_options_and_taxes")]

    operations = [
        *(tenant_key(table) for table in KEYS),
        *(tenant_reference(*reference) for reference in REFERENCES),
    ]
