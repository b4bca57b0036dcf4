"""A forgotten password: a link by e-mail, by which another is chosen, once."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from redis import RedisError

from api.errors import RateLimited
from api.limits import attempt, client_address
from communities.errors import PasswordResetOver, PasswordWeak
from communities.selectors.people import password_reset_get
from communities.services.passwords import password_reset_use, password_reset_want
from console.office.pages import language_here, open_page
from console.office.sign_in import refused

WINDOW_S = 3600
MOST_FOR_AN_ACCOUNT = 3  # letters: nobody's mailbox is to be filled
MOST_FROM_AN_ADDRESS = 30


class NameForm(forms.Form):
    username = forms.CharField(max_length=150)


class NewPasswordForm(forms.Form):
    new = forms.CharField(max_length=1000, strip=False)


@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for the link. The answer is the same whether or not there is such an account."""
    form = NameForm(request.POST)
    if request.method == "GET" or not form.is_valid():
        return _forgotten(request)
    username = form.cleaned_data["username"]
    try:
        attempt("reset-from", client_address(request), most=MOST_FROM_AN_ADDRESS, window_s=WINDOW_S)
        attempt("reset", username.casefold(), most=MOST_FOR_AN_ACCOUNT, window_s=WINDOW_S)
    except (RedisError, RateLimited) as error:
        return refused(request, error, _forgotten)
    password_reset_want(username=username, now=timezone.now())
    return _forgotten(request, asked=True)


@sensitive_post_parameters("new")
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, reset_id: UUID, token: str) -> HttpResponse:
    """Choose another password. Acts on POST only, because mail scanners open links."""
    now = timezone.now()
    form = NewPasswordForm(request.POST)
    try:
        reset = password_reset_get(reset_id, token, now)
        context: dict[str, object] = {"username": reset.user.username}
        if request.method == "GET" or not form.is_valid():
            return open_page(request, "office/new_password.html", context)
        with translation.override(language_here(request, settings.LANGUAGE_CODE)):
            password_reset_use(reset_id=reset_id, token=token, password=form.cleaned_data["new"], now=now)
    except PasswordResetOver:
        return open_page(request, "office/new_password.html", {"over": True}, status=404)
    except PasswordWeak as weak:
        context["weak"] = weak.reasons
        return open_page(request, "office/new_password.html", context, status=422)
    return open_page(request, "office/new_password.html", {"done": True})


def _forgotten(
    request: HttpRequest, *, asked: bool = False, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"asked": asked, "problem": "too_many_letters" if problem == "too_often" else problem}
    return open_page(request, "office/forgotten.html", context, status=status)
