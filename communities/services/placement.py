"""Which community a site belongs to.

The rule, in this order:

1. inside: of the boundaries that cover the point, the smallest by area;
2. nearest: the nearest boundary within Organisation.nearest_community_m metres;
3. unplaced, with the reason.

Where the source names a community, that stands (`named`), with one exception: a community with a given boundary
gives its sites up to the smallest boundary that covers them, because there the map is better than the name.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from uuid import UUID

from django.db import connection, transaction

from communities.models import Organisation, Site

KEY_LENGTH = 240


def address_normalised(address: str) -> str:
    """Two spellings of an address become one: full-width digits, 臺 and 台, capitals, blanks and commas."""
    return re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", address).replace("臺", "台")).lower()


def site_key(*, address: str, unit: str = "", lon: float | None = None, lat: float | None = None) -> str:
    """What recognises a site: its address and unit; without an address its point, to about 0.1 m, and unit."""
    place = address_normalised(address) or ("" if lon is None or lat is None else f"{lon:.6f},{lat:.6f}")
    return f"{place}|{address_normalised(unit)}"[-KEY_LENGTH:]


# A degree of latitude has at least 110,574 m, one of longitude at least 111,319 m × cos(latitude) (WGS 84).
PLACE = """
WITH candidate AS (
    SELECT site.id, site.point, site.placement = 'named' AS named
    FROM communities_site AS site
    LEFT JOIN communities_community AS present ON present.id = site.community_id
    WHERE site.organisation_id = %(organisation)s
      AND (%(sites)s::uuid[] IS NULL OR site.id = ANY(%(sites)s::uuid[]))
      AND CASE site.placement
              WHEN 'unplaced' THEN true
              WHEN 'named' THEN site.point IS NOT NULL AND present.boundary_source = 'given'
              ELSE %(again)s
          END
), found AS (
    SELECT candidate.id, candidate.named, candidate.point IS NULL AS nowhere,
           inside.id AS inside_id, nearest.id AS nearest_id, nearest.metres
    FROM candidate
    LEFT JOIN LATERAL (
        SELECT community.id
        FROM communities_community AS community
        WHERE community.organisation_id = %(organisation)s AND ST_Covers(community.boundary, candidate.point)
        ORDER BY community.area_m2, community.code
        LIMIT 1
    ) AS inside ON true
    LEFT JOIN LATERAL (
        SELECT community.id, ST_Distance(community.boundary::geography, candidate.point::geography) AS metres
        FROM communities_community AS community
        WHERE inside.id IS NULL AND NOT candidate.named
          AND community.organisation_id = %(organisation)s
          AND community.boundary && ST_Expand(
              candidate.point,
              %(metres)s / (111319 * cos(radians(least(abs(ST_Y(candidate.point)) + %(metres)s / 110574.0, 89)))),
              %(metres)s / 110574.0
          )
          AND ST_DWithin(community.boundary::geography, candidate.point::geography, %(metres)s)
        ORDER BY metres, community.code
        LIMIT 1
    ) AS nearest ON true
), placed AS (
    SELECT id, coalesce(inside_id, nearest_id) AS community_id,
           CASE WHEN inside_id IS NOT NULL THEN 'inside'
                WHEN nearest_id IS NOT NULL THEN 'nearest'
                ELSE 'unplaced' END AS placement,
           CASE WHEN inside_id IS NOT NULL THEN ''
                WHEN nearest_id IS NOT NULL THEN round(metres) || ' m off'
                WHEN nowhere THEN NULL
                ELSE 'no community within ' || %(metres)s || ' m of the point' END AS note
    FROM found
    WHERE NOT named OR inside_id IS NOT NULL
)
UPDATE communities_site AS site
SET community_id = placed.community_id, placement = placed.placement,
    placement_note = coalesce(placed.note, nullif(site.placement_note, ''), 'no coordinates')
FROM placed
WHERE site.id = placed.id
RETURNING site.placement
"""


@transaction.atomic
def sites_place(
    *, organisation: Organisation, site_ids: Collection[UUID] | None = None, again: bool = False
) -> dict[str, int]:
    """Place the organisation's unplaced sites, or those of them in `site_ids`, in one statement.

    `again` places anew what the map placed before: for when boundaries have changed. Returns how many sites
    ended inside, nearest and unplaced.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            PLACE,
            {
                "organisation": organisation.pk,
                "sites": None if site_ids is None else list(site_ids),
                "again": again,
                "metres": organisation.nearest_community_m,
            },
        )
        counts = Counter(placement for (placement,) in cursor.fetchall())
    kinds = (Site.Placement.INSIDE, Site.Placement.NEAREST, Site.Placement.UNPLACED)
    return {str(kind): counts[kind] for kind in kinds}
