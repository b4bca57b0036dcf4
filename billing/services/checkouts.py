"""Checkouts at a provider: opened when the customer wants to pay, closed when nothing is to be paid there any more."""

import contextlib
import threading
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from billing.errors import CannotPayNow, NothingToPay
from billing.gateways import account_names, gateway_for
from billing.gateways.base import AccountUnusable, CheckoutWanted, GatewayRefused, GatewayUnavailable
from billing.gateways.base import Checkout as Opened
from billing.models import Checkout, Inquiry, PaymentLink
from billing.models.invoices import OWED
from billing.models.paying import LIVE_CHECKOUT
from billing.services.links import pay_url
from billing.services.settling import checkout_sync, known_of
from core.outbox import emit

GOOD_FOR = timedelta(minutes=2)
"""A checkout that expires sooner is not worth sending anybody to."""
ASK_SILENT = timedelta(minutes=2)
"""How long an open checkout is left alone at a provider that sends no messages."""
ASK_AGAIN = timedelta(hours=12)
"""How long a checkout that somebody may have paid is left without being asked about."""
ASK_PAID = timedelta(days=1)
"""How long a paid checkout is left at a provider that sends no messages: what was given back there is found so."""
ASK_FOR = timedelta(days=60)
"""How long after it was opened it is asked about; the longest that a convenience-store code may be good for."""

AT_ONCE = 4
"""Payers who wait for a provider at once. Each holds a thread of the web server, and a provider that hangs must not
hold them all; the sandbox's answer needs one too."""
_places = threading.BoundedSemaphore(AT_ONCE)

log = structlog.get_logger(__name__)

_State = Checkout.State


def checkout_begin(*, invoice_id: UUID, language: str, now: datetime) -> Checkout:
    """The provider's page for the invoice's open link, opened unless it is.

    Raises NothingToPay without an open link, and CannotPayNow when the provider does not answer or refuses.
    """
    checkout = _wanted(invoice_id, now)
    if checkout.state == _State.OPEN:
        return checkout
    link = checkout.link
    wanted = CheckoutWanted(
        reference=checkout.id,
        amount=link.amount,
        description=f"{link.organisation.name} {link.invoice.number}",
        return_url=f"{pay_url(link.invoice_id)}/back/{checkout.id}",
        notice_url=f"{settings.PUBLIC_URL}/api/v1/webhooks/{link.account}",
        language=language,
        expires_at=link.expires_at,
    )
    with _place():
        return _opened(checkout, _open(link.account, wanted))


def checkout_close(*, subject_id: UUID) -> None:
    """Close a checkout at its provider, if that is possible. Follows `checkout.unwanted`.

    What has been paid there in the meantime is entered. Raises GatewayUnavailable.
    """
    checkout = Checkout.objects.select_related("link").get(pk=subject_id)
    gateway = gateway_for(checkout.link.account)
    if checkout.state == _State.OPEN and gateway.capabilities.closes:
        try:
            gateway.checkout_close(known_of(checkout))
        except GatewayRefused:
            checkout_sync(subject_id=subject_id)
    Checkout.objects.filter(pk=subject_id, state__in=LIVE_CHECKOUT).update(state=_State.CLOSED)


@transaction.atomic
def checkout_returned(*, checkout: Checkout) -> None:
    """The payer has come back: that proves nothing, and is a reason to ask the provider."""
    _inquire([checkout], Inquiry.Reason.RETURNED)


@transaction.atomic
def checkouts_settled(*, checkouts: Iterable[Checkout]) -> int:
    """Providers have settled something of these checkouts that our books do not have: ask about it; how many are."""
    return _inquire(checkouts, Inquiry.Reason.SETTLED)


@transaction.atomic
def checkouts_hinted(*, checkouts: Iterable[Checkout]) -> int:
    """Messages were about these checkouts, and too early: ask about them; how many are."""
    return _inquire(checkouts, Inquiry.Reason.UNHEARD)


@transaction.atomic
def checkouts_ask(*, now: datetime) -> int:
    """Ask again about every checkout that may have been paid without our hearing of it; how many."""
    recent = Checkout.objects.exclude(provider_ref="").filter(created_at__gt=now - ASK_FOR)
    unpaid, silent = Q(link__invoice__state__in=OWED), Q(link__account__in=_silent_accounts())
    unheard = recent.filter(
        (unpaid & _not_asked_for(ASK_AGAIN, now))
        | (unpaid & silent & Q(state=_State.OPEN) & _not_asked_for(ASK_SILENT, now))
        | (silent & Q(link__state=PaymentLink.State.PAID) & _not_asked_for(ASK_PAID, now))
    )
    waiting = Inquiry.objects.filter(checkout=OuterRef("pk"), answered_at=None)
    return _inquire(unheard.exclude(Exists(waiting)).order_by("created_at")[:500], Inquiry.Reason.UNHEARD)


