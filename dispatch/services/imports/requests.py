"""Service requests from a CSV file of any size: validated row by row, written in batches, grouped by community."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from communities.models import Organisation
from communities.services.boundaries import Placeholder, boundaries_derive, placeholder_list
from communities.services.geocoding import sites_geocode
from communities.services.placement import sites_place
from core.bulk import batches
from core.tabular import BadRow, Rejects, Table, Unreadable
from dispatch.models import ServiceType
from dispatch.services.imports.batch import BatchWriter, seen_table
from dispatch.services.imports.rows import PLACE_FIELDS, RequestFormat, RequestRow, RowReader
from dispatch.services.requests import requests_tell

BATCH = 1000  # rows in one transaction

GROWING = (
    "import_seen",
    "dispatch_servicerequest",
    "communities_site",
    "communities_community",
    "communities_customer",
    "communities_serviceevent",
    "communities_factkey",
)

Progress = Callable[[int, int | None], None]

PLACEMENTS = """
SELECT site.placement, count(*)
FROM import_seen AS seen
JOIN dispatch_servicerequest AS request ON request.id = seen.request_id
JOIN communities_site AS site ON site.id = request.site_id
GROUP BY site.placement
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestImport:
    """What became of a requests' file. `placed` counts its requests by their site's placement."""

    imported: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: dict[str, int]
    rejects_file: Path
    placed: dict[str, int]
    communities_created: list[str]
    boundaries_derived: list[str]
    placeholders: list[Placeholder]
    seconds: float

    @property
    def unplaced(self) -> int:
        return self.placed.get("unplaced", 0)


def requests_import(
    *,
    organisation: Organisation,
    source: str,
    form: RequestFormat,
    rejects: Rejects,
    encoding: str = "utf-8-sig",
    progress: Progress | None = None,
) -> RequestImport:
    """Make or update service requests by (source, reference), then place their sites and tell the ledger.

    Reading again changes nothing; after a crash it completes what is missing. A changed row updates closing
    time and description of a request that nobody has taken up. `progress(bytes read, of)` is told after every
    batch. Raises core.tabular.Unreadable when nothing can be read.
    """
    began = time.monotonic()
    writer = BatchWriter(organisation, form.source, rejects)
    with seen_table():
        with Table(source, form.columns, rejects, encoding=encoding) as table:
            _check_fields(table)
            types = list(ServiceType.objects.filter(organisation=organisation))
            good_rows = _good_rows(table, RowReader(form, types), rejects)
            for number, rows in enumerate(batches(good_rows, BATCH), start=1):
                writer.write(rows)
                if number.bit_count() == 1:  # 1, 2, 4, 8 … batches: the tables are twice as full as they were
                    _analyse()
                if progress:
                    progress(table.bytes_read, table.bytes_total)
        _analyse()
        derived = boundaries_derive(organisation=organisation)
        sites_place(organisation=organisation)
        if sites_geocode(organisation=organisation):
            derived += boundaries_derive(organisation=organisation)
            sites_place(organisation=organisation)
        requests_tell(organisation=organisation)
        placed = _placements()
    return RequestImport(
        imported=writer.counts["imported"],
        updated=writer.counts["updated"],
        unchanged=writer.counts["unchanged"],
        duplicates=writer.counts["duplicates"],
        rejected=dict(rejects.counts),
        rejects_file=rejects.path,
        placed=placed,
        communities_created=writer.communities_created,
        boundaries_derived=sorted(set(derived)),
        placeholders=placeholder_list(organisation=organisation),
        seconds=time.monotonic() - began,
    )


def _check_fields(table: Table) -> None:
    if not any(fields <= table.fields for fields in PLACE_FIELDS):
        raise Unreadable("columns missing: the file needs lon and lat, or address")


def _good_rows(table: Table, reader: RowReader, rejects: Rejects) -> Iterator[RequestRow]:
    for line, cells in table:
        try:
            yield reader.read(line, cells)
        except BadRow as bad:
            rejects.add(line, bad)


def _analyse() -> None:
    """Tell the database how full its tables are now.

    It checks foreign keys by cached plans; those it made for empty tables read them from end to end.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(GROWING)}")


def _placements() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(PLACEMENTS)
        return dict(sorted(cursor.fetchall()))
