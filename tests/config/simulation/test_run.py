"""Whole runs, in a small way: two weeks of one world."""

from collections.abc import Mapping

import pytest

from communities.insight.signals import SignalPolicy
from config.simulation.parallel import Job, runs
from config.simulation.policies import POLICIES
from config.simulation.run import Run, simulate
from config.simulation.scenarios import STANDARD

WEEKS = 2
HEEDING = SignalPolicy(min_answers=1, csat_minutes=100.0)


def counted(run: Run) -> Mapping[str, object]:
    """Everything a run came to, to be compared bit for bit."""
    sums = {name: counts.tolist() for name, counts in run.tally.counts.items()}
    return {**sums, "travel_s": run.tally.travel_s.tolist(), "errors": run.errors}


@pytest.fixture(scope="module")
def neutral() -> Run:
    return simulate(STANDARD, None, seed=1, weeks=WEEKS)


def test_the_same_run_comes_to_the_same(neutral: Run) -> None:
    assert counted(simulate(STANDARD, None, seed=1, weeks=WEEKS)) == counted(neutral)


def test_a_policy_without_weights_is_neutral_bit_for_bit(neutral: Run) -> None:
    learning = simulate(STANDARD, SignalPolicy().neutral(), seed=1, weeks=WEEKS)

    assert counted(learning) == counted(neutral)


def test_a_policy_that_heeds_every_answer_sends_others(neutral: Run) -> None:
    """What the test above says is not for want of signals."""
    heeding = simulate(STANDARD, HEEDING, seed=1, weeks=WEEKS)

    assert heeding.tally.travel_s.tolist() != neutral.tally.travel_s.tolist()


def test_the_number_of_processes_changes_nothing(neutral: Run) -> None:
    jobs = [Job("standard", 1, policy) for policy in POLICIES]
    heard: list[int] = []

    alone, beside = (
        {job: counted(run) for job, run in runs(jobs, WEEKS, processes, heard.append)} for processes in (1, 2)
    )

    assert alone == beside
    assert alone[jobs[0]] == counted(neutral)
    assert heard[-1] == len(jobs) * WEEKS


def test_what_is_done_is_there_when_somebody_stops() -> None:
    """As Ctrl-C does: the first run is given, the other does not come to its end."""
    jobs = [Job("standard", 1, "neutral"), Job("standard", 2, "neutral")]
    given = runs(jobs, weeks=1, processes=1, on_weeks=lambda weeks: None)
    job, run = next(given)
    given.close()

    assert (job, run.tally.weeks) == (jobs[0], 1)
    with pytest.raises(StopIteration):
        next(given)


def test_every_visit_of_a_run_is_counted_once(neutral: Run) -> None:
    tally = neutral.tally

    assert sum(tally.by_week()["visits"]) == tally.total("visits")
    assert sum(tally.within(week, week + 1).total("visits") for week in range(WEEKS)) == tally.total("visits")
    assert tally.total("visits") > tally.total("first") > tally.total("first_fixed") > 0
    assert tally.total("due") > tally.total("hit") > 0
