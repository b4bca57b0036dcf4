"""Tables of any length for other programs: CSV (RFC 4180) and Parquet, made while they are sent."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any, Literal

from django.http import StreamingHttpResponse

from api.answers import SECRET

BATCH = 5000  # rows in memory at a time; also a row group of Parquet
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = Sequence[object]


class Format(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"


TYPES = {Format.CSV: "text/csv; charset=utf-8", Format.PARQUET: "application/vnd.apache.parquet"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column, whose values may be missing."""

    name: str
    kind: Literal["text", "whole", "number", "day", "moment"] = "text"


def table_answer(
    columns: Sequence[Column], rows: Iterable[Row], *, name: str, form: Format
) -> StreamingHttpResponse:
    """The rows as a file to be kept. Memory does not grow with their number."""
    write = csv_bytes if form == Format.CSV else parquet_bytes
    headers = SECRET | {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return StreamingHttpResponse(write(columns, rows), content_type=TYPES[form], headers=headers)


def csv_bytes(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[bytes]:
    """In UTF-8, marked as such for Excel; moments with their offset."""
    yield "\ufeff".encode() + _lines([[column.name for column in columns]])
    for batch in _batches(rows):
        yield _lines([[_cell(value) for value in row] for row in batch])


def parquet_bytes(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[bytes]:
    """Parquet with zstandard, moments in UTC."""
    import pyarrow as pa  # here, for it is slow and few need it
    import pyarrow.parquet as pq

    types = {
        "text": pa.string(),
        "whole": pa.int64(),
        "number": pa.float64(),
        "day": pa.date32(),
        "moment": pa.timestamp("us", tz="UTC"),
    }
    schema = pa.schema([(column.name, types[column.kind]) for column in columns])
    sink = _Sink()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            arrays = [
                pa.array(values, type=field.type)
                for values, field in zip(zip(*batch, strict=True), schema, strict=True)
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
            yield sink.taken()
    yield sink.taken()


def text_cell(value: str) -> str:
    """A text that a spreadsheet would run as a formula is only shown."""
    return f"'{value}" if value.startswith(FORMULA) else value


class _Sink(io.RawIOBase):
    """Where Parquet is written to, and taken from bit by bit."""

    def __init__(self) -> None:
        self._bits: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._bits.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What has been written since this was last asked."""
        bits, self._bits = self._bits, []
        return b"".join(bits)


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    one_by_one = iter(rows)
    return iter(lambda: list(islice(one_by_one, BATCH)), [])


def _lines(rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, str):
        return text_cell(value)
    return value.isoformat() if isinstance(value, datetime) else value
