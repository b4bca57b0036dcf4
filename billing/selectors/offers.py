"""What was offered on a visit, for a caller or for the customer."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.crypto import constant_time_compare

from billing.errors import OfferUnknown
from billing.models import Offer, OfferLine, OfferOption
from communities.access import Caller
from core.links import link_token
from dispatch.models import Visit
from dispatch.selectors.visits import visit_get, visit_list


def offer_list(caller: Caller, visit_id: UUID) -> QuerySet[Offer]:
    """What was offered on a visit. Raises VisitUnknown, also for a visit that is not the caller's."""
    visit = visit_get(caller, visit_id)
    return _offers().filter(visit=visit).order_by("offered_at", "id")


def offers_of(visits: Iterable[Visit]) -> list[Offer]:
    """What was offered on visits of the caller's, in that order. Three queries."""
    return list(_offers().filter(visit__in=visits).order_by("offered_at", "id"))


def offer_get(caller: Caller, offer_id: UUID) -> Offer:
    """One offer. Raises OfferUnknown, also for one on a visit that is not the caller's."""
    offer = _offers().filter(pk=offer_id, visit__in=visit_list(caller)).first()
    if offer is None:
        raise OfferUnknown
    return offer


def offer_of_customer(offer_id: UUID, token: str) -> Offer:
    """The offer whose secret address somebody holds. Raises OfferUnknown, also for a wrong token."""
    offers = _offers().select_related("organisation", "visit__service_type", "technician")
    offer = offers.filter(pk=offer_id).first()
    if offer is None or not constant_time_compare(token, link_token("offer", offer_id)):
        raise OfferUnknown
    return offer


def _offers() -> QuerySet[Offer]:
    lines = OfferLine.objects.order_by("position").select_related("item")
    options = OfferOption.objects.order_by("position").prefetch_related(Prefetch("lines", lines))
    return Offer.objects.select_related("approval").prefetch_related(Prefetch("options", options))
