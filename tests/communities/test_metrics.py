"""Metrics and signals, from facts whose arithmetic is in the comments."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.db.models import Sum

from communities.models import Community, DayChanged, MetricDay, Region, ServiceEvent
from communities.selectors.measures import COLUMNS
from communities.services.metrics import metrics_refresh
from core.money import Money
from dispatch.models import Technician
from tests import factories

MONDAY = date(2026, 3, 2)


@pytest.fixture
def village(north: Region) -> Community:
    return factories.community(north, "A")


def answer(village: Community, technician_id: UUID, now: datetime, csat: int, nps: int | None = None) -> None:
    factories.fact(
        village.organisation,
        "survey.answered",
        now,
        community_id=village.pk,
        technician_id=technician_id,
        data={"csat": csat, "nps": nps},
    )


def total(village: Community, on: date) -> SimpleNamespace:
    """All cells of a community's day."""
    days = MetricDay.objects.filter(community=village, on=on)
    return SimpleNamespace(**days.aggregate(**{name: Sum(name) for name in COLUMNS}))


def test_day_of_a_community_is_counted_from_its_facts(
    village: Community, tom: Technician, now: datetime
) -> None:
    acme = village.organisation
    for kind, data in [
        ("request.received", {}),
        ("request.received", {}),
        ("visit.arrived", {"on_time": True}),
        ("visit.arrived", {"on_time": False}),
        ("visit.completed", {"sequence": 1}),
        ("visit.completed", {"sequence": 2}),  # a second trip: done, but not fixed at once
        ("visit.could_not_complete", {"sequence": 1}),
        ("offer.made", {}),
        ("offer.made", {}),
        ("offer.accepted", {}),
    ]:
        factories.fact(acme, kind, now, community_id=village.pk, data=data)
    factories.fact(acme, "invoice.paid", now, community_id=village.pk, amount=Money(1800, "TWD"))
    factories.fact(acme, "invoice.paid", now, community_id=village.pk, amount=Money(700, "TWD"))
    for csat, nps in [(5, 9), (4, 8), (2, 6)]:
        answer(village, tom.pk, now, csat, nps)

    assert metrics_refresh() == 1

    day = total(village, MONDAY)
    assert day.requests == 2
    assert (day.visits, day.first_visits, day.visits_fixed) == (3, 2, 1)
    assert (day.arrivals, day.arrivals_on_time) == (2, 1)
    assert (day.csat_answers, day.csat_sum) == (3, 11)
    assert (day.nps_answers, day.nps_promoters, day.nps_detractors) == (3, 1, 1)
    assert (day.offers, day.offers_accepted, day.revenue_minor) == (2, 1, 2500)


def test_what_is_owed_for_a_visit_is_neither_demand_nor_success(village: Community, now: datetime) -> None:
    """Wang's visit is made good two days later: he has not come back, and nothing was fixed at first."""
    acme, wang = village.organisation, factories.customer(village.organisation)

    def tell(kind: str, days: int, amount: Money | None = None, **data: Any) -> None:
        at = now + timedelta(days=days)
        about = {"community_id": village.pk, "customer_id": wang.pk, "amount": amount}
        factories.fact(acme, kind, at, **about, data=data)

    tell("visit.completed", 0, sequence=1)
    tell("request.received", 1, makes_good=True)
    tell("visit.completed", 2, sequence=1, makes_good=True)
    tell("invoice.paid", 2, Money(800, "TWD"), makes_good=True)
    metrics_refresh()

    first, then, last = (total(village, MONDAY + timedelta(days=days)) for days in range(3))
    assert (first.repurchase_base, first.repurchased, first.first_visits) == (1, 0, 1)
    assert (then.facts, then.requests) == (1, 0)
    assert (last.visits_completed, last.first_visits, last.visits_fixed, last.revenue_minor) == (1, 0, 0, 800)


def test_late_fact_counts_its_day_anew_and_no_other(
    village: Community, tom: Technician, now: datetime
) -> None:
    answer(village, tom.pk, now, 5)
    answer(village, tom.pk, now + timedelta(days=1), 4)
    metrics_refresh()
    untouched = MetricDay.objects.get(on=MONDAY + timedelta(days=1))

    answer(village, tom.pk, now, 3)

    assert metrics_refresh() == 1
    assert MetricDay.objects.get(on=MONDAY).csat_sum == 8
    untouched.refresh_from_db()
    assert untouched.csat_sum == 4
    assert not DayChanged.objects.exists()


def test_day_ends_at_local_midnight(village: Community, tom: Technician, now: datetime) -> None:
    # 23:30 in Taipei is 15:30 UTC of the same date; half an hour later it is the next day there.
    evening = now.replace(hour=15, minute=30)
    answer(village, tom.pk, evening, 5)
    answer(village, tom.pk, evening + timedelta(minutes=30), 1)
    metrics_refresh()
    assert list(MetricDay.objects.order_by("on").values_list("on", "csat_sum")) == [
        (MONDAY, 5),
        (MONDAY + timedelta(days=1), 1),
    ]


def test_fact_told_twice_counts_once(village: Community, tom: Technician, now: datetime) -> None:
    from communities.services.ledger import Fact, facts_record

    fact = Fact(
        kind=ServiceEvent.Kind.REQUEST_RECEIVED,
        source="crm",
        source_id="1",
        occurred_at=now,
        community_id=village.pk,
    )
    for _ in range(2):
        facts_record(organisation=village.organisation, facts=[fact])
    metrics_refresh()
    assert MetricDay.objects.get().requests == 1


def test_ledger_cannot_be_rewritten(village: Community, tom: Technician, now: datetime) -> None:
    answer(village, tom.pk, now, 1)
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        ServiceEvent.objects.update(data={"csat": 5})
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        ServiceEvent.objects.all().delete()
