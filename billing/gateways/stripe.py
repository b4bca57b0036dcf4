"""Stripe, through its own library. A checkout is a Checkout Session, a payment is its PaymentIntent.

Stripe's words: https://docs.stripe.com/api. A *session* is the page. The *intent* behind it collects the amount once;
every try with a card leaves a *charge*, which failed or succeeded.

`account.values` has `secret_key` (a restricted key needs to write Checkout Sessions and Refunds, and to read
PaymentIntents, Charges, Disputes and balance transactions) and `webhook_secrets`, one or several.

Stripe sends its messages to the endpoints that are entered in the account, so `notice_url` is not used. They are to be
for these events: checkout.session.completed, .async_payment_succeeded, .async_payment_failed, .expired;
payment_intent.payment_failed; charge.refunded; refund.created, .updated, .failed; charge.dispute.created, .updated,
.closed, .funds_withdrawn, .funds_reinstated.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import stripe
from stripe.checkout import Session
from stripe.params.checkout import SessionCreateParams

from billing.gateways.base import (
    Account,
    AccountUnusable,
    Capabilities,
    Checkout,
    CheckoutWanted,
    DisputeState,
    GatewayRefused,
    GatewayUnavailable,
    Known,
    Notice,
    NoticeForged,
    PaymentState,
    ProviderDispute,
    ProviderPayment,
    ProviderRefund,
    RefundState,
    RefundWanted,
)
from billing.gateways.units import money, provider_units
from core.http import TIMEOUT_S
from core.money import Money

# The library tells Stripe how long calls took and what machine this is, and writes an identity into the home folder,
# unless the process says no: https://github.com/stripe/stripe-python
stripe.enable_telemetry = False

RETRIES = 1  # by the library, half a second later, with the same Idempotency-Key

CURRENCIES = {
    "TWD": 2,
    "JPY": 0,
    "KRW": 0,
    "VND": 0,
    "USD": 2,
    "EUR": 2,
    "GBP": 2,
    "HKD": 2,
    "SGD": 2,
    "CNY": 2,
}
"""Decimals of Stripe's units: https://docs.stripe.com/currencies#zero-decimal. TWD has none in payouts only."""

LOCALES = {"en": "en", "zh-hant": "zh-TW"}
"""Our languages in Stripe's words: https://docs.stripe.com/api/checkout/sessions/create, `locale`."""

SHORTEST_S, LONGEST_S = 30 * 60, 24 * 60 * 60
"""How long a session can be open: https://docs.stripe.com/api/checkout/sessions/create, `expires_at`."""
LEEWAY_S = 60  # Stripe counts by its own clock, from when the request arrives
KEY_KEPT_S = LONGEST_S + 60 * 60
"""Stripe keeps an Idempotency-Key for 24 hours or more: https://docs.stripe.com/api/idempotent_requests. So as long
as a session can be open, its key brings it back."""

SIGNED_AT = re.compile(r"t=([0-9]+),")
"""The beginning of Stripe-Signature. Only there is it sure to be the time that the library reads, and checks."""
TOLERANCE_S = 300  # https://docs.stripe.com/webhooks
SECRET_KEY = re.compile(r"(?:sk|rk)_(test|live)_\w+", re.ASCII)  # https://docs.stripe.com/keys
LONGEST_METADATA = 500  # characters of a value: https://docs.stripe.com/metadata
PAGE = 100  # the most that Stripe lists at once: https://docs.stripe.com/api/pagination

# https://docs.stripe.com/payments/paymentintents/lifecycle
MONEY_MOVES = {
    "processing": PaymentState.PENDING,
    "requires_capture": PaymentState.AUTHORISED,
    "succeeded": PaymentState.SUCCEEDED,
}
PAYER_IS_DONE = {
    "requires_action": PaymentState.PENDING,
    "requires_confirmation": PaymentState.PENDING,
    "requires_payment_method": PaymentState.DECLINED,
    "canceled": PaymentState.EXPIRED,
}
TOO_LATE = "payment_intent_payment_attempt_expired"  # https://docs.stripe.com/error-codes
FAILED = frozenset({PaymentState.DECLINED, PaymentState.EXPIRED})

