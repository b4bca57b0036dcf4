"""A problem solved while its caller waits, in a process of its own.

Why a process, and not the planner's queue: an answer is wanted on the same connection, nothing is to be stored, and
the web process must stay small and quick. The child brings the search's libraries with it and takes them away
again, may be killed whatever it is doing, has a limit of memory, stands back behind those who answer people, and
gets no secret: of our environment only what Python itself needs. It costs about two seconds to start. The waiting
holds a thread of the web server, so only a few are admitted at once, and one for each organisation; the places are
counted in the cache, where they expire by themselves should the web process die.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache

from api.errors import BadRequest, BodyTooLarge, Failed, OptimiseBusy, OptimiseOverran, Unavailable
from communities.access import Caller
from core.errors import DomainError, Invalid

log = structlog.get_logger(__name__)

GRACE_S = 30.0
"""Beside the search: starting, reading, checking, giving reasons."""

KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "PYTHONPATH", "PYTHONWARNINGS", "VIRTUAL_ENV")
REFUSALS: Mapping[int, type[DomainError]] = {3: Invalid, 4: BadRequest, 5: BodyTooLarge}
"""By the exit code of `python -m dispatch.solver.exchange`."""


def solved(caller: Caller, body: bytes, *, seconds: float, seed: int) -> bytes:
    """The answer to the problem in `body`, after `seconds` of search.

    Raises:
        Invalid, BadRequest, BodyTooLarge: the problem is wrong, no JSON, or too large; `errors` names each field.
        OptimiseBusy: the organisation has a problem being solved. Unavailable: all places are taken.
        OptimiseOverran: no answer in time. Failed: the planner ended without one.
    """
    with _place(caller, seconds + GRACE_S + 5):
        try:
            child = subprocess.run(
                _command(seconds, seed),
                input=body,
                capture_output=True,
                timeout=seconds + GRACE_S,
                cwd=settings.ROOT,
                env={name: os.environ[name] for name in KEPT if name in os.environ},
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            log.warning("the planner overran", seconds=seconds, size=len(body))
            raise OptimiseOverran from error
    if child.returncode == 0:
        return child.stdout
    raise _refusal(child)


def _command(seconds: float, seed: int) -> list[str]:
    limits = ["--seconds", str(seconds), "--seed", str(seed), "--most", str(settings.OPTIMISE_CELLS)]
    return [sys.executable, "-m", "dispatch.solver.exchange", *limits]


def _refusal(child: subprocess.CompletedProcess[bytes]) -> DomainError:
    family = REFUSALS.get(child.returncode)
    if family is None:
        log.error(
            "the planner failed", code=child.returncode, words=child.stderr[-4000:].decode(errors="replace")
        )
        return Failed()
    objections: list[dict[str, Any]] = json.loads(child.stdout)
    sentence = "; ".join(f"{one['field']}: {one['message']}" for one in objections[:3])
    return family(sentence, errors=objections)


@contextmanager
def refused_as_vroom_does() -> Iterator[None]:
    """Give every refusal `code` and `error` beside its own members: what VROOM's clients look for.

    1 is an error of ours, 2 of the input; 4 is vroom-express's word for what is too large.
    """
    try:
        yield
    except DomainError as error:
        code = 4 if error.status == BodyTooLarge.status else 2 if error.status < 500 else 1
        error.facts |= {"code": code, "error": error.detail}
        raise


@contextmanager
def _place(caller: Caller, most_s: float) -> Iterator[None]:
    """One of the places, for the `with` block and at most `most_s` seconds."""
    own = f"optimise:{caller.organisation.pk}"
    if not cache.add(own, 1, timeout=most_s):
        raise OptimiseBusy(retry_after_s=5)
    try:
        places = (f"optimise:place:{number}" for number in range(settings.OPTIMISE_PLACES))
        place = next((name for name in places if cache.add(name, 1, timeout=most_s)), None)
        if place is None:
            raise Unavailable("All places of the planner are taken. Try again in a moment.")
        try:
            yield
        finally:
            cache.delete(place)
    finally:
        cache.delete(own)
