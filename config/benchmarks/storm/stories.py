"""What payers, banks and the company's people do at the provider: a story for each page, told step by step."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from tests.billing.gateways.stripe_server import StripeServer

UNITS = 100
"""Stripe's units in a dollar of Taiwan; whole dollars are given back and contested."""


@dataclass(slots=True)
class Page:
    """A page of the provider's, the invoice it is for, and what has been done there."""

    invoice_id: UUID
    session: str
    amount: int  # in dollars
    intent: str = ""
    refund: str = ""
    dispute: str = ""

    @property
    def part(self) -> int:
        """A third of it, in the provider's units."""
        return self.amount // 3 * UNITS


Step = Callable[[StripeServer, Page], None]
Story = tuple[Step, ...]


def decline(stripe: StripeServer, page: Page) -> None:
    stripe.decline(page.session)


def pay(stripe: StripeServer, page: Page) -> None:
    page.intent = stripe.pay(page.session)


def promise(stripe: StripeServer, page: Page) -> None:
    page.intent = stripe.promise(page.session)


def keep(stripe: StripeServer, page: Page) -> None:
    stripe.keep_promise(page.session)


def forget(stripe: StripeServer, page: Page) -> None:
    stripe.break_promise(page.session)


def expire(stripe: StripeServer, page: Page) -> None:
    stripe.expire(page.session)


def give_back_part(stripe: StripeServer, page: Page) -> None:
    page.refund = stripe.refund(page.intent, page.part)


def give_back_all(stripe: StripeServer, page: Page) -> None:
    stripe.refund(page.intent, page.amount * UNITS)


def come_back(stripe: StripeServer, page: Page) -> None:
    stripe.refund_becomes(page.refund, "failed")


def contest(stripe: StripeServer, page: Page) -> None:
    page.dispute = stripe.dispute(page.intent, page.part)


def win(stripe: StripeServer, page: Page) -> None:
    stripe.dispute_becomes(page.dispute, "won")


def lose(stripe: StripeServer, page: Page) -> None:
    stripe.dispute_becomes(page.dispute, "lost")


STORIES: tuple[Story, ...] = (
    (pay,),
    (decline, pay),
    (pay, give_back_part),
    (pay, give_back_part, give_back_part),
    (pay, give_back_all),
    (pay, give_back_part, come_back),
    (pay, contest),
    (pay, contest, win),
    (pay, contest, lose),
    (promise, keep),
    (promise, forget),
    (expire,),
)
EVENTS = 46
"""The provider has so many events of all stories together."""


def stories_told(events: int, dice: random.Random) -> list[Story]:
    """Every story as often as it takes for that many events, shuffled."""
    told = list(STORIES) * max(1, round(events / EVENTS))
    dice.shuffle(told)
    return told
