"""The technician's day: the schedule, the steps of a visit."""

import contextlib
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from redis import RedisError

from api.answers import JSON, answer
from api.auth import Request
from api.etags import etag, if_match, if_none_match, not_modified, revision_given, tagged
from api.idempotency import idempotent
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.days import DaysQuery
from api.schemas.visits import (
    CompleteIn,
    NotCompleteIn,
    NotesIn,
    ScheduleOut,
    StepIn,
    VisitDetail,
    VisitOut,
)
from communities.access import Caller
from dispatch.errors import NotForYourRole
from dispatch.models import Visit
from dispatch.selectors.visits import schedule, schedule_tag, visit_get, visit_list
from dispatch.services.execution import (
    visit_annotate,
    visit_arrive,
    visit_complete,
    visit_en_route,
    visit_not_complete,
    visit_start,
)
from dispatch.states import VisitState

router = Router(tags=["Technician"])

NOW = StepIn()
KEPT_S = 300  # a schedule's answer: names of customers and places may be that old in it


@router.get("/schedule", response=ScheduleOut)
@if_none_match
def schedule_get(request: Request, days: Query[DaysQuery]) -> HttpResponse:
    """One's own visits, in the order they are driven. Others look at /visits."""
    if not request.auth.is_technician:
        raise NotForYourRole("Only technicians have a schedule; GET /visits lists everybody's.")
    # The slot bounds how old the names of customers and places may be, which the tag does not cover.
    tag = f"{schedule_tag(request.auth, days.first, days.last)}-{int(time.time() // KEPT_S)}"
    known = not_modified(request, f'"{tag}"')
    return known or tagged(_schedule(request.auth, days, tag), f'"{tag}"')


def _schedule(caller: Caller, days: DaysQuery, tag: str) -> HttpResponse:
    """The answer, kept for a while under its tag: telephones ask for the same schedule all day."""
    key = f"schedule:{caller.user.pk}:{days.first}:{days.last}:{tag}"
    body: bytes | None = None
    with contextlib.suppress(RedisError):  # without the cache the answer is only slower
        body = cache.get(key)
    if body is None:
        visits = schedule(caller, days.first, days.last)
        body = ScheduleOut(items=[VisitOut.of(visit) for visit in visits]).model_dump_json().encode()
        with contextlib.suppress(RedisError):
            cache.set(key, body, KEPT_S)
    return HttpResponse(body, content_type=JSON)


@router.get("/visits", response=Page[VisitOut])
def visit_index(
    request: Request,
    page: Query[PageQuery],
    state: VisitState | None = None,
    community: UUID | None = None,
) -> HttpResponse:
    """Visits one may see, newest first."""
    visits = visit_list(request.auth)
    if state:
        visits = visits.filter(state=state)
    if community:
        visits = visits.filter(site__community_id=community)
    return paged(request, visits, page, by="-id", show=VisitOut.of)


@router.get("/visits/{uuid:visit_id}", response=VisitDetail)
def visit_read(request: Request, visit_id: UUID) -> HttpResponse:
    """A visit, with the people to ask for. Its ETag is what an edit needs as If-Match."""
    visit = visit_get(request.auth, visit_id)
    return answer(VisitDetail.of(visit), headers={"ETag": etag(visit.revision)})


@router.patch("/visits/{uuid:visit_id}", response=VisitOut)
@if_match
def visit_patch(request: Request, visit_id: UUID, body: NotesIn) -> HttpResponse:
    """Replace the notes."""
    revision = revision_given(request)
    return _shown(visit_annotate(caller=request.auth, visit_id=visit_id, notes=body.notes, revision=revision))


@router.post("/visits/{uuid:visit_id}/en-route", response=VisitOut)
@idempotent
def visit_en_route_post(request: Request, visit_id: UUID, body: StepIn = NOW) -> HttpResponse:
    """Set off."""
    return _step(visit_en_route, request, visit_id, body)


@router.post("/visits/{uuid:visit_id}/arrive", response=VisitOut)
@idempotent
def visit_arrive_post(request: Request, visit_id: UUID, body: StepIn = NOW) -> HttpResponse:
    """Be there."""
    return _step(visit_arrive, request, visit_id, body)


@router.post("/visits/{uuid:visit_id}/start", response=VisitOut)
@idempotent
def visit_start_post(request: Request, visit_id: UUID, body: StepIn = NOW) -> HttpResponse:
    """Begin the work."""
    return _step(visit_start, request, visit_id, body)


@router.post("/visits/{uuid:visit_id}/complete", response=VisitOut)
@idempotent
def visit_complete_post(
    request: Request,
    visit_id: UUID,
    body: CompleteIn = CompleteIn(),  # noqa: B008 - frozen in effect
) -> HttpResponse:
    """Done: the work order is closed and its invoice follows."""
    return _step(visit_complete, request, visit_id, body, notes=body.notes)


@router.post("/visits/{uuid:visit_id}/could-not-complete", response=VisitOut)
@idempotent
def visit_not_complete_post(request: Request, visit_id: UUID, body: NotCompleteIn) -> HttpResponse:
    """Not done, and why: the work order gets another visit."""
    return _step(visit_not_complete, request, visit_id, body, reason=body.reason)


def _step(
    service: Callable[..., Visit], request: Request, visit_id: UUID, body: StepIn, **more: Any
) -> HttpResponse:
    now = timezone.now()
    return _shown(
        service(caller=request.auth, visit_id=visit_id, happened_at=body.happened_at or now, now=now, **more)
    )


def _shown(visit: Visit) -> HttpResponse:
    return answer(VisitOut.of(visit), headers={"ETag": etag(visit.revision)})
