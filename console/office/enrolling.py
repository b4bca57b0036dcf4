"""Setting up one-time codes: what an application scans, and the recovery codes, shown once."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from uuid_utils.compat import uuid7

from communities.models import User
from communities.services.codes import enrolment_uri, secret_of
from console.office.pages import caller_in, office_page
from core.qr import qr_data

SET_UP = "authenticator"  # in a session: the id of the authenticator that is being set up


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A secret as a picture, and in groups of four to be typed."""

    picture: str
    secret: str


def set_up_id(request: HttpRequest) -> UUID:
    """Of the authenticator that is being set up in this session: the same after the page was loaded again."""
    return UUID(request.session.setdefault(SET_UP, str(uuid7())))


def enrolment(request: HttpRequest, user: User) -> Enrolment:
    authenticator_id = set_up_id(request)
    secret = secret_of(authenticator_id)
    return Enrolment(
        picture=qr_data(enrolment_uri(user, authenticator_id)),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    )


def recovery_codes_page(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """The codes, to be kept. Whoever loads the page again does not see them again."""
    request.session.pop(SET_UP, None)
    caller = caller_in(request)
    assert caller is not None
    return office_page(request, caller, "office/recovery_codes.html", {"codes": codes})
