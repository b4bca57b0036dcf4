"""Maintenance plans, memberships with their periods, and what they take off an invoice's lines."""

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0014_tenant_references'),
        ('communities', '0005_facts_of_memberships'),
        ('dispatch', '0004_request_extra_minutes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='IncludedVisit',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('ordinal', models.PositiveSmallIntegerField(help_text='First, second … of its service type.')),
                ('due_on', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='MaintenancePlan',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('code', models.CharField(max_length=80)),
                ('name', models.CharField(max_length=160)),
                ('name_en', models.CharField(blank=True, max_length=160)),
                ('price_minor', models.PositiveBigIntegerField(help_text='For one period.')),
                ('period_months', models.PositiveSmallIntegerField()),
                ('discount_bp', models.PositiveIntegerField(default=0, help_text='On what is not included, in basis points: 1000 is 10 %.')),
                ('active', models.BooleanField(default=True, help_text='Whether it can be sold.')),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('state', models.CharField(choices=[('active', 'Active'), ('lapsed', 'Not paid'), ('cancelled', 'Cancelled'), ('ended', 'Over')], default='active', max_length=10)),
                ('renews', models.BooleanField(default=True, help_text='Whether another period follows.')),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('sold_at', models.DateTimeField()),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, help_text='Why it was cancelled.', max_length=240)),
            ],
        ),
        migrations.CreateModel(
            name='MembershipPeriod',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='PlanInclusion',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('visits', models.PositiveSmallIntegerField()),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='invoice',
            name='issued_is_issued',
        ),
        migrations.RemoveConstraint(
            model_name='invoiceline',
            name='invoice_line_amount_is_quantity_times_price',
        ),
        migrations.AddField(
            model_name='invoiceline',
            name='discount_by',
            field=models.CharField(blank=True, db_default='', default='', help_text='The plan that takes it off.', max_length=160),
        ),
        migrations.AddField(
            model_name='invoiceline',
            name='discount_minor',
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='visit',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dispatch.visit'),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='work_order',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoice', to='dispatch.workorder'),
        ),
        migrations.AlterField(
            model_name='invoiceline',
            name='item',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.priceitem'),
        ),
        migrations.AddConstraint(
            model_name='invoiceline',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('quantity'), '*', models.F('unit_price_minor')), '-', models.F('discount_minor')))), name='invoice_line_amount_is_price_less_discount'),
        ),
        migrations.AddConstraint(
            model_name='invoiceline',
            constraint=models.CheckConstraint(condition=models.Q(('discount_minor', 0), models.Q(('discount_by', ''), _negated=True), _connector='OR'), name='invoice_line_discount_says_why'),
        ),
        migrations.AddField(
            model_name='includedvisit',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='includedvisit',
            name='request',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='included', to='dispatch.servicerequest'),
        ),
        migrations.AddField(
            model_name='includedvisit',
            name='service_type',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dispatch.servicetype'),
        ),
        migrations.AddField(
            model_name='includedvisit',
            name='visit',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='included', to='dispatch.visit'),
        ),
        migrations.AddField(
            model_name='maintenanceplan',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='maintenanceplan',
            name='tax',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.tax'),
        ),
        migrations.AddField(
            model_name='membership',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='communities.customer'),
        ),
        migrations.AddField(
            model_name='membership',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='membership',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='billing.maintenanceplan'),
        ),
        migrations.AddField(
            model_name='membership',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='communities.site'),
        ),
        migrations.AddField(
            model_name='membership',
            name='sold_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='membership',
            name='technician',
            field=models.ForeignKey(help_text='Whose visit it was sold on.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dispatch.technician'),
        ),
        migrations.AddField(
            model_name='membership',
            name='visit',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dispatch.visit'),
        ),
        migrations.AddField(
            model_name='membershipperiod',
            name='membership',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='periods', to='billing.membership'),
        ),
        migrations.AddField(
            model_name='membershipperiod',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='includedvisit',
            name='period',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='billing.membershipperiod'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='period',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoice', to='billing.membershipperiod'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='issued_is_issued', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."work_order_id" IS DISTINCT FROM (NEW."work_order_id") OR OLD."visit_id" IS DISTINCT FROM (NEW."visit_id") OR OLD."period_id" IS DISTINCT FROM (NEW."period_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."net_minor" IS DISTINCT FROM (NEW."net_minor") OR OLD."tax_minor" IS DISTINCT FROM (NEW."tax_minor") OR OLD."total_minor" IS DISTINCT FROM (NEW."total_minor") OR OLD."issued_at" IS DISTINCT FROM (NEW."issued_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='fa7ed1ce445ea53af0eae5de2c6c8b129579e693', operation='UPDATE', pgid='pgtrigger_issued_is_issued_a26df', table='billing_invoice', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('period', None), ('visit__isnull', False), ('work_order__isnull', False)), models.Q(('period__isnull', False), ('visit', None), ('work_order', None)), _connector='OR'), name='invoice_for_work_or_for_a_period'),
        ),
        migrations.AddField(
            model_name='planinclusion',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='planinclusion',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inclusions', to='billing.maintenanceplan'),
        ),
        migrations.AddField(
            model_name='planinclusion',
            name='service_type',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dispatch.servicetype'),
        ),
        migrations.AddConstraint(
            model_name='maintenanceplan',
            constraint=models.UniqueConstraint(condition=models.Q(('active', True)), fields=('organisation', 'code'), name='maintenance_plan_one_of_a_code'),
        ),
        migrations.AddConstraint(
            model_name='maintenanceplan',
            constraint=models.CheckConstraint(condition=models.Q(('period_months__gte', 1)), name='maintenance_plan_period_takes_time'),
        ),
        migrations.AddConstraint(
            model_name='maintenanceplan',
            constraint=models.CheckConstraint(condition=models.Q(('discount_bp__lte', 10000)), name='maintenance_plan_discount_at_most_the_price'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='maintenanceplan',
            trigger=pgtrigger.compiler.Trigger(name='sold_is_sold', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."name_en" IS DISTINCT FROM (NEW."name_en") OR OLD."price_minor" IS DISTINCT FROM (NEW."price_minor") OR OLD."tax_id" IS DISTINCT FROM (NEW."tax_id") OR OLD."period_months" IS DISTINCT FROM (NEW."period_months") OR OLD."discount_bp" IS DISTINCT FROM (NEW."discount_bp"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='bb3e6df196c23bd782b450d18d37456f78ee9839', operation='UPDATE', pgid='pgtrigger_sold_is_sold_0d4d2', table='billing_maintenanceplan', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='maintenanceplan',
            trigger=pgtrigger.compiler.Trigger(name='kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='fc39ffed042b2e4b896c7eeea95c3252ffcd4339', operation='DELETE', pgid='pgtrigger_kept_c8b45', table='billing_maintenanceplan', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['organisation', 'state', 'ends_on'], name='membership_due'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['active', 'lapsed'])), fields=('site', 'customer', 'plan'), name='membership_one_of_a_plan_at_a_site'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['active', 'lapsed', 'cancelled', 'ended'])), name='membership_state_known'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='membership_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), _negated=True), models.Q(('cancelled_at__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='membership_cancelled_says_why'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('technician', None), ('visit', None)), models.Q(('technician__isnull', False), ('visit__isnull', False)), _connector='OR'), name='membership_sold_on_a_visit_or_not'),
        ),
        migrations.AddConstraint(
            model_name='membershipperiod',
            constraint=models.UniqueConstraint(fields=('membership', 'number'), name='membership_period_once'),
        ),
        migrations.AddConstraint(
            model_name='membershipperiod',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='membership_period_days_in_order'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membershipperiod',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3eb1dc17ba8be7124925001c49c84943806cf3c2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a2dc3', table='billing_membershipperiod', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='includedvisit',
            index=models.Index(condition=models.Q(('request', None), ('visit', None)), fields=['organisation', 'due_on'], name='included_visit_due'),
        ),
        migrations.AddConstraint(
            model_name='includedvisit',
            constraint=models.UniqueConstraint(fields=('period', 'service_type', 'ordinal'), name='included_visit_once'),
        ),
        migrations.AddConstraint(
            model_name='planinclusion',
            constraint=models.UniqueConstraint(fields=('plan', 'service_type'), name='plan_inclusion_once_for_a_service_type'),
        ),
        migrations.AddConstraint(
            model_name='planinclusion',
            constraint=models.CheckConstraint(condition=models.Q(('visits__gte', 1)), name='plan_inclusion_of_something'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planinclusion',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='45979d1c8fc9ef5e3b10dcfe48da676217e11175', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e3c39', table='billing_planinclusion', when='BEFORE')),
        ),
    ]
