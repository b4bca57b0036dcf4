"""Revisions as strong ETags (RFC 9110 §8.8.3): what was read, and what an edit was made on."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags

from api.errors import RevisionMissing
from api.openapi import header
from core.errors import Stale


def etag(revision: int) -> str:
    return f'"r{revision}"'


def revision_given(request: HttpRequest) -> int:
    """The one revision that If-Match names.

    Raises RevisionMissing without the header (or with `*`, which names none), Stale when it is no revision of ours:
    a weak tag never matches (RFC 9110 §13.1.1).
    """
    tags = parse_etags(request.headers.get("If-Match", ""))
    if not tags or tags == ["*"]:
        raise RevisionMissing
    match = re.fullmatch(r'"r(\d{1,9})"', tags[0]) if len(tags) == 1 else None
    if match is None:
        raise Stale
    return int(match[1])


def unless_known(request: HttpRequest, tag: str, build: Callable[[], HttpResponse]) -> HttpResponse:
    """What `build` answers, with the ETag; 304, and nothing built, when the client has it already."""
    known: HttpResponse | None = get_conditional_response(request, etag=tag)
    response = known or build()
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"  # keep it, and ask each time
    return response


if_match = header("If-Match", "The ETag that was read, as it came.", required=True)
if_none_match = header("If-None-Match", "The ETag of what is known already; 304 when it still holds.")
