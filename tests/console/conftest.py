"""What a customer has in hand: the address of a survey, the address after paying; and a day's published plan."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from billing.services.invoices import invoice_issue
from billing.services.surveys import survey_after_payment
from communities.models import Community, Region, SignalSet, SurveyInvitation
from dispatch.models import Plan, PlanVersion, Technician, UnassignedVisit
from dispatch.states import PlanState
from tests import factories
from tests.billing.conftest import done, done_visit, gold, member, price_book, provider
from tests.console.office import MONDAY

__all__ = ["done", "gold", "member", "price_book", "provider"]


@pytest.fixture
def invitation(price_book: None, north: Region, tom: Technician) -> SurveyInvitation:
    """Sent for a visit of yesterday. The pages read the clock, so that it has to be real."""
    yesterday: datetime = timezone.now() - timedelta(days=1)
    invoice = invoice_issue(visit_id=done_visit(north, tom, yesterday).pk, now=yesterday)
    survey_after_payment(subject_id=invoice.pk)
    return SurveyInvitation.objects.get()


@pytest.fixture
def xicun(north: Region) -> Community:
    return factories.community(north, "xicun")


@pytest.fixture
def version(north: Region, xicun: Community, now: datetime) -> PlanVersion:
    """Monday's published plan of the north, with one visit left out and no route yet."""
    signal_set = SignalSet.objects.create(
        organisation=north.organisation,
        region=north,
        version=7,
        through_on=MONDAY,
        policy={},
        code_version="1",
    )
    plan = Plan.objects.create(organisation=north.organisation, region=north, on=MONDAY)
    version = PlanVersion.objects.create(
        organisation=north.organisation,
        plan=plan,
        number=3,
        state=PlanState.PUBLISHED,
        signal_set=signal_set,
        iterations=100,
        violations=0,
        visits_assigned=12,
        visits_unassigned=1,
        travel_s=4320,
    )
    Plan.objects.filter(pk=plan.pk).update(published=version)
    UnassignedVisit.objects.create(
        organisation=north.organisation,
        version=version,
        visit=factories.visit(factories.site(xicun), now),
        reason="skill_missing",
    )
    return version
