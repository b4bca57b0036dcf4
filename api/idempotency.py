"""Idempotency-Key: a POST that is sent again answers again, and does not act again.

After draft-ietf-httpapi-idempotency-key-header. The answer is kept in the transaction of the effect, so a crash
undoes both; a refusal keeps nothing, so that the same key may be tried again.
"""

import functools
import hashlib
import re
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone

from api.auth import Request
from api.errors import BadRequest, KeyInFlight, KeyMissing, KeyReused
from api.models import IdempotencyRecord
from api.openapi import header

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponse]

# The draft's quoted string (RFC 9651 §3.3.3, without escapes), or the bare token that most clients send.
KEY = re.compile(r'"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x5b\x5d-\x7e]{1,255})')
KEPT_HEADERS = ("Content-Type", "ETag", "Location")


def idempotent(view: View[P]) -> View[P]:
    """Let `view` act once for a key: replay its answer when asked again.

    Raises KeyMissing, BadRequest (the header is malformed), KeyReused (other body or address), KeyInFlight.
    """

    @functools.wraps(view)
    def once(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        key = _key(request)
        fingerprint = _fingerprint(request)
        with transaction.atomic():
            _claim(request, key)
            record = IdempotencyRecord.objects.filter(user=request.auth.user, key=key).first()
            if record is not None:
                return _replay(record, fingerprint)
            response = view(request, *args, **kwargs)
            _keep(request, key, fingerprint, response)
        return response

    return header("Idempotency-Key", "A fresh UUID for each action, the same for a retry.", required=True)(
        once
    )


def _key(request: Request) -> str:
    given = request.headers.get("Idempotency-Key", "")
    if not given:
        raise KeyMissing
    match = KEY.fullmatch(given)
    if match is None:
        raise BadRequest("An Idempotency-Key has 1 to 255 printable ASCII characters.")
    return match[1] or match[2]


def _fingerprint(request: Request) -> str:
    call = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    return hashlib.sha256(call).hexdigest()


def claim_number(user_id: UUID, key: str) -> int:
    """The advisory lock of (caller, key): 64 bits of a digest, so that two keys hardly ever share one."""
    name = hashlib.sha256(f"idempotency {user_id} {key}".encode()).digest()
    return int.from_bytes(name[:8], signed=True, byteorder="big")


def _claim(request: Request, key: str) -> None:
    """Hold (caller, key) until the transaction ends. Whoever comes meanwhile is told at once, and need not wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [claim_number(request.auth.user.pk, key)])
        if not cursor.fetchone()[0]:
            raise KeyInFlight


def _replay(record: IdempotencyRecord, fingerprint: str) -> HttpResponse:
    if record.fingerprint != fingerprint:
        raise KeyReused
    headers: dict[str, Any] = {**record.headers, "Idempotency-Replayed": "true"}
    return HttpResponse(bytes(record.content or b""), status=record.status, headers=headers)


def _keep(request: Request, key: str, fingerprint: str, response: HttpResponse) -> None:
    headers = {name: response[name] for name in KEPT_HEADERS if name in response.headers}
    IdempotencyRecord.objects.create(
        user=request.auth.user,
        key=key,
        fingerprint=fingerprint,
        status=response.status_code,
        content=response.content,
        headers=headers,
        created_at=timezone.now(),
    )
