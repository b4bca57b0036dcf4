import csv
import gzip
import io
import os
import resource
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tabular import Columns, Rejects, Table, Unreadable, companion_path

COLUMNS = Columns(required=("name", "age"), optional=("note",))


def read(
    path: Path, content: bytes, columns: Columns = COLUMNS, encoding: str = "utf-8-sig"
) -> tuple[list[tuple[int, dict[str, str]]], list[dict[str, str]]]:
    """The good rows of a file with this content, and the lines of its rejects file."""
    source = path / "people.csv"
    source.write_bytes(content)
    with (
        Rejects(path / "rejects.csv") as rejects,
        Table(str(source), columns, rejects, encoding=encoding) as table,
    ):
        rows = list(table)
    if not rejects.path.exists():
        return rows, []
    with rejects.path.open(newline="", encoding="utf-8") as file:
        return rows, list(csv.DictReader(file))


def test_rows_come_with_their_line_and_without_blanks(tmp_path: Path) -> None:
    content = '\ufeffname,age,ignored\n Ada ,36,x\n\n"Bob, ""the\nbuilder""",5,x\nCid,7,x\n'
    rows, rejects = read(tmp_path, content.encode())
    assert rows == [
        (2, {"name": "Ada", "age": "36"}),
        (4, {"name": 'Bob, "the\nbuilder"', "age": "5"}),
        (6, {"name": "Cid", "age": "7"}),
    ]
    assert rejects == []
    assert not (tmp_path / "rejects.csv").exists()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"Eve,1,too,many", "too many columns"),
        (b"Eve", "too few columns"),
        (b"Ren\xe9,1", "wrong encoding"),
        (b"E\0ve,1", "NUL character"),
        (b"Eve," + b"1" * 300_000, "line too long"),
        (b"Eve," + b"1" * 200_000, "not a CSV row"),
        (b'"Eve"x,1', "not a CSV row"),
    ],
)
def test_a_bad_row_is_explained_and_its_neighbours_are_kept(
    tmp_path: Path, line: bytes, problem: str
) -> None:
    rows, rejects = read(tmp_path, b"name,age\nAda,36\n" + line + b"\nBob,5\n")
    assert [(number, row["name"]) for number, row in rows] == [(2, "Ada"), (4, "Bob")]
    assert [(one["line"], one["problem"]) for one in rejects] == [("3", problem)]
    assert len(rejects[0]["value"]) <= 200


@pytest.mark.parametrize("lines_after", [3, 500])
def test_a_quote_that_never_closes_costs_one_row(tmp_path: Path, lines_after: int) -> None:
    content = b'name,age\n"Eve,1\n' + b"Bob,5\n" * lines_after
    rows, rejects = read(tmp_path, content)
    assert len(rows) == lines_after
    assert [one["line"] for one in rejects] == ["2"]


def test_a_file_in_another_encoding_is_read_when_named(tmp_path: Path) -> None:
    rows, rejects = read(tmp_path, "name,age\n陳雅婷,36\n".encode("big5"), encoding="big5")
    assert rows == [(2, {"name": "陳雅婷", "age": "36"})]
    assert rejects == []


def test_columns_may_have_other_names(tmp_path: Path) -> None:
    columns = Columns(("name", "age"), names={"name": "姓名"})
    assert read(tmp_path, "age,姓名\n36,Ada\n".encode(), columns)[0] == [(2, {"name": "Ada", "age": "36"})]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf\n\n", "the file is empty"),
        (
            b"name,years\nAda,36\n",
            "columns missing: age. The file has: name, years. Expected: name, age",
        ),
        (
            b"name,age,age\nAda,36,37\n",
            "columns there twice: age. The file has: name, age, age. Expected: name, age",
        ),
        (
            "name,age\n".encode("utf-16"),
            "the first line is not utf-8-sig: name the encoding with --encoding",
        ),
    ],
)
def test_a_file_of_which_nothing_can_be_used_says_why(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(tmp_path, content)
    assert refusal.value.detail == sentence


def test_a_column_that_was_mapped_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="columns missing: remark"):
        read(tmp_path, b"name,age\nAda,36\n", Columns(("name", "age"), ("note",), {"note": "remark"}))


def test_a_missing_file_and_an_unknown_encoding_are_refused(tmp_path: Path) -> None:
    rejects = Rejects(tmp_path / "rejects.csv")
    with pytest.raises(Unreadable, match="No such file"):
        Table(str(tmp_path / "absent.csv"), COLUMNS, rejects)
    with pytest.raises(Unreadable, match="unknown encoding 'klingon'"):
        read(tmp_path, b"name,age\n", encoding="klingon")


def test_a_gzip_file_is_recognised_and_a_cut_one_keeps_what_it_had(tmp_path: Path) -> None:
    whole = gzip.compress(b"name,age\n" + b"".join(b"%d,%d\n" % (n, n * n) for n in range(20_000)))
    assert len(read(tmp_path, whole)[0]) == 20_000
    rows, rejects = read(tmp_path, whole[: len(whole) // 2])
    assert rows[0] == (2, {"name": "0", "age": "0"})
    assert 1_000 < len(rows) < 20_000
    assert [one["problem"] for one in rejects] == ["file damaged from here on"]


def test_the_rejects_of_an_earlier_run_do_not_stay(tmp_path: Path) -> None:
    assert len(read(tmp_path, b"name,age\nEve\n")[1]) == 1
    assert read(tmp_path, b"name,age\nEve,1\n")[1] == []


def test_rejects_go_beside_the_input() -> None:
    assert companion_path("data/calls.csv.gz", "rejects") == Path("data/calls.rejects.csv")
    assert companion_path("-", "rejects") == Path("standard-input.rejects.csv")


def test_a_pipe_is_read_as_a_stream_and_memory_stays_flat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """30 MB through a pipe grow the process by less than 10 MB."""
    block = (b"somebody,1," + b"x" * 188 + b"\n") * 1_000
    header = b"name,age,note\n"
    reading, writing = os.pipe()

    def feed() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(header)
            for _ in range(150):
                pipe.write(block)

    feeder = threading.Thread(target=feed)
    feeder.start()
    with io.TextIOWrapper(os.fdopen(reading, "rb")) as stdin, Rejects(tmp_path / "rejects.csv") as rejects:
        monkeypatch.setattr(sys, "stdin", stdin)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with Table("-", COLUMNS, rejects) as table:
            assert sum(1 for _ in table) == 150_000
            assert table.bytes_read == len(header) + 150 * len(block)
            assert table.bytes_total is None
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    feeder.join()
    assert after - before < 10_000  # kilobytes


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    rows, _ = read(tmp_path_factory.mktemp("bytes"), b"name,age\n" + content)
    assert all(row.keys() == {"name", "age"} for _, row in rows)


@given(st.lists(st.tuples(st.text(), st.text()), max_size=8))
def test_what_a_csv_writer_wrote_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]
) -> None:
    good = [
        pair
        for pair in pairs
        if not any(c == "\0" or 0xD800 <= ord(c) <= 0xDFFF for text in pair for c in text)
    ]
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("name", "age"), *good])
    rows, rejects = read(tmp_path_factory.mktemp("text"), text.getvalue().encode())
    assert [(row["name"], row["age"]) for _, row in rows] == [(a.strip(), b.strip()) for a, b in good]
    assert rejects == []
