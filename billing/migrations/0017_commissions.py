"""Technicians' share: rules, months, statements; and which offer an invoice's line was accepted as."""

import billing.models.prices
import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0016_memberships_tenant_references'),
        ('communities', '0006_answers_by_time'),
        ('dispatch', '0004_request_extra_minutes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CommissionLine',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('kind', models.CharField(choices=[('share', 'Of what was done, for those who did it'), ('upsell', 'Of what was sold on site, for who offered it'), ('satisfaction', 'For a good answer, for those who did the work')], max_length=12)),
                ('happened_at', models.DateTimeField()),
                ('base_minor', models.BigIntegerField(default=0)),
                ('parts', models.PositiveSmallIntegerField()),
                ('of_parts', models.PositiveIntegerField()),
                ('amount_minor', models.BigIntegerField(help_text='Below zero where money went back.')),
            ],
        ),
        migrations.CreateModel(
            name='CommissionMonth',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('month', models.DateField(help_text='Its first day.')),
                ('state', models.CharField(choices=[('open', 'Open'), ('closed', 'Closed')], default='open', max_length=10)),
                ('computed_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='CommissionRule',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('kind', models.CharField(choices=[('share', 'Of what was done, for those who did it'), ('upsell', 'Of what was sold on site, for who offered it'), ('satisfaction', 'For a good answer, for those who did the work')], max_length=12)),
                ('rate_bp', models.PositiveIntegerField(null=True)),
                ('amount_minor', models.PositiveBigIntegerField(null=True)),
                ('least_csat', models.PositiveSmallIntegerField(null=True)),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='CommissionStatement',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('currency', models.CharField(max_length=3)),
            ],
        ),
        migrations.CreateModel(
            name='VisitShare',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('parts', models.PositiveSmallIntegerField(default=1)),
            ],
        ),
        migrations.AddField(
            model_name='invoiceline',
            name='offer_line',
            field=models.ForeignKey(help_text='What it was accepted as.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.offerline'),
        ),
        migrations.AddIndex(
            model_name='posting',
            index=models.Index(fields=['organisation', 'occurred_at'], name='posting_by_time'),
        ),
        migrations.AddIndex(
            model_name='posting',
            index=models.Index(fields=['organisation', 'created_at'], name='posting_by_booking'),
        ),
        migrations.AddField(
            model_name='commissionline',
            name='invoice_line',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.invoiceline'),
        ),
        migrations.AddField(
            model_name='commissionline',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='commissionline',
            name='posting',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.posting'),
        ),
        migrations.AddField(
            model_name='commissionline',
            name='survey',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.surveyinvitation'),
        ),
        migrations.AddField(
            model_name='commissionline',
            name='technician',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dispatch.technician'),
        ),
        migrations.AddField(
            model_name='commissionline',
            name='visit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dispatch.visit'),
        ),
        migrations.AddField(
            model_name='commissionmonth',
            name='closed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='commissionmonth',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='commissionrule',
            name='item',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.priceitem'),
        ),
        migrations.AddField(
            model_name='commissionrule',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='commissionrule',
            name='service_type',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dispatch.servicetype'),
        ),
        migrations.AddField(
            model_name='commissionline',
            name='rule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.commissionrule'),
        ),
        migrations.AddField(
            model_name='commissionstatement',
            name='month',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='billing.commissionmonth'),
        ),
        migrations.AddField(
            model_name='commissionstatement',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='commissionstatement',
            name='technician',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='dispatch.technician'),
        ),
        migrations.AddField(
            model_name='commissionline',
            name='statement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='billing.commissionstatement'),
        ),
        migrations.AddField(
            model_name='visitshare',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='visitshare',
            name='technician',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dispatch.technician'),
        ),
        migrations.AddField(
            model_name='visitshare',
            name='visit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='dispatch.visit'),
        ),
        migrations.AddConstraint(
            model_name='commissionmonth',
            constraint=models.UniqueConstraint(fields=('organisation', 'month'), name='commission_month_once'),
        ),
        migrations.AddConstraint(
            model_name='commissionmonth',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='commission_month_is_its_first_day'),
        ),
        migrations.AddConstraint(
            model_name='commissionmonth',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('state', 'open')), models.Q(('closed_at__isnull', False), ('computed_at__isnull', False), ('state', 'closed')), _connector='OR'), name='commission_month_closed_has_a_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commissionmonth',
            trigger=pgtrigger.compiler.Trigger(name='closed_is_closed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" = \'closed\')', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='94db0f14075b62717e82a314c9bf67482b2b65af', operation='UPDATE OR DELETE', pgid='pgtrigger_closed_is_closed_a7bb8', table='billing_commissionmonth', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commissionmonth',
            trigger=pgtrigger.compiler.Trigger(name='closed_in_order', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."state" = \'closed\')', func="\nIF EXISTS (\n    SELECT FROM billing_commissionmonth\n    WHERE organisation_id = NEW.organisation_id AND month < NEW.month AND state = 'open'\n) THEN\n    RAISE EXCEPTION 'an earlier month is open' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NEW;\n", hash='9cd46ef4bb95769473d5327ea4dac245518a2566', operation='INSERT OR UPDATE', pgid='pgtrigger_closed_in_order_001a7', table='billing_commissionmonth', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='commissionrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_minor', None), ('rate_bp__isnull', False)), models.Q(('amount_minor__isnull', False), ('rate_bp', None)), _connector='OR'), name='commission_rule_rate_or_amount'),
        ),
        migrations.AddConstraint(
            model_name='commissionrule',
            constraint=models.CheckConstraint(condition=models.Q(('rate_bp', None), ('rate_bp__lte', 10000), _connector='OR'), name='commission_rule_at_most_all'),
        ),
        migrations.AddConstraint(
            model_name='commissionrule',
            constraint=models.CheckConstraint(condition=models.Q(('item', None), ('service_type', None), _connector='OR'), name='commission_rule_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='commissionrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_minor__isnull', False), ('item', None), ('kind', 'satisfaction'), ('least_csat__isnull', False), ('least_csat__range', (1, 5))), models.Q(models.Q(('kind', 'satisfaction'), _negated=True), ('least_csat', None)), _connector='OR'), name='commission_rule_of_answers_has_a_score'),
        ),
        migrations.AddConstraint(
            model_name='commissionrule',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='commission_rule_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='commissionrule',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('organisation', '='), ('kind', '='), (django.db.models.functions.comparison.Coalesce('item', 'service_type', 'organisation'), '='), (billing.models.prices.DateRange('valid_from', 'valid_until'), '&&')], name='commission_rule_one_at_a_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commissionrule',
            trigger=pgtrigger.compiler.Trigger(name='said_is_said', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."item_id" IS DISTINCT FROM (NEW."item_id") OR OLD."service_type_id" IS DISTINCT FROM (NEW."service_type_id") OR OLD."rate_bp" IS DISTINCT FROM (NEW."rate_bp") OR OLD."amount_minor" IS DISTINCT FROM (NEW."amount_minor") OR OLD."least_csat" IS DISTINCT FROM (NEW."least_csat") OR OLD."valid_from" IS DISTINCT FROM (NEW."valid_from"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='03c249cfc9481652eb0d9a9fd57f92f007c4a921', operation='UPDATE', pgid='pgtrigger_said_is_said_d4e54', table='billing_commissionrule', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commissionrule',
            trigger=pgtrigger.compiler.Trigger(name='kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='cb0da27cd2ed496adef40e2b49fba195cf11629d', operation='DELETE', pgid='pgtrigger_kept_9ec0b', table='billing_commissionrule', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='commissionstatement',
            constraint=models.UniqueConstraint(fields=('month', 'technician'), name='commission_statement_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commissionstatement',
            trigger=pgtrigger.compiler.Trigger(name='closed_is_closed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (SELECT FROM billing_commissionmonth WHERE state = 'closed' AND id IN (OLD.month_id, NEW.month_id)) THEN\n    RAISE EXCEPTION 'a closed month''s commissions are not changed' USING ERRCODE = 'check_violation';\nEND IF;\nIF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\nRETURN NEW;\n", hash='2c74f86704a968f623d85e4348e963d55c4f0fa5', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_closed_is_closed_191ef', table='billing_commissionstatement', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='commissionline',
            index=models.Index(fields=['statement', 'happened_at'], name='commission_line_in_order'),
        ),
        migrations.AddConstraint(
            model_name='commissionline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('invoice_line', None), ('kind', 'satisfaction'), ('posting', None), ('survey__isnull', False)), models.Q(('invoice_line__isnull', False), ('kind__in', ['share', 'upsell']), ('posting__isnull', False), ('survey', None)), _connector='OR'), name='commission_line_has_a_cause'),
        ),
        migrations.AddConstraint(
            model_name='commissionline',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor', 0), _negated=True), name='commission_line_of_something'),
        ),
        migrations.AddConstraint(
            model_name='commissionline',
            constraint=models.UniqueConstraint(condition=models.Q(('posting__isnull', False)), fields=('posting', 'invoice_line', 'kind', 'technician'), name='commission_line_money_counts_once'),
        ),
        migrations.AddConstraint(
            model_name='commissionline',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'satisfaction')), fields=('visit', 'technician'), name='commission_line_one_answer_a_visit'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commissionline',
            trigger=pgtrigger.compiler.Trigger(name='closed_is_closed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (SELECT FROM billing_commissionmonth WHERE state = 'closed' AND id IN (SELECT month_id FROM billing_commissionstatement WHERE id IN (OLD.statement_id, NEW.statement_id))) THEN\n    RAISE EXCEPTION 'a closed month''s commissions are not changed' USING ERRCODE = 'check_violation';\nEND IF;\nIF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\nRETURN NEW;\n", hash='3c288b471d49e428a65f632ebc18c9eb8bb7ca82', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_closed_is_closed_cf04e', table='billing_commissionline', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='visitshare',
            constraint=models.UniqueConstraint(fields=('visit', 'technician'), name='visit_share_once'),
        ),
        migrations.AddConstraint(
            model_name='visitshare',
            constraint=models.CheckConstraint(condition=models.Q(('parts__gte', 1)), name='visit_share_of_something'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visitshare',
            trigger=pgtrigger.compiler.Trigger(name='counted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (\n    SELECT FROM billing_commissionline AS line\n    JOIN billing_commissionstatement AS statement ON statement.id = line.statement_id\n    JOIN billing_commissionmonth AS month ON month.id = statement.month_id\n    WHERE line.visit_id IN (OLD.visit_id, NEW.visit_id) AND month.state = 'closed'\n) THEN\n    RAISE EXCEPTION 'the visit counts in a closed month' USING ERRCODE = 'check_violation';\nEND IF;\nIF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\nRETURN NEW;\n", hash='d0622558d80459e2e1b5bedd126f04d56688b046', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_counted_33956', table='billing_visitshare', when='BEFORE')),
        ),
    ]
