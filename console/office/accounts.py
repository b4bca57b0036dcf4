"""Everybody's accounts, for administrators: who can sign in, where they are, and what signing in takes."""

from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from communities.access import Caller
from communities.errors import NotForYourRole, UserUnknown
from communities.models import User
from communities.selectors.people import account_get, account_list
from communities.services.codes import authenticator_reset, codes_require
from communities.services.sessions import account_sessions_end
from console.office.account import sessions_shown
from console.office.pages import for_administrators, office_page, signed_in
from console.office.words import ROLES

MOST = 200


@require_safe
@signed_in
@for_administrators
def accounts(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Accounts by name, or those whose name contains ?q=."""
    asked = request.GET.get("q", "").replace("\0", "").strip()[:40]
    people = account_list(caller).select_related("authenticator").order_by("username")
    if asked:
        people = people.filter(Q(username__icontains=asked) | Q(first_name__icontains=asked))
    found = list(people[: MOST + 1])
    context = {
        "asked": asked,
        "rows": [{"user": user, "role": ROLES[user.role]} for user in found[:MOST]],
        "more": len(found) > MOST,
        "roles": [(role, word, role in caller.organisation.codes_for) for role, word in ROLES.items()],
    }
    return office_page(request, caller, "office/accounts.html", context)


@require_safe
@signed_in
@for_administrators
def person(request: HttpRequest, caller: Caller, user_id: UUID) -> HttpResponse:
    """Where somebody is signed in, and whether with one-time codes."""
    user = _account(caller, user_id)
    context = {
        "person": user,
        "name": user.get_full_name() or user.username,
        "their_role": ROLES[user.role],
        "authenticator": getattr(user, "authenticator", None),
        "sessions": sessions_shown(user, request),
    }
    return office_page(request, caller, "office/person.html", context)


@require_POST
@signed_in
@for_administrators
def sign_out_everywhere(request: HttpRequest, caller: Caller, user_id: UUID) -> HttpResponse:
    try:
        account_sessions_end(caller=caller, user_id=user_id)
    except UserUnknown:
        raise Http404 from None
    return redirect("person", user_id)


@require_POST
@signed_in
@for_administrators
def codes_reset(request: HttpRequest, caller: Caller, user_id: UUID) -> HttpResponse:
    """Somebody has lost what made their codes."""
    try:
        authenticator_reset(caller=caller, user_id=user_id)
    except (UserUnknown, NotForYourRole):
        raise Http404 from None
    return redirect("person", user_id)


@require_POST
@signed_in
@for_administrators
def codes_wanted(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Which roles sign in with a one-time code."""
    codes_require(caller=caller, roles=request.POST.getlist("role"))
    return redirect("accounts")


def _account(caller: Caller, user_id: UUID) -> User:
    try:
        return account_get(caller, user_id)
    except UserUnknown:
        raise Http404 from None
