"""The application with one address more: /bare returns the bytes of a file, behind the same middleware."""

import os
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.wsgi import application

BODY = Path(os.environ["LINLI_BENCH_BODY"]).read_bytes()


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY, content_type="application/json; charset=utf-8")


def _add() -> None:
    from config import urls  # only now that the application is set up

    urls.urlpatterns.insert(0, path("bare", bare))


_add()
__all__ = ["application"]
