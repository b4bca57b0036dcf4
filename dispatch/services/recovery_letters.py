"""Letters about recoveries: to the customer that somebody comes again, to the managers that it did not help."""

from uuid import UUID

from django.conf import settings

from communities.selectors.customers import contact_for_letters
from communities.selectors.people import managers_of
from core.mail import Letter, letter_send
from dispatch.models import Recovery
from dispatch.states import RECOVERY_LIVE

SHOWN = ("organisation", "technician", "visit__service_type", "request__site__community__region")


def recovery_letter_send(*, subject_id: UUID) -> None:
    """Tell the customer that somebody else comes, by when, and what it costs. Follows `recovery.opened`.

    Without somebody who agreed to messages and has an e-mail address, and once it is over, nothing is sent. A crash
    after sending sends the same letter again, under the same Message-ID.
    """
    recovery = _shown(subject_id)
    contact = contact_for_letters(recovery.request.customer_id)
    if contact is None or recovery.state not in RECOVERY_LIVE:
        return
    letter_send(
        Letter(
            to=contact.email,
            sender=recovery.organisation.name,
            language=contact.language,
            zone=recovery.organisation.zone,
            template="customer/mail/recovery.txt",
            context={"contact": contact, "recovery": recovery},
            reference=f"recovery.{recovery.id}",
        )
    )


def recovery_alert_send(*, subject_id: UUID) -> None:
    """Tell the region's managers, or the administrators of a region without, that the recovery did not help: a person
    should call. Follows `recovery.failed`."""
    recovery = _shown(subject_id)
    community = recovery.request.site.community
    assert community is not None  # the visit was planned through its community's region
    for reader in managers_of(community.region):
        letter_send(
            Letter(
                to=reader.email,
                sender=recovery.organisation.name,
                language=recovery.organisation.language,
                zone=recovery.organisation.zone,
                template="office/mail/recovery_failed.txt",
                context={
                    "recovery": recovery,
                    "community": community,
                    "url": f"{settings.PUBLIC_URL}/recoveries",
                },
                reference=f"recovery-failed.{recovery.id}.{reader.id}",
            )
        )


def _shown(recovery_id: UUID) -> Recovery:
    return Recovery.objects.select_related(*SHOWN).get(pk=recovery_id)
