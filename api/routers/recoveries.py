"""Recoveries: visits that are made good."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from api.auth import Request
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.recoveries import RecoveryOut
from api.schemas.requests import CancelIn
from dispatch.selectors.recoveries import recovery_list
from dispatch.services.recoveries import recovery_charge, recovery_drop
from dispatch.states import RECOVERY_LIVE, RecoveryState

router = Router(tags=["Recoveries"])


@router.get("/recoveries", response=Page[RecoveryOut])
def recovery_index(
    request: Request, page: Query[PageQuery], state: RecoveryState | None = None
) -> HttpResponse:
    """Recoveries one may see, those due first first: the open and planned ones unless another `state` is asked for."""
    states = [state] if state else RECOVERY_LIVE
    found = recovery_list(request.auth).filter(state__in=states)
    return paged(request, found, page, by="due_at", show=RecoveryOut.of)


@router.post("/recoveries/{uuid:recovery_id}/drop", response=RecoveryOut)
def recovery_drop_post(request: Request, recovery_id: UUID, body: CancelIn) -> RecoveryOut:
    """Give a recovery up, with its request and visit. Again is refused (409), and does no harm."""
    dropped = recovery_drop(
        caller=request.auth, recovery_id=recovery_id, reason=body.reason, now=timezone.now()
    )
    return RecoveryOut.of(dropped)


@router.post("/recoveries/{uuid:recovery_id}/charge", response=RecoveryOut)
def recovery_charge_post(request: Request, recovery_id: UUID) -> RecoveryOut:
    """Let the customer pay for it as for any other visit. Again changes nothing."""
    return RecoveryOut.of(recovery_charge(caller=request.auth, recovery_id=recovery_id))
