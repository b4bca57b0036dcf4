"""Plans: asked for here, made by a worker, read and published here."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from api.answers import answer
from api.auth import Request
from api.etags import etag, if_match, revision_given
from api.idempotency import idempotent
from api.paging import paged
from api.schemas.base import Day, Page, PageQuery
from api.schemas.plans import PlanIn, PlanOut, RouteOut, UnassignedOut
from dispatch.explanations import language_asked, version_affinities
from dispatch.models import PlanVersion
from dispatch.selectors.plans import version_get, version_list, version_routes, version_unassigned
from dispatch.services.planning import plan_cancel, plan_publish, plan_request

router = Router(tags=["Plans"])


@router.post("/plans", response={202: PlanOut})
@idempotent
def plan_post(request: Request, body: PlanIn) -> HttpResponse:
    """Ask for a plan of a region's day. Follow the Location until its state is `draft`; one run at a time (409)."""
    version = plan_request(
        caller=request.auth, region_id=body.region, on=body.on, seed=body.seed, iterations=body.iterations
    )
    return answer(PlanOut.of(version), 202, {"Location": f"{request.path}/{version.pk}"})


@router.get("/plans", response=Page[PlanOut])
def plan_index(
    request: Request, page: Query[PageQuery], on: Day | None = None, region: UUID | None = None
) -> HttpResponse:
    """Versions of plans, newest first."""
    versions = version_list(request.auth)
    if on:
        versions = versions.filter(plan__on=on)
    if region:
        versions = versions.filter(plan__region_id=region)
    return paged(request, versions, page, by="-id", show=PlanOut.of)


@router.get("/plans/{uuid:version_id}", response=PlanOut)
def plan_read(request: Request, version_id: UUID) -> HttpResponse:
    """One version. Its ETag is the plan's revision, which publishing needs as If-Match."""
    return _shown(version_get(request.auth, version_id))


@router.get("/plans/{uuid:version_id}/routes", response=Page[RouteOut])
def route_index(request: Request, version_id: UUID, page: Query[PageQuery]) -> HttpResponse:
    """The routes with their stops, each stop with the reason it is there."""
    version = version_get(request.auth, version_id)
    affinities, language = version_affinities(version), language_asked()
    return paged(
        request,
        version_routes(version),
        page,
        by="id",
        show=lambda route: RouteOut.of(route, affinities, language),
    )


@router.get("/plans/{uuid:version_id}/unassigned", response=Page[UnassignedOut])
def unassigned_index(request: Request, version_id: UUID, page: Query[PageQuery]) -> HttpResponse:
    """The visits left out, each with the reason."""
    left = version_unassigned(version_get(request.auth, version_id))
    language = language_asked()
    return paged(request, left, page, by="id", show=lambda one: UnassignedOut.of(one, language))


@router.post("/plans/{uuid:version_id}/cancel", response=PlanOut)
def plan_cancel_post(request: Request, version_id: UUID) -> HttpResponse:
    """Stop a run. Again is refused (409), and does no harm."""
    return _shown(plan_cancel(caller=request.auth, version_id=version_id))


@router.post("/plans/{uuid:version_id}/publish", response=PlanOut)
@if_match
def plan_publish_post(request: Request, version_id: UUID) -> HttpResponse:
    """Make a draft the day's plan: technicians see it from the same moment, whole.

    412 when another version was published, or its visits or shifts changed, since it was made.
    """
    version = version_get(request.auth, version_id)
    revision = revision_given(request)
    plan_publish(caller=request.auth, version_id=version.pk, plan_revision=revision, now=timezone.now())
    return _shown(version_get(request.auth, version_id))


def _shown(version: PlanVersion) -> HttpResponse:
    return answer(PlanOut.of(version), headers={"ETag": etag(version.plan.revision)})
