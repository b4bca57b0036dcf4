"""What a plan knows about a visit left out beyond the reason."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0002_tenant_references")]

    operations = [
        migrations.AddField(
            model_name="unassignedvisit",
            name="explanation",
            field=models.JSONField(
                default=dict,
                help_text="What keeps it out of every technician's day, and what would let it in.",
            ),
        ),
    ]
