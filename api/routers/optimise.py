"""Problems in VROOM's format, or ours, solved while the caller waits. Nothing is kept."""

from importlib import resources
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from ninja import Query, Router

from api.answers import JSON
from api.auth import Request
from api.errors import BodyTooLarge
from api.optimising import refused_as_vroom_does, solved
from api.schemas.optimise import OptimiseOut, OptimiseQuery
from dispatch.errors import NotForYourRole

SCHEMA = resources.files("dispatch.solver").joinpath("exchange/schema.json")
router = Router(tags=["Optimise"])
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "VROOM's input (`jobs`, `vehicles`, `matrices`) with Linli's fields; `GET /optimise/schema`.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


@router.post("/optimise", response=OptimiseOut, openapi_extra=BODY)
def optimise_post(request: Request, query: Query[OptimiseQuery]) -> HttpResponse:
    """Solve a problem: VROOM's input in, VROOM's output out. For dispatchers and administrators.

    One at a time for an organisation (429). A wrong field is 422, named by its path as in `jobs[3].time_windows[0]`.
    Every refusal has VROOM's `code` and `error` too.
    """
    with refused_as_vroom_does():
        if not request.auth.runs_dispatch:
            raise NotForYourRole
        answer = solved(request.auth, _body(request), seconds=query.seconds, seed=query.seed)
    return HttpResponse(answer, content_type=JSON)


@router.get("/optimise/schema", response=dict[str, Any], auth=None)
def optimise_schema(request: Request) -> HttpResponse:
    """The JSON Schema (draft 2020-12) of what can be asked."""
    return HttpResponse(SCHEMA.read_bytes(), content_type=JSON)


def _body(request: Request) -> bytes:
    """The body, which may be larger than those of other operations: matrices are."""
    body = request.read(settings.OPTIMISE_BYTES + 1)
    if len(body) > settings.OPTIMISE_BYTES:
        raise BodyTooLarge(f"At most {settings.OPTIMISE_BYTES} bytes.")
    return body
