"""Metrics for the finest cell and for windows, in the place of a community's day; and who read which figure.

What was counted is counted anew, both ways: every day with facts is marked as changed.
"""

import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from core.tenancy import tenant_reference

REFERENCES = [
    ("communities_metricday", "community_id", "communities_community"),
    ("communities_metricwindow", "region_id", "communities_region"),
    ("communities_metricwindow", "community_id", "communities_community"),
    ("communities_customerserved", "community_id", "communities_community"),
    ("communities_customerserved", "customer_id", "communities_customer"),
    ("communities_figureuse", "user_id", "communities_user"),
]
FORMERLY = tenant_reference("communities_communitymetric", "community_id", "communities_community")
COUNT_ALL = """
    INSERT INTO communities_daychanged (organisation_id, community_id, "on")
    SELECT DISTINCT organisation_id, community_id, occurred_on FROM communities_serviceevent
    WHERE community_id IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('communities', '0007_ledger_by_month'),
    ]

    operations = [
        migrations.CreateModel(
            name='MetricClock',
            fields=[
                ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='communities.organisation')),
                ('through_on', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='CustomerServed',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('first_on', models.DateField()),
                ('last_on', models.DateField()),
                ('community', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.community')),
                ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.customer')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='FigureUse',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('purpose', models.CharField(choices=[('scheduling', 'Who goes where'), ('people', 'Decisions about people')], max_length=20)),
                ('asked', models.JSONField(help_text='The question: which figures, of whom, over how many days.')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='MetricDay',
            fields=[
                ('facts', models.IntegerField(default=0, help_text='All facts: a row without any does not exist.')),
                ('requests', models.IntegerField(default=0)),
                ('responded', models.IntegerField(default=0)),
                ('responded_on_time', models.IntegerField(default=0)),
                ('resolved', models.IntegerField(default=0)),
                ('resolved_on_time', models.IntegerField(default=0)),
                ('visits', models.IntegerField(default=0, help_text='Completed or could not be completed.')),
                ('visits_completed', models.IntegerField(default=0)),
                ('visits_fixed', models.IntegerField(default=0, help_text="Completed on the work order's first visit.")),
                ('arrivals', models.IntegerField(default=0)),
                ('arrivals_on_time', models.IntegerField(default=0)),
                ('reopened', models.IntegerField(default=0)),
                ('complaints', models.IntegerField(default=0)),
                ('surveys_sent', models.IntegerField(default=0)),
                ('csat_answers', models.IntegerField(default=0)),
                ('csat_sum', models.IntegerField(default=0)),
                ('csat_squares', models.IntegerField(default=0)),
                ('csat_satisfied', models.IntegerField(default=0, help_text='Answers of 4 and 5.')),
                ('nps_answers', models.IntegerField(default=0)),
                ('nps_promoters', models.IntegerField(default=0)),
                ('nps_detractors', models.IntegerField(default=0)),
                ('offers', models.IntegerField(default=0)),
                ('offers_accepted', models.IntegerField(default=0)),
                ('upsell_minor', models.BigIntegerField(default=0, help_text='Of accepted offers.')),
                ('invoices', models.IntegerField(default=0)),
                ('invoiced_minor', models.BigIntegerField(default=0)),
                ('revenue_minor', models.BigIntegerField(default=0, help_text='Paid.')),
                ('refunded_minor', models.BigIntegerField(default=0)),
                ('disputes', models.IntegerField(default=0)),
                ('referrals', models.IntegerField(default=0)),
                ('repurchase_base', models.IntegerField(default=0, help_text='Completed visits of a known customer.')),
                ('repurchased', models.IntegerField(default=0, help_text='Of these, those after which the customer bought within 90 days.')),
                ('work_minutes', models.BigIntegerField(default=0, help_text='Minutes.')),
                ('travel_minutes', models.BigIntegerField(default=0, help_text='Minutes.')),
                ('labour_minor', models.BigIntegerField(default=0)),
                ('travel_minor', models.BigIntegerField(default=0)),
                ('parts_minor', models.BigIntegerField(default=0)),
                ('purchases', models.IntegerField(default=0, help_text='Bought elsewhere.')),
                ('purchases_minor', models.BigIntegerField(default=0)),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('on', models.DateField()),
                ('technician_id', models.UUIDField(null=True)),
                ('service_type_id', models.UUIDField(null=True)),
                ('community', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='metrics', to='communities.community')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='MetricWindow',
            fields=[
                ('facts', models.IntegerField(default=0, help_text='All facts: a row without any does not exist.')),
                ('requests', models.IntegerField(default=0)),
                ('responded', models.IntegerField(default=0)),
                ('responded_on_time', models.IntegerField(default=0)),
                ('resolved', models.IntegerField(default=0)),
                ('resolved_on_time', models.IntegerField(default=0)),
                ('visits', models.IntegerField(default=0, help_text='Completed or could not be completed.')),
                ('visits_completed', models.IntegerField(default=0)),
                ('visits_fixed', models.IntegerField(default=0, help_text="Completed on the work order's first visit.")),
                ('arrivals', models.IntegerField(default=0)),
                ('arrivals_on_time', models.IntegerField(default=0)),
                ('reopened', models.IntegerField(default=0)),
                ('complaints', models.IntegerField(default=0)),
                ('surveys_sent', models.IntegerField(default=0)),
                ('csat_answers', models.IntegerField(default=0)),
                ('csat_sum', models.IntegerField(default=0)),
                ('csat_squares', models.IntegerField(default=0)),
                ('csat_satisfied', models.IntegerField(default=0, help_text='Answers of 4 and 5.')),
                ('nps_answers', models.IntegerField(default=0)),
                ('nps_promoters', models.IntegerField(default=0)),
                ('nps_detractors', models.IntegerField(default=0)),
                ('offers', models.IntegerField(default=0)),
                ('offers_accepted', models.IntegerField(default=0)),
                ('upsell_minor', models.BigIntegerField(default=0, help_text='Of accepted offers.')),
                ('invoices', models.IntegerField(default=0)),
                ('invoiced_minor', models.BigIntegerField(default=0)),
                ('revenue_minor', models.BigIntegerField(default=0, help_text='Paid.')),
                ('refunded_minor', models.BigIntegerField(default=0)),
                ('disputes', models.IntegerField(default=0)),
                ('referrals', models.IntegerField(default=0)),
                ('repurchase_base', models.IntegerField(default=0, help_text='Completed visits of a known customer.')),
                ('repurchased', models.IntegerField(default=0, help_text='Of these, those after which the customer bought within 90 days.')),
                ('work_minutes', models.BigIntegerField(default=0, help_text='Minutes.')),
                ('travel_minutes', models.BigIntegerField(default=0, help_text='Minutes.')),
                ('labour_minor', models.BigIntegerField(default=0)),
                ('travel_minor', models.BigIntegerField(default=0)),
                ('parts_minor', models.BigIntegerField(default=0)),
                ('purchases', models.IntegerField(default=0, help_text='Bought elsewhere.')),
                ('purchases_minor', models.BigIntegerField(default=0)),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('days', models.PositiveSmallIntegerField()),
                ('grouping', models.PositiveSmallIntegerField(choices=[(1, 'Community × technician'), (2, 'Community × service type'), (3, 'Community'), (4, 'Region × technician × service type')])),
                ('technician_id', models.UUIDField(null=True)),
                ('service_type_id', models.UUIDField(null=True)),
                ('community', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.community')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('region', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.region')),
            ],
        ),
        migrations.RunSQL(FORMERLY.reverse_sql, FORMERLY.sql),
        migrations.DeleteModel(
            name='CommunityMetric',
        ),
        migrations.AddIndex(
            model_name='customerserved',
            index=models.Index(fields=['organisation', 'last_on'], include=('community', 'first_on'), name='customer_served_last'),
        ),
        migrations.AddConstraint(
            model_name='customerserved',
            constraint=models.UniqueConstraint(fields=('community', 'customer'), name='customer_served_once'),
        ),
        migrations.AddConstraint(
            model_name='customerserved',
            constraint=models.CheckConstraint(condition=models.Q(('first_on__lte', models.F('last_on'))), name='customer_served_in_order'),
        ),
        migrations.AddConstraint(
            model_name='figureuse',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['scheduling', 'people'])), name='figure_use_purpose_known'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='figureuse',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ec042103f57b49ee6c137e1fb49b437f5817dffa', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fd0d5', table='communities_figureuse', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='metricday',
            index=models.Index(fields=['organisation', 'on'], name='metric_day'),
        ),
        migrations.AddConstraint(
            model_name='metricday',
            constraint=models.UniqueConstraint(fields=('community', 'on', 'technician_id', 'service_type_id'), name='metric_once_a_day', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='metricwindow',
            constraint=models.UniqueConstraint(fields=('organisation', 'days', 'grouping', 'region', 'community', 'technician_id', 'service_type_id'), name='metric_window_once', nulls_distinct=False),
        ),
        *(tenant_reference(*reference) for reference in REFERENCES),
        migrations.RunSQL(COUNT_ALL, COUNT_ALL),
    ]
