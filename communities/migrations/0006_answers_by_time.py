"""Answers are found by their time, for technicians' bonuses."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('communities', '0005_facts_of_memberships'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='serviceevent',
            index=models.Index(condition=models.Q(('kind', 'survey.answered')), fields=['organisation', 'occurred_at'], name='fact_answer_by_time'),
        ),
        migrations.AddIndex(
            model_name='serviceevent',
            index=models.Index(condition=models.Q(('kind', 'survey.answered')), fields=['organisation', 'created_at'], name='fact_answer_told'),
        ),
    ]
