"""Add-ons offered on site, and what the customer said."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from billing.errors import AlreadyOffered, BadQuantity, ItemUnknown, NotOnSite, OfferDecided, OfferUnknown
from billing.models import Offer, PriceItem
from billing.services import facts
from communities.access import Caller
from communities.models import ServiceEvent
from core.money import Money
from dispatch.errors import NotForYourRole, TimeImpossible
from dispatch.models import Technician, Visit
from dispatch.selectors.visits import visit_get
from dispatch.services.execution import check_time
from dispatch.states import VisitState

ON_SITE = (VisitState.ARRIVED, VisitState.STARTED)
MOST = 999

_Kind = ServiceEvent.Kind


@transaction.atomic
def offer_make(
    *, caller: Caller, visit_id: UUID, item_code: str, quantity: int, happened_at: datetime, now: datetime
) -> Offer:
    """Offer an add-on of the price book on a visit, at today's price.

    For the visit's technician and for dispatch (NotForYourRole), on site (NotOnSite). Raises VisitUnknown,
    ItemUnknown, BadQuantity, AlreadyOffered, TimeImpossible.
    """
    visit, technician = _visit_on_site(caller, visit_id)
    check_time(visit, happened_at, now)
    if not 1 <= quantity <= MOST:
        raise BadQuantity
    item = _add_on(visit, item_code)
    if Offer.objects.filter(visit=visit, item=item).exists():
        raise AlreadyOffered
    offer = Offer.objects.create(
        organisation=visit.organisation,
        visit=visit,
        technician=technician,
        item=item,
        quantity=quantity,
        unit_price_minor=item.price_minor,
        offered_at=happened_at,
    )
    _record(offer, visit, _Kind.OFFER_MADE, "made", happened_at)
    return offer


@transaction.atomic
def offer_decide(
    *, caller: Caller, offer_id: UUID, accepted: bool, happened_at: datetime, now: datetime
) -> Offer:
    """Note the customer's decision; what is accepted is on the invoice. Saying the same again changes nothing.

    For the visit's technician and for dispatch (NotForYourRole), on site (NotOnSite). Raises OfferUnknown,
    TimeImpossible, and OfferDecided when the customer decided otherwise before.
    """
    offer = Offer.objects.filter(pk=offer_id, organisation=caller.organisation).first()
    if offer is None:
        raise OfferUnknown
    visit, _ = _visit_on_site(caller, offer.visit_id)
    check_time(visit, happened_at, now)
    if happened_at < offer.offered_at:
        raise TimeImpossible(f"The offer was made later, at {offer.offered_at.isoformat()}.")
    new = Offer.State.ACCEPTED if accepted else Offer.State.REFUSED
    open_offer = Offer.objects.filter(pk=offer_id, state=Offer.State.OFFERED)
    decided = open_offer.update(state=new, decided_at=happened_at) == 1
    offer.refresh_from_db()
    if offer.state != new:
        raise OfferDecided
    if decided:
        kind = _Kind.OFFER_ACCEPTED if accepted else _Kind.OFFER_REFUSED
        _record(offer, visit, kind, new, happened_at)
    return offer


def _visit_on_site(caller: Caller, visit_id: UUID) -> tuple[Visit, Technician]:
    """The visit and who is there. Locked: it cannot be completed, and so billed, while an offer changes."""
    visit_get(caller, visit_id)
    visit = (
        Visit.objects.select_for_update(of=("self",))
        .select_related(*facts.SHOWN, "technician")
        .get(pk=visit_id)
    )
    technician = visit.technician
    if not caller.runs_dispatch and (technician is None or technician.user_id != caller.user.pk):
        raise NotForYourRole
    if technician is None or visit.state not in ON_SITE:
        raise NotOnSite
    return visit, technician


def _add_on(visit: Visit, code: str) -> PriceItem:
    items = PriceItem.objects.filter(
        Q(service_type=None) | Q(service_type=visit.service_type_id),
        organisation=visit.organisation,
        kind=PriceItem.Kind.ADD_ON,
        active=True,
        code=code,
    )
    item = items.first()
    if item is None:
        raise ItemUnknown
    return item


def _record(offer: Offer, visit: Visit, kind: ServiceEvent.Kind, step: str, at: datetime) -> None:
    facts.visit_fact_record(
        kind=kind,
        source_id=f"offer:{offer.id}:{step}",
        visit=visit,
        occurred_at=at,
        amount=Money(offer.unit_price_minor, visit.organisation.currency) * offer.quantity,
    )
