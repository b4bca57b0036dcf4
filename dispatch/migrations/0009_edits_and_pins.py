"""Plans can be changed by hand: versions say so, stops can be held back, visits be pinned."""

import django.db.models.deletion
from django.db import migrations, models

from core.tenancy import tenant_reference


class Migration(migrations.Migration):

    dependencies = [
        ('dispatch', '0008_policy_previews'),
    ]

    operations = [
        migrations.AddField(
            model_name='planversion',
            name='edit',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, help_text='What was done by hand.'),
        ),
        migrations.AddField(
            model_name='planversion',
            name='made_by',
            field=models.CharField(choices=[('planner', 'The planner'), ('edit', 'A change by hand'), ('undo', 'A change taken back')], db_default='planner', default='planner', max_length=8),
        ),
        migrations.AddField(
            model_name='stop',
            name='held_until',
            field=models.DateTimeField(help_text='Somebody decided that it does not start before.', null=True),
        ),
        migrations.AddField(
            model_name='visit',
            name='pinned_start_at',
            field=models.DateTimeField(help_text='Decided by hand: then, and at no other time.', null=True),
        ),
        migrations.AddField(
            model_name='visit',
            name='pinned_technician',
            field=models.ForeignKey(help_text='Decided by hand: nobody else goes.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dispatch.technician'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('edit', {}), ('made_by', 'planner')), models.Q(('made_by__in', ['edit', 'undo']), models.Q(('edit', {}), _negated=True)), _connector='OR'), name='plan_edit_says_what'),
        ),
        tenant_reference("dispatch_visit", "pinned_technician_id", "dispatch_technician"),
    ]