# https://docs.stripe.com/api/refunds/object, `status`; "pending" and "requires_action" are on their way
REFUND_STATES = {
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}

# https://docs.stripe.com/api/disputes/object, `status`
DISPUTE_STATES = {
    "needs_response": DisputeState.OPEN,
    "under_review": DisputeState.OPEN,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
}

_Thing = TypeVar("_Thing", bound=stripe.StripeObject)


class StripeGateway:
    """Pays by what the company has switched on in its account: cards, wallets, convenience stores …

    See base.Gateway. `clock` gives seconds since 1970.
    """

    capabilities = Capabilities(currencies=CURRENCIES)

    def __init__(self, account: Account, clock: Callable[[], float] = time.time) -> None:
        """Raises AccountUnusable for what is not a secret key of Stripe's."""
        key = SECRET_KEY.fullmatch(account.values.get("secret_key", ""))
        if key is None:
            raise AccountUnusable(f"[{account.name}] secret_key is not as Stripe gives them out: sk_live_…")
        self._live = key[1] == "live"
        self._webhook_secrets = account.values.get("webhook_secrets", "").split()
        self._clock = clock
        self._stripe = stripe.StripeClient(
            key[0],
            base_addresses={"api": account.base_url.rstrip("/")},
            http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
            max_network_retries=RETRIES,
        ).v1

    def checkout_open(self, wanted: CheckoutWanted) -> Checkout:
        """Open a session, for 30 minutes at least and 24 hours at most.

        Asked again for the same reference, Stripe finds the session by the Idempotency-Key. Where `expires_at` had to
        follow the clock, the request is not quite the same the second time, Stripe refuses the key for that, and the
        session is looked up. Raises GatewayRefused when it has been paid, closed, or was for another amount.
        """
        sessions = self._stripe.checkout.sessions
        key = f"checkout-{wanted.reference}"
        with _asking():
            try:
                session = sessions.create(self._session_wanted(wanted), {"idempotency_key": key})
            except stripe.IdempotencyError:
                session = self._session_opened(wanted)
            if _is_replayed(session):  # as it was when it was made
                session = sessions.retrieve(session.id)
            return _checkout(session)

    def checkout_close(self, checkout: Known) -> None:
        """See base.Gateway. A payment that is still on its way counts as paid: nobody can call it off here."""
        sessions = self._stripe.checkout.sessions
        with _asking():
            try:
                sessions.expire(checkout.provider_ref)
            except stripe.InvalidRequestError:  # it is not open
                if sessions.retrieve(checkout.provider_ref).status != "expired":
                    raise

    def payments_of(self, checkout: Known) -> list[ProviderPayment]:
        """Each card that was declined on the page, by its charge, and last what the page led to, by the intent.

        Only a page that the payer got through leads to something: with a card at once to success; with a bank or a
        convenience store to something pending, which succeeds, is declined or expires days later, always under the
        same reference. A page that closed unused leads to nothing.
        """
        with _asking():
            session = self._session(checkout)
            intent = _whole(session.payment_intent)
            if intent is None:  # Stripe makes it when the payer first presses the button
                return []
            state = _state(session, intent)
            declined = [_declined(charge) for charge in self._charges_failed(intent, state)]
            return declined if state is None else [*declined, self._payment(intent, state)]

    def payment_capture(self, checkout: Known) -> None:
        raise GatewayRefused("sessions are opened so that Stripe takes the money at once")

    def payment_refund(self, wanted: RefundWanted) -> ProviderRefund:
        """Give money back, once for the reference, however late it is asked again.

        Stripe forgets an Idempotency-Key after a day, so its books are read first.
        """
        units = provider_units(wanted.amount, CURRENCIES)
        reference = str(wanted.reference)
        with _asking():
            made = next((one for one in self._refunds(wanted.payment_ref) if _ours(one) == reference), None)
            made = made or self._stripe.refunds.create(
                {
                    "payment_intent": wanted.payment_ref,
                    "amount": units,
                    "metadata": _refund_metadata(wanted),
                },
                {"idempotency_key": f"refund-{reference}"},
            )
            refund = _refund(made)
        if refund.amount != wanted.amount:
            raise GatewayRefused(f"{reference} gave back {refund.amount}, not {wanted.amount}")
        return refund

    def notice_read(self, raw_body: bytes, headers: Mapping[str, str]) -> Notice:
        """See base.Gateway. A dispute, and a refund made at Stripe's, name nothing of ours: then `checkout_ref` is the
        intent, which is the payment's `provider_ref`."""
        signature = {name.lower(): value for name, value in headers.items()}.get("stripe-signature", "")
        signed_at = SIGNED_AT.match(signature)
        secrets = self._webhook_secrets
        if signed_at is None or not any(_is_signed(raw_body, signature, secret) for secret in secrets):
            raise NoticeForged("the signature does not fit the message")
        if abs(int(self._clock()) - int(signed_at[1])) > TOLERANCE_S:
            raise NoticeForged(f"signed more than {TOLERANCE_S} s before or after now")
        event = _event(raw_body)
        if event.get("livemode") is not self._live:
            raise NoticeForged(f"not of {'live' if self._live else 'test'} mode, as the account's key is")
        return Notice(event_id=event["id"], checkout_ref=_checkout_ref(event))

    def _session_wanted(self, wanted: CheckoutWanted) -> SessionCreateParams:
        """What to ask for; the same however often it is asked, but where `expires_at` follows the clock."""
        ours = {"reference": str(wanted.reference)}
        asked: SessionCreateParams = {
            "mode": "payment",
            "client_reference_id": str(wanted.reference),
            "metadata": ours,
            "payment_intent_data": {"metadata": ours},  # from there it gets to the charges
            "line_items": [
                {
                    "price_data": {
                        "currency": wanted.amount.currency.lower(),
                        "unit_amount": provider_units(wanted.amount, CURRENCIES),
                        "product_data": {"name": wanted.description},
                    },
                    "quantity": 1,
                }
            ],
            "adaptive_pricing": {"enabled": False},  # asked in the invoice's currency, and in no other
            "locale": LOCALES.get(wanted.language.lower(), "auto"),
            "success_url": wanted.return_url,
            "cancel_url": wanted.return_url,
        }
        expires_at = _expiry(int(wanted.expires_at.timestamp()), int(self._clock()))
        return asked if expires_at is None else {**asked, "expires_at": expires_at}

    def _session_opened(self, wanted: CheckoutWanted) -> Session:
        """The session for a reference that Stripe knows the Idempotency-Key of. Lists a day's sessions."""
        since = int(self._clock()) - KEY_KEPT_S
        listed = self._stripe.checkout.sessions.list({"created": {"gte": since}, "limit": PAGE})
        for session in listed.auto_paging_iter():
            if session.client_reference_id == str(wanted.reference):
                asked = _money(session.amount_total or 0, session.currency or "")
                if asked != wanted.amount:
                    raise GatewayRefused(f"{wanted.reference} was opened for {asked}, not {wanted.amount}")
                return session
        raise GatewayRefused(f"{wanted.reference} was used before, and its session is not to be found")

    def _session(self, checkout: Known) -> Session:
        """The session with its intent, that one's latest charge, and the money's arrival."""
        session = self._stripe.checkout.sessions.retrieve(
            checkout.provider_ref,
            {"expand": ["payment_intent.payment_method", "payment_intent.latest_charge.balance_transaction"]},
        )
        if session.client_reference_id != str(checkout.reference):
            raise GatewayRefused(f"{checkout.provider_ref} is not the session of {checkout.reference}")
        return session

    def _charges_failed(
        self, intent: stripe.PaymentIntent, state: PaymentState | None
    ) -> list[stripe.Charge]:
        """The intent's failed charges, oldest first, but the one for which the intent itself stands."""
        told = _whole(intent.latest_charge) if state in FAILED else None
        listed = self._stripe.charges.list({"payment_intent": intent.id, "limit": PAGE})
        failed = [one for one in listed.auto_paging_iter() if one.status == "failed"]
        return [one for one in reversed(failed) if told is None or one.id != told.id]

    def _payment(self, intent: stripe.PaymentIntent, state: PaymentState) -> ProviderPayment:
        paid = state == PaymentState.SUCCEEDED
        return ProviderPayment(
            provider_ref=intent.id,
            state=state,
            amount=_money(intent.amount_received if paid else intent.amount, intent.currency),
            happened_at=_happened_at(intent),
            method=_method(intent),
            refunds=tuple(_refund(one) for one in self._refunds(intent.id)) if paid else (),
            disputes=self._disputes(intent.id) if paid else (),
        )

    def _refunds(self, intent_id: str) -> list[stripe.Refund]:
        """Oldest first."""
        listed = self._stripe.refunds.list({"payment_intent": intent_id, "limit": PAGE})
        return list(listed.auto_paging_iter())[::-1]

    def _disputes(self, intent_id: str) -> tuple[ProviderDispute, ...]:
        """Those that took money, oldest first."""
        listed = self._stripe.disputes.list({"payment_intent": intent_id, "limit": PAGE})
        disputes = [_dispute(one) for one in listed.auto_paging_iter()]
        return tuple(one for one in reversed(disputes) if one is not None)


