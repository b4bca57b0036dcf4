"""What was offered becomes an option with one line; invoices so far bear no tax; series go on from the last number."""

from datetime import timedelta

from django.db import migrations
from django.db.models import F, Max

STANDS = timedelta(days=30)


def forward(apps, schema_editor):
    model = {name: apps.get_model("billing", name) for name in MODELS}
    model["Invoice"].objects.update(net_minor=F("total_minor"), tax_minor=0)
    for organisation_id, last in (
        model["Invoice"].objects.values_list("organisation_id").annotate(last=Max("number"))
    ):
        model["Series"].objects.create(organisation_id=organisation_id, kind="invoice", last=int(last))
    offers = model["Offer"].objects.select_related("item", "organisation", "visit__work_order")
    for offer in offers.iterator():
        option = model["OfferOption"].objects.create(
            organisation_id=offer.organisation_id,
            offer=offer,
            position=1,
            name=offer.item.name,
            total_minor=offer.quantity * offer.unit_price_minor,
            currency=offer.organisation.currency,
        )
        model["OfferLine"].objects.create(
            organisation_id=offer.organisation_id,
            option=option,
            position=1,
            item=offer.item,
            quantity=offer.quantity,
            unit_price_minor=offer.unit_price_minor,
        )
        offer.expires_at = offer.offered_at + STANDS
        if offer.state == "accepted":
            offer.accepted, offer.fulfilled_by_id = option, offer.visit.work_order.request_id
            model["Approval"].objects.create(
                organisation_id=offer.organisation_id, offer=offer, way="told", happened_at=offer.decided_at
            )
        offer.save(update_fields=["expires_at", "accepted", "fulfilled_by"])


def backward(apps, schema_editor):
    """An offer is its first line again; other lines and options stay away, as do credit notes."""
    model = {name: apps.get_model("billing", name) for name in MODELS}
    for offer in model["Offer"].objects.iterator():
        line = (
            model["OfferLine"].objects.filter(option__offer=offer).order_by("option__position", "position").first()
        )
        offer.item_id, offer.quantity, offer.unit_price_minor = line.item_id, line.quantity, line.unit_price_minor
        offer.save(update_fields=["item", "quantity", "unit_price_minor"])


MODELS = ["Approval", "Invoice", "Offer", "OfferLine", "OfferOption", "Series"]


class Migration(migrations.Migration):
    dependencies = [("billing", "0011_options_taxes_and_credit_notes")]

    operations = [migrations.RunPython(forward, backward)]
