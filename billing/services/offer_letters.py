"""The letter about an offer: what it is, and where to decide."""

from uuid import UUID

from billing.models import Offer
from billing.services.offers import offer_url
from communities.selectors.customers import contact_for_letters
from core.languages import name_in
from core.mail import Letter, letter_send


def offer_letter_send(*, subject_id: UUID) -> None:
    """Write to the customer where the offer can be seen and decided on. Follows `offer.sent`.

    Without somebody who agreed to messages and has an e-mail address, or once the offer is decided, nothing is sent. A
    crash after sending sends the same letter again, under the same Message-ID.
    """
    offers = Offer.objects.select_related("organisation", "visit__service_type", "visit__work_order__request")
    offer = offers.get(pk=subject_id)
    contact = contact_for_letters(offer.visit.work_order.request.customer_id)
    if contact is None or offer.state != Offer.State.OFFERED:
        return
    letter_send(
        Letter(
            to=contact.email,
            sender=offer.organisation.name,
            language=contact.language,
            zone=offer.organisation.zone,
            template="customer/mail/offer.txt",
            context={
                "contact": contact,
                "offer": offer,
                "service": name_in(contact.language, offer.visit.service_type),
                "options": list(offer.options.order_by("position")),
                "url": offer_url(offer.pk),
            },
            reference=f"offer.{offer.pk}",
        )
    )
