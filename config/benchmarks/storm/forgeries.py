"""What somebody sends us who is not the provider, or is too late."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

from config.benchmarks.storm.post import Signed
from tests.billing.gateways.stripe_server import StripeServer

Event = dict[str, Any]
HOUR = 60 * 60


def by_another_secret(stripe: StripeServer, event: Event) -> tuple[bytes, dict[str, str]]:
    return stripe.signed(event, secret="whsec_somebody-else")  # noqa: S106 - nobody's


def unsigned(stripe: StripeServer, event: Event) -> tuple[bytes, dict[str, str]]:
    return stripe.signed(event)[0], {}


def altered(stripe: StripeServer, event: Event) -> tuple[bytes, dict[str, str]]:
    """Another amount than when it was signed."""
    _, headers = stripe.signed(event)
    about = {**event["data"]["object"], "amount": 1}
    return stripe.signed({**event, "data": {"object": about}})[0], headers


def an_hour_old(stripe: StripeServer, event: Event) -> tuple[bytes, dict[str, str]]:
    return stripe.signed(event, at=int(stripe.clock()) - HOUR)


def an_hour_early(stripe: StripeServer, event: Event) -> tuple[bytes, dict[str, str]]:
    return stripe.signed(event, at=int(stripe.clock()) + HOUR)


WAYS: tuple[Callable[[StripeServer, Event], tuple[bytes, dict[str, str]]], ...] = (
    by_another_secret,
    unsigned,
    altered,
    an_hour_old,
    an_hour_early,
)


def forgery(stripe: StripeServer, event: Event, dice: random.Random) -> tuple[str, Signed]:
    """An event like that one which never was, signed in a way that must not be accepted; its id, and the way."""
    false = {**event, "id": f"{event['id']}_forged"}
    return false["id"], partial(dice.choice(WAYS), stripe, false)
