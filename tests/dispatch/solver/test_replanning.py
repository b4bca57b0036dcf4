"""`./linli replan`, as typed, and the documents it takes and gives."""

import json
from pathlib import Path
from typing import Any

import pytest

from dispatch.solver.document import (
    plan_from_document,
    plan_to_document,
    problem_from_document,
    problem_to_document,
)
from dispatch.solver.exchange import plan_from_vroom, problem_from_vroom
from dispatch.solver.exchange.replanning import answer, read
from dispatch.solver.plan import Plan
from dispatch.solver.problem import ProblemError
from dispatch.solver.solve import Limits
from tests.dispatch.solver.days import clock, day
from tests.dispatch.solver.documents import an_input
from tests.dispatch.solver.test_command import linli

FEW = Limits(iterations=50)


def times(plan: Plan) -> list[tuple[str, int, int]]:
    return [(stop.visit, stop.start_s, stop.departure_s) for route in plan.routes for stop in route.stops]


def documents() -> tuple[dict[str, Any], dict[str, Any]]:
    given, plan = day()
    return problem_to_document(given), json.loads(json.dumps(plan_to_document(plan)))


def test_a_day_goes_on_from_files_and_goes_on_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # V2 began at 9:50 by the plan and takes until 11:00; ten minutes' drive on, V3 is at 11:10, not at 10:30.
    news = {
        "now_s": clock(9, 55),
        "rest_as_planned": True,
        "events": [{"event": "overrun", "visit": "V2", "until_s": clock(11)}],
    }
    files = [tmp_path / f"{name}.json" for name in ("problem", "plan", "events", "next")]
    for file, content in zip(files, (*documents(), news), strict=False):
        file.write_text(json.dumps(content), encoding="utf-8")
    assert linli("replan", *map(str, files[:3]), "-o", str(files[3])) == 0
    sentence = "V3: a at 11:10 instead of 10:30, because V2 takes until 11:00 (costs 54 min)"
    assert capsys.readouterr().err.splitlines()[-1] == sentence
    told = json.loads(files[3].read_text(encoding="utf-8"))
    assert told["changes"] == [
        {
            "visit": "V3",
            "kind": "moved_time",
            "before": {"shifts": ["A"], "technicians": ["a"], "start_s": clock(10, 30)},
            "after": {"shifts": ["A"], "technicians": ["a"], "start_s": clock(11, 10)},
            "moved_s": 2400,
            "time_broken": True,
            "technician_broken": False,
            # 40 min × 0.5 × the weight: with 35 of 240 minutes' notice, 1 + 2 × 205 / 240
            "cost_s": round(1200 * (1 + 2 * 205 / 240)),
            "why": {"event": 0, "via": None, "term": None},
            "sentences": {
                "en": sentence,
                "zh-hant": "V3：a 改在 11:10 到（原 10:30），原因：V2 要到 11:00 才結束（代價 54 分鐘）",
            },
        }
    ]
    assert problem_from_document(told["problem"]) == day()[0]
    assert times(plan_from_document(told["plan"])) == [
        ("V1", clock(9, 10), clock(9, 40)),
        ("V2", clock(9, 50), clock(11)),
        ("V3", clock(11, 10), clock(11, 40)),
        ("W1", clock(9, 5), clock(9, 35)),
    ]
    again, _ = answer(read(told["problem"], told["plan"], news), FEW)
    assert again.changes == ()


def test_an_urgent_visit_may_be_anywhere() -> None:
    urgent = {"id": "U", "place": [0.02, 0.001], "service_s": 600}
    _, told = answer(
        read(*documents(), {"now_s": clock(8), "events": [{"event": "urgent", "visit": urgent}]}), FEW
    )
    assert [(one["visit"], one["kind"]) for one in told["changes"]] == [("U", "newly_assigned")]
    assert told["problem"]["places"][-1] == [0.02, 0.001]


def with_profile(problem: dict[str, Any]) -> dict[str, Any]:
    return problem | {"profiles": {"bike": {"travel_s": problem["travel_s"]}}}


def test_where_ways_have_other_prices_or_profiles_the_place_must_be_known() -> None:
    problem, plan = documents()
    events = [
        {"event": "cancelled", "visit": "V1"},
        {"event": "urgent", "visit": {"id": "U", "place": [0.02, 0.001], "service_s": 600}},
    ]
    for one in (with_profile(problem), problem | {"travel_cost": problem["travel_s"]}):
        with pytest.raises(
            ProblemError, match="give the places and every matrix a row and a column"
        ) as refusal:
            answer(read(one, plan, {"now_s": 0, "events": events}), FEW)
        assert refusal.value.path == "events[1].visit.place"


