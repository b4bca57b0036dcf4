"""Signing in, tokens, and who one is."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import In, Out
from communities.access import Caller
from communities.models import ApiToken


class SessionIn(In):
    username: Annotated[str, Field(min_length=1, max_length=150)]
    password: Annotated[str, Field(min_length=1, max_length=4096)]
    code: Annotated[
        str,
        Field(
            max_length=40,
            description="Of the account's authenticator, or a recovery code, where it has them.",
        ),
    ] = ""


class SessionOut(Out):
    """The CSRF token goes into the X-CSRFToken header of every call that changes something."""

    csrf_token: str
    username: str | None


class TokenIn(In):
    name: Annotated[str, Field(min_length=1, max_length=80)]
    scopes: Annotated[list[Literal["read", "write"]], Field(min_length=1, max_length=2)]
    days: Annotated[int, Field(ge=1, le=366, description="Until it expires.")] = 90


class TokenOut(Out):
    id: UUID
    username: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, token: ApiToken) -> Self:
        return cls(
            id=token.id,
            username=token.user.username,
            name=token.name,
            prefix=token.prefix,
            scopes=token.scopes,
            created_at=token.created_at,
            expires_at=token.expires_at,
            revoked_at=token.revoked_at,
            last_used_at=token.last_used_at,
        )


class TokenMade(Out):
    token: TokenOut
    secret: Annotated[str, Field(description="Shown this once.")]


class OrganisationOut(Out):
    id: UUID
    slug: str
    name: str
    time_zone: str
    currency: str


class MeIn(In):
    """What is left out stays as it is."""

    email: Annotated[str | None, Field(max_length=254, pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$")] = None
    language: Annotated[
        Literal["", "en", "zh-hant"] | None, Field(description="Of letters; empty: the organisation's.")
    ] = None
    weekly_report: bool | None = None


class MeOut(Out):
    id: UUID
    username: str
    name: str
    role: str
    email: str
    language: Annotated[str, Field(description="Of letters; empty: the organisation's.")]
    weekly_report: Annotated[
        bool, Field(description="Whether a regional manager gets the letter on Monday morning.")
    ]
    organisation: OrganisationOut
    region_ids: Annotated[
        list[UUID], Field(description="For a regional manager: where they are responsible.")
    ]

    @classmethod
    def of(cls, caller: Caller) -> Self:
        company = caller.organisation
        return cls(
            id=caller.user.id,
            username=caller.user.username,
            name=caller.user.get_full_name(),
            role=caller.role,
            email=caller.user.email,
            language=caller.user.language,
            weekly_report=caller.user.weekly_report,
            organisation=OrganisationOut(
                id=company.id,
                slug=company.slug,
                name=company.name,
                time_zone=company.time_zone,
                currency=company.currency,
            ),
            region_ids=sorted(caller.region_ids),
        )
