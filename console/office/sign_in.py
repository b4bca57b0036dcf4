"""Signing in and out."""

from django import forms
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from redis import RedisError

from api import signing_in
from api.errors import RateLimited, SignInRefused
from console.office.pages import caller_in, open_page


class SignInForm(forms.Form):
    username = forms.CharField(max_length=150)
    password = forms.CharField(max_length=1000, strip=False)


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
        signing_in.sign_in(request, **form.cleaned_data)
    except SignInRefused:
        return _form(request, problem="refused", status=422)
    except RedisError:  # without its counter nobody is let in
        return _form(request, problem="unavailable", status=503)
    except RateLimited as error:
        response = _form(request, problem="too_often", status=error.status)
        response["Retry-After"] = error.headers["Retry-After"]
        return response
    return redirect("day")


@csrf_protect
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    auth.logout(request)
    return redirect("sign-in")


def _form(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = {"problem": problem, "username": request.POST.get("username", "")}
    return open_page(request, "office/sign_in.html", context, status=status)
