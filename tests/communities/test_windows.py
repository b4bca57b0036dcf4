"""Windows, different customers, and that what is counted bit by bit is what is counted at once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from communities.access import Caller
from communities.errors import FigureTooFine
from communities.models import (
    Community,
    CustomerServed,
    MetricClock,
    MetricDay,
    MetricWindow,
    Organisation,
    Region,
    ServiceEvent,
    User,
)
from communities.selectors.figures import Dimension, Question, figure_table
from communities.services.ledger import Fact, facts_record
from communities.services.metrics import metrics_rebuild, metrics_refresh
from communities.services.windows import WINDOWS, windows_forget, windows_make, windows_turn
from core.money import Money
from dispatch.models import Technician
from tests import factories
from tests.conftest import as_caller

TODAY = date(2026, 3, 2)


@pytest.fixture
def village(north: Region) -> Community:
    return factories.community(north, "A")


def requested(village: Community, now: datetime, days_ago: int, **more: Any) -> None:
    factories.fact(
        village.organisation,
        "request.received",
        now - timedelta(days=days_ago),
        community_id=village.pk,
        **more,
    )


def value(caller: Caller, name: str, window: int = 28, **of: Any) -> float | None:
    table = figure_table(caller, Question(window=window, **of))
    assert table is not None
    return table.whole[name].value


def test_each_window_ends_today(village: Community, as_dora: Caller, now: datetime) -> None:
    windows_turn(now=now)
    for days_ago in (0, 6, 7, 27, 28, 89, 90, 364, 365):
        requested(village, now, days_ago)
    metrics_refresh()
    found = [value(as_dora, "requests", window) for window in WINDOWS]
    assert found == [1, 2, 4, 6, 8]


def test_windows_move_with_the_organisation_s_day(village: Community, as_dora: Caller, now: datetime) -> None:
    requested(village, now, 6)
    metrics_refresh()
    evening = now.replace(hour=15)  # 23:00 in Taipei
    turned = [windows_turn(now=at) for at in (evening, evening, evening + timedelta(hours=1))]
    assert turned == [1, 0, 1]
    assert (value(as_dora, "requests", 7), value(as_dora, "requests", 28)) == (0, 1)


def test_a_customer_who_came_back_counts_once_and_when_ninety_days_are_over(
    village: Community, as_dora: Caller, now: datetime
) -> None:
    wang = factories.customer(village.organisation)
    served = {"community_id": village.pk, "customer_id": wang.pk}
    windows_turn(now=now)
    for days_ago in (91, 89):  # the second one's time is not over: it is in no window yet
        at = now - timedelta(days=days_ago)
        factories.fact(village.organisation, "visit.completed", at, **served, data={"sequence": 1})
    metrics_refresh()
    assert (value(as_dora, "repurchase", 7), value(as_dora, "active_customers", 90)) == (0.0, 1)

    for days_ago in (90, 1):  # told late, and twice in his time
        requested(village, now, days_ago, customer_id=wang.pk)
    assert metrics_refresh() == 4  # the two days, and the two on which he was served
    assert value(as_dora, "repurchase", 7) == 1.0
    days = MetricDay.objects.filter(repurchase_base=1).order_by("on").values_list("on", "repurchased")
    assert list(days) == [(TODAY - timedelta(days=91), 1), (TODAY - timedelta(days=89), 1)]


def test_a_customer_is_active_once_and_returns_from_before_the_window(
    village: Community, as_dora: Caller, now: datetime
) -> None:
    Community.objects.filter(pk=village.pk).update(households=4)
    windows_turn(now=now)
    for name, days in (("Wang", (200, 20, 3)), ("Lin", (5, 2)), ("Wu", (100,))):
        customer = factories.customer(village.organisation, name)
        for days_ago in days:
            at = now - timedelta(days=days_ago)
            at_home = {"community_id": village.pk, "customer_id": customer.pk}
            factories.fact(village.organisation, "visit.completed", at, **at_home, data={"sequence": 1})
    metrics_refresh()
    found = [
        [
            value(as_dora, name, window)
            for name in ("active_customers", "returning_customers", "households_served")
        ]
        for window in (1, 28, 365)
    ]
    assert found == [[0, 0, 0.0], [2, 1, 2 / 4], [3, 0, 3 / 4]]


def test_a_community_that_moves_takes_its_figures_along(
    village: Community, south: Region, as_dora: Caller, now: datetime
) -> None:
    requested(village, now, 0)
    metrics_refresh()
    windows_turn(now=now)
    Community.objects.filter(pk=village.pk).update(region=south)
    windows_forget(organisation=village.organisation)
    windows_turn(now=now)
    assert value(as_dora, "requests", region_id=south.pk) == 1


def test_each_sees_what_is_theirs(
    village: Community,
    south: Region,
    as_dora: Caller,
    mina: User,
    sol: User,
    as_tom: Caller,
    as_stranger: Caller,
    tom: Technician,
    now: datetime,
) -> None:
    windows_turn(now=now)
    requested(village, now, 0)
    requested(factories.community(south, "B"), now, 0)
    requested(village, now, 0, technician_id=tom.pk)
    metrics_refresh()

    def seen(caller: Caller, **own: Any) -> float | None:
        table = figure_table(caller, Question(window=7, by=(Dimension.REGION,)), **own)
        assert table is not None
        return table.whole["requests"].value

    assert [seen(as_caller(mina)), seen(as_caller(sol)), seen(as_dora), seen(as_stranger)] == [2, 1, 3, 0]
    assert (seen(as_tom, own_technician_id=tom.pk), seen(as_tom)) == (1, 0)


def test_technicians_by_service_type_in_a_community_are_too_fine(as_dora: Caller, village: Community) -> None:
    question = Question(window=28, by=(Dimension.TECHNICIAN, Dimension.SERVICE_TYPE), community_id=village.pk)
    with pytest.raises(FigureTooFine):
        figure_table(as_dora, question)


# Bit by bit and at once


def random_facts(
    random: Random, region: Region, technicians: Sequence[Technician], now: datetime
) -> list[Fact]:
    """A few hundred days of a few customers in three communities, each fact of any kind."""
    acme = region.organisation
    communities = [factories.community(region, code) for code in "ABC"]
    customers = [factories.customer(acme) for _ in range(4)]
    kinds = [factories.service_type(acme, code).pk for code in ("filter", "leak")]
    data = {
        ServiceEvent.Kind.VISIT_COMPLETED: {"sequence": 1, "work_minutes": 30, "labour_minor": 250},
        ServiceEvent.Kind.VISIT_ARRIVED: {"on_time": True},
        ServiceEvent.Kind.SURVEY_ANSWERED: {"csat": 4, "nps": 9},
    }
    often = [*ServiceEvent.Kind, *[ServiceEvent.Kind.VISIT_COMPLETED, ServiceEvent.Kind.REQUEST_RECEIVED] * 8]
    return [
        Fact(
            kind=(kind := random.choice(often)),
            source="test",
            source_id=str(number),
            occurred_at=now - timedelta(days=random.randrange(400)),
            community_id=random.choice(communities).pk,
            customer_id=random.choice([None, *customers]) and random.choice(customers).pk,
            technician_id=random.choice([None, *(one.pk for one in technicians)]),
            service_type_id=random.choice([None, *kinds]),
            amount=random.choice([None, Money(100, "TWD"), Money(7, "USD")]),
            data=data.get(kind, {}),
        )
        for number in range(200)
    ]


def counted(organisation: Organisation) -> list[list[tuple[Any, ...]]]:
    """All that is counted, without the rows' own numbers."""
    return [
        sorted(
            (tuple(row) for row in model.objects.filter(organisation=organisation).values_list(*names)),
            key=repr,
        )
        for model in (MetricDay, MetricWindow, CustomerServed)
        for names in [[field.attname for field in model._meta.concrete_fields if field.name != "id"]]
    ]


