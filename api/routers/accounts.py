"""Signing in, tokens, and who one is."""

from datetime import timedelta
from uuid import UUID

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from ninja import Query, Router

from api.answers import SECRET, answer
from api.auth import Request, same_site, session
from api.errors import SignInRefused
from api.limits import attempt, client_address
from api.paging import paged
from api.schemas.accounts import MeOut, SessionIn, SessionOut, TokenIn, TokenMade, TokenOut
from api.schemas.base import Page, PageQuery
from communities.access import caller_of
from communities.selectors.people import token_list
from communities.services.tokens import token_issue, token_revoke

router = Router(tags=["Accounts"])

WINDOW_S = 300
MOST_FOR_AN_ACCOUNT = 10
MOST_FROM_AN_ADDRESS = 100  # an office behind one address signs in too


@router.get("/session", auth=None, response=SessionOut)
def session_get(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and the CSRF token (its cookie comes along)."""
    return _session(request)


@router.post("/session", auth=same_site, response=SessionOut)
def session_post(request: HttpRequest, body: SessionIn) -> HttpResponse:
    """Sign in. Ten attempts for an account in five minutes, a hundred from an address; then 429."""
    attempt("sign-in-from", client_address(request), most=MOST_FROM_AN_ADDRESS, window_s=WINDOW_S)
    attempt("sign-in", body.username.casefold(), most=MOST_FOR_AN_ACCOUNT, window_s=WINDOW_S)
    user = auth.authenticate(request, username=body.username, password=body.password)
    if user is None or caller_of(user) is None:
        raise SignInRefused
    auth.login(request, user)
    return _session(request)


@router.delete("/session", auth=session, response={204: None})
def session_delete(request: Request) -> HttpResponse:
    """Sign out."""
    auth.logout(request)
    return HttpResponse(status=204)


@router.get("/me", response=MeOut)
def me_get(request: Request) -> MeOut:
    return MeOut.of(request.auth)


@router.get("/tokens", response=Page[TokenOut])
def token_index(request: Request, page: Query[PageQuery]) -> HttpResponse:
    """One's own tokens; an administrator sees everybody's."""
    return paged(request, token_list(request.auth), page, by="-id", show=TokenOut.of)


@router.post("/tokens", auth=session, response={201: TokenMade})
def token_post(request: Request, body: TokenIn) -> HttpResponse:
    """Make a token. Only in a session: a token cannot prolong itself. Its secret is shown this once.

    No Idempotency-Key here, for a kept answer would be a kept secret: after a lost answer, revoke and make another.
    """
    token, secret = token_issue(
        user=request.auth.user,
        name=body.name,
        scopes=body.scopes,
        expires_at=timezone.now() + timedelta(days=body.days),
    )
    return answer(TokenMade(token=TokenOut.of(token), secret=secret), 201, SECRET)


@router.delete("/tokens/{uuid:token_id}", response={204: None})
def token_delete(request: Request, token_id: UUID) -> HttpResponse:
    """Revoke a token."""
    token_revoke(caller=request.auth, token_id=token_id, now=timezone.now())
    return HttpResponse(status=204)


def _session(request: HttpRequest) -> HttpResponse:
    username = request.user.get_username() if request.user.is_authenticated else None
    body = SessionOut(csrf_token=get_token(request), username=username)
    return answer(body, headers=SECRET)
