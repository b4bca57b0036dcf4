"""Policies: what a region wants of its signals."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from api.answers import answer
from api.auth import Request
from api.idempotency import idempotent
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.policies import PolicyIn, PolicyOut
from communities.selectors.insight import policy_list
from communities.services.policies import policy_set

router = Router(tags=["Signals"])


@router.get("/policies", response=Page[PolicyOut])
def policy_index(request: Request, page: Query[PageQuery], region: UUID | None = None) -> HttpResponse:
    """The versions of the regions' policies, newest first. A region without any has the default."""
    policies = policy_list(request.auth)
    if region:
        policies = policies.filter(region_id=region)
    return paged(request, policies, page, by="-id", show=PolicyOut.of)


@router.post("/policies", response={201: PolicyOut})
@idempotent
def policy_post(request: Request, body: PolicyIn) -> HttpResponse:
    """Give a region a policy, for its managers and administrators. Signals are read anew within half an hour."""
    policy = policy_set(
        caller=request.auth, region_id=body.region, policy=body.policy.given(), reason=body.reason
    )
    return answer(PolicyOut.of(policy), 201)
