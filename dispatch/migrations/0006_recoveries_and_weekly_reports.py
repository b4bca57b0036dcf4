"""Recoveries, and the letters that managers have had. References are held to one organisation: see core.tenancy."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from core.tenancy import tenant_reference

REFERENCES = [
    ("dispatch_recovery", "visit_id", "dispatch_visit"),
    ("dispatch_recovery", "technician_id", "dispatch_technician"),
    ("dispatch_recovery", "request_id", "dispatch_servicerequest"),
    ("dispatch_weeklyreport", "user_id", "communities_user"),
]


class Migration(migrations.Migration):

    dependencies = [
        ('communities', '0011_recovery_facts_and_weekly_report'),
        ('dispatch', '0005_pauses_and_reopened_visits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Recovery',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('cause', models.CharField(choices=[('detractor', "A detractor's answer"), ('reopened', 'The fault came back'), ('disputed', 'The payment is contested')], max_length=10)),
                ('cause_id', models.UUIDField(help_text="The survey's answer, the request that reopens the visit, or the dispute.")),
                ('levels', models.JSONField(default=dict, help_text='The skills it asks for: code → level.')),
                ('nobody_higher', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, help_text='Skills that nobody has at a higher level.', size=None)),
                ('state', models.CharField(choices=[('open', 'To be planned'), ('planned', 'Planned'), ('done', 'Done'), ('dropped', 'Dropped')], default='open', max_length=8)),
                ('reason', models.CharField(blank=True, help_text='Why it was dropped.', max_length=240)),
                ('is_charged', models.BooleanField(default=False, help_text='The customer pays for it as for any other visit.')),
                ('opened_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('request', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='recovery', to='dispatch.servicerequest')),
                ('technician', models.ForeignKey(help_text='Who was there, and is not sent again.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dispatch.technician')),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recoveries', to='dispatch.visit')),
            ],
            options={
                'verbose_name_plural': 'recoveries',
                'indexes': [models.Index(fields=['organisation', 'due_at'], name='recovery_by_deadline')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'cause', 'cause_id'), name='recovery_once_for_a_cause'), models.UniqueConstraint(condition=models.Q(('state__in', ['open', 'planned'])), fields=('visit',), name='recovery_one_open_for_a_visit'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'planned', 'done', 'dropped'])), name='recovery_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state__in', ['open', 'planned'])), models.Q(('closed_at__isnull', False), ('state__in', ['done', 'dropped'])), _connector='OR'), name='recovery_closed_has_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'dropped'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='recovery_dropped_says_why')],
            },
        ),
        migrations.CreateModel(
            name='WeeklyReport',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('week_on', models.DateField(help_text='The Monday on which the week began.')),
                ('state', models.CharField(choices=[('wanted', 'To be sent'), ('sent', 'Sent'), ('quiet', 'Nothing to say')], default='wanted', max_length=6)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='weekly_reports', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'week_on'), name='weekly_report_once')],
            },
        ),
        *(tenant_reference(*reference) for reference in REFERENCES),
    ]
