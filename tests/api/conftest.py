"""A client as an outside program has it: a bearer token, JSON, and CSRF enforced as in production."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from communities.models import User
from communities.services.tokens import token_issue

ApiAs = Callable[..., "Api"]


class Api:
    """Calls under /api/v1 as one user."""

    def __init__(self, user: User | None = None, scopes: tuple[str, ...] = ("read", "write")) -> None:
        self.headers: dict[str, str] = {}
        self.client = Client(enforce_csrf_checks=True)
        if user is not None:
            _, secret = token_issue(
                user=user, name="test", scopes=scopes, expires_at=timezone.now() + timedelta(days=1)
            )
            self.headers["Authorization"] = f"Bearer {secret}"

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.call("GET", path, None, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """With a fresh Idempotency-Key unless one is given; `Idempotency_Key=""` sends none."""
        return self.call("POST", path, body, **({"Idempotency_Key": str(uuid.uuid4())} | headers))

    def call(self, method: str, path: str, body: Any, **headers: str) -> HttpResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items() if value}
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(
            method,
            path if path.startswith("/api/") else f"/api/v1{path}",
            data,
            content_type="application/json",
            headers=self.headers | named,
        )


@pytest.fixture(autouse=True)
def own_cache(settings: LazySettings) -> None:
    """Each test counts its own attempts, in the real cache."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid.uuid4().hex}}


@pytest.fixture
def anonymous(db: None) -> Api:
    return Api()


@pytest.fixture
def ada_api(ada: User) -> Api:
    return Api(ada)


@pytest.fixture
def dora_api(dora: User) -> Api:
    return Api(dora)
