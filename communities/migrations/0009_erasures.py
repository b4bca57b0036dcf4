"""Customers who were forgotten; and the ledger's present months, so that the first facts find them."""

import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models
from django.db.models import Q
from django.db.models.deletion import CASCADE, PROTECT, SET_NULL

from core.tenancy import tenant_reference


MONTHS_AHEAD = """
SELECT facts_month_ensure((now() + number * interval '1 month')::date) FROM generate_series(0, 2) AS number
"""


class Migration(migrations.Migration):
    dependencies = [("communities", "0008_figures")]

    operations = [
        migrations.RemoveConstraint("contact", "contact_can_be_reached"),
        migrations.AddConstraint(
            "contact",
            models.CheckConstraint(
                condition=Q(
                    Q(("phone", ""), _negated=True),
                    Q(("email", ""), _negated=True),
                    Q(("may_message", False), ("may_survey", False)),
                    _connector="OR",
                ),
                name="contact_can_be_reached",
            ),
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "organisation",
                    models.ForeignKey(on_delete=CASCADE, related_name="+", to="communities.organisation"),
                ),
                (
                    "customer",
                    models.ForeignKey(on_delete=PROTECT, related_name="+", to="communities.customer"),
                ),
                ("erased_at", models.DateTimeField()),
                (
                    "erased_by",
                    models.ForeignKey(
                        null=True, on_delete=SET_NULL, related_name="+", to="communities.user"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "erasure", models.UniqueConstraint(fields=("customer",), name="customer_erased_once")
        ),
        tenant_reference("communities_erasure", "customer_id", "communities_customer"),
        tenant_reference("communities_erasure", "erased_by_id", "communities_user"),
        migrations.RunSQL(MONTHS_AHEAD, migrations.RunSQL.noop),
    ]
