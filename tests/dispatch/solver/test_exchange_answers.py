"""Answers in VROOM's format: ours and VROOM's own, written and read."""

import copy
import json
from typing import Any

import pytest

from dispatch.solver.checker import Cause, check
from dispatch.solver.exchange import (
    by_their_rules,
    plan_from_vroom,
    plan_to_vroom,
    problem_from_vroom,
    without_reason,
)
from dispatch.solver.exchange.answering import answer, read
from dispatch.solver.plan import Plan, Route, Score, Stop
from dispatch.solver.problem import ProblemError
from dispatch.solver.solve import Limits
from tests.dispatch.solver.documents import Change, a_plan, an_input, recorded


def test_answer_of_vroom_is_read_and_written_again_as_it_was() -> None:
    """Recorded from VROOM: capacities, setup at a shared place and at one of its own, service by type, two
    profiles, open starts and ends, a break, priorities, prices. What we add is taken away before comparing."""
    question, theirs = recorded("input"), recorded("output")
    day = problem_from_vroom(question)
    plan = plan_from_vroom(question, day, theirs)
    ours = plan_to_vroom(question, day, plan)
    assert without_reason(theirs) == {"7"}
    assert plan.score.unassigned == 86400
    bare = [
        without(theirs, "computing_times"),
        without(ours, "distance", "computing_times", "score", "reason", "detail"),
    ]
    assert bare[1] == bare[0]


def without(value: Any, *names: str) -> Any:
    if isinstance(value, dict):
        return {name: without(inner, *names) for name, inner in value.items() if name not in names}
    return [without(inner, *names) for inner in value] if isinstance(value, list) else value


def test_plan_is_told_in_vrooms_words() -> None:
    answer = plan_to_vroom(*a_plan(), loading_ms=3, solving_ms=20)
    score = answer["summary"].pop("score")
    assert (score["travel"], score["total"]) == (2100, 88800)
    assert answer["summary"] == {
        "cost": 2400, "routes": 1, "unassigned": 1, "setup": 0, "service": 6000, "duration": 2100,
        "waiting_time": 400, "priority": 10, "delivery": [2], "amount": [2], "pickup": [1], "violations": [],
        "computing_times": {"loading": 3, "solving": 20, "routing": 0},
    }  # fmt: skip
    assert answer["unassigned"] == [
        {"type": "job", "id": 7, "location": [121.5, 25], "location_index": 1, "reason": "skill_missing",
         "detail": {"skill": "9", "level": 1}}
    ]  # fmt: skip
    (route,) = answer["routes"]
    told = [
        (
            step["type"],
            step.get("id"),
            step["arrival"],
            step["waiting_time"],
            step["service"],
            step["duration"],
            step["load"],
        )
        for step in route["steps"]
    ]
    assert told == [
        ("start", None, 35000, 0, 0, 0, [2]),
        ("job", 4, 35600, 400, 1800, 600, [0]),
        ("break", 5, 38000, 0, 3600, 800, [0]),
        ("job", "b", 42300, 0, 600, 1500, [1]),
        ("end", None, 43800, 0, 0, 2100, [1]),
    ]
    assert route["steps"][3]["entry"] == 300
    assert route["steps"][3]["description"] == "the boiler"


def test_every_route_has_its_terms_which_add_up_to_the_plans() -> None:
    # 600 s to 4 and back each; for b, whose vehicle is called for it, 600 s each way and half a minute.
    document = an_input()
    document["vehicles"].append({"id": 2, "start_index": 0, "end_index": 0, "costs": {"fixed": 30}})
    routes = (
        Route("1", 32400, (Stop("4", 33000, 33000, 34800, 600, 0, 0),), 35400),
        Route("2", 32400, (Stop("b", 33000, 33000, 33600, 600, 0, 0),), 34200),
    )
    plan = Plan(routes, (), Score(travel=2400, shift_use=30))
    answer = plan_to_vroom(document, problem_from_vroom(document), plan)
    told = [{name: cost for name, cost in route["score"].items() if cost} for route in answer["routes"]]
    assert told == [{"travel": 1200, "total": 1200}, {"travel": 1200, "shift_use": 30, "total": 1230}]
    total = answer["summary"]["score"]
    assert {name: sum(route["score"][name] for route in answer["routes"]) for name in total} == total


def test_answer_of_ours_is_read_back_as_the_plan_it_was() -> None:
    document, day, plan = a_plan()
    answer = json.loads(json.dumps(plan_to_vroom(document, day, plan)))
    assert plan_from_vroom(document, day, answer) == plan
    assert without_reason(answer) == frozenset()


def test_break_that_interrupts_the_entry_keeps_the_start_of_service() -> None:
    """Drives 600 s from 35900, is let in for 100 of 300 s, rests from 36600 to 36900, needs 200 s more."""
    document = an_input()
    document["jobs"] = [document["jobs"][0] | {"community": "Xicun"}]
    document["vehicles"][0]["breaks"] = [{"id": 1, "service": 300, "time_windows": [[36600, 36600]]}]
    document["community_entry"] = {"Xicun": 300}
    day = problem_from_vroom(document)
    stop = Stop("4", 36500, 37100, 38900, 600, 300, 0)
    plan = Plan((Route("1", 35900, (stop,), 39500, (36600,)),), (), Score(travel=1200, community_entry=300))
    answer = plan_to_vroom(document, day, plan)
    job = answer["routes"][0]["steps"][2]
    assert (job["type"], job["starts"]) == ("job", 37100)
    again = plan_from_vroom(document, day, answer).routes[0].stops[0]
    assert (again.start_s, again.waiting_s) == (37100, 0)


