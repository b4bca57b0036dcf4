"""Offers have their lines in options; what must hold from now on."""

import billing.models.prices
import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0012_offers_into_options'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='invoice',
            name='issued_is_issued',
        ),
        migrations.RemoveConstraint(
            model_name='invoice',
            name='invoice_paid_has_a_time',
        ),
        migrations.RemoveField(
            model_name='offer',
            name='item',
        ),
        migrations.RemoveField(
            model_name='offer',
            name='quantity',
        ),
        migrations.RemoveField(
            model_name='offer',
            name='unit_price_minor',
        ),
        migrations.AlterField(
            model_name='entry',
            name='account',
            field=models.CharField(choices=[('receivable', 'Owed by customers'), ('revenue', 'Revenue'), ('tax', 'Tax to be passed on'), ('provider', 'At payment providers'), ('on_site', 'Taken on site'), ('disputed', 'Held back in disputes'), ('bank', 'At the bank'), ('fees', "Providers' fees")], max_length=12),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='net_minor',
            field=models.PositiveBigIntegerField(),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='state',
            field=models.CharField(choices=[('issued', 'Issued'), ('partly_paid', 'Partly paid'), ('paid', 'Paid'), ('overpaid', 'Paid too much'), ('reopened', 'Was paid; money went back'), ('credited', 'Credited in full')], default='issued', max_length=12),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='tax_minor',
            field=models.PositiveBigIntegerField(),
        ),
        migrations.AlterField(
            model_name='offer',
            name='expires_at',
            field=models.DateTimeField(),
        ),
        migrations.AlterField(
            model_name='offer',
            name='state',
            field=models.CharField(choices=[('offered', 'Offered'), ('accepted', 'Accepted'), ('refused', 'Refused'), ('expired', 'Expired')], default='offered', max_length=10),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='issued_is_issued', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."work_order_id" IS DISTINCT FROM (NEW."work_order_id") OR OLD."visit_id" IS DISTINCT FROM (NEW."visit_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."net_minor" IS DISTINCT FROM (NEW."net_minor") OR OLD."tax_minor" IS DISTINCT FROM (NEW."tax_minor") OR OLD."total_minor" IS DISTINCT FROM (NEW."total_minor") OR OLD."issued_at" IS DISTINCT FROM (NEW."issued_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='9a06d6d4aee8d8da5f8df00d6c281eab3c9677ea', operation='UPDATE', pgid='pgtrigger_issued_is_issued_a26df', table='billing_invoice', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['paid', 'reopened']), _negated=True), ('paid_at__isnull', False), _connector='OR'), name='invoice_paid_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('total_minor', django.db.models.expressions.CombinedExpression(models.F('net_minor'), '+', models.F('tax_minor')))), name='invoice_total_is_net_and_tax'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted__isnull', False), ('fulfilled_by__isnull', False), ('state', 'accepted')), models.Q(models.Q(('state', 'accepted'), _negated=True), ('accepted', None), ('fulfilled_by', None)), _connector='OR'), name='offer_accepted_names_what'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('offered_at'))), name='offer_stands_for_a_time'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('way', 'signed'), _negated=True), models.Q(models.Q(('signature', ''), _negated=True), models.Q(('name', ''), _negated=True)), _connector='OR'), name='approval_signed_has_a_signature'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('way', 'page'), _negated=True), models.Q(('name', ''), _negated=True), _connector='OR'), name='approval_on_a_page_has_a_name'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approval',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0982e6aafcad8fe4d59186a01bc9a57f613cf9eb', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e9da6', table='billing_approval', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='creditnote',
            constraint=models.UniqueConstraint(fields=('organisation', 'number'), name='credit_note_number_once'),
        ),
        migrations.AddConstraint(
            model_name='creditnote',
            constraint=models.CheckConstraint(condition=models.Q(('total_minor', django.db.models.expressions.CombinedExpression(models.F('net_minor'), '+', models.F('tax_minor'))), ('total_minor__gte', 1)), name='credit_note_total_is_net_and_tax'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='creditnote',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a1703a89c4614711d9785c540f1020ea0ddd6fa9', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_35af7', table='billing_creditnote', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='creditline',
            constraint=models.UniqueConstraint(fields=('credit_note', 'line'), name='credit_line_once'),
        ),
        migrations.AddConstraint(
            model_name='creditline',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gte', 1)), name='credit_line_of_something'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='creditline',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8dd022d123e5cbcdde9e43e657cefac802381fc6', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b6264', table='billing_creditline', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='offeroption',
            constraint=models.UniqueConstraint(fields=('offer', 'position'), name='offer_option_position_once'),
        ),
        migrations.AddConstraint(
            model_name='offeroption',
            constraint=models.UniqueConstraint(condition=models.Q(('recommended', True)), fields=('offer',), name='offer_one_option_recommended'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='offeroption',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7486d9336b4a41f5261e1b8ffeaf6f7592dad831', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_81f1e', table='billing_offeroption', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='offerline',
            constraint=models.UniqueConstraint(fields=('option', 'position'), name='offer_line_position_once'),
        ),
        migrations.AddConstraint(
            model_name='offerline',
            constraint=models.UniqueConstraint(fields=('option', 'item'), name='offer_line_item_once'),
        ),
        migrations.AddConstraint(
            model_name='offerline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='offer_quantity_positive'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='offerline',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='64a4bf348ea717a73bc35909506637193251653c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0bfac', table='billing_offerline', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='optionset',
            constraint=models.UniqueConstraint(fields=('organisation', 'code'), name='option_set_code_once'),
        ),
        migrations.AddConstraint(
            model_name='priceitempart',
            constraint=models.UniqueConstraint(fields=('item', 'part'), name='price_item_part_once'),
        ),
        migrations.AddConstraint(
            model_name='priceitempart',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='price_item_part_of_something'),
        ),
        migrations.AddConstraint(
            model_name='pricelist',
            constraint=models.UniqueConstraint(fields=('organisation', 'code'), name='price_list_code_once'),
        ),
        migrations.AddConstraint(
            model_name='pricelist',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='price_list_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='pricelist',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('organisation', '='), (django.db.models.functions.comparison.Coalesce('region', 'organisation'), '='), (billing.models.prices.DateRange('valid_from', 'valid_until'), '&&')], name='price_list_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='pricelistentry',
            constraint=models.UniqueConstraint(fields=('price_list', 'item'), name='price_list_item_once'),
        ),
        migrations.AddConstraint(
            model_name='series',
            constraint=models.UniqueConstraint(fields=('organisation', 'kind'), name='series_one_of_a_kind'),
        ),
        migrations.AddConstraint(
            model_name='setoption',
            constraint=models.UniqueConstraint(fields=('option_set', 'position'), name='set_option_position_once'),
        ),
        migrations.AddConstraint(
            model_name='setoption',
            constraint=models.UniqueConstraint(condition=models.Q(('recommended', True)), fields=('option_set',), name='set_option_one_recommended'),
        ),
        migrations.AddConstraint(
            model_name='setoptionline',
            constraint=models.UniqueConstraint(fields=('option', 'item'), name='set_option_item_once'),
        ),
        migrations.AddConstraint(
            model_name='setoptionline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='set_option_line_of_something'),
        ),
        migrations.AddConstraint(
            model_name='tax',
            constraint=models.UniqueConstraint(fields=('organisation', 'code'), name='tax_code_once'),
        ),
        migrations.AddConstraint(
            model_name='tax',
            constraint=models.CheckConstraint(condition=models.Q(('rate_bp__lte', 10000)), name='tax_at_most_the_price'),
        ),
        migrations.AddConstraint(
            model_name='taxline',
            constraint=models.UniqueConstraint(fields=('invoice', 'rate_bp'), name='tax_line_one_a_rate'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='taxline',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='af616af6c584b0357b88ca4466266faaa6b30b85', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d4a79', table='billing_taxline', when='BEFORE')),
        ),
    ]
