"""Suspending feedback in a region where it harms, saying so, and beginning again."""

from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from communities.access import Caller
from communities.errors import FeedbackNotSuspended, NotForYourRole, RegionUnknown
from communities.insight.experiment.sentences import difference
from communities.insight.experiment.words import Verdict
from communities.insight.sentences import Language
from communities.models import ExperimentReading, FeedbackSuspension, Region, SignalSet, User
from communities.selectors.places import region_list
from communities.services.signals import signal_set_newest
from core.mail import Letter, LetterRefused, letter_send
from core.money import Money
from core.outbox import emit

log = structlog.get_logger(__name__)


def feedback_suspended(region: Region) -> bool:
    """Whether the region is planned without feedback now."""
    return FeedbackSuspension.objects.filter(region=region, ended_at=None).exists()


def signal_set_in_force(region: Region) -> SignalSet | None:
    """What plans of the region listen to: its newest signals, or nothing while feedback is suspended there."""
    return None if feedback_suspended(region) else signal_set_newest(region)


def feedback_suspend(reading: ExperimentReading, now: datetime) -> FeedbackSuspension:
    """Plan the reading's region without feedback from now on, and have its managers told. Runs in the transaction of
    the reading, which holds the region."""
    suspension = FeedbackSuspension.objects.create(
        organisation_id=reading.organisation_id, region_id=reading.region_id, reading=reading, began_at=now
    )
    emit("feedback.suspended", suspension.pk)
    return suspension


@transaction.atomic
def feedback_resume(*, caller: Caller, region_id: UUID, reason: str, now: datetime) -> FeedbackSuspension:
    """Let the region be planned with feedback again; the experiment begins anew with the next whole week.

    Raises RegionUnknown, NotForYourRole, FeedbackNotSuspended.
    """
    if not region_list(caller).filter(pk=region_id).exists():
        raise RegionUnknown
    if not caller.answers_for_regions:
        raise NotForYourRole("Feedback is resumed by administrators and the region's managers.")
    suspended = FeedbackSuspension.objects.filter(region_id=region_id, ended_at=None)
    suspension = suspended.select_for_update(no_key=True).first()
    if suspension is None:
        raise FeedbackNotSuspended
    suspension.ended_at, suspension.ended_by, suspension.ended_reason = now, caller.account, reason
    suspension.save(update_fields=["ended_at", "ended_by", "ended_reason"])
    return suspension


def suspension_announce(*, subject_id: UUID) -> None:
    """Write to the region's managers, or to the administrators where it has none. Follows `feedback.suspended`.

    A second time sends the same letters again, under the same Message-IDs.
    """
    suspension = FeedbackSuspension.objects.select_related("organisation", "region", "reading").get(
        pk=subject_id
    )
    company = suspension.organisation
    for person in _answerable(suspension.region):
        letter = Letter(
            to=person.email,
            sender=company.name,
            language=company.language,
            template="office/mail/feedback_suspended.txt",
            context={
                "suspension": suspension,
                "harmed": _harmed(suspension),
                "url": f"{settings.PUBLIC_URL}/proof",
            },
            reference=f"feedback-suspended.{suspension.pk}.{person.pk}",
        )
        try:
            letter_send(letter)
        except LetterRefused:  # the others are told all the same
            log.exception("letter refused", suspension=str(suspension.pk), user=str(person.pk))


def _harmed(suspension: FeedbackSuspension) -> list[str]:
    """What got worse, in the company's language."""
    company = suspension.organisation
    language: Language = "zh-hant" if company.language == "zh-hant" else "en"
    return [
        difference(finding, lambda minor: str(Money(minor, company.currency)), language)
        for finding in suspension.reading.found
        if finding.verdict is Verdict.HARMS
    ]


def _answerable(region: Region) -> list[User]:
    people = User.objects.filter(organisation=region.organisation, is_active=True).exclude(email="")
    managers = people.filter(role=User.Role.REGIONAL_MANAGER, managed__region=region).order_by("pk")
    return list(managers) or list(people.filter(role=User.Role.ADMINISTRATOR).order_by("pk"))
