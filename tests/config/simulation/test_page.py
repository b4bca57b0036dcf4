"""docs/feedback.md, held against the constants it describes."""

import re
from pathlib import Path

from config.simulation.scenarios import EFFECTS, SCENARIOS
from config.simulation.town import SERVICES

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "feedback.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The body of the table whose first heading this is."""
    table = PAGE.split(f"| {heading} |")[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def figure(cell: str) -> float:
    return float(cell.replace("−", "-").replace(",", ""))


def test_scenarios_on_the_page_are_those_of_the_code() -> None:
    told = [[figure(cell) for cell in row[1:]] for row in rows("standard deviation of")]

    assert told == [[getattr(one, name) for one in SCENARIOS.values()] for name in EFFECTS]


def test_service_types_on_the_page_are_those_of_the_code() -> None:
    told = [
        [re.sub("`", "", code), figure(share), figure(minutes), skill, *map(figure, rest)]
        for code, share, minutes, skill, *rest in rows("service type")
    ]
    assert told == [
        [
            *(one.code, one.share, one.minutes, one.skill, one.target_days),
            *(one.penalty, one.csat, one.fixed, one.accepts, one.option_minor),
        ]
        for one in SERVICES
    ]
