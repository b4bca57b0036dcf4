"""One row of those a caller may see."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from core.errors import NotFound

RowT = TypeVar("RowT", bound=Model)


def one(rows: QuerySet[RowT], key: UUID) -> RowT:
    """The row with this key. Raises NotFound, also for a row outside of `rows`."""
    row = rows.filter(pk=key).first()
    if row is None:
        raise NotFound
    return row
