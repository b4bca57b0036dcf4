import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from core.tenancy import tenant_key, tenant_reference

REFERENCES = [
    ("communities_customerstanding", "customer_id", "communities_customer"),
    ("communities_customerstanding", "community_id", "communities_community"),
    ("communities_customerstanding", "usual_technician_id", "dispatch_technician"),
    ("communities_retentionfit", "region_id", "communities_region"),
    ("communities_customerowner", "customer_id", "communities_customer"),
    ("communities_customerowner", "technician_id", "dispatch_technician"),
    ("communities_customerowner", "user_id", "communities_user"),
    ("communities_handover", "from_technician_id", "dispatch_technician"),
    ("communities_handover", "from_user_id", "communities_user"),
    ("communities_handover", "to_technician_id", "dispatch_technician"),
    ("communities_handover", "to_user_id", "communities_user"),
    ("communities_handover", "handed_by_id", "communities_user"),
    ("communities_handedcustomer", "hand_over_id", "communities_handover"),
    ("communities_handedcustomer", "customer_id", "communities_customer"),
]


class Migration(migrations.Migration):

    dependencies = [
        ('communities', '0013_revenue_and_goals'),
        ('dispatch', '0002_tenant_references'),  # technicians can be referred to with their organisation
    ]

    operations = [
        migrations.CreateModel(
            name='CustomerOwner',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('technician_id', models.UUIDField(null=True)),
                ('since', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='CustomerStanding',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('through_on', models.DateField()),
                ('usual_technician_id', models.UUIDField(help_text="Who completed most of a year's visits.", null=True)),
                ('first_on', models.DateField(null=True)),
                ('last_on', models.DateField(null=True)),
                ('orders', models.PositiveIntegerField(default=0)),
                ('spend_minor', models.BigIntegerField(default=0, help_text='Paid and bought elsewhere, less refunds.')),
                ('margin_minor', models.BigIntegerField(default=0, help_text='Spend less work, travel and parts.')),
                ('rhythm_days', models.PositiveIntegerField(help_text='Median interval between orders.', null=True)),
                ('csat', models.PositiveSmallIntegerField(help_text='Lowest answer about the last order.', null=True)),
                ('recency', models.PositiveSmallIntegerField(null=True)),
                ('frequency', models.PositiveSmallIntegerField(null=True)),
                ('monetary', models.PositiveSmallIntegerField(null=True)),
                ('segment', models.CharField(blank=True, choices=[('champions', 'Champions'), ('loyal', 'Loyal'), ('potential_loyalists', 'Potential loyalists'), ('new', 'New'), ('promising', 'Promising'), ('needs_attention', 'Needs attention'), ('about_to_sleep', 'About to sleep'), ('at_risk', 'At risk'), ('cannot_lose', 'Cannot lose'), ('hibernating', 'Hibernating')], max_length=20)),
                ('health', models.FloatField(null=True)),
                ('health_before', models.FloatField(help_text='28 days earlier.', null=True)),
                ('reasons', models.JSONField(default=list, help_text='Measures whose points moved between the two.')),
                ('churn', models.FloatField(help_text='Probability that this silence becomes a lapse.', null=True)),
                ('lifetime_minor', models.BigIntegerField(help_text='Expected margin up to the horizon.', null=True)),
                ('lifetime_low_minor', models.BigIntegerField(null=True)),
                ('lifetime_high_minor', models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='HandedCustomer',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='HandOver',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('from_technician_id', models.UUIDField(null=True)),
                ('to_technician_id', models.UUIDField(null=True)),
                ('reason', models.CharField(max_length=240)),
                ('happened_at', models.DateTimeField()),
                ('customers', models.PositiveIntegerField()),
                ('open_requests', models.PositiveIntegerField()),
                ('promised_visits', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='RetentionFit',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('segment', models.CharField(blank=True, choices=[('champions', 'Champions'), ('loyal', 'Loyal'), ('potential_loyalists', 'Potential loyalists'), ('new', 'New'), ('promising', 'Promising'), ('needs_attention', 'Needs attention'), ('about_to_sleep', 'About to sleep'), ('at_risk', 'At risk'), ('cannot_lose', 'Cannot lose'), ('hibernating', 'Hibernating')], max_length=20)),
                ('through_on', models.DateField()),
                ('orders', models.PositiveIntegerField()),
                ('returns', models.PositiveIntegerField()),
                ('median_days', models.FloatField(null=True)),
                ('median_low', models.FloatField(null=True)),
                ('median_high', models.FloatField(null=True)),
                ('curve', models.JSONField(default=list)),
                ('model', models.JSONField(null=True)),
                ('margin', models.JSONField(null=True)),
                ('lifetime_minor', models.BigIntegerField(help_text='Of an average customer, the day after an order.', null=True)),
                ('lifetime_low_minor', models.BigIntegerField(null=True)),
                ('lifetime_high_minor', models.BigIntegerField(null=True)),
                ('code_version', models.CharField(max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name='StandingRefresh',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('read_until_at', models.DateTimeField(null=True)),
                ('passed_on', models.DateField(help_text='The local day of the last pass over every customer.', null=True)),
                ('lease_until_at', models.DateTimeField(help_text='One worker refreshes at a time, until then.', null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name='serviceevent',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['created_at'], name='fact_learned', pages_per_range=16),
        ),
        migrations.AddField(
            model_name='customerowner',
            name='customer',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='owner', to='communities.customer'),
        ),
        migrations.AddField(
            model_name='customerowner',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='customerowner',
            name='user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='customerstanding',
            name='community',
            field=models.ForeignKey(help_text="Where the customer was last heard of; its region is the customer's.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.community'),
        ),
        migrations.AddField(
            model_name='customerstanding',
            name='customer',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='standing', to='communities.customer'),
        ),
        migrations.AddField(
            model_name='customerstanding',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='handedcustomer',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hand_overs', to='communities.customer'),
        ),
        migrations.AddField(
            model_name='handedcustomer',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='handover',
            name='from_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='handover',
            name='handed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='handover',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='handover',
            name='to_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='handedcustomer',
            name='hand_over',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='communities.handover'),
        ),
        migrations.AddField(
            model_name='retentionfit',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='retentionfit',
            name='region',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.region'),
        ),
        migrations.AddField(
            model_name='standingrefresh',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddIndex(
            model_name='customerowner',
            index=models.Index(fields=['technician_id'], name='customer_owner_technician'),
        ),
        migrations.AddConstraint(
            model_name='customerowner',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('technician_id', None), ('user__isnull', False)), models.Q(('technician_id__isnull', False), ('user', None)), _connector='OR'), name='customer_owner_is_one'),
        ),
        migrations.AddIndex(
            model_name='customerstanding',
            index=models.Index(fields=['organisation', 'segment'], name='standing_by_segment'),
        ),
        migrations.AddIndex(
            model_name='customerstanding',
            index=models.Index(fields=['organisation', 'health'], name='standing_by_health'),
        ),
        migrations.AddIndex(
            model_name='customerstanding',
            index=models.Index(fields=['organisation', 'spend_minor'], name='standing_by_spend'),
        ),
        migrations.AddIndex(
            model_name='customerstanding',
            index=models.Index(fields=['organisation', 'lifetime_minor'], name='standing_by_lifetime'),
        ),
        migrations.AddIndex(
            model_name='customerstanding',
            index=models.Index(fields=['organisation', 'last_on'], name='standing_by_last_order'),
        ),
        migrations.AddIndex(
            model_name='customerstanding',
            index=models.Index(fields=['organisation', 'usual_technician_id'], name='standing_by_technician'),
        ),
        migrations.AddConstraint(
            model_name='customerstanding',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('first_on', None), ('last_on', None), ('orders', 0)), models.Q(('first_on__lte', models.F('last_on')), ('last_on__lte', models.F('through_on')), ('orders__gte', 1)), _connector='OR'), name='standing_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='customerstanding',
            constraint=models.CheckConstraint(condition=models.Q(('health', None), ('health__range', (0, 100)), _connector='OR'), name='standing_health_0_to_100'),
        ),
        migrations.AddConstraint(
            model_name='customerstanding',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('frequency', None), ('monetary', None), ('recency', None), ('segment', '')), models.Q(models.Q(('segment', ''), _negated=True), ('frequency__range', (1, 5)), ('monetary__range', (1, 5)), ('recency__range', (1, 5))), _connector='OR'), name='standing_segment_has_scores'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='hand_over_says_why'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(('from_technician_id', None), ('from_user', None), _connector='OR'), name='hand_over_from_one_at_most'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('to_technician_id', None), ('to_user__isnull', False)), models.Q(('to_technician_id__isnull', False), ('to_user', None)), _connector='OR'), name='hand_over_to_one'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(('customers__gte', 1)), name='hand_over_of_somebody'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='handover',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3cc4d7dd6f7b48a61a6b7ffde5afdccdcf8d7734', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1b3bb', table='communities_handover', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='handedcustomer',
            constraint=models.UniqueConstraint(fields=('hand_over', 'customer'), name='handed_customer_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='handedcustomer',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bb975e8d474caa9308e318813957e769a2811679', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c1dbe', table='communities_handedcustomer', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='retentionfit',
            constraint=models.UniqueConstraint(fields=('organisation', 'through_on', 'region', 'segment'), name='retention_fit_once_a_day', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='retentionfit',
            constraint=models.CheckConstraint(condition=models.Q(('returns__lte', models.F('orders'))), name='retention_fit_returns_are_orders'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='retentionfit',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4aa3cdf649032d33bc2e679a622bfac622db25c0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9d9de', table='communities_retentionfit', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='standingrefresh',
            constraint=models.UniqueConstraint(fields=('organisation',), name='standing_refresh_once'),
        ),
        tenant_key("communities_handover"),
        *(tenant_reference(*reference) for reference in REFERENCES),
    ]
