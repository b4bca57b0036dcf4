"""Signing in with a password and perhaps a one-time code, by the API or by the pages: one door, so that attempts count
together."""

from django.contrib import auth
from django.http import HttpRequest
from django.utils import timezone

from api.errors import CodeNeeded, CodesNotSetUp, SignInRefused
from api.limits import attempt, client_address
from communities.access import caller_of
from communities.models import User
from communities.services.codes import code_use, codes_required
from communities.sessions import BROWSER

WINDOW_S = 300
MOST_TOGETHER = 10  # of one address for one account
MOST_FOR_AN_ACCOUNT = 100  # from wherever: more would let strangers lock somebody out with less
MOST_FROM_AN_ADDRESS = 100  # an office behind one address signs in too
MOST_CODES = (
    5  # of an account. Three of a million are good at a time: 1,440 guesses a day find one in 231 days
)
LONGEST_NAME = 200  # of a browser


def sign_in(request: HttpRequest, *, username: str, password: str, code: str = "") -> None:
    """Make the session the account's. Raises RateLimited, SignInRefused, CodeNeeded, CodeRefused, CodesNotSetUp."""
    user = password_prove(request, username=username, password=password)
    if has_codes(user):
        if not code:
            raise CodeNeeded
        code_prove(request, user, code)
    elif codes_required(user):
        raise CodesNotSetUp
    let_in(request, user)


def password_prove(request: HttpRequest, *, username: str, password: str) -> User:
    """The account of that name and password. Raises RateLimited, or SignInRefused: a wrong password and an account
    that does not exist, or has no organisation, look the same."""
    address, account = client_address(request), username.casefold()
    for what, who, most in (
        ("sign-in-from", address, MOST_FROM_AN_ADDRESS),
        ("sign-in-together", f"{address} {account}", MOST_TOGETHER),
        ("sign-in", account, MOST_FOR_AN_ACCOUNT),
    ):
        attempt(what, who, most=most, window_s=WINDOW_S)
    user = auth.authenticate(request, username=username, password=password)
    if user is None or caller_of(user) is None:
        raise SignInRefused
    return user


def code_prove(request: HttpRequest, user: User, code: str) -> None:
    """Use up a code of the account. Raises RateLimited, CodeRefused."""
    attempt("sign-in-code", str(user.pk), most=MOST_CODES, window_s=WINDOW_S)
    code_use(user=user, code=code, now=timezone.now())


def has_codes(user: User) -> bool:
    """Whether the account is asked for one-time codes."""
    return hasattr(user, "authenticator")


def let_in(request: HttpRequest, user: User) -> None:
    """Make the session the account's; everything must have been proved."""
    auth.login(request, user)
    request.session[BROWSER] = request.headers.get("User-Agent", "").replace("\0", "")[:LONGEST_NAME]
