"""What a night's reading says, and what it does not say yet."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.insight.experiment.reading import (
    Cell,
    ExperimentPolicy,
    Reading,
    read_experiment,
)
from communities.insight.experiment.sentences import NAMES, UNITS, VERDICTS, difference, meaning, signed
from communities.insight.experiment.words import Arm, Finding, Verdict
from tests.communities.insight.experiment.panels import MONDAY, arms_drawn

KNOWN = Finding("csat", 4.1, 4.22, effect=0.12, low=0.03, high=0.21, p=0.004, verdict=Verdict.HELPS)


def cells(weeks: int, communities: int = 12, **gain: int) -> list[Cell]:
    """Ten visits each, of which a community has its own level; `gain` is added to a sum where feedback counts."""
    found = []
    for (community, week), feedback in _drawn(communities, weeks):
        level = 40 + (community * 7 + week * 3 + community * week) % 5  # csat 4.0 to 4.4, of 10 answers
        cell = Cell(
            community=f"C{community:02}",
            week_on=MONDAY + timedelta(weeks=week),
            arm=Arm.FEEDBACK if feedback else Arm.NEUTRAL,
            visits=10,
            csat_sum=level,
            csat_answers=10,
            upsell_minor=1000 + 10 * level,
            resolved=10,
            resolved_on_time=4 + level % 3,
            travel_minutes=100.0 + level % 4,
            travelled=10,
        )
        found.append(
            replace(cell, **{name: getattr(cell, name) + more * feedback for name, more in gain.items()})
        )
    return found


def _drawn(communities: int, weeks: int) -> list[tuple[tuple[int, int], bool]]:
    drawn = arms_drawn(communities, weeks, "reading")
    return [((c, w), bool(drawn[c, w])) for c in range(communities) for w in range(weeks)]


def finding(reading: Reading, outcome: str) -> Finding:
    return next(one for one in reading.findings if one.outcome == outcome)


def test_what_feedback_adds_is_found_and_helps() -> None:
    # 5 points more in the sum of 10 answers are 0.5 in the mean
    reading = read_experiment(cells(weeks=12, csat_sum=5))

    csat = finding(reading, "csat")
    assert csat.effect is not None
    assert csat.low is not None
    assert csat.high is not None
    assert abs(csat.effect - 0.5) < 0.06
    assert 0 < csat.low < 0.5 < csat.high
    assert (csat.p, csat.verdict, csat.weeks_needed) == (0.001, Verdict.HELPS, None)
    assert (reading.weeks, reading.communities, reading.verdict) == (12, 12, Verdict.HELPS)


def test_levels_are_quotients_of_sums() -> None:
    one = [
        Cell("A", MONDAY, Arm.NEUTRAL, visits=4, csat_sum=7, csat_answers=2, upsell_minor=600),
        Cell("B", MONDAY, Arm.NEUTRAL, visits=1, csat_sum=5, csat_answers=1),
        Cell("C", MONDAY, Arm.FEEDBACK, visits=2, resolved=4, resolved_on_time=3),
    ]
    reading = read_experiment(one, ExperimentPolicy(min_answers=3))
    found = {one.outcome: (one.neutral, one.feedback) for one in reading.findings}

    # CSAT (7 + 5) / 3; upsell 600 / 5 visits and 0 / 2; targets met 3 of 4; nobody's travel is known
    assert found == {
        "csat": (4.0, None),
        "upsell": (120, 0),
        "hit_rate": (None, 0.75),
        "travel": (None, None),
    }


def test_few_answers_are_not_told() -> None:
    one = [Cell("A", MONDAY, Arm.NEUTRAL, visits=4, csat_sum=7, csat_answers=2, upsell_minor=600)]

    reading = read_experiment(one, ExperimentPolicy(min_answers=3))

    assert (finding(reading, "csat").neutral, finding(reading, "upsell").neutral) == (None, 150)


@pytest.mark.parametrize(
    ("gain", "harmed"),
    [({"csat_sum": -5}, "csat"), ({"upsell_minor": -900}, "upsell"), ({"resolved_on_time": -3}, "hit_rate")],
)
def test_one_harm_is_enough(gain: dict[str, int], harmed: str) -> None:
    reading = read_experiment(cells(weeks=16, **gain, travel_minutes=-20))  # less travel would help

    assert finding(reading, "travel").verdict is Verdict.HELPS
    assert finding(reading, harmed).verdict is Verdict.HARMS
    assert reading.verdict is Verdict.HARMS


def test_travel_may_cost_what_the_policy_says() -> None:
    dearer = cells(weeks=16, travel_minutes=6)  # 0.6 on some 10.1 minutes: 5.9 %

    harms = read_experiment(dearer, ExperimentPolicy(travel_bound=0.03))
    bearable = read_experiment(dearer, ExperimentPolicy(travel_bound=0.10))

    assert finding(harms, "travel").verdict is Verdict.HARMS
    assert finding(bearable, "travel").verdict is Verdict.UNKNOWN


def test_before_there_is_enough_there_are_no_numbers() -> None:
    early = finding(read_experiment(cells(weeks=3, csat_sum=5)), "csat")
    few = finding(read_experiment(cells(weeks=30, communities=5, csat_sum=5)), "csat")

    assert (early.effect, early.low, early.p, early.verdict) == (None, None, None, Verdict.UNKNOWN)
    assert early.neutral is not None
    assert few.effect is None
    assert meaning(early) == "Not yet known: too early to say when"


def test_without_an_effect_nothing_is_claimed() -> None:
    reading = read_experiment(cells(weeks=12))

    assert reading.verdict is Verdict.UNKNOWN
    assert all(one.low is None or one.low < 0 < (one.high or 0) for one in reading.findings)


@given(st.permutations(cells(weeks=4)))
def test_order_has_no_influence(shuffled: list[Cell]) -> None:
    assert read_experiment(shuffled) == read_experiment(cells(weeks=4))


def test_in_words() -> None:
    def amount(minor: int) -> str:
        return f"TWD {minor}"

    assert difference(KNOWN, amount) == "Satisfaction: +0.12 with feedback (+0.03 to +0.21)"
    assert difference(KNOWN, amount, "zh-hant") == "滿意度：有回饋時 +0.12（+0.03 至 +0.21）"
    assert signed("upsell", -45.4, amount) == "−TWD 45"
    assert signed("hit_rate", 0.025, amount) == "+2.5%"
    assert signed("travel", 0, amount, "zh-hant") == "±0.0 分鐘"
    assert meaning(KNOWN) == "Feedback helps"
    open_ = replace(KNOWN, verdict=Verdict.UNKNOWN)
    assert meaning(replace(open_, weeks_needed=7)) == "Not yet known: about 7 more weeks needed"
    assert meaning(replace(open_, weeks_needed=7), "zh-hant") == "尚無定論：約需再 7 週"
    assert meaning(open_) == "Not yet known: it would take more than two years"
    assert NAMES["en"].keys() == NAMES["zh-hant"].keys() == UNITS["en"].keys() | {"upsell"}
    assert set(VERDICTS["en"]) == set(VERDICTS["zh-hant"]) == set(Verdict)
