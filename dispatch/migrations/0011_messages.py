"""What dispatch writes to customers about their requests."""

import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from core.tenancy import tenant_reference


class Migration(migrations.Migration):

    dependencies = [
        ('communities', '0016_first_visits'),
        ('dispatch', '0010_bookings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('text', models.TextField()),
                ('written_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.contact')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='communities.organisation')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='dispatch.servicerequest')),
                ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['request', '-written_at'], name='message_of_request')],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='message_says_something'), models.CheckConstraint(condition=models.Q(('sent_at', None), ('sent_at__gte', models.F('written_at')), _connector='OR'), name='message_sent_after_written')],
            },
        ),
        tenant_reference("dispatch_message", "request_id", "dispatch_servicerequest"),
        tenant_reference("dispatch_message", "contact_id", "communities_contact"),
        tenant_reference("dispatch_message", "written_by_id", "communities_user"),
    ]
