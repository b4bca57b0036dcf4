"""Stops and visits as the board shows them: rows, because a thousand of each as models take four times as long."""

from collections import defaultdict
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import FloatField, Func
from django.db.models.expressions import Combinable

from communities.models.places import address_line
from dispatch.models import PlanVersion
from dispatch.selectors.plans import left_out


class Named(NamedTuple):
    """A community or a service type."""

    pk: UUID
    name: str
    name_en: str


class Place(NamedTuple):
    """Degrees of WGS 84."""

    lon: float
    lat: float


class VisitRow(NamedTuple):
    """What is to be done, when and where."""

    id: UUID
    state: str
    work_order_id: UUID
    sequence: int
    role: int
    crew_size: int
    duration_minutes: int
    window_from_at: datetime | None
    window_until_at: datetime | None
    pinned_technician_id: UUID | None
    pinned_start_at: datetime | None
    number: str
    requested_at: datetime
    resolve_by: datetime
    address: str
    place: Place | None
    community: Named | None
    service: Named

    @property
    def trip(self) -> tuple[UUID, int]:
        """The same for all of a crew."""
        return self.work_order_id, self.sequence


class StopRow(NamedTuple):
    """A visit's place in a route."""

    route_id: UUID
    arrival_at: datetime
    start_at: datetime
    departure_at: datetime
    travel_s: int
    begun: bool
    visit: VisitRow


STOP = ("route_id", "arrival_at", "start_at", "departure_at", "travel_s", "begun")
VISIT = (
    *("id", "state", "work_order_id", "sequence", "role", "crew_size", "duration_minutes"),
    *("window_from_at", "window_until_at", "pinned_technician_id", "pinned_start_at"),
    *(f"work_order__{name}" for name in ("number", "request__requested_at", "request__resolve_by")),
    *(f"site__{name}" for name in ("address", "unit", "key")),
    *(f"site__community__{name}" for name in ("pk", "name", "name_en")),
    *(f"service_type__{name}" for name in ("pk", "name", "name_en")),
)
# As numbers: a geometry takes ten times as long to read, and nobody measures these.
COORDINATES = [
    Func("visit__site__point", function=name, output_field=FloatField()) for name in ("ST_X", "ST_Y")
]
OF_VISIT: tuple[str | Combinable, ...] = (*(f"visit__{name}" for name in VISIT), *COORDINATES)


def stop_rows(version: PlanVersion) -> dict[UUID, list[StopRow]]:
    """The stops of a version by their routes, in order. One query."""
    found = version.stops.order_by("route__technician__code", "route_id", "sequence")
    routes: dict[UUID, list[StopRow]] = defaultdict(list)
    for row in found.values_list(*STOP, *OF_VISIT):
        stop, visit = row[: len(STOP)], row[len(STOP) :]
        routes[stop[0]].append(StopRow._make((*stop, _visit(*visit))))
    return routes


def left_out_rows(version: PlanVersion) -> list[VisitRow]:
    """The visits that a version leaves out, the most urgent first. One query."""
    found = left_out(version).order_by("visit__work_order__request__resolve_by", "pk")
    return [_visit(*row) for row in found.values_list(*OF_VISIT)]


def _visit(*row: Any) -> VisitRow:
    *what, address, unit, key = row[:-8]
    community, service, (lon, lat) = Named(*row[-8:-5]), Named(*row[-5:-2]), row[-2:]
    line, place = address_line(address, unit, key), None if lon is None else Place(lon, lat)
    return VisitRow._make((*what, line, place, community if community.pk else None, service))
