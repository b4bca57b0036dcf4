"""Writing a batch of request rows: whom they are from, where, and what is asked. One transaction a batch."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify
from uuid_utils.compat import uuid7

from communities.models import Community, Contact, Customer, Organisation, Region, Site
from communities.services.community_import import region_default
from communities.services.customers import contacts_learn
from communities.services.sites import SiteTold, sites_complete
from core.bulk import rows_insert
from core.tabular import BadRow, Rejects
from dispatch.models import ServiceRequest
from dispatch.services.imports.rows import RequestRow
from dispatch.states import RequestState

# What this run has read: on the database's disk, because a file may be larger than memory.
SEEN_CREATE = """
CREATE TEMP TABLE import_seen (
    line bigint PRIMARY KEY, reference text UNIQUE, fingerprint bytea NOT NULL, request_id uuid NOT NULL
)
"""
SEEN_ADD = """
INSERT INTO import_seen SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bytea[], %s::uuid[])
"""
SEEN_FIND = "SELECT reference, fingerprint, line FROM import_seen WHERE reference = ANY(%s)"

# A request that somebody has taken up or cancelled here is no longer the source's to change; of a customer who was
# forgotten, nothing is to be brought back.
UPDATE_REQUESTS = """
UPDATE dispatch_servicerequest AS request
SET closed_at = coalesce(given.closed_at, request.closed_at),
    description = coalesce(nullif(given.description, ''), request.description),
    state = CASE WHEN coalesce(given.closed_at, request.closed_at) IS NULL THEN request.state ELSE 'closed' END
FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[]) AS given (id, closed_at, description)
WHERE request.id = given.id AND request.state IN ('received', 'closed')
  AND NOT EXISTS (SELECT FROM communities_erasure AS erasure WHERE erasure.customer_id = request.customer_id)
"""


REQUEST_COLUMNS = (
    "id",
    "created_at",
    "organisation_id",
    "source",
    "reference",
    "site_id",
    "customer_id",
    "service_type_id",
    "description",
    "state",
    "requested_at",
    "respond_by",
    "resolve_by",
    "closed_at",
    "window_from_at",
    "window_until_at",
)
SITE_COLUMNS = (
    "id",
    "created_at",
    "organisation_id",
    "key",
    "address",
    "unit",
    "point",
    "community_id",
    "placement",
    "placement_note",
)


class Known(NamedTuple):
    """A request that is in the database already."""

    id: UUID
    state: str
    requested_at: datetime
    closed_at: datetime | None
    description: str


@contextmanager
def seen_table() -> Iterator[None]:
    """Keep, for one run, which references were read."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS import_seen")
        cursor.execute(SEEN_CREATE)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE import_seen")


