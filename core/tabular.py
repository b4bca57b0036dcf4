"""Reading a CSV file that somebody else made: as a stream, whatever its size, and losing only its bad rows.

A file is a path or `-` (standard input), plain or gzip (recognised by its first bytes, RFC 1952). Rows are
RFC 4180; what cannot be one row is rejected by line number, and reading goes on with the next line.
"""

import codecs
import contextlib
import csv
import gzip
import io
import sys
import zlib
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, ClassVar, NamedTuple, Protocol, Self, TextIO, TypeVar, cast

from core.errors import Invalid

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Row = TypeVar("Row")

LONGEST_LINE = 256 * 1024  # characters
MOST_LINES = 100  # of one row: a quote that is still open then was never closed
LONGEST_VALUE = 200  # characters of a rejected value that the rejects file repeats
UNDECODABLE = "\udcff"  # no decoder yields it, so it marks bytes that are not in the encoding


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNDECODABLE, error.end


codecs.register_error("linli-mark", _mark)


class Unreadable(Invalid):
    """Nothing of the file can be used."""

    code = "unreadable-file"
    title = "The file cannot be read"


class BadRow(Exception):
    """Why one row cannot be taken: the field, its value, a problem that can be counted, what was expected."""

    def __init__(self, problem: str, *, field: str = "", value: str = "", expected: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.field = field
        self.value = value
        self.expected = expected


class Reject(NamedTuple):
    """A row that was not taken, by its line, and why."""

    line: int
    field: str
    value: str
    problem: str
    expected: str

    @classmethod
    def of(cls, line: int, bad: BadRow) -> Self:
        value = bad.value.replace(UNDECODABLE, "\ufffd").replace("\0", "\u2400")[:LONGEST_VALUE]
        return cls(line, bad.field, value, bad.problem, bad.expected)


class TakesRejects(Protocol):
    """Where rows go that are not taken."""

    def add(self, line: int, bad: BadRow) -> None: ...


class RejectList:
    """The rows that were not taken, of a file that is small enough to answer with them."""

    def __init__(self) -> None:
        self.rows: list[Reject] = []

    def add(self, line: int, bad: BadRow) -> None:
        self.rows.append(Reject.of(line, bad))


class Rejects:
    """The rows that were not taken, one CSV line each. The file is made with the first of them.

    A file left by an earlier run is emptied down to its header when this run rejects nothing.
    """

    COLUMNS: ClassVar = Reject._fields

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts: Counter[str] = Counter()
        self._file: TextIO | None = None

    def add(self, line: int, bad: BadRow) -> None:
        self.counts[bad.problem] += 1
        csv.writer(self._open()).writerow(Reject.of(line, bad))

    @property
    def total(self) -> int:
        return self.counts.total()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._file is None and self.path.exists():
            self._open()
        if self._file is not None:
            self._file.close()

    def _open(self) -> TextIO:
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(self.COLUMNS)
        return self._file


def companion_path(source: str, kind: str) -> Path:
    """Where what belongs to a file goes by default, `NAME.KIND.csv`: beside it, or here for what came by pipe."""
    path = Path("standard-input" if source == "-" else source)
    return path.with_name(f"{path.name.removesuffix('.gz').removesuffix('.csv')}.{kind}.csv")


class Line(NamedTuple):
    """One line of the file, or why it is none."""

    number: int
    text: str
    problem: str = ""


class _Counted(io.RawIOBase):
    """A stream that knows how much of it was read: a pipe cannot tell."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self.bytes_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        content = self._raw.read(len(view))
        view[: len(content)] = content
        self.bytes_read += len(content)
        return len(content)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Lines(Iterator[str]):
    """The lines of a stream for csv.reader: it can put lines back and refuses what must not become a row."""

    def __init__(self, stream: TextIO) -> None:
        self._fresh = _physical_lines(stream)
        self._waiting: deque[Line] = deque()
        self.taken: list[Line] = []  # since the present row began

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._fresh)
        self.taken.append(line)
        if line.problem:
            raise BadRow(line.problem)
        if len(self.taken) > MOST_LINES:
            raise BadRow("quote never closed")
        return line.text

    def recover(self) -> Line:
        """Give the row up: its first line, while the others wait to be read again."""
        first, *others = self.taken
        self._waiting.extendleft(reversed(others))
        return first


def _physical_lines(stream: TextIO) -> Iterator[Line]:
    number = 0
    try:
        while text := stream.readline(LONGEST_LINE):
            number += 1
            if len(text) < LONGEST_LINE or text.endswith(("\n", "\r")):
                yield Line(number, text)
                continue
            while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
                pass
            yield Line(number, text, "line too long")
    except (EOFError, OSError, zlib.error):
        yield Line(number + 1, "", "file damaged from here on")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which fields a file must have, which it may have, and what its columns call them."""

    required: Collection[str]
    optional: Collection[str] = ()
    names: Mapping[str, str] | None = None

    def find(self, header: list[str]) -> dict[str, int]:
        """The position of every field that the file has. Raises Unreadable for one that it must have."""
        names = self.names or {}
        column_of = {field: names.get(field, field) for field in (*self.required, *self.optional)}
        twice = [name for name, times in Counter(header).items() if times > 1 and name in column_of.values()]
        missing = [
            name
            for field, name in column_of.items()
            if name not in header and (field in self.required or field in names)
        ]
        if missing or twice:
            fault = f"missing: {', '.join(missing)}" if missing else f"there twice: {', '.join(twice)}"
            raise Unreadable(
                f"columns {fault}. The file has: {', '.join(header)[:500]}. "
                f"Expected: {', '.join(column_of[field] for field in self.required)}"
            )
        return {field: header.index(name) for field, name in column_of.items() if name in header}


class Table:
    """The rows of one CSV file. Use as a context manager; `source` is a path, `-`, or the file's content.

    Raises Unreadable when there is no file, nothing in it, or a column is missing. Rows that are not in
    `encoding`, hold NUL characters, or have too many or too few columns go to `rejects`.
    """

    def __init__(
        self, source: str | bytes, columns: Columns, rejects: TakesRejects, *, encoding: str = "utf-8-sig"
    ) -> None:
        self._columns = columns
        self._rejects = rejects
        self._encoding = encoding
        self._counted, self.bytes_total = _open(source)
        try:
            self._lines = _Lines(_text(self._counted, encoding))
            self._header, self._positions = self._read_header()
        except BaseException:
            self._counted.close()
            raise

    @property
    def bytes_read(self) -> int:
        """Of the file as it lies there (compressed, if it is)."""
        return self._counted.bytes_read

    @property
    def fields(self) -> frozenset[str]:
        """The fields that the file has."""
        return frozenset(self._positions)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._counted.close()

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        """(line number, field → value without surrounding blanks), good rows only."""
        for line, cells in self._rows():
            try:
                self._check(cells)
            except BadRow as bad:
                self._rejects.add(line, bad)
            else:
                yield line, {field: cells[at].strip() for field, at in self._positions.items()}

    def keyed(self, key: str, read: Callable[[dict[str, str]], Row]) -> dict[int, Row]:
        """Line number → what `read` makes of the row. For files that fit into memory.

        Rows for which `read` raises BadRow are rejected, and so is a second row whose attribute `key` is that
        of an earlier one. The same row once more is skipped.
        """
        first: dict[str, Row] = {}
        rows: dict[int, Row] = {}
        for line, cells in self:
            try:
                row = read(cells)
            except BadRow as bad:
                self._rejects.add(line, bad)
                continue
            name = getattr(row, key)
            before = first.setdefault(name, row)
            if before is row:
                rows[line] = row
            elif before != row:
                twice = BadRow(f"{key} used twice", field=key, value=name, expected=f"one row a {key}")
                self._rejects.add(line, twice)
        return rows

    def whole(
        self,
        column: str,
        what: str,
        read: Callable[[dict[str, str]], Row],
        faults: Callable[[str, dict[int, Row]], Mapping[int, BadRow]],
    ) -> dict[str, list[Row]]:
        """Each value of a column → what `read` makes of its rows, where all of them can be taken. For files that fit
        into memory.

        Where `read` raises BadRow, or `faults` has something against a line, the rest of that `what` is rejected too.
        """
        groups: dict[str, dict[int, Row | None]] = defaultdict(dict)
        for line, cells in self:
            row = None
            try:
                row = read(cells)
            except BadRow as bad:
                self._rejects.add(line, bad)
            groups[cells[column]][line] = row
        found = {}
        for name, lines in groups.items():
            rows = {line: row for line, row in lines.items() if row is not None}
            against = faults(name, rows)
            if not against and len(rows) == len(lines):
                found[name] = list(rows.values())
                continue
            rest = BadRow(f"{what} not whole", field=column, value=name, expected="good rows only")
            for line in rows:
                self._rejects.add(line, against.get(line, rest))
        return found

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(self._lines, strict=True)
        while True:
            self._lines.taken.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, BadRow) as error:
                first = self._lines.recover()
                bad = error if isinstance(error, BadRow) else BadRow("not a CSV row", expected=str(error))
                self._rejects.add(first.number, BadRow(bad.problem, value=first.text, expected=bad.expected))
                reader = csv.reader(self._lines, strict=True)
            else:
                if cells:
                    yield self._lines.taken[0].number, cells

    def _check(self, cells: list[str]) -> None:
        text = ",".join(cells)
        if UNDECODABLE in text:
            raise BadRow("wrong encoding", value=text, expected=self._encoding)
        if "\0" in text:
            raise BadRow("NUL character", value=text, expected="text")
        if len(cells) != len(self._header):
            problem = "too many columns" if len(cells) > len(self._header) else "too few columns"
            raise BadRow(problem, value=text, expected=f"{len(self._header)} columns, not {len(cells)}")

    def _read_header(self) -> tuple[list[str], dict[str, int]]:
        _, cells = next(self._rows(), (0, None))
        if cells is None:
            raise Unreadable("the file is empty")
        header = [cell.strip() for cell in cells]
        if any(UNDECODABLE in name or "\0" in name for name in header):
            raise Unreadable(f"the first line is not {self._encoding}: name the encoding with --encoding")
        return header, self._columns.find(header)


