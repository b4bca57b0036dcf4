"""Groups of windows: a page of them in the order of their keys, what must not be shown of each, and their sums.

The database finds the page and what is hidden, so that of some thousand groups only those travel that are shown.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, Q, QuerySet
from django.db.models.expressions import RawSQL

from communities.insight.figures import ASKED
from communities.models import MetricWindow
from communities.models.metrics import Counts

Key = tuple[UUID | None, ...]
"""One id for each dimension that is asked by; None: facts that name none."""

ANSWERS = tuple(sorted({name for figure in ASKED for name in figure.denominator}))
"""The columns that count who answered."""

# What few answered is hidden, and the next smallest group with it where those few are not enough together: the total
# less the rest would else be the figure of a few. Groups without an answer have nothing to hide.
HIDDEN = """
{answers} > 0 AND ({answers} < {least} OR (
    (SELECT few[{place}] FROM answered) BETWEEN 1 AND {least} - 1
    AND {position} = (SELECT {position} FROM placed WHERE {answers} >= {least} ORDER BY {answers}, {keys} LIMIT 1)))
"""

FEW = "sum({answers}) FILTER (WHERE {answers} < {least})"

# The same among the groups of a part, whose sums are figures too.
RANKED = """
, sum({answers}) FILTER (WHERE {answers} < {least}) OVER (PARTITION BY {part}) AS few_{place}
, row_number() OVER (PARTITION BY {part}, {answers} >= {least} ORDER BY {answers}, {keys}) AS rank_{place}
"""
HIDDEN_IN_PART = """
OR {answers} >= {least} AND few_{place} BETWEEN 1 AND {least} - 1 AND rank_{place} = 1
"""

# Ids are in the order of their texts, and None comes after them all. What is said of a group is worked out for those of
# the page alone: of some thousand groups it would take longer than to find them.
PAGE = """
WITH found AS ({found}),
placed AS MATERIALIZED (SELECT * {ranked} FROM found),
answered AS (SELECT ARRAY[{few}] AS few FROM placed),
page AS (SELECT * FROM placed WHERE {wanted} ORDER BY {keys} LIMIT %s)
SELECT {position}, ARRAY[{hidden}], sums[{rest}:], {keys} FROM page ORDER BY {keys}
"""
POSITION = """concat_ws(' ', {texts}) COLLATE "C" """


@dataclass(frozen=True, slots=True)
class Group:
    """One group: `position` orders it among its like, `hidden` names the figures that must not be shown of it; the
    columns that were asked for, added up."""

    key: Key
    position: str
    hidden: Set[str]
    sums: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Part:
    """A column by which groups belong together whose sum is shown as well; and which of these are wanted, None for
    all."""

    column: str
    only: UUID | None = None


class ColumnSums(RawSQL):
    """Columns of cells or windows added up, as one array: Django takes longer to write forty sums than PostgreSQL to
    find them."""

    contains_aggregate = True

    def __init__(self, columns: Iterable[str], of: type[Counts] = MetricWindow) -> None:
        table = of._meta.db_table
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
    *,
    least: int,
    after: str = "",
    only: str | None = None,
    limit: int | None = None,
    part: Part | None = None,
    columns: Sequence[str] = (),
) -> list[Group]:
    """The groups by at least one key `after` a position, or `only` the one at it, with the sums of `columns`; what is
    hidden of them depends on all there are, and on all of their `part`. One query.

    The database adds up the columns of all groups: for a page of some thousand `group_sums` is quicker.
    """
    by = (*keys, *([part.column] if part else []))
    grouped = kept.order_by().values(*by).annotate(sums=ColumnSums((*ANSWERS, *columns)))
    found, parameters = grouped.query.sql_with_params()
    position = POSITION.format(texts=", ".join(f"coalesce({key}::text, '~')" for key in keys))
    names = {"position": position, "keys": ", ".join(keys)}
    conditions: dict[str, str | UUID | None] = {f"{position} > %s": after, f"{position} = %s": only}
    if part:
        conditions[f"{part.column} = %s"] = part.only
    asked = {condition: value for condition, value in conditions.items() if value}
    sql = PAGE.format(
        found=found,
        ranked="".join(_each(RANKED, least, part=part.column, **names)) if part else "",
        few=", ".join(_each(FEW, least)),
        hidden=", ".join(_each(HIDDEN + (HIDDEN_IN_PART if part else ""), least, **names)),
        rest=len(ANSWERS) + 1,
        wanted=" AND ".join(asked) or "true",
        **names,
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, *asked.values(), limit])
        return [
            Group(tuple(key), position, _made_of(tuple(few)), dict(zip(columns, sums, strict=True)))
            for position, few, sums, *key in cursor.fetchall()
        ]


def _each(sql: str, least: int, **names: str) -> list[str]:
    """The SQL for each of ANSWERS."""
    places = range(1, len(ANSWERS) + 1)
    return [sql.format(answers=f"sums[{place}]", place=place, least=least, **names) for place in places]


def group_sums(
    kept: QuerySet[MetricWindow], keys: Sequence[str], groups: Iterable[Group], columns: Sequence[str]
) -> dict[Key, dict[str, int]]:
    """The columns added up for each of these groups, and perhaps for others. One query."""
    among = kept.filter(*(_one_of(key, ids) for key, ids in zip(keys, _ids(groups), strict=False)))
    rows = among.order_by().values_list(*keys).annotate(sums=ColumnSums(columns))
    return {tuple(key): dict(zip(columns, sums, strict=True)) for *key, sums in rows}


def _ids(groups: Iterable[Group]) -> list[set[UUID | None]]:
    """The ids there are of each key; of no groups, nothing."""
    return [set(ids) for ids in zip(*(group.key for group in groups), strict=True)]


def _one_of(key: str, ids: set[UUID | None]) -> Q:
    return Q(**{f"{key}__in": ids - {None}}) | Q(**{f"{key}__isnull": True})


@cache  # asked for some hundred groups, and there are few sets of so few columns
def _made_of(few: tuple[bool, ...]) -> frozenset[str]:
    """The figures that divide by the columns of ANSWERS that are true."""
    return figures_of({name for name, is_hidden in zip(ANSWERS, few, strict=True) if is_hidden})


def figures_of(columns: Set[str]) -> frozenset[str]:
    """The figures that divide by any of these columns of ANSWERS."""
    return frozenset(figure.name for figure in ASKED if not columns.isdisjoint(figure.denominator))
