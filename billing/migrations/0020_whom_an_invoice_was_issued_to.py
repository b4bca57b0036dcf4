"""Invoices keep whom they were issued to when the customer is forgotten."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0019_messages_found_by_what_they_are_about")]

    operations = [
        migrations.AddField(
            model_name="invoice",
            name="bill_to",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Whom it was issued to, once the customer is forgotten.",
                max_length=160,
            ),
        ),
    ]
