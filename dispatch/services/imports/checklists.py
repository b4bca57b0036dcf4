"""Checklists from one CSV file: a row for each point, in the order in which they are asked."""

import time
from collections import Counter
from collections.abc import Collection, Mapping
from functools import partial
from math import isfinite

from django.db import transaction

from communities.access import operator_of
from communities.models import Organisation
from core.tabular import BadRow, Columns, Rejects, Table
from dispatch.checklists import Point, PointKind, fault_of, points_read
from dispatch.models import ServiceType
from dispatch.selectors.reports import checklist_list
from dispatch.services.checklists import LONGEST, checklist_save
from dispatch.services.imports import values
from dispatch.services.imports.codes import codes_of, some
from dispatch.services.imports.outcome import Imported

REQUIRED = ("service_type", "code", "name")
OPTIONAL = ("name_en", "kind", "unit", "lowest", "highest", "optional")


@transaction.atomic
def checklists_import(
    *,
    organisation: Organisation,
    source: str,
    rejects: Rejects,
    names: Mapping[str, str] | None = None,
    encoding: str = "utf-8-sig",
) -> Imported:
    """Make checklists, or replace them; those of service types that a file does not name stay. In one transaction.

    A list of which a row cannot be taken stays as it was, because half a list would let half the work pass. Raises
    core.tabular.Unreadable.
    """
    began, operator = time.monotonic(), operator_of(organisation)
    types = codes_of(ServiceType, organisation)
    with Table(source, Columns(REQUIRED, OPTIONAL, names), rejects, encoding=encoding) as table:
        lists = table.whole("service_type", "list", _point, partial(_faults, types))
    stored = {
        kind.code: points_read(kind.checklist.points) for kind in checklist_list(operator) if kind.checklist
    }
    counts: Counter[str] = Counter()
    for code, points in lists.items():
        before = stored.get(code)
        checklist_save(caller=operator, service_type_code=code, points=points)
        what = "imported" if before is None else "unchanged" if points == before else "updated"
        counts[what] += len(points)
    return Imported.of(counts, rejects, began=began)


def _point(cells: Mapping[str, str]) -> Point:
    kind = cells.get("kind", "") or PointKind.YES_NO
    if kind not in list(PointKind):
        raise BadRow("unknown kind", field="kind", value=kind, expected=", ".join(PointKind))
    point = Point(
        code=values.needed(cells["code"], "code", 40),
        name=values.needed(cells["name"], "name", 200),
        name_en=values.text(cells.get("name_en", ""), "name_en", 200),
        kind=PointKind(kind),
        unit=values.text(cells.get("unit", ""), "unit", 20),
        lowest=_bound(cells, "lowest"),
        highest=_bound(cells, "highest"),
        required=not values.yes(cells.get("optional", ""), "optional"),
    )
    if fault := fault_of([point]):
        raise BadRow("contradicts itself", field="kind", value=kind, expected=fault)
    return point


def _bound(cells: Mapping[str, str], field: str) -> float | None:
    """A number; None for an empty cell."""
    value = cells.get(field, "")
    try:
        bound = float(value) if value else None
    except ValueError:
        bound = float("nan")
    if bound is not None and not isfinite(bound):
        raise BadRow("not a number", field=field, value=value, expected="like 3.5")
    return bound


def _faults(types: Collection[str], code: str, points: Mapping[int, Point]) -> dict[int, BadRow]:
    """What does not go with the rows before it, or with what is there, by line."""
    if code not in types:
        unknown = BadRow("unknown service type", field="service_type", value=code, expected=some(types))
        return dict.fromkeys(points, unknown)
    faults: dict[int, BadRow] = {}
    seen: set[str] = set()
    for number, (line, point) in enumerate(points.items(), start=1):
        if point.code in seen:
            faults[line] = BadRow("point twice", field="code", value=point.code, expected="one row a point")
        elif number > LONGEST:
            faults[line] = BadRow(
                "too many points", field="code", value=point.code, expected=f"{LONGEST} a list"
            )
        seen.add(point.code)
    return faults
