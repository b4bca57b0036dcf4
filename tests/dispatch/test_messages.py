"""Dispatch writes to a customer about a request: kept first, sent once, and only to who agreed."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from communities.access import Caller
from communities.models import Contact, Region, User
from dispatch.errors import CustomerUnreachable, NotForYourRole, RequestUnknown
from dispatch.models import Message, ServiceRequest
from dispatch.services.erasure import requests_forget
from dispatch.services.messages import message_send, message_write
from tests import factories
from tests.conftest import as_caller
from tests.outbox import deliver_all


@pytest.fixture
def asked(north: Region, now: datetime) -> ServiceRequest:
    site = factories.site(factories.community(north, "A"))
    return factories.request(site, now, customer=factories.customer(north.organisation))


def test_a_message_is_kept_and_then_sent_once(as_dora: Caller, asked: ServiceRequest, now: datetime) -> None:
    message = message_write(caller=as_dora, request_id=asked.pk, text="We are late,\nabout an hour.", now=now)
    assert (message.written_by, message.written_at, message.sent_at) == (as_dora.user, now, None)
    assert mail.outbox == []

    deliver_all()
    message_send(subject_id=message.pk)

    [letter] = mail.outbox
    contact = Contact.objects.get(customer=asked.customer)
    assert (letter.to, letter.subject) == ([contact.email], "Acme：關於您的filter")
    assert "We are late,\nabout an hour." in str(letter.body)
    message.refresh_from_db()
    assert message.sent_at is not None


def test_nobody_is_written_to_who_did_not_agree(
    as_dora: Caller, asked: ServiceRequest, now: datetime
) -> None:
    Contact.objects.filter(customer=asked.customer).update(may_message=False)
    with pytest.raises(CustomerUnreachable):
        message_write(caller=as_dora, request_id=asked.pk, text="Hello.", now=now)
    ServiceRequest.objects.filter(pk=asked.pk).update(customer=None)
    with pytest.raises(CustomerUnreachable):
        message_write(caller=as_dora, request_id=asked.pk, text="Hello.", now=now)


def test_who_was_forgotten_before_it_was_sent_gets_nothing(
    as_dora: Caller, asked: ServiceRequest, now: datetime
) -> None:
    message = message_write(caller=as_dora, request_id=asked.pk, text="Hello.", now=now)
    assert asked.customer is not None
    requests_forget(customer=asked.customer)
    deliver_all()
    message.refresh_from_db()
    assert (mail.outbox, message.text, message.sent_at) == ([], "–", None)


def test_only_dispatch_writes(
    as_tom: Caller, as_stranger: Caller, mina: User, asked: ServiceRequest, now: datetime
) -> None:
    for caller, refusal in (
        (as_caller(mina), NotForYourRole),
        (as_tom, RequestUnknown),
        (as_stranger, RequestUnknown),
    ):
        with pytest.raises(refusal):
            message_write(caller=caller, request_id=asked.pk, text="Hello.", now=now)
    assert Message.objects.count() == 0


def test_the_database_wants_words_and_their_order(
    as_dora: Caller, asked: ServiceRequest, now: datetime
) -> None:
    message = message_write(caller=as_dora, request_id=asked.pk, text="Hello.", now=now)
    for wrong, name in (
        ({"text": ""}, "message_says_something"),
        ({"sent_at": now - timedelta(seconds=1)}, "message_sent_after_written"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Message.objects.filter(pk=message.pk).update(**wrong)
