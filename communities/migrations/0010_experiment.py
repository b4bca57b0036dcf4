"""The experiment: community-weeks by arm, readings, suspensions; tenants held apart (core.tenancy)."""

import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from core.tenancy import tenant_key, tenant_reference

REFERENCES = [
    ("communities_communityweek", "region_id", "communities_region"),
    ("communities_communityweek", "community_id", "communities_community"),
    ("communities_experimentreading", "region_id", "communities_region"),
    ("communities_feedbacksuspension", "region_id", "communities_region"),
    ("communities_feedbacksuspension", "reading_id", "communities_experimentreading"),
    ("communities_feedbacksuspension", "ended_by_id", "communities_user"),
]


class Migration(migrations.Migration):

    dependencies = [
        ('communities', '0009_erasures'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExperimentReading',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('first_on', models.DateField()),
                ('through_on', models.DateField()),
                ('weeks', models.PositiveSmallIntegerField()),
                ('communities', models.PositiveIntegerField()),
                ('findings', models.JSONField(help_text='For each outcome the levels, the effect, its interval, the verdict.')),
                ('verdict', models.CharField(choices=[('helps', 'helps'), ('harms', 'harms'), ('unknown', 'unknown')], max_length=10)),
                ('policy', models.JSONField()),
                ('inputs_hash', models.CharField(max_length=64)),
                ('code_version', models.CharField(max_length=20)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='communities.region')),
            ],
        ),
        migrations.CreateModel(
            name='FeedbackSuspension',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_reason', models.TextField(blank=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('reading', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='suspension', to='communities.experimentreading')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='communities.region')),
            ],
        ),
        migrations.CreateModel(
            name='CommunityWeek',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('week_on', models.DateField(help_text='Its Monday.')),
                ('arm', models.CharField(choices=[('feedback', 'feedback'), ('neutral', 'neutral')], max_length=10)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.community')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.region')),
            ],
            options={
                'indexes': [models.Index(fields=['region', 'week_on'], name='community_week_region')],
                'constraints': [models.UniqueConstraint(fields=('community', 'week_on'), name='community_week_once'), models.CheckConstraint(condition=models.Q(('week_on__iso_week_day', 1)), name='community_week_begins_on_monday'), models.CheckConstraint(condition=models.Q(('arm__in', ['feedback', 'neutral'])), name='community_week_arm_known')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='communityweek',
            trigger=pgtrigger.compiler.Trigger(name='immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1d8074126d9bb4d3e9b4a4413ab5f96208d5e4be', operation='UPDATE OR DELETE', pgid='pgtrigger_immutable_d59b0', table='communities_communityweek', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='experimentreading',
            constraint=models.CheckConstraint(condition=models.Q(('verdict__in', ['helps', 'harms', 'unknown'])), name='experiment_verdict_known'),
        ),
        migrations.AddConstraint(
            model_name='experimentreading',
            constraint=models.CheckConstraint(condition=models.Q(('first_on__lt', models.F('through_on'))), name='experiment_reading_days_in_order'),
        ),
        migrations.AddIndex(
            model_name='experimentreading',
            index=models.Index(fields=['region', '-id'], name='experiment_reading_newest'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='experimentreading',
            trigger=pgtrigger.compiler.Trigger(name='immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='dd05fdb9cf2b73f99e6a013977a04bb42db5d253', operation='UPDATE OR DELETE', pgid='pgtrigger_immutable_42508', table='communities_experimentreading', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='feedbacksuspension',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('region',), name='suspension_one_open_for_a_region'),
        ),
        migrations.AddConstraint(
            model_name='feedbacksuspension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_reason', '')), models.Q(('ended_at__gte', models.F('began_at')), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='suspension_ended_says_why'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='feedbacksuspension',
            trigger=pgtrigger.compiler.Trigger(name='kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='35b24d36c62e7e4b282b7c3d2831d5f15900c020', operation='DELETE', pgid='pgtrigger_kept_c82f0', table='communities_feedbacksuspension', when='BEFORE')),
        ),
        tenant_key("communities_experimentreading"),
        *(tenant_reference(*reference) for reference in REFERENCES),
    ]
