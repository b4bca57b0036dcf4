"""What the move into checkouts has left over goes; what must hold from now on."""

import billing.models.profile
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0005_into_checkouts_and_books'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='payment',
            name='link',
        ),
        migrations.RemoveField(
            model_name='paymentlink',
            name='provider_ref',
        ),
        migrations.RemoveField(
            model_name='paymentlink',
            name='url',
        ),
        migrations.AlterField(
            model_name='invoice',
            name='state',
            field=models.CharField(choices=[('issued', 'Issued'), ('partly_paid', 'Partly paid'), ('paid', 'Paid'), ('overpaid', 'Paid too much'), ('reopened', 'Was paid; money went back')], default='issued', max_length=12),
        ),
        migrations.AlterField(
            model_name='payment',
            name='provider_ref',
            field=models.CharField(blank=True, help_text="The provider's id of the payment.", max_length=120),
        ),
        migrations.AlterField(
            model_name='payment',
            name='state',
            field=models.CharField(choices=[('pending', 'Pending'), ('authorised', 'Authorised'), ('succeeded', 'Succeeded'), ('declined', 'Declined'), ('expired', 'Expired')], max_length=10),
        ),
        migrations.AlterField(
            model_name='paymentlink',
            name='account',
            field=models.CharField(help_text='The account at a provider: settings.PAYMENT_ACCOUNTS.', max_length=60),
        ),
        migrations.AlterField(
            model_name='paymentlink',
            name='expires_at',
            field=models.DateTimeField(),
        ),
        migrations.AlterField(
            model_name='paymentlink',
            name='state',
            field=models.CharField(choices=[('open', 'Open'), ('paid', 'Paid'), ('replaced', 'Replaced: another amount is due'), ('expired', 'Expired')], default='open', max_length=10),
        ),
        migrations.AlterField(
            model_name='sandboxcheckout',
            name='expires_at',
            field=models.DateTimeField(),
        ),
        migrations.AlterField(
            model_name='sandboxcheckout',
            name='notice_url',
            field=models.URLField(max_length=500),
        ),
        migrations.AlterField(
            model_name='sandboxcheckout',
            name='state',
            field=models.CharField(choices=[('open', 'Open'), ('closed', 'Closed by the merchant')], default='open', max_length=10),
        ),
        migrations.AlterField(
            model_name='sandboxpayment',
            name='state',
            field=models.CharField(choices=[('pending', 'A code was issued'), ('succeeded', 'Succeeded'), ('declined', 'Declined')], max_length=10),
        ),
        migrations.AlterField(
            model_name='webhookevent',
            name='account',
            field=models.CharField(help_text='The account at a provider that it came for.', max_length=60),
        ),
        migrations.AddIndex(
            model_name='paymentlink',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['expires_at'], name='payment_link_open'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='issued_is_issued', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."work_order_id" IS DISTINCT FROM (NEW."work_order_id") OR OLD."visit_id" IS DISTINCT FROM (NEW."visit_id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."total_minor" IS DISTINCT FROM (NEW."total_minor") OR OLD."issued_at" IS DISTINCT FROM (NEW."issued_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='6a1bdaece914674a3c72098aa69a3ac66ad49984', operation='UPDATE', pgid='pgtrigger_issued_is_issued_a26df', table='billing_invoice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='81cb301bc5fb2ab1c995d876fa04a6259e01bc1c', operation='DELETE', pgid='pgtrigger_kept_e3f48', table='billing_invoice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoiceline',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f9675e99fdc7050c2771082e67c1c38110b72f83', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_148d2', table='billing_invoiceline', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['issued', 'partly_paid']), ('paid_at__isnull', False), _connector='OR'), name='invoice_paid_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='paymentlink',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('invoice',), name='payment_link_one_open_for_an_invoice'),
        ),
        migrations.AddConstraint(
            model_name='paymentlink',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gte', 1)), name='payment_link_collects_something'),
        ),
        migrations.AddConstraint(
            model_name='webhookevent',
            constraint=models.UniqueConstraint(fields=('account', 'event_id'), name='webhook_event_once'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(condition=models.Q(('checkout__isnull', False)), fields=('checkout', 'provider_ref'), name='payment_counts_once'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('checkout__isnull', False), ('way', 'checkout')), models.Q(models.Q(('way', 'checkout'), _negated=True), ('checkout', None)), _connector='OR'), name='payment_has_a_checkout_or_was_taken_on_site'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gte', 1)), name='payment_of_something'),
        ),
        migrations.AddConstraint(
            model_name='billingprofile',
            constraint=models.UniqueConstraint(fields=('organisation',), name='billing_profile_one_a_company'),
        ),
        migrations.AddConstraint(
            model_name='billingprofile',
            constraint=models.CheckConstraint(condition=models.Q(('link_days__gte', 1)), name='billing_profile_links_last'),
        ),
        migrations.AddIndex(
            model_name='checkout',
            index=models.Index(condition=models.Q(('provider_ref', ''), _negated=True), fields=['provider_ref'], name='checkout_by_reference'),
        ),
        migrations.AddIndex(
            model_name='checkout',
            index=models.Index(condition=models.Q(('state__in', ['wanted', 'open'])), fields=['expires_at'], name='checkout_live'),
        ),
        migrations.AddConstraint(
            model_name='checkout',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['wanted', 'open'])), fields=('link',), name='checkout_one_live_for_a_link'),
        ),
        migrations.AddConstraint(
            model_name='checkout',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'open'), _negated=True), models.Q(('provider_ref', ''), _negated=True), _connector='OR'), name='checkout_open_has_a_reference'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.UniqueConstraint(fields=('payment', 'provider_ref'), name='dispute_counts_once'),
        ),
        migrations.AddConstraint(
            model_name='inquiry',
            constraint=models.UniqueConstraint(condition=models.Q(('answered_at', None)), fields=('checkout',), name='inquiry_one_open_for_a_checkout'),
        ),
        migrations.AddIndex(
            model_name='paymentreminder',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='payment_reminder_waits'),
        ),
        migrations.AddConstraint(
            model_name='paymentreminder',
            constraint=models.UniqueConstraint(fields=('link', 'number'), name='payment_reminder_once'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.UniqueConstraint(fields=('organisation', 'key'), name='posting_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='posting',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c15945dfa97041261a4c8e2c7962bc7108cc4c58', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_cd6a1', table='billing_posting', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('posting', 'account'), name='entry_one_an_account'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor', 0), _negated=True), name='entry_moves_something'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6a3f3c31300250952e25802e86b601f577dc9ce2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9a5fe', table='billing_entry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='balanced', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE total bigint;', func="\nSELECT sum(amount_minor) INTO total FROM billing_entry WHERE posting_id = NEW.posting_id;\nIF total <> 0 THEN\n    RAISE EXCEPTION 'posting % is out of balance by %', NEW.posting_id, total USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NULL;\n", hash='d7eaf424e5607d21b7b8c39df5826cdad1affee5', operation='INSERT', pgid='pgtrigger_balanced_cea1e', table='billing_entry', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(condition=models.Q(('provider_ref', ''), _negated=True), fields=('payment', 'provider_ref'), name='refund_counts_once'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'wanted')), fields=('payment',), name='refund_one_on_its_way'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gte', 1)), name='refund_of_something'),
        ),
    ]
