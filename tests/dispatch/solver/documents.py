"""Documents in VROOM's format for tests: asked, answered, and recorded from VROOM itself."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dispatch.solver.exchange import problem_from_vroom
from dispatch.solver.plan import Plan, Reason, Route, Score, Stop, Unassigned
from dispatch.solver.problem import Problem

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
