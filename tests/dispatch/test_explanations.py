"""Plans in words: what people read in either language."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from communities.access import Caller
from communities.models import Region, Site
from dispatch.explanations import REASONS, TERMS, TOO_DEAR, stop_sentences, unassigned_sentence
from dispatch.left_out import RULES, WAYS, left_out_sentences
from dispatch.models import Recovery, ServiceRequest, Stop, Technician, UnassignedVisit, Visit, WorkOrder
from dispatch.services.edits.splitting import SPLIT
from dispatch.solver.explain import Rule, Way
from dispatch.solver.plan import DEARER, NO_GAP, Reason, Score
from tests import factories
from tests.dispatch.test_planning import planned


def choice(technician: str, **minutes: float) -> dict[str, Any]:
    return {"technician": technician, "minutes": minutes}


def stop(**explanation: Any) -> Stop:
    order = WorkOrder(request=ServiceRequest(pk=None))
    return Stop(visit=Visit(site=Site(), work_order=order), explanation=explanation)


def left_out(**explanation: Any) -> UnassignedVisit:
    return UnassignedVisit(visit=Visit(), explanation=explanation)


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_there_are_words_for_everything_the_planner_says(language: Any) -> None:
    assert set(REASONS[language]) == {*Reason, SPLIT}
    assert set(TOO_DEAR[language]) == {Reason.NO_CAPACITY, Reason.CREW_INCOMPLETE}
    assert set(TERMS[language]) == set(Score().terms()) - {"unassigned"}
    assert set(RULES[language]) == set(Rule)
    assert set(WAYS[language]) == {*Way, "person_without_skills"}


def test_who_goes_is_set_against_the_next_two() -> None:
    told = stop(
        chosen=choice("T1", travel=10.0),
        runner_up=choice("T2", travel=12.0, overtime=15.0),
        third=choice("T3", travel=40.0),
    )
    assert stop_sentences(told, {}) == [
        "T1 rather than T2: 17.0 min better, mostly for overtime",
        "T1 rather than T3: 30.0 min better, mostly for travel",
    ]
    assert stop_sentences(told, {}, "zh-hant") == [
        "派 T1 而非 T2：省 17.0 分鐘，主要因加班",
        "派 T1 而非 T3：省 30.0 分鐘，主要因車程",
    ]


def test_a_recovery_says_whom_it_makes_good() -> None:
    told = stop(chosen=choice("T1"), runner_up=None)
    Recovery(request=told.visit.work_order.request, technician=Technician(code="T2"))
    assert stop_sentences(told, {})[0] == "It makes good a visit by T2, who is not sent again"
    assert stop_sentences(told, {}, "zh-hant")[0] == "為補救 T2 的服務而安排，不再派同一人"


def test_who_goes_may_be_no_better_than_others() -> None:
    # 12.04 min against 12.00, which is told as equal, and against 10.04.
    told = stop(
        chosen=choice("T1", travel=10.04, preference=2.0),
        runner_up=choice("T2", travel=12.0),
        third=choice("T3", travel=10.04),
    )
    assert stop_sentences(told, {}) == [
        "T1 is as good as T2",
        "T1 goes, though T3 would be 2.0 min better, mostly for who answers for the customer, or was asked for",
    ]
    assert stop_sentences(told, {}, "zh-hant") == [
        "T1 與 T2 不相上下",
        "派 T1，但改派 T3 可省 2.0 分鐘，主要因客戶的負責人或指定技師",
    ]


@pytest.mark.parametrize(
    ("reason", "gap", "sentence", "in_chinese"),
    [
        (
            Reason.NO_CAPACITY,
            NO_GAP,
            "The technicians who could do it have no room for it in their day",
            "可派的技師當天行程都排不進",
        ),
        (
            Reason.NO_CAPACITY,
            DEARER,
            "There is room for it, but going there costs more than it is worth",
            "行程排得進，但成本超過其重要性",
        ),
        (
            Reason.CREW_INCOMPLETE,
            NO_GAP,
            "There is no moment at which everybody it needs could come",
            "找不到所需人員都能到場的時間",
        ),
        (
            Reason.CREW_INCOMPLETE,
            DEARER,
            "Everybody it needs could come at once, but for more than it is worth",
            "所需人員可同時到場，但成本超過其重要性",
        ),
    ],
)
def test_no_room_is_told_from_too_dear(reason: Reason, gap: str, sentence: str, in_chinese: str) -> None:
    left = UnassignedVisit(reason=reason, detail=f"gap: {gap}, cost_s: 9000, penalty_s: 7200")
    assert unassigned_sentence(left) == sentence
    assert unassigned_sentence(left, "zh-hant") == in_chinese


def test_plans_made_earlier_are_still_told() -> None:
    assert stop_sentences(stop(chosen=choice("T1"), runner_up=choice("T2", affinity=2.0)), {}) == [
        "T1 rather than T2: 2.0 min better, mostly for what customers there say"
    ]
    assert stop_sentences(stop(chosen=choice("T1"), runner_up=None), {}) == [
        "Nobody but T1 could take it in this plan"
    ]
    assert left_out_sentences(left_out()) == []


def test_what_keeps_technicians_out_and_what_would_help() -> None:
    told = left_out(
        excluded=[
            {"rule": "skill", "technicians": ["T1"], "skill": "gas", "level": 2},
            {"rule": "full", "technicians": ["T2", "T3", "T4", "T5", "T6"]},
            {"rule": "price", "technicians": ["T7"], "minutes": 12.4},
        ],
        relaxations=[
            {"way": "skill", "technician": "T1", "minutes": -3.0, "worth_it": True, "detail": {"gas": 2}},
            {"way": "overtime", "technician": "T2", "minutes": 20.0, "worth_it": True, "detail": {"minutes": 12}},
            {"way": "person", "technician": "T2", "minutes": 95.0, "worth_it": False, "detail": {}},
        ],
    )  # fmt: skip
    assert left_out_sentences(told) == [
        "Without gas at level 2: T1",
        "No room in the day: T2, T3, T4 and 2 more",
        "Could go, but for at least 12 min more than it is worth: T7",
        "It would fit with T1 learning gas (level 2) (-3 min)",
        "It would fit with 12 min of overtime for T2 (+20 min)",
        "It would fit with one more person, but for 95 min, more than it is worth",
    ]
    assert left_out_sentences(told, "zh-hant") == [
        "沒有 gas 等級 2：T1",
        "當天行程已滿：T2、T3、T4 等 5 位",
        "可前往，但成本至少比其重要性多 12 分鐘：T7",
        "若 T1 學會 gas（等級 2）即可排入（-3 分鐘）",
        "若 T2 加班 12 分鐘即可排入（+20 分鐘）",
        "若多一位技師可排入，但需 95 分鐘，超過其重要性",
    ]


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_every_way_out_can_be_said(way: Way, language: Any) -> None:
    # Skills and parts are named freely: a skill may be called as a figure of a sentence is.
    detail = {
        Way.SKILL: {"technician": 1, "a b": 2},
        Way.PERSON: {"gas": 1},
        Way.PARTS: {"pump": 2},
        Way.ONE_MORE: {"visits": 4},
        Way.SWAP: {"visit": "R-7"},
        Way.FARTHER_DRIVE: {"km": 5},
        Way.TECHNICIAN: {"by": "forbidden"},
    }.get(way, {"minutes": 5})
    one = {"way": way, "technician": "T1", "minutes": 4.0, "worth_it": True, "detail": detail}
    (sentence,) = left_out_sentences(left_out(relaxations=[one]), language)
    figure = {Way.ONE_MORE: "4", Way.SWAP: "R-7", Way.SKILL: "a b", Way.PERSON: "gas", Way.PARTS: "pump"}
    assert (figure | {Way.TECHNICIAN: "T1"}).get(way, "5") in sentence


def test_a_plan_keeps_why_and_what_would_help(
    as_dora: Caller, north: Region, tom: Technician, now: datetime
) -> None:
    factories.shift(tom, now)
    kind = factories.service_type(north.organisation, "boiler", needs="gas")
    factories.request(factories.site(factories.community(north, "A")), now - timedelta(days=1), kind)

    left = planned(as_dora, north).unassigned.get()

    assert left.explanation["excluded"] == [
        {"rule": "skill", "technicians": [tom.code], "skill": "gas", "level": 1}
    ]
    assert {one["way"]: one["detail"] for one in left.explanation["relaxations"]} == {
        "skill": {"gas": 1},
        "person": {"gas": 1},
    }
