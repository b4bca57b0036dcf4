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
from api.schemas.offers import AcceptIn, OfferIn, OfferOut, ProposalOut, ProposalsOut
from api.schemas.visits import StepIn
from billing.errors import OptionUnknown
from billing.selectors.offers import offer_get, offer_list, offers_of
from billing.services.offers import (
    Decision,
    OfferGiven,
    offer_decide,
    offer_decide_at_once,
    offer_make,
    offer_send,
)
from billing.services.option_sets import option_set_offer
from billing.services.proposals import proposals_of
from dispatch.explanations import language_asked
from dispatch.selectors.visits import visit_get

router = Router(tags=["Offers"])
NOW, WANTED = StepIn(), AcceptIn()


@router.get("/visits/{uuid:visit_id}/offers", response=Page[OfferOut])
def offer_index(request: Request, visit_id: UUID, page: Query[PageQuery]) -> HttpResponse:
    """What was offered on a visit, in that order."""
    return paged(request, offer_list(request.auth, visit_id), page, by="offered_at", show=OfferOut.of)


@router.post("/visits/{uuid:visit_id}/offers", response={201: OfferOut})
@idempotent
def offer_post(request: Request, visit_id: UUID, body: OfferIn) -> HttpResponse:
    """Offer something at the prices of the day; perhaps decided at once, or sent to the customer."""
    now = timezone.now()
    when = {"happened_at": body.happened_at or now, "now": now}
    offer = offer_make(caller=request.auth, visit_id=visit_id, given=_given(request, visit_id, body), **when)
    if body.said:
        offer_decide_at_once(caller=request.auth, offer=offer, answer=body.said.given(), **when)
    if body.send:
        offer_send(caller=request.auth, offer_id=offer.pk, now=now)
    return answer(OfferOut.of(offer_get(request.auth, offer.id)), 201)


@router.get("/visits/{uuid:visit_id}/proposals", response=ProposalsOut)
def proposal_index(request: Request, visit_id: UUID) -> ProposalsOut:
    """What could still be offered on a visit, at the prices of today."""
    caller = request.auth
    visit = visit_get(caller, visit_id)
    today = timezone.now().astimezone(caller.organisation.zone).date()
    found = proposals_of(
        caller=caller, visits=[visit], offers=offers_of([visit]), on=today, language=language_asked()
    )
    return ProposalsOut(items=[ProposalOut.of(proposal) for proposal in found[visit.pk]])


@router.post("/offers/{uuid:offer_id}/send", response=OfferOut)
@idempotent
def offer_send_post(request: Request, offer_id: UUID) -> HttpResponse:
    """Write to the customer where the offer can be decided on; once."""
    offer_send(caller=request.auth, offer_id=offer_id, now=timezone.now())
    return answer(OfferOut.of(offer_get(request.auth, offer_id)))


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