@contextmanager
def _asking() -> Iterator[None]:
    """Questions to Stripe: what may go wrong, in our two words.

    An APIError is no answer of Stripe's to the question: 5xx, what is no JSON, and 409 while the same Idempotency-Key
    is at work elsewhere (https://docs.stripe.com/error-low-level). Over JSON that is not of Stripe's form, as a proxy
    may write it, the library stumbles: AttributeError.
    """
    try:
        yield
    except stripe.APIConnectionError as error:
        raise GatewayUnavailable(f"no answer: {type(error.__cause__).__name__}") from error
    except (stripe.APIError, stripe.RateLimitError) as error:
        raise GatewayUnavailable(_problem(error)) from error
    except AttributeError as error:
        raise GatewayUnavailable("an answer that is not of Stripe's form") from error
    except stripe.AuthenticationError as error:
        # Stripe's own text quotes the key.
        raise GatewayRefused("Stripe does not take the account's key") from error
    except stripe.StripeError as error:
        raise GatewayRefused(_problem(error)) from error


def _problem(error: stripe.StripeError) -> str:
    return f"answered {error.http_status} {error.code or ''}: {(error.user_message or '')[:200]}"


def _is_replayed(session: Session) -> bool:
    """Whether this is Stripe's first answer once more: https://docs.stripe.com/error-low-level."""
    response = session.last_response
    return response is not None and response.headers.get("Idempotent-Replayed") == "true"


