"""`./linli bench planner` and `money`, as far as they go without measuring."""

from pathlib import Path

import pytest

from config.cli.__main__ import main


def test_a_name_that_is_nowhere_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "planner", "--only", "field-120x20", "atlantis"]) == 1
    assert capsys.readouterr().err == "linli: no set and no instance is called atlantis\n"


def test_a_published_set_needs_its_folder(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LINLI_BENCH_DATA", raising=False)
    assert main(["bench", "planner", "--only", "solomon"]) == 1
    assert capsys.readouterr().err == (
        "linli: --data or LINLI_BENCH_DATA must name the folder that holds solomon/\n"
    )


def test_a_folder_without_the_table_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "solomon").mkdir()
    assert main(["bench", "planner", "--only", "solomon", "--data", str(tmp_path)]) == 1
    assert f"No such file or directory: '{tmp_path}/solomon/solomon_bks_clean.csv'" in capsys.readouterr().err


def test_a_storm_has_events(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "money", "--events", "0"])
    assert capsys.readouterr().err.splitlines()[-1].endswith("--events: 0 is no number of them: 1 or more")
