"""The protocol: who gets how long, and what a crash does."""

import os
from functools import partial

import pytest

from benchmarks.apart import Failed, together
from benchmarks.compare import Pair, Run, shared_times
from benchmarks.replay import Verdict


def test_peers_of_nearly_the_same_time_share_the_shortest() -> None:
    # 60.4 and 62 lie within 5 % of 60.1; 63.2 is more than 5 % of 60.1 away and begins anew
    assert shared_times([60.4, 3.0, 62.0, 60.1, 63.2]) == [60.1, 3.0, 60.1, 60.1, 63.2]


def test_the_ratio_is_ours_over_theirs() -> None:
    peer = Run("PyVRP", 60.0, Verdict(cost_s=1000, travel_s=1000, left_out=0))
    linli = Run("Linli", 60.0, Verdict(cost_s=930, travel_s=930, left_out=0))
    assert Pair(peer, (), linli).ratio == pytest.approx(0.93)


def test_a_plan_that_breaks_a_rule_has_no_ratio() -> None:
    peer = Run("PyVRP", 60.0, Verdict(1000, 1000, 0, ("window S1 V1: late",)))
    linli = Run("Linli", 60.0, Verdict(930, 930, 0))
    assert Pair(peer, (), linli).ratio is None


def test_answers_come_in_the_order_of_the_tasks() -> None:
    assert together([partial(pow, 2, 10), partial(pow, 3, 2)]) == [1024, 9]


def test_a_process_that_dies_and_an_error_are_told_and_harm_no_other() -> None:
    died, raised, done = together([partial(os._exit, 3), partial(divmod, 1, 0), partial(pow, 2, 10)])
    assert died == Failed("the process ended with 3")
    assert isinstance(raised, Failed)
    assert raised.reason.startswith("ZeroDivisionError")
    assert done == 1024
