"""Bearer tokens: shown once, kept as a digest."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from communities.access import Caller
from communities.models import ApiToken, User
from communities.selectors.people import token_list
from core.errors import Invalid, NotFound
from core.links import digest, random_token

MARK = "linli_"  # lets a scanner of leaked secrets recognise one
SHOWN = 12  # characters of the prefix by which people recognise a token; 250 bits of it stay secret


def token_issue(
    *, user: User, name: str, scopes: Collection[str], expires_at: datetime
) -> tuple[ApiToken, str]:
    """A new token of `user` and its secret, which cannot be shown again.

    Raises Invalid for a user without an organisation, and for scopes that are none.
    """
    unknown = set(scopes) - set(ApiToken.Scope.values)
    if unknown or not scopes:
        raise Invalid(f"Scopes are {' and '.join(ApiToken.Scope.values)}.")
    if user.organisation is None:
        raise Invalid("An account without an organisation cannot use the API.")
    secret = MARK + random_token()
    token = ApiToken.objects.create(
        organisation=user.organisation,
        user=user,
        name=name,
        prefix=secret[:SHOWN],
        digest=digest(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    return token, secret


def token_revoke(*, caller: Caller, token_id: UUID, now: datetime) -> None:
    """End a token of the caller's, or for an administrator anybody's. Again is no error; raises NotFound."""
    tokens = token_list(caller).filter(pk=token_id)
    if not tokens.exists():
        raise NotFound
    tokens.filter(revoked_at=None).update(revoked_at=now)


def token_used(*, token: ApiToken, now: datetime) -> None:
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
