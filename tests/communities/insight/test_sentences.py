"""The reasons that a dispatcher reads."""

from dataclasses import replace

from communities.insight.former_signals import CommunityPriority, Evidence, TechnicianAffinity
from communities.insight.sentences import affinity_sentence, priority_sentence

AFFINITY = TechnicianAffinity("t", "c", "r", 6.0, 3.6, Evidence(3.1, 14, 4.2, 4.7, 9))
PRIORITY = CommunityPriority("c", "r", 6.71, 3.36, 4.2, Evidence(3.1, 14, 4.21))


def test_why_a_technician_goes_somewhere() -> None:
    assert affinity_sentence(AFFINITY, technician_name="T07", community_name="西村里") == (
        "T07 goes to 西村里: CSAT there is 3.1 against 4.2 in the region, and 4.7 over 9 answers"
        " when T07 served it; worth 6 min of travel"
    )
    assert affinity_sentence(
        AFFINITY, technician_name="T07", community_name="西村里", language="zh-hant"
    ) == ("派 T07 前往西村里：當地滿意度 3.1（全區 4.2），T07 服務時為 4.7（9 份回覆）；值得多花 6 分鐘車程")


def test_why_a_technician_stays_away() -> None:
    against = replace(AFFINITY, minutes=-0.42, evidence=Evidence(4.4, 14, 4.2, 2.0, 2))
    assert affinity_sentence(against, technician_name="T07", community_name="西村里") == (
        "T07 is kept away from 西村里: CSAT there is 4.4 against 4.2 in the region, but 2.0 over 2 answers"
        " when T07 served it; worth 0.42 min of travel"
    )
    assert affinity_sentence(against, technician_name="T07", community_name="西村里", language="zh-hant") == (
        "不派 T07 前往西村里：當地滿意度 4.4（全區 4.2），T07 服務時為 2.0（2 份回覆）；"
        "值得多花 0.42 分鐘車程避開"
    )


def test_one_answer_that_changes_nothing() -> None:
    silent = replace(AFFINITY, minutes=0.0, evidence=Evidence(4.4, 1, 4.2, 2.0, 1))
    assert affinity_sentence(silent, technician_name="T07", community_name="西村里") == (
        "T07 in 西村里 changes nothing: CSAT 2.0 over 1 answer when T07 came"
    )


def test_why_a_community_comes_first() -> None:
    assert priority_sentence(PRIORITY, community_name="西村里") == (
        "西村里 comes first when the day is full: CSAT there is 3.1 over 14 answers against 4.2 in the"
        " region, with a target of 4.2; leaving one of its visits out costs 6.7 min more"
    )
    assert priority_sentence(PRIORITY, community_name="西村里", language="zh-hant") == (
        "行程滿時優先服務西村里：當地滿意度 3.1（14 份回覆），全區 4.2，目標 4.2；每漏排一次加計 6.7 分鐘"
    )


def test_why_a_community_does_not() -> None:
    content = replace(PRIORITY, minutes=0.0, evidence=Evidence(4.6, 14, 4.21))
    assert priority_sentence(content, community_name="西村里") == (
        "西村里 needs no priority: CSAT there is 4.6 over 14 answers, with a target of 4.2"
    )
