"""One's own account: the password, one-time codes, and where one is signed in."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from django import forms
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from redis import RedisError

from api.errors import RateLimited, SignInRefused
from api.signing_in import has_codes, password_prove
from communities.access import Caller
from communities.errors import AuthenticatorPresent, CodeRefused, CodesRequired, PasswordWeak
from communities.models import Session, User
from communities.selectors.people import session_list
from communities.services.codes import (
    authenticator_add,
    authenticator_remove,
    codes_required,
    recovery_codes_renew,
)
from communities.services.passwords import password_change
from communities.services.sessions import session_end, sessions_end
from console.office.devices import Device, device_of
from console.office.enrolling import enrolment, recovery_codes_page, set_up_id
from console.office.pages import View, language_here, office_page, signed_in
from console.office.sign_in import refused
from core.links import digest

Page = Callable[..., HttpResponse]


class PasswordForm(forms.Form):
    """What somebody does who is asked for the password once more."""

    password = forms.CharField(max_length=1000, strip=False)


class NewPasswordForm(PasswordForm):
    new = forms.CharField(max_length=1000, strip=False)


class SetUpForm(PasswordForm):
    code = forms.CharField(max_length=40)


@dataclass(frozen=True, slots=True)
class SessionShown:
    """A session in words. `name` stands for its key, which no page shows."""

    name: str
    device: Device
    last_seen_at: datetime
    is_this: bool


def form_of_the_page(view: View) -> View:
    """What a form on the account's page is sent to. Whoever comes there otherwise, as by the language switch after a
    refusal, gets the page."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        return view(request) if request.method == "POST" else redirect("account")

    return guarded


@require_safe
@signed_in
def account(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The page. `?done=password` says so."""
    return _account(request, caller, done=request.GET.get("done", ""))


@sensitive_post_parameters("password", "new")
@form_of_the_page
@signed_in
def password(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Choose another password, which ends all other sessions."""
    form = NewPasswordForm(request.POST)
    if problem := _not_proved(request, caller, form, _account):
        return problem
    try:
        with translation.override(language_here(request, caller.organisation.language)):
            password_change(
                user=caller.user,
                password=form.cleaned_data["new"],
                now=timezone.now(),
                besides=request.session.session_key,
            )
    except PasswordWeak as weak:
        return _account(request, caller, weak=weak.reasons, status=422)
    update_session_auth_hash(request, caller.user)
    return redirect(f"{reverse('account')}?done=password")


@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "POST"])
@signed_in
def codes(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Set up one-time codes; afterwards the page has the recovery codes."""
    if has_codes(caller.user):
        return redirect("account")
    if request.method == "GET":
        return _set_up(request, caller)
    form = SetUpForm(request.POST)
    if problem := _not_proved(request, caller, form, _set_up):
        return problem
    try:
        recovery = authenticator_add(
            user=caller.user,
            authenticator_id=set_up_id(request),
            code=form.cleaned_data["code"],
            now=timezone.now(),
        )
    except CodeRefused:
        return _set_up(request, caller, problem="code_refused", status=422)
    except AuthenticatorPresent:  # in another window, a moment ago
        return redirect("account")
    return recovery_codes_page(request, recovery)


@sensitive_post_parameters("password")
@form_of_the_page
@signed_in
def recovery_codes(request: HttpRequest, caller: Caller) -> HttpResponse:
    """New recovery codes in place of the old."""
    if problem := _not_proved(request, caller, PasswordForm(request.POST), _account):
        return problem
    try:
        return recovery_codes_page(request, recovery_codes_renew(user=caller.user))
    except CodeRefused:
        return redirect("account")


@sensitive_post_parameters("password")
@form_of_the_page
@signed_in
def codes_off(request: HttpRequest, caller: Caller) -> HttpResponse:
    """No one-time codes any more, unless the company wants them."""
    if problem := _not_proved(request, caller, PasswordForm(request.POST), _account):
        return problem
    with contextlib.suppress(CodesRequired):  # wanted since the page was read; it says so now
        authenticator_remove(user=caller.user)
    return redirect("account")


@require_POST
@signed_in
def sessions(request: HttpRequest, caller: Caller) -> HttpResponse:
    """End the session that is named, or without a name all others."""
    if name := request.POST.get("session", ""):
        session_end(user=caller.user, name=name)
    else:
        sessions_end(user=caller.user, besides=request.session.session_key)
    return redirect("account")


def sessions_shown(user: User, request: HttpRequest) -> list[SessionShown]:
    return [_shown(session, request) for session in session_list(user, timezone.now())]


def _shown(session: Session, request: HttpRequest) -> SessionShown:
    return SessionShown(
        name=digest(session.session_key),
        device=device_of(session.browser),
        last_seen_at=session.last_seen_at,
        is_this=session.session_key == request.session.session_key,
    )


def _not_proved(request: HttpRequest, caller: Caller, form: forms.Form, page: Page) -> HttpResponse | None:
    """The page again unless the password in the form is the caller's; it counts as an attempt to sign in."""

    def again(request: HttpRequest, **more: object) -> HttpResponse:
        return page(request, caller, **more)

    if not form.is_valid():
        return again(request, problem="refused", status=422)
    try:
        password_prove(request, username=caller.user.username, password=form.cleaned_data["password"])
    except (SignInRefused, RedisError, RateLimited) as error:
        return refused(request, error, again)
    return None


def _account(request: HttpRequest, caller: Caller, *, status: int = 200, **told: object) -> HttpResponse:
    """`told`: the `problem` with what was wanted, the password's weakness, or what is done."""
    context = {
        "authenticator": getattr(caller.user, "authenticator", None),
        "required": codes_required(caller.user),
        "sessions": sessions_shown(caller.user, request),
        **told,
    }
    response = office_page(request, caller, "office/account.html", context)
    response.status_code = status
    return response


def _set_up(request: HttpRequest, caller: Caller, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = {"problem": problem, "enrolment": enrolment(request, caller.user)}
    response = office_page(request, caller, "office/set_up_codes.html", context)
    response.status_code = status
    return response
