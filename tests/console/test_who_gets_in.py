"""Who gets what: every page against everybody, from one table.

A page that is added without a row here fails the first test.
"""

import re
import uuid
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from billing.models import Checkout, CreditNote, Invoice, SandboxCheckout
from communities.models import Contact, PasswordReset, SurveyInvitation, User
from communities.services.surveys import survey_token
from console.urls import urlpatterns
from core.links import digest, link_token
from dispatch.models import BookingProfile, Technician, Visit
from tests.api.test_access import PEOPLE
from tests.api.world import World

# What one gets: a status, or the name of the page one is sent to. The people are those of tests/api/test_access.py:
# anonymous · another company's dispatcher · technician whose visit it is not · manager of another region ·
# the visit's technician · the region's manager · dispatcher · administrator
Row = tuple[int | str, ...]

NO = (405,) * 8
ANYBODY = (200,) * 8
SIGNED_IN = ("sign-in", *(200,) * 7)
OFFICE = ("sign-in", 200, "day", 200, "day", 200, 200, 200)  # lists: each sees what is theirs
ADMINISTRATOR = ("sign-in", "day", "day", "day", "day", "day", "day", 200)
TO_THE_PAGE = ("account",) * 8  # with the form
ONESELF = ("sign-in", *("account",) * 7)
PROVED = ("sign-in",) * 8  # after one's password, and nobody here has just given it
ASKED_AGAIN = ("sign-in", *(422,) * 7)  # the password, which is missing
MERCHANT = (401,) * 8  # the key is the proof, and it is missing


def administrators(name: str) -> Row:
    """A deed of theirs, after which the page `name` follows."""
    return (*ADMINISTRATOR[:-1], name)


