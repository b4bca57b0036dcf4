"""Signals become a region's: every set of an organisation is split into one for each of its regions.

Each keeps the version number, so that dispatch.0007 can lead the plans to their region's.
"""

import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from core.tenancy import tenant_key, tenant_reference

SPLIT = """
    ALTER TABLE communities_signalset DISABLE TRIGGER USER;
    ALTER TABLE communities_signal DISABLE TRIGGER USER;

    DELETE FROM communities_signalset AS old
    WHERE NOT EXISTS (SELECT FROM communities_region AS region WHERE region.organisation_id = old.organisation_id);
    UPDATE communities_signalset AS old SET region_id = (
        SELECT id FROM communities_region AS region WHERE region.organisation_id = old.organisation_id
        ORDER BY code LIMIT 1);
    INSERT INTO communities_signalset
        (id, created_at, organisation_id, region_id, version, through_on, policy, inputs_hash, code_version)
    SELECT gen_random_uuid(), old.created_at, old.organisation_id, region.id, old.version, old.through_on, old.policy,
        old.inputs_hash, old.code_version
    FROM communities_signalset AS old JOIN communities_region AS region
      ON region.organisation_id = old.organisation_id AND region.id <> old.region_id;

    UPDATE communities_signal AS signal SET
        signal_set_id = fresh.id,
        evidence = CASE signal.kind
            WHEN 'technician_affinity' THEN jsonb_build_object('parts', jsonb_build_object('csat', jsonb_build_object(
                'minutes', signal.minutes, 'effect', signal.minutes / 8, 'own', evidence->'technician_csat',
                'usual', evidence->'region_csat', 'count', evidence->'technician_answers')))
            ELSE jsonb_build_object('hit_rate', NULL, 'csat', jsonb_build_object(
                'missing', signal.minutes / 8, 'estimate', evidence->'estimated_csat',
                'target', evidence->'target_csat', 'own', evidence->'community_csat',
                'usual', evidence->'region_csat', 'count', evidence->'community_answers'))
        END
    FROM communities_signalset AS old, communities_community AS community, communities_signalset AS fresh
    WHERE old.id = signal.signal_set_id AND community.id = signal.community_id
      AND fresh.region_id = community.region_id AND fresh.version = old.version;

    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    ALTER TABLE communities_signal ENABLE TRIGGER USER;
    ALTER TABLE communities_signalset ENABLE TRIGGER USER;
"""
JOIN = """
    ALTER TABLE communities_signalset DISABLE TRIGGER USER;
    ALTER TABLE communities_signal DISABLE TRIGGER USER;

    DELETE FROM communities_signal;
    UPDATE communities_signalset AS one SET region_id = NULL, version = numbered.version
    FROM (
        SELECT id, row_number() OVER (PARTITION BY organisation_id ORDER BY created_at, id) AS version
        FROM communities_signalset
    ) AS numbered
    WHERE numbered.id = one.id;

    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    ALTER TABLE communities_signal ENABLE TRIGGER USER;
    ALTER TABLE communities_signalset ENABLE TRIGGER USER;
"""
"""Backwards the signals themselves go: the former code cannot read them, and reads its own the night after."""


class Migration(migrations.Migration):

    dependencies = [
        ('communities', '0011_recovery_facts_and_weekly_report'),
    ]

    operations = [
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('version', models.PositiveIntegerField()),
                ('content', models.JSONField(help_text='The fields of communities.insight.signals.SignalPolicy.')),
                ('reason', models.CharField(max_length=500)),
            ],
            options={
                'verbose_name_plural': 'policies',
            },
        ),
        migrations.RemoveConstraint(
            model_name='signal',
            name='signal_once_in_a_set',
        ),
        migrations.RemoveConstraint(
            model_name='signal',
            name='signal_technician_matches_kind',
        ),
        migrations.RemoveConstraint(
            model_name='signalset',
            name='signal_version_once',
        ),
        migrations.AddField(
            model_name='signal',
            name='service_type_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='signalset',
            name='region',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='signal_sets', to='communities.region'),
        ),
        migrations.AlterField(
            model_name='signal',
            name='community',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.community'),
        ),
        migrations.AlterField(
            model_name='signal',
            name='kind',
            field=models.CharField(choices=[('community_priority', 'Priority of a community below target'), ('technician_affinity', 'Technician × community × service type'), ('community_upsell', 'Expected sales of a visit'), ('duration', 'Learned duration'), ('service_days', 'Days on which a community is opened')], max_length=30),
        ),
        migrations.AlterField(
            model_name='signalset',
            name='policy',
            field=models.JSONField(help_text='As it was: the content of policy_version, or the default.'),
        ),
        migrations.RunSQL(SPLIT, JOIN),
        migrations.AlterField(
            model_name='signalset',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='signal_sets', to='communities.region'),
        ),
        migrations.AddConstraint(
            model_name='signal',
            constraint=models.UniqueConstraint(fields=('signal_set', 'kind', 'community', 'technician_id', 'service_type_id'), name='signal_once_in_a_set', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='signal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('community__isnull', False), ('kind', 'community_priority'), ('service_type_id__isnull', True), ('technician_id__isnull', True)), models.Q(('community__isnull', False), ('kind', 'service_days'), ('service_type_id__isnull', True), ('technician_id__isnull', True)), models.Q(('community__isnull', False), ('kind', 'community_upsell'), ('service_type_id__isnull', False), ('technician_id__isnull', True)), models.Q(('community__isnull', True), ('kind', 'technician_affinity'), ('service_type_id__isnull', True), ('technician_id__isnull', False)), models.Q(('community__isnull', False), ('kind', 'technician_affinity'), ('service_type_id__isnull', True), ('technician_id__isnull', False)), models.Q(('community__isnull', False), ('kind', 'technician_affinity'), ('service_type_id__isnull', False), ('technician_id__isnull', False)), models.Q(('community__isnull', True), ('kind', 'duration'), ('service_type_id__isnull', False), ('technician_id__isnull', True)), models.Q(('community__isnull', True), ('kind', 'duration'), ('service_type_id__isnull', True), ('technician_id__isnull', False)), models.Q(('community__isnull', False), ('kind', 'duration'), ('service_type_id__isnull', True), ('technician_id__isnull', True)), _connector='OR'), name='signal_names_what_its_kind_is_about'),
        ),
        migrations.AddField(
            model_name='policy',
            name='author',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='policy',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='policy',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='policies', to='communities.region'),
        ),
        migrations.AddField(
            model_name='signalset',
            name='policy_version',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.policy'),
        ),
        migrations.AddConstraint(
            model_name='signalset',
            constraint=models.UniqueConstraint(fields=('region', 'version'), name='signal_version_once'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.UniqueConstraint(fields=('region', 'version'), name='policy_version_once'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='policy_says_why'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policy',
            trigger=pgtrigger.compiler.Trigger(name='immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a6a6fa57b75d473182025aaa05eee41addec90dd', operation='UPDATE OR DELETE', pgid='pgtrigger_immutable_08abb', table='communities_policy', when='BEFORE')),
        ),
        tenant_key("communities_policy"),
        tenant_reference("communities_policy", "region_id", "communities_region"),
        tenant_reference("communities_policy", "author_id", "communities_user"),
        tenant_reference("communities_signalset", "region_id", "communities_region"),
        tenant_reference("communities_signalset", "policy_version_id", "communities_policy"),
    ]
