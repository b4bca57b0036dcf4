"""Boundaries: those derived from points, and those that overlap."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from communities.models import Organisation

BUFFER_M = 60  # about half a city block: the street side of the outermost houses
CONCAVITY = 0.3  # ST_ConcaveHull: 1 is convex, towards 0 ever more hollow
PLACEHOLDER_COMMUNITIES = 3  # a point that sources put into so many communities is in none of them
OVERLAP_SHARE = 0.01  # of the smaller area: less is a shared border drawn twice

# A point that names a third community is what the source writes when it knows none.
PLACEHOLDERS = """
SELECT site.point, ST_X(site.point), ST_Y(site.point), count(DISTINCT site.community_id)
FROM communities_site AS site
WHERE site.organisation_id = %(organisation)s AND site.placement = 'named' AND site.point IS NOT NULL
GROUP BY site.point
HAVING count(DISTINCT site.community_id) >= %(communities)s
"""

DERIVE = f"""
WITH placeholder AS MATERIALIZED ({PLACEHOLDERS}), place AS (
    SELECT site.community_id, ST_Collect(DISTINCT site.point) AS points, count(DISTINCT site.point) AS number
    FROM communities_site AS site
    JOIN communities_community AS community ON community.id = site.community_id
    WHERE site.organisation_id = %(organisation)s AND site.placement = 'named' AND site.point IS NOT NULL
      AND community.boundary_source IN ('none', 'derived')
      AND site.point NOT IN (SELECT point FROM placeholder)
    GROUP BY site.community_id
), grown AS (
    SELECT place.community_id, place.number,
           CASE WHEN place.number >= 3 THEN ST_ConcaveHull(place.points, %(concavity)s) ELSE place.points END AS hull
    FROM place
    JOIN communities_community AS community ON community.id = place.community_id
    WHERE (community.attributes ->> 'derived_from_points')::int IS DISTINCT FROM place.number
), shape AS (
    SELECT community_id, number,
           ST_Multi(ST_CollectionExtract(
               ST_MakeValid(ST_Buffer(hull::geography, %(buffer)s)::geometry), 3
           )) AS boundary
    FROM grown
)
UPDATE communities_community AS community
SET boundary = shape.boundary, boundary_source = 'derived',
    area_m2 = ST_Area(shape.boundary::geography), centre = ST_PointOnSurface(shape.boundary),
    attributes = community.attributes || jsonb_build_object('derived_from_points', shape.number)
FROM shape
WHERE community.id = shape.community_id
RETURNING community.code
"""  # noqa: S608 both parts are written above

OVERLAPS = """
SELECT smaller.code, larger.code, ST_Area(ST_Intersection(smaller.boundary, larger.boundary)::geography)
FROM communities_community AS smaller
JOIN communities_community AS larger
  ON larger.organisation_id = smaller.organisation_id AND larger.boundary && smaller.boundary
 AND (larger.area_m2, larger.code) > (smaller.area_m2, smaller.code)
WHERE smaller.organisation_id = %(organisation)s
  AND smaller.boundary_source = 'given' AND larger.boundary_source = 'given'
  AND ST_Intersects(smaller.boundary, larger.boundary)
  AND ST_Area(ST_Intersection(smaller.boundary, larger.boundary)::geography) > %(share)s * smaller.area_m2
ORDER BY smaller.code, larger.code
"""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two communities that claim the same ground, by code; a site there belongs to the smaller."""

    smaller: str
    larger: str
    square_metres: float


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A point that sources put into several communities: most likely what they write for "not known"."""

    lon: float
    lat: float
    communities: int


@transaction.atomic
def boundaries_derive(*, organisation: Organisation) -> list[str]:
    """Draw the boundary of every community without a given one around the points that sources name it for.

    A concave hull (ST_ConcaveHull), or under three distinct points these themselves, grown by BUFFER_M metres.
    Placeholder points do not count. Drawn again when the number of points has changed. Returns the codes.
    """
    values: dict[str, UUID | float] = {
        "organisation": organisation.pk,
        "communities": PLACEHOLDER_COMMUNITIES,
        "concavity": CONCAVITY,
        "buffer": BUFFER_M,
    }
    with connection.cursor() as cursor:
        cursor.execute(DERIVE, values)
        return sorted(code for (code,) in cursor.fetchall())


def overlap_list(*, organisation: Organisation) -> list[Overlap]:
    """Pairs of given boundaries that share more than OVERLAP_SHARE of the smaller one."""
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS, {"organisation": organisation.pk, "share": OVERLAP_SHARE})
        return [Overlap(*row) for row in cursor.fetchall()]


def placeholder_list(*, organisation: Organisation) -> list[Placeholder]:
    """The points that sources give to PLACEHOLDER_COMMUNITIES communities or more."""
    values: dict[str, UUID | int] = {"organisation": organisation.pk, "communities": PLACEHOLDER_COMMUNITIES}
    with connection.cursor() as cursor:
        cursor.execute(PLACEHOLDERS, values)
        return [Placeholder(lon, lat, communities) for _, lon, lat, communities in cursor.fetchall()]
