"""Groups of windows' sums: a page of them in the order of their keys, and what must not be shown of each.

Both are found by the database, so that of some thousand groups only those travel that are shown.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, QuerySet
from django.db.models.expressions import RawSQL

from communities.insight.figures import ASKED
from communities.models import MetricWindow

Key = tuple[UUID | None, ...]
"""One id for each dimension that is asked by; None: facts that name none."""

ANSWERS = tuple(sorted({name for figure in ASKED for name in figure.denominator}))
"""The columns that count who answered."""

# What few answered is hidden, and the next smallest groups with them until those left out are enough together: the
# total less the rest would else be the figure of a few. Groups without an answer have nothing to hide.
HIDDEN = """
{answers} > 0 AND ({answers} < {least} OR coalesce(sum({answers}) OVER (
    ORDER BY {answers}, position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) BETWEEN 1 AND {least} - 1)
"""

# None comes after every id.
PAGE = """
WITH found AS ({found}),
placed AS (SELECT *, concat_ws(' ', {position}) COLLATE "C" AS position FROM found),
told AS (SELECT *, ARRAY[{hidden}] AS hidden FROM placed)
SELECT position, sums, hidden, {keys} FROM told
WHERE position > %s AND position = coalesce(%s, position) ORDER BY position LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Group:
    """One group: `position` orders it among its like, `hidden` names the figures that must not be shown of it."""

    key: Key
    position: str
    sums: dict[str, int]
    hidden: Set[str]


class Sums(RawSQL):
    """Columns of windows added up, as one array: Django takes longer to write forty sums than PostgreSQL to find
    them."""

    contains_aggregate = True

    def __init__(self, columns: Iterable[str]) -> None:
        table = MetricWindow._meta.db_table
        sums = ", ".join(f'coalesce(sum("{table}"."{name}"), 0)' for name in columns)
        super().__init__(f"ARRAY[{sums}]::bigint[]", (), ArrayField(BigIntegerField()))

    def get_group_by_cols(self) -> list[Any]:
        return []


def position_of(key: Iterable[UUID | None]) -> str:
    """Where a group with this key stands."""
    return " ".join("~" if part is None else str(part) for part in key)


def group_page(
    kept: QuerySet[MetricWindow],
    keys: Sequence[str],
    columns: Sequence[str],
    *,
    least: int,
    after: str = "",
    only: str | None = None,
    limit: int | None = None,
) -> Iterator[Group]:
    """The `columns`, those of ANSWERS among them, added up for each group by `keys`; at least one key.

    Those `after` a position, or `only` the one at it; what is hidden of them depends on all of them. One query.
    """
    grouped = kept.order_by().values(*keys).annotate(sums=Sums(columns))
    found, parameters = grouped.query.sql_with_params()
    hidden = (HIDDEN.format(answers=f"sums[{columns.index(name) + 1}]", least=least) for name in ANSWERS)
    sql = PAGE.format(
        found=found,
        position=", ".join(f"coalesce({key}::text, '~')" for key in keys),
        hidden=", ".join(hidden),
        keys=", ".join(keys),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, after, only, limit])
        rows = cursor.fetchall()
    for position, sums, hidden_by, *key in rows:
        hidden_columns = {name for name, is_hidden in zip(ANSWERS, hidden_by, strict=True) if is_hidden}
        yield Group(tuple(key), position, dict(zip(columns, sums, strict=True)), _made_of(hidden_columns))


def _made_of(answers: Set[str]) -> frozenset[str]:
    """The figures that divide by any of these."""
    return frozenset(figure.name for figure in ASKED if not answers.isdisjoint(figure.denominator))
