"""Requests wait for others with their clocks stopped, and say which visit's fault came back."""

import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models
from django.db.models.deletion import CASCADE, PROTECT

from core.tenancy import tenant_reference


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0007_ledger_by_month"),
        ("dispatch", "0004_request_extra_minutes"),
    ]

    operations = [
        migrations.AddField(
            model_name="servicerequest",
            name="reopens",
            field=models.ForeignKey(
                db_index=False,
                help_text="The completed visit whose fault came back.",
                null=True,
                on_delete=PROTECT,
                related_name="+",
                to="dispatch.visit",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicerequest",
            constraint=models.UniqueConstraint(fields=("reopens",), name="visit_reopened_once"),
        ),
        migrations.CreateModel(
            name="RequestPause",
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
                    "request",
                    models.ForeignKey(on_delete=CASCADE, related_name="pauses", to="dispatch.servicerequest"),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("customer", "Waiting for the customer"),
                            ("parts", "Waiting for parts"),
                        ],
                        max_length=10,
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddConstraint(
            model_name="requestpause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("request",), name="request_paused_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="requestpause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at", None), ("ended_at__gte", models.F("began_at")), _connector="OR"
                ),
                name="request_pause_in_order",
            ),
        ),
        tenant_reference("dispatch_servicerequest", "reopens_id", "dispatch_visit"),
        tenant_reference("dispatch_requestpause", "request_id", "dispatch_servicerequest"),
    ]