TABLE: dict[str, tuple[Row, Row]] = {  # of GET, and of POST
    "": (("sign-in", 200, "my-day", 200, "my-day", 200, 200, 200), NO),
    "calls": (
        ("sign-in", 200, "day", "day", "day", "day", 200, 200),
        ("sign-in", 422, "day", "day", "day", "day", 422, 422),
    ),
    "board": (OFFICE, NO),
    "my-day": (("sign-in", "day", 200, "day", 200, "day", "day", "day"), NO),
    "my-day-worker.js": (ANYBODY, NO),  # names files, and nothing of anybody's
    "my-day.webmanifest": (ANYBODY, NO),
    "visits/<uuid:visit_id>": (("sign-in", 404, 404, 404, 200, 200, 200, 200), NO),
    "communities": (OFFICE, NO),
    "communities/<uuid:community_id>": (("sign-in", 404, "day", 404, "day", 200, 200, 200), NO),
    "communities/<str:figure>/facts": (OFFICE, NO),
    "customers": (OFFICE, NO),
    "customers/<uuid:customer_id>": (("sign-in", 404, "day", 404, "day", 200, 200, 200), NO),
    "proof": (("sign-in", "day", "day", 200, "day", 200, "day", 200), NO),  # who answers for regions
    "proof/<uuid:region_id>/resume": (NO, ("sign-in", 404, 404, 404, 404, "proof", 404, "proof")),
    "policy": (("sign-in", "day", "day", "policy-region", "day", "policy-region", "day", 200), NO),
    "policy/<uuid:region_id>": (("sign-in", "day", "day", 404, "day", 200, "day", 200), NO),
    "policy/<uuid:region_id>/edit": (
        ("sign-in", "day", "day", 404, "day", 200, "day", 200),
        ("sign-in", "day", "day", 404, "day", 422, "day", 422),
    ),
    "policy/previews/<uuid:preview_id>": (("sign-in", "day", "day", 404, "day", 200, "day", 200), NO),
    "policy/previews/<uuid:preview_id>/adopt": (
        NO,
        ("sign-in", "day", "day", 404, "day", "policy-region", "day", "policy-region"),
    ),
    "policy/previews/<uuid:preview_id>/cancel": (
        NO,
        ("sign-in", "day", "day", 404, "day", "policy-preview", "day", "policy-preview"),
    ),
    "recoveries": (OFFICE, NO),
    "recoveries/<uuid:recovery_id>/drop": (NO, ("sign-in", *(404,) * 5, "recoveries", "recoveries")),
    "service-and-money": (OFFICE, NO),
    "goals": (OFFICE, NO),
    "goals/add": (OFFICE, ("sign-in", 422, "day", 422, "day", 422, 422, 422)),
    "goals/<uuid:goal_id>": (
        ("sign-in", 404, "day", 404, "day", 200, 200, 200),
        ("sign-in", 404, "day", 404, "day", 422, 422, 422),
    ),
    "goals/<uuid:goal_id>/end": (NO, ("sign-in", 404, "day", 404, "day", "goals", "goals", "goals")),
    "payments": (ADMINISTRATOR, NO),
    "payments/unsettled": (ADMINISTRATOR, NO),
    "payments/disputed": (ADMINISTRATOR, NO),
    "payments/differences": (ADMINISTRATOR, NO),
    "payments/<uuid:invoice_id>": (ADMINISTRATOR, NO),
    "statements/<uuid:statement_id>": (("sign-in", 404, 404, 404, 200, 200, 404, 200), NO),
    "account": (SIGNED_IN, NO),
    "account/password": (TO_THE_PAGE, ASKED_AGAIN),
    "account/codes": (SIGNED_IN, ASKED_AGAIN),
    "account/codes/off": (TO_THE_PAGE, ASKED_AGAIN),
    "account/recovery-codes": (TO_THE_PAGE, ASKED_AGAIN),
    "account/sessions": (NO, ONESELF),
    "accounts": (ADMINISTRATOR, NO),
    "accounts/codes": (NO, administrators("accounts")),
    "accounts/<uuid:user_id>": (ADMINISTRATOR, NO),
    "accounts/<uuid:user_id>/sign-out": (NO, administrators("person")),
    "accounts/<uuid:user_id>/codes": (NO, administrators("person")),
    "sign-in": ((200, *("day",) * 7), (422,) * 8),
    "sign-in/code": (PROVED, PROVED),
    "sign-in/set-up": (PROVED, PROVED),
    "sign-out": (NO, PROVED),
    "forgotten-password": (ANYBODY, ANYBODY),
    # Where the address is the secret.
    "new-password/<uuid:reset_id>/<str:token>": (ANYBODY, ANYBODY),
    "weekly-report/<uuid:user_id>/<str:token>": (ANYBODY, ANYBODY),
    "r/<str:token>": (ANYBODY, ANYBODY),
    "book/<slug:slug>": (ANYBODY, (422,) * 8),  # open to all, as this company wants
    "book/<uuid:customer_id>/<str:token>": (ANYBODY, (422,) * 8),
    "booking/<uuid:booking_id>/<str:token>": (ANYBODY, ANYBODY),
    "track/<uuid:visit_id>/<str:token>": (ANYBODY, NO),
    "offer/<uuid:offer_id>/<str:token>": (ANYBODY, (422,) * 8),
    "pay/<uuid:invoice_id>/<str:token>": (ANYBODY, ANYBODY),
    "pay/<uuid:invoice_id>/<str:token>/credit/<uuid:note_id>": (ANYBODY, NO),
    "pay/<uuid:invoice_id>/<str:token>/go/<uuid:checkout_id>": (("pay",) * 8, NO),
    "pay/<uuid:invoice_id>/<str:token>/back/<uuid:checkout_id>": (("pay",) * 8, ("pay",) * 8),
    "sandbox/checkouts/<uuid:checkout_id>": (ANYBODY, ("sandbox-checkout",) * 8),
    "sandbox/api/checkouts": (MERCHANT, MERCHANT),
    "sandbox/api/checkouts/<uuid:checkout_id>": (MERCHANT, MERCHANT),
    "sandbox/api/checkouts/<uuid:checkout_id>/close": (MERCHANT, MERCHANT),
    "sandbox/api/payments/<uuid:payment_id>/refunds": (MERCHANT, MERCHANT),
}
SENT = {
    "policy/previews/<uuid:preview_id>/adopt": {"reason": "Fewer complaints."},
    "goals/<uuid:goal_id>/end": {"revision": "1"},
    "proof/<uuid:region_id>/resume": {"reason": "The prices are others."},
    "recoveries/<uuid:recovery_id>/drop": {"reason": "They moved."},
}