def inquiry_answer(*, subject_id: UUID) -> None:
    """Ask the provider. Follows `inquiry.made`. Raises GatewayUnavailable or GatewayRefused."""
    inquiry = Inquiry.objects.get(pk=subject_id)
    checkout_sync(subject_id=inquiry.checkout_id)
    Inquiry.objects.filter(pk=inquiry.pk, answered_at=None).update(answered_at=timezone.now())


@contextlib.contextmanager
def _place() -> Iterator[None]:
    """One of the places in this process to wait for a provider. Raises CannotPayNow when all are taken."""
    if not _places.acquire(blocking=False):
        raise CannotPayNow("Many are paying at this moment. Please try again in a few seconds.")
    try:
        yield
    finally:
        _places.release()


def _open(account: str, wanted: CheckoutWanted) -> Opened:
    try:
        gateway = gateway_for(account)
        return gateway.checkout_open(wanted)
    except GatewayUnavailable as error:
        if not gateway.capabilities.repeats:
            _give_up(wanted)
        raise CannotPayNow(
            "The payment provider does not answer. Please try again in a few minutes."
        ) from error
    except (GatewayRefused, AccountUnusable) as error:
        _give_up(wanted)
        log.exception("no checkout", account=account)
        raise CannotPayNow("The payment provider refuses. Please tell the company.") from error


def _give_up(wanted: CheckoutWanted) -> None:
    """The next try has a reference of its own."""
    Checkout.objects.filter(pk=wanted.reference, state=_State.WANTED).update(state=_State.CLOSED)


def _silent_accounts() -> list[str]:
    """Accounts at providers that send no messages."""
    silent = []
    for name in account_names():
        with contextlib.suppress(AccountUnusable):
            if not gateway_for(name).capabilities.tells:
                silent.append(name)
    return silent


def _not_asked_for(long: timedelta, now: datetime) -> Q:
    """Opened so long ago, and not asked about since."""
    return Q(created_at__lte=now - long) & (Q(asked_at=None) | Q(asked_at__lte=now - long))


def _inquire(checkouts: Iterable[Checkout], reason: Inquiry.Reason) -> int:
    """Wish for the provider to be asked, where nobody has wished for it yet; about how many checkouts."""
    made = 0
    for checkout in checkouts:
        inquiry, is_new = Inquiry.objects.get_or_create(
            checkout=checkout,
            answered_at=None,
            defaults={"organisation_id": checkout.organisation_id, "reason": reason},
        )
        if is_new:
            emit("inquiry.made", inquiry.id)
            made += 1
    return made


def _wanted(invoice_id: UUID, now: datetime) -> Checkout:
    """The link's live checkout, or a new one, not yet opened. Everybody gets the same."""
    with transaction.atomic():
        links = PaymentLink.objects.select_for_update(of=("self",)).select_related("invoice", "organisation")
        link = links.filter(
            invoice=invoice_id, state=PaymentLink.State.OPEN, expires_at__gt=now + GOOD_FOR
        ).first()
        if link is None:
            raise NothingToPay
        live = Checkout.objects.filter(link=link, state__in=LIVE_CHECKOUT).first()
        if live is not None and live.expires_at <= now + GOOD_FOR:
            Checkout.objects.filter(pk=live.pk, state=live.state).update(state=_State.CLOSED)
            live = None
        checkout = live or Checkout.objects.create(
            organisation=link.organisation, link=link, expires_at=link.expires_at
        )
        checkout.link = link
        return checkout


def _opened(checkout: Checkout, opened: Opened) -> Checkout:
    """Keep what the provider says; if somebody else was quicker, theirs."""
    Checkout.objects.filter(pk=checkout.pk, state=_State.WANTED).update(
        state=_State.OPEN,
        provider_ref=opened.provider_ref,
        url=opened.url,
        form=dict(opened.form) if opened.form else None,
        expires_at=opened.expires_at,
    )
    checkout.refresh_from_db()
    if checkout.state != _State.OPEN:
        raise NothingToPay
    return checkout
