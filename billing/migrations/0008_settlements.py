"""What providers have settled: files, lines, and the accounts that they move."""

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
        ('billing', '0007_tenant_references'),
        ('communities', '0003_facts_of_refunds_and_disputes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SettlementFile',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('account', models.CharField(help_text='The account at a provider: settings.PAYMENT_ACCOUNTS.', max_length=60)),
                ('kind', models.CharField(help_text='Whose format it is in.', max_length=20)),
                ('name', models.CharField(max_length=200)),
                ('sha256', models.CharField(max_length=64)),
                ('imported_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='SettlementLine',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('account', models.CharField(max_length=60)),
                ('line_id', models.CharField(help_text="The provider's id of the movement.", max_length=160)),
                ('number', models.PositiveIntegerField(help_text='The line in the file.')),
                ('kind', models.CharField(choices=[('payment', 'payment'), ('refund', 'refund'), ('refund_returned', 'refund_returned'), ('dispute', 'dispute'), ('dispute_reversed', 'dispute_reversed'), ('fee', 'fee'), ('payout', 'payout'), ('other', 'other')], max_length=20)),
                ('provider_ref', models.CharField(blank=True, max_length=120)),
                ('payment_ref', models.CharField(blank=True, max_length=120)),
                ('checkout_ref', models.CharField(blank=True, max_length=120)),
                ('currency', models.CharField(max_length=3)),
                ('gross_minor', models.BigIntegerField(help_text='Below zero it left the company.')),
                ('fee_minor', models.BigIntegerField()),
                ('net_minor', models.BigIntegerField()),
                ('happened_at', models.DateTimeField()),
                ('settled_on', models.DateField(help_text='The day of the payout.', null=True)),
                ('payout_ref', models.CharField(blank=True, max_length=120)),
                ('finding', models.CharField(choices=[('matched', 'As in our books'), ('unknown', 'A payment that we do not know'), ('asked', 'Not in our books like this; the provider has been asked'), ('refund_unknown', 'A refund that we do not know'), ('dispute_unknown', 'A dispute that we do not know'), ('settled_twice', 'Settled by another line already'), ('currency_differs', 'In another currency than in our books'), ('amount_differs', 'Another amount than in our books'), ('not_ours', "The provider's own: a fee, a payout")], default='unknown', max_length=20)),
                ('difference_minor', models.BigIntegerField(help_text='What the file has more than our books.', null=True)),
            ],
        ),
        migrations.AlterField(
            model_name='entry',
            name='account',
            field=models.CharField(choices=[('receivable', 'Owed by customers'), ('revenue', 'Revenue'), ('provider', 'At payment providers'), ('on_site', 'Taken on site'), ('disputed', 'Held back in disputes'), ('bank', 'At the bank'), ('fees', "Providers' fees")], max_length=12),
        ),
        migrations.AlterField(
            model_name='inquiry',
            name='reason',
            field=models.CharField(choices=[('returned', 'The payer came back'), ('unheard', 'Nothing was heard of it for long'), ('settled', 'It is in a settlement file, and not in our books')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(condition=models.Q(('provider_ref', ''), _negated=True), fields=['provider_ref'], name='payment_by_reference'),
        ),
        migrations.AddField(
            model_name='settlementfile',
            name='imported_by',
            field=models.ForeignKey(help_text='None: the operator.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='settlementfile',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='settlementline',
            name='dispute',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlement_lines', to='billing.dispute'),
        ),
        migrations.AddField(
            model_name='settlementline',
            name='file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='billing.settlementfile'),
        ),
        migrations.AddField(
            model_name='settlementline',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='settlementline',
            name='payment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlement_lines', to='billing.payment'),
        ),
        migrations.AddField(
            model_name='settlementline',
            name='refund',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlement_lines', to='billing.refund'),
        ),
        migrations.AddConstraint(
            model_name='settlementfile',
            constraint=models.UniqueConstraint(fields=('organisation', 'account', 'sha256'), name='settlement_file_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='settlementfile',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d33d3d47853d3f426d96716ad8f74d3d59b93626', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c9e6e', table='billing_settlementfile', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='settlementline',
            index=models.Index(condition=models.Q(('finding__in', ['unknown', 'asked', 'refund_unknown', 'dispute_unknown'])), fields=['created_at'], name='settlement_line_open'),
        ),
        migrations.AddConstraint(
            model_name='settlementline',
            constraint=models.UniqueConstraint(fields=('organisation', 'account', 'line_id'), name='settlement_line_once'),
        ),
        migrations.AddConstraint(
            model_name='settlementline',
            constraint=models.CheckConstraint(condition=models.Q(('net_minor', django.db.models.expressions.CombinedExpression(models.F('gross_minor'), '-', models.F('fee_minor')))), name='settlement_line_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='settlementline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finding', 'matched'), _negated=True), ('payment__isnull', False), ('refund__isnull', False), ('dispute__isnull', False), _connector='OR'), name='settlement_line_matched_is_something_of_ours'),
        ),
        migrations.AddConstraint(
            model_name='settlementline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('difference_minor__isnull', False), ('finding', 'amount_differs')), models.Q(models.Q(('finding', 'amount_differs'), _negated=True), ('difference_minor', None)), _connector='OR'), name='settlement_line_says_how_much_differs'),
        ),
        migrations.AddConstraint(
            model_name='settlementline',
            constraint=models.UniqueConstraint(condition=models.Q(('finding', 'matched')), fields=('payment', 'kind'), name='settlement_line_payment_settled_once'),
        ),
        migrations.AddConstraint(
            model_name='settlementline',
            constraint=models.UniqueConstraint(condition=models.Q(('finding', 'matched')), fields=('refund', 'kind'), name='settlement_line_refund_settled_once'),
        ),
        migrations.AddConstraint(
            model_name='settlementline',
            constraint=models.UniqueConstraint(condition=models.Q(('finding', 'matched')), fields=('dispute', 'kind'), name='settlement_line_dispute_settled_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='settlementline',
            trigger=pgtrigger.compiler.Trigger(name='as_the_file_says', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."file_id" IS DISTINCT FROM (NEW."file_id") OR OLD."account" IS DISTINCT FROM (NEW."account") OR OLD."line_id" IS DISTINCT FROM (NEW."line_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."provider_ref" IS DISTINCT FROM (NEW."provider_ref") OR OLD."payment_ref" IS DISTINCT FROM (NEW."payment_ref") OR OLD."checkout_ref" IS DISTINCT FROM (NEW."checkout_ref") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."gross_minor" IS DISTINCT FROM (NEW."gross_minor") OR OLD."fee_minor" IS DISTINCT FROM (NEW."fee_minor") OR OLD."net_minor" IS DISTINCT FROM (NEW."net_minor") OR OLD."happened_at" IS DISTINCT FROM (NEW."happened_at") OR OLD."settled_on" IS DISTINCT FROM (NEW."settled_on") OR OLD."payout_ref" IS DISTINCT FROM (NEW."payout_ref"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='33d44554bda787073fbd0282ffc9f608d8676a29', operation='UPDATE', pgid='pgtrigger_as_the_file_says_ed456', table='billing_settlementline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='settlementline',
            trigger=pgtrigger.compiler.Trigger(name='kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='6af6e9b5dfcda208338e665ee94247fc0c830ac7', operation='DELETE', pgid='pgtrigger_kept_97bfe', table='billing_settlementline', when='BEFORE')),
        ),
    ]
