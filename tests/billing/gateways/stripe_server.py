"""An imitation of Stripe: the part of its API that a checkout needs, over HTTP, with a memory.

Made from https://docs.stripe.com/api; it shares no code with the gateway or Stripe's library. It refuses what Stripe
refuses, and says so in Stripe's words where they are known. The methods of `StripeServer` are what payers, banks and
Stripe's staff would do.
"""

import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import httpx

Json = dict[str, Any]

HALF_HOUR, DAY = 30 * 60, 24 * 60 * 60
SMALLEST = {"usd": 50, "eur": 50, "gbp": 30, "hkd": 400, "sgd": 50, "jpy": 50}  # docs.stripe.com/currencies
SESSION_PARAMETERS = {
    "adaptive_pricing", "cancel_url", "client_reference_id", "expires_at", "line_items", "locale", "metadata",
    "mode", "payment_intent_data", "success_url",
}  # fmt: skip
LOCALES = {"auto", "en", "ja", "ko", "vi", "zh", "zh-HK", "zh-TW"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    parameters: Json


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


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
        self.is_kept = is_kept
        error = {"type": kind, "message": message} | ({"code": code} if code else {})
        self.answer = Answer(status, json.dumps({"error": error}).encode())


class StripeServer:
    """One account in test mode, at `url` for as long as it is entered.

    `clock` gives Stripe's time in seconds since 1970; `asked` is every request, `events` every event so far.
    """

    secret_key = "sk_test_imitation"
    webhook_secret = "whsec_imitation"

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.asked: list[Asked] = []
        self.events: list[Json] = []
        self._posted = 0
        self._things: dict[str, Json] = {}
        self._intent_metadata: dict[str, Json] = {}
        self._kept: dict[str, tuple[int, object, Answer]] = {}
        self._lost = 0
        self._instead: list[Answer] = []
        self._lock = threading.RLock()
        handler = type("Handler", (_Handler,), {"stripe": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    # -- What goes wrong on the way -----------------------------------------------------------------------------

    def lose_answers(self, count: int) -> None:
        """Do what the next requests want done, and hang up instead of answering."""
        self._lost = count

    def answer_instead(self, status: int, body: str) -> None:
        """Answer the next request with this, and do nothing."""
        self._instead.append(Answer(status, body.encode(), {"Stripe-Should-Retry": "false"}))

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
        return [one for one in self._things.values() if one["object"] == kind]

    # -- Messages -----------------------------------------------------------------------------------------------

    def event(self, kind: str) -> Json:
        """The last event of a kind."""
        return next(event for event in reversed(self.events) if event["type"] == kind)

    def signed(self, event: Json, *, secret: str = "", at: int | None = None) -> tuple[bytes, dict[str, str]]:
        """An event as it is sent: body and headers."""
        body = json.dumps(event, ensure_ascii=False, indent=2).encode()
        at = self._now() if at is None else at
        return body, {"Stripe-Signature": f"t={at},v1={signature(secret or self.webhook_secret, at, body)}"}

    def post_events(self, url: str) -> list[int]:
        """Send what was not sent yet to an endpoint; the statuses of its answers."""
        new, self._posted = self.events[self._posted :], len(self.events)
        messages = [self.signed(event) for event in new]
        return [httpx.post(url, content=body, headers=headers).status_code for body, headers in messages]

    # -- The API ------------------------------------------------------------------------------------------------

    def answer(self, asked: Asked) -> Answer | None:
        """The answer to a request; None to hang up."""
        with self._lock:
            self.asked.append(asked)
            if self._instead:
                return self._instead.pop(0)
            if asked.method == "GET":
                return self._answer(asked)[0]
            answer = self._once(asked)
            if self._lost:
                self._lost -= 1
                return None
            return answer

    def _once(self, asked: Asked) -> Answer:
        """A request with a known Idempotency-Key is not done again. Keys are kept for a day."""
        key, same = asked.headers.get("idempotency-key", ""), (asked.path, asked.parameters)
        at, before, answer = self._kept.get(key, (0, None, None))
        if answer is None or at <= self._now() - DAY:
            answer, is_kept = self._answer(asked)
            if key and is_kept:
                self._kept[key] = (self._now(), same, answer)
            return answer
        if before != same:
            message = "Keys for idempotent requests can only be used with the same parameters"
            return Refusal(message, kind="idempotency_error").answer
        return Answer(answer.status, answer.body, {"Idempotent-Replayed": "true"})

    def _answer(self, asked: Asked) -> tuple[Answer, bool]:
        """The answer, and whether to keep it under the Idempotency-Key."""
        try:
            self._key_check(asked.headers.get("authorization", ""))
            thing = self._routed(asked)
            self._expand(thing, [path.split(".") for path in asked.parameters.get("expand", {}).values()])
        except Refusal as refusal:
            return refusal.answer, refusal.is_kept
        return Answer(200, json.dumps(thing).encode()), True

    def _key_check(self, authorization: str) -> None:
        if not hmac.compare_digest(authorization, f"Bearer {self.secret_key}"):
            raise Refusal(f"Invalid API Key provided: sk_test_****{authorization[-4:]}", status=401)

    def _routed(self, asked: Asked) -> Json:
        for pattern, method in _ROUTES:
            found = re.fullmatch(pattern, f"{asked.method} {asked.path}")
            if found is not None:
                return deepcopy(method(self, asked.parameters, *found.groups()))
        raise Refusal(f"Unrecognized request URL ({asked.method}: {asked.path}).", status=404)

    def _session_create(self, given: Json) -> Json:
        _session_check(given, self._now())
        price = given["line_items"]["0"]["price_data"]
        session = self._make(
            "checkout.session",
            "cs_test",
            mode="payment",
            status="open",
            payment_status="unpaid",
            payment_intent=None,
            client_reference_id=given.get("client_reference_id"),
            metadata=given.get("metadata", {}),
            amount_total=int(price["unit_amount"]),
            currency=price["currency"],
            locale=given.get("locale"),
            expires_at=int(given.get("expires_at", self._now() + DAY)),
            success_url=given["success_url"],
        )
        session["url"] = f"{self.url}/c/pay/{session['id']}"
        self._intent_metadata[session["id"]] = given.get("payment_intent_data", {}).get("metadata", {})
        return session

    def _session_expire(self, given: Json, session_id: str) -> Json:
        self.expire(self._thing({}, session_id)["id"])
        return self._things[session_id]

    def _refund_create(self, given: Json) -> Json:
        intent = self._thing({}, given["payment_intent"])
        metadata = given.get("metadata", {})
        if any(len(value) > 500 for value in metadata.values()):
            raise Refusal("Metadata values can have up to 500 characters")
        return self._things[self.refund(intent["id"], int(given["amount"]), metadata)]

    def _thing(self, given: Json, thing_id: str) -> Json:
        if thing_id not in self._things:
            raise Refusal(f"No such object: '{thing_id}'", status=404, code="resource_missing")
        return self._things[thing_id]

    def _listed(self, given: Json, path: str) -> Json:
        """A page of a kind of things, newest first, of those that have what `given` says."""
        kind = {"checkout/sessions": "checkout.session"}.get(path, path.removesuffix("s"))
        limit = int(given.get("limit", 10))
        if not 1 <= limit <= 100:
            raise Refusal("Invalid integer: limit must be between 1 and 100")
        things = self.things(kind)[::-1]
        if "payment_intent" in given:
            things = [one for one in things if one["payment_intent"] == given["payment_intent"]]
        since = int(given.get("created", {}).get("gte", 0))
        things = [one for one in things if one["created"] >= since]
        if "starting_after" in given:
            ids = [one["id"] for one in things]
            things = things[ids.index(given["starting_after"]) + 1 :]
        page, rest = things[:limit], things[limit:]
        return {"object": "list", "url": f"/v1/{path}", "data": page, "has_more": bool(rest)}

    def _expand(self, thing: Json, paths: list[list[str]]) -> None:
        """Put whole things in the place of their ids, along each path: docs.stripe.com/api/expanding_objects."""
        for name, *rest in paths:
            if name not in thing:
                raise Refusal(f"This property cannot be expanded ({name}).")
            if isinstance(thing[name], str):
                thing[name] = deepcopy(self._things[thing[name]])
            if rest and thing[name]:
                self._expand(thing[name], [rest])

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


def signature(secret: str, at: int, body: bytes) -> str:
    """docs.stripe.com/webhooks#verify-manually: HMAC-SHA256 of the time, a full stop and the body, in hexadecimal."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


_ROUTES: list[tuple[str, Callable[..., Json]]] = [
    (r"POST /v1/checkout/sessions", StripeServer._session_create),
    (r"POST /v1/checkout/sessions/(\w+)/expire", StripeServer._session_expire),
    (r"POST /v1/refunds", StripeServer._refund_create),
    (r"GET /v1/(checkout/sessions|charges|refunds|disputes)", StripeServer._listed),
    (r"GET /v1/checkout/sessions/(\w+)", StripeServer._thing),
]


def _session_check(given: Json, now: int) -> None:
    """Raises Refusal for parameters of a session that Stripe would not take."""
    unknown = set(given) - SESSION_PARAMETERS
    if unknown:
        raise Refusal(f"Received unknown parameters: {', '.join(sorted(unknown))}", code="parameter_unknown")
    missing = {"mode", "success_url", "line_items"} - set(given)
    if missing or given["mode"] != "payment":
        raise Refusal(f"Missing required params: {', '.join(sorted(missing))}", code="parameter_missing")
    if given.get("locale", "auto") not in LOCALES:
        raise Refusal(f"Invalid locale: {given['locale']}")
    expires_at = int(given.get("expires_at", now + DAY))
    if expires_at < now + HALF_HOUR:
        raise Refusal(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        )
    if expires_at > now + DAY:
        raise Refusal("The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.")
    _price_check(given["line_items"]["0"]["price_data"])


def _price_check(price: Json) -> None:
    if not price["product_data"].get("name"):
        raise Refusal("You passed an empty string for 'line_items[0][price_data][product_data][name]'.")
    if not price["unit_amount"].isdecimal():
        raise Refusal(f"Invalid integer: {price['unit_amount']}", code="parameter_invalid_integer")
    if int(price["unit_amount"]) < SMALLEST.get(price["currency"], 1):
        raise Refusal("The Checkout Session's total amount due is too small.", code="amount_too_small")


def _nested(pairs: list[tuple[str, str]]) -> Json:
    """`a[b][0]=c` as {"a": {"b": {"0": "c"}}}."""
    tree: Json = {}
    for name, value in pairs:
        *path, last = name.replace("]", "").split("[")
        node = tree
        for key in path:
            node = node.setdefault(key, {})
        node[last] = value
    return tree


class _Handler(BaseHTTPRequestHandler):
    stripe: StripeServer

    def do_GET(self) -> None:
        self._reply(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._reply(parse_qsl(body.decode(), keep_blank_values=True))

    def _reply(self, pairs: list[tuple[str, str]]) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, urlsplit(self.path).path, headers, _nested(pairs))
        answer = self.stripe.answer(asked)
        if answer is None:
            return
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *values: object) -> None:
        """Silence."""