def _expiry(wanted: int, now: int) -> int | None:
    """When a session opened now is to expire, in seconds since 1970; None for when Stripe lets it: in 24 hours."""
    if wanted > now + LONGEST_S - LEEWAY_S:
        return None
    return max(wanted, now + SHORTEST_S + LEEWAY_S)


def _checkout(session: Session) -> Checkout:
    if session.status != "open" or session.url is None:
        raise GatewayRefused(f"the session {session.id} is {session.status}: another needs another reference")
    return Checkout(provider_ref=session.id, url=session.url, expires_at=_time(session.expires_at))


def _state(session: Session, intent: stripe.PaymentIntent) -> PaymentState | None:
    """How it stands with the intent; None while the payer is on the page, and when nobody will come back to it."""
    if intent.status in MONEY_MOVES or session.status != "complete":
        return MONEY_MOVES.get(intent.status)
    error = intent.last_payment_error
    if intent.status == "requires_payment_method" and error is not None and error.code == TOO_LATE:
        return PaymentState.EXPIRED
    return PAYER_IS_DONE.get(intent.status)


def _happened_at(intent: stripe.PaymentIntent) -> datetime:
    """When the money came, as far as it did; else when it was last tried, or called off."""
    charge = _whole(intent.latest_charge)
    if charge is None:
        return _time(intent.canceled_at or intent.created)
    arrival = _whole(charge.balance_transaction)
    return _time(intent.canceled_at or (arrival or charge).created)


def _method(intent: stripe.PaymentIntent) -> str:
    method = _whole(intent.payment_method)
    charge = _whole(intent.latest_charge)
    return method.type if method else _charge_method(charge) if charge else ""


def _charge_method(charge: stripe.Charge) -> str:
    return charge.payment_method_details.type if charge.payment_method_details else ""


