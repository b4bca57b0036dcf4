from hypothesis import given
from hypothesis import strategies as st

from communities.insight.health import MEASURES, Condition, Reason, health, points, reasons
from communities.insight.health_words import MEASURE_NAMES, reason_sentence

WELL = Condition(orders=5, silent_days=20, rhythm_days=30, csat=5, invoices=4, is_member=True)


def test_weights_are_a_hundred() -> None:
    assert sum(measure.weight for measure in MEASURES.values()) == 100
    assert set(MEASURE_NAMES) == set(MEASURES)


def test_all_is_well() -> None:
    assert health(points(WELL)) == 100.0


def test_each_measure_costs_its_weight() -> None:
    # 60 days are two rhythms: half of 30. A 3 is half of 25. One of four invoices late: three quarters of 10.
    now = Condition(
        orders=5, silent_days=60, rhythm_days=30, csat=3, complaints_open=1, invoices=4, invoices_late=1
    )
    assert points(now) == {
        "recency": 15.0,
        "satisfaction": 12.5,
        "complaints": 0.0,
        "disputes": 10.0,
        "payments": 7.5,
        "reopened": 5.0,
        "membership": 0.0,
    }
    assert health(points(now)) == 50.0
    assert reasons(points(now), points(WELL)) == [
        Reason("recency", 15.0, 30.0),
        Reason("complaints", 0.0, 15.0),
        Reason("satisfaction", 12.5, 25.0),
        Reason("membership", 0.0, 5.0),
        Reason("payments", 7.5, 10.0),
    ]


def test_what_is_not_known_lets_the_rest_weigh_more() -> None:
    # One order: no rhythm, no answer, no invoice. Complaints 15, disputes 10, reopened 5, membership 5 of 35.
    assert points(Condition(orders=1, silent_days=400)) == {
        "complaints": 42.9,
        "disputes": 28.6,
        "reopened": 14.3,
        "membership": 0.0,
    }


def test_without_an_order_there_is_no_health_and_no_change() -> None:
    nobody = points(Condition(orders=0, complaints_open=1))
    assert health(nobody) is None
    assert reasons(points(WELL), nobody) == []


def test_a_reason_in_words() -> None:
    less = Reason("satisfaction", 12.5, 25.0)
    assert reason_sentence(less) == "Last answer about satisfaction: 12.5 points less"
    assert reason_sentence(less, "zh-hant") == "最近一次滿意度：減 12.5 分"
    assert reason_sentence(Reason("membership", 5.0, None)) == "Membership: 5 points more"


conditions = st.builds(
    Condition,
    orders=st.integers(0, 9),
    silent_days=st.none() | st.integers(0, 900),
    rhythm_days=st.none() | st.integers(1, 400),
    csat=st.none() | st.integers(1, 5),
    complaints_open=st.integers(0, 2),
    disputes=st.integers(0, 2),
    invoices=st.just(3) | st.just(0),
    invoices_late=st.just(0),
    reopened=st.integers(0, 1),
    is_member=st.booleans(),
)


@given(conditions, conditions)
def test_changes_of_points_are_the_change_of_health(now: Condition, before: Condition) -> None:
    is_known = points(now) and points(before)
    here, there = health(points(now)), health(points(before))
    assert here is None or 0 <= here <= 100
    change = (here or 0) - (there or 0) if is_known else 0
    # 100.0 is the highest: the rounded points of seven measures may add up to 0.35 more.
    assert abs(sum(one.change for one in reasons(points(now), points(before))) - change) < 0.36
