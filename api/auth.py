"""Who is calling: a bearer token, or the session of somebody who signed in. Both make a Caller."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from api.errors import CsrfFailed, ScopeMissing, Unauthenticated
from communities.access import Caller, caller_of
from communities.models import ApiToken
from communities.selectors.people import token_of
from communities.services.tokens import token_used

SAFE = {"GET", "HEAD", "OPTIONS"}


class Request(HttpRequest):
    """A request that came through authentication."""

    auth: Caller


class Bearer(HttpBearer):
    """`Authorization: Bearer linli_…`: reading needs the scope `read`, anything else `write`."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """The token's owner. A wrong token is refused, even beside a valid session: raises Unauthenticated."""
        now = timezone.now()
        found = token_of(token, now)
        caller = caller_of(found.user) if found and found.user.is_active else None
        if found is None or caller is None:
            raise Unauthenticated
        needed = ApiToken.Scope.READ if request.method in SAFE else ApiToken.Scope.WRITE
        if needed not in found.scopes:
            raise ScopeMissing(f"This needs the scope {needed}.")
        _note_use(found, now)
        return caller


class Session(APIKeyCookie):
    """The session cookie. CSRF is checked here, for ninja's views are exempt from Django's middleware."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Caller | None:
        """Raises CsrfFailed. Without a session there is nothing to forge: then it is simply not signed in."""
        caller = caller_of(request.user) if request.user.is_authenticated else None
        if caller is not None:
            same_site(request)
        return caller

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        return self(request)


def same_site(request: HttpRequest) -> bool:
    """Guard an operation that has no caller yet, such as signing in. Raises CsrfFailed."""
    if check_csrf(request) is not None:
        raise CsrfFailed
    return True


def _note_use(token: ApiToken, now: datetime) -> None:
    """At most one write a minute, so that reading stays reading."""
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() >= 60:
        token_used(token=token, now=now)


bearer = Bearer()
session = Session()
