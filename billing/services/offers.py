"""What is offered on site, and what the customer said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from billing.errors import (
    AlreadyOffered,
    BadOffer,
    BadQuantity,
    BadSignature,
    ItemUnknown,
    NobodyToWriteTo,
    OfferDecided,
    OfferUnknown,
    OptionUnknown,
    PriceChanged,
)
from billing.models import Approval, Offer, OfferLine, OfferOption, PriceItem
from billing.selectors.offers import offer_get
from billing.services import facts
from billing.services.issuing import billing_lock
from billing.services.pricing import prices_on
from communities.access import Caller
from communities.models import ServiceEvent
from communities.selectors.customers import contact_for_letters
from core.languages import name_in
from core.links import link_token
from core.money import Money
from core.outbox import emit
from core.signatures import SIGNATURE
from dispatch.errors import NotForYourRole, TimeImpossible
from dispatch.models import ServiceRequest, Visit
from dispatch.services.execution import check_time
from dispatch.services.on_site import visit_on_site
from dispatch.services.requests import request_follow_up

MOST = 999
"""Pieces of an item."""
OPTIONS = 5
STANDS = timedelta(days=30)
"""How long an offer can be accepted on the customer's page."""

_Kind = ServiceEvent.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGiven:
    """So many of an item."""

    item_code: str
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionGiven:
    """One way of doing it."""

    lines: Sequence[LineGiven]
    name: str = ""
    name_en: str = ""
    recommended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferGiven:
    """What the technician offers; the price book knows the prices."""

    options: Sequence[OptionGiven]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the customer said: the option wanted, or None for none of them."""

    option_id: UUID | None
    way: Approval.Way = Approval.Way.TOLD
    name: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGiven:
    """What the customer said to an offer as it was made: an option by its place, from 1, or None for none of them.
    `told_minor` is what it costs, as the customer was told."""

    option: int | None
    told_minor: int | None = None
    way: Approval.Way = Approval.Way.TOLD
    name: str = ""
    signature: str = ""


@transaction.atomic
def offer_make(
    *, caller: Caller, visit_id: UUID, given: OfferGiven, happened_at: datetime, now: datetime
) -> Offer:
    """Offer something on a visit, at the prices of the day.

    For the visit's technician and for dispatch (NotForYourRole), on site (NotOnSite). Raises VisitUnknown,
    ItemUnknown, BadQuantity, BadOffer, AlreadyOffered, TimeImpossible.
    """
    visit, technician = visit_on_site(caller, visit_id)
    check_time(visit, happened_at, now)
    items = _items(visit, given)
    _check_new(visit, items)
    offer = Offer.objects.create(
        organisation=visit.organisation,
        visit=visit,
        technician=technician,
        name=given.name,
        offered_at=happened_at,
        expires_at=happened_at + STANDS,
    )
    _options_save(offer, given, items, _prices(visit, items.values(), happened_at))
    _record(offer, visit, _Kind.OFFER_MADE, "made", happened_at)
    return offer


@transaction.atomic
def offer_decide(
    *, caller: Caller, offer_id: UUID, decision: Decision, happened_at: datetime, now: datetime
) -> Offer:
    """Note what the customer told the technician, or signed. Saying the same again changes nothing.

    For the visit's technician and for dispatch (NotForYourRole), on site (NotOnSite). Raises OfferUnknown,
    OptionUnknown, BadSignature, TimeImpossible, and OfferDecided when the customer decided otherwise before.
    """
    offer = Offer.objects.filter(pk=offer_id, organisation=caller.organisation).first()
    if offer is None:
        raise OfferUnknown
    visit, _ = visit_on_site(caller, offer.visit_id)
    check_time(visit, happened_at, now)
    if happened_at < offer.offered_at:
        raise TimeImpossible(f"The offer was made later, at {offer.offered_at.isoformat()}.")
    return _decide(offer, visit, decision, happened_at, caller)


@transaction.atomic
def offer_decide_at_once(
    *, caller: Caller, offer: Offer, answer: AnswerGiven, happened_at: datetime, now: datetime
) -> Offer:
    """Note what the customer said to an offer while it was made, from a device that did not know its id yet.

    Raises what offer_decide raises, and PriceChanged where the option costs another amount than the customer was told.
    """
    options = list(offer.options.order_by("position"))
    if answer.option is not None and answer.option > len(options):
        raise OptionUnknown
    option = options[answer.option - 1] if answer.option else None
    if option and answer.told_minor not in (None, option.total_minor):
        raise PriceChanged(f"{option.name} costs {option.total} now.")
    decision = Decision(
        option_id=option.pk if option else None, way=answer.way, name=answer.name, signature=answer.signature
    )
    return offer_decide(caller=caller, offer_id=offer.pk, decision=decision, happened_at=happened_at, now=now)


@transaction.atomic
def offer_send(*, caller: Caller, offer_id: UUID, now: datetime) -> Offer:
    """Write to the customer where the offer can be seen and decided on; once, however often it is wished.

    For the visit's technician and for dispatch (NotForYourRole). Raises OfferUnknown, OfferDecided, and NobodyToWriteTo
    without a contact who agreed to messages and has an e-mail address.
    """
    offer = offer_get(caller, offer_id)
    if not (caller.runs_dispatch or caller.is_technician):
        raise NotForYourRole("Offers are sent by the technician, or by dispatch.")
    if offer.state != Offer.State.OFFERED or now >= offer.expires_at:
        raise OfferDecided
    if contact_for_letters(offer.visit.work_order.request.customer_id) is None:
        raise NobodyToWriteTo
    emit("offer.sent", offer.pk)
    return offer


@transaction.atomic
def offer_decide_by_customer(*, offer: Offer, option_id: UUID | None, name: str, now: datetime) -> Offer:
    """The customer decides on the page behind a secret address, also after the visit, until the offer expires.

    Raises OptionUnknown, and OfferDecided when it was decided otherwise, or its time is over.
    """
    visits = Visit.objects.select_for_update(of=("self",), no_key=True).select_related(*facts.SHOWN)
    visit = visits.get(pk=offer.visit_id)
    if now >= offer.expires_at:
        raise OfferDecided("The offer's time is over.")
    decision = Decision(option_id=option_id, way=Approval.Way.PAGE, name=name)
    return _decide(offer, visit, decision, now, caller=None)


def offer_url(offer_id: UUID) -> str:
    """Where the customer sees an offer and decides."""
    return f"{settings.PUBLIC_URL}/offer/{offer_id}/{link_token('offer', offer_id)}"


@transaction.atomic
def offers_expire(*, now: datetime) -> int:
    """End offers that nobody decided on; how many."""
    over = Offer.objects.filter(state=Offer.State.OFFERED, expires_at__lte=now)
    return over.update(state=Offer.State.EXPIRED)


def _decide(
    offer: Offer, visit: Visit, decision: Decision, happened_at: datetime, caller: Caller | None
) -> Offer:
    """Compare-and-swap from offered; the visit is locked."""
    option = _option(offer, decision.option_id)
    state = Offer.State.ACCEPTED if option else Offer.State.REFUSED
    offer.refresh_from_db()
    if (offer.state, offer.accepted_id) == (state, option.pk if option else None):
        return offer
    if offer.state != Offer.State.OFFERED:
        raise OfferDecided
    if option:
        _approve(offer, decision, happened_at, caller)
    offer.state, offer.decided_at, offer.accepted = state, happened_at, option
    offer.fulfilled_by = _fulfilled_by(option, visit, happened_at) if option else None
    offer.save(update_fields=["state", "decided_at", "accepted", "fulfilled_by"])
    _record(offer, visit, _Kind.OFFER_ACCEPTED if option else _Kind.OFFER_REFUSED, state, happened_at)
    return offer


def _option(offer: Offer, option_id: UUID | None) -> OfferOption | None:
    if option_id is None:
        return None
    option = offer.options.filter(pk=option_id).first()
    if option is None:
        raise OptionUnknown
    return option


def _approve(offer: Offer, decision: Decision, happened_at: datetime, caller: Caller | None) -> None:
    if decision.way == Approval.Way.SIGNED and not (
        decision.name and SIGNATURE.fullmatch(decision.signature)
    ):
        raise BadSignature
    Approval.objects.create(
        organisation_id=offer.organisation_id,
        offer=offer,
        way=decision.way,
        name=decision.name,
        signature=decision.signature,
        noted_by=caller.account if caller else None,
        happened_at=happened_at,
    )


def _fulfilled_by(option: OfferOption, visit: Visit, at: datetime) -> ServiceRequest:
    """The visit's own request for what can be done on the spot; a new one for another service, or once it is billed."""
    billing_lock(visit.work_order_id)
    lines = list(option.lines.select_related("item__service_type"))
    bases = [line.item for line in lines if line.item.kind == PriceItem.Kind.BASE]
    order = visit.work_order
    if not bases and not hasattr(order, "invoice"):
        return order.request
    kind = bases[0].service_type if bases else visit.service_type
    assert kind is not None  # the database refuses a base price of none
    return request_follow_up(
        request=order.request,
        service_type=kind,
        reference=f"offer:{option.offer_id}",
        extra_minutes=sum(line.quantity * line.item.extra_minutes for line in lines),
        now=at,
    )


