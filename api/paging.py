"""Cursor pagination: the next page starts after a row, not after a number, so inserts in between move nothing."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from api.answers import answer
from api.schemas.base import Page, PageQuery
from core.errors import Invalid

RowT = TypeVar("RowT", bound=Model)
ItemT = TypeVar("ItemT")


class BadCursor(Invalid):
    """A cursor is taken from `next` of the same list, as it is."""

    code = "bad-cursor"
    title = "The cursor is not one of this list"


def paged(
    request: HttpRequest,
    rows: QuerySet[RowT],
    query: PageQuery,
    *,
    by: str,
    show: Callable[[RowT], BaseModel],
) -> HttpResponse:
    """The page of `rows` that `query` asks for, ordered by the field `by` ("-" in front: descending), then id.

    `by` should be indexed; "-id" is newest first, for ids are UUIDv7.

    The Link header (RFC 8288) names the next page with the same filters. Raises BadCursor.
    """
    salt = f"{rows.model._meta.label_lower}.{by}"
    ordered = rows.order_by(by, "-id" if by.startswith("-") else "id")
    if query.cursor:
        ordered = ordered.filter(_after(rows.model, by, _opened(query.cursor, salt)))
    found = list(ordered[: query.limit + 1])
    shown, more = found[: query.limit], len(found) > query.limit
    cursor = _closed(shown[-1], by, salt) if more else None
    return linked(answer(Page(items=[show(row) for row in shown], next=cursor)), request, cursor)


def linked(response: HttpResponse, request: HttpRequest, cursor: str | None) -> HttpResponse:
    """The response with the next page in its Link header."""
    if cursor:
        response["Link"] = f'<{_address(request, cursor)}>; rel="next"'
    return response


def positioned(
    request: HttpRequest,
    query: PageQuery,
    read: Callable[[str, int], list[ItemT]],
    *,
    key: Callable[[ItemT], str],
) -> tuple[list[ItemT], str | None]:
    """The page that `query` asks for of items that are in the order of their keys, and the next one's cursor.

    `read(after, limit)` gives at most so many items after a key. Raises BadCursor.
    """
    salt = request.path
    [position] = _opened(query.cursor, salt) if query.cursor else [""]
    items = read(position, query.limit + 1)
    shown, more = items[: query.limit], len(items) > query.limit
    return shown, signing.dumps([key(shown[-1])], salt=salt) if more else None


def _after(model: type[Model], by: str, position: list[Any]) -> Q:
    """(by, id) > position, written so that an index on `by` alone is enough to start at the right place."""
    field = by.removeprefix("-")
    operator = "lt" if by.startswith("-") else "gt"
    try:
        value = model._meta.get_field(field).to_python(position[0])  # type: ignore[union-attr]
    except ValidationError as error:
        raise BadCursor from error
    later = Q(**{f"{field}__{operator}": value}) | Q(**{f"id__{operator}": position[1]})
    return Q(**{f"{field}__{operator}e": value}) & later


def _closed(row: Model, by: str, salt: str) -> str:
    return signing.dumps([str(getattr(row, by.removeprefix("-"))), str(row.pk)], salt=salt)


def _opened(cursor: str, salt: str) -> list[Any]:
    """Signed, so that what comes back is what we gave."""
    try:
        position: list[Any] = signing.loads(cursor, salt=salt)
    except signing.BadSignature:
        raise BadCursor from None
    return position


def _address(request: HttpRequest, cursor: str) -> str:
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"{request.path}?{query.urlencode()}"
