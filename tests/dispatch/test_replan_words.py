"""What a replan changes, in words."""

import pytest

from communities.insight.sentences import Language
from dispatch.replan_words import CHANGES, EVENTS, change_sentence, clock
from dispatch.solver.living.changes import Assignment, Change, ChangeKind, Why
from dispatch.solver.living.events import Cancelled, Overrun, Pinned, ShiftEnds, Urgent
from dispatch.solver.living.news import KINDS
from dispatch.solver.plan import TERMS
from tests.dispatch.solver.days import W1
from tests.dispatch.solver.days import clock as at

NINE, TEN = (Assignment((name.upper(),), (name,), at(hour)) for name, hour in (("a", 9), ("b", 10)))
KNOWN = [Overrun("V1", at(9, 45)), ShiftEnds("A", at(12)), Cancelled("V2"), Urgent(W1), Pinned("V3", "A")]


def said(
    kind: ChangeKind,
    why: Why,
    before: Assignment | None = NINE,
    after: Assignment | None = TEN,
    *,
    cost_s: int = 0,
    language: Language = "en",
) -> str:
    change = Change(
        "V", kind, before, after, time_broken=False, technician_broken=False, cost_s=cost_s, why=why
    )
    return change_sentence(change, KNOWN, {"A": "ann"}, language)


def test_each_change_says_where_the_visit_was_and_where_it_is() -> None:
    late = Assignment(("A",), ("a",), at(10))
    crew = Assignment(("A", "B"), ("a", "b"), at(9))
    assert [
        said(ChangeKind.MOVED_TIME, Why(0), after=late, cost_s=1830),
        said(ChangeKind.MOVED_TECHNICIAN, Why(1), after=Assignment(("B",), ("b",), at(9))),
        said(ChangeKind.MOVED_BOTH, Why(1, via="V9")),
        said(ChangeKind.NEWLY_ASSIGNED, Why(3), before=None, after=crew),
        said(ChangeKind.LEFT_OUT, Why(4), after=None, cost_s=36000),
        said(ChangeKind.GONE, Why(2), after=None),
        said(ChangeKind.MOVED_TIME, Why(None, term="travel"), after=late),
        said(ChangeKind.MOVED_TIME, Why(None, term="unassigned"), after=late),
        said(ChangeKind.MOVED_TIME, Why(None), after=late),
    ] == [
        "V: a at 10:00 instead of 09:00, because V1 takes until 09:45 (costs 30 min)",
        "V: b instead of a at 09:00, because ann has to be back by 12:00",
        "V: b at 10:00 instead of a at 09:00, because ann has to be back by 12:00, which moves V9",
        "V: a, b at 09:00, because W1 came in",
        "V: nobody comes, because a dispatcher decided on V3 (costs 600 min)",
        "V: nobody has to come any more, because V2 was cancelled",
        "V: a at 10:00 instead of 09:00, because that is better for travel",
        "V: a at 10:00 instead of 09:00, because that is better for visits left out",
        "V: a at 10:00 instead of 09:00, because the plan gets no worse by it",
    ]


def test_the_same_in_chinese() -> None:
    assert (
        said(ChangeKind.MOVED_BOTH, Why(1, via="V9"), cost_s=600, language="zh-hant")
        == "V：改派 b 在 10:00 到（原 a，09:00），原因：ann 須在 12:00 前返回而牽動 V9（代價 10 分鐘）"
    )
    assert (
        said(ChangeKind.LEFT_OUT, Why(None, term="travel"), after=None, language="zh-hant")
        == "V：無人前往，原因：這樣較利於車程"
    )


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_every_change_every_event_and_every_term_has_its_words(language: Language) -> None:
    assert set(CHANGES[language]) == set(ChangeKind)
    assert set(EVENTS[language]) == set(KINDS)
    for term in TERMS:
        assert term not in said(ChangeKind.GONE, Why(None, term=term), language="zh-hant")


def test_moments_of_other_days_say_so() -> None:
    assert [clock(at(33, 5)), clock(-60)] == ["+1 d 09:05", "-1 d 23:59"]