@pytest.fixture(autouse=True)
def own_cache(settings: LazySettings) -> None:
    """Each test counts its own attempts, in the real cache."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid.uuid4().hex}}


@pytest.fixture
def addresses(tom: Technician, dora: User, now: datetime) -> dict[str, str]:
    """Where each route leads in a world that has one of everything."""
    world = World(tom, now)
    names = world.names | {"figure": "csat", "user": str(dora.pk), "customer": world.names["known_customer"]}
    invoice = Invoice.objects.get(pk=names["invoice"])
    names["note"] = str(CreditNote.objects.get(invoice=invoice).pk)
    names["checkout"] = str(Checkout.objects.get(link__invoice=invoice).pk)
    BookingProfile.objects.create(organisation=dora.organisation, is_open=True)
    names |= {"slug": dora.organisation.slug, "visit": names["scheduled"]}
    names["reset"] = str(_reset(dora).pk)
    tokens = {
        "new-password": link_token("password-reset", uuid.UUID(names["reset"])),
        "weekly-report": link_token("weekly-report", dora.pk),
        "book": link_token("book", uuid.UUID(names["customer"])),
        "booking": link_token("booking", uuid.UUID(names["booking"])),
        "track": link_token("track", uuid.UUID(names["visit"])),
        "offer": link_token("offer", uuid.UUID(names["offer"])),
        "pay": link_token("pay", invoice.pk),
        "r": survey_token(_invitation(Visit.objects.get(pk=names["done"]))),
    }
    sandbox = names | {"checkout": str(_sandbox_checkout(now).pk)}
    return {route: _address(route, sandbox if "sandbox" in route else names, tokens) for route in TABLE}


def _address(route: str, names: dict[str, str], tokens: dict[str, str]) -> str:
    parts = [""]
    for part in route.split("/"):
        name = part.rpartition(":")[2].rstrip(">").removesuffix("_id")
        parts.append(part if "<" not in part else tokens[parts[1]] if name == "token" else names[name])
    return "/".join(parts)


def _reset(user: User) -> PasswordReset:
    return PasswordReset.objects.create(
        organisation_id=user.organisation_id, user=user, expires_at=timezone.now() + timedelta(hours=1)
    )


def _invitation(visit: Visit) -> SurveyInvitation:
    request = visit.work_order.request
    invitation = SurveyInvitation(
        organisation=visit.organisation,
        contact=Contact.objects.get(customer=request.customer),
        community=visit.site.community,
        visit_id=visit.pk,
        work_order_id=visit.work_order_id,
        technician_id=visit.technician_id,
        service_type_id=visit.service_type_id,
        expires_at=timezone.now() + timedelta(days=1),
    )
    invitation.digest = digest(survey_token(invitation))
    invitation.save()
    return invitation


def _sandbox_checkout(now: datetime) -> SandboxCheckout:
    return SandboxCheckout.objects.create(
        reference=uuid.uuid4(),
        amount_minor=800,
        currency="TWD",
        return_url="http://127.0.0.1/",
        notice_url="http://127.0.0.1/",
        expires_at=now,
    )


@pytest.fixture
def people(
    stranger: User, tina: Technician, sol: User, tom: Technician, mina: User, dora: User, ada: User
) -> dict[str, User | None]:
    users = (None, stranger, tina.user, sol, tom.user, mina, dora, ada)
    return dict(zip(PEOPLE, users, strict=True))


def test_every_page_is_in_the_table() -> None:
    assert {str(one.pattern) for one in urlpatterns} == set(TABLE)


def test_every_page_answers_everybody_as_the_table_says(
    addresses: dict[str, str], people: dict[str, User | None]
) -> None:
    found = {
        route: tuple(
            tuple(outcome(opened(user, method, address, SENT.get(route, {}))) for user in people.values())
            for method in ("GET", "POST")
        )
        for route, address in addresses.items()
    }
    assert {route: got for route, got in found.items() if got != TABLE[route]} == {}


def opened(user: User | None, method: str, address: str, sent: dict[str, str]) -> HttpResponse:
    """Do it, and undo it: each person finds the same world."""
    browser = Client()
    with transaction.atomic():
        if user is not None:
            browser.force_login(user)
        answer = browser.post(address, sent) if method == "POST" else browser.get(address)
        transaction.set_rollback(True)
    return answer  # type: ignore[return-value]


def outcome(answer: HttpResponse) -> int | str:
    if answer.status_code != 302:
        return answer.status_code
    return str(resolve(urlsplit(answer["Location"]).path).url_name)


THEIRS = re.compile(rb"\b(xicun|Acme|T1)\b")  # as words: a form's token may have any letters in it


def test_what_a_stranger_is_shown_is_not_of_this_company(
    addresses: dict[str, str], stranger: User, dora: User
) -> None:
    """Wherever neither a secret nor the company is part of the address."""
    known = ("token", "sandbox", "slug")
    listed = [route for route in TABLE if not any(word in route for word in known)]
    shown = {route: opened(stranger, "GET", addresses[route], {}).content for route in listed}
    told = {route for route, page in shown.items() if THEIRS.search(page)}
    assert told == set()
    assert b"xicun" in opened(dora, "GET", addresses["communities"], {}).content  # it would have been found
