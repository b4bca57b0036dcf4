"""Organisations, people, places, the ledger of facts in a partition for each month (docs/adr/0015), figures and goals."""

import datetime
import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid_utils.compat
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

from core.tables import CreateModels
from core.tenancy import tenants_apart

KEYS = [
    "communities_region",
    "communities_community",
    "communities_site",
    "communities_user",
    "communities_customer",
    "communities_contact",
    "communities_signalset",
    "communities_surveyinvitation",
    "communities_experimentreading",
    "communities_policy",
    "communities_goal",
    "communities_handover",
]

REFERENCES = [
    ("communities_community", "region_id", "communities_region"),
    ("communities_site", "community_id", "communities_community"),
    ("communities_regionmanager", "user_id", "communities_user"),
    ("communities_regionmanager", "region_id", "communities_region"),
    ("communities_apitoken", "user_id", "communities_user"),
    ("communities_contact", "customer_id", "communities_customer"),
    ("communities_signal", "signal_set_id", "communities_signalset"),
    ("communities_signal", "community_id", "communities_community"),
    ("communities_surveyinvitation", "contact_id", "communities_contact"),
    ("communities_surveyinvitation", "community_id", "communities_community"),
    ("communities_surveyanswer", "invitation_id", "communities_surveyinvitation"),
    ("communities_daychanged", "community_id", "communities_community"),
    ("communities_serviceevent", "community_id", "communities_community"),
    ("communities_serviceevent", "customer_id", "communities_customer"),
    ("communities_serviceevent", "site_id", "communities_site"),
    ("communities_metricday", "community_id", "communities_community"),
    ("communities_metricwindow", "region_id", "communities_region"),
    ("communities_metricwindow", "community_id", "communities_community"),
    ("communities_customerserved", "community_id", "communities_community"),
    ("communities_customerserved", "customer_id", "communities_customer"),
    ("communities_figureuse", "user_id", "communities_user"),
    ("communities_erasure", "customer_id", "communities_customer"),
    ("communities_erasure", "erased_by_id", "communities_user"),
    ("communities_communityweek", "region_id", "communities_region"),
    ("communities_communityweek", "community_id", "communities_community"),
    ("communities_experimentreading", "region_id", "communities_region"),
    ("communities_feedbacksuspension", "region_id", "communities_region"),
    ("communities_feedbacksuspension", "reading_id", "communities_experimentreading"),
    ("communities_feedbacksuspension", "ended_by_id", "communities_user"),
    ("communities_policy", "region_id", "communities_region"),
    ("communities_policy", "author_id", "communities_user"),
    ("communities_signalset", "region_id", "communities_region"),
    ("communities_signalset", "policy_version_id", "communities_policy"),
    ("communities_lagreading", "region_id", "communities_region"),
    ("communities_goal", "region_id", "communities_region"),
    ("communities_goal", "owner_id", "communities_user"),
    ("communities_goalversion", "goal_id", "communities_goal"),
    ("communities_goalversion", "owner_id", "communities_user"),
    ("communities_goalversion", "author_id", "communities_user"),
    ("communities_customerstanding", "customer_id", "communities_customer"),
    ("communities_customerstanding", "community_id", "communities_community"),
    ("communities_retentionfit", "region_id", "communities_region"),
    ("communities_customerowner", "customer_id", "communities_customer"),
    ("communities_customerowner", "user_id", "communities_user"),
    ("communities_handover", "from_user_id", "communities_user"),
    ("communities_handover", "to_user_id", "communities_user"),
    ("communities_handover", "handed_by_id", "communities_user"),
    ("communities_handedcustomer", "hand_over_id", "communities_handover"),
    ("communities_handedcustomer", "customer_id", "communities_customer"),
    ("communities_authenticator", "user_id", "communities_user"),
    ("communities_passwordreset", "user_id", "communities_user"),
]

# As communities.services.ledger.fact_digest; source has no colon in it (fact_source_is_a_word).
DIGEST = """
CREATE FUNCTION fact_digest(organisation uuid, source text, source_id text) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT encode(
        substring(sha256(convert_to(organisation || ':' || source || ':' || source_id, 'UTF8')) FROM 1 FOR 16), 'hex'
    )::uuid
$$
"""

NEVER_EMPTIED = """
CREATE OR REPLACE FUNCTION facts_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Cannot truncate %: facts are only added', TG_TABLE_NAME;
END
$$
"""