def _items(visit: Visit, given: OfferGiven) -> dict[str, PriceItem]:
    """What the lines name, by code. Raises BadOffer, BadQuantity, ItemUnknown."""
    lines = [line for option in given.options for line in option.lines]
    if not 1 <= len(given.options) <= OPTIONS or not all(option.lines for option in given.options):
        raise BadOffer(f"An offer has one option to {OPTIONS}, and an option has lines.")
    if sum(option.recommended for option in given.options) > 1:
        raise BadOffer("One option can be recommended.")
    if any(len({line.item_code for line in option.lines}) < len(option.lines) for option in given.options):
        raise BadOffer("An item stands once in an option, with its quantity.")
    if not all(1 <= line.quantity <= MOST for line in lines):
        raise BadQuantity
    found = PriceItem.objects.filter(
        Q(kind=PriceItem.Kind.BASE) | Q(service_type=None) | Q(service_type=visit.service_type_id),
        organisation=visit.organisation,
        active=True,
        code__in={line.item_code for line in lines},
    )
    items = {item.code: item for item in found}
    for line in lines:
        if line.item_code not in items:
            raise ItemUnknown(f"There is nothing called {line.item_code!r} for this service.")
    return items


def _check_new(visit: Visit, items: Mapping[str, PriceItem]) -> None:
    """Nothing of it is on offer on this visit, or was accepted there."""
    standing = Offer.objects.filter(visit=visit, state__in=[Offer.State.OFFERED, Offer.State.ACCEPTED])
    if standing.filter(options__lines__item__in=items.values()).exists():
        raise AlreadyOffered


