"""Writing to a customer about a request."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from communities.access import Caller
from communities.selectors.customers import contact_for_letters
from communities.services.erasure import GONE
from core.mail import Letter, letter_send
from core.outbox import emit
from dispatch.errors import CustomerUnreachable, NotForYourRole
from dispatch.models import Message
from dispatch.selectors.requests import request_get


@transaction.atomic
def message_write(*, caller: Caller, request_id: UUID, text: str, now: datetime) -> Message:
    """Keep what is to be said to the customer of a request; the letter follows the commit.

    Raises RequestUnknown, NotForYourRole, and CustomerUnreachable where nobody with an e-mail address agreed to
    messages.
    """
    request = request_get(caller, request_id)
    if not caller.runs_dispatch:
        raise NotForYourRole("Customers are written to by dispatchers and administrators.")
    contact = contact_for_letters(request.customer_id)
    if contact is None:
        raise CustomerUnreachable
    message = Message.objects.create(
        organisation=caller.organisation,
        request=request,
        contact=contact,
        text=text,
        written_by=caller.account,
        written_at=now,
    )
    emit("message.written", message.pk)
    return message


def message_send(*, subject_id: UUID) -> None:
    """Send a message as a letter. Follows `message.written`.

    Nothing is sent once it was, nor to who was forgotten or does not want messages any more. A crash after sending
    sends the same letter again, under the same Message-ID.
    """
    shown = ("organisation", "contact", "request__service_type")
    message = Message.objects.select_related(*shown).get(pk=subject_id)
    contact = message.contact
    if message.sent_at or message.text == GONE or not (contact.may_message and contact.email):
        return
    letter_send(
        Letter(
            to=contact.email,
            sender=message.organisation.name,
            language=contact.language,
            zone=message.organisation.zone,
            template="customer/mail/message.txt",
            context={"message": message, "contact": contact, "service": message.request.service_type},
            reference=f"message.{message.id}",
        )
    )
    Message.objects.filter(pk=message.pk, sent_at=None).update(
        sent_at=max(timezone.now(), message.written_at)
    )
