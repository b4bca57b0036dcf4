"""What a survey asks about."""

from dataclasses import dataclass
from datetime import date

from communities.models import SurveyInvitation
from core.languages import name_in
from dispatch.models import Visit


@dataclass(frozen=True, slots=True)
class VisitShown:
    """What a customer recognises a visit by."""

    service: str
    on: date
    address: str


def visit_of_survey(invitation: SurveyInvitation, language: str) -> VisitShown:
    """The visit that an invitation asks about, in the customer's language."""
    visit = Visit.objects.select_related("service_type", "site", "organisation").get(pk=invitation.visit_id)
    service = visit.service_type
    when = visit.finished_at or visit.starts_at or invitation.created_at
    return VisitShown(
        service=name_in(language, service),
        on=when.astimezone(visit.organisation.zone).date(),
        address=str(visit.site) if visit.site.address else "",
    )
