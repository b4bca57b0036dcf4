"""Calling other companies' servers."""

import ssl
from functools import cache

import httpx

TIMEOUT_S = 10


@cache
def certificates() -> ssl.SSLContext:
    """Whom we trust, read once for the process: httpx reads them for every call, which takes a tenth of a second."""
    return httpx.create_ssl_context()
