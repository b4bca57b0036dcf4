"""Readings of service and revenue, and goals with their versions."""

import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from core.tenancy import tenant_key, tenant_reference

REFERENCES = [
    ("communities_lagreading", "region_id", "communities_region"),
    ("communities_goal", "region_id", "communities_region"),
    ("communities_goal", "owner_id", "communities_user"),
    ("communities_goalversion", "goal_id", "communities_goal"),
    ("communities_goalversion", "owner_id", "communities_user"),
    ("communities_goalversion", "author_id", "communities_user"),
]


class Migration(migrations.Migration):

    dependencies = [
        ('communities', '0012_policies_and_signals_of_regions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Goal',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('target', models.DecimalField(decimal_places=4, help_text="In the figure's own unit.", max_digits=16)),
                ('by_on', models.DateField()),
                ('is_dropped', models.BooleanField(default=False, help_text='Nobody pursues it any more.')),
                ('revision', models.PositiveIntegerField(default=1)),
                ('measure', models.CharField(choices=[('first_visit_fix', 'Fixed at first visit'), ('on_time', 'On time'), ('acceptance', 'Offers accepted'), ('csat', 'CSAT'), ('resolve_hit_rate', 'Resolved in time'), ('repurchase', 'Came back within 90 days')], max_length=30)),
                ('progress', models.JSONField(default=dict)),
                ('measured_on', models.DateField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='goals', to='communities.region')),
            ],
        ),
        migrations.CreateModel(
            name='GoalVersion',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('target', models.DecimalField(decimal_places=4, help_text="In the figure's own unit.", max_digits=16)),
                ('by_on', models.DateField()),
                ('is_dropped', models.BooleanField(default=False, help_text='Nobody pursues it any more.')),
                ('revision', models.PositiveIntegerField(default=1)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('goal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='communities.goal')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='LagReading',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('through_on', models.DateField(help_text='A Sunday: the last day whose facts are in it.')),
                ('outcomes', models.JSONField()),
                ('is_borrowed', models.BooleanField(default=False)),
                ('stake_minor', models.BigIntegerField(help_text='A point of CSAT in a year.', null=True)),
                ('stake_low_minor', models.BigIntegerField(null=True)),
                ('stake_high_minor', models.BigIntegerField(null=True)),
                ('currency', models.CharField(max_length=3)),
                ('inputs_hash', models.CharField(max_length=64)),
                ('code_version', models.CharField(max_length=20)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('region', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.region')),
            ],
        ),
        migrations.AddIndex(
            model_name='goal',
            index=models.Index(fields=['organisation', 'region'], name='goal_of_a_region'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=models.UniqueConstraint(condition=models.Q(('is_dropped', False)), fields=('region', 'measure'), name='goal_one_of_a_measure'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('measure', 'first_visit_fix'), ('target__gt', 0.0), ('target__lte', 1.0)), models.Q(('measure', 'on_time'), ('target__gt', 0.0), ('target__lte', 1.0)), models.Q(('measure', 'acceptance'), ('target__gt', 0.0), ('target__lte', 1.0)), models.Q(('measure', 'csat'), ('target__gt', 1.0), ('target__lte', 5.0)), models.Q(('measure', 'resolve_hit_rate'), ('target__gt', 0.0), ('target__lte', 1.0)), models.Q(('measure', 'repurchase'), ('target__gt', 0.0), ('target__lte', 1.0)), _connector='OR'), name='goal_is_possible'),
        ),
        migrations.AddConstraint(
            model_name='goalversion',
            constraint=models.UniqueConstraint(fields=('goal', 'revision'), name='goal_version_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='goalversion',
            trigger=pgtrigger.compiler.Trigger(name='immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2b0075a14446c3a339cedd3009e9152adb986856', operation='UPDATE OR DELETE', pgid='pgtrigger_immutable_adf34', table='communities_goalversion', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='lagreading',
            index=models.Index(fields=['organisation', 'region', '-through_on'], name='lag_reading_newest'),
        ),
        migrations.AddConstraint(
            model_name='lagreading',
            constraint=models.UniqueConstraint(fields=('organisation', 'region', 'inputs_hash'), name='lag_reading_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='lagreading',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stake_high_minor', None), ('stake_low_minor', None), ('stake_minor', None)), models.Q(('stake_high_minor__gte', models.F('stake_minor')), ('stake_low_minor__lte', models.F('stake_minor'))), _connector='OR'), name='lag_reading_stake_has_an_interval'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lagreading',
            trigger=pgtrigger.compiler.Trigger(name='immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='026298ad8e250a7b19d9d96440a1af6dba2dbf8b', operation='UPDATE OR DELETE', pgid='pgtrigger_immutable_fcaf5', table='communities_lagreading', when='BEFORE')),
        ),
        tenant_key("communities_goal"),
        *(tenant_reference(*reference) for reference in REFERENCES),
    ]
