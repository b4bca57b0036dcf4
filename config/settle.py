"""A web process that has loaded what it needs, and lets the collector of garbage leave that alone."""

import gc

from django.urls import get_resolver

SELDOM = (50_000, 20, 50)
"""So many more objects until the young are looked through, and so many times that until their elders are. Nearly all
that a request makes is gone with it, without the collector: the slowest trials of a drag come a tenth sooner (p95)."""


def settle() -> None:
    """Load all routes with what they import, and freeze it; then collect seldom.

    Otherwise the first request loads half of the application, and each full collection goes through it again: a
    twentieth of a second in the middle of somebody's request.
    """
    get_resolver().url_patterns  # noqa: B018 - reading it loads them
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)
