"""VROOM's formats, read and written: what is meant, what is refused and where, and nothing in between."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dispatch.solver.exchange import (
    plan_from_vroom,
    plan_to_vroom,
    problem_from_vroom,
    problem_to_vroom,
    schema,
    start_from_vroom,
    without_reason,
)
from dispatch.solver.exchange.text import Unreadable, read_json
from dispatch.solver.plan import Plan, Reason, Route, Score, Stop, Unassigned
from dispatch.solver.problem import (
    After,
    Break,
    Costs,
    Problem,
    ProblemError,
    Promise,
    Term,
    TimeWindow,
    Weights,
)
from tests.dispatch.solver.instances import HOUR, problem, shift, visit, window

HERE = Path(__file__).parent
Change = Callable[[Any], Any]


def an_input() -> dict[str, Any]:
    """One van, two jobs at places of their own, 600 s from home and 900 s apart."""
    return {
        "jobs": [
            {"id": 4, "location_index": 1, "service": 1800, "skills": [2], "priority": 10},
            {"id": "b", "location_index": 2, "description": "the boiler", "service": 600},
        ],
        "vehicles": [
            {"id": 1, "start_index": 0, "end_index": 0, "skills": [2, 3], "time_window": [32400, 61200]}
        ],
        "matrices": {"car": {"durations": [[0, 600, 600], [600, 0, 900], [600, 900, 0]]}},
    }


def changed(change: Change) -> dict[str, Any]:
    document = an_input()
    change(document)
    return document


def recorded(name: str) -> Any:
    """What VROOM 1.15 was asked, and what it answered."""
    return json.loads((HERE / "vroom" / f"{name}.json").read_text(encoding="utf-8"))


# -- Reading ---------------------------------------------------------------------------------------------------


def test_vrooms_fields_are_read_as_meant() -> None:
    document = an_input()
    document["jobs"][0] |= {
        "time_windows": [[50000, 54000], [36000, 39600]],
        "delivery": [2, 0],
        "pickup": [0, 1],
    }
    document["vehicles"][0] |= {
        "capacity": [4, 1],
        "max_tasks": 6,
        "max_travel_time": 7200,
        "breaks": [
            {"id": 2, "service": 600, "time_windows": [[54000, 55000]]},
            {"id": 1, "service": 3600, "time_windows": [[43200, 43800], [45000, 46800]]},
        ],
        # 60 a VROOM's second is our minute: 600 / 60 = 10, 7200 / 60 = 120, 360 / 60 = 6
        "costs": {"fixed": 600, "per_hour": 7200, "per_task_hour": 360},
    }
    day = problem_from_vroom(document)
    job, van = day.visits[0], day.shifts[0]
    assert (job.id, job.service_s, job.skills, job.penalty) == ("4", 1800, {"2": 1}, 11 * 1440)
    assert job.windows == (TimeWindow(36000, 39600), TimeWindow(50000, 54000))
    assert (job.brings, job.collects) == ({"0": 2}, {"1": 1})
    assert (van.technician, van.earliest_s, van.latest_s) == ("1", 9 * HOUR, 17 * HOUR)
    assert (van.max_visits, van.max_travel_s, van.capacity) == (6, 7200, {"0": 4, "1": 1})
    lunch = Break(3600, (TimeWindow(43200, 43800), TimeWindow(45000, 46800)))
    assert van.breaks == (lunch, Break.between(600, 54000, 55000))
    assert van.costs == Costs(fixed=10, per_travel_hour=120, per_task_hour=6)
    assert day.travel.between(job.place, day.visits[1].place) == 900
    assert day.weights == Weights(waiting=Term(weight=0), lateness=Term())


def test_our_fields_are_read_as_meant() -> None:
    document = an_input()
    document["jobs"][0] |= {
        "penalty": 45,
        "mandatory": True,
        "due": -60,
        "lateness_cost": 2,
        "community": "Xicun",
        "technician_values": {"1": 7.5, "zoe": -3},
        "required_technicians": [1],
        "forbidden_technicians": ["zoe"],
        "preferred_technicians": ["1"],
        "known_technicians": ["1", 2],
        "skill_levels": {"gas": 3},
        "service_per_technician": {"1": 1500},
        "after": [{"job": "b", "min_gap": 60, "max_gap": 600}],
        "promise": {"start": 40000, "technician": 1, "tolerance": 900, "weight": 2},
        "pinned_vehicle": 1,
        "pinned_start": 40500,
    }
    document["jobs"][1]["crew"] = [{"skills": ["lift"], "skill_levels": {"gas": 2}}]
    document["vehicles"][0] |= {
        "technician": "yan",
        "skill_levels": {"gas": 3},
        "overtime": 1800,
        "fair": 28800,
    }
    document |= {"community_entry": {"Xicun": 300}, "weights": {"waiting": {"weight": 0.1, "cap_min": 30}}}
    day = problem_from_vroom(document)
    job, pair = day.visits
    assert (job.penalty, job.mandatory, job.due_s, job.lateness_weight) == (45, True, -60, 2)
    assert (job.community, day.entry_s, job.values) == ("Xicun", {"Xicun": 300}, {"1": 7.5, "zoe": -3})
    assert (job.required_technicians, job.forbidden_technicians) == (("1",), ("zoe",))
    assert (job.preferred_technicians, job.known_technicians) == (("1",), ("1", "2"))
    assert (job.skills, job.service_by_technician) == ({"2": 1, "gas": 3}, {"1": 1500})
    assert job.after == (After("b", 60, 600),)
    assert job.promise == Promise(40000, "1", 900, 2)
    assert (job.pinned_shift, job.pinned_start_s) == ("1", 40500)
    assert pair.crew == ({"lift": 1, "gas": 2},)
    van = day.shifts[0]
    assert (van.technician, van.overtime_s, van.fair_s) == ("yan", 1800, 28800)
    assert van.skills == {"2": 1, "3": 1, "gas": 3}
    assert day.weights.waiting == Term(0.1, 30)


def test_setup_is_part_of_the_service_where_nobody_can_come_from_the_same_place() -> None:
    document = an_input()
    document["jobs"][0] |= {
        "setup": 300, "setup_per_type": {"old": 400}, "service_per_type": {"old": 2000},
        "time_windows": [[36000, 36100]],
    }  # fmt: skip
    document["vehicles"].append({"id": 2, "type": "old", "start_index": 0})
    job = problem_from_vroom(document).visits[0]
    assert (job.setup_s, job.service_s, job.service_by_technician) == (0, 300 + 1800, {"2": 400 + 2000})
    assert job.windows == (TimeWindow(36000, 36100),)


def test_where_others_are_setup_is_its_own_and_starts_are_right_with_and_without_it() -> None:
    """VROOM: the setup begins between 36000 and 39600; after 300 s of it service begins from 36300 on. Without it,
    coming from the same place, service begins by 39600."""
    document = an_input()
    document["jobs"][0] |= {"setup": 300, "time_windows": [[36000, 39600]], "due": 36000}
    document["jobs"][1]["location_index"] = 1
    job = problem_from_vroom(document).visits[0]
    assert (job.setup_s, job.service_s) == (300, 1800)
    assert (job.windows, job.due_s) == ((TimeWindow(36300, 39600),), 36300)


def test_profiles_and_speeds_travel_their_own_way() -> None:
    document = an_input()
    document["matrices"]["bike"] = {"durations": [[0, 1000, 0], [0, 0, 0], [0, 0, 0]]}
    document["vehicles"] += [
        {"id": 2, "start_index": 0, "profile": "bike"},
        {"id": 3, "start_index": 0, "profile": "bike", "speed_factor": 1.5},
    ]
    day = problem_from_vroom(document)
    home, there = day.shifts[1].start_place, day.visits[0].place
    # VROOM multiplies by round(100 / 1.5) = 67 hundredths; seconds are whole and rounded up: 670
    assert [day.travel_of(one).between(home, there) for one in day.shifts] == [600, 1000, 670]


def test_coordinates_need_no_matrix_and_give_metres() -> None:
    home, there = [121.5, 25.0], [121.55, 25.02]
    vehicles = [{"id": 1, "start": home, "time_window": [0, 30000], "max_distance": 20000}]
    day = problem_from_vroom({"jobs": [{"id": 1, "location": there}], "vehicles": vehicles})
    van, job = day.shifts[0], day.visits[0]
    assert van.end_place is None
    # 5,511 m on the great circle (by hand: Δlat 2,224 m, Δlon 0.05° × cos 25.01° = 5,038 m), × 1.3 of detour
    assert day.travel.metres_between(van.start_place, job.place) == pytest.approx(5507 * 1.3, rel=0.002)


def test_vehicle_without_a_time_window_has_time_enough() -> None:
    """The last start is 1,700,000,000 s; then 2 jobs of 2,400 s in all and 3 ways of at most 900 s."""
    document = changed(lambda it: it["vehicles"][0].pop("time_window"))
    document["jobs"][0]["time_windows"] = [[1_700_000_000, 1_700_003_600]]
    van = problem_from_vroom(document).shifts[0]
    assert (van.earliest_s, van.latest_s) == (0, 1_700_000_000 + 2400 + 3 * 900)


def test_leaving_a_job_out_outweighs_the_longest_way_there_and_back() -> None:
    """Two ways of 90,000 s are 3,000 min, more than the usual 1,440."""
    document = changed(lambda it: it["matrices"]["car"]["durations"][0].__setitem__(1, 90_000))
    assert [job.penalty for job in problem_from_vroom(document).visits] == [11 * 3000, 3000]


def test_vehicle_without_capacity_among_others_carries_nothing() -> None:
    document = changed(lambda it: it["vehicles"][0].update(capacity=[4]))
    document["vehicles"].append({"id": 2, "start_index": 0})
    assert [van.capacity for van in problem_from_vroom(document).shifts] == [{"0": 4}, {"0": 0}]


def too_dear() -> dict[str, Any]:
    """200 jobs, each a million minutes, weighed a million times: 1.2e16 s, beyond 2^53."""
    jobs = [{"id": i, "location_index": 1, "penalty": 1e6} for i in range(200)]
    return {"jobs": jobs, "weights": {"unassigned": {"weight": 1e6}}}


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("shipments", lambda it: it.update(shipments=[])),
        ("matrix", lambda it: it.update(matrix=[[0]])),
        ("vehicles", lambda it: it.pop("vehicles")),
        ("jobs[0].colour", lambda it: it["jobs"][0].update(colour="red")),
        ("jobs[0].id", lambda it: it["jobs"][0].update(id=4.0)),
        ("jobs[1].id", lambda it: it["jobs"][1].update(id="4")),
        ("jobs[0].service", lambda it: it["jobs"][0].update(service=-1)),
        ("jobs[0].priority", lambda it: it["jobs"][0].update(priority=101)),
        ("jobs[0].location_index", lambda it: it["jobs"][0].update(location_index=3)),
        ("jobs[0].location_index", lambda it: it["jobs"][0].update(location_index=None)),
        ("jobs[0].location", lambda it: it["jobs"][0].pop("location_index")),
        ("jobs[0].location[1]", lambda it: it["jobs"][0].update(location=[0, 91])),
        ("jobs[0].time_windows[0]", lambda it: it["jobs"][0].update(time_windows=[[1]])),
        ("jobs[0].time_windows[1]", lambda it: it["jobs"][0].update(time_windows=[[1, 2], [5, 4]])),
        ("jobs[0].technician_values.1", lambda it: it["jobs"][0].update(technician_values={"1": "dear"})),
        (
            "jobs[0].required_technicians",
            lambda it: it["jobs"][0].update(required_technicians=[1], forbidden_technicians=["1"]),
        ),
        ("jobs[0].after[0].job", lambda it: it["jobs"][0].update(after=[{"job": 9}])),
        ("jobs[0].after[0].max_gap", lambda it: it["jobs"][0].update(after=[{"job": "b", "min_gap": 2, "max_gap": 1}])),
        ("jobs[0].after", lambda it: it["jobs"][0].update(after=[{"job": 4}])),
        ("jobs[0].pinned_vehicle", lambda it: it["jobs"][0].update(pinned_vehicle=9)),
        ("jobs[0].crew[0].level", lambda it: it["jobs"][0].update(crew=[{"level": 1}])),
        (
            "jobs[0].service_per_technician",
            lambda it: it["jobs"][0].update(crew=[{}], service_per_technician={"1": 5}),
        ),
        ("jobs[0].promise.start", lambda it: it["jobs"][0].update(promise={})),
        (
            "jobs[0].delivery",
            lambda it: (it["vehicles"][0].update(capacity=[1]), it["jobs"][0].update(delivery=[1, 1])),
        ),
        (
            "jobs[1].setup_per_type",
            lambda it: it["jobs"][1].update(location_index=0, setup_per_type={"": 9}),
        ),
        (
            "jobs[1].time_windows",
            lambda it: it["jobs"][1].update(location_index=0, setup=9, time_windows=[[5, 6]]),
        ),
        ("vehicles[0].time_window", lambda it: it["vehicles"][0].update(time_window=[2, 1])),
        ("vehicles[0].breaks[0].max_load", lambda it: it["vehicles"][0].update(breaks=[{"id": 1, "max_load": [0]}])),
        (
            "vehicles[0].breaks[0].time_windows",
            lambda it: it["vehicles"][0].update(breaks=[{"id": 1, "time_windows": [[1, 5], [3, 9]]}]),
        ),
        ("vehicles[0].breaks[1].id", lambda it: it["vehicles"][0].update(breaks=[{"id": 1}, {"id": 1}])),
        ("vehicles[0].speed_factor", lambda it: it["vehicles"][0].update(speed_factor=0)),
        ("vehicles[0].steps[0].type", lambda it: it["vehicles"][0].update(steps=[{"type": "pickup"}])),
        ("vehicles[1].type", lambda it: it["vehicles"].append({"id": 2, "technician": 1, "type": "old"})),
        (
            "vehicles[1].time_window",
            lambda it: it["vehicles"].append({"id": 2, "technician": 1, "time_window": [61199, 70000]}),
        ),
        (
            "vehicles[1].capacity",
            lambda it: it.update(vehicles=[{"id": 1, "capacity": [1]}, {"id": 2, "capacity": []}]),
        ),
        (
            "vehicles[0].costs",
            lambda it: (
                it["matrices"]["car"].update(costs=[[0] * 3] * 3),
                it["vehicles"][0].update(costs={"per_hour": 1}),
            ),
        ),
        ("matrices.bike", lambda it: it["vehicles"][0].update(profile="bike")),
        ("matrices.car.distances", lambda it: it["vehicles"][0].update(max_distance=1)),
        ("matrices.car.durations", lambda it: it["matrices"]["car"].pop("durations")),
        ("matrices.car.durations[1]", lambda it: it["matrices"]["car"]["durations"][1].pop()),
        ("matrices.car.durations[1][2]", lambda it: it["matrices"]["car"]["durations"][1].__setitem__(2, None)),
        ("matrices.car.distances", lambda it: it["matrices"]["car"].update(distances=[[0]])),
        ("community_entry.Xicun", lambda it: it.update(community_entry={"Xicun": "long"})),
        ("weights.travel.weight", lambda it: it.update(weights={"travel": {"weight": float("inf")}})),
        ("document", lambda it: it.update(too_dear())),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_path(path: str, change: Change) -> None:
    with pytest.raises(ProblemError) as refusal:
        problem_from_vroom(changed(change))
    assert refusal.value.path == path


@pytest.mark.parametrize("change", [
    lambda it: it["jobs"][0].update(skills=["nobody's"]),
    lambda it: it["jobs"][0].update(time_windows=[[0, 60]]),
    lambda it: it["jobs"][0].update(required_technicians=["nobody"]),
])  # fmt: skip
def test_what_cannot_be_done_is_no_error(change: Change) -> None:
    assert len(problem_from_vroom(changed(change)).visits) == 2


def test_every_error_of_shape_is_listed() -> None:
    document = changed(lambda it: (it["jobs"][0].update(service="long"), it["jobs"][1].pop("id")))
    with pytest.raises(ProblemError) as refusal:
        problem_from_vroom(document)
    assert refusal.value.objections == [  # type: ignore[attr-defined]
        ("jobs[0].service", "must be a whole number, not 'long'"),
        ("jobs[1].id", "is missing"),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "is not JSON: "),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": 1, "a": 2}', "the field 'a' stands twice"),
        ('"\\ud800"', "surrogates not allowed"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_text_that_is_not_one_json_is_refused(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_json(text)


# -- Answers ---------------------------------------------------------------------------------------------------


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
        without(theirs, "amount", "job", "computing_times"),
        without(ours, "distance", "computing_times", "score", "reason", "detail"),
    ]
    assert bare[1] == bare[0]


def without(value: Any, *names: str) -> Any:
    if isinstance(value, dict):
        return {name: without(inner, *names) for name, inner in value.items() if name not in names}
    return [without(inner, *names) for inner in value] if isinstance(value, list) else value


def a_plan() -> tuple[dict[str, Any], Problem, Plan]:
    """Leaves at 35000, drives 600 s, waits 400 s, serves 4 from 36000 to 37800, drives 200 s of 900, rests from 38000
    to 41600, drives 700 s to the community, needs 300 s to enter, serves b from 42600 to 43200, is home at 43800."""
    document = an_input()
    document["jobs"][0] |= {"time_windows": [[36000, 39600]], "delivery": [2]}
    document["jobs"][1] |= {"community": "Xicun", "pickup": [1]}
    document["jobs"].append({"id": 7, "location_index": 1, "skills": [9], "location": [121.5, 25]})
    rest = {"id": 5, "description": "lunch", "service": 3600, "time_windows": [[38000, 39000]]}
    document["vehicles"][0] |= {"breaks": [rest], "capacity": [3]}
    document["community_entry"] = {"Xicun": 300}
    day = problem_from_vroom(document)
    stops = (
        Stop("4", 35600, 36000, 37800, 600, 0, 400),
        Stop("b", 42300, 42600, 43200, 900, 300, 0),
    )
    left = Unassigned("7", Reason.SKILL_MISSING, {"skill": "9", "level": 1})
    # 2100 s of driving, 300 s of entry; 1,440 min for the job left out
    score = Score(travel=2100, community_entry=300, unassigned=86400)
    return document, day, Plan((Route("1", 35000, stops, 43800, (38000,)),), (left,), score)


def test_plan_is_told_in_vrooms_words() -> None:
    answer = plan_to_vroom(*a_plan(), loading_ms=3, solving_ms=20)
    score = answer["summary"].pop("score")
    assert (score["travel"], score["total"]) == (2100, 88800)
    assert answer["summary"] == {
        "cost": 2400, "routes": 1, "unassigned": 1, "setup": 0, "service": 6000, "duration": 2100,
        "waiting_time": 400, "priority": 10, "delivery": [2], "pickup": [1], "violations": [],
        "computing_times": {"loading": 3, "solving": 20},
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


def test_steps_are_what_a_search_starts_from() -> None:
    steps = [{"type": "start"}, {"type": "job", "id": "b"}, {"type": "job", "id": 4}, {"type": "end"}]
    document = changed(lambda it: it["vehicles"][0].update(steps=steps))
    start = start_from_vroom(document, problem_from_vroom(document))
    assert start is not None
    assert [(route.shift, [stop.visit for stop in route.stops]) for route in start.routes] == [
        ("1", ["b", "4"])
    ]
    assert start_from_vroom(an_input(), problem_from_vroom(an_input())) is None
    document["vehicles"][0]["steps"].append({"type": "job", "id": 4})
    with pytest.raises(ProblemError, match=r"vehicles\[0\]\.steps\[4\]\.id"):
        start_from_vroom(document, problem_from_vroom(document))


# -- For other planners ----------------------------------------------------------------------------------------


def test_what_both_can_say_survives_the_way_out_and_back() -> None:
    day = problem_from_vroom(recorded("input"))
    again = problem_from_vroom(json.loads(json.dumps(problem_to_vroom(day))))
    assert [one.travel_of(van).seconds.tolist() for one in (day, again) for van in one.shifts] == 2 * [
        day.travel_of(van).seconds.tolist() for van in day.shifts
    ]
    assert [(v.service_s, v.skills, v.penalty, v.brings) for v in again.visits] == [
        (v.service_s, v.skills, v.penalty, v.brings) for v in day.visits
    ]
    assert [
        (s.earliest_s, s.latest_s, s.breaks, s.capacity, s.costs, s.max_visits) for s in again.shifts
    ] == [(s.earliest_s, s.latest_s, s.breaks, s.capacity, s.costs, s.max_visits) for s in day.shifts]


def test_levels_are_skills_of_their_own_for_vroom() -> None:
    team = [shift("S", skills={"gas": 3, "lift": 1}), shift("T", skills={"gas": 1})]
    day = problem([visit("A", 5, skills={"gas": 2})], team, weights=Weights(waiting=Term(weight=0)))
    document = problem_to_vroom(day)
    wanted = set(document["jobs"][0]["skills"])
    assert [wanted <= set(van["skills"]) for van in document["vehicles"]] == [True, False]
    assert [job["description"] for job in document["jobs"]] == ["A"]


@pytest.mark.parametrize(
    ("path", "day"),
    [
        (
            "visits[A].community",
            problem([visit("A", 5, community="C")], [], weights=Weights(waiting=Term(0))),
        ),
        ("weights.waiting", problem([], [])),
        (
            "visits[B].penalty",
            problem([visit("A", 5), visit("B", 5, penalty=1)], [], weights=Weights(waiting=Term(0))),
        ),
        ("shifts[S].overtime_s", problem([], [shift("S", overtime_s=60)], weights=Weights(waiting=Term(0)))),
    ],
)
def test_what_vroom_has_no_word_for_is_not_written(path: str, day: Problem) -> None:
    with pytest.raises(ProblemError) as refusal:
        problem_to_vroom(day)
    assert refusal.value.path == path


def test_windows_for_vroom_hold_the_start_of_the_setup() -> None:
    day = problem(
        [visit("A", 5, setup_s=600, windows=(window(9, 10),))], [], weights=Weights(waiting=Term(0))
    )
    assert problem_to_vroom(day)["jobs"][0]["time_windows"] == [[9 * HOUR, 10 * HOUR - 600]]


# -- The schema ------------------------------------------------------------------------------------------------


def test_schema_is_sound_and_every_field_of_ours_is_explained() -> None:
    Draft202012Validator.check_schema(schema())
    Draft202012Validator.check_schema(schema("answer"))
    page = (HERE.parents[2] / "docs" / "exchange.md").read_text(encoding="utf-8")
    kinds = [schema(), *(schema()["$defs"][name] for name in ("job", "vehicle"))]
    assert [name for kind in kinds for name in kind["properties"] if f"`{name}`" not in page] == []
