"""The ledger has sales of memberships."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('communities', '0004_facts_of_credit_notes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='serviceevent',
            name='kind',
            field=models.CharField(choices=[('request.received', 'Request Received'), ('visit.planned', 'Visit Planned'), ('visit.en_route', 'Visit En Route'), ('visit.arrived', 'Visit Arrived'), ('visit.started', 'Visit Started'), ('visit.completed', 'Visit Completed'), ('visit.could_not_complete', 'Visit Not Completed'), ('offer.made', 'Offer Made'), ('offer.accepted', 'Offer Accepted'), ('offer.refused', 'Offer Refused'), ('membership.sold', 'Membership Sold'), ('invoice.issued', 'Invoice Issued'), ('invoice.paid', 'Invoice Paid'), ('invoice.credited', 'Invoice Credited'), ('payment.refunded', 'Payment Refunded'), ('payment.disputed', 'Payment Disputed'), ('survey.sent', 'Survey Sent'), ('survey.answered', 'Survey Answered')], max_length=40),
        ),
    ]
