"""`./linli solve` and `./linli verify`, as typed."""

import argparse
import importlib
import json
from pathlib import Path

import pytest

from dispatch.solver.document import problem_to_document
from tests.dispatch.solver.instances import problem, shift, visit


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
    assert capsys.readouterr().out == "no violations\n"


def test_verify_lists_what_is_wrong(
    problem_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert linli("solve", str(problem_file)) == 0
    plan = json.loads(capsys.readouterr().out)
    plan["score"]["travel"] += 1
    spoilt = tmp_path / "plan.json"
    spoilt.write_text(json.dumps(plan))
    assert linli("verify", str(problem_file), str(spoilt)) == 1
    assert capsys.readouterr().out == "score_wrong: travel is 1200 s, the plan says 1201 s\n1 violations\n"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"vehicles": 3}', '{"vehicles": [], "jobs": [1]}'])
def test_a_file_that_is_no_problem_is_refused_in_a_sentence(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "problem.json"
    path.write_text(content)
    assert linli("solve", str(path)) == 1
    assert capsys.readouterr().err.startswith("linli: ")
    assert linli("solve", str(tmp_path / "absent.json")) == 1
