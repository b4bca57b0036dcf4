import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from communities.insight import rfm
from communities.models import (
    Community,
    Customer,
    CustomerStanding,
    Organisation,
    Region,
    RetentionFit,
    ServiceEvent,
    StandingRefresh,
)
from communities.services.ledger import Fact, facts_record
from communities.services.retention import retention_compute
from communities.services.standings import (
    OVERLAP,
    standings_compute,
    standings_rebuild,
    standings_refresh,
)
from core.money import Money
from dispatch.models import Technician
from tests import factories

DAY = date(2026, 3, 2)
FIGURES = [
    field.attname
    for field in CustomerStanding._meta.concrete_fields
    if field.attname not in {"id", "created_at"}
]


@pytest.fixture
def xicun(north: Region) -> Community:
    return factories.community(north, "xicun")


@pytest.fixture
def wang(acme: Organisation) -> Customer:
    return factories.customer(acme)


def on(day: date, hour: int = 10) -> datetime:
    """An hour of the day in Taipei."""
    return datetime(day.year, day.month, day.day, hour - 8, tzinfo=UTC)


def served(customer: Customer, place: Community, technician: Technician, at: datetime, csat: int = 0) -> None:
    facts_record(organisation=place.organisation, facts=service(customer, place, technician, at, csat))


def service(
    customer: Customer, place: Community, technician: Technician, at: datetime, csat: int = 0
) -> list[Fact]:
    """A completed visit that was billed at 1,000, paid three days later, and perhaps answered the day after."""
    visit = factories.visit(factories.site(place), at - timedelta(days=1), customer=customer)

    def fact(kind: str, days: int, amount: Money | None = None, **data: int | None) -> Fact:
        return Fact(
            kind=ServiceEvent.Kind(kind),
            source="test",
            source_id=f"{visit.pk}:{kind}",
            occurred_at=at + timedelta(days=days),
            community_id=place.pk,
            customer_id=customer.pk,
            technician_id=technician.pk,
            visit_id=visit.pk,
            work_order_id=visit.work_order_id,
            amount=amount,
            data=data,
        )

    return [
        fact("visit.completed", 0, sequence=1, labour_minor=300, travel_minor=100),
        fact("invoice.issued", 0, parts_minor=50),
        fact("invoice.paid", 3, Money(1000, "TWD")),
        *([fact("survey.answered", 1, csat=csat, nps=None)] if csat else []),
    ]


def standing_of(customer: Customer, day: date = DAY) -> CustomerStanding:
    standings_compute(organisation=customer.organisation, customers=[customer.pk], on=day)
    return CustomerStanding.objects.get(customer=customer)


def test_a_customer_by_hand(wang: Customer, xicun: Community, tom: Technician, tina: Technician) -> None:
    for days, technician, csat in ((120, tina, 0), (90, tom, 5), (50, tom, 0), (20, tina, 3), (10, tom, 4)):
        served(wang, xicun, technician, on(DAY - timedelta(days=days)), csat)
    bought_at = on(DAY - timedelta(days=20), hour=18)  # an order of a day that has one already
    factories.fact(
        wang.organisation, "purchase.made", bought_at, customer_id=wang.pk, amount=Money(700, "TWD")
    )
    factories.fact(wang.organisation, "purchase.made", bought_at, customer_id=wang.pk, amount=Money(9, "USD"))
    factories.fact(
        wang.organisation, "payment.refunded", on(DAY), customer_id=wang.pk, amount=Money(200, "TWD")
    )

    found = standing_of(wang)

    assert (found.orders, found.first_on, found.last_on) == (5, date(2025, 11, 2), date(2026, 2, 20))
    assert found.spend_minor == 5 * 1000 + 700 - 200
    assert found.margin_minor == 5500 - 5 * (300 + 100 + 50)
    assert found.rhythm_days == 30  # of 30, 40, 30 and 10 days
    assert found.csat == 4
    assert (found.community, found.usual_technician_id) == (xicun, tom.pk)
    assert (found.segment, found.recency, found.churn, found.lifetime_minor) == ("", None, None, None)
    # Ten days are within the rhythm: 30. A 4 is three quarters of 25. With 15, 10, 10 and 5, and no membership:
    assert found.health == 30 + 18.8 + 40
    # On the 2nd of February: 30 days after 50, 90, 120: rhythm 30 (of 30 and 40); 22 days silent; the answer was a 5.
    assert found.health_before == 95.0
    assert found.reasons == [{"measure": "satisfaction", "points": 18.8, "before": 25.0}]


