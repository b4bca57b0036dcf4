"""Who holds what: users and their tokens."""

from datetime import datetime

from django.db.models import QuerySet

from communities.access import Caller
from communities.models import ApiToken, Region, User
from core.links import digest

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
