"""Service requests, taken one at a time, and the work orders that come of them."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from api.answers import answer
from api.auth import Request
from api.idempotency import idempotent
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.histories import HistoryOut, MessageIn, MessageOut
from api.schemas.requests import CancelIn, PauseIn, ReopenIn, RequestIn, RequestOut, WorkOrderOut
from dispatch.explanations import language_asked
from dispatch.selectors.histories import history_get
from dispatch.selectors.requests import request_get, request_list, work_order_get
from dispatch.services.clocks import request_pause, request_resume
from dispatch.services.messages import message_write
from dispatch.services.reopening import visit_reopen
from dispatch.services.requests import request_cancel, request_create
from dispatch.states import RequestState

router = Router(tags=["Requests"])


@router.post("/requests", response={201: RequestOut})
@idempotent
def request_post(request: Request, body: RequestIn) -> HttpResponse:
    """Take a request. Its point, or its address, finds the community; a site without one says why."""
    asked = request_create(caller=request.auth, given=body.given(), now=timezone.now())
    shown = RequestOut.of(request_get(request.auth, asked.pk))
    return answer(shown, 201, {"Location": f"{request.path}/{asked.pk}"})


@router.get("/requests", response=Page[RequestOut])
def request_index(
    request: Request,
    page: Query[PageQuery],
    state: RequestState | None = None,
    community: UUID | None = None,
) -> HttpResponse:
    """Requests one may see, newest first."""
    asked = request_list(request.auth)
    if state:
        asked = asked.filter(state=state)
    if community:
        asked = asked.filter(site__community_id=community)
    return paged(request, asked, page, by="-requested_at", show=RequestOut.of)


@router.get("/requests/{uuid:request_id}", response=RequestOut)
def request_read(request: Request, request_id: UUID) -> RequestOut:
    return RequestOut.of(request_get(request.auth, request_id))


@router.post("/requests/{uuid:request_id}/cancel", response=RequestOut)
def request_cancel_post(request: Request, request_id: UUID, body: CancelIn) -> RequestOut:
    """Cancel a request with its open work order. Again is refused (409), and does no harm."""
    return RequestOut.of(
        request_cancel(caller=request.auth, request_id=request_id, reason=body.reason, now=timezone.now())
    )


@router.get("/requests/{uuid:request_id}/history", response=HistoryOut)
def history_read(request: Request, request_id: UUID) -> HistoryOut:
    """What was before: the customer's newest visits and what they said of them, open recoveries, and our messages."""
    history = history_get(request.auth, request_id)
    return HistoryOut.of(history, request.auth.organisation.zone, language_asked())


@router.post("/requests/{uuid:request_id}/messages", response={201: MessageOut})
@idempotent
def message_post(request: Request, request_id: UUID, body: MessageIn) -> HttpResponse:
    """Write to the customer: a letter to the contact who agreed to messages. 409 where there is none."""
    message = message_write(caller=request.auth, request_id=request_id, text=body.text, now=timezone.now())
    return answer(MessageOut.of(message, request.auth.organisation.zone), 201)


@router.post("/requests/{uuid:request_id}/pause", response=RequestOut)
def request_pause_post(request: Request, request_id: UUID, body: PauseIn) -> RequestOut:
    """Stop a request's clocks: it waits for the customer, or for parts. Nobody is sent meanwhile. Again is 409."""
    return RequestOut.of(
        request_pause(caller=request.auth, request_id=request_id, reason=body.reason, now=timezone.now())
    )


@router.post("/requests/{uuid:request_id}/resume", response=RequestOut)
def request_resume_post(request: Request, request_id: UUID) -> RequestOut:
    """Let the clocks go on: both targets move on by as long as it waited. Again is 409."""
    return RequestOut.of(request_resume(caller=request.auth, request_id=request_id, now=timezone.now()))


@router.post("/visits/{uuid:visit_id}/reopen", response={201: RequestOut})
@idempotent
def visit_reopen_post(request: Request, visit_id: UUID, body: ReopenIn) -> HttpResponse:
    """The fault of a completed visit came back: make another request, accepted, with a visit to be planned."""
    asked = visit_reopen(caller=request.auth, visit_id=visit_id, reason=body.reason, now=timezone.now())
    shown = RequestOut.of(request_get(request.auth, asked.pk))
    return answer(shown, 201, {"Location": request.path.split("/visits/")[0] + f"/requests/{asked.pk}"})


@router.get("/work-orders/{uuid:work_order_id}", response=WorkOrderOut)
def work_order_read(request: Request, work_order_id: UUID) -> WorkOrderOut:
    """A work order with its visits."""
    return WorkOrderOut.of(work_order_get(request.auth, work_order_id))
