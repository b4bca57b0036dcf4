"""What Stripe keeps in its imitation: sessions, intents, charges, refunds, disputes, and an event for what happens.

The methods of `StripeBooks` are what payers, banks and Stripe's staff would do. Made from https://docs.stripe.com/api.
"""

import time
from collections.abc import Callable
from copy import deepcopy
from typing import Any

Json = dict[str, Any]


class Refusal(Exception):
    """Stripe's error object. What was refused for its parameters is not kept under the Idempotency-Key."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        is_kept: bool = False,
    ) -> None:
        super().__init__(message)
        self.status, self.is_kept = status, is_kept
        self.error = {"type": kind, "message": message} | ({"code": code} if code else {})


class StripeBooks:
    """`clock` gives Stripe's time in seconds since 1970; `events` is every event so far."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.events: list[Json] = []
        self._things: dict[str, Json] = {}
        self._by_kind: dict[str, list[Json]] = {}
        self._intent_metadata: dict[str, Json] = {}

    # -- What the payer and the payer's bank do -----------------------------------------------------------------

    def decline(self, session_id: str, method: str = "card") -> str:
        """A card is declined; the payer is still on the page. The failed charge's id."""
        intent = self._intent(self._open(session_id), method)
        charge = self._charge(intent, "failed", method)
        self._fail(intent, "card_declined")
        return str(charge["id"])

    def pay(self, session_id: str, method: str = "card") -> str:
        """Paid at once. The intent's id."""
        session = self._open(session_id)
        intent = self._intent(session, method)
        self._charge(intent, "pending", method)
        self._complete(session)
        self._succeed(session, intent)
        self._event("checkout.session.completed", session)
        return str(intent["id"])

    def promise(self, session_id: str, method: str = "konbini", *, charged: bool = False) -> str:
        """A payment that takes days was begun: a code for a store, or (`charged`) a debit of a bank account."""
        session = self._open(session_id)
        intent = self._intent(session, method)
        if charged:
            self._charge(intent, "pending", method)
        intent["status"] = "processing" if charged else "requires_action"
        self._complete(session)
        self._event("checkout.session.completed", session)
        return str(intent["id"])

    def keep_promise(self, session_id: str) -> None:
        """The money arrives."""
        session = self._things[session_id]
        intent = self._things[session["payment_intent"]]
        if self._latest(intent).get("status") != "pending":
            self._charge(intent, "pending", self._things[intent["payment_method"]]["type"])
        self._succeed(session, intent)
        self._event("checkout.session.async_payment_succeeded", session)

    def break_promise(self, session_id: str, code: str = "payment_intent_payment_attempt_expired") -> None:
        """Nobody paid in time, or the bank refused (another `code`)."""
        session = self._things[session_id]
        intent = self._things[session["payment_intent"]]
        latest = self._latest(intent)
        if latest.get("status") == "pending":
            latest["status"] = "failed"
        self._fail(intent, code)
        self._event("checkout.session.async_payment_failed", session)

    def expire(self, session_id: str) -> None:
        """The time of a session runs out, or staff close it."""
        session = self._open(session_id)
        session |= {"status": "expired", "url": None}
        if session["payment_intent"]:
            self._things[session["payment_intent"]] |= {"status": "canceled", "canceled_at": self._now()}
        self._event("checkout.session.expired", session)

    def dispute(self, intent_id: str, units: int, status: str = "needs_response") -> str:
        """The payer contests a payment; a "warning_…" is a question, and takes no money yet."""
        dispute = self._make(
            "dispute",
            "du",
            amount=units,
            currency=self._things[intent_id]["currency"],
            charge=self._things[intent_id]["latest_charge"],
            payment_intent=intent_id,
            status=status,
            reason="fraudulent",
            metadata={},
            balance_transactions=[],
        )
        self._event("charge.dispute.created", dispute)
        if not status.startswith("warning"):
            self._withdraw(dispute)
        return str(dispute["id"])

    # -- What Stripe and the company's people at Stripe do ------------------------------------------------------

    def dispute_becomes(self, dispute_id: str, status: str) -> None:
        """The dispute goes on: "needs_response" after a warning, "under_review", "won", "lost", "prevented" …"""
        dispute = self._things[dispute_id]
        dispute["status"] = status
        if status == "needs_response":
            self._withdraw(dispute)
        if status == "won":
            dispute["balance_transactions"].append(self._move(dispute["amount"], dispute["currency"]))
            self._event("charge.dispute.funds_reinstated", dispute)
        is_over = status in {"won", "lost", "warning_closed", "prevented"}
        self._event("charge.dispute.closed" if is_over else "charge.dispute.updated", dispute)

    def refund(
        self, intent_id: str, units: int, metadata: Json | None = None, status: str = "succeeded"
    ) -> str:
        """Give money back from the dashboard. The refund's id."""
        intent = self._things[intent_id]
        if intent["status"] != "succeeded":
            raise Refusal(f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.")
        charge = self._latest(intent)
        left = charge["amount"] - charge["amount_refunded"]
        if left == 0:
            raise Refusal("Charge has already been refunded.", code="charge_already_refunded", is_kept=True)
        if units > left:
            raise Refusal(f"Refund amount ({units}) is greater than unrefunded amount on charge ({left})")
        charge["amount_refunded"] += units
        refund = self._make(
            "refund",
            "re",
            amount=units,
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=intent_id,
            status=status,
            metadata=metadata or {},
        )
        self._event("refund.created", refund)
        self._event("charge.refunded", charge)
        return str(refund["id"])

    def refund_becomes(self, refund_id: str, status: str) -> None:
        """A refund arrives or comes back: "succeeded", "failed", "canceled", "requires_action"."""
        refund = self._things[refund_id]
        if status in {"failed", "canceled"}:
            self._things[refund["charge"]]["amount_refunded"] -= refund["amount"]
        refund["status"] = status
        self._event("refund.failed" if status == "failed" else "refund.updated", refund)

    def things(self, kind: str) -> list[Json]:
        """What the account has of a kind ("checkout.session", "refund" …), oldest first."""
        return list(self._by_kind.get(kind, ()))

    # -- The books ----------------------------------------------------------------------------------------------

    def _make(self, kind: str, prefix: str, **fields: Any) -> Json:
        thing = {
            "id": f"{prefix}_{len(self._things):06d}",
            "object": kind,
            "created": self._now(),
            "livemode": False,
            **fields,
        }
        self._things[thing["id"]] = thing
        self._by_kind.setdefault(kind, []).append(thing)
        return thing

    def _event(self, kind: str, about: Json) -> None:
        event = {
            "id": f"evt_{len(self.events):06d}",
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": self._now(),
            "data": {"object": deepcopy(about)},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        self.events.append(event)

    def _open(self, session_id: str) -> Json:
        session = self._things[session_id]
        if session["status"] != "open":
            raise Refusal(
                'Only Checkout Sessions with a status in ["open"] can be expired. '
                f"This Checkout Session has a status of `{session['status']}`.",
                is_kept=True,
            )
        return session

    def _intent(self, session: Json, method: str) -> Json:
        """The session's intent, made when the payer first presses the button, with what to pay by."""
        if session["payment_intent"] is None:
            session["payment_intent"] = self._make(
                "payment_intent",
                "pi",
                amount=session["amount_total"],
                amount_received=0,
                currency=session["currency"],
                metadata=self._intent_metadata[session["id"]],
                status="requires_payment_method",
                payment_method=None,
                latest_charge=None,
                last_payment_error=None,
                canceled_at=None,
            )["id"]
        intent = self._things[session["payment_intent"]]
        intent["payment_method"] = self._make("payment_method", "pm", type=method)["id"]
        return intent

    def _charge(self, intent: Json, status: str, method: str) -> Json:
        charge = self._make(
            "charge",
            "ch",
            amount=intent["amount"],
            amount_refunded=0,
            currency=intent["currency"],
            metadata=deepcopy(intent["metadata"]),
            payment_intent=intent["id"],
            payment_method_details={"type": method, method: {}},
            balance_transaction=None,
            status=status,
        )
        intent["latest_charge"] = charge["id"]
        return charge

    def _latest(self, intent: Json) -> Json:
        return self._things.get(intent["latest_charge"] or "", {})

    def _fail(self, intent: Json, code: str) -> None:
        intent |= {
            "status": "requires_payment_method",
            "payment_method": None,
            "last_payment_error": {"type": "card_error", "code": code, "charge": intent["latest_charge"]},
        }
        self._event("payment_intent.payment_failed", intent)

    def _complete(self, session: Json) -> None:
        session |= {"status": "complete", "url": None}

    def _succeed(self, session: Json, intent: Json) -> None:
        session["payment_status"] = "paid"
        arrival = self._move(intent["amount"], intent["currency"])
        self._latest(intent).update(status="succeeded", balance_transaction=arrival["id"])
        intent |= {"status": "succeeded", "amount_received": intent["amount"], "last_payment_error": None}
        self._event("payment_intent.succeeded", intent)

    def _move(self, units: int, currency: str) -> Json:
        return self._make("balance_transaction", "txn", amount=units, currency=currency)

    def _withdraw(self, dispute: Json) -> None:
        dispute["balance_transactions"].append(self._move(-dispute["amount"], dispute["currency"]))
        self._event("charge.dispute.funds_withdrawn", dispute)

    def _now(self) -> int:
        return int(self.clock())