class BatchWriter:
    """Writes rows of one source into one organisation and counts what became of them."""

    def __init__(self, organisation: Organisation, source: str, rejects: Rejects) -> None:
        self.counts: Counter[str] = Counter()
        self.communities_created: list[str] = []
        self._organisation = organisation
        self._now = timezone.now()
        self._source = source
        self._rejects = rejects
        self._communities = {
            name.casefold(): community_id
            for community_id, *names in Community.objects.filter(organisation=organisation)
            .order_by("-created_at")
            .values_list("id", "name_en", "name", "code")
            for name in names
            if name
        }

    @transaction.atomic
    def write(self, rows: list[RequestRow]) -> None:
        """Upsert the rows. Two runs for one organisation take turns, batch by batch."""
        with connection.cursor() as cursor:
            lock = f"requests-import:{self._organisation.pk}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [lock])
        rows = self._read_first(rows)
        known = self._known(rows)
        ids = {reference: one.id for reference, one in known.items()}
        ids |= self._create([row for row in rows if row.reference not in known])
        rows = [row for row in rows if self._still_in_order(row, known)]
        self._update([(row, known[row.reference]) for row in rows if row.reference in known])
        columns = [(row.line, row.reference, row.fingerprint, ids[row.reference]) for row in rows]
        with connection.cursor() as cursor:
            cursor.execute(SEEN_ADD, [list(column) for column in zip(*columns, strict=True)] or [[]] * 4)

    def _read_first(self, rows: Iterable[RequestRow]) -> list[RequestRow]:
        """The rows whose reference was not read before; the others are duplicates or contradictions."""
        rows = list(rows)
        with connection.cursor() as cursor:
            cursor.execute(SEEN_FIND, [[row.reference for row in rows]])
            before = {reference: (bytes(mark), line) for reference, mark, line in cursor.fetchall()}
        first = []
        for row in rows:
            mark, line = before.setdefault(row.reference, (row.fingerprint, row.line))
            if line == row.line:
                first.append(row)
            elif mark == row.fingerprint:
                self.counts["duplicates"] += 1
            else:
                expected = f"the same data as line {line}"
                bad = BadRow(
                    "reference used twice", field="reference", value=row.reference, expected=expected
                )
                self._rejects.add(row.line, bad)
        return first

    def _known(self, rows: Iterable[RequestRow]) -> dict[str, Known]:
        found = ServiceRequest.objects.filter(
            organisation=self._organisation,
            source=self._source,
            reference__in=[row.reference for row in rows],
        ).values_list("reference", *Known._fields)
        return {reference: Known(*values) for reference, *values in found}

    def _still_in_order(self, row: RequestRow, known: Mapping[str, Known]) -> bool:
        """Not closed before the opening that was stored earlier."""
        before = known.get(row.reference)
        if before is None or row.closed_at is None or row.closed_at >= before.requested_at:
            return True
        expected = f"not before {before.requested_at.isoformat()}, as imported earlier"
        bad = BadRow(
            "closed before opened", field="closed_at", value=row.closed_at.isoformat(), expected=expected
        )
        self._rejects.add(row.line, bad)
        return False

    def _update(self, pairs: Collection[tuple[RequestRow, Known]]) -> None:
        changed = [(one.id, row.closed_at, row.description) for row, one in pairs if _changes(row, one)]
        updated = 0
        if changed:
            with connection.cursor() as cursor:
                cursor.execute(UPDATE_REQUESTS, [list(column) for column in zip(*changed, strict=True)])
                updated = cursor.rowcount
        self.counts["updated"] += updated
        self.counts["unchanged"] += len(pairs) - updated

    def _create(self, rows: Collection[RequestRow]) -> dict[str, UUID]:
        """New requests with their customers and sites; request id by reference."""
        self._communities_ensure(rows)
        customers = self._customers_ensure(rows)
        sites = self._sites_ensure(rows)
        ids = {row.reference: uuid7() for row in rows}
        rows_insert(
            ServiceRequest,
            REQUEST_COLUMNS,
            (
                self._request(row, ids[row.reference], sites[row.site_key], customers.get(row.customer_key))
                for row in rows
            ),
        )
        self.counts["imported"] += len(rows)
        return ids

    def _request(
        self, row: RequestRow, request_id: UUID, site_id: UUID, customer_id: UUID | None
    ) -> tuple[object, ...]:
        kind = row.service_type
        window_from_at, window_until_at = row.window or (None, None)
        return (
            request_id,
            self._now,
            self._organisation.pk,
            self._source,
            row.reference,
            site_id,
            customer_id,
            kind.pk,
            row.description,
            "closed" if row.closed_at else "received",
            row.opened_at,
            row.opened_at + timedelta(hours=kind.respond_within_hours),
            row.resolve_by or row.opened_at + timedelta(hours=kind.resolve_within_hours),
            row.closed_at,
            window_from_at,
            window_until_at,
        )

    def _communities_ensure(self, rows: Iterable[RequestRow]) -> None:
        """Make the communities that rows name and nobody knows: in the only region, or not at all.

        With several regions there is no telling which it belongs to: then the point decides.
        """
        new = {row.community for row in rows if row.community.casefold() not in self._communities} - {""}
        if not new or Region.objects.filter(organisation=self._organisation).count() > 1:
            return
        region = region_default(organisation=self._organisation)
        for name in sorted(new):
            made, _ = Community.objects.get_or_create(
                organisation=self._organisation,
                code=slugify(name, allow_unicode=True)[:80] or name,
                defaults={"name": name, "region": region},
            )
            self._communities[name.casefold()] = made.id
            self.communities_created.append(made.code)

    def _customers_ensure(self, rows: Collection[RequestRow]) -> dict[str, UUID]:
        """Customer id by key, each reachable in the ways that the rows tell."""
        given = {row.customer_key: row for row in rows if row.customer_key}
        known = self._ids(Customer, given)
        rows_insert(
            Customer,
            ("id", "created_at", "organisation_id", "key", "name"),
            (
                (uuid7(), self._now, self._organisation.pk, key, row.customer or row.phone or row.email)
                for key, row in given.items()
                if key not in known
            ),
        )
        ids = known | self._ids(Customer, given.keys() - known.keys())
        reachable = [row for row in rows if row.phone or row.email]
        contacts_learn(given=[self._contact(ids[row.customer_key], row) for row in reachable])
        return ids

    def _contact(self, customer_id: UUID, row: RequestRow) -> Contact:
        return Contact(
            created_at=self._now,
            organisation_id=self._organisation.pk,
            customer_id=customer_id,
            name=row.customer or row.phone or row.email,
            phone=row.phone,
            email=row.email,
            language=self._organisation.language,
        )

    def _sites_ensure(self, rows: Iterable[RequestRow]) -> dict[str, UUID]:
        """Site id by key. Of several rows about a site, the first with a point describes it."""
        given: dict[str, RequestRow] = {}
        for row in rows:
            if row.site_key not in given or (given[row.site_key].place is None and row.place is not None):
                given[row.site_key] = row
        known = self._ids(Site, given)
        rows_insert(Site, SITE_COLUMNS, (self._site(row) for key, row in given.items() if key not in known))
        sites_complete(told={known[key]: self._told(given[key]) for key in known})
        return known | self._ids(Site, given.keys() - known.keys())

    def _site(self, row: RequestRow) -> tuple[object, ...]:
        community_id = self._communities.get(row.community.casefold())
        return (
            uuid7(),
            self._now,
            self._organisation.pk,
            row.site_key,
            row.address,
            row.unit,
            f"SRID=4326;POINT({row.place[0]!r} {row.place[1]!r})" if row.place else None,
            community_id,
            "named" if community_id else "unplaced",
            "",
        )

    def _told(self, row: RequestRow) -> SiteTold:
        lon, lat = row.place or (None, None)
        community_id = self._communities.get(row.community.casefold())
        return SiteTold(address=row.address, unit=row.unit, lon=lon, lat=lat, community_id=community_id)

    def _ids(self, model: type[Customer | Site], keys: Collection[str]) -> dict[str, UUID]:
        found = model._default_manager.filter(organisation=self._organisation, key__in=keys)
        return dict(found.values_list("key", "id"))


def _changes(row: RequestRow, one: Known) -> bool:
    """The row tells something new about a request that is still the source's."""
    if one.state not in {RequestState.RECEIVED, RequestState.CLOSED}:
        return False
    return (row.closed_at is not None and row.closed_at != one.closed_at) or (
        row.description not in {"", one.description}
    )
