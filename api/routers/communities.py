"""Regions, communities, and what is told to the planner about them."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from api.auth import Request
from api.lookup import one
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.communities import (
    CommunityDetail,
    CommunityOut,
    RegionOut,
    SignalOut,
    SignalSetOut,
    SiteOut,
)
from communities.models import Signal
from communities.selectors.insight import signal_list, signal_set_list
from communities.selectors.places import community_list, region_list, site_unplaced_list
from dispatch.errors import NotForYourRole
from dispatch.explanations import language_asked, signal_names

router = Router(tags=["Communities"])


@router.get("/regions", response=Page[RegionOut])
def region_index(request: Request, page: Query[PageQuery]) -> HttpResponse:
    """The regions one may see: all for dispatch, the managed ones for a regional manager."""
    return paged(request, region_list(request.auth), page, by="code", show=RegionOut.of)


@router.get("/communities", response=Page[CommunityOut])
def community_index(request: Request, page: Query[PageQuery], region: UUID | None = None) -> HttpResponse:
    communities = community_list(request.auth).defer("boundary")
    if region:
        communities = communities.filter(region_id=region)
    return paged(request, communities, page, by="code", show=CommunityOut.of)


@router.get("/communities/{uuid:community_id}", response=CommunityDetail)
def community_get(request: Request, community_id: UUID) -> CommunityDetail:
    return CommunityDetail.of(one(community_list(request.auth), community_id))


@router.get("/signal-sets", response=Page[SignalSetOut])
def signal_set_index(request: Request, page: Query[PageQuery], region: UUID | None = None) -> HttpResponse:
    """The versions of the regions' signals, newest first."""
    sets = signal_set_list(request.auth)
    if region:
        sets = sets.filter(region_id=region)
    return paged(request, sets, page, by="-id", show=SignalSetOut.of)


@router.get("/signals", response=Page[SignalOut])
def signal_index(
    request: Request,
    page: Query[PageQuery],
    signal_set: UUID | None = None,
    kind: Signal.Kind | None = None,
    community: UUID | None = None,
) -> HttpResponse:
    """What the planner is told, strongest first: every region's newest version unless one is named."""
    signals = signal_list(request.auth, signal_set).select_related("community")
    if kind:
        signals = signals.filter(kind=kind)
    if community:
        signals = signals.filter(community_id=community)
    names, language = signal_names(request.auth), language_asked()
    return paged(
        request, signals, page, by="-minutes", show=lambda signal: SignalOut.of(signal, names, language)
    )


@router.get("/sites/unplaced", response=Page[SiteOut])
def site_unplaced_index(request: Request, page: Query[PageQuery]) -> HttpResponse:
    """Sites in no community, each with the reason. For dispatch."""
    if not request.auth.runs_dispatch:
        raise NotForYourRole
    return paged(request, site_unplaced_list(request.auth), page, by="id", show=SiteOut.of)
