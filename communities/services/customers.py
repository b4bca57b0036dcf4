"""Who asks: recognised again, and known a little better each time."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction

from communities.models import Contact, Customer, Organisation
from communities.services.placement import address_normalised

KEY_LENGTH = 160


def customer_key(*, name: str, phone: str = "", email: str = "", address: str = "") -> str:
    """What recognises a customer: the digits of the telephone, else the e-mail address, else name and address.

    "" for nobody.
    """
    if digits := _digits(phone):
        return f"phone:{digits}"
    if email:
        return f"email:{email.lower()}"[:KEY_LENGTH]
    return f"name:{name.strip()}|{address_normalised(address)}"[:KEY_LENGTH] if name.strip() else ""


@transaction.atomic
def customer_ensure(
    *,
    organisation: Organisation,
    name: str,
    phone: str = "",
    email: str = "",
    address: str = "",
    language: str = "",
) -> Customer:
    """The customer with this telephone number or e-mail address, made when new; reachable in these ways. `language` is
    a new contact's, where it is not the organisation's."""
    key = customer_key(name=name, phone=phone, email=email, address=address)
    customer, _ = Customer.objects.select_for_update().get_or_create(
        organisation=organisation, key=key, defaults={"name": name}
    )
    given = Contact(
        organisation=organisation,
        customer=customer,
        name=name,
        phone=phone,
        email=email,
        language=language or organisation.language,
    )
    contacts_learn(given=[given])
    return customer


@transaction.atomic
def contacts_learn(*, given: Collection[Contact]) -> None:
    """Make customers reachable in these ways too; `given` are not saved yet. A few statements, however many."""
    known: dict[UUID, list[Contact]] = defaultdict(list)
    customers = {one.customer_id for one in given}
    for contact in Contact.objects.filter(customer__in=customers).order_by("created_at"):
        known[contact.customer_id].append(contact)
    new: dict[UUID, Contact] = {}
    completed: dict[UUID, Contact] = {}
    for one in given:
        learnt = contact_learned(known[one.customer_id], one)
        if learnt is one:
            known[one.customer_id].append(one)
            new[one.pk] = one
        elif learnt and learnt.pk not in new:
            completed[learnt.pk] = learnt
    Contact.objects.bulk_create(new.values())
    Contact.objects.bulk_update(completed.values(), ["phone", "email"])


def contact_learned(known: Sequence[Contact], given: Contact) -> Contact | None:
    """What has to be written so that a customer can be reached in the ways of `given`; None when nothing is new.

    A contact that lacks a way and contradicts none gets it; otherwise `given` joins `known`. What the customer
    agreed to receive stays: a new contact may receive no more than each of the others.
    """
    new_phone = given.phone and not any(_digits(one.phone) == _digits(given.phone) for one in known)
    new_email = given.email and not any(one.email.lower() == given.email.lower() for one in known)
    if not (new_phone or new_email):
        return None
    for one in known:
        if _fits(_digits(one.phone), _digits(given.phone)) and _fits(one.email.lower(), given.email.lower()):
            one.phone, one.email = one.phone or given.phone, one.email or given.email
            return one
    given.may_message = all(one.may_message for one in known)
    given.may_survey = all(one.may_survey for one in known)
    return given


def _fits(known: str, given: str) -> bool:
    return not known or not given or known == given


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
