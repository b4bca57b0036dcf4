"""Histories of an invoice: whatever payers, banks, the provider, the network and we do, in any order and as often.

Each example is one history, undone afterwards. Ten thousand of them:

    ./linli test --hypothesis-profile=thorough tests/billing/test_histories.py
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from billing.gateways import GATEWAYS
from billing.gateways.base import (
    DisputeState,
    PaymentState,
    RefundState,
)
from billing.models import BillingProfile, PriceItem, Tax
from billing.services.invoices import invoice_issue
from billing.services.profiles import profile_of
from communities.models import Organisation, User
from dispatch.models import Visit
from tests.billing.history import ACCOUNT, ADDRESS, MONEY, NET, History, World
from tests.billing.provider import CHARACTERS, PROVIDERS, Fate, Provider
from tests.conftest import as_caller

EXAMPLES = hypothesis_settings.default.max_examples // 2
"""Of each character of provider: fifty, or in the profile `thorough` 3,350."""


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


@contextmanager
def undone() -> Iterator[None]:
    """What happens in the block happens, as far as the database can tell, and then has not."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield
        transaction.set_rollback(True)


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


@pytest.mark.parametrize("character", CHARACTERS)
@hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(done=st.lists(st.one_of(DEEDS), min_size=10, max_size=30))
def test_no_history_breaks_anything(world: World, character: str, done: list[Deed]) -> None:
    with undone():
        history = History(world, CHARACTERS[character])
        for deed in done:
            getattr(history, deed.name)(**deed.given)
            history.check()
        history.everything_is_heard()
