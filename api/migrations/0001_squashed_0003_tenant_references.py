"""Answers that are given once, and the endpoints that other systems are told at."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from core.tables import CreateModels
from core.tenancy import tenants_apart

KEYS = [
    "api_eventendpoint",
]

REFERENCES = [
    ("api_eventdelivery", "endpoint_id", "api_eventendpoint"),
]


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('api', '0001_initial'),
        ('api', '0002_event_endpoints'),
        ('api', '0003_tenant_references'),
    ]

    dependencies = [
        # Its former name, so that a database that stopped on the way to it is refused, and not taken for done.
        ('billing', '0020_whom_an_invoice_was_issued_to'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='IdempotencyRecord',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('key', models.CharField(max_length=255)),
                    ('fingerprint', models.CharField(help_text='SHA-256 over method, path and body.', max_length=64)),
                    ('status', models.PositiveSmallIntegerField(null=True)),
                    ('content', models.BinaryField(null=True)),
                    ('headers', models.JSONField(default=dict)),
                    ('created_at', models.DateTimeField()),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['created_at'], name='idempotency_age')],
                    'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='idempotency_key_once')],
                },
            ),
            migrations.CreateModel(
                name='EventEndpoint',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('url', models.URLField(max_length=500)),
                    ('description', models.CharField(blank=True, max_length=200)),
                    ('topics', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, help_text='Empty: all of them.', size=None)),
                    ('revision', models.PositiveIntegerField(default=1)),
                    ('rotated_at', django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), default=list, help_text='When each generation of the secret but the first began.', size=None)),
                    ('disabled_at', models.DateTimeField(null=True)),
                    ('disabled_reason', models.CharField(blank=True, choices=[('by_hand', 'An administrator disabled it'), ('gone', 'It answered 410 Gone'), ('failing', 'Nothing arrived there for three days')], max_length=10)),
                    ('failing_since', models.DateTimeField(help_text='Nothing has arrived there since then.', null=True)),
                    ('rests_until', models.DateTimeField(help_text='It asked to be left alone until then.', null=True)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('disabled_at', None), ('disabled_reason', '')), models.Q(('disabled_at__isnull', False), models.Q(('disabled_reason', ''), _negated=True)), _connector='OR'), name='event_endpoint_disabled_says_why')],
                },
            ),
            migrations.CreateModel(
                name='EventDelivery',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('event_id', models.UUIDField(help_text='The same for every endpoint that is told of the event.')),
                    ('type', models.CharField(max_length=60)),
                    ('body', models.TextField()),
                    ('state', models.CharField(choices=[('waiting', 'On its way'), ('delivered', 'Delivered'), ('failed', 'Given up')], default='waiting', max_length=10)),
                    ('due_at', models.DateTimeField()),
                    ('leased_until', models.DateTimeField(help_text='Until then a worker is sending it.', null=True)),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('attempted_at', models.DateTimeField(null=True)),
                    ('delivered_at', models.DateTimeField(null=True)),
                    ('last_status', models.PositiveSmallIntegerField(null=True)),
                    ('last_answer', models.CharField(blank=True, max_length=200)),
                    ('last_took_ms', models.PositiveIntegerField(null=True)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('endpoint', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='api.eventendpoint')),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['endpoint', 'due_at'], name='event_due'), models.Index(fields=['endpoint', 'id'], name='event_delivery_of_endpoint'), models.Index(fields=['created_at'], name='event_delivery_age')],
                    'constraints': [models.UniqueConstraint(fields=('endpoint', 'event_id'), name='event_delivered_once'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'failed']), models.Q(('delivered_at__isnull', False), ('state', 'delivered')), _connector='OR'), name='event_delivery_state_known')],
                    'triggers': [pgtrigger.compiler.Trigger(name='told_is_told', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."endpoint_id" IS DISTINCT FROM (NEW."endpoint_id") OR OLD."event_id" IS DISTINCT FROM (NEW."event_id") OR OLD."type" IS DISTINCT FROM (NEW."type") OR OLD."body" IS DISTINCT FROM (NEW."body") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b98e4d19aaf01b731ebe57c2bf183fe137f934bc', operation='UPDATE', pgid='pgtrigger_told_is_told_57d10', table='api_eventdelivery', when='BEFORE'))],
                },
            ),
        ]),
        tenants_apart(KEYS, REFERENCES),
    ]