@pytest.mark.parametrize("seed", range(3))
def test_facts_in_any_order_late_and_twice_are_counted_as_at_once(
    seed: int, north: Region, tom: Technician, tina: Technician, now: datetime
) -> None:
    random = Random(seed)  # noqa: S311 - to be the same every time
    acme = north.organisation
    facts = random_facts(random, north, (tom, tina), now)
    facts += random.sample(facts, 30)
    random.shuffle(facts)
    windows_turn(now=now - timedelta(days=2))
    while facts:
        batch, facts = facts[:40], facts[40:]
        facts_record(organisation=acme, facts=batch)
        metrics_refresh()
        windows_turn(now=now - timedelta(days=len(facts) > 100))
    bit_by_bit = counted(acme)

    metrics_rebuild(organisation=acme, progress=lambda month: None)

    assert MetricClock.objects.get().through_on == TODAY
    assert [len(rows) > 10 for rows in bit_by_bit] == [True] * 3
    assert counted(acme) == bit_by_bit


def test_rebuilding_mends_what_nobody_should_have_touched(
    village: Community, as_dora: Caller, now: datetime
) -> None:
    windows_turn(now=now)
    requested(village, now, 0)
    metrics_refresh()
    MetricDay.objects.update(requests=7)
    months: list[date] = []

    metrics_rebuild(organisation=village.organisation, progress=months.append)

    assert (value(as_dora, "requests"), months) == (1, [date(2026, 3, 1)])


@pytest.mark.parametrize("communities", [1, 3])
def test_reading_asks_the_same_few_questions(
    north: Region, as_dora: Caller, now: datetime, communities: int
) -> None:
    windows_turn(now=now)
    for number in range(communities):
        requested(factories.community(north, f"c{number}"), now, 0)
    metrics_refresh()
    with CaptureQueriesContext(connection) as asked:
        table = figure_table(as_dora, Question(window=28, by=(Dimension.COMMUNITY,)))
        assert table is not None
        assert len(table.rows()) == communities
    assert len(asked) == 5  # clock, total, customers, households, sums


def test_windows_can_be_made_for_a_company_of_which_nothing_is_known(acme: Organisation) -> None:
    windows_make(organisation=acme, through_on=TODAY)
    assert not MetricWindow.objects.exists()
