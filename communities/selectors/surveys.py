"""Surveys, for the holder of the secret link."""

from datetime import datetime

from communities.errors import SurveyUnknown
from communities.models import SurveyInvitation
from core.links import digest


def survey_by_token(token: str, now: datetime) -> SurveyInvitation:
    """The invitation that `token` opens. Raises SurveyUnknown, also when its time is over."""
    invitations = SurveyInvitation.objects.select_related("organisation", "contact", "answer")
    found = invitations.filter(digest=digest(token), expires_at__gt=now).first()
    if found is None:
        raise SurveyUnknown
    return found