def _prices(visit: Visit, items: Iterable[PriceItem], at: datetime) -> dict[UUID, Money]:
    community = visit.site.community
    return prices_on(
        organisation=visit.organisation,
        items=items,
        region_id=community.region_id if community else None,
        on=at.astimezone(visit.organisation.zone).date(),
    )


def _options_save(
    offer: Offer, given: OfferGiven, items: Mapping[str, PriceItem], prices: Mapping[UUID, Money]
) -> None:
    for position, option in enumerate(given.options, start=1):
        total = sum(prices[items[line.item_code].id].minor * line.quantity for line in option.lines)
        made = OfferOption.objects.create(
            organisation=offer.organisation,
            offer=offer,
            position=position,
            name=option.name or name_in(offer.organisation.language, items[option.lines[0].item_code]),
            recommended=option.recommended,
            total_minor=total,
            currency=offer.organisation.currency,
        )
        OfferLine.objects.bulk_create(
            OfferLine(
                organisation=offer.organisation,
                option=made,
                position=number,
                item=items[line.item_code],
                quantity=line.quantity,
                unit_price_minor=prices[items[line.item_code].id].minor,
            )
            for number, line in enumerate(option.lines, start=1)
        )


def _record(offer: Offer, visit: Visit, kind: ServiceEvent.Kind, step: str, at: datetime) -> None:
    """One fact for an offer, whatever its number of options: with the amount accepted, else of the dearest option."""
    options = offer.options.order_by("-total_minor", "position")
    facts.visit_fact_record(
        kind=kind,
        source_id=f"offer:{offer.id}:{step}",
        visit=visit,
        occurred_at=at,
        amount=(offer.accepted or options[0]).total,
    )
