"""Who holds what: users and their tokens."""

from datetime import datetime

from django.db.models import QuerySet

from communities.access import Caller
from communities.models import ApiToken, User
from core.links import digest


def token_of(secret: str, now: datetime) -> ApiToken | None:
    """The valid token that `secret` is, with its owner and their organisation; None when there is none."""
    tokens = ApiToken.objects.select_related("user__organisation")
    return tokens.filter(digest=digest(secret), revoked_at=None, expires_at__gt=now).first()


def token_list(caller: Caller) -> QuerySet[ApiToken]:
    """The caller's tokens; for an administrator, those of everybody in the organisation."""
    tokens = ApiToken.objects.filter(organisation=caller.organisation).select_related("user")
    return tokens if caller.role == User.Role.ADMINISTRATOR else tokens.filter(user=caller.user)
