"""A held-out community is planned as if nobody had answered, and says so; the others are planned with feedback."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from communities.access import Caller
from communities.insight.experiment.words import Arm, Verdict
from communities.insight.signals import Part
from communities.models import Community, CommunityWeek, Region, ServiceEvent, Signal, SignalSet
from communities.services.suspensions import feedback_suspend
from dispatch.explanations import stop_sentences, version_affinities
from dispatch.models import PlanVersion, Stop, Technician
from tests import factories
from tests.communities.test_experiment import reading
from tests.dispatch.test_planning import planned, published

MONDAY = date(2026, 3, 2)


@pytest.fixture
def villages(north: Region, tom: Technician, tina: Technician, now: datetime) -> list[Community]:
    """Two at one place, with a request each, and two technicians at work; Tom lives nearer."""
    Technician.objects.filter(pk=tina.pk).update(home="POINT(121.52 25.03)")
    tina.refresh_from_db()
    for technician in (tom, tina):
        factories.shift(technician, now)
    both = [factories.community(north, code) for code in "AB"]
    for village in both:
        factories.request(factories.site(village), now - timedelta(days=1))
    return both


@pytest.fixture
def adored(villages: list[Community], tina: Technician) -> SignalSet:
    """Both villages adore Tina: sending her is worth more than the way."""
    made = SignalSet.objects.create(
        organisation=tina.organisation,
        region=tina.region,
        version=1,
        through_on=MONDAY,
        policy={},
        code_version="1",
    )
    for village in villages:
        Signal.objects.create(
            organisation=tina.organisation,
            signal_set=made,
            kind=Signal.Kind.TECHNICIAN_AFFINITY,
            community=village,
            technician_id=tina.pk,
            minutes=Decimal(15),
            evidence={"parts": {"csat": asdict(Part(15.0, effect=1.8, own=4.9, usual=4.0, count=9))}},
        )
    return made


def hold_out(*communities: Community, others: list[Community]) -> None:
    CommunityWeek.objects.bulk_create(
        CommunityWeek(
            organisation=one.organisation,
            region=one.region,
            community=one,
            week_on=MONDAY,
            arm=Arm.NEUTRAL if one in communities else Arm.FEEDBACK,
        )
        for one in others
    )


def stops(version: PlanVersion) -> dict[str, Stop]:
    found = version.stops.select_related("route__technician", "visit__site__community")
    return {stop.visit.site.community.code: stop for stop in found if stop.visit.site.community}


def shape(version: PlanVersion) -> list[tuple[Any, ...]]:
    return [
        (code, stop.route.technician.code, stop.start_at, stop.travel_s)
        for code, stop in sorted(stops(version).items())
    ]


def test_all_held_out_is_the_neutral_plan_exactly(
    as_dora: Caller, north: Region, villages: list[Community], adored: SignalSet
) -> None:
    neutral = planned(as_dora, north, signals="none")
    hold_out(*villages, others=villages)
    held_out = planned(as_dora, north)

    assert held_out.signal_set == adored
    assert shape(held_out) == shape(neutral)
    assert {who for _, who, *_ in shape(held_out)} == {"T1"}


def test_none_held_out_is_the_plan_with_feedback(
    as_dora: Caller, north: Region, villages: list[Community], adored: SignalSet
) -> None:
    hold_out(others=villages)

    assert {who for _, who, *_ in shape(planned(as_dora, north))} == {"T2"}


def test_what_is_held_out_listens_to_nobody_and_says_so(
    as_dora: Caller, north: Region, villages: list[Community], adored: SignalSet, now: datetime
) -> None:
    hold_out(villages[0], others=villages)

    version = published(as_dora, planned(as_dora, north), now)

    found, affinities = stops(version), version_affinities(version)
    assert {code: stop.explanation["arm"] for code, stop in found.items()} == {
        "A": "neutral",
        "B": "feedback",
    }
    assert "affinity" not in found["A"].explanation["chosen"]["minutes"]
    assert found["B"].explanation["chosen"]["minutes"]["affinity"] == -15
    assert stop_sentences(found["A"], affinities)[-1] == (
        "This week A village is planned without feedback, as a comparison"
    )
    assert stop_sentences(found["A"], affinities, "zh-hant")[-1] == "本週A里不採用回饋排班，作為對照"
    assert "T2 goes to B village" in stop_sentences(found["B"], affinities)[-1]
    facts = ServiceEvent.objects.filter(kind="visit.planned").values_list("community__code", "data__arm")
    assert set(facts) == {("A", "neutral"), ("B", "feedback")}


def test_a_plan_draws_its_week_and_keeps_to_it(
    as_dora: Caller, north: Region, villages: list[Community], adored: SignalSet
) -> None:
    first = planned(as_dora, north)
    again = planned(as_dora, north)

    arms = dict(CommunityWeek.objects.values_list("community__code", "arm"))
    assert arms.keys() == {"A", "B"}
    assert {code: stop.explanation["arm"] for code, stop in stops(first).items()} == arms
    assert shape(first) == shape(again)


def test_without_signals_there_is_nothing_to_compare(
    as_dora: Caller, north: Region, villages: list[Community], now: datetime
) -> None:
    version = published(as_dora, planned(as_dora, north), now)

    assert not CommunityWeek.objects.exists()
    assert [stop.explanation["arm"] for stop in stops(version).values()] == [None, None]
    assert set(ServiceEvent.objects.filter(kind="visit.planned").values_list("data__arm", flat=True)) == {
        None
    }


def test_where_feedback_is_suspended_the_plan_is_neutral(
    as_dora: Caller, north: Region, villages: list[Community], adored: SignalSet, now: datetime
) -> None:
    neutral = planned(as_dora, north, signals="none")
    feedback_suspend(reading(north, Verdict.HARMS), now)

    version = planned(as_dora, north)

    assert version.signal_set is None
    assert shape(version) == shape(neutral)
    assert not CommunityWeek.objects.exists()
