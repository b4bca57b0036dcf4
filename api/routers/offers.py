"""Offers on site: an add-on, or options of which one can be accepted."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from api.answers import answer
from api.auth import Request
from api.idempotency import idempotent
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.offers import AcceptIn, OfferIn, OfferOut
from api.schemas.visits import StepIn
from billing.errors import OptionUnknown
from billing.selectors.offers import offer_get, offer_list
from billing.services.offers import Decision, OfferGiven, offer_decide, offer_make
from billing.services.option_sets import option_set_offer

router = Router(tags=["Offers"])
NOW, WANTED = StepIn(), AcceptIn()


@router.get("/visits/{uuid:visit_id}/offers", response=Page[OfferOut])
def offer_index(request: Request, visit_id: UUID, page: Query[PageQuery]) -> HttpResponse:
    """What was offered on a visit, in that order."""
    return paged(request, offer_list(request.auth, visit_id), page, by="offered_at", show=OfferOut.of)


@router.post("/visits/{uuid:visit_id}/offers", response={201: OfferOut})
@idempotent
def offer_post(request: Request, visit_id: UUID, body: OfferIn) -> HttpResponse:
    """Offer something at the prices of the day."""
    now = timezone.now()
    offer = offer_make(
        caller=request.auth,
        visit_id=visit_id,
        given=_given(request, visit_id, body),
        happened_at=body.happened_at or now,
        now=now,
    )
    return answer(OfferOut.of(offer_get(request.auth, offer.id)), 201)


@router.post("/offers/{uuid:offer_id}/accept", response=OfferOut)
@idempotent
def offer_accept_post(request: Request, offer_id: UUID, body: AcceptIn = WANTED) -> HttpResponse:
    """The customer wants it: it goes onto an invoice, this visit's or that of another one that is now asked for."""
    decision = body.decision(offer_get(request.auth, offer_id))
    if decision.option_id is None:
        raise OptionUnknown("The offer has several options: name one.")
    return _decided(request, offer_id, body, decision)


@router.post("/offers/{uuid:offer_id}/refuse", response=OfferOut)
@idempotent
def offer_refuse_post(request: Request, offer_id: UUID, body: StepIn = NOW) -> HttpResponse:
    """The customer wants none of it."""
    return _decided(request, offer_id, body, Decision(option_id=None))


def _decided(request: Request, offer_id: UUID, body: StepIn, decision: Decision) -> HttpResponse:
    now = timezone.now()
    offer_decide(
        caller=request.auth,
        offer_id=offer_id,
        decision=decision,
        happened_at=body.happened_at or now,
        now=now,
    )
    return answer(OfferOut.of(offer_get(request.auth, offer_id)))


def _given(request: Request, visit_id: UUID, body: OfferIn) -> OfferGiven:
    if body.option_set:
        return option_set_offer(caller=request.auth, visit_id=visit_id, code=body.option_set)
    return body.given()
