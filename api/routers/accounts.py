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
from api.paging import paged
from api.schemas.accounts import MeIn, MeOut, SessionIn, SessionOut, TokenIn, TokenMade, TokenOut
from api.schemas.base import Page, PageQuery
from api.signing_in import sign_in
from communities.selectors.people import token_list
from communities.services.people import letters_set
from communities.services.tokens import token_issue, token_revoke

router = Router(tags=["Accounts"])


@router.get("/session", auth=None, response=SessionOut)
def session_get(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and the CSRF token (its cookie comes along)."""
    return _session(request)


@router.post("/session", auth=same_site, response=SessionOut)
def session_post(request: HttpRequest, body: SessionIn) -> HttpResponse:
    """Sign in. Ten attempts for an account in five minutes, a hundred from an address, five codes; then 429."""
    sign_in(request, username=body.username, password=body.password, code=body.code)
    return _session(request)


@router.delete("/session", auth=session, response={204: None})
def session_delete(request: Request) -> HttpResponse:
    """Sign out."""
    auth.logout(request)
    return HttpResponse(status=204)


@router.get("/me", response=MeOut)
def me_get(request: Request) -> MeOut:
    return MeOut.of(request.auth)


@router.patch("/me", response=MeOut)
def me_patch(request: Request, body: MeIn) -> MeOut:
    """Say where one's letters go, in which language, and whether the weekly one does."""
    letters_set(user=request.auth.user, **body.model_dump())
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