def content_of(source: str | bytes, largest: int) -> bytes:
    """All of a file that must be seen whole, unpacked. Raises Unreadable for none, and beyond `largest` bytes."""
    counted, _ = _open(source)
    with contextlib.closing(counted):
        try:
            content = _unpacked(io.BufferedReader(counted, 256 * 1024)).read(largest + 1)
        except (EOFError, OSError, zlib.error) as error:
            raise Unreadable("the gzip file is damaged") from error
    if len(content) > largest:
        raise Unreadable(f"the file is larger than {largest:,} bytes: import it in parts")
    return content


def _open(source: str | bytes) -> tuple[_Counted, int | None]:
    """The bytes and, of a regular file, how many there are."""
    if isinstance(source, bytes):
        return _Counted(io.BytesIO(source)), len(source)
    if source == "-":
        return _Counted(sys.stdin.buffer), None
    path = Path(source)
    try:
        return _Counted(
            cast(BinaryIO, path.open("rb", buffering=0))
        ), path.stat().st_size if path.is_file() else None
    except OSError as error:
        raise Unreadable(f"{source}: {error.strerror}") from error


def _text(counted: _Counted, encoding: str) -> TextIO:
    unpacked = _unpacked(io.BufferedReader(counted, 256 * 1024))
    try:
        return io.TextIOWrapper(unpacked, encoding, errors="linli-mark", newline="")
    except LookupError as error:
        raise Unreadable(f"unknown encoding {encoding!r}") from error


def _unpacked(stream: io.BufferedReader) -> io.BufferedReader | gzip.GzipFile:
    return gzip.GzipFile(fileobj=stream) if stream.peek(2)[:2] == b"\x1f\x8b" else stream