# LIKE and ATTACH, unlike CREATE … PARTITION OF, let writers of other months go on. SHARE UPDATE EXCLUSIVE is what
# ATTACH takes anyhow: of two who want the month, the second waits here and then finds it.
# The foreign keys make ATTACH also lock the tables they refer to against writers, for an instant. It asks for less
# time than a deadlock takes to be seen (1 s), so that whoever is in the way never is the one to be ended.
MONTH = """
CREATE FUNCTION facts_month_ensure(day date) RETURNS void LANGUAGE plpgsql SET lock_timeout = '300ms' AS $$
DECLARE
    first date := date_trunc('month', day::timestamp);
    month text := to_char(first, '"communities_serviceevent_"YYYY_MM');
    attempts int := 0;
BEGIN
    WHILE to_regclass(month) IS NULL LOOP
        BEGIN
            LOCK TABLE communities_serviceevent IN SHARE UPDATE EXCLUSIVE MODE;
            IF to_regclass(month) IS NULL THEN
                EXECUTE format('CREATE TABLE %I (LIKE communities_serviceevent INCLUDING ALL)', month);
                EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I EXECUTE FUNCTION '
                               'facts_never_emptied()', month);
                EXECUTE format('ALTER TABLE communities_serviceevent ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                               month, first, (first + interval '1 month')::date);
            END IF;
        EXCEPTION WHEN lock_not_available THEN
            attempts := attempts + 1;
            IF attempts = 20 THEN
                RAISE;
            END IF;
        END;
    END LOOP;
END
$$
"""

# A key of its own, without the day, is what a table in partitions cannot have: it is in the table beside it.
BY_MONTH = """
ALTER TABLE communities_serviceevent DROP CONSTRAINT communities_serviceevent_pkey;
ALTER TABLE communities_serviceevent RENAME TO communities_serviceevent_whole;
CREATE TABLE communities_serviceevent (
    LIKE communities_serviceevent_whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
    PRIMARY KEY (id, occurred_on)
) PARTITION BY RANGE (occurred_on);
DROP TABLE communities_serviceevent_whole;
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON communities_serviceevent EXECUTE FUNCTION facts_never_emptied();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON communities_factkey EXECUTE FUNCTION facts_never_emptied();
"""

