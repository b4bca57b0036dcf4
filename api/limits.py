"""Attempts counted in the cache, atomically, in fixed windows of time."""

import hashlib
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from api.errors import RateLimited


def attempt(what: str, who: str, *, most: int, window_s: int) -> None:
    """Count one attempt of `who`. Raises RateLimited after `most` of them in a window of `window_s` seconds."""
    now = time.time()
    slot = int(now // window_s)
    key = _cache_key(what, who, slot)
    cache.add(key, 0, timeout=2 * window_s)  # outlives its window, so that the count below finds it
    if cache.incr(key) > most:
        raise RateLimited(retry_after_s=max(1, round((slot + 1) * window_s - now)))


def client_address(request: HttpRequest) -> str:
    """Where the request comes from. Behind our proxy that is the last entry of X-Forwarded-For, which the proxy
    wrote; the entries before it are the client's own words."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded
    return str(request.META.get("REMOTE_ADDR", ""))


def _cache_key(what: str, who: str, slot: int) -> str:
    """Hashed: names and addresses do not belong into a cache's keys, nor do characters it cannot take."""
    return f"attempts:{what}:{hashlib.sha256(who.encode()).hexdigest()[:32]}:{slot}"
