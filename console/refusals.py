"""Pages in the place of one that cannot be shown, outside the API: what happened, and what to do next.

None of them asks the database or needs a session, which may be what is broken.
"""

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from console.customer.pages import gone, page
from console.office.pages import language_here


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that leads nowhere."""
    return gone(request)


def failed(request: HttpRequest) -> HttpResponse:
    """A mistake of ours; its number is that of the log's lines."""
    number = structlog.contextvars.get_contextvars().get("request_id", "")
    return _refusal(request, "failed", 500, number=number)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing that a browser sends by itself; too much of it, or cut off on the way."""
    return _refusal(request, "unreadable", 400)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is not that of the browser's cookie, with a way back to its page."""
    former = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(former, {request.get_host()})
    return _refusal(request, "stale", 403, former=former if is_ours else None)


def _refusal(request: HttpRequest, kind: str, status: int, **told: str | None) -> HttpResponse:
    language = language_here(request, settings.LANGUAGE_CODE)
    return page(request, "refusal.html", {"kind": kind, **told}, language=language, status=status)
