"""The dispatchers' board: a region's day in one answer, what changes in it, its map."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import BaseModel

from api.answers import answer
from api.auth import Request
from api.etags import if_none_match, not_modified, tagged
from api.openapi import header
from api.schemas.assignments import AssignmentOut
from api.schemas.base import Day
from api.schemas.board import BoardOut, MomentOut
from api.schemas.plan_changes import ChangesOut
from billing.services.pricing import base_prices_on
from communities.selectors.tiles import community_tile
from communities.services.signals import signals_kept
from core.errors import NotFound
from dispatch.explanations import language_asked, version_affinities
from dispatch.models import Stop
from dispatch.plan_bundles import plan_bundles
from dispatch.plan_changes import visit_changes
from dispatch.plan_money import plan_money
from dispatch.selectors.board import board_get, board_region, moment_of, version_stops
from dispatch.selectors.plans import version_get, version_visit
from dispatch.states import PLAN_RUNNING

router = Router(tags=["Board"])

WATCHED_MS, RUNNING_MS = 2000, 500  # until a watching page asks again; sooner while a plan is being made
TILE = "application/vnd.mapbox-vector-tile"
TILE_KEPT = "private, max-age=300"  # boundaries change by imports


class BoardQuery(BaseModel):
    region: UUID
    on: Day
    version: UUID | None = None


@router.get("/board", response=BoardOut)
@if_none_match
def board_read(request: Request, asked: Query[BoardQuery]) -> HttpResponse:
    """A region's day: technicians with their routes, visits, what is left out and why.

    Of the version asked for, else of the published one, else of the newest draft. `shown` is null before any.
    """
    caller, language = request.auth, language_asked()
    region = board_region(caller, asked.region)
    moment = moment_of(region, asked.on)
    tag = f'"{moment.tag}-{asked.version or ""}-{language}"'
    known = not_modified(request, tag)
    if known is not None:
        return known
    board = board_get(caller, region, asked.on, asked.version)
    return tagged(answer(BoardOut.of(caller, board, moment, language)), tag)


@router.get("/board/moments")
@header("Last-Event-ID", "The tag that is known; nothing is told again before there is another.")
def moment_read(request: Request, region: UUID, on: Day) -> HttpResponse:
    """What is new of a region's day, as an event stream (WHATWG, Server-sent events): one event with the moment, or
    none where it is known. The stream ends at once and says when to come back, so that it holds no thread."""
    moment = moment_of(board_region(request.auth, region), on)
    running = moment.newest is not None and moment.newest.state in PLAN_RUNNING
    lines = [f"retry: {RUNNING_MS if running else WATCHED_MS}"]
    if request.headers.get("Last-Event-ID") != moment.tag:
        lines += [f"id: {moment.tag}", f"data: {MomentOut.of(moment).model_dump_json()}"]
    return HttpResponse(
        "\n".join([*lines, "", ""]), content_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


@router.get("/plans/{uuid:version_id}/changes", response=ChangesOut)
def change_index(request: Request, version_id: UUID) -> HttpResponse:
    """What a version would change of the published one: visits, minutes, promises, communities, money; and in
    bundles."""
    caller = request.auth
    version = version_get(caller, version_id)
    published_id = version.plan.published_id
    against = version_get(caller, published_id) if published_id and published_id != version.pk else None
    before: list[Stop] = version_stops(against) if against else []
    after = version_stops(version)
    changes = visit_changes(before, after)
    bundles = plan_bundles(before, after, changes) if against else []
    prices = base_prices_on(
        organisation=caller.organisation, region_id=version.plan.region_id, on=version.plan.on
    )
    signals = signals_kept(version.signal_set)
    money = plan_money(before, prices, signals) if against else None, plan_money(after, prices, signals)
    return answer(ChangesOut.of(caller, against, version, changes, bundles, money, language_asked()))


@router.get("/visits/{uuid:visit_id}/assignment", response=AssignmentOut)
def assignment_read(request: Request, visit_id: UUID, version: UUID) -> AssignmentOut:
    """Why a version sends whom it sends to a visit, and what others would cost; or why nobody, and what would let it
    in."""
    shown = version_get(request.auth, version)
    found = version_visit(shown, visit_id)
    return AssignmentOut.of(found, version_affinities(shown), language_asked())


@router.get("/tiles/communities/{int:zoom}/{int:x}/{int:y}")
def community_tile_read(request: Request, zoom: int, x: int, y: int) -> HttpResponse:
    """A vector tile of the communities one may see: layer `communities` with `id`, `name` and `name_en`."""
    try:
        tile = community_tile(request.auth, zoom, x, y)
    except ValueError as error:
        raise NotFound from error
    return HttpResponse(tile, content_type=TILE, headers={"Cache-Control": TILE_KEPT})
