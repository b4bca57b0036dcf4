"""Policies: what a region wants of its signals."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from api.answers import answer
from api.auth import Request
from api.idempotency import idempotent
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.policies import PolicyIn, PolicyOut, PreviewIn, PreviewOut
from communities.selectors.insight import policy_list
from communities.services.policies import policy_set
from dispatch.selectors.previews import preview_get
from dispatch.services.previews import preview_cancel, preview_request

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
        caller=request.auth,
        region_id=body.region,
        policy=body.policy.given(),
        reason=body.reason,
        seen=body.seen,
    )
    return answer(PolicyOut.of(policy), 201)


@router.post("/policies/previews", response={202: PreviewOut})
@idempotent
def preview_post(request: Request, body: PreviewIn) -> HttpResponse:
    """Ask what a day's plan would be with a policy. Follow the Location until its state is `done`; nothing of it can
    be published."""
    preview = preview_request(
        caller=request.auth,
        region_id=body.region,
        on=body.on,
        policy=body.policy.given(),
        seed=body.seed,
        iterations=body.iterations,
    )
    return answer(PreviewOut.of(preview), 202, {"Location": f"{request.path}/{preview.pk}"})


@router.get("/policies/previews/{uuid:preview_id}", response=PreviewOut)
def preview_read(request: Request, preview_id: UUID) -> HttpResponse:
    """A preview, and once it is done the differences."""
    return answer(PreviewOut.of(preview_get(request.auth, preview_id)))


@router.post("/policies/previews/{uuid:preview_id}/cancel", response=PreviewOut)
def preview_cancel_post(request: Request, preview_id: UUID) -> HttpResponse:
    """Stop a preview, so that another can be asked for. Again is refused (409), and does no harm."""
    return answer(PreviewOut.of(preview_cancel(caller=request.auth, preview_id=preview_id)))
