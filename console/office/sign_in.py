"""Signing in and out: the password, then a one-time code where the account has them, or setting them up where the
company wants them and it has none."""

import time
from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django import forms
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from redis import RedisError

from api import signing_in
from api.errors import RateLimited, SignInRefused
from communities.errors import AuthenticatorPresent, CodeRefused
from communities.models import User
from communities.services.codes import authenticator_add, codes_required
from console.office.enrolling import enrolment, recovery_codes_page, set_up_id
from console.office.pages import caller_in, open_page

PROVED = "proved"  # in a session: whose password was right, while the second proof is outstanding
PROVED_S = 600

Step = Callable[[HttpRequest, User], HttpResponse]


class SignInForm(forms.Form):
    username = forms.CharField(max_length=150)
    password = forms.CharField(max_length=1000, strip=False)


class CodeForm(forms.Form):
    code = forms.CharField(max_length=40)


@sensitive_post_parameters("password")
@csrf_protect
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page. Its attempts count together with those at the API's POST /session."""
    if request.method == "GET":
        return redirect("day") if caller_in(request) else _form(request)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _form(request, problem="refused", status=422)
    try:
        user = signing_in.password_prove(request, **form.cleaned_data)
    except (SignInRefused, RedisError, RateLimited) as error:
        return refused(request, error, _form)
    return _after_the_password(request, user)


def after_password(step: Step) -> Callable[[HttpRequest], HttpResponse]:
    """Give the view the account whose password was right a moment ago; without one, begin at the beginning."""

    @wraps(step)
    def guarded(request: HttpRequest) -> HttpResponse:
        user = _proved(request)
        return step(request, user) if user else redirect("sign-in")

    return guarded


@sensitive_post_parameters("code")
@csrf_protect
@require_http_methods(["GET", "POST"])
@after_password
def sign_in_code(request: HttpRequest, user: User) -> HttpResponse:
    """The second step, for an account with one-time codes."""
    if request.method == "GET":
        return _code_form(request)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _code_form(request, problem="code_refused", status=422)
    try:
        signing_in.code_prove(request, user, form.cleaned_data["code"])
    except (CodeRefused, RedisError, RateLimited) as error:
        return refused(request, error, _code_form)
    return _let_in(request, user)


@sensitive_post_parameters("code")
@csrf_protect
@require_http_methods(["GET", "POST"])
@after_password
def sign_in_set_up(request: HttpRequest, user: User) -> HttpResponse:
    """The second step, for an account that is to have one-time codes and has none yet."""
    if signing_in.has_codes(user):
        return redirect("sign-in-code")
    if request.method == "GET":
        return _set_up_form(request, user=user)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _set_up_form(request, user=user, problem="code_refused", status=422)
    try:
        codes = authenticator_add(
            user=user, authenticator_id=set_up_id(request), now=timezone.now(), **form.cleaned_data
        )
    except CodeRefused:
        return _set_up_form(request, user=user, problem="code_refused", status=422)
    except AuthenticatorPresent:  # in another window, a moment ago
        return redirect("sign-in-code")
    _let_in(request, user)
    return recovery_codes_page(request, codes)


@csrf_protect
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, and let the browser forget what it has kept for when there is no connection (My day)."""
    auth.logout(request)
    response = redirect("sign-in")
    response["Clear-Site-Data"] = '"storage"'  # W3C Clear Site Data
    return response


def refused(request: HttpRequest, error: Exception, form: Callable[..., HttpResponse]) -> HttpResponse:
    """The form again, with what is wrong in words."""
    match error:
        case RateLimited():
            response = form(request, problem="too_often", status=error.status)
            response["Retry-After"] = error.headers["Retry-After"]
            return response
        case RedisError():  # without its counter nobody is let in
            return form(request, problem="unavailable", status=503)
        case CodeRefused():
            return form(request, problem="code_refused", status=422)
        case _:
            return form(request, problem="refused", status=422)


def _after_the_password(request: HttpRequest, user: User) -> HttpResponse:
    if not signing_in.has_codes(user) and not codes_required(user):
        return _let_in(request, user)
    request.session[PROVED] = {
        "user": str(user.pk),
        "password": user.get_session_auth_hash(),
        "until": time.time() + PROVED_S,
    }
    return redirect("sign-in-code" if signing_in.has_codes(user) else "sign-in-set-up")


def _proved(request: HttpRequest) -> User | None:
    """Whose password was right, unless that was long ago or the password is another one by now."""
    proved = request.session.get(PROVED)
    if proved is None or proved["until"] < time.time():
        return None
    people = User.objects.select_related("organisation", "authenticator").filter(is_active=True)
    user = people.filter(pk=UUID(proved["user"])).first()
    same = user is not None and constant_time_compare(user.get_session_auth_hash(), proved["password"])
    return user if same else None


def _let_in(request: HttpRequest, user: User) -> HttpResponse:
    request.session.pop(PROVED, None)
    signing_in.let_in(request, user)
    return redirect("day")


def _form(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = {"problem": problem, "username": request.POST.get("username", "")}
    return open_page(request, "office/sign_in.html", context, status=status)


def _code_form(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    return open_page(request, "office/sign_in_code.html", {"problem": problem}, status=status)


def _set_up_form(request: HttpRequest, *, user: User, problem: str = "", status: int = 200) -> HttpResponse:
    context = {"problem": problem, "enrolment": enrolment(request, user)}
    return open_page(request, "office/sign_in_set_up.html", context, status=status)
