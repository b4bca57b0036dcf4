"""Memberships: maintenance plans that customers have at their sites."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from api.answers import answer
from api.auth import Request
from api.idempotency import idempotent
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.memberships import (
    MembershipCancelIn,
    MembershipIn,
    MembershipOnVisitIn,
    MembershipOut,
)
from billing.models import Membership
from billing.selectors.memberships import membership_get, membership_list
from billing.services.memberships import membership_cancel, membership_sell, membership_sell_on_visit

router = Router(tags=["Memberships"])


@router.get("/memberships", response=Page[MembershipOut])
def membership_index(
    request: Request, page: Query[PageQuery], state: Membership.State | None = None
) -> HttpResponse:
    """Memberships one may see, newest first, each with its newest period."""
    memberships = membership_list(request.auth)
    if state:
        memberships = memberships.filter(state=state)
    return paged(request, memberships, page, by="-id", show=MembershipOut.of)


@router.get("/memberships/{uuid:membership_id}", response=MembershipOut)
def membership_read(request: Request, membership_id: UUID) -> MembershipOut:
    return MembershipOut.of(membership_get(request.auth, membership_id))


@router.post("/memberships", response={201: MembershipOut})
@idempotent
def membership_post(request: Request, body: MembershipIn) -> HttpResponse:
    """Sell a plan. The invoice for its first period follows, with a link to pay it."""
    sold = membership_sell(caller=request.auth, given=body.given(), now=timezone.now())
    return _sold(request, sold)


@router.post("/visits/{uuid:visit_id}/memberships", response={201: MembershipOut})
@idempotent
def membership_on_visit_post(request: Request, visit_id: UUID, body: MembershipOnVisitIn) -> HttpResponse:
    """Sell a plan on site to the visit's customer. What it includes begins with this visit."""
    sold = membership_sell_on_visit(
        caller=request.auth,
        visit_id=visit_id,
        plan_code=body.plan,
        renews=body.renews,
        now=timezone.now(),
    )
    return _sold(request, sold)


@router.post("/memberships/{uuid:membership_id}/cancel", response=MembershipOut)
def membership_cancel_post(request: Request, membership_id: UUID, body: MembershipCancelIn) -> MembershipOut:
    """Let no further period follow, or end it at once. Once it is over that is refused (409), and does no harm."""
    cancelled = membership_cancel(
        caller=request.auth,
        membership_id=membership_id,
        reason=body.reason,
        at_once=body.at_once,
        now=timezone.now(),
    )
    return MembershipOut.of(cancelled)


def _sold(request: Request, membership: Membership) -> HttpResponse:
    return answer(MembershipOut.of(membership_get(request.auth, membership.pk)), 201)
