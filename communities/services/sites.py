"""Sites, recognised by their key, and completed by what comes to be known of them later."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import connection, transaction

from communities.models import Community, Organisation, Site
from communities.services.geocoding import place_known
from communities.services.placement import site_key, sites_place
from core.outbox import emit

# Nothing that is known is replaced: a source may know less than an earlier one, or contradict it.
COMPLETE = """
UPDATE communities_site AS site
SET address = coalesce(nullif(site.address, ''), given.address),
    unit = coalesce(nullif(site.unit, ''), given.unit),
    point = coalesce(site.point, given.point),
    community_id = coalesce(site.community_id, given.community_id),
    placement = CASE WHEN site.community_id IS NULL AND given.community_id IS NOT NULL THEN 'named'
                     ELSE site.placement END,
    placement_note = CASE WHEN site.point IS NULL AND given.point IS NOT NULL
                            OR site.community_id IS NULL AND given.community_id IS NOT NULL THEN ''
                          ELSE site.placement_note END
FROM (
    SELECT id, address, unit, community_id, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS point
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::float8[], %s::float8[], %s::uuid[])
         AS given (id, address, unit, lon, lat, community_id)
) AS given
WHERE site.id = given.id
  AND (site.address = '' AND given.address <> '' OR site.unit = '' AND given.unit <> ''
       OR site.point IS NULL AND given.point IS NOT NULL
       OR site.community_id IS NULL AND given.community_id IS NOT NULL)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTold:
    """What a source says of a place: an address, a point (degrees), or both; perhaps the community."""

    address: str = ""
    unit: str = ""
    lon: float | None = None
    lat: float | None = None
    community_id: UUID | None = None


@transaction.atomic
def site_ensure(*, organisation: Organisation, told: SiteTold) -> Site:
    """The site with this address and unit, or at this point, as complete as is known now; placed if it can be.

    A new address that none of our sites has is looked up after the commit.
    """
    defaults: dict[str, Any] = {
        "address": told.address,
        "unit": told.unit,
        "point": lambda: _point(organisation, told),  # looked up for a new site only
        "community_id": told.community_id,
        "placement": Site.Placement.NAMED if told.community_id else Site.Placement.UNPLACED,
    }
    key = site_key(address=told.address, unit=told.unit, lon=told.lon, lat=told.lat)
    site, new = Site.objects.get_or_create(organisation=organisation, key=key, defaults=defaults)
    if not new:
        sites_complete(told={site.pk: told})
    elif site.point is None:
        emit("site.unlocated", site.pk)
    sites_place(organisation=organisation, site_ids=[site.pk])
    site.refresh_from_db()
    return site


def site_sought(*, organisation: Organisation, told: SiteTold) -> Site:
    """The site as `site_ensure` would give it, with its community and region; nothing is written."""
    with transaction.atomic():
        site = site_ensure(organisation=organisation, told=told)
        transaction.set_rollback(True)
    if site.community_id:
        site.community = Community.objects.select_related("region__organisation").get(pk=site.community_id)
    return site


def sites_complete(*, told: dict[UUID, SiteTold]) -> None:
    """Add what known sites lack: address, unit, point, community. They still have to be placed."""
    rows: Collection[tuple[object, ...]] = [
        (site_id, one.address, one.unit, one.lon, one.lat, one.community_id) for site_id, one in told.items()
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(COMPLETE, [list(column) for column in zip(*rows, strict=True)])


def _point(organisation: Organisation, told: SiteTold) -> Point | None:
    if told.lon is not None and told.lat is not None:
        return Point(told.lon, told.lat, srid=4326)
    known = place_known(told.address, organisation)
    return Point(known.lon, known.lat, srid=4326) if known else None