# So that the first facts find their month.
MONTHS_AHEAD = """
SELECT facts_month_ensure((now() + number * interval '1 month')::date) FROM generate_series(0, 2) AS number
"""


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('communities', '0001_initial'),
        ('communities', '0002_tenant_references'),
        ('communities', '0003_facts_of_refunds_and_disputes'),
        ('communities', '0004_facts_of_credit_notes'),
        ('communities', '0005_facts_of_memberships'),
        ('communities', '0006_answers_by_time'),
        ('communities', '0007_ledger_by_month'),
        ('communities', '0008_figures'),
        ('communities', '0009_erasures'),
        ('communities', '0010_experiment'),
        ('communities', '0011_recovery_facts_and_weekly_report'),
        ('communities', '0012_policies_and_signals_of_regions'),
        ('communities', '0013_revenue_and_goals'),
        ('communities', '0014_customers'),
        ('communities', '0015_long_term_goals'),
        ('communities', '0016_first_visits'),
        ('communities', '0017_sign_in'),
        ('communities', '0018_customers_of_windows'),
        ('communities', '0019_answers_of_cells'),
    ]

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.RunSQL(DIGEST, "DROP FUNCTION fact_digest"),
        migrations.RunSQL(NEVER_EMPTIED, "DROP FUNCTION facts_never_emptied"),
        migrations.RunSQL(MONTH, "DROP FUNCTION facts_month_ensure"),
        CreateModels([
            migrations.CreateModel(
                name='Community',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('code', models.CharField(max_length=80)),
                    ('name', models.CharField(max_length=160)),
                    ('name_en', models.CharField(blank=True, max_length=160)),
                    ('kind', models.CharField(choices=[('village', 'Village (里)'), ('estate', 'Estate'), ('neighbourhood', 'Neighbourhood')], default='neighbourhood', max_length=20)),
                    ('boundary', django.contrib.gis.db.models.fields.MultiPolygonField(null=True, spatial_index=False, srid=4326)),
                    ('boundary_source', models.CharField(choices=[('given', 'Given by a source'), ('derived', 'Derived from the points of its sites'), ('none', 'None yet')], default='none', max_length=10)),
                    ('area_m2', models.FloatField(help_text='Of the boundary; the smaller of two that overlap wins.', null=True)),
                    ('centre', django.contrib.gis.db.models.fields.PointField(null=True, spatial_index=False, srid=4326)),
                    ('households', models.PositiveIntegerField(null=True)),
                    ('gate_minutes', models.PositiveSmallIntegerField(default=0, help_text='Registration at the gate and parking, once for each stay.')),
                    ('quiet_from', models.TimeField(help_text='No service starts in the quiet hours (local time); they may pass midnight.', null=True)),
                    ('quiet_until', models.TimeField(null=True)),
                    ('attributes', models.JSONField(default=dict)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='communities', to='communities.region')),
                ],
                options={
                    'verbose_name_plural': 'communities',
                    'indexes': [django.contrib.postgres.indexes.GistIndex(fields=['boundary'], name='community_boundary')],
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'code'), name='community_code_once'), models.CheckConstraint(condition=models.Q(models.Q(('boundary__isnull', True), ('boundary_source', 'none')), models.Q(('boundary__isnull', False), ('boundary_source__in', ['given', 'derived'])), _connector='OR'), name='community_boundary_has_a_source'), models.CheckConstraint(condition=models.Q(models.Q(('quiet_from__isnull', True), ('quiet_until__isnull', True)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False), models.Q(('quiet_from', models.F('quiet_until')), _negated=True)), _connector='OR'), name='community_quiet_hours_have_two_ends')],
                },
            ),
            migrations.CreateModel(
                name='Organisation',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('slug', models.SlugField(max_length=60, unique=True)),
                    ('name', models.CharField(max_length=120)),
                    ('time_zone', models.CharField(default='Asia/Taipei', max_length=40)),
                    ('currency', models.CharField(default='TWD', max_length=3)),
                    ('language', models.CharField(default='zh-hant', max_length=10)),
                    ('nearest_community_m', models.PositiveIntegerField(default=300, help_text='A point in no community belongs to the nearest one within this many metres.')),
                    ('is_sample', models.BooleanField(default=False)),
                    ('codes_for', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), db_default=[], default=list, help_text='Roles that sign in with a one-time code besides the password.', size=None)),
                ],
            ),
            migrations.CreateModel(
                name='User',
                fields=[
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                    ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                    ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                    ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                    ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                    ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('role', models.CharField(choices=[('administrator', 'Administrator'), ('dispatcher', 'Dispatcher'), ('regional_manager', 'Regional manager'), ('technician', 'Technician')], default='dispatcher', max_length=20)),
                    ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('language', models.CharField(blank=True, db_default='', default='', help_text="Of letters; empty: the organisation's.", max_length=10)),
                    ('weekly_report', models.BooleanField(db_default=True, default=True, help_text='A regional manager wants the letter on Monday morning.')),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('is_superuser', True), ('organisation__isnull', False), _connector='OR'), name='user_belongs_to_an_organisation')],
                },
                managers=[
                    ('objects', django.contrib.auth.models.UserManager()),
                ],
            ),
            migrations.CreateModel(
                name='DayChanged',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('on', models.DateField()),
                    ('community', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.community')),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ],
            ),
            migrations.CreateModel(
                name='Customer',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('key', models.CharField(help_text='What an import recognises the customer by.', max_length=160)),
                    ('name', models.CharField(max_length=160)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'key'), name='customer_key_once')],
                },
            ),
            migrations.CreateModel(
                name='Contact',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('name', models.CharField(max_length=160)),
                    ('phone', models.CharField(blank=True, max_length=40)),
                    ('email', models.EmailField(blank=True, max_length=254)),
                    ('language', models.CharField(default='zh-hant', max_length=10)),
                    ('may_message', models.BooleanField(default=True, help_text='Messages about the service itself.')),
                    ('may_survey', models.BooleanField(default=True, help_text='Being asked how it went.')),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='communities.customer')),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('phone', ''), _negated=True), models.Q(('email', ''), _negated=True), models.Q(('may_message', False), ('may_survey', False)), _connector='OR'), name='contact_can_be_reached')],
                },
            ),
            migrations.CreateModel(
                name='ApiToken',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('name', models.CharField(max_length=80)),
                    ('prefix', models.CharField(max_length=12)),
                    ('digest', models.CharField(max_length=64, unique=True)),
                    ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('read', 'Read'), ('write', 'Write')], max_length=20), size=None)),
                    ('expires_at', models.DateTimeField()),
                    ('revoked_at', models.DateTimeField(blank=True, null=True)),
                    ('last_used_at', models.DateTimeField(blank=True, null=True)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to=settings.AUTH_USER_MODEL)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ],
            ),
            migrations.CreateModel(
                name='Region',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('code', models.CharField(max_length=40)),
                    ('name', models.CharField(max_length=120)),
                    ('name_en', models.CharField(blank=True, max_length=120)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'code'), name='region_code_once')],
                },
            ),
            migrations.CreateModel(
                name='RegionManager',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='managers', to='communities.region')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='managed', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('user', 'region'), name='region_manager_once')],
                },
            ),
            migrations.CreateModel(
                name='SignalSet',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('version', models.PositiveIntegerField()),
                    ('through_on', models.DateField(help_text='The last day whose facts are in it.')),
                    ('policy', models.JSONField(help_text='As it was: the content of policy_version, or the default.')),
                    ('inputs_hash', models.CharField(max_length=64)),
                    ('code_version', models.CharField(max_length=20)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='signal_sets', to='communities.region')),
                    ('policy_version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.policy')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('region', 'version'), name='signal_version_once')],
                    'triggers': [pgtrigger.compiler.Trigger(name='immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8cab3bad59fd2cd5cd0524a5f30ac757990c0c7b', operation='UPDATE OR DELETE', pgid='pgtrigger_immutable_9c238', table='communities_signalset', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Signal',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('kind', models.CharField(choices=[('community_priority', 'Priority of a community below target'), ('technician_affinity', 'Technician × community × service type'), ('community_upsell', 'Expected sales of a visit'), ('duration', 'Learned duration'), ('service_days', 'Days on which a community is opened')], max_length=30)),
                    ('technician_id', models.UUIDField(null=True)),
                    ('minutes', models.DecimalField(decimal_places=2, max_digits=6)),
                    ('evidence', models.JSONField()),
                    ('community', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.community')),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('signal_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='signals', to='communities.signalset')),
                    ('service_type_id', models.UUIDField(null=True)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('signal_set', 'kind', 'community', 'technician_id', 'service_type_id'), name='signal_once_in_a_set', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('community__isnull', False), ('kind', 'community_priority'), ('service_type_id__isnull', True), ('technician_id__isnull', True)), models.Q(('community__isnull', False), ('kind', 'service_days'), ('service_type_id__isnull', True), ('technician_id__isnull', True)), models.Q(('community__isnull', False), ('kind', 'community_upsell'), ('service_type_id__isnull', False), ('technician_id__isnull', True)), models.Q(('community__isnull', True), ('kind', 'technician_affinity'), ('service_type_id__isnull', True), ('technician_id__isnull', False)), models.Q(('community__isnull', False), ('kind', 'technician_affinity'), ('service_type_id__isnull', True), ('technician_id__isnull', False)), models.Q(('community__isnull', False), ('kind', 'technician_affinity'), ('service_type_id__isnull', False), ('technician_id__isnull', False)), models.Q(('community__isnull', True), ('kind', 'duration'), ('service_type_id__isnull', False), ('technician_id__isnull', True)), models.Q(('community__isnull', True), ('kind', 'duration'), ('service_type_id__isnull', True), ('technician_id__isnull', False)), models.Q(('community__isnull', False), ('kind', 'duration'), ('service_type_id__isnull', True), ('technician_id__isnull', True)), _connector='OR'), name='signal_names_what_its_kind_is_about')],
                    'triggers': [pgtrigger.compiler.Trigger(name='immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3c90f418b50ac6295deaed05acefce34b167484b', operation='UPDATE OR DELETE', pgid='pgtrigger_immutable_9367a', table='communities_signal', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Site',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('key', models.CharField(help_text='What an import recognises the site by.', max_length=240)),
                    ('address', models.CharField(blank=True, max_length=240)),
                    ('unit', models.CharField(blank=True, max_length=40)),
                    ('point', django.contrib.gis.db.models.fields.PointField(null=True, spatial_index=False, srid=4326)),
                    ('placement', models.CharField(choices=[('inside', "Inside the community's boundary"), ('nearest', 'Nearest community within the stated distance'), ('named', 'The source names the community'), ('unplaced', 'In no community')], default='unplaced', max_length=10)),
                    ('placement_note', models.CharField(blank=True, help_text='Why it is unplaced, or how far off.', max_length=240)),
                    ('community', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sites', to='communities.community')),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ],
                options={
                    'indexes': [django.contrib.postgres.indexes.GistIndex(fields=['point'], name='site_point'), models.Index(models.F('organisation'), django.contrib.postgres.indexes.OpClass('key', 'text_pattern_ops'), name='site_key_prefix')],
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'key'), name='site_key_once'), models.CheckConstraint(condition=models.Q(models.Q(('community__isnull', True), ('placement', 'unplaced')), models.Q(('community__isnull', False), ('placement__in', ['inside', 'nearest', 'named'])), _connector='OR'), name='site_placement_matches_community')],
                },
            ),
            migrations.CreateModel(
                name='ServiceEvent',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('kind', models.CharField(choices=[('request.received', 'Request Received'), ('request.responded', 'Request Responded'), ('request.paused', 'Request Paused'), ('request.resumed', 'Request Resumed'), ('request.resolved', 'Request Resolved'), ('visit.planned', 'Visit Planned'), ('visit.rescheduled', 'Visit Rescheduled'), ('visit.en_route', 'Visit En Route'), ('visit.arrived', 'Visit Arrived'), ('visit.started', 'Visit Started'), ('visit.completed', 'Visit Completed'), ('visit.could_not_complete', 'Visit Not Completed'), ('visit.reopened', 'Visit Reopened'), ('offer.made', 'Offer Made'), ('offer.accepted', 'Offer Accepted'), ('offer.refused', 'Offer Refused'), ('membership.sold', 'Membership Sold'), ('invoice.issued', 'Invoice Issued'), ('invoice.paid', 'Invoice Paid'), ('invoice.credited', 'Invoice Credited'), ('payment.refunded', 'Payment Refunded'), ('payment.disputed', 'Payment Disputed'), ('survey.sent', 'Survey Sent'), ('survey.answered', 'Survey Answered'), ('recovery.opened', 'Recovery Opened'), ('recovery.closed', 'Recovery Closed'), ('complaint.made', 'Complaint Made'), ('referral.made', 'Referral Made'), ('purchase.made', 'Purchase Made'), ('device.read', 'Device Read')], max_length=40)),
                    ('source', models.CharField(help_text='The system that says so.', max_length=40)),
                    ('source_id', models.CharField(help_text='Its own id of the fact: the same one counts once.', max_length=120)),
                    ('occurred_at', models.DateTimeField()),
                    ('occurred_on', models.DateField(help_text="The day of occurred_at in the organisation's zone.")),
                    ('technician_id', models.UUIDField(null=True)),
                    ('visit_id', models.UUIDField(null=True)),
                    ('work_order_id', models.UUIDField(null=True)),
                    ('service_type_id', models.UUIDField(null=True)),
                    ('amount_minor', models.BigIntegerField(null=True)),
                    ('currency', models.CharField(blank=True, max_length=3)),
                    ('data', models.JSONField(default=dict)),
                    ('community', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.community')),
                    ('customer', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.customer')),
                    ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('site', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.site')),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', 'community', 'occurred_on'], name='fact_community_day'), models.Index(fields=['organisation', 'occurred_at'], name='fact_by_time'), models.Index(condition=models.Q(('customer__isnull', False)), fields=['customer', 'occurred_at'], name='fact_of_a_customer'), models.Index(condition=models.Q(('visit_id__isnull', False)), fields=['visit_id'], name='fact_of_a_visit'), models.Index(condition=models.Q(('kind', 'survey.answered')), fields=['organisation', 'occurred_at'], name='fact_answer_by_time'), models.Index(condition=models.Q(('kind', 'survey.answered')), fields=['organisation', 'created_at'], name='fact_answer_told'), django.contrib.postgres.indexes.BrinIndex(fields=['created_at'], name='fact_learned', pages_per_range=16)],
                    'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor__isnull', True), models.Q(('currency', ''), _negated=True), _connector='OR'), name='fact_amount_has_currency'), models.CheckConstraint(condition=models.Q(('source__regex', '^[a-z0-9][a-z0-9_.-]*$')), name='fact_source_is_a_word'), models.CheckConstraint(condition=models.Q(('occurred_on__gte', datetime.date(2000, 1, 1))), name='fact_happened_since_2000')],
                },
            ),
            migrations.CreateModel(
                name='SurveyInvitation',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('visit_id', models.UUIDField(unique=True)),
                    ('work_order_id', models.UUIDField()),
                    ('technician_id', models.UUIDField()),
                    ('service_type_id', models.UUIDField()),
                    ('digest', models.CharField(max_length=64, unique=True)),
                    ('expires_at', models.DateTimeField()),
                    ('sent_at', models.DateTimeField(null=True)),
                    ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.community')),
                    ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='surveys', to='communities.contact')),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ],
            ),
            migrations.CreateModel(
                name='SurveyAnswer',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('csat', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)])),
                    ('nps', models.PositiveSmallIntegerField(null=True, validators=[django.core.validators.MaxValueValidator(10)])),
                    ('comment', models.TextField(blank=True, max_length=2000)),
                    ('answered_at', models.DateTimeField()),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('invitation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='communities.surveyinvitation')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('csat__range', (1, 5))), name='answer_csat_1_to_5'), models.CheckConstraint(condition=models.Q(('nps__isnull', True), ('nps__range', (0, 10)), _connector='OR'), name='answer_nps_0_to_10')],
                },
            ),
            migrations.CreateModel(
                name='FactKey',
                fields=[
                    ('digest', models.UUIDField(primary_key=True, serialize=False)),
                    ('fact_id', models.UUIDField()),
                    ('occurred_on', models.DateField()),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('digest',), name='fact_counts_once')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ce8578537d1f72b0d42d5db6b602b03a6f3c46ac', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3b3c0', table='communities_factkey', when='BEFORE'))],
                },
            ),
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
                options={
                    'indexes': [models.Index(fields=['organisation', 'last_on'], include=('community', 'first_on'), name='customer_served_last')],
                    'constraints': [models.UniqueConstraint(fields=('community', 'customer'), name='customer_served_once'), models.CheckConstraint(condition=models.Q(('first_on__lte', models.F('last_on'))), name='customer_served_in_order')],
                },
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
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('purpose__in', ['scheduling', 'people'])), name='figure_use_purpose_known')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ec042103f57b49ee6c137e1fb49b437f5817dffa', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fd0d5', table='communities_figureuse', when='BEFORE'))],
                },
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
                    ('visits_fixed', models.IntegerField(default=0, help_text='Of these, completed.')),
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
                    ('first_visits', models.IntegerField(default=0, help_text='Of a work order, completed or not; none that makes another good.')),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', 'on'], name='metric_day'), models.Index(condition=models.Q(('csat_answers__gt', 0), ('nps_answers__gt', 0), _connector='OR'), fields=['community', 'on'], include=('csat_answers', 'nps_answers'), name='metric_answers')],
                    'constraints': [models.UniqueConstraint(fields=('community', 'on', 'technician_id', 'service_type_id'), name='metric_once_a_day', nulls_distinct=False)],
                },
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
                    ('visits_fixed', models.IntegerField(default=0, help_text='Of these, completed.')),
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
                    ('first_visits', models.IntegerField(default=0, help_text='Of a work order, completed or not; none that makes another good.')),
                    ('customers_active', models.IntegerField(db_default=0, default=0, help_text="Different customers served; of a community's rows alone.")),
                    ('customers_returning', models.IntegerField(db_default=0, default=0, help_text='Of these, served before the window as well.')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'days', 'grouping', 'region', 'community', 'technician_id', 'service_type_id'), name='metric_window_once', nulls_distinct=False)],
                },
            ),
            migrations.CreateModel(
                name='Erasure',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.customer')),
                    ('erased_at', models.DateTimeField()),
                    ('erased_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('customer',), name='customer_erased_once')],
                },
            ),
            migrations.CreateModel(
                name='ExperimentReading',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('first_on', models.DateField()),
                    ('through_on', models.DateField()),
                    ('weeks', models.PositiveSmallIntegerField()),
                    ('communities', models.PositiveIntegerField()),
                    ('findings', models.JSONField(help_text='For each outcome the levels, the effect, its interval, the verdict.')),
                    ('verdict', models.CharField(choices=[('helps', 'helps'), ('harms', 'harms'), ('unknown', 'unknown')], max_length=10)),
                    ('policy', models.JSONField()),
                    ('inputs_hash', models.CharField(max_length=64)),
                    ('code_version', models.CharField(max_length=20)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='communities.region')),
                ],
                options={
                    'indexes': [models.Index(fields=['region', '-id'], name='experiment_reading_newest')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('verdict__in', ['helps', 'harms', 'unknown'])), name='experiment_verdict_known'), models.CheckConstraint(condition=models.Q(('first_on__lt', models.F('through_on'))), name='experiment_reading_days_in_order')],
                    'triggers': [pgtrigger.compiler.Trigger(name='immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='dd05fdb9cf2b73f99e6a013977a04bb42db5d253', operation='UPDATE OR DELETE', pgid='pgtrigger_immutable_42508', table='communities_experimentreading', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='FeedbackSuspension',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('began_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(null=True)),
                    ('ended_reason', models.TextField(blank=True)),
                    ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('reading', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='suspension', to='communities.experimentreading')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='communities.region')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('region',), name='suspension_one_open_for_a_region'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_reason', '')), models.Q(('ended_at__gte', models.F('began_at')), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='suspension_ended_says_why')],
                    'triggers': [pgtrigger.compiler.Trigger(name='kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='35b24d36c62e7e4b282b7c3d2831d5f15900c020', operation='DELETE', pgid='pgtrigger_kept_c82f0', table='communities_feedbacksuspension', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='CommunityWeek',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('week_on', models.DateField(help_text='Its Monday.')),
                    ('arm', models.CharField(choices=[('feedback', 'feedback'), ('neutral', 'neutral')], max_length=10)),
                    ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.community')),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.region')),
                ],
                options={
                    'indexes': [models.Index(fields=['region', 'week_on'], name='community_week_region')],
                    'constraints': [models.UniqueConstraint(fields=('community', 'week_on'), name='community_week_once'), models.CheckConstraint(condition=models.Q(('week_on__iso_week_day', 1)), name='community_week_begins_on_monday'), models.CheckConstraint(condition=models.Q(('arm__in', ['feedback', 'neutral'])), name='community_week_arm_known')],
                    'triggers': [pgtrigger.compiler.Trigger(name='immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1d8074126d9bb4d3e9b4a4413ab5f96208d5e4be', operation='UPDATE OR DELETE', pgid='pgtrigger_immutable_d59b0', table='communities_communityweek', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Policy',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('version', models.PositiveIntegerField()),
                    ('content', models.JSONField(help_text='The fields of communities.insight.signals.SignalPolicy.')),
                    ('reason', models.CharField(max_length=500)),
                    ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='policies', to='communities.region')),
                ],
                options={
                    'verbose_name_plural': 'policies',
                    'constraints': [models.UniqueConstraint(fields=('region', 'version'), name='policy_version_once'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='policy_says_why')],
                    'triggers': [pgtrigger.compiler.Trigger(name='immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a6a6fa57b75d473182025aaa05eee41addec90dd', operation='UPDATE OR DELETE', pgid='pgtrigger_immutable_08abb', table='communities_policy', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Goal',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('target', models.DecimalField(decimal_places=4, help_text="In the figure's own unit; money in minor units.", max_digits=16)),
                    ('by_on', models.DateField()),
                    ('is_dropped', models.BooleanField(default=False, help_text='Nobody pursues it any more.')),
                    ('revision', models.PositiveIntegerField(default=1)),
                    ('measure', models.CharField(choices=[('first_visit_fix', 'Fixed at first visit'), ('on_time', 'On time'), ('acceptance', 'Offers accepted'), ('csat', 'CSAT'), ('resolve_hit_rate', 'Resolved in time'), ('repurchase', 'Came back within 90 days'), ('retention', 'Ordered again within a year'), ('lifetime_value', 'Lifetime value of a customer')], max_length=30)),
                    ('progress', models.JSONField(default=dict)),
                    ('measured_on', models.DateField(null=True)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='goals', to='communities.region')),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', 'region'], name='goal_of_a_region')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('is_dropped', False)), fields=('region', 'measure'), name='goal_one_of_a_measure'), models.CheckConstraint(condition=models.Q(models.Q(('measure', 'first_visit_fix'), ('target__gt', 0.0), ('target__lte', 1.0)), models.Q(('measure', 'on_time'), ('target__gt', 0.0), ('target__lte', 1.0)), models.Q(('measure', 'acceptance'), ('target__gt', 0.0), ('target__lte', 1.0)), models.Q(('measure', 'csat'), ('target__gt', 1.0), ('target__lte', 5.0)), models.Q(('measure', 'resolve_hit_rate'), ('target__gt', 0.0), ('target__lte', 1.0)), models.Q(('measure', 'repurchase'), ('target__gt', 0.0), ('target__lte', 1.0)), models.Q(('measure', 'retention'), ('target__gt', 0.0), ('target__lte', 1.0)), models.Q(('measure', 'lifetime_value'), ('target__gt', 0.0), ('target__lte', 100000000000.0)), _connector='OR'), name='goal_is_possible')],
                },
            ),
            migrations.CreateModel(
                name='GoalVersion',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('target', models.DecimalField(decimal_places=4, help_text="In the figure's own unit; money in minor units.", max_digits=16)),
                    ('by_on', models.DateField()),
                    ('is_dropped', models.BooleanField(default=False, help_text='Nobody pursues it any more.')),
                    ('revision', models.PositiveIntegerField(default=1)),
                    ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('goal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='communities.goal')),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('goal', 'revision'), name='goal_version_once')],
                    'triggers': [pgtrigger.compiler.Trigger(name='immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2b0075a14446c3a339cedd3009e9152adb986856', operation='UPDATE OR DELETE', pgid='pgtrigger_immutable_adf34', table='communities_goalversion', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='LagReading',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('through_on', models.DateField(help_text='A Sunday: the last day whose facts are in it.')),
                    ('outcomes', models.JSONField()),
                    ('is_borrowed', models.BooleanField(default=False)),
                    ('stake_minor', models.BigIntegerField(help_text='A point of CSAT in a year.', null=True)),
                    ('stake_low_minor', models.BigIntegerField(null=True)),
                    ('stake_high_minor', models.BigIntegerField(null=True)),
                    ('currency', models.CharField(max_length=3)),
                    ('inputs_hash', models.CharField(max_length=64)),
                    ('code_version', models.CharField(max_length=20)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('region', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.region')),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', 'region', '-through_on'], name='lag_reading_newest')],
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'region', 'inputs_hash'), name='lag_reading_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('stake_high_minor', None), ('stake_low_minor', None), ('stake_minor', None)), models.Q(('stake_high_minor__gte', models.F('stake_minor')), ('stake_low_minor__lte', models.F('stake_minor'))), _connector='OR'), name='lag_reading_stake_has_an_interval')],
                    'triggers': [pgtrigger.compiler.Trigger(name='immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='026298ad8e250a7b19d9d96440a1af6dba2dbf8b', operation='UPDATE OR DELETE', pgid='pgtrigger_immutable_fcaf5', table='communities_lagreading', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='CustomerOwner',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('technician_id', models.UUIDField(null=True)),
                    ('since', models.DateTimeField()),
                    ('customer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='owner', to='communities.customer')),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['technician_id'], name='customer_owner_technician')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('technician_id', None), ('user__isnull', False)), models.Q(('technician_id__isnull', False), ('user', None)), _connector='OR'), name='customer_owner_is_one')],
                },
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
                    ('community', models.ForeignKey(help_text="Where the customer was last heard of; its region is the customer's.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.community')),
                    ('customer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='standing', to='communities.customer')),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', 'segment'], name='standing_by_segment'), models.Index(fields=['organisation', 'health'], name='standing_by_health'), models.Index(fields=['organisation', 'spend_minor'], name='standing_by_spend'), models.Index(fields=['organisation', 'lifetime_minor'], name='standing_by_lifetime'), models.Index(fields=['organisation', 'last_on'], name='standing_by_last_order'), models.Index(fields=['organisation', 'usual_technician_id'], name='standing_by_technician')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('first_on', None), ('last_on', None), ('orders', 0)), models.Q(('first_on__lte', models.F('last_on')), ('last_on__lte', models.F('through_on')), ('orders__gte', 1)), _connector='OR'), name='standing_days_in_order'), models.CheckConstraint(condition=models.Q(('health', None), ('health__range', (0, 100)), _connector='OR'), name='standing_health_0_to_100'), models.CheckConstraint(condition=models.Q(models.Q(('frequency', None), ('monetary', None), ('recency', None), ('segment', '')), models.Q(models.Q(('segment', ''), _negated=True), ('frequency__range', (1, 5)), ('monetary__range', (1, 5)), ('recency__range', (1, 5))), _connector='OR'), name='standing_segment_has_scores')],
                },
            ),
            migrations.CreateModel(
                name='HandedCustomer',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hand_overs', to='communities.customer')),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('hand_over', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='communities.handover')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('hand_over', 'customer'), name='handed_customer_once')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bb975e8d474caa9308e318813957e769a2811679', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c1dbe', table='communities_handedcustomer', when='BEFORE'))],
                },
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
                    ('from_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('handed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('to_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='hand_over_says_why'), models.CheckConstraint(condition=models.Q(('from_technician_id', None), ('from_user', None), _connector='OR'), name='hand_over_from_one_at_most'), models.CheckConstraint(condition=models.Q(models.Q(('to_technician_id', None), ('to_user__isnull', False)), models.Q(('to_technician_id__isnull', False), ('to_user', None)), _connector='OR'), name='hand_over_to_one'), models.CheckConstraint(condition=models.Q(('customers__gte', 1)), name='hand_over_of_somebody')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3cc4d7dd6f7b48a61a6b7ffde5afdccdcf8d7734', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1b3bb', table='communities_handover', when='BEFORE'))],
                },
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
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('region', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.region')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'through_on', 'region', 'segment'), name='retention_fit_once_a_day', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('returns__lte', models.F('orders'))), name='retention_fit_returns_are_orders')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4aa3cdf649032d33bc2e679a622bfac622db25c0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9d9de', table='communities_retentionfit', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='StandingRefresh',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('read_until_at', models.DateTimeField(null=True)),
                    ('passed_on', models.DateField(help_text='The local day of the last pass over every customer.', null=True)),
                    ('lease_until_at', models.DateTimeField(help_text='One worker refreshes at a time, until then.', null=True)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('organisation',), name='standing_refresh_once')],
                },
            ),
            migrations.CreateModel(
                name='Authenticator',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('last_step', models.BigIntegerField(help_text='The half minute, counted from 1970, of the newest code that was accepted: none is good twice.')),
                    ('recovery_digests', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), help_text='Of the recovery codes that are not used.', size=None)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='authenticator', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='PasswordReset',
                fields=[
                    ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('expires_at', models.DateTimeField()),
                    ('used_at', models.DateTimeField(help_text='Or when the password was changed another way.', null=True)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='password_resets', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='Session',
                fields=[
                    ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                    ('session_data', models.TextField(verbose_name='session data')),
                    ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                    ('browser', models.CharField(blank=True, help_text='What it calls itself: User-Agent.', max_length=200)),
                    ('last_seen_at', models.DateTimeField(help_text='To five minutes.')),
                    ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'session',
                    'verbose_name_plural': 'sessions',
                },
            ),
        ]),
        migrations.RunSQL(BY_MONTH, migrations.RunSQL.noop),
        pgtrigger.migrations.AddTrigger(
            model_name='serviceevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ec595994400b86e674f5d12a9aa1f46bfad35855', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9ac56', table='communities_serviceevent', when='BEFORE')),
        ),
        tenants_apart(KEYS, REFERENCES),
        migrations.RunSQL(MONTHS_AHEAD, migrations.RunSQL.noop),
    ]