def test_what_goes_wrong_costs_health(wang: Customer, xicun: Community, tom: Technician) -> None:
    served(wang, xicun, tom, on(DAY - timedelta(days=40)))
    for kind in ("complaint.made", "payment.disputed", "visit.reopened"):
        factories.fact(wang.organisation, kind, on(DAY - timedelta(days=5)), customer_id=wang.pk)
    # Known: complaints 15, disputes 10, payments 10, reopened 5, membership 5. Of 45 points 10 are left.
    assert standing_of(wang).health == 22.2
    # Work that is completed ends the complaint: 25 of 45.
    served(wang, xicun, tom, on(DAY - timedelta(days=1)))
    assert standing_of(wang).health == 55.5


def test_an_invoice_is_late_after_two_weeks(wang: Customer, xicun: Community, tom: Technician) -> None:
    visit = factories.visit(factories.site(xicun), on(DAY), customer=wang)
    issued = {"customer_id": wang.pk, "work_order_id": visit.work_order_id}
    factories.fact(wang.organisation, "visit.completed", on(DAY - timedelta(days=15)), customer_id=wang.pk)
    factories.fact(wang.organisation, "invoice.issued", on(DAY - timedelta(days=15)), **issued)
    early = standing_of(wang, DAY - timedelta(days=1))
    assert early.health == 85.8  # too early to tell: 30 of 35, which are 42.9 + 28.6 + 14.3
    assert standing_of(wang).health == 66.6  # late: 30 of 45, which are 33.3 + 22.2 + 11.1


def test_scores_in_the_database_are_those_of_the_arithmetic(
    acme: Organisation, xicun: Community, wang: Customer
) -> None:
    dice = random.Random(1)  # noqa: S311
    rows = [
        CustomerStanding(
            organisation=acme,
            customer=factories.customer(acme),
            through_on=DAY,
            first_on=DAY - timedelta(days=400),
            last_on=DAY - timedelta(days=dice.randrange(40)),
            orders=dice.randrange(1, 6),
            spend_minor=dice.randrange(-2, 9) * 500,
        )
        for _ in range(60)
    ]
    CustomerStanding.objects.bulk_create(rows)
    factories.fact(acme, "request.received", on(DAY), customer_id=wang.pk)
    standings_compute(organisation=acme, customers=[wang.pk], on=DAY)

    found = [CustomerStanding.objects.get(pk=row.pk) for row in rows]
    columns = [[row.last_on for row in rows], [row.orders for row in rows], [row.spend_minor for row in rows]]
    scored = list(
        zip(*(rfm.scores([_number(one) for one in column]) or [] for column in columns), strict=True)
    )
    assert [(one.recency, one.frequency, one.monetary) for one in found] == scored
    assert [one.segment for one in found] == [rfm.segment(*three) for three in scored]
    assert CustomerStanding.objects.get(customer=wang).segment == ""  # has asked, and not ordered


def _number(value: date | int | None) -> int:
    assert value is not None
    return value.toordinal() if isinstance(value, date) else value


def test_refresh_is_the_rebuild_whatever_the_order_of_facts(
    acme: Organisation, north: Region, south: Region, tom: Technician, tina: Technician, now: datetime
) -> None:
    """Facts of 40 customers in any order, in batches, late and twice; a night in between."""
    dice = random.Random(7)  # noqa: S311
    places = [factories.community(north, "A"), factories.community(south, "B")]
    facts: list[Fact] = []
    for customer in [factories.customer(acme) for _ in range(40)]:
        for _ in range(dice.randrange(6)):
            at = on(DAY - timedelta(days=dice.randrange(5, 300)))
            facts += service(customer, dice.choice(places), dice.choice([tom, tina]), at, dice.randrange(6))
    dice.shuffle(facts)

    for part in range(4):  # 9, 17, 1 and 9 o'clock: the last is the day's pass
        facts_record(organisation=acme, facts=facts[part::4] + facts[: part * 5])
        standings_refresh(organisation=acme, now=now + timedelta(hours=8 * part))

    refreshed = list(CustomerStanding.objects.order_by("customer").values(*FIGURES))
    assert RetentionFit.objects.filter(region=None, segment="").count() == 2  # two days
    assert {row["lifetime_minor"] is None for row in refreshed if row["orders"]} == {False}
    standings_rebuild(organisation=acme, on=DAY + timedelta(days=1))
    assert list(CustomerStanding.objects.order_by("customer").values(*FIGURES)) == refreshed


