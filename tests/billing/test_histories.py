"""Histories of an invoice: whatever payers, banks, the provider, the network and we do, in any order and as often.

Our books are the provider's of some moment and never of an earlier one; all else follows from the books. Each example
is one history, undone afterwards. Ten thousand of them:

    ./linli test --hypothesis-profile=thorough tests/billing/test_histories.py
"""

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from billing.errors import (
    CannotPayNow,
    CreditTooLarge,
    NothingToPay,
    NotRefundable,
    RefundOnItsWay,
    RefundTooLarge,
    TooMuch,
)
from billing.gateways import GATEWAYS
from billing.gateways.base import (
    DisputeState,
    GatewayRefused,
    PaymentState,
    RefundState,
)
from billing.models import BillingProfile, Checkout, Dispute, Payment, PriceItem, Refund, Tax
from billing.services.checkouts import checkout_begin, checkout_returned, checkouts_ask
from billing.services.credits import CreditGiven, credit_note_issue
from billing.services.inbox import webhook_receive
from billing.services.invoices import invoice_issue
from billing.services.links import links_expire
from billing.services.on_site import Taken, payment_take
from billing.services.profiles import profile_of
from billing.services.refunds import RefundGiven, refund_want
from billing.services.renewing import link_renew
from billing.services.settling import payments_enter
from communities.access import Caller
from communities.models import Organisation, ServiceEvent, User
from core.models import Outbox
from core.money import Money
from core.outbox import deliver
from dispatch.models import Visit
from tests.billing.our_books import OurBooks, provider_balances, without_zeros
from tests.billing.provider import CHARACTERS, PROVIDERS, Character, Fate, Line, Provider, lines_of
from tests.conftest import as_caller

NET, TAX, TOTAL = 790, 40, 830  # 5 % on top: 39.5, half up
ACCOUNT = ADDRESS = "imitation"
MONEY = {"checkout.unwanted", "inquiry.made", "webhook.received", "refund.wanted"}
"""The topics that move money; letters, surveys and events have tests of their own."""

MOVES = {
    "link": {"open": ("paid", "replaced", "expired")},
    "checkout": {"wanted": ("open", "closed"), "open": ("closed",)},
    "refund wanted": {
        "wanted": ("pending", "succeeded", "failed"),
        "pending": ("succeeded", "failed"),
        "succeeded": ("failed",),
    },
}
HELD = {"provider", "disputed", "on_site"}
"""Accounts that cannot hold less than nothing."""

