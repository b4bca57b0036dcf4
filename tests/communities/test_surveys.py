from datetime import datetime, timedelta

import pytest
from django.core import mail

from communities.errors import BadAnswer, SurveyClosed, SurveyUnknown
from communities.models import (
    Contact,
    Customer,
    Organisation,
    Region,
    ServiceEvent,
    SurveyAnswer,
    SurveyInvitation,
)
from communities.selectors.surveys import survey_by_token
from communities.services.surveys import (
    OPEN_FOR,
    VisitDone,
    survey_answer,
    survey_invite,
    survey_send,
    survey_token,
    survey_url,
)
from dispatch.models import Technician, Visit
from tests import factories
from tests.outbox import waiting


@pytest.fixture
def visit(acme: Organisation, north: Region, tom: Technician, now: datetime) -> Visit:
    place = factories.community(north, "C1")
    return factories.visit(factories.site(place), now, customer=factories.customer(acme))


def invite(visit: Visit, technician: Technician, now: datetime) -> SurveyInvitation:
    customer: Customer | None = visit.work_order.request.customer
    assert customer is not None
    assert visit.site.community is not None
    about = VisitDone(
        community=visit.site.community,
        visit_id=visit.pk,
        work_order_id=visit.work_order_id,
        technician_id=technician.pk,
        service_type_id=visit.service_type_id,
    )
    return survey_invite(contact=customer.contacts.get(), visit=about, now=now)


@pytest.fixture
def invitation(visit: Visit, tom: Technician, now: datetime) -> SurveyInvitation:
    return invite(visit, tom, now)


def test_a_visit_is_asked_about_once_and_the_link_is_not_in_the_database(
    invitation: SurveyInvitation, visit: Visit, tom: Technician, now: datetime
) -> None:
    again = invite(visit, tom, now + timedelta(days=1))

    assert (again.pk, SurveyInvitation.objects.count(), waiting()) == (invitation.pk, 1, ["survey.invited"])
    assert survey_by_token(survey_token(invitation), now) == invitation
    assert survey_token(invitation) not in str(SurveyInvitation.objects.values().get())


def test_the_first_answer_stays_and_is_a_fact(
    invitation: SurveyInvitation, visit: Visit, tom: Technician, now: datetime
) -> None:
    token = survey_token(invitation)
    survey_answer(token=token, csat=2, nps=None, comment="來晚了", now=now)
    with pytest.raises(SurveyClosed):
        survey_answer(token=token, csat=5, nps=10, comment="", now=now)

    assert SurveyAnswer.objects.values_list("csat", "nps", "comment").get() == (2, None, "來晚了")
    fact = ServiceEvent.objects.get(kind="survey.answered")
    assert fact.data == {"csat": 2, "nps": None}
    assert (fact.visit_id, fact.technician_id, fact.community_id, fact.service_type_id) == (
        visit.pk,
        tom.pk,
        visit.site.community_id,
        visit.service_type_id,
    )


def test_an_answer_too_late_or_with_a_wrong_link_is_refused(
    invitation: SurveyInvitation, now: datetime
) -> None:
    token = survey_token(invitation)
    with pytest.raises(SurveyClosed):
        survey_answer(token=token, csat=5, nps=None, comment="", now=now + OPEN_FOR)
    with pytest.raises(SurveyUnknown):
        survey_by_token(token, now + OPEN_FOR)
    with pytest.raises(SurveyUnknown):
        survey_answer(token=token[:-1], csat=5, nps=None, comment="", now=now)


@pytest.mark.parametrize(
    ("csat", "nps", "comment"), [(0, 5, ""), (6, 5, ""), (5, 11, ""), (5, -1, ""), (5, 5, "長" * 2001)]
)
def test_only_what_is_on_the_page_can_be_answered(
    invitation: SurveyInvitation, now: datetime, csat: int, nps: int, comment: str
) -> None:
    with pytest.raises(BadAnswer):
        survey_answer(token=survey_token(invitation), csat=csat, nps=nps, comment=comment, now=now)


def test_the_letter_goes_out_once_in_the_customers_language(invitation: SurveyInvitation) -> None:
    survey_send(subject_id=invitation.pk)
    survey_send(subject_id=invitation.pk)

    (letter,) = mail.outbox
    assert letter.subject == "Acme：這次服務您滿意嗎？"
    assert survey_url(invitation) in str(letter.body).splitlines()
    assert ServiceEvent.objects.filter(kind="survey.sent").count() == 1


def test_without_an_address_nothing_is_sent_and_nothing_is_claimed(invitation: SurveyInvitation) -> None:
    Contact.objects.update(email="", phone="0912 345 678")

    survey_send(subject_id=invitation.pk)

    invitation.refresh_from_db()
    assert (len(mail.outbox), invitation.sent_at) == (0, None)
    assert not ServiceEvent.objects.filter(kind="survey.sent").exists()
