"""The reasons that a dispatcher and a manager read."""

from dataclasses import replace

from communities.insight.sentences import TEXTS, Names, Said, signal_sentence
from communities.insight.signals import (
    CommunityPriority,
    CommunityUpsell,
    Debt,
    LearnedDuration,
    Part,
    ServiceDays,
    TechnicianAffinity,
)

NAMES = Names("T07", "西村里", "清洗")
CSAT = Part(6.0, 0.5, 4.7, 4.2, 9)
AFFINITY = TechnicianAffinity("t", "c", None, 6.0, {"csat": CSAT, "fix": Part(0.0, 0.0, 0.9, 0.9, 12)})
OWED = Debt(0.84, 3.36, 4.2, 3.1, 4.21, 14)
PRIORITY = CommunityPriority("c", 6.71, OWED, Debt(0.0, 0.95, 0.9, 0.95, 0.9, 20))


def both(said: Said, names: Names = NAMES) -> tuple[str, str]:
    return signal_sentence(said, names), signal_sentence(said, names, "zh-hant")


def test_both_languages_say_the_same_things() -> None:
    assert TEXTS["en"].keys() == TEXTS["zh-hant"].keys()


def test_why_a_technician_goes_somewhere() -> None:
    assert both(AFFINITY) == (
        "T07 goes to 西村里: CSAT 4.7 over 9 answers when T07 came, 4.2 in the region; worth 6 min of travel",
        "派 T07 前往西村里：T07 服務時滿意度 4.7（9 份回覆），全區 4.2；值得多花 6 分鐘車程",
    )


def test_why_a_technician_stays_away() -> None:
    parts = {"fix": Part(-3.0, -0.05, 0.78, 0.9, 40), "upsell": Part(-1.5, -37.5, 30.0, 60.0, 25)}
    against = replace(AFFINITY, community=None, minutes=-4.5, parts=parts)
    assert both(against) == (
        (
            "T07 is sent after others anywhere in the region: 78 % of 40 visits settled at the first visit, 90 % in the"
            " region; 50 % of the region's usual sales a visit, over 25 offers; worth 4.5 min of travel"
        ),
        (
            "全區較後派 T07：首訪完修 78%（40 次到訪），全區 90%；每次到訪銷售為全區平均的 50%（25 次報價）；"
            "值得多花 4.5 分鐘車程避開"
        ),
    )


def test_what_changes_nothing() -> None:
    silent = replace(AFFINITY, service_type="k", minutes=0.0, parts={"csat": replace(CSAT, minutes=0.0)})
    assert both(silent)[0] == (
        "T07 in 西村里 for 清洗 changes nothing: CSAT 4.7 over 9 answers when T07 came, 4.2 in the region"
    )


def test_why_a_community_comes_first() -> None:
    assert both(PRIORITY) == (
        (
            "西村里 comes first when the day is full: CSAT there is 3.1 over 14 answers against 4.2 in the"
            " region, with a target of 4.2; leaving one of its visits out costs 6.7 min more"
        ),
        "行程滿時優先服務西村里：當地滿意度 3.1（14 份回覆），全區 4.2，目標 4.2；每漏排一次加計 6.7 分鐘",
    )
    late = CommunityPriority("c", 3.0, None, Debt(0.1, 0.8, 0.9, 0.75, 0.85, 20))
    assert both(late)[0] == (
        "西村里 comes first when the day is full: 75 % of 20 requests were resolved in time (85 % in the region),"
        " with a target of 90 %; leaving one of its visits out costs 3 min more"
    )


def test_why_a_community_does_not() -> None:
    content = CommunityPriority("c", 0.0, Debt(0.0, 4.5, 4.2, 4.6, 4.21, 14), None)
    assert both(content)[0] == (
        "西村里 needs no priority: CSAT there is 4.6 over 14 answers against 4.2 in the region, with a target of 4.2"
    )


def test_what_is_sold_there() -> None:
    assert both(CommunityUpsell("c", "k", -2.0, 50.0, 100.0, 30)) == (
        "西村里 for 清洗 is expected to bring 50 % of the usual sales; leaving it out costs 2 min less",
        "西村里處理清洗的預期銷售為平均的 50%；漏排少計 2 分鐘",
    )


def test_how_long_work_takes() -> None:
    learned = LearnedDuration(52.4, 3.9, 0.3, 31, service_type="k")
    slow = LearnedDuration(6.3, 0.1, 0.3, 31, technician="t")
    quick = LearnedDuration(-4.0, -0.1, 0.3, 31, community="c")
    assert [both(one)[0] for one in (learned, slow)] == [
        "清洗 is planned with 52 min, as 31 visits took",
        "T07 takes 6.3 min longer than usual, over 31 visits",
    ]
    assert both(quick, Names(community="西村里")) == (
        "A visit in 西村里 takes 4 min less than usual, over 31 visits",
        "西村里的到訪比平均少 4 分鐘（31 次到訪）",
    )


def test_on_which_days_a_community_is_opened() -> None:
    assert both(ServiceDays("c", (1, 4), 20.0, 32.0, 2.4, 15.0)) == (
        "西村里 is opened on Mon, Thu: at 2.4 requests a week and 15 min at the gate that saves 12 min a week",
        "西村里開放日為週一、週四：每週 2.4 件需求、進場 15 分鐘，每週可省 12 分鐘",
    )
