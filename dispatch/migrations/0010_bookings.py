"""Windows that are kept for customers, and how a company lets them be booked."""

import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from core.tenancy import tenant_reference


class Migration(migrations.Migration):

    dependencies = [
        ('communities', '0016_first_visits'),
        ('dispatch', '0009_edits_and_pins'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Booking',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('on', models.DateField(help_text='The local day of the window.')),
                ('window_from_at', models.DateTimeField()),
                ('window_until_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('held', 'Held'), ('booked', 'Booked'), ('released', 'Given up'), ('expired', 'Not decided in time')], default='held', max_length=10)),
                ('expires_at', models.DateTimeField()),
                ('customer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.customer')),
                ('held_by', models.ForeignKey(help_text='Nobody: the customer.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.region')),
                ('request', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='booking', to='dispatch.servicerequest')),
                ('service_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dispatch.servicetype')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.site')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'held')), fields=['region', 'on'], name='booking_held_by_day'), models.Index(condition=models.Q(('state', 'held')), fields=['expires_at'], name='booking_held'), models.Index(condition=models.Q(('state', 'booked')), fields=['window_until_at'], name='booking_to_come')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['held', 'booked', 'released', 'expired'])), name='booking_state_known'), models.CheckConstraint(condition=models.Q(('window_from_at__lt', models.F('window_until_at'))), name='booking_window_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('request__isnull', False), ('state', 'booked')), models.Q(models.Q(('state', 'booked'), _negated=True), ('request__isnull', True)), _connector='OR'), name='booking_booked_has_a_request')],
            },
        ),
        migrations.CreateModel(
            name='BookingProfile',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('is_open', models.BooleanField(default=False, help_text='Customers may book on a page of their own.')),
                ('window_minutes', models.PositiveSmallIntegerField(default=120, help_text='Windows are as long as this, the first from midnight.')),
                ('days', models.PositiveSmallIntegerField(default=7, help_text='So many days are offered, today included.')),
                ('hold_minutes', models.PositiveSmallIntegerField(default=10, help_text='A window is held so long while a customer decides.')),
                ('change_hours', models.PositiveSmallIntegerField(default=24, help_text='Customers change or cancel up to so long before their window.')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation',), name='booking_profile_one_a_company'), models.CheckConstraint(condition=models.Q(('days__range', (1, 28)), ('hold_minutes__range', (1, 60)), ('window_minutes__range', (30, 720))), name='booking_profile_in_bounds')],
            },
        ),
        tenant_reference("dispatch_booking", "region_id", "communities_region"),
        tenant_reference("dispatch_booking", "site_id", "communities_site"),
        tenant_reference("dispatch_booking", "service_type_id", "dispatch_servicetype"),
        tenant_reference("dispatch_booking", "customer_id", "communities_customer"),
        tenant_reference("dispatch_booking", "request_id", "dispatch_servicerequest"),
        tenant_reference("dispatch_booking", "held_by_id", "communities_user"),
    ]
