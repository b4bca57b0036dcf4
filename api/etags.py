"""Revisions as ETags (RFC 9110 §8.8.3): what was read, and what an edit was made on."""

import re

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

    A weak tag names one too, although RFC 9110 §13.1.1 compares strongly: compressing an answer, here or at a proxy,
    makes its tag weak, and what ours stands for is what was read, not the bytes it came in.

    Raises RevisionMissing without the header (or with `*`, which names none), Stale when it is no revision of ours.
    """
    tags = parse_etags(request.headers.get("If-Match", ""))
    if not tags or tags == ["*"]:
        raise RevisionMissing
    match = re.fullmatch(r'(?:W/)?"r(\d{1,9})"', tags[0]) if len(tags) == 1 else None
    if match is None:
        raise Stale
    return int(match[1])


def not_modified(request: HttpRequest, tag: str) -> HttpResponse | None:
    """304 when the client has what `tag` stands for."""
    known: HttpResponse | None = get_conditional_response(request, etag=tag)
    return tagged(known, tag) if known else None


def tagged(response: HttpResponse, tag: str) -> HttpResponse:
    """`response` with its ETag, to be kept by the client and asked for each time."""
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


if_match = header("If-Match", "The ETag that was read, as it came.", required=True)
if_none_match = header("If-None-Match", "The ETag of what is known already; 304 when it still holds.")
