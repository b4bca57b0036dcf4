"""Every refusal as an RFC 9457 problem: `type` is stable and can be opened, `detail` says what to do."""

import inspect
import json
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from django.core.exceptions import BadRequest as DjangoBadRequest
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from psycopg.errors import ExclusionViolation, UniqueViolation
from redis.exceptions import RedisError

from api import errors
from core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound

log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"
BY_STATUS: dict[int, type[DomainError]] = {
    error.status: error
    for error in (
        errors.BadRequest,
        errors.Unauthenticated,
        Forbidden,
        NotFound,
        errors.MethodNotAllowed,
        Conflict,
        errors.BodyTooLarge,
        Invalid,
        errors.Failed,
        errors.Unavailable,
    )
}

# What the database refuses by itself, in words. Whoever gets here lost a race, or found a check we did not make.
CONSTRAINTS: dict[str, tuple[type[DomainError], str]] = {
    "request_once": (Conflict, "A request with this reference exists already."),
    "request_window_in_order": (Invalid, "The window must end after it begins."),
    "work_order_one_open_for_a_request": (Conflict, "The request has an open work order already."),
    "visit_technician_in_one_place": (Conflict, "The technician has another visit at that time."),
    "shift_one_a_day": (Conflict, "The technician has a shift that day already."),
    "shift_no_overlap": (Conflict, "The technician has another shift at that time."),
    "plan_one_run_at_a_time": (Conflict, "This region's day is being planned already."),
    "plan_version_number_once": (Conflict, "This region's day is being planned already."),
    "preview_one_run_at_a_time": (Conflict, "A policy is being tried for this region already."),
    "plan_one_published_version": (Conflict, "Another version was published at the same moment."),
    "plan_one_for_region_and_day": (Conflict, "This region's day is being planned already."),
    "membership_one_of_a_plan_at_a_site": (Conflict, "The customer has this plan at this site."),
    "maintenance_plan_one_of_a_code": (Conflict, "This plan is being replaced by another request."),
    "contact_can_be_reached": (Invalid, "A contact needs a phone number or an e-mail address."),
    "goal_one_of_a_measure": (Conflict, "The region has a goal for this figure: change that one."),
    "site_key_once": (Conflict, "This site is being registered by another request."),
    "customer_key_once": (Conflict, "This customer is being registered by another request."),
}


def problem(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The answer for `error`; its facts become extension members (RFC 9457 §3.2)."""
    content = {
        **error.facts,
        "type": f"/problems/{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "instance": request.path,
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    return HttpResponse(
        json.dumps(content, default=str, ensure_ascii=False),
        status=error.status,
        content_type=CONTENT_TYPE,
        headers=getattr(error, "headers", None),
    )


def install(api: NinjaAPI) -> None:
    """Make `api` answer every exception with a problem."""
    for exception, translate in TRANSLATIONS.items():
        api.add_exception_handler(exception, _handler(translate))


def _handler(translate: Callable[[Any], DomainError]) -> Callable[[HttpRequest, Any], HttpResponse]:
    def handle(request: HttpRequest, error: Any) -> HttpResponse:
        return problem(request, translate(error))

    return handle


def _itself(error: DomainError) -> DomainError:
    return error


def _validation(error: ValidationError) -> DomainError:
    found = [{"field": _field(item["loc"]), "message": item["msg"]} for item in error.errors]
    sentence = "; ".join(f"{item['field']}: {item['message']}" for item in found[:3])
    return Invalid(sentence, errors=found)


def _field(location: tuple[str | int, ...]) -> str:
    """What the client wrote: of ("body", "body", "site", "lon") the second is our parameter's name, the rest theirs."""
    source, *rest = location
    return ".".join(map(str, rest[1:] if source == "body" else rest)) or str(source)


def _http(error: HttpError) -> DomainError:
    return BY_STATUS.get(error.status_code, errors.BadRequest)(error.message)


def _constraint(error: IntegrityError) -> DomainError:
    cause = error.__cause__
    name = getattr(getattr(cause, "diag", None), "constraint_name", None) or ""
    if name in CONSTRAINTS:
        family, sentence = CONSTRAINTS[name]
        return family(sentence)
    if isinstance(cause, UniqueViolation | ExclusionViolation):
        return Conflict()
    return _unexpected(error)


def _data(error: DataError) -> DomainError:
    """A value that PostgreSQL cannot hold: a check of ours is missing, but it is the value that is wrong."""
    log.error("a value the database cannot hold", error=str(error))
    return Invalid("A value is too long, or out of range.")


def _too_large(error: Exception) -> DomainError:
    return errors.BodyTooLarge()


def _unavailable(error: Exception) -> DomainError:
    log.error("a service we need does not answer", error=str(error))
    return errors.Unavailable()


def _unexpected(error: Exception) -> DomainError:
    log.error("unexpected error", exc_info=error)
    return errors.Failed()


# The most derived class wins, so their order here does not matter.
TRANSLATIONS: dict[type[Exception], Callable[[Any], DomainError]] = {
    DomainError: _itself,
    ValidationError: _validation,
    AuthenticationError: lambda _: errors.Unauthenticated(),
    HttpError: _http,
    Http404: lambda _: NotFound(),
    RequestDataTooBig: _too_large,
    DjangoBadRequest: lambda _: errors.BadRequest(),
    IntegrityError: _constraint,
    DataError: _data,
    RawPostDataException: lambda _: errors.BadRequest("The body must be JSON."),
    OperationalError: _unavailable,
    RedisError: _unavailable,
    Exception: _unexpected,
}


class ProblemAnswers:
    """What Django itself answers under /api/ (no such address, wrong method, an error before the API) as problems."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        foreign = response.status_code >= 400 and response.headers.get("Content-Type") != CONTENT_TYPE
        if not (foreign and request.path.startswith("/api/")):
            return response
        answer = problem(request, BY_STATUS.get(response.status_code, errors.BadRequest)())
        answer.status_code = response.status_code
        if "Allow" in response.headers:
            answer["Allow"] = response["Allow"]
        return answer


def known() -> dict[str, type[DomainError]]:
    """Every kind of problem by its code."""
    return {error.code: error for error in _families(DomainError)}


def _families(base: type[DomainError]) -> Iterator[type[DomainError]]:
    for family in base.__subclasses__():
        yield from _families(family)
        yield family  # after its subclasses: one that inherits the code does not take its place


def problem_list(request: HttpRequest) -> HttpResponse:
    """All kinds of problem, for people and for machines."""
    kinds = sorted(known().items())
    return JsonResponse({"problems": [_described(code, error) for code, error in kinds]})


def problem_page(request: HttpRequest, code: str) -> HttpResponse:
    """What a problem's `type` leads to."""
    error = known().get(code)
    if error is None:
        return JsonResponse({"title": NotFound.title, "status": 404}, status=404, content_type=CONTENT_TYPE)
    return JsonResponse(_described(code, error))


def _described(code: str, error: type[DomainError]) -> dict[str, str | int]:
    return {
        "type": f"/problems/{code}",
        "title": error.title,
        "status": error.status,
        "meaning": (inspect.getdoc(error) if error.__doc__ else None) or error.title,
    }
