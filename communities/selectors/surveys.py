"""Surveys, for the holder of the secret link; and what customers answered, for who visits them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from communities.access import Caller
from communities.errors import SurveyUnknown
from communities.models import SurveyAnswer, SurveyInvitation
from core.links import digest


def survey_by_token(token: str, now: datetime) -> SurveyInvitation:
    """The invitation that `token` opens. Raises SurveyUnknown, also when its time is over."""
    invitations = SurveyInvitation.objects.select_related("organisation", "contact", "answer")
    found = invitations.filter(digest=digest(token), expires_at__gt=now).first()
    if found is None:
        raise SurveyUnknown
    return found


def last_answers(caller: Caller, customers: Iterable[UUID]) -> dict[UUID, SurveyAnswer]:
    """What these customers, of visits that the caller may see, said last; by customer. One query."""
    answers = SurveyAnswer.objects.filter(
        organisation=caller.organisation, invitation__contact__customer__in=list(customers)
    ).select_related("invitation__contact")
    newest = answers.order_by("invitation__contact__customer_id", "-answered_at", "-id")
    return {
        answer.invitation.contact.customer_id: answer
        for answer in newest.distinct("invitation__contact__customer_id")
    }
