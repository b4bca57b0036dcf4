"""`./linli simulate` as somebody who types it meets it."""

import json
from pathlib import Path

import pytest

from config.cli.__main__ import main


def test_a_comparison_is_printed_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "out.json"

    assert main(["simulate", "--weeks", "1", "--seeds", "2", "--processes", "1", "--json", str(kept)]) == 0

    found = json.loads(kept.read_text())
    (scenario,) = found["scenarios"]
    assert found["command"] == (
        "./linli simulate --weeks 1 --seeds 2 --policy neutral,feedback --scenario standard"
    )
    assert (scenario["scenario"], scenario["seeds"]) == ("standard", [1, 2])
    assert {policy: [*seeds] for policy, seeds in scenario["weeks"].items()} == {
        "neutral": ["1", "2"],
        "feedback": ["1", "2"],
    }
    assert (
        capsys.readouterr().out.splitlines()[0].strip() == "standard (hidden effects of every kind), 2 seeds"
    )


@pytest.mark.parametrize(
    ("arguments", "refused"),
    [
        (
            ["--scenario", "mars"],
            "argument --scenario: there is no mars; there are standard, null, weak, biased",
        ),
        (["--policy", "neutral,best"], "argument --policy: there is no best; there are neutral, feedback"),
        (["--weeks", "0"], "argument --weeks: 0 is no number of them: 1 or more"),
    ],
)
def test_what_does_not_exist_is_refused(
    arguments: list[str], refused: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["simulate", *arguments])

    assert caught.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"./linli simulate: error: {refused}"


def test_a_folder_that_is_not_there_is_refused_before_anything_is_lived_through(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", "--json", str(tmp_path / "no" / "out.json")]) == 1
    assert capsys.readouterr().err == f"linli: there is no folder {tmp_path / 'no'}\n"
