"""`./linli solve` and `./linli verify`, as typed."""

import argparse
import importlib
import json
import time
from pathlib import Path
from typing import Any

import pytest

from dispatch.solver.document import problem_to_document
from tests.dispatch.solver.instances import problem, shift, visit

VROOM = Path(__file__).parent / "vroom"


def linli(verb: str, *arguments: str) -> int:
    module = importlib.import_module(f"config.cli.{verb}")
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    code: int = module.run(parser.parse_args(arguments))
    return code


@pytest.fixture
def problem_file(tmp_path: Path) -> Path:
    day = problem([visit("A", 10), visit("B", 20, skills={"gas": 1})], [shift("S")])
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(problem_to_document(day)))
    return path


def test_solve_then_verify(problem_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.json"
    assert linli("solve", str(problem_file), "--out", str(plan)) == 0
    assert "1 visits in 1 routes, 1 left out" in capsys.readouterr().err
    assert linli("verify", str(problem_file), str(plan)) == 0
    # 10 min there and back are 1200 s; B is left out for 600 min
    assert capsys.readouterr().out == (
        "no violations\nscore 37200 s of travel (travel 1200, unassigned 36000)\n"
    )


def test_verify_says_how_far_from_the_best_possible_a_plan_is(
    problem_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.json"
    assert linli("solve", str(problem_file), "--out", str(plan)) == 0
    assert linli("verify", str(problem_file), str(plan), "--bound", "5") == 0
    # nobody has B's skill, so nothing is better than A alone
    assert capsys.readouterr().out.splitlines()[-1] == (
        "no plan scores less than 37200 s of travel: this one is at most 0.0% above the best possible"
    )


def test_verify_lists_what_is_wrong(
    problem_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert linli("solve", str(problem_file)) == 0
    plan = json.loads(capsys.readouterr().out)
    plan["score"]["travel"] += 1
    spoilt = tmp_path / "plan.json"
    spoilt.write_text(json.dumps(plan))
    assert linli("verify", str(problem_file), str(spoilt)) == 1
    found = capsys.readouterr().out.splitlines()
    assert found[:2] == ["score_wrong: travel is 1200 s, the plan says 1201 s", "1 violations"]


def test_vrooms_input_is_answered_with_vrooms_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As good as VROOM itself on what both allow: it left out only 7, at a cost of 5990."""
    answer = tmp_path / "output.json"
    assert linli("solve", str(VROOM / "input.json"), "-o", str(answer), "--seed", "2") == 0
    told: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    assert [left["id"] for left in told["unassigned"]] == [7]
    assert told["unassigned"][0]["reason"] == "skill_missing"
    assert told["summary"]["cost"] <= 5990
    capsys.readouterr()
    assert linli("verify", str(VROOM / "input.json"), str(answer)) == 0
    assert capsys.readouterr().out.startswith("no violations\n")


def test_answer_of_vroom_itself_is_verified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert linli("verify", str(VROOM / "input.json"), str(VROOM / "output.json")) == 0
    # its cost of 5990, and a job of priority 0 left out
    assert capsys.readouterr().out == (
        "no violations\nscore 92390 s of travel (travel 4700, distance 780, unassigned 86400, shift_use 510)\n"
    )
    answer = json.loads((VROOM / "output.json").read_text(encoding="utf-8"))
    answer["routes"][0]["steps"][1]["arrival"] -= 60
    late = tmp_path / "late.json"
    late.write_text(json.dumps(answer))
    assert linli("verify", str(VROOM / "input.json"), str(late)) == 1
    assert capsys.readouterr().out.startswith("travel_too_short: 1 4: ")


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"vehicles": 3}', '{"vehicles": [], "jobs": [1]}', '{"jobs": [], "jobs": []}'],
)
def test_a_file_that_is_no_problem_is_refused_in_a_sentence(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "problem.json"
    path.write_text(content)
    assert linli("solve", str(path)) == 1
    assert capsys.readouterr().err.startswith("linli: ")
    assert linli("solve", str(tmp_path / "absent.json")) == 1


def test_output_that_cannot_be_written_is_refused_before_the_search(
    problem_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    assert linli("solve", str(problem_file), "-o", str(tmp_path / "no" / "plan.json"), "--seconds", "30") == 1
    assert time.monotonic() - began < 20
    assert "No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--seconds", "nan"], ["--seconds", "-1"], ["--processes", "0"]])
def test_limits_that_make_no_sense_are_wrong_use(wrong: list[str], problem_file: Path) -> None:
    with pytest.raises(SystemExit) as refusal:
        linli("solve", str(problem_file), *wrong)
    assert refusal.value.code == 2
