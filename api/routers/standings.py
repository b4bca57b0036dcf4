"""Customers as the ledger knows them, and their hand-over. Personal data: for dispatch and managers."""

from typing import Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from api.answers import answer
from api.auth import Request
from api.idempotency import idempotent
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.standings import (
    CustomerDetail,
    CustomerFactOut,
    CustomerOut,
    HandedOverOut,
    HandOverIn,
    HandOverOut,
    HandOverPreview,
    RetentionOut,
    RetentionsOut,
    SegmentOut,
    SegmentsOut,
)
from communities.insight.rfm import Segment
from communities.selectors.customers import (
    customer_fact_list,
    hand_over_list,
    retention_list,
    segment_list,
    standing_list,
)
from core.errors import NotFound
from dispatch.services.handovers import customers_hand_over, hand_over_preview

router = Router(tags=["Customers"])

Sort = Literal["-spend_minor", "-lifetime_minor", "health", "last_on", "-last_on"]


@router.get("/customers", response=Page[CustomerOut])
def customer_index(
    request: Request,
    page: Query[PageQuery],
    segment: Segment | None = None,
    region: UUID | None = None,
    health_below: float | None = None,
    sort: Sort = "-spend_minor",
) -> HttpResponse:
    """Customers one may see. Those without the figure that is sorted by are left out."""
    standings = standing_list(request.auth).exclude(**{sort.removeprefix("-"): None})
    if segment:
        standings = standings.filter(segment=segment)
    if region:
        standings = standings.filter(community__region=region)
    if health_below is not None:
        standings = standings.filter(health__lt=health_below)
    return paged(request, standings, page, by=sort, show=CustomerOut.of)


@router.get("/customers/{uuid:customer_id}", response=CustomerDetail)
def customer_read(request: Request, customer_id: UUID) -> CustomerDetail:
    """A customer, with the reasons for the change of their health."""
    standing = standing_list(request.auth).filter(customer=customer_id).first()
    if standing is None:
        raise NotFound
    return CustomerDetail.of(standing)


@router.get("/customers/{uuid:customer_id}/facts", response=Page[CustomerFactOut])
def customer_fact_index(request: Request, customer_id: UUID, page: Query[PageQuery]) -> HttpResponse:
    """The customer's timeline, newest first."""
    if not standing_list(request.auth).filter(customer=customer_id).exists():
        raise NotFound
    facts = customer_fact_list(request.auth, customer_id)
    return paged(request, facts, page, by="-occurred_at", show=CustomerFactOut.of)


@router.get("/segments", response=SegmentsOut)
def segment_index(request: Request, region: UUID | None = None) -> SegmentsOut:
    """Customers and their money by region and segment."""
    rows = segment_list(request.auth)
    if region:
        rows = rows.filter(community__region=region)
    return SegmentsOut(items=[SegmentOut.of(row) for row in rows])


@router.get("/retention", response=RetentionsOut)
def retention_index(request: Request, region: UUID | None = None) -> RetentionsOut:
    """How soon orders are followed by another, by region and segment, as read last night."""
    fits = retention_list(request.auth)
    if region:
        fits = fits.filter(region=region)
    return RetentionsOut(items=[RetentionOut.of(fit) for fit in fits])


@router.get("/handovers", response=Page[HandOverOut])
def hand_over_index(request: Request, page: Query[PageQuery]) -> HttpResponse:
    """Hand-overs, newest first. For dispatch."""
    return paged(request, hand_over_list(request.auth), page, by="-id", show=HandOverOut.of)


@router.post("/handovers/preview", response=HandOverPreview)
def hand_over_preview_post(request: Request, body: HandOverIn) -> HandOverPreview:
    """What a hand-over would move. Changes nothing."""
    return HandOverPreview.of(hand_over_preview(caller=request.auth, given=body.given(), now=timezone.now()))


@router.post("/handovers", response={201: HandedOverOut})
@idempotent
def hand_over_post(request: Request, body: HandOverIn) -> HttpResponse:
    """Give customers another owner, all of them or none. Days with visits that they were promised are planned anew."""
    done = customers_hand_over(caller=request.auth, given=body.given(), now=timezone.now())
    return answer(HandedOverOut.after(done), 201)
