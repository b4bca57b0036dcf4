"""Many rows at once: PostgreSQL's COPY into a temporary twin of the table, then one INSERT.

About four times less work for the interpreter than bulk_create. Nothing of Django's is run: no defaults, no
validation, no signals. Every column must be given but those with a default in the database (`db_default`), whose
constraints and triggers hold as ever.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from django.db import connection, models
from psycopg import sql

RowT = TypeVar("RowT")


def batches(rows: Iterable[RowT], size: int) -> Iterator[list[RowT]]:
    """The rows in lists of `size`, the last one shorter."""
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch


def rows_insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Insert rows (values in the order of `columns`); how many went in.

    Rows that conflict with a unique constraint are left out. Geometry is EWKT text. Must run inside a
    transaction: the twin is emptied at its end.
    """
    table = sql.Identifier(model._meta.db_table)
    twin = sql.Identifier(f"twin_{model._meta.db_table}")
    names = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "CREATE TEMP TABLE IF NOT EXISTS {} (LIKE {} INCLUDING DEFAULTS) ON COMMIT DELETE ROWS"
            ).format(twin, table)
        )
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(twin, names)) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT DO NOTHING").format(
                table, names, names, twin
            )
        )
        inserted: int = cursor.rowcount
        cursor.execute(sql.SQL("TRUNCATE {}").format(twin))
    return inserted
