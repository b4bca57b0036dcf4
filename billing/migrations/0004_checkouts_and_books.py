"""Checkouts, refunds, disputes, reminders, and the double-entry books."""

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
        ('billing', '0003_accounts_at_providers'),
        ('communities', '0003_facts_of_refunds_and_disputes'),
        ('dispatch', '0003_unassigned_explanation'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='payment',
            name='link',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='billing.paymentlink'),
        ),
        migrations.CreateModel(
            name='BillingProfile',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('payment_account', models.CharField(help_text='The account at a provider that new links use: settings.PAYMENT_ACCOUNTS.', max_length=60)),
                ('link_days', models.PositiveSmallIntegerField(default=30, help_text='How long a payment link is good for.')),
                ('reminder_days', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=billing.models.profile.reminder_days, size=None)),
            ],
        ),
        migrations.CreateModel(
            name='Checkout',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('state', models.CharField(choices=[('wanted', 'Not yet opened at the provider'), ('open', 'Open'), ('closed', 'Closed')], default='wanted', max_length=10)),
                ('provider_ref', models.CharField(blank=True, help_text="The provider's id of it.", max_length=120)),
                ('url', models.URLField(blank=True, max_length=1000)),
                ('form', models.JSONField(help_text='Fields to be posted to the address, where it needs any.', null=True)),
                ('expires_at', models.DateTimeField(help_text='After this another is opened.')),
                ('asked_at', models.DateTimeField(help_text='When the provider was last asked about it.', null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('provider_ref', models.CharField(max_length=120)),
                ('state', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], max_length=10)),
                ('amount_minor', models.PositiveBigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('opened_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('account', models.CharField(choices=[('receivable', 'Owed by customers'), ('revenue', 'Revenue'), ('provider', 'At payment providers'), ('on_site', 'Taken on site'), ('disputed', 'Held back in disputes')], max_length=12)),
                ('amount_minor', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Inquiry',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('reason', models.CharField(choices=[('returned', 'The payer came back'), ('unheard', 'Nothing was heard of it for long')], max_length=10)),
                ('answered_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='PaymentReminder',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('due_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting for its day'), ('due', 'To be sent'), ('sent', 'Sent'), ('stopped', 'Not needed any more')], default='waiting', max_length=10)),
            ],
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('key', models.CharField(max_length=120)),
                ('currency', models.CharField(max_length=3)),
                ('occurred_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('state', models.CharField(choices=[('wanted', 'Not yet asked for at the provider'), ('pending', 'Pending'), ('succeeded', 'Succeeded'), ('failed', 'Failed')], max_length=10)),
                ('provider_ref', models.CharField(blank=True, max_length=120)),
                ('failure', models.CharField(blank=True, help_text='What the provider said when it refused.', max_length=240)),
                ('amount_minor', models.PositiveBigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('happened_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='SandboxDispute',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('open', 'Open'), ('won', 'Won by the merchant'), ('lost', 'Lost by the merchant')], default='open', max_length=10)),
                ('amount_minor', models.PositiveBigIntegerField()),
                ('opened_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SandboxNotice',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('times', models.PositiveSmallIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='SandboxRefund',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reference', models.UUIDField(null=True, unique=True)),
                ('amount_minor', models.PositiveBigIntegerField()),
                ('happened_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='paymentlink',
            name='capturing_id',
            field=models.UUIDField(help_text='The one checkout whose authorised payment may be taken, where a provider waits for that.', null=True),
        ),
        migrations.AddField(
            model_name='payment',
            name='method',
            field=models.CharField(blank=True, help_text="The provider's word for how.", max_length=40),
        ),
        migrations.AddField(
            model_name='payment',
            name='note',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='payment',
            name='taken_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='payment',
            name='way',
            field=models.CharField(choices=[('checkout', 'Through a provider'), ('cash', 'Cash'), ('card_terminal', 'Card terminal'), ('transfer', 'Bank transfer')], default='checkout', max_length=14),
        ),
        migrations.AddField(
            model_name='webhookevent',
            name='checkout_ref',
            field=models.CharField(blank=True, help_text='What it is about, as it says.', max_length=120),
        ),
        migrations.AddField(
            model_name='billingprofile',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='checkout',
            name='link',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checkouts', to='billing.paymentlink'),
        ),
        migrations.AddField(
            model_name='checkout',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='payment',
            name='checkout',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='billing.checkout'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='billing.payment'),
        ),
        migrations.AddField(
            model_name='entry',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='inquiry',
            name='checkout',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inquiries', to='billing.checkout'),
        ),
        migrations.AddField(
            model_name='inquiry',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='paymentreminder',
            name='link',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='billing.paymentlink'),
        ),
        migrations.AddField(
            model_name='paymentreminder',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='posting',
            name='invoice',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='billing.invoice'),
        ),
        migrations.AddField(
            model_name='posting',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='posting',
            name='payment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='billing.payment'),
        ),
        migrations.AddField(
            model_name='entry',
            name='posting',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='billing.posting'),
        ),
        migrations.AddField(
            model_name='refund',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation'),
        ),
        migrations.AddField(
            model_name='refund',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='billing.payment'),
        ),
        migrations.AddField(
            model_name='refund',
            name='wanted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sandboxdispute',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='disputes', to='billing.sandboxpayment'),
        ),
        migrations.AddField(
            model_name='sandboxnotice',
            name='checkout',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='billing.sandboxcheckout'),
        ),
        migrations.AddField(
            model_name='sandboxrefund',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refunds', to='billing.sandboxpayment'),
        ),
    ]
