"""From service to revenue: what the weeks say, and the goals of regions."""

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from api.answers import answer
from api.auth import Request
from api.etags import etag, if_match, revision_given
from api.idempotency import idempotent
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.revenue import GoalIn, GoalOut, GoalPatch, LagReadingOut
from communities.models import Goal
from communities.selectors.goals import goal_get, goal_list, lag_reading_list
from communities.services.goals import goal_change, goal_set

router = Router(tags=["Service and revenue"])


@router.get("/service-to-revenue", response=Page[LagReadingOut])
def lag_reading_index(request: Request, page: Query[PageQuery], region: UUID | None = None) -> HttpResponse:
    """What service goes with, weeks later, and what a point of CSAT is worth: the newest reading of each region."""
    readings = lag_reading_list(request.auth)
    if region:
        readings = readings.filter(region_id=region)
    return paged(request, readings, page, by="id", show=LagReadingOut.of)


@router.get("/goals", response=Page[GoalOut])
def goal_index(request: Request, page: Query[PageQuery], region: UUID | None = None) -> HttpResponse:
    """Goals with their progress of last night, oldest first; dropped ones left out."""
    goals = goal_list(request.auth)
    if region:
        goals = goals.filter(region_id=region)
    return paged(request, goals, page, by="id", show=GoalOut.of)


@router.post("/goals", response={201: GoalOut})
@idempotent
def goal_post(request: Request, body: GoalIn) -> HttpResponse:
    """Set a region a goal: a figure, how high, by when. One for each figure."""
    goal = goal_set(
        caller=request.auth,
        region_id=body.region,
        measure=body.measure,
        given=body.given(),
        today=_today(request),
    )
    return _shown(goal, 201)


@router.get("/goals/{uuid:goal_id}", response=GoalOut)
def goal_read(request: Request, goal_id: UUID) -> HttpResponse:
    """One goal. Its ETag is what an edit needs as If-Match."""
    return _shown(goal_get(request.auth, goal_id))


@router.patch("/goals/{uuid:goal_id}", response=GoalOut)
@if_match
def goal_patch(request: Request, goal_id: UUID, body: GoalPatch) -> HttpResponse:
    """Change a goal, or drop it. What it said before is kept."""
    goal = goal_change(
        caller=request.auth,
        goal_id=goal_id,
        given=body.given(),
        revision=revision_given(request),
        today=_today(request),
    )
    return _shown(goal)


def _today(request: Request) -> date:
    return timezone.now().astimezone(request.auth.organisation.zone).date()


def _shown(goal: Goal, status: int = 200) -> HttpResponse:
    return answer(GoalOut.of(goal), status, headers={"ETag": etag(goal.revision)})