def _declined(charge: stripe.Charge) -> ProviderPayment:
    return ProviderPayment(
        provider_ref=charge.id,
        state=PaymentState.DECLINED,
        amount=_money(charge.amount, charge.currency),
        happened_at=_time(charge.created),
        method=_charge_method(charge),
    )


def _refund_metadata(wanted: RefundWanted) -> dict[str, str]:
    """Ours, the checkout's for the messages about it, and for the people who look at it at Stripe's the reason."""
    told = {"reference": str(wanted.reference), "checkout": str(wanted.checkout.reference)}
    return told | {"reason": wanted.reason[:LONGEST_METADATA]} if wanted.reason else told


def _ours(refund: stripe.Refund) -> str:
    """Our reference of a refund; "" when it was made at Stripe's."""
    return _reference(refund.metadata.to_dict() if refund.metadata else {}, "reference")


def _refund(refund: stripe.Refund) -> ProviderRefund:
    reference = _ours(refund)
    return ProviderRefund(
        provider_ref=refund.id,
        reference=UUID(reference) if reference else None,
        state=REFUND_STATES.get(refund.status or "", RefundState.PENDING),
        amount=_money(refund.amount, refund.currency),
        happened_at=_time(refund.created),
    )


def _dispute(dispute: stripe.Dispute) -> ProviderDispute | None:
    """None for one that took no money.

    That is an inquiry ("warning_…"): the bank asks, and may dispute later, under the same id
    (https://docs.stripe.com/disputes/how-disputes-work). One that was "prevented" by giving the money back
    is lost, as far as money goes; one that was blocked took none
    (https://docs.stripe.com/disputes/get-started/prevention). Stripe says when a dispute was won by when the money
    came back, and of a lost one says nothing.
    """
    moves = dispute.balance_transactions
    prevented = DisputeState.LOST if dispute.status == "prevented" and moves else None
    state = DISPUTE_STATES.get(dispute.status, prevented)
    if state is None:
        return None
    came_back = state == DisputeState.WON and len(moves) > 1
    return ProviderDispute(
        provider_ref=dispute.id,
        state=state,
        amount=_money(dispute.amount, dispute.currency),
        opened_at=_time(dispute.created),
        decided_at=_time(max(move.created for move in moves)) if came_back else None,
    )


def _is_signed(raw_body: bytes, signature: str, secret: str) -> bool:
    """https://docs.stripe.com/webhooks. How old the message is, is looked at elsewhere: the library takes any time in
    the future."""
    try:
        return bool(stripe.WebhookSignature.verify_header(raw_body, signature, secret))
    except (stripe.SignatureVerificationError, ValueError, TypeError):  # a body or signature that is no text
        return False


def _event(raw_body: bytes) -> dict[str, Any]:
    """A message that was verified, as what it should be."""
    try:
        event = json.loads(raw_body)
    except ValueError as error:
        raise NoticeForged("signed, and no JSON") from error
    if not isinstance(event, dict) or not isinstance(event.get("id"), str):
        raise NoticeForged("signed, and no event")
    return event


def _checkout_ref(event: Mapping[str, Any]) -> str:
    """The checkout that an event is about, by our reference or the intent; "" when it is about something else.

    Stripe copies an intent's metadata to its charges, and nothing to refunds and disputes:
    https://support.stripe.com/questions/how-metadata-works-with-related-objects.
    """
    about: Mapping[str, Any] = (event.get("data") or {}).get("object") or {}
    metadata = about.get("metadata") or {}
    match about.get("object"):
        case "checkout.session" | "payment_intent" | "charge":
            return _reference(metadata, "reference")
        case "refund":
            return _reference(metadata, "checkout") or about.get("payment_intent") or ""
        case "dispute":
            return about.get("payment_intent") or ""
    return ""


def _reference(metadata: Mapping[str, Any], key: str) -> str:
    """One of our references; "" where there is none, or another program of the company's put something else."""
    try:
        return str(UUID(metadata.get(key, "")))
    except ValueError:
        return ""


def _whole(field: str | _Thing | None) -> _Thing | None:
    """What Stripe was asked to write out, where else it has an id: https://docs.stripe.com/api/expanding_objects."""
    assert not isinstance(field, str)
    return field


def _money(units: int, currency: str) -> Money:
    return money(units, currency.upper(), CURRENCIES)


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