def test_only_customers_with_new_facts_are_read_again(
    acme: Organisation, xicun: Community, wang: Customer, tom: Technician
) -> None:
    now = timezone.now()  # as the facts' own: a fact knows when it was told
    quiet = factories.customer(acme)
    for customer in (wang, quiet):
        served(customer, xicun, tom, now - timedelta(days=30))
    assert standings_refresh(organisation=acme, now=now) == 2
    StandingRefresh.objects.update(read_until_at=timezone.now() + OVERLAP)
    assert standings_refresh(organisation=acme, now=now) == 0
    StandingRefresh.objects.update(read_until_at=timezone.now() + OVERLAP)
    served(wang, xicun, tom, now - timedelta(days=2))
    assert standings_refresh(organisation=acme, now=now) == 1
    assert dict(CustomerStanding.objects.values_list("customer", "orders")) == {wang.pk: 2, quiet.pk: 1}


def test_one_worker_at_a_time_until_its_lease_is_over(
    acme: Organisation, xicun: Community, wang: Customer, tom: Technician, now: datetime
) -> None:
    served(wang, xicun, tom, now - timedelta(days=30))
    StandingRefresh.objects.create(organisation=acme, lease_until_at=now)
    assert standings_refresh(organisation=acme, now=now) == 0
    assert standings_refresh(organisation=acme, now=now + timedelta(seconds=1)) == 1


def test_silence_counts_by_the_next_morning(
    acme: Organisation, xicun: Community, wang: Customer, tom: Technician, now: datetime
) -> None:
    """Three orders every ten days, the last ten days ago; nothing is told, and a week goes by."""
    for days in (30, 20, 10):
        served(wang, xicun, tom, on(DAY - timedelta(days=days)))
    standings_refresh(organisation=acme, now=now)
    assert CustomerStanding.objects.get().health == 93.3  # 70 of 75: no membership
    standings_refresh(organisation=acme, now=now + timedelta(days=7))
    # 1.7 rhythms: (3 - 1.7) / 2 of 30 points is 19.5; with 40 more that is 59.5 of 75.
    assert CustomerStanding.objects.get().health == pytest.approx(79.3, abs=0.1)


def test_retention_is_read_once_a_day_and_kept(
    acme: Organisation, xicun: Community, tom: Technician, now: datetime
) -> None:
    """Customer 0 to 39 ordered again 40 to 79 days after the first time, which was 200 days ago, and every second of
    them once more, after as many days."""
    for number in range(40):
        customer, gap = factories.customer(acme), 40 + number
        for days in (200 + gap, 200, 200 - gap)[: 3 - number % 2]:
            served(customer, xicun, tom, on(DAY - timedelta(days=days)))
    standings_refresh(organisation=acme, now=now)
    fit = RetentionFit.objects.get(region=xicun.region, segment="")
    # 100 orders, of which 40 and 20 were followed by another; the others were watched for 121 days at least.
    # Two came back on day 40, one on day 41, and so on: 32 up to day 60, 48 up to day 71, 50 up to day 72.
    assert (fit.orders, fit.returns, fit.median_days) == (100, 60, 72.0)
    shares = [(point["days"], point["share"]) for point in fit.curve]
    assert shares == [(30, 0.0), (60, 0.32), (90, 0.6), (180, 0.6)]
    assert fit.lifetime_low_minor < fit.lifetime_minor < fit.lifetime_high_minor
    assert (fit.margin["mean"], fit.margin["orders"]) == (550.0, 100)
    # For the region and for all, each segment and all of them.
    segments = set(CustomerStanding.objects.values_list("segment", flat=True))
    assert RetentionFit.objects.count() == 2 * (1 + len(segments))
    assert retention_compute(organisation=acme, through_on=DAY) == 0
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        RetentionFit.objects.update(returns=1)
