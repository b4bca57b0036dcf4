"""An imitation of Stripe: the part of its API that a checkout needs, over HTTP, with a memory.

Made from https://docs.stripe.com/api; it shares no code with the gateway or Stripe's library. It refuses what Stripe
refuses, and says so in Stripe's words where they are known. What payers, banks and Stripe's staff would do is in
`stripe_books.py`.
"""

import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.billing.gateways.imitation import Answer, Imitation, Request
from tests.billing.gateways.stripe_books import Json, Refusal, StripeBooks

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


class StripeServer(StripeBooks, Imitation):
    """One account in test mode, at `url` for as long as it is entered. `asked` is every request. Hold `lock` to play
    payer or bank while others ask."""

    secret_key = "sk_test_imitation"
    webhook_secret = "whsec_imitation"

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock)
        self.asked: list[Asked] = []
        self._posted = 0
        self._kept: dict[str, tuple[int, object, Answer]] = {}
        self._lost = 0
        self._instead: list[Answer] = []
        self.lock = threading.RLock()

    # -- What goes wrong on the way -----------------------------------------------------------------------------

    def lose_answers(self, count: int) -> None:
        """Do what the next requests want done, and hang up instead of answering."""
        self._lost = count

    def answer_instead(self, status: int, body: str) -> None:
        """Answer the next request with this, and do nothing."""
        self._instead.append(Answer(status, body.encode(), {"Stripe-Should-Retry": "false"}))

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

    def reply(self, request: Request) -> Answer | None:
        parts = urlsplit(request.target)
        said = request.body.decode() if request.method == "POST" else parts.query
        parameters = _nested(parse_qsl(said, keep_blank_values=True))
        asked = Asked(request.method, parts.path, request.headers, parameters)
        with self.lock:
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
            return _refused(Refusal(message, kind="idempotency_error"))
        return Answer(answer.status, answer.body, {"Idempotent-Replayed": "true"})

    def _answer(self, asked: Asked) -> tuple[Answer, bool]:
        """The answer, and whether to keep it under the Idempotency-Key."""
        try:
            self._key_check(asked.headers.get("authorization", ""))
            thing = self._routed(asked)
            self._expand(thing, [path.split(".") for path in asked.parameters.get("expand", {}).values()])
        except Refusal as refusal:
            return _refused(refusal), refusal.is_kept
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


def signature(secret: str, at: int, body: bytes) -> str:
    """docs.stripe.com/webhooks#verify-manually: HMAC-SHA256 of the time, a full stop and the body, in hexadecimal."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def _refused(refusal: Refusal) -> Answer:
    return Answer(refusal.status, json.dumps({"error": refusal.error}).encode())


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
