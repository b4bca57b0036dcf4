"""A customer who was badly served, and says so."""

from datetime import datetime, timedelta

from communities.models import Community, SurveyAnswer
from communities.services.surveys import VisitDone, survey_answer, survey_invite, survey_token
from dispatch.models import Recovery, ServiceType, Technician, Visit
from dispatch.states import VisitState
from tests import factories
from tests.outbox import deliver_all


def visit_done(
    technician: Technician, community: Community, starts_at: datetime, kind: ServiceType | None = None
) -> Visit:
    """A visit to a customer of its own, completed half an hour after it began."""
    visit = factories.visit(
        factories.site(community),
        starts_at - timedelta(days=1),
        technician=technician,
        starts_at=starts_at,
        state=VisitState.COMPLETED,
        service_type=kind,
        customer=factories.customer(community.organisation),
    )
    Visit.objects.filter(pk=visit.pk).update(finished_at=starts_at + timedelta(minutes=30))
    visit.refresh_from_db()
    return visit


def answer(
    visit: Visit, *, csat: int, nps: int | None = None, at: datetime, comment: str = ""
) -> SurveyAnswer:
    """The customer of a visit is asked, answers, and what follows has happened."""
    customer, community = visit.work_order.request.customer, visit.site.community
    assert customer is not None
    assert community is not None
    assert visit.technician_id is not None
    about = VisitDone(
        community=community,
        visit_id=visit.pk,
        work_order_id=visit.work_order_id,
        technician_id=visit.technician_id,
        service_type_id=visit.service_type_id,
    )
    invitation = survey_invite(contact=customer.contacts.get(), visit=about, now=at)
    said = survey_answer(token=survey_token(invitation), csat=csat, nps=nps, comment=comment, now=at)
    deliver_all()
    return said


def recovered(visit: Visit, at: datetime) -> Recovery:
    """The recovery that a visit has after an answer of 1."""
    answer(visit, csat=1, at=at, comment="漏水依舊")
    return Recovery.objects.select_related("request").get(visit=visit)


def new_visit(recovery: Recovery) -> Visit:
    """The recovery's own."""
    return Visit.objects.get(work_order__request=recovery.request_id)