EXAMPLES = hypothesis_settings.default.max_examples // 2
"""Of each character of provider: fifty, or in the profile `thorough` 3,350."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class World:
    invoice_id: UUID
    ada: Caller


@pytest.fixture
def world(
    done: Visit,
    acme: Organisation,
    ada: User,
    now: datetime,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """An invoice over TWD 790 and 5 % of tax, to be paid at the imitation."""
    settings.OUTBOX_CONSUMERS = {topic: settings.OUTBOX_CONSUMERS[topic] for topic in MONEY}
    settings.PAYMENT_ACCOUNTS = {ACCOUNT: {"gateway": "imitation", "base_url": ADDRESS}}
    monkeypatch.setitem(GATEWAYS, "imitation", "tests.billing.provider.gateway_of")
    PROVIDERS[ADDRESS] = Provider(CHARACTERS["plain"], now)
    PriceItem.objects.update(
        price_minor=NET, tax=Tax.objects.create(organisation=acme, code="vat", name="營業稅", rate_bp=500)
    )
    profile_of(acme).save()
    BillingProfile.objects.update(payment_account=ACCOUNT, prices_include_tax=False)
    return World(invoice_issue(visit_id=done.pk, now=timezone.now()).pk, as_caller(ada))


class History:
    """What happens to one invoice. A deed for which there is nothing yet, or that a service refuses, is none."""

    def __init__(self, world: World, character: Character) -> None:
        self.world = world
        self.provider = PROVIDERS[ADDRESS] = Provider(character, timezone.now())
        self.addresses: list[str] = []  # of pages that a payer has seen
        self.cash_taken = self.cash_given_back = self.messages = 0
        self.seen: Counter[str] = Counter()  # by page: which of its versions our books have
        self.states: dict[str, str] = {}
        self.paid_at = ""
        self.due = TOTAL

    # -- Payers and their banks, the provider's staff, the network

    def pays(self, page: int, share: str, currency: str, state: PaymentState, bad_card: bool) -> None:
        if not self.addresses:
            self.opens_the_page()
        if ref := pick(self.addresses, page):
            amount = share_of(self.provider.pages[ref].wanted.amount.minor, share)
            self.provider.pay(ref, Money(amount, currency), state, bad_card)

    def payment_ends(self, payment: int, state: PaymentState) -> None:
        if ref := pick(self.provider.payments(), payment):
            self.provider.come_to(ref, state)

    def contests(self, payment: int, share: str) -> None:
        if ref := pick(self.provider.payments(), payment):
            with contextlib.suppress(GatewayRefused):
                self.provider.contest(ref, share_of(self.provider.left(ref), share))

    def dispute_ends(self, dispute: int, state: DisputeState) -> None:
        if refs := pick(self.provider.disputes(), dispute):
            self.provider.decide(*refs, state)

    def gives_back_by_itself(self, payment: int, share: str) -> None:
        if ref := pick(self.provider.payments(), payment):
            with contextlib.suppress(GatewayRefused):
                self.provider.give_back(ref, share_of(self.provider.left(ref), share))

    def refund_ends(self, refund: int, state: RefundState) -> None:
        if refs := pick(self.provider.refunds(), refund):
            self.provider.refund_comes_to(*refs, state)

    def next_question_fails(self, question: str, fate: Fate) -> None:
        self.provider.fates[question] = fate

    # -- What reaches us, and our workers

    def opens_the_page(self) -> None:
        with contextlib.suppress(NothingToPay, CannotPayNow):
            checkout = checkout_begin(invoice_id=self.world.invoice_id, language="en", now=self.provider.now)
            self.addresses.append(checkout.provider_ref)

    def comes_back(self, page: int) -> None:
        if ref := pick(self.addresses, page):
            checkout_returned(checkout=Checkout.objects.get(provider_ref=ref))

    def message_comes(self, page: int, by: str, again: bool) -> None:
        ref = pick(self.addresses, page)
        if ref is None or not self.provider.capabilities.tells:
            return
        there = self.provider.pages[ref]
        names = {"ours": str(there.wanted.reference), "payment": next(iter(there.payments), ref)}
        self.messages += not (again and self.messages)
        body = f"event-{self.messages} {names.get(by, ref)}".encode()
        webhook_receive(account=ACCOUNT, raw_body=body, headers={}, now=self.provider.now)

    def time_passes(self, days: int) -> None:
        self.provider.now += timedelta(days=days, minutes=19)
        links_expire(now=self.provider.now)
        checkouts_ask(now=self.provider.now)

    def a_worker_takes_one(self, which: int) -> None:
        if row := pick(waiting(), which):
            deliver(row.pk, now=row.due_at)

    def a_slow_worker_enters(self, page: int, asked: int) -> None:
        """What it was told whenever it asked."""
        if ref := pick(self.addresses, page):
            checkout = Checkout.objects.select_related("link").get(provider_ref=ref)
            told = self.provider.pages[ref].versions[: asked + 1][-1]
            payments_enter(checkout=checkout, told=told.values(), now=self.provider.now)

    def everything_is_heard(self) -> None:
        """Nothing fails any more, and every page with news is asked about: then our books are the provider's of now."""
        self.provider.fates.clear()
        for checkout in Checkout.objects.filter(provider_ref__in=self._behind()):
            checkout_returned(checkout=checkout)
        while rows := waiting():
            assert all(deliver(row.pk, now=row.due_at) for row in rows)
        self.check()
        assert self._behind() == []
        assert not Refund.objects.filter(state=Refund.WANTED).exists()
        assert not Checkout.objects.exclude(link__state="open").exclude(state="closed").exists()
        facts = Counter(ServiceEvent.objects.values_list("kind", flat=True))
        assert facts["invoice.paid"] == bool(self.paid_at)
        assert facts["payment.disputed"] == Dispute.objects.count()

    # -- The company

    def gives_back(self, payment: int, share: str) -> None:
        paid = pick(list(Payment.objects.order_by("pk")), payment)
        if paid is None:
            return
        given = RefundGiven(amount_minor=share_of(paid.amount_minor, share), reason="It leaked.")
        with contextlib.suppress(NotRefundable, RefundTooLarge, RefundOnItsWay):
            refund_want(caller=self.world.ada, payment_id=paid.pk, given=given, now=self.provider.now)
            self.cash_given_back += given.amount_minor if paid.way == Payment.Way.CASH else 0

    def takes_cash(self, share: str) -> None:
        amount = share_of(max(1, self.due), share)
        taken = Taken(way=Payment.Way.CASH, amount_minor=amount, happened_at=self.provider.now)
        with contextlib.suppress(TooMuch):
            payment_take(
                caller=self.world.ada, invoice_id=self.world.invoice_id, taken=taken, now=self.provider.now
            )
            self.cash_taken += amount

    def credits(self, amounts: Mapping[int, int]) -> None:
        given = CreditGiven(reason="It leaked.", amounts=amounts)
        with contextlib.suppress(CreditTooLarge):
            credit_note_issue(
                caller=self.world.ada, invoice_id=self.world.invoice_id, given=given, now=self.provider.now
            )

    def renews_the_link(self) -> None:
        with contextlib.suppress(NothingToPay):
            link_renew(caller=self.world.ada, invoice_id=self.world.invoice_id, now=self.provider.now)

    # -- What must hold

    def check(self) -> None:
        ours = OurBooks()
        told = self._told(ours)
        credited_net, credited_tax = ours.sum_of("credited net"), ours.sum_of("credited tax")
        assert (credited_net <= NET, credited_tax <= TAX) == (True, True)
        credited, in_the_till = credited_net + credited_tax, self.cash_taken - self.cash_given_back
        expected = provider_balances(told)
        expected["receivable", "TWD"] += TOTAL - credited - in_the_till
        expected["revenue", "TWD"], expected["tax", "TWD"] = credited_net - NET, credited_tax - TAX
        expected["on_site", "TWD"] = in_the_till
        assert ours.balances() == without_zeros(expected)
        assert [key for key, amount in expected.items() if key[0] in HELD and amount < 0] == []

        self.due = expected["receivable", "TWD"]
        came = self.cash_taken + sum(
            line[4] for line in told if line[0] == "payment" and line[3] == "succeeded" and line[5] == "TWD"
        )
        self._paid_at_is_right(ours.paid_at, credited, came)
        assert ours.state == state_of(self.due, credited, bool(ours.paid_at))
        assert ours.open_links() in ([], [self.due])
        self._states_go_forward(ours)
        assert all(len(made) <= 1 for made in self.provider.on_our_word.values())

    def _told(self, ours: OurBooks) -> frozenset[Line]:
        """What we know of the provider's books: of each page, what they said at some moment, not before the last."""
        lines = ours.lines()
        told: frozenset[Line] = frozenset()
        for ref, page in self.provider.pages.items():
            known = lines.pop(ref, frozenset())
            versions = [frozenset(lines_of(version)) for version in page.versions]
            assert known in versions[self.seen[ref] :]
            self.seen[ref] = versions.index(known)
            told |= known
        assert lines == {}
        return told

    def _behind(self) -> list[str]:
        """Pages of whose last news we do not know."""
        pages = self.provider.pages.items()
        return [ref for ref, page in pages if self.seen[ref] < len(page.versions) - 1]

    def _paid_at_is_right(self, paid_at: str, credited: int, came: int) -> None:
        """Once it was paid, it was; and then so much must have come."""
        if self.paid_at:
            assert paid_at == self.paid_at
        elif paid_at:
            assert came >= TOTAL - credited
        else:
            assert self.due > 0 or credited == TOTAL
        self.paid_at = paid_at

    def _states_go_forward(self, ours: OurBooks) -> None:
        for what, pk, new in ours.states():
            old = self.states.get(pk, new)
            assert new in (old, *MOVES[what].get(old, ()))
            self.states[pk] = new


