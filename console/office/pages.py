"""What the office's pages share: who looks, in which language, on whose clock."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation

from communities.access import Caller, caller_of
from communities.insight.sentences import Language
from communities.models import User
from console.customer.pages import Policy, language_for, page
from console.office.words import ROLES

A_YEAR_S = 365 * 24 * 3600

View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """Give the view its Caller; everybody else is sent to the sign-in page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        caller = caller_in(request)
        return view(request, caller, *args, **kwargs) if caller else redirect("sign-in")

    return guarded


def not_for_technicians(view: View) -> View:
    """They have a day."""

    @wraps(view)
    def guarded(request: HttpRequest, caller: Caller, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("day") if caller.is_technician else view(request, caller, *args, **kwargs)

    return guarded


def for_administrators(view: View) -> View:
    """Others have a day."""

    @wraps(view)
    def guarded(request: HttpRequest, caller: Caller, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, caller, *args, **kwargs) if caller.administers else redirect("day")

    return guarded


def for_those_who_answer(view: View) -> View:
    """For administrators and regional managers, who answer for regions; others have a day."""

    @wraps(view)
    def guarded(request: HttpRequest, caller: Caller, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, caller, *args, **kwargs) if caller.answers_for_regions else redirect("day")

    return guarded


def caller_in(request: HttpRequest) -> Caller | None:
    user = request.user
    return caller_of(user) if isinstance(user, User) else None


def office_page(
    request: HttpRequest,
    caller: Caller,
    template: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
    policy: Policy = Policy.PLAIN,
) -> HttpResponse:
    """A page for `caller`, with times in their organisation's zone."""
    shared = {
        "organisation": caller.organisation,
        "caller": caller,
        "who": caller.user.get_full_name() or caller.user.get_username(),
        "role": ROLES[caller.role],
    }
    with timezone.override(caller.organisation.zone):
        return open_page(
            request,
            template,
            {**shared, **context},
            default=caller.organisation.language,
            status=status,
            policy=policy,
        )


def open_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object],
    *,
    default: str = settings.LANGUAGE_CODE,
    status: int = 200,
    policy: Policy = Policy.PLAIN,
) -> HttpResponse:
    """A page of the office. Its language is kept in a cookie if it was chosen by ?lang=, or if what the page's scripts
    ask the API for would come in another: there the company's own language is not the default."""
    language = language_here(request, default)
    response = page(
        request,
        template,
        context,
        language=language,
        status=status,
        policy=policy,
        referrer_policy="same-origin",  # with no-referrer a browser sends Origin: null, which CSRF refuses
    )
    if "lang" in request.GET or language != translation.get_language():
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=A_YEAR_S,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def language_here(request: HttpRequest, default: str) -> Language:
    """What ?lang= asks for, else what was chosen before, else what the browser prefers, else `default`."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen and "lang" not in request.GET and translation.check_for_language(chosen):
        language = translation.get_supported_language_variant(chosen)
    else:
        language = language_for(request, default)
    return "zh-hant" if language == "zh-hant" else "en"
