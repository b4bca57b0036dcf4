"""The tables, from measurements made up here."""

from dataclasses import replace
from pathlib import Path

from benchmarks import records, report
from benchmarks.compare import Pair, Run
from benchmarks.records import Record, Setting
from benchmarks.replay import Verdict
from benchmarks.speed import Figure

SETTING = Setting("2026-11-21", "a machine", "Python 3.11", "./linli bench planner")


def run(planner: str, cost: int, left_out: int = 0, **fields: object) -> Run:
    return Run(planner, 60.0, Verdict(cost, cost, left_out), **fields)  # type: ignore[arg-type]


def town(name: str, theirs: int, ours: int) -> Record:
    linli = run("Linli", ours, trace=((1.0, ours + 5), (2.0, ours)))
    return Record("towns", name, SETTING, (Pair(run("VROOM", theirs), (), linli),))


TOWNS = [town("field-120x20", 1000, 900), town("field-200x32", 1000, 961)]
UNSOUND = Run("Linli", 60.0, Verdict(900, 900, 0, ("window S1 V1: late", "skill S2 V2: none")))


def test_the_summary_has_the_mean_the_worst_and_whether_the_goal_is_met() -> None:
    # √(0.900 × 0.961) = 0.930; the worst decides
    assert report.summary(TOWNS).rows == (("field", "VROOM", "2", "0.930", "0.961", "≤ 0.94", "missed"),)
    assert report.summary(TOWNS[:1]).rows == (("field", "VROOM", "1", "0.900", "0.900", "≤ 0.94", "met"),)


def test_details_have_both_sides_and_the_ratio() -> None:
    assert report.details(TOWNS[:1]).markdown() == (
        "| instance | peer | s | cost | out | Linli s | cost | out | ratio |\n"
        "| --- | --- | --: | --: | --: | --: | --: | --: | --: |\n"
        "| field-120x20 | VROOM | 60.0 | 1,000 | 0 | 60.0 | 900 | 0 | 0.900 |"
    )


def test_an_unsound_plan_has_no_cost_and_its_first_violation_is_told() -> None:
    record = Record("towns", "city-400x80", SETTING, (Pair(run("VROOM", 1000), (), UNSOUND),))
    assert report.details([record]).rows[0][5:] == ("60.0", "unsound", "0", "–")
    assert report.objections([record]) == [
        "city-400x80, Linli for 60 s: 2 violations, the first window S1 V1: late"
    ]


def test_gaps_are_counted_in_the_unit_of_the_set() -> None:
    # 16,541 tenths are 1,654.1; 1,654.1 / 1,637.7 - 1 = 1.00 %
    r101 = Record("solomon", "R101", SETTING, linli=run("Linli", 16_541), best_known=1637.7, unit_s=10)
    assert report.gap_details([r101]).rows == (("R101", "60.0", "1,654.1", "0", "1,637.7", "1.00%"),)
    r201 = Record(
        "solomon", "R201", SETTING, linli=run("Linli", 9_000, left_out=1), best_known=1143.2, unit_s=10
    )
    assert report.gap_summary([r101, r201]).rows == (
        ("R1", "1", "1.00%", "1.00%"),
        ("R2", "0 of 1", "–", "–"),
        ("all", "1 of 2", "1.00%", "1.00%"),
    )


def test_a_figure_stands_beside_its_goal() -> None:
    figures = (
        Figure("first plan", 1.234, "s", 2.0),
        Figure("memory", 2.5, "GiB", 2.0),
        Figure("offers", 23.45, "ms"),
        Figure("changes", 0, "", 0),
        Figure("a move", 1234.5, "µs"),
    )
    record = Record("speed", "all", SETTING, figures=figures)
    assert report.figures([record]).rows == (
        ("first plan", "1.23 s", "≤ 2 s", "met"),
        ("memory", "2.50 GiB", "≤ 2 GiB", "missed"),
        ("offers", "23.4 ms", "–", ""),
        ("changes", "0", "≤ 0", "met"),
        ("a move", "1,234 µs", "–", ""),
    )
    assert "| first plan | 1.23 s | ≤ 2 s | met |" in report.page([record], None, {})


def test_a_storm_has_its_section_beside_the_others() -> None:
    speed = Record("speed", "loading", SETTING, figures=(Figure("importing", 0.1, goal=0.2),))
    storm = Record("money", "storm", SETTING, figures=(Figure("lost", 1, "", goal=0),))
    money = report.page([speed, storm], None, {}).split("## Money")[1]
    assert "| lost | 1 | ≤ 0 | missed |" in money
    assert "importing" not in money


def test_what_was_measured_in_a_browser_has_its_section_after_the_figures() -> None:
    pages = Record("pages", "board", SETTING, figures=(Figure("interactive", 1.5, goal=2.0),))
    ledger = Record("insight", "ledger", SETTING, figures=(Figure("facts", 5, ""),))
    text = report.page([pages, ledger], None, {})
    assert text.index("## Figures") < text.index("## Pages")
    assert "| interactive | 1.50 s | ≤ 2 s | met |" in text.split("## Pages")[1]


def test_a_page_says_what_was_run_where() -> None:
    text = report.page(TOWNS, "benchmarks.png", {})
    assert "| field-120x20 | VROOM | 60.0 | 1,000 | 0 | 60.0 | 900 | 0 | 0.900 |" in text
    assert "](benchmarks.png)" in text
    assert text.endswith("- 2026-11-21, `./linli bench planner`: a machine; Python 3.11\n")


def test_the_seeds_are_told_where_they_are_known() -> None:
    seeded = replace(SETTING, seeds="town 1, Linli 1")
    text = report.page([replace(TOWNS[0], setting=seeded), TOWNS[1]], None, {})
    assert text.splitlines()[-2:] == [
        "- 2026-11-21, `./linli bench planner`: a machine; Python 3.11; seeds: town 1, Linli 1 (field-120x20)",
        "- 2026-11-21, `./linli bench planner`: a machine; Python 3.11 (field-200x32)",
    ]


def test_a_record_older_than_the_seeds_is_read(tmp_path: Path) -> None:
    kept = tmp_path / "benchmarks.json"
    records.write(kept, TOWNS)
    text = kept.read_text(encoding="utf-8")
    kept.write_text(text.replace(', "seeds": ""', ""), encoding="utf-8")
    assert "seeds" not in kept.read_text(encoding="utf-8")
    assert records.read(kept) == TOWNS


def test_records_are_kept_and_the_newer_ones_count(tmp_path: Path) -> None:
    kept = tmp_path / "benchmarks.json"
    speed = Record("speed", "loading", SETTING, figures=(Figure("importing", 0.1, goal=0.2),))
    records.write(kept, [*TOWNS, speed])
    assert records.read(kept) == [*TOWNS, speed]
    newer = town("field-120x20", 1000, 850)
    assert records.merged(records.read(kept), [newer]) == [newer, TOWNS[1], speed]
    assert records.read(tmp_path / "none.json") == []