REFUSED: list[tuple[str, Any]] = [
    ("events", {"now_s": 0}),
    ("colour", {"now_s": 0, "events": [], "colour": 1}),
    ("now_s", {"events": []}),
    ("rest_as_planned", {"now_s": 0, "events": [], "rest_as_planned": 1}),
    ("events[0]", {"now_s": 0, "events": ["V1"]}),
    ("events[0].event", {"now_s": 0, "events": [{"event": ["done"], "visit": "V1"}]}),
    ("events[0].at_s", {"now_s": 0, "events": [{"event": "done", "visit": "V1"}]}),
    ("events[0].at_s", {"now_s": 0, "events": [{"event": "done", "visit": "V1", "at_s": 1}]}),
    ("events[0].visit", {"now_s": 0, "events": [{"event": "cancelled", "visit": "X"}]}),
    ("events[0].visit", {"now_s": 0, "events": [{"event": "urgent", "visit": 4}]}),
    ("events[0].visit.service_s", {"now_s": 0, "events": [{"event": "urgent", "visit": {"id": "U", "place": 0}}]}),
    ("events[0].visit.place", {"now_s": 0, "events": [{"event": "urgent", "visit": {"id": "U", "place": [0, 91]}}]}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "news"), REFUSED)
def test_what_is_wrong_in_the_news_is_named_by_its_path(path: str, news: Any) -> None:
    with pytest.raises(ProblemError) as refusal:
        answer(read(*documents(), news), FEW)
    assert refusal.value.path == path


# In VROOM's format: vehicle 1 does 4 and b, 600 s from home and 900 s apart.


def of_vroom(events: list[Any], now_s: int = 32400, **fields: Any) -> dict[str, Any]:
    document = an_input() | fields
    steps = [
        {"type": "start", "arrival": 32400},
        {"type": "job", "id": 4, "arrival": 33000, "service": 1800},
        {"type": "job", "id": "b", "arrival": 35700, "service": 600},
        {"type": "end", "arrival": 36900},
    ]
    first = {"code": 0, "routes": [{"vehicle": 1, "steps": steps}], "unassigned": []}
    _, told = answer(read(document, first, {"now_s": now_s, "events": events}), FEW)
    return told


def test_vrooms_format_is_answered_in_vrooms_format() -> None:
    # 4 began 300 s early and ended 200 s early; b is promised for 35700, and he waits for it from 35500.
    events = [{"event": "started", "visit": 4, "at_s": 32700}, {"event": "done", "visit": 4, "at_s": 34600}]
    told = of_vroom(events, now_s=34700)
    problem = problem_from_vroom(told["problem"])
    plan = plan_from_vroom(told["problem"], problem, told["plan"])
    assert times(plan) == [("4", 32700, 34600), ("b", 35700, 36300)]
    again, _ = answer(read(told["problem"], told["plan"], {"now_s": 34700, "events": events}), FEW)
    assert again.changes == ()


def test_an_urgent_job_joins_the_jobs() -> None:
    urgent = {"event": "urgent", "job": {"id": 9, "location_index": 2, "service": 60, "priority": 100}}
    told = of_vroom([urgent])
    assert [job["id"] for job in told["problem"]["jobs"]] == [4, "b", 9]
    assert [(one["visit"], one["kind"]) for one in told["changes"]] == [("9", "newly_assigned")]
    _, again = answer(read(told["problem"], told["plan"], {"now_s": 32400, "events": [urgent]}), FEW)
    assert (again["changes"], again["problem"]) == ([], told["problem"])


@pytest.mark.parametrize(
    ("path", "event"),
    [
        ("events[0].job", {"event": "urgent", "visit": "9"}),
        ("events[0].job.id", {"event": "urgent", "job": {"id": "4", "location_index": 2}}),
        ("jobs[2].location_index", {"event": "urgent", "job": {"id": 9, "location_index": 8}}),
    ],
)
def test_an_urgent_job_that_is_wrong_is_named_by_its_path(path: str, event: Any) -> None:
    with pytest.raises(ProblemError) as refusal:
        of_vroom([event])
    assert refusal.value.path == path
