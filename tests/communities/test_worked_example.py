"""Thirty facts, and every figure that they make, worked out by hand.

Two communities: A of 20 households, B of 10. Tom and Tina; filters and leaks. Lin and Wu live in A, Chen in B; Wang,
of A, was a customer once. Today is 2 March 2026, so that four weeks are 3 February to 2 March, and of a repurchase,
which is known 90 days later, 5 November to 2 December 2025.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings

from communities.access import Caller
from communities.insight.figures import BY_NAME, FIGURES, Reading, Unit
from communities.models import Community, Customer, Region, ServiceEvent
from communities.selectors.figure_facts import FACTS, facts_behind
from communities.selectors.figures import Dimension, FigureTable, Question, figure_table
from communities.services.metrics import metrics_refresh
from communities.services.windows import windows_turn
from core.money import Money
from dispatch.models import ServiceType, Technician
from tests import factories

LONG_AGO, AFTER = datetime(2025, 11, 20, 2, tzinfo=UTC), datetime(2025, 11, 21, 2, tzinfo=UTC)
LATELY = datetime(2026, 2, 10, 2, tzinfo=UTC)  # 82 days after LONG_AGO


@dataclass
class Town:
    """Who and what the facts are about."""

    a: Community
    b: Community
    tom: Technician
    tina: Technician
    filters: ServiceType
    leaks: ServiceType
    wang: Customer
    lin: Customer
    wu: Customer
    chen: Customer


@pytest.fixture
def town(north: Region, tom: Technician, tina: Technician) -> Town:
    acme = north.organisation
    a, b = factories.community(north, "A"), factories.community(north, "B")
    for community, households in ((a, 20), (b, 10)):
        Community.objects.filter(pk=community.pk).update(households=households)
    customers = [factories.customer(acme) for _ in range(4)]
    kinds = [factories.service_type(acme, code) for code in ("filter", "leak")]
    return Town(a, b, tom, tina, *kinds, *customers)


@pytest.fixture
def facts(town: Town, now: datetime, settings: LazySettings) -> None:
    """The ledger of thirty, counted; figures of two answers are shown."""
    settings.INSIGHT_MIN_RESPONDENTS = 2
    windows_turn(now=now)
    tell = teller(town)
    one_order = factories.visit(factories.site(town.a), LONG_AGO).work_order_id

    # 1 to 4: Wang pays for the visit he had, which is no repurchase. Lin asks again 82 days after hers.
    tell("visit.completed", LONG_AGO, town.a, town.tom, town.filters, town.wang, order=one_order, sequence=1)
    tell("invoice.paid", AFTER, town.a, town.tom, town.filters, town.wang, order=one_order, minor=1000)
    tell("visit.completed", LONG_AGO, town.a, town.tom, town.filters, town.lin, sequence=1)
    tell("request.received", LATELY, town.a, customer=town.lin)

    # 5 to 8: another request; what became of the promises.
    tell("request.received", LATELY, town.b, customer=town.chen)
    tell("request.responded", LATELY, town.a, on_time=True)
    tell("request.responded", LATELY, town.b, on_time=False)
    tell("request.resolved", LATELY, town.a, on_time=True)

    # 9 to 14: two arrivals and four visits: Lin's, Wu's, and Chen's, which took two.
    tell("visit.arrived", LATELY, town.a, town.tom, town.filters, on_time=True)
    tell("visit.arrived", LATELY, town.b, town.tom, town.filters, on_time=False)
    costs = {"work_minutes": 60, "travel_minutes": 20, "labour_minor": 400, "travel_minor": 50}
    tell("visit.completed", LATELY, town.a, town.tom, town.filters, town.lin, sequence=1, **costs)
    costs = {"work_minutes": 30, "travel_minutes": 10, "labour_minor": 200, "travel_minor": 30}
    tell("visit.completed", LATELY, town.a, town.tina, town.leaks, town.wu, sequence=2, **costs)
    tell("visit.could_not_complete", LATELY, town.b, town.tom, town.filters, sequence=1, reason="No key")
    costs = {"work_minutes": 45, "travel_minutes": 15, "labour_minor": 300, "travel_minor": 20}
    tell("visit.completed", LATELY, town.b, town.tom, town.filters, town.chen, sequence=2, **costs)

    # 15 to 17: what was wrong, and who told others.
    tell("visit.reopened", LATELY, town.a, town.tina, town.leaks)
    tell("complaint.made", LATELY, town.a, town.tina, town.leaks)
    tell("referral.made", LATELY, town.a, town.tom, town.filters)

    # 18 to 25: money.
    tell("offer.made", LATELY, town.a, town.tom, town.filters, minor=900)
    tell("offer.made", LATELY, town.b, town.tom, town.filters, minor=500)
    tell("offer.accepted", LATELY, town.a, town.tom, town.filters, minor=900)
    tell("invoice.issued", LATELY, town.a, town.tom, town.filters, minor=2000, parts_minor=300)
    tell("invoice.issued", LATELY, town.b, town.tom, town.filters, minor=1000, parts_minor=100)
    tell("invoice.paid", LATELY, town.a, town.tom, town.filters, minor=2000)
    tell("invoice.paid", LATELY, town.b, town.tom, town.filters, minor=1000)
    tell("payment.refunded", LATELY, town.b, town.tom, town.filters, minor=200)

    # 26 to 30: three are asked, two answer.
    tell("survey.sent", LATELY, town.a, town.tom, town.filters)
    tell("survey.sent", LATELY, town.a, town.tina, town.leaks)
    tell("survey.sent", LATELY, town.b, town.tom, town.filters)
    tell("survey.answered", LATELY, town.a, town.tom, town.filters, csat=5, nps=10)
    tell("survey.answered", LATELY, town.a, town.tina, town.leaks, csat=3, nps=6)

    assert ServiceEvent.objects.count() == 30
    metrics_refresh()


def teller(town: Town) -> Callable[..., None]:
    def tell(
        kind: str,
        at: datetime,
        community: Community,
        technician: Technician | None = None,
        service_type: ServiceType | None = None,
        customer: Customer | None = None,
        *,
        order: Any = None,
        minor: int | None = None,
        **data: Any,
    ) -> None:
        factories.fact(
            community.organisation,
            kind,
            at,
            community_id=community.pk,
            technician_id=technician.pk if technician else None,
            service_type_id=service_type.pk if service_type else None,
            customer_id=customer.pk if customer else None,
            work_order_id=order,
            amount=None if minor is None else Money(minor, "TWD"),
            data=data,
        )

    return tell


def answered(caller: Caller, *by: Dimension, **of: Any) -> FigureTable:
    table = figure_table(caller, Question(window=28, by=by, **of))
    assert table is not None
    return table


def values(readings: Mapping[str, Reading]) -> dict[str, float | None]:
    return {name: reading.value for name, reading in readings.items()}


EVERYTHING = {
    "requests": 2,  # Lin's and Chen's
    "visits": 4,  # three completed, one not
    "csat": 4.0,  # (5 + 3) / 2
    "satisfied": 1 / 2,  # the 5 of two answers
    "nps": 0.0,  # 100 · (1 promoter − 1 detractor) / 2
    "response_rate": 2 / 3,  # two answers to three questions
    "first_visit_fix": 1 / 2,  # Lin's, not Chen's; Wu's, and Chen's other, were the second of their orders
    "on_time": 1 / 2,
    "respond_hit_rate": 1 / 2,
    "resolve_hit_rate": 1.0,  # one of one
    "reopen_rate": 1 / 3,  # of three completed visits
    "complaint_rate": 1 / 3,
    "referral_rate": 1 / 3,
    "repurchase": 1 / 2,  # of the visits in November: Lin came back, Wang only paid for his
    "active_customers": 3,  # Lin, Wu, Chen
    "returning_customers": 1,  # Lin, who was served in November
    "households_served": 3 / 30,  # of 20 + 10 households
    "revenue": 2800,  # 2000 + 1000 − 200 given back
    "gross_margin": 1400,  # 2800 − labour 400 + 200 + 300 − travel 50 + 30 + 20 − parts 300 + 100
    "average_ticket": 1500.0,  # (2000 + 1000) / 2 invoices
    "value_added_share": 900 / 3000,
    "acceptance": 1 / 2,
}


@pytest.mark.usefixtures("facts")
def test_every_figure_of_the_company(as_dora: Caller) -> None:
    assert list(EVERYTHING) == [figure.name for figure in FIGURES]
    assert values(answered(as_dora).whole) == EVERYTHING


@pytest.mark.usefixtures("facts")
def test_nps_has_an_interval(as_dora: Caller) -> None:
    # With one promoter and one detractor more: p = d = 2/4; ± 1.96 · √((0.5 + 0.5 − 0²) / 4) = ± 0.98
    interval = answered(as_dora).whole["nps"].interval
    assert interval is not None
    assert (round(interval.low, 2), round(interval.high, 2)) == (-98.0, 98.0)


@pytest.mark.usefixtures("facts")
def test_each_community_and_who_worked_there(as_dora: Caller, town: Town) -> None:
    by_community = answered(as_dora, Dimension.COMMUNITY)
    both = dict(by_community.rows())
    some = ("visits", "first_visit_fix", "households_served", "revenue", "gross_margin")
    a, b = ({name: both[community.pk,][name].value for name in some} for community in (town.a, town.b))
    # A: Lin's and Wu's visits; 2 of 20 households; 2000 − labour 600 − travel 80 − parts 300
    assert a == dict(zip(some, (2, 1.0, 2 / 20, 2000, 1020), strict=True))
    # B: Chen's two visits; 1 of 10 households; 1000 − 200 − labour 300 − travel 20 − parts 100
    assert b == dict(zip(some, (2, 0.0, 1 / 10, 800, 380), strict=True))

    by_pair = answered(as_dora, Dimension.COMMUNITY, Dimension.TECHNICIAN)
    visits = {key: figures["visits"].value for key, figures in by_pair.rows()}
    assert visits == {
        (town.a.pk, town.tom.pk): 1,
        (town.a.pk, town.tina.pk): 1,
        (town.a.pk, None): 0,  # requests, which nobody has yet
        (town.b.pk, town.tom.pk): 2,
        (town.b.pk, None): 0,
    }


@pytest.mark.usefixtures("facts")
@pytest.mark.parametrize("by", [(), *((one,) for one in Dimension), *[
    (one, other) for one in Dimension for other in Dimension if one < other
]])  # fmt: skip
def test_groups_add_up_to_the_whole_whatever_they_are_by(as_dora: Caller, by: tuple[Dimension, ...]) -> None:
    whole = values(answered(as_dora, *by).whole)
    of_work = {Dimension.TECHNICIAN, Dimension.SERVICE_TYPE} & set(by)
    of_places = {figure.name for figure in FIGURES if figure.is_of_places} if of_work else set()
    assert whole == {name: value for name, value in EVERYTHING.items() if name not in of_places}


@pytest.mark.usefixtures("facts")
def test_a_figure_can_be_followed_to_its_facts(as_dora: Caller) -> None:
    """As many facts stand above and below the line as the figure says, where it counts facts."""
    whole = answered(as_dora).whole
    for figure in FIGURES:
        marked = list(facts_behind(as_dora, figure, Question(window=28)))
        above, below = (
            sum(getattr(fact, name) for fact in marked) for name in ("in_numerator", "in_denominator")
        )
        if figure.unit == Unit.SHARE and figure.name not in {"households_served", "value_added_share"}:
            assert (above, below) == (whole[figure.name].numerator, whole[figure.name].denominator), (
                figure.name
            )
        assert all(fact.in_numerator or fact.in_denominator for fact in marked)
    kinds = {fact.kind for fact in facts_behind(as_dora, BY_NAME["gross_margin"], Question(window=28))}
    assert kinds == {"invoice.paid", "payment.refunded", "visit.completed", "invoice.issued"}
    assert set(FACTS) >= {name for figure in FIGURES if not figure.is_of_places for name in figure.columns}
