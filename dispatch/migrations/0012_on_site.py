"""What is told on site: last places, checklists with their answers, photos, signatures."""

import django.contrib.gis.db.models.fields
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from core.tenancy import tenant_key, tenant_reference

REFERENCES = [
    ("dispatch_checklist", "service_type_id", "dispatch_servicetype"),
    ("dispatch_servicetype", "checklist_id", "dispatch_checklist"),
    ("dispatch_visit", "checklist_id", "dispatch_checklist"),
    ("dispatch_technicianplace", "technician_id", "dispatch_technician"),
    ("dispatch_visitanswer", "visit_id", "dispatch_visit"),
    ("dispatch_visitanswer", "given_by_id", "communities_user"),
    ("dispatch_visitphoto", "visit_id", "dispatch_visit"),
    ("dispatch_visitphoto", "taken_by_id", "communities_user"),
    ("dispatch_visitsignature", "visit_id", "dispatch_visit"),
    ("dispatch_visitsignature", "noted_by_id", "communities_user"),
]


class Migration(migrations.Migration):

    dependencies = [
        ('communities', '0017_sign_in'),
        ('dispatch', '0011_messages'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Checklist',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('version', models.PositiveIntegerField()),
                ('points', models.JSONField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('service_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checklists', to='dispatch.servicetype')),
            ],
        ),
        migrations.AddField(
            model_name='servicetype',
            name='checklist',
            field=models.ForeignKey(db_index=False, help_text='What is asked on visits that begin from now on.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dispatch.checklist'),
        ),
        migrations.AddField(
            model_name='visit',
            name='checklist',
            field=models.ForeignKey(db_index=False, help_text='What is asked there, since somebody set off.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dispatch.checklist'),
        ),
        migrations.CreateModel(
            name='FieldProfile',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('keeps_places', models.BooleanField(default=True, help_text='Technicians who agree are shown on the board where they were last.')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='TechnicianPlace',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('point', django.contrib.gis.db.models.fields.PointField(srid=4326)),
                ('accuracy_m', models.PositiveIntegerField(help_text='The true place is within this radius, 19 times of 20.')),
                ('seen_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('technician', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='last_place', to='dispatch.technician')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='VisitAnswer',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('code', models.CharField(help_text="The point's.", max_length=40)),
                ('value', models.JSONField(help_text='Null: taken back.', null=True)),
                ('given_at', models.DateTimeField()),
                ('given_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='dispatch.visit')),
            ],
        ),
        migrations.CreateModel(
            name='VisitPhoto',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('key', models.UUIDField(help_text='Given by the device: the same photo comes in once.')),
                ('code', models.CharField(blank=True, help_text='The point of the checklist it answers.', max_length=40)),
                ('width', models.PositiveSmallIntegerField()),
                ('height', models.PositiveSmallIntegerField()),
                ('is_kept', models.BooleanField(default=False, help_text='The file is there.')),
                ('taken_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('taken_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='dispatch.visit')),
            ],
        ),
        migrations.CreateModel(
            name='VisitSignature',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('name', models.CharField(max_length=160)),
                ('strokes', models.TextField(blank=True, help_text='The d of an SVG path in a box of 600 × 200.')),
                ('signed_at', models.DateTimeField()),
                ('noted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('visit', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='signature', to='dispatch.visit')),
            ],
        ),
        migrations.AddConstraint(
            model_name='checklist',
            constraint=models.UniqueConstraint(fields=('service_type', 'version'), name='checklist_version_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='checklist',
            trigger=pgtrigger.compiler.Trigger(name='immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3bc1f47f008ab05b29bcfcad353e45e6be7ef9e4', operation='UPDATE OR DELETE', pgid='pgtrigger_immutable_6be01', table='dispatch_checklist', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='fieldprofile',
            constraint=models.UniqueConstraint(fields=('organisation',), name='field_profile_one_a_company'),
        ),
        migrations.AddConstraint(
            model_name='visitanswer',
            constraint=models.UniqueConstraint(fields=('visit', 'code'), name='visit_point_answered_once'),
        ),
        migrations.AddConstraint(
            model_name='visitphoto',
            constraint=models.UniqueConstraint(fields=('visit', 'key'), name='photo_once_on_a_visit'),
        ),
        migrations.AddConstraint(
            model_name='visitsignature',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='visit_signature_has_a_name'),
        ),
        tenant_key("dispatch_checklist"),
        *(tenant_reference(*reference) for reference in REFERENCES),
    ]
