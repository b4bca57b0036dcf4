"""A web process that has loaded what it needs, and lets the collector of garbage leave that alone."""

import gc

from django.urls import get_resolver


def settle() -> None:
    """Load all routes with what they import, and freeze it.

    Otherwise the first request loads half of the application, and each full collection goes through it again: a
    twentieth of a second in the middle of somebody's request.
    """
    get_resolver().url_patterns  # noqa: B018 - reading it loads them
    gc.collect()
    gc.freeze()