def test_crew_is_told_by_roles() -> None:
    document = an_input()
    document["jobs"] = [document["jobs"][0] | {"crew": [{}]}]
    document["vehicles"].append({"id": 2, "start_index": 0, "end_index": 0})
    day = problem_from_vroom(document)
    routes = tuple(
        Route(van, 35400, (Stop("4", 36000, 36000, 37800, 600, 0, 0, role=role),), 38400)
        for role, van in enumerate(("2", "1"))
    )
    plan = Plan(routes, (), Score(travel=2400))
    answer = plan_to_vroom(document, day, plan)
    assert answer["summary"]["priority"] == 10
    assert plan_from_vroom(document, day, answer) == plan


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("routes", lambda it: it.pop("routes")),
        ("routes[0].vehicle", lambda it: it["routes"][0].update(vehicle=9)),
        ("routes[0].steps[1].id", lambda it: it["routes"][0]["steps"][1].update(id=9)),
        ("routes[0].steps[1].id", lambda it: it["routes"][0]["steps"][1].pop("id")),
        ("routes[0].steps[2].id", lambda it: it["routes"][0]["steps"][2].update(id=9)),
        ("routes[0].steps[3].id", lambda it: it["routes"][0]["steps"][3].update(id=4)),
        ("routes[0].steps[1].arrival", lambda it: it["routes"][0]["steps"][1].update(arrival="noon")),
        ("unassigned[0].id", lambda it: it["unassigned"][0].update(id=99)),
        ("unassigned[0].reason", lambda it: it["unassigned"][0].update(reason="tired")),
        ("summary.score.luck", lambda it: it["summary"]["score"].update(luck=1)),
        ("code", lambda it: it.update(code=2, error="Missing vehicles")),
    ],
)  # fmt: skip
def test_what_is_wrong_in_an_answer_is_named_by_its_path(path: str, change: Change) -> None:
    document, day, plan = a_plan()
    answer = copy.deepcopy(plan_to_vroom(document, day, plan))
    change(answer)
    with pytest.raises(ProblemError) as refusal:
        plan_from_vroom(document, day, answer)
    assert refusal.value.path == path


def test_answer_without_a_route_says_that_nothing_is_carried() -> None:
    document = an_input() | {"jobs": []}
    document["vehicles"][0]["capacity"] = [3, 4]
    told = plan_to_vroom(document, problem_from_vroom(document), Plan((), (), Score()))["summary"]
    assert (told["delivery"], told["amount"], told["pickup"]) == ([0, 0], [0, 0], [0, 0])


def sound_by_vroom() -> tuple[dict[str, Any], dict[str, Any]]:
    """Jobs 1 and 2 share a place, each with 300 s of setup. VROOM's windows hold its start: 1 begins its setup at
    1000, the last moment, so service begins at 1300; 2, without a setup, at 1900, the first moment. The van rests at
    2500, then at 2600: in order of the first start, not of the last."""
    jobs = [
        {"id": 1, "location_index": 1, "setup": 300, "service": 600, "time_windows": [[0, 1000]]},
        {"id": 2, "location_index": 1, "setup": 300, "service": 600, "time_windows": [[1900, 2600]]},
    ]
    breaks = [
        {"id": 1, "service": 100, "time_windows": [[2500, 9000]]},
        {"id": 2, "service": 100, "time_windows": [[2550, 2700]]},
    ]
    van = {"id": 1, "start_index": 0, "end_index": 0, "time_window": [0, 9000], "breaks": breaks}
    document = {
        "jobs": jobs,
        "vehicles": [van],
        "matrices": {"car": {"durations": [[0, 400], [400, 0]]}},
    }
    steps = [
        {"type": "start", "arrival": 600},
        {"type": "job", "id": 1, "arrival": 1000, "setup": 300, "service": 600, "waiting_time": 0},
        {"type": "job", "id": 2, "arrival": 1900, "setup": 0, "service": 600, "waiting_time": 0},
        {"type": "break", "id": 1, "arrival": 2500, "service": 100, "waiting_time": 0},
        {"type": "break", "id": 2, "arrival": 2600, "service": 100, "waiting_time": 0},
        {"type": "end", "arrival": 3100},
    ]
    return document, {"routes": [{"vehicle": 1, "steps": steps}]}


def test_answer_of_vroom_is_judged_by_vrooms_rules() -> None:
    document, answer = sound_by_vroom()
    day = problem_from_vroom(document)
    plan = plan_from_vroom(document, day, answer)
    assert check(*by_their_rules(document, day, plan)) == []
    assert {found.cause for found in check(day, plan)} == {Cause.WINDOW, Cause.BREAK_MISSING}


@pytest.mark.parametrize(
    ("step", "later_s", "cause"),
    [(1, 1, Cause.WINDOW), (3, 150, Cause.BREAK_MISSING)],
)
def test_answer_of_vroom_that_breaks_its_rules_is_not_sound(step: int, later_s: int, cause: Cause) -> None:
    document, answer = sound_by_vroom()
    for later in answer["routes"][0]["steps"][step:]:
        later["arrival"] += later_s
    day = problem_from_vroom(document)
    plan = plan_from_vroom(document, day, answer)
    assert {found.cause for found in check(*by_their_rules(document, day, plan))} == {cause}


def test_paid_time_beyond_the_fair_share_is_charged() -> None:
    # 4 and b with the ways are 600 + 1800 + 900 + 600 + 600 = 4500 s: 4 min beyond, a quarter of a minute each.
    document = an_input() | {"fairness": {"target": 4260}}
    _, told = answer(read(document), Limits(iterations=0))
    assert {name: cost for name, cost in told["summary"]["score"].items() if cost} == {
        "travel": 2100,
        "fairness": 60,
        "total": 2160,
    }
