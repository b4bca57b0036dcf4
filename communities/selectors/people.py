"""Who holds what: users, their tokens and their sessions."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare

from communities.access import Caller
from communities.errors import PasswordResetOver, UserUnknown
from communities.models import ApiToken, PasswordReset, Region, Session, User
from core.links import digest, link_token

OF_A_CALLER = (  # asked for with every request, so no more than is used
    "scopes",
    "last_used_at",
    *(f"user__{name}" for name in ("username", "first_name", "last_name", "role", "is_active")),
    *(f"user__{name}" for name in ("email", "language", "weekly_report")),
    *(f"user__organisation__{name}" for name in ("slug", "name", "time_zone", "currency", "language")),
)


def token_of(secret: str, now: datetime) -> ApiToken | None:
    """The valid token that `secret` is, with its owner and their organisation; None when there is none."""
    tokens = ApiToken.objects.select_related("user__organisation").only(*OF_A_CALLER)
    valid = tokens.filter(digest=digest(secret), revoked_at=None, expires_at__gt=now)
    return next(iter(valid), None)  # at most one has this digest


def token_list(caller: Caller) -> QuerySet[ApiToken]:
    """The caller's tokens; for an administrator, those of everybody in the organisation."""
    tokens = ApiToken.objects.filter(organisation=caller.organisation).select_related("user")
    return tokens if caller.role == User.Role.ADMINISTRATOR else tokens.filter(user=caller.user)


def managers_of(region: Region) -> QuerySet[User]:
    """Who is written to about a region: its managers; where none has an e-mail address, the administrators."""
    people = User.objects.filter(organisation=region.organisation_id, is_active=True).exclude(email="")
    managers = people.filter(role=User.Role.REGIONAL_MANAGER, managed__region=region)
    found = managers if managers.exists() else people.filter(role=User.Role.ADMINISTRATOR)
    return found.order_by("id")


def account_list(caller: Caller) -> QuerySet[User]:
    """For an administrator, everybody of the organisation; for others, nobody."""
    return (
        User.objects.filter(organisation=caller.organisation) if caller.administers else User.objects.none()
    )


def account_get(caller: Caller, user_id: UUID) -> User:
    """One of those. Raises UserUnknown."""
    user = account_list(caller).select_related("organisation", "authenticator").filter(pk=user_id).first()
    if user is None:
        raise UserUnknown
    return user


def session_list(user: User, now: datetime) -> QuerySet[Session]:
    """Where somebody is signed in, last seen first."""
    return Session.objects.filter(user=user, expire_date__gt=now).order_by("-last_seen_at", "session_key")


def password_reset_get(reset_id: UUID, token: str, now: datetime) -> PasswordReset:
    """What a link to a new password is for. Raises PasswordResetOver: unknown, wrong, used and late look the same."""
    resets = PasswordReset.objects.select_related("user__organisation")
    reset = resets.filter(pk=reset_id, used_at=None, expires_at__gt=now, user__is_active=True).first()
    if reset is None or not constant_time_compare(token, link_token("password-reset", reset_id)):
        raise PasswordResetOver
    return reset
