"""Event endpoints: where other systems are told what happens here. For administrators."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from api.answers import SECRET, answer
from api.auth import Request
from api.etags import etag, if_match, revision_given
from api.events import endpoints
from api.events.endpoints import EndpointGiven
from api.models import DeliveryState, EventEndpoint
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.events import DeliveryOut, EndpointIn, EndpointMade, EndpointOut, EndpointPatch

router = Router(tags=["Events"])


@router.post("/event-endpoints", response={201: EndpointMade})
def endpoint_post(request: Request, body: EndpointIn) -> HttpResponse:
    """Have events sent to an address. The secret that signs them is shown this once.

    No Idempotency-Key here, for a kept answer would be a kept secret: after a lost answer, delete and make another.
    """
    endpoint, secret = endpoints.endpoint_create(
        caller=request.auth, url=body.url, description=body.description, topics=body.topics
    )
    return _made(endpoint, secret, 201, {"Location": f"{request.path}/{endpoint.pk}"})


@router.get("/event-endpoints", response=Page[EndpointOut])
def endpoint_index(request: Request, page: Query[PageQuery]) -> HttpResponse:
    """All endpoints, newest first."""
    return paged(request, endpoints.endpoint_list(request.auth), page, by="-id", show=EndpointOut.of)


@router.get("/event-endpoints/{uuid:endpoint_id}", response=EndpointOut)
def endpoint_read(request: Request, endpoint_id: UUID) -> HttpResponse:
    """One endpoint. Its ETag is what an edit needs as If-Match."""
    return _shown(endpoints.endpoint_get(request.auth, endpoint_id))


@router.patch("/event-endpoints/{uuid:endpoint_id}", response=EndpointOut)
@if_match
def endpoint_patch(request: Request, endpoint_id: UUID, body: EndpointPatch) -> HttpResponse:
    """Change, disable or enable it. While it is disabled no events are noted for it; those noted before wait."""
    given = EndpointGiven(
        url=body.url, description=body.description, topics=body.topics, enabled=body.enabled
    )
    endpoint = endpoints.endpoint_change(
        caller=request.auth,
        endpoint_id=endpoint_id,
        given=given,
        revision=revision_given(request),
        now=timezone.now(),
    )
    return _shown(endpoint)


@router.delete("/event-endpoints/{uuid:endpoint_id}", response={204: None})
def endpoint_delete(request: Request, endpoint_id: UUID) -> HttpResponse:
    """Forget it, with what was sent there."""
    endpoints.endpoint_delete(caller=request.auth, endpoint_id=endpoint_id)
    return HttpResponse(status=204)


@router.post("/event-endpoints/{uuid:endpoint_id}/rotate", response=EndpointMade)
def endpoint_rotate_post(request: Request, endpoint_id: UUID) -> HttpResponse:
    """Make a new secret, shown this once. For 24 hours the one before it signs as well.

    No Idempotency-Key here: after a lost answer, rotate again; the last three of a day all sign.
    """
    endpoint, secret = endpoints.endpoint_rotate(
        caller=request.auth, endpoint_id=endpoint_id, now=timezone.now()
    )
    return _made(endpoint, secret, 200, {})


@router.post("/event-endpoints/{uuid:endpoint_id}/test", response={202: DeliveryOut})
def endpoint_test_post(request: Request, endpoint_id: UUID) -> HttpResponse:
    """Send it the event `ping`; its deliveries show what became of it."""
    delivery = endpoints.endpoint_ping(caller=request.auth, endpoint_id=endpoint_id, now=timezone.now())
    return answer(DeliveryOut.of(delivery), 202)


@router.get("/event-endpoints/{uuid:endpoint_id}/deliveries", response=Page[DeliveryOut])
def delivery_index(
    request: Request, endpoint_id: UUID, page: Query[PageQuery], state: DeliveryState | None = None
) -> HttpResponse:
    """What was sent there in the last thirty days, or is on its way, newest first."""
    deliveries = endpoints.delivery_list(request.auth, endpoint_id)
    if state:
        deliveries = deliveries.filter(state=state)
    return paged(request, deliveries, page, by="-id", show=DeliveryOut.of)


@router.post("/event-deliveries/{uuid:delivery_id}/again", response={202: DeliveryOut})
def delivery_again_post(request: Request, delivery_id: UUID) -> HttpResponse:
    """Send an event once more, with the id it had."""
    delivery = endpoints.delivery_again(caller=request.auth, delivery_id=delivery_id, now=timezone.now())
    return answer(DeliveryOut.of(delivery), 202)


def _shown(endpoint: EventEndpoint) -> HttpResponse:
    return answer(EndpointOut.of(endpoint), headers={"ETag": etag(endpoint.revision)})


def _made(endpoint: EventEndpoint, secret: str, status: int, headers: dict[str, str]) -> HttpResponse:
    tag = {"ETag": etag(endpoint.revision)}
    return answer(
        EndpointMade(endpoint=EndpointOut.of(endpoint), secret=secret), status, headers | tag | SECRET
    )
