"""What the planner is told of a visit."""

from dataclasses import replace
from datetime import date

from communities.insight.signals import (
    CommunityPriority,
    CommunityUpsell,
    LearnedDuration,
    ServiceDays,
    SignalPolicy,
    Signals,
    TechnicianAffinity,
    VisitFacts,
    VisitTerms,
    visit_terms,
)

MONDAY = date(2026, 3, 2)
VISIT = VisitFacts(
    community="A", service_type="K", penalty=120, usual_s=3600, extra_s=600, due_on=date(2026, 3, 6)
)
SIGNALS = Signals(
    policy=SignalPolicy(duration_quantile=0.5, duration_cap=1.5, service_day_relief=0.5),
    affinities=(TechnicianAffinity("T1", None, None, 3.0), TechnicianAffinity("T1", "A", None, -4.0)),
    priorities=(CommunityPriority("A", 7.0, None, None),),
    upsells=(CommunityUpsell("A", "K", 2.0, 0, 0, 9),),
)
SLOW = (
    LearnedDuration(66.0, 4.1896547, 0.3, 9, service_type="K"),  # ln 66
    LearnedDuration(9.0, 0.6931472, 0.3, 9, technician="T2"),  # twice as long
)
ON_THURSDAYS = (ServiceDays("A", (4,), 10, 20, 2, 30),)


def test_without_signals_a_visit_is_as_it_is() -> None:
    assert visit_terms(VISIT, Signals(), ["T1"], MONDAY) == VisitTerms(penalty=120, service_s=4200)


def test_minutes_go_to_technicians_and_to_the_penalty() -> None:
    terms = visit_terms(VISIT, SIGNALS, ["T1", "T2"], MONDAY)
    assert terms == VisitTerms(penalty=129, service_s=4200, values={"T1": -4.0})
    elsewhere = visit_terms(replace(VISIT, community="B"), SIGNALS, ["T1", "T2"], MONDAY)
    assert elsewhere == VisitTerms(penalty=120, service_s=4200, values={"T1": 3.0})


def test_learned_durations_are_capped_and_extras_come_on_top() -> None:
    # 66 min instead of 60; T2 would take 132, but no more than 1.5 times 60.
    terms = visit_terms(VISIT, replace(SIGNALS, durations=SLOW), ["T1", "T2"], MONDAY)
    assert terms.service_by_technician == {"T1": 66 * 60 + 600, "T2": 90 * 60 + 600}
    half = replace(SIGNALS, durations=SLOW, policy=replace(SIGNALS.policy, duration_weight=0.5))
    assert visit_terms(VISIT, half, ["T1"], MONDAY).service_by_technician == {
        "T1": 3776 + 600
    }  # 3600 * 1.1 ^ 0.5
    none = replace(half, policy=half.policy.neutral())
    assert visit_terms(VISIT, none, ["T1"], MONDAY).service_by_technician == {}


def test_what_can_wait_for_a_service_day_is_cheaper_to_leave_out() -> None:
    signals = Signals(policy=SIGNALS.policy, service_days=ON_THURSDAYS)

    def penalty(due_on: date | None, on: date = MONDAY) -> float:
        return visit_terms(replace(VISIT, due_on=due_on), signals, [], on).penalty

    assert penalty(date(2026, 3, 5)) == 60
    assert penalty(date(2026, 3, 4)) == 120
    assert penalty(None) == 120
    assert penalty(date(2026, 3, 12), on=date(2026, 3, 5)) == 120
