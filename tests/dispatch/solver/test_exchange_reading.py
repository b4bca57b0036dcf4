"""VROOM's input, with our fields, is read as it is meant."""

import copy
from typing import Any

import pytest

from dispatch.solver.exchange import plan_to_vroom, problem_from_vroom, start_from_vroom
from dispatch.solver.problem import (
    After,
    Break,
    Costs,
    ProblemError,
    Promise,
    Term,
    TimeWindow,
    Weights,
)
from tests.dispatch.solver.documents import a_plan, an_input, changed
from tests.dispatch.solver.instances import HOUR


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
    assert (job.id, job.service_s, job.skills, job.penalty) == ("4", 1800, {"2": 1}, 31 * 1440)
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
    # what is mandatory outweighs the other job, worth 1,440 min
    assert (job.penalty, job.mandatory, job.due_s, job.lateness_weight) == (45 + 1440, True, -60, 2)
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
    """Two ways of 90,000 s are 3,000 min, more than the usual 1,440. A point of priority is worth 2 + 1 jobs."""
    document = changed(lambda it: it["matrices"]["car"]["durations"][0].__setitem__(1, 90_000))
    assert [job.penalty for job in problem_from_vroom(document).visits] == [31 * 3000, 3000]


def test_priorities_are_served_before_numbers_and_numbers_before_ways() -> None:
    """Ten jobs of priority 1 together are worth less than one of priority 11, and more than ten of priority 0."""
    document = an_input()
    document["jobs"] = [{"id": i, "location_index": 1, "priority": 1} for i in range(10)]
    document["jobs"] += [{"id": 10 + i, "location_index": 1} for i in range(10)]
    document["jobs"].append({"id": 20, "location_index": 1, "priority": 11})
    penalty = [job.penalty for job in problem_from_vroom(document).visits]
    assert penalty[20] > sum(penalty[:10]) > sum(penalty[10:20])


@pytest.mark.parametrize("decided", [{"mandatory": True}, {"pinned_vehicle": 1}, {"pinned_start": 40000}])
def test_what_is_mandatory_or_pinned_outweighs_everything_else(decided: dict[str, Any]) -> None:
    document = an_input()
    document["jobs"] = [{"id": i, "location_index": 1, "priority": 100} for i in range(9)]
    document["jobs"].append({"id": 9, "location_index": 1} | decided)
    *others, last = problem_from_vroom(document).visits
    assert last.penalty == 1440 + sum(job.penalty for job in others)


def test_so_many_mandatory_jobs_that_their_sum_would_be_too_large_still_make_a_problem() -> None:
    jobs = [{"id": i, "location_index": 1, "priority": 100, "mandatory": i % 2 == 0} for i in range(4000)]
    visits = problem_from_vroom(an_input() | {"jobs": jobs}).visits
    assert visits[0].penalty > 4 * visits[1].penalty
    assert sum(job.penalty for job in visits) * 60 < 2**50


def test_overtime_ends_where_the_technicians_next_vehicle_begins() -> None:
    document = an_input()
    document["vehicles"] = [
        {"id": 3, "technician": "yan", "time_window": [9000, 9600], "overtime": 7200},
        {"id": 1, "technician": "yan", "time_window": [0, 3600], "overtime": 7200},
        {"id": 2, "technician": "yan", "time_window": [3600, 7200], "overtime": 7200},
        {"id": 4, "technician": "zoe", "time_window": [0, 3600], "overtime": 7200},
    ]
    assert [van.overtime_s for van in problem_from_vroom(document).shifts] == [7200, 0, 1800, 7200]


def test_old_words_of_vroom_are_read() -> None:
    old = an_input()
    old["matrix"] = old.pop("matrices")["car"]["durations"]
    old["jobs"][0]["amount"] = [2]
    old["vehicles"][0]["capacity"] = [3]
    old |= {"shipments": [], "options": {"g": True}, "meta": [1]}
    new = an_input()
    new["jobs"][0]["delivery"] = [2]
    new["vehicles"][0]["capacity"] = [3]
    assert problem_from_vroom(old) == problem_from_vroom(new)
    # beside the new words the old ones count for nothing
    new["matrix"] = [[0]]
    new["jobs"][0]["amount"] = [1]
    assert problem_from_vroom(old) == problem_from_vroom(new)


def test_with_matrices_coordinates_are_only_echoed() -> None:
    document = an_input()
    document["jobs"][0]["location"] = [365, 689, 12]
    document["jobs"][1]["location"] = [365, 689]
    assert problem_from_vroom(document) == problem_from_vroom(an_input())


def test_no_matrices_and_no_name_of_a_profile_are_as_if_not_given() -> None:
    document = {
        "jobs": [{"id": 1, "location": [121.5, 25, 9]}],
        "vehicles": [{"id": 1, "start": [121.6, 25]}],
    }
    with_nothing = {**document, "matrices": {}}
    with_nothing["vehicles"] = [document["vehicles"][0] | {"profile": ""}]
    assert problem_from_vroom(document) == problem_from_vroom(with_nothing)
    assert problem_from_vroom(changed(lambda it: it["vehicles"][0].update(profile=""))) == problem_from_vroom(
        an_input()
    )


def test_matrices_may_differ_in_size_where_the_rows_in_use_are_there() -> None:
    document = changed(lambda it: it["matrices"].update(bike={"durations": [[0] * 4] * 4}))
    document["vehicles"].append({"id": 2, "profile": "bike", "start_index": 0})
    assert len(problem_from_vroom(document).shifts) == 2
    document["matrices"]["bike"] = {"durations": [[0] * 2] * 2}
    with pytest.raises(
        ProblemError, match=r"jobs\[1\]\.location_index: must be below 2, the rows of matrices.bike"
    ):
        problem_from_vroom(document)


