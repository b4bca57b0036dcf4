"""The real villages (里) of Taipei."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

from shapely import MultiPolygon
from shapely.geometry import shape

FILE = "taipei_villages.geojson.gz"


@dataclass(frozen=True, slots=True)
class Village:
    """A village of 2021; the boundary is in WGS 84 degrees, longitude first."""

    code: str
    name: str
    name_en: str
    town_code: str
    town: str
    town_en: str
    boundary: MultiPolygon


@cache
def villages() -> tuple[Village, ...]:
    """All 456 villages by code. Source and licence: ATTRIBUTION.md."""
    content = resources.files(__package__).joinpath(FILE).read_bytes()
    features = json.loads(gzip.decompress(content))["features"]
    return tuple(Village(**one["properties"], boundary=shape(one["geometry"])) for one in features)
