"""Communities as vector tiles (Mapbox Vector Tile Specification 2.1), made by PostGIS as they are asked for."""

from typing import Any

from django.db import connection

from communities.access import Caller

DEEPEST = 16
"""Zoom of the smallest tiles, of about 600 m at the equator; a map enlarges them beyond that."""
EXTENT, BUFFER = 4096, 64
"""Units across a tile, and how far shapes reach beyond it, so that borders do not end at its edge."""

TILE = """
    WITH tile AS (SELECT ST_TileEnvelope(%(zoom)s, %(x)s, %(y)s) AS box),
    shown AS (
        SELECT community.id::text AS id, community.name,
               coalesce(nullif(community.name_en, ''), community.name) AS name_en,
               ST_AsMVTGeom(ST_Transform(community.boundary, 3857), tile.box, %(extent)s, %(buffer)s) AS shape
        FROM communities_community AS community, tile
        WHERE community.organisation_id = %(organisation)s
          AND (%(everywhere)s OR community.region_id = ANY(%(regions)s::uuid[]))
          AND community.boundary && ST_Transform(tile.box, 4326)
    )
    SELECT ST_AsMVT(shown, 'communities', %(extent)s, 'shape') FROM shown WHERE shape IS NOT NULL
"""


def community_tile(caller: Caller, zoom: int, x: int, y: int) -> bytes:
    """The layer `communities` of a tile (id, name, name_en), with those that the caller may see; empty where there are
    none. Raises ValueError for a tile that does not exist."""
    if not (0 <= zoom <= DEEPEST and 0 <= x < 2**zoom and 0 <= y < 2**zoom):
        raise ValueError("no such tile")
    values: dict[str, Any] = {
        "zoom": zoom,
        "x": x,
        "y": y,
        "extent": EXTENT,
        "buffer": BUFFER,
        "organisation": caller.organisation.pk,
        "everywhere": caller.runs_dispatch,
        "regions": [str(region) for region in caller.region_ids],
    }
    with connection.cursor() as cursor:
        cursor.execute(TILE, values)
        return bytes(cursor.fetchone()[0])
