"""How far a preview is, and the policy it is compared with."""

import django.db.models.deletion
from django.db import migrations, models

from core.tenancy import tenant_reference


class Migration(migrations.Migration):

    dependencies = [
        ('communities', '0012_policies_and_signals_of_regions'),
        ('dispatch', '0012_on_site'),
    ]

    operations = [
        migrations.AddField(
            model_name='policypreview',
            name='progress',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, help_text='Per cent.'),
        ),
        migrations.AddField(
            model_name='policypreview',
            name='against',
            field=models.ForeignKey(help_text="The region's own, which it is compared with; none is the default.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communities.policy'),
        ),
        migrations.AlterField(
            model_name='policypreview',
            name='policy',
            field=models.JSONField(help_text='As edited.'),
        ),
        tenant_reference("dispatch_policypreview", "against_id", "communities_policy"),
    ]
