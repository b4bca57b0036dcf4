"""Signing in with a password, by the API or by the page: one door, so that attempts count together."""

from django.contrib import auth
from django.http import HttpRequest

from api.errors import SignInRefused
from api.limits import attempt, client_address
from communities.access import caller_of

WINDOW_S = 300
MOST_TOGETHER = 10  # of one address for one account
MOST_FOR_AN_ACCOUNT = 100  # from wherever: more would let strangers lock somebody out with less
MOST_FROM_AN_ADDRESS = 100  # an office behind one address signs in too


def sign_in(request: HttpRequest, *, username: str, password: str) -> None:
    """Make the session the account's. Raises RateLimited, or SignInRefused: a wrong password and an account that
    does not exist, or has no organisation, look the same."""
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
    auth.login(request, user)
