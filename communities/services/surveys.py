"""Asking customers how it went, and what they said."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from communities.errors import BadAnswer, SurveyClosed, SurveyUnknown
from communities.models import Community, Contact, ServiceEvent, SurveyAnswer, SurveyInvitation
from communities.services.ledger import Fact, facts_record
from core.links import digest, link_token
from core.mail import Letter, letter_send
from core.outbox import emit

OPEN_FOR = timedelta(days=14)
LONGEST_COMMENT = 2000  # characters


@dataclass(frozen=True, slots=True)
class VisitDone:
    """What a survey must know of the visit it is about."""

    community: Community
    visit_id: UUID
    work_order_id: UUID
    technician_id: UUID
    service_type_id: UUID


@transaction.atomic
def survey_invite(*, contact: Contact, visit: VisitDone, now: datetime) -> SurveyInvitation:
    """Invite `contact` to rate a visit, and have the letter sent. A visit is asked about once."""
    invitation = SurveyInvitation(
        organisation_id=contact.organisation_id,
        contact=contact,
        community=visit.community,
        visit_id=visit.visit_id,
        work_order_id=visit.work_order_id,
        technician_id=visit.technician_id,
        service_type_id=visit.service_type_id,
        expires_at=now + OPEN_FOR,
    )
    invitation.digest = digest(survey_token(invitation))
    SurveyInvitation.objects.bulk_create([invitation], ignore_conflicts=True)
    kept = SurveyInvitation.objects.get(visit_id=visit.visit_id)
    emit("survey.invited", kept.id)
    return kept


def survey_send(*, subject_id: UUID) -> None:
    """Send an invitation by e-mail and record that it was. Follows `survey.invited`.

    A contact with a telephone only gets no letter, and neither does one who has withdrawn their consent meanwhile:
    the invitation stays open, unsent.
    """
    invitation = SurveyInvitation.objects.select_related("contact", "organisation").get(pk=subject_id)
    contact = invitation.contact
    if invitation.sent_at is not None or not contact.email or not contact.may_survey:
        return
    letter_send(
        Letter(
            to=contact.email,
            sender=invitation.organisation.name,
            language=contact.language,
            template="customer/mail/survey.txt",
            context={"contact": contact, "invitation": invitation, "url": survey_url(invitation)},
            reference=f"survey.{invitation.id}",
        )
    )
    _sent(invitation, timezone.now())


@transaction.atomic
def survey_answer(*, token: str, csat: int, nps: int | None, comment: str, now: datetime) -> SurveyAnswer:
    """Keep the customer's answer; the first one stays.

    Raises SurveyUnknown, SurveyClosed (answered, or too late) and BadAnswer (csat not 1–5, nps not 0–10, a
    comment of more than 2,000 characters).
    """
    invitation = (
        SurveyInvitation.objects.select_for_update(of=("self",))
        .select_related("organisation", "contact")
        .filter(digest=digest(token))
        .first()
    )
    if invitation is None:
        raise SurveyUnknown
    if now >= invitation.expires_at or SurveyAnswer.objects.filter(invitation=invitation).exists():
        raise SurveyClosed
    if csat not in range(1, 6) or nps not in {None, *range(11)} or len(comment) > LONGEST_COMMENT:
        raise BadAnswer
    answer = SurveyAnswer.objects.create(
        organisation=invitation.organisation,
        invitation=invitation,
        csat=csat,
        nps=nps,
        comment=comment,
        answered_at=now,
    )
    _record(invitation, ServiceEvent.Kind.SURVEY_ANSWERED, "answered", now, {"csat": csat, "nps": nps})
    emit("survey.answered", answer.id)
    return answer


def survey_token(invitation: SurveyInvitation) -> str:
    """The secret of the invitation's link. It follows from the id, so that it need not be kept."""
    return link_token("survey", invitation.id)


def survey_url(invitation: SurveyInvitation) -> str:
    return f"{settings.PUBLIC_URL}/r/{survey_token(invitation)}"


@transaction.atomic
def _sent(invitation: SurveyInvitation, now: datetime) -> None:
    if SurveyInvitation.objects.filter(pk=invitation.pk, sent_at=None).update(sent_at=now) == 1:
        _record(invitation, ServiceEvent.Kind.SURVEY_SENT, "sent", now, {})


def _record(
    invitation: SurveyInvitation,
    kind: ServiceEvent.Kind,
    step: str,
    at: datetime,
    data: dict[str, int | None],
) -> None:
    fact = Fact(
        kind=kind,
        source="communities",
        source_id=f"survey:{invitation.id}:{step}",
        occurred_at=at,
        community_id=invitation.community_id,
        customer_id=invitation.contact.customer_id,
        technician_id=invitation.technician_id,
        visit_id=invitation.visit_id,
        work_order_id=invitation.work_order_id,
        service_type_id=invitation.service_type_id,
        data=data,
    )
    facts_record(organisation=invitation.organisation, facts=[fact])