@pytest.mark.parametrize(
    ("factor", "seconds"),
    # 100 / 1.6 = 62.5, rounded half up to 63 hundredths: 378 of 600 s
    [(1.6, 378), (5, 120), (1e-300, 2**31 - 1), (5e-324, 2**31 - 1)],
)
def test_speed_is_rounded_as_vroom_does(factor: float, seconds: int) -> None:
    day = problem_from_vroom(changed(lambda it: it["vehicles"][0].update(speed_factor=factor)))
    assert day.travel.between(day.shifts[0].start_place, day.visits[0].place) == seconds


def test_speeds_that_round_to_the_same_share_a_matrix() -> None:
    document = an_input()
    document["vehicles"] += [{"id": i, "start_index": 0, "speed_factor": 2 + i / 10_000} for i in range(2, 9)]
    assert len(problem_from_vroom(document).profiles) == 1


def test_numbers_as_large_as_vrooms_are_cut_to_ours() -> None:
    most = 2**32 - 1
    document = an_input()
    document["jobs"][0]["time_windows"] = [[0, most]]
    document["vehicles"][0] |= {
        "time_window": [0, most], "max_tasks": most, "max_travel_time": most, "capacity": [most],
        "breaks": [{"id": 1, "time_windows": [[0, most]]}],
    }  # fmt: skip
    day = problem_from_vroom(document)
    van, end = day.shifts[0], 2**31 - 1
    assert (van.latest_s, van.max_visits, van.max_travel_s, van.capacity) == (end, end, end, {"0": end})
    assert (van.breaks[0].latest_s, day.visits[0].windows) == (end, (TimeWindow(0, end),))


def test_vehicle_without_a_time_window_has_time_for_gaps() -> None:
    """5 jobs one after the other, each 1,000 s at least after the one before; 6 ways of 600 s."""
    document = changed(lambda it: it["vehicles"][0].pop("time_window"))
    document["jobs"] = [{"id": i, "location_index": 1} for i in range(5)]
    for i in range(1, 5):
        document["jobs"][i]["after"] = [{"job": i - 1, "min_gap": 1000}]
    assert problem_from_vroom(document).shifts[0].latest_s == 4 * 1000 + 6 * 600


def test_breaks_are_in_order_of_their_last_start_then_their_first() -> None:
    """Without a window a break may begin until there is only time for it: 61200 - 600."""
    breaks = [
        {"id": 1, "time_windows": [[0, 86400]]},
        {"id": 2, "service": 600},
        {"id": 3, "time_windows": [[50, 90]]},
        {"id": 4, "time_windows": [[40, 90]]},
    ]
    document = changed(lambda it: it["vehicles"][0].update(breaks=breaks))
    pauses = problem_from_vroom(document).shifts[0].breaks
    assert pauses == (
        Break.between(0, 40, 90), Break.between(0, 50, 90), Break.between(600, 32400, 60600), Break.between(0, 0, 86400)
    )  # fmt: skip


def test_vehicle_without_capacity_among_others_carries_nothing() -> None:
    document = changed(lambda it: it["vehicles"][0].update(capacity=[4]))
    document["vehicles"].append({"id": 2, "start_index": 0})
    assert [van.capacity for van in problem_from_vroom(document).shifts] == [{"0": 4}, {"0": 0}]


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


def test_steps_of_an_answer_are_where_the_next_search_starts() -> None:
    document, day, plan = a_plan()
    told = plan_to_vroom(document, day, plan)
    again = copy.deepcopy(document)
    again["vehicles"][0]["steps"] = told["routes"][0]["steps"]
    start = start_from_vroom(again, problem_from_vroom(again))
    assert start is not None
    assert [stop.visit for stop in start.routes[0].stops] == ["4", "b"]


def test_roles_of_a_crew_are_read_from_steps() -> None:
    document = an_input()
    document["jobs"] = [document["jobs"][0] | {"crew": [{}]}]
    document["vehicles"] = [
        {"id": i, "start_index": 0, "steps": [{"type": "job", "id": 4, "role": role}]}
        for i, role in enumerate((1, 0))
    ]
    start = start_from_vroom(document, problem_from_vroom(document))
    assert start is not None
    assert [route.stops[0].role for route in start.routes] == [1, 0]
    for wrong in (1, 2):
        document["vehicles"][1]["steps"][0]["role"] = wrong
        with pytest.raises(ProblemError, match=r"vehicles\[1\]\.steps\[0\]\.role"):
            start_from_vroom(document, problem_from_vroom(document))


def test_paid_time_is_shared_out_by_what_was_paid_before() -> None:
    # 8 h each on Monday and on Tuesday for 1, on Tuesday for 2: 16 h and 8 h. 12 h to share after 16 h and 2 h:
    # level at (16 + 2 + 12) / 24 = 1.25 h an hour offered, 20 h and 10 h, so 4 h, on two days, and 8 h.
    hours = [[32400, 61200], [118800, 147600]]
    document = an_input()
    document["vehicles"] = [
        {"id": "Mon", "technician": 1, "start_index": 0, "time_window": hours[0]},
        {"id": "Tue", "technician": 1, "start_index": 0, "time_window": hours[1]},
        {"id": "Other", "technician": 2, "start_index": 0, "time_window": hours[1]},
    ]
    document["fairness"] = {"target": 12 * HOUR, "paid_before": {"1": 16 * HOUR, "2": 2 * HOUR}}
    assert [one.fair_s for one in problem_from_vroom(document).shifts] == [2 * HOUR, 2 * HOUR, 8 * HOUR]
