"""A row for each preview of a policy."""

import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from core.tenancy import tenant_reference


class Migration(migrations.Migration):

    dependencies = [
        ('communities', '0013_revenue_and_goals'),
        ('dispatch', '0007_plans_name_their_regions_signals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PolicyPreview',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('on', models.DateField()),
                ('policy', models.JSONField(help_text="As edited; it is compared with the region's own.")),
                ('seed', models.PositiveIntegerField(default=1)),
                ('iterations', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('queued', 'Waiting for a planner'), ('solving', 'Being planned'), ('done', 'Done'), ('failed', 'Failed')], default='queued', max_length=12)),
                ('lease_until', models.DateTimeField(help_text='A run whose lease is over has lost its worker.', null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('finished_at', models.DateTimeField(null=True)),
                ('error', models.TextField(blank=True)),
                ('result', models.JSONField(default=dict, help_text="Both plans' figures, and who would go elsewhere.")),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.region')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'solving', 'done', 'failed'])), name='preview_state_known'), models.UniqueConstraint(condition=models.Q(('state__in', ['queued', 'solving'])), fields=('region',), name='preview_one_run_at_a_time')],
            },
        ),
        tenant_reference("dispatch_policypreview", "region_id", "communities_region"),
        tenant_reference("dispatch_policypreview", "requested_by_id", "communities_user"),
    ]
