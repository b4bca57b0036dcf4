"""Columns that the next migrations fill."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_settlements_tenant_references")]

    operations = [
        migrations.AddField("invoice", "net_minor", models.PositiveBigIntegerField(null=True)),
        migrations.AddField("invoice", "tax_minor", models.PositiveBigIntegerField(null=True)),
        migrations.AddField("offer", "expires_at", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("offer", "offer_item_once_a_visit"),
        migrations.RemoveConstraint("offer", "offer_quantity_positive"),
        # Nullable, so that they can come back when this is reversed.
        migrations.AlterField("offer", "unit_price_minor", models.PositiveBigIntegerField(null=True)),
        migrations.AlterField(
            "offer",
            "item",
            models.ForeignKey(
                null=True, on_delete=models.PROTECT, related_name="+", to="billing.priceitem"
            ),
        ),
    ]
