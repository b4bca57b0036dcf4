"""A file brought in, and what its rejects file says."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from communities.models import Organisation
from core.tabular import Rejects

Bring = Callable[..., Any]


@pytest.fixture
def bring(acme: Organisation, tmp_path: Path) -> Bring:
    """What became of some lines of CSV, read for acme by an import."""

    def read(read_file: Callable[..., Any], *lines: str) -> Any:
        source = tmp_path / "file.csv"
        source.write_text("\n".join(lines), encoding="utf-8")
        with Rejects(tmp_path / "rejects.csv") as rejects:
            return read_file(organisation=acme, source=str(source), rejects=rejects)

    return read


@pytest.fixture
def rejected(tmp_path: Path) -> Callable[[], list[tuple[str, str, str]]]:
    """Line, field and problem of each row that was not taken."""

    def read() -> list[tuple[str, str, str]]:
        with (tmp_path / "rejects.csv").open(newline="", encoding="utf-8") as file:
            return [(row["line"], row["field"], row["problem"]) for row in csv.DictReader(file)]

    return read
