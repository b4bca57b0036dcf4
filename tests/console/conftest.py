"""What a customer has in hand: the address of a survey, the address after paying."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from billing.services.invoices import invoice_issue
from billing.services.surveys import survey_after_payment
from communities.models import Region, SurveyInvitation
from dispatch.models import Technician
from tests.billing.conftest import done, done_visit, gold, member, price_book, provider

__all__ = ["done", "gold", "member", "price_book", "provider"]


@pytest.fixture
def invitation(price_book: None, north: Region, tom: Technician) -> SurveyInvitation:
    """Sent for a visit of yesterday. The pages read the clock, so that it has to be real."""
    yesterday: datetime = timezone.now() - timedelta(days=1)
    invoice = invoice_issue(visit_id=done_visit(north, tom, yesterday).pk, now=yesterday)
    survey_after_payment(subject_id=invoice.pk)
    return SurveyInvitation.objects.get()
