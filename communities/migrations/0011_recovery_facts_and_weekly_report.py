"""What recoveries and reports need of the people and the ledger."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('communities', '0010_experiment'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='language',
            field=models.CharField(blank=True, db_default='', default='', help_text="Of letters; empty: the organisation's.", max_length=10),
        ),
        migrations.AddField(
            model_name='user',
            name='weekly_report',
            field=models.BooleanField(db_default=True, default=True, help_text='A regional manager wants the letter on Monday morning.'),
        ),
        migrations.AlterField(
            model_name='serviceevent',
            name='kind',
            field=models.CharField(choices=[('request.received', 'Request Received'), ('request.responded', 'Request Responded'), ('request.paused', 'Request Paused'), ('request.resumed', 'Request Resumed'), ('request.resolved', 'Request Resolved'), ('visit.planned', 'Visit Planned'), ('visit.rescheduled', 'Visit Rescheduled'), ('visit.en_route', 'Visit En Route'), ('visit.arrived', 'Visit Arrived'), ('visit.started', 'Visit Started'), ('visit.completed', 'Visit Completed'), ('visit.could_not_complete', 'Visit Not Completed'), ('visit.reopened', 'Visit Reopened'), ('offer.made', 'Offer Made'), ('offer.accepted', 'Offer Accepted'), ('offer.refused', 'Offer Refused'), ('membership.sold', 'Membership Sold'), ('invoice.issued', 'Invoice Issued'), ('invoice.paid', 'Invoice Paid'), ('invoice.credited', 'Invoice Credited'), ('payment.refunded', 'Payment Refunded'), ('payment.disputed', 'Payment Disputed'), ('survey.sent', 'Survey Sent'), ('survey.answered', 'Survey Answered'), ('recovery.opened', 'Recovery Opened'), ('recovery.closed', 'Recovery Closed'), ('complaint.made', 'Complaint Made'), ('referral.made', 'Referral Made'), ('purchase.made', 'Purchase Made'), ('device.read', 'Device Read')], max_length=40),
        ),
    ]
