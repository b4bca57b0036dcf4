"""Signals and the real planner: what they may move, and what they may not."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communities.insight.signals import Cell, SignalPolicy, Signals, VisitFacts, read_signals, visit_terms
from communities.models import Community, Region, Signal, SignalSet
from communities.services.metrics import metrics_refresh
from communities.services.signals import signals_compute
from dispatch.models import ServiceRequest, Technician, Visit
from dispatch.services.day import day_load
from dispatch.services.problem import problem_of
from dispatch.solver.plan import Plan
from dispatch.solver.solve import Limits, solve
from dispatch.states import VisitState
from tests import factories
from tests.dispatch.solver import instances

MONDAY = date(2026, 3, 2)
FACTS = VisitFacts(community="A", service_type="K", penalty=600, usual_s=1800)


def heard(near: list[int], far: list[int], policy: SignalPolicy) -> Signals:
    """What customers in A said when the technician who lives there came, and when the other one did; one a day."""
    return read_signals(
        [
            Cell(
                technician=technician,
                community="A",
                service_type="K",
                age_days=age,
                csat_answers=1,
                csat_sum=score,
                csat_squares=score**2,
                first_visits=1,
                visits_completed=1,
                visits_fixed=int(score > 3),
                offers=1,
                offers_accepted=int(score > 3),
                upsell_minor=10_000 * (score > 3),
            )
            for technician, scores in (("near", near), ("far", far))
            for age, score in enumerate(scores)
        ],
        policy,
    )


def planned(signals: Signals, minutes: int) -> Plan:
    """One visit in A, where `near` lives; `far` lives so many minutes down the road."""
    terms = visit_terms(FACTS, signals, ["near", "far"], MONDAY)
    visit = instances.visit("V", 0, penalty=terms.penalty, values=terms.values)
    shifts = [instances.shift("NEAR"), instances.shift("FAR", home=minutes)]
    return solve(instances.problem([visit], shifts), Limits(iterations=50))


def who_goes(signals: Signals, minutes: int) -> str:
    return planned(signals, minutes).shift_of()["V"]


def test_extreme_scores_never_buy_more_than_the_cap() -> None:
    """The best against the worst: 30 min each, so 60 min of travel at most, 30 there and 30 back."""
    keen = SignalPolicy(half_life_days=1e9, csat_minutes=100, fix_minutes=100, minor_per_minute=1)
    extreme = heard([1] * 200, [5] * 200, keen)
    assert (who_goes(extreme, 29), who_goes(extreme, 31)) == ("FAR", "NEAR")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 5), max_size=60),
    st.lists(st.integers(1, 5), max_size=60),
    st.integers(0, 10),
    st.integers(1, 40),
)
def test_no_scores_buy_more_than_the_cap(near: list[int], far: list[int], cap: int, minutes: int) -> None:
    caps = {name: float(cap) for name in ("csat_cap", "fix_cap", "upsell_cap")}
    policy = SignalPolicy(min_answers=1, csat_minutes=1e6, fix_minutes=1e6, upsell_weight=1e6, **caps)
    travel = planned(heard(near, far, policy), minutes).score.travel
    assert travel <= 2 * 3 * cap * 60


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 5), max_size=4),
    st.lists(st.integers(1, 5), max_size=4),
    st.integers(1, 40),
)
def test_below_the_minimum_of_answers_the_plan_is_the_neutral_one(
    near: list[int], far: list[int], minutes: int
) -> None:
    policy = SignalPolicy(min_answers=5)
    assert planned(heard(near, far, policy), minutes) == planned(Signals(), minutes)


@pytest.fixture
def village(north: Region) -> Community:
    return factories.community(north, "A")


def answers(village: Community, technician: Technician, at: datetime, scores: list[int]) -> None:
    for score in scores:
        factories.fact(
            village.organisation,
            "survey.answered",
            at,
            community_id=village.pk,
            technician_id=technician.pk,
            data={"csat": score, "nps": None},
        )
    metrics_refresh()


def test_a_day_below_the_minimum_is_the_neutral_problem(
    north: Region, village: Community, tom: Technician, tina: Technician, now: datetime
) -> None:
    """Five answers are asked for: with four the problem is the neutral one, with five another."""
    for technician in (tom, tina):
        factories.shift(technician, now)
    factories.visit(factories.site(village), now)

    def fingerprint(signal_set: SignalSet | None) -> str:
        return problem_of(day_load(region=north, on=MONDAY, now=now, signal_set=signal_set)).fingerprint()

    answers(village, tom, now, [5, 5])
    answers(village, tina, now, [1, 1])
    assert fingerprint(signals_compute(region=north, through_on=MONDAY)) == fingerprint(None)
    answers(village, tina, now, [1])
    assert fingerprint(signals_compute(region=north, through_on=MONDAY)) != fingerprint(None)


def test_technicians_and_penalties_are_told_to_the_planner(
    north: Region, village: Community, tom: Technician, tina: Technician, now: datetime
) -> None:
    for technician in (tom, tina):
        factories.shift(technician, now)
    visit = factories.visit(factories.site(village), now)
    answers(village, tom, now - timedelta(days=1), [5] * 12)
    answers(village, tina, now - timedelta(days=1), [1] * 12)
    signal_set = signals_compute(region=north, through_on=MONDAY)
    (told,) = problem_of(day_load(region=north, on=MONDAY, now=now, signal_set=signal_set)).visits
    priority = Signal.objects.get(kind=Signal.Kind.COMMUNITY_PRIORITY)
    # All answers: mean 3, all of one community, so 4.2 - 3 = 1.2 points are missing, at 8 min each: 9.6.
    assert told.penalty == pytest.approx(visit.service_type.priority_minutes + 9.6, abs=0.01)
    assert float(priority.minutes) == pytest.approx(9.6, abs=0.01)
    assert {code: minutes > 0 for code, minutes in told.values.items()} == {"T1": True, "T2": False}


def test_only_what_nobody_was_told_waits_for_a_service_day(
    north: Region, village: Community, tom: Technician, now: datetime
) -> None:
    """The village is opened on Thursdays; it is Monday, and all three are due on Thursday."""
    factories.shift(tom, now)
    signal_set = signals_compute(region=north, through_on=MONDAY)
    Signal.objects.create(
        organisation=north.organisation,
        signal_set=signal_set,
        kind=Signal.Kind.SERVICE_DAYS,
        community=village,
        minutes=5,
        evidence={"weekdays": [4], "cost": 5, "daily_cost": 10, "weekly_requests": 1, "entry_minutes": 9},
    )
    site = factories.site(village)
    waits, asked, told = (factories.visit(site, now) for _ in range(3))
    Visit.objects.filter(pk=asked.pk).update(window_from_at=now, window_until_at=now + timedelta(hours=4))
    Visit.objects.filter(pk=told.pk).update(
        state=VisitState.SCHEDULED,
        technician=tom,
        starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2),
    )
    ServiceRequest.objects.update(resolve_by=now + timedelta(days=3))
    day = day_load(region=north, on=MONDAY, now=now, signal_set=signal_set)
    penalties = {day.visits[one.id].pk: one.penalty for one in problem_of(day).visits}
    whole = waits.service_type.priority_minutes
    assert penalties == {waits.pk: whole / 2, asked.pk: whole, told.pk: whole}