def pick(items: Sequence[T], which: int) -> T | None:
    return items[which % len(items)] if items else None


def share_of(amount: int, share: str) -> int:
    return {"all": amount, "half": max(1, amount // 2), "one": 1, "more": amount + 7}[share]


def waiting() -> list[Outbox]:
    return list(Outbox.objects.filter(done_at=None, failed_at=None).order_by("pk"))


def state_of(due: int, credited: int, was_paid: bool) -> str:
    if due < 0:
        return "overpaid"
    if due == 0:
        return "credited" if credited == TOTAL else "paid"
    if was_paid:
        return "reopened"
    return "partly_paid" if due < TOTAL - credited else "issued"


@dataclass(frozen=True, slots=True)
class Deed:
    """A method of History, and what it is given."""

    name: str
    given: Mapping[str, object]


def deeds(times: int, name: str, **given: st.SearchStrategy[object]) -> list[st.SearchStrategy[Deed]]:
    """A deed, so many times among the others; each a strategy of its own, for `one_of` drops what is repeated."""
    return [st.builds(Deed, st.just(name), st.fixed_dictionaries(given)) for _ in range(times)]


WHICH = st.integers(0, 3)
SHARE = st.sampled_from(["all", "half", "one", "more"])
CURRENCY = st.sampled_from(["TWD", "TWD", "TWD", "USD"])
BEGUN = st.sampled_from(
    [PaymentState.SUCCEEDED, PaymentState.SUCCEEDED, PaymentState.PENDING, PaymentState.DECLINED]
)
ENDED = st.sampled_from([PaymentState.SUCCEEDED, PaymentState.DECLINED, PaymentState.EXPIRED])
CONTESTED = st.sampled_from([DisputeState.WON, DisputeState.LOST])
GIVEN_BACK = st.sampled_from([RefundState.SUCCEEDED, RefundState.FAILED])
QUESTION = st.sampled_from(
    ["checkout_open", "checkout_close", "payments_of", "payment_capture", "payment_refund", "payment_refund"]
)
NAMED_BY = st.sampled_from(["ours", "theirs", "payment"])
CREDITED = st.just({}) | st.fixed_dictionaries({1: st.integers(1, NET)})

DEEDS = [
    *deeds(3, "pays", page=WHICH, share=SHARE, currency=CURRENCY, state=BEGUN, bad_card=st.booleans()),
    *deeds(2, "payment_ends", payment=WHICH, state=ENDED),
    *deeds(1, "contests", payment=WHICH, share=SHARE),
    *deeds(1, "dispute_ends", dispute=WHICH, state=CONTESTED),
    *deeds(1, "gives_back_by_itself", payment=WHICH, share=SHARE),
    *deeds(1, "refund_ends", refund=WHICH, state=GIVEN_BACK),
    *deeds(2, "next_question_fails", question=QUESTION, fate=st.sampled_from(Fate)),
    *deeds(2, "opens_the_page"),
    *deeds(2, "comes_back", page=WHICH),
    *deeds(2, "message_comes", page=WHICH, by=NAMED_BY, again=st.booleans()),
    *deeds(1, "time_passes", days=st.sampled_from([0, 1, 10, 40])),
    *deeds(4, "a_worker_takes_one", which=WHICH),
    *deeds(2, "a_slow_worker_enters", page=WHICH, asked=st.integers(1, 6)),
    *deeds(2, "everything_is_heard"),
    *deeds(2, "gives_back", payment=WHICH, share=SHARE),
    *deeds(1, "takes_cash", share=SHARE),
    *deeds(1, "credits", amounts=CREDITED),
    *deeds(1, "renews_the_link"),
]


@contextmanager
def undone() -> Iterator[None]:
    """What happens in the block happens, as far as the database can tell, and then has not."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("character", CHARACTERS)
@hypothesis_settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(done=st.lists(st.one_of(DEEDS), min_size=10, max_size=30))
def test_no_history_breaks_anything(world: World, character: str, done: list[Deed]) -> None:
    with undone():
        history = History(world, CHARACTERS[character])
        for deed in done:
            getattr(history, deed.name)(**deed.given)
            history.check()
        history.everything_is_heard()
