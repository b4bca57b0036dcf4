"""Communities from a map file: GeoJSON or TopoJSON, plain or gzip, read through GDAL.

Fields come from the features' properties; `names` maps a field to another property's name. Geometry is brought
to WGS 84, repaired where it crosses itself, and refused where nothing of it is an area.
"""

import re
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import time as clock
from pathlib import Path
from typing import Any

from django.contrib.gis.gdal import DataSource, GDALException
from django.contrib.gis.gdal.feature import Feature
from django.contrib.gis.gdal.layer import Layer
from django.contrib.gis.geos import GeometryCollection, GEOSException, GEOSGeometry, MultiPolygon, Polygon
from django.db import connection, transaction

from communities.models import Community, Organisation, Region
from communities.services.boundaries import Overlap, overlap_list
from communities.services.placement import sites_place
from communities.services.windows import windows_forget
from core.tabular import BadRow, Rejects, Unreadable

FIELDS = (
    "code",
    "name",
    "name_en",
    "region",
    "region_name",
    "region_name_en",
    "kind",
    "households",
    "gate_minutes",
    "quiet_from",
    "quiet_until",
)
ATTRIBUTES = ("name", "name_en", "kind", "households", "gate_minutes", "quiet_from", "quiet_until")
LONGEST = {"code": 80, "name": 160, "name_en": 160, "region": 40, "region_name": 120, "region_name_en": 120}

MEASURE = """
UPDATE communities_community
SET area_m2 = ST_Area(boundary::geography), centre = ST_PointOnSurface(boundary)
WHERE organisation_id = %s AND code = ANY(%s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityImport:
    """What became of a map file. `placed` counts the sites that were placed anew."""

    imported: int
    updated: int
    unchanged: int
    rejected: dict[str, int]
    rejects_file: Path
    regions_created: list[str]
    overlaps: list[Overlap]
    placed: dict[str, int]
    seconds: float


@dataclass(frozen=True, slots=True)
class Given:
    """One feature as its source gives it; `values` holds only the fields that the file has."""

    code: str
    region: str
    region_names: dict[str, str]
    values: dict[str, Any]
    boundary: MultiPolygon


def communities_import(
    *, organisation: Organisation, source: str, rejects: Rejects, names: Mapping[str, str] | None = None
) -> CommunityImport:
    """Make or update the organisation's communities, by code, and place the sites that the map places.

    Regions come into being as they are named; a feature without one goes to the organisation's only region, or
    to a first one called like the organisation. Raises Unreadable when the file is no map, is empty or has no
    property `code`.
    """
    began = time.monotonic()
    layer = _layer(source)
    present = _properties(layer, names or {})
    given = _read(layer, present, rejects)
    with transaction.atomic():
        created, regions = _regions_ensure(organisation, given.values())
        imported, updated = _communities_upsert(organisation, given, regions, present)
        placed = sites_place(organisation=organisation, again=True)
    return CommunityImport(
        imported=imported,
        updated=updated,
        unchanged=len(given) - imported - updated,
        rejected=dict(rejects.counts),
        rejects_file=rejects.path,
        regions_created=created,
        overlaps=overlap_list(organisation=organisation),
        placed=placed,
        seconds=time.monotonic() - began,
    )


def _layer(source: str) -> Layer:
    path = "/vsistdin/" if source == "-" else str(Path(source).resolve())
    if source != "-" and not Path(source).is_file():
        raise Unreadable(f"{source}: there is no such file")
    try:
        if path.endswith(".gz"):
            path = f"/vsigzip/{path}"
        return DataSource(path)[0]
    except (GDALException, IndexError) as error:
        raise Unreadable(f"{source} is neither GeoJSON nor TopoJSON: {error}") from error


def _properties(layer: Layer, names: Mapping[str, str]) -> dict[str, str]:
    """Field → property, for the fields that the file has."""
    found = {field: names.get(field, field) for field in FIELDS if names.get(field, field) in layer.fields}
    missing = [names[field] for field in names if field not in found]
    if "code" not in found:
        missing.append(names.get("code", "code"))
    if missing:
        raise Unreadable(
            f"properties missing: {', '.join(sorted(set(missing)))}. "
            f"The file has: {', '.join(layer.fields)}. Expected: code, and any of {', '.join(FIELDS[1:])}"
        )
    return found


def _read(layer: Layer, present: Mapping[str, str], rejects: Rejects) -> dict[str, Given]:
    """The good features by code; the others are rejected under their number in the file."""
    given: dict[str, Given] = {}
    for number, feature in enumerate(layer, start=1):
        try:
            one = _given(feature, present)
        except BadRow as bad:
            rejects.add(number, bad)
            continue
        if one.code in given:
            twice = BadRow("code used twice", field="code", value=one.code, expected="one feature a code")
            rejects.add(number, twice)
        else:
            given[one.code] = one
    return given


def _given(feature: Feature, present: Mapping[str, str]) -> Given:
    texts = {field: (feature[name].as_string() or "").strip() for field, name in present.items()}
    for field, longest in LONGEST.items():
        if len(texts.get(field, "")) > longest:
            raise BadRow("too long", field=field, value=texts[field], expected=f"{longest} characters")
    if not texts["code"]:
        raise BadRow("no code", field="code", expected="what recognises the community")
    values = {field: _value(field, texts[field]) for field in ATTRIBUTES if field in texts}
    if not texts.get("name", ""):
        values["name"] = texts["code"]
    quiet = values.get("quiet_from"), values.get("quiet_until")
    if (quiet[0] is None) != (quiet[1] is None) or (quiet[0] and quiet[0] == quiet[1]):
        raise BadRow(
            "quiet hours without two ends",
            field="quiet_from",
            value=str(quiet[0]),
            expected="two times of day, or neither; they may pass midnight",
        )
    region_names = {field: texts.get(f"region_{field}", "") for field in ("name", "name_en")}
    return Given(texts["code"], texts.get("region", ""), region_names, values, _boundary(feature))


def _value(field: str, text: str) -> Any:
    if field in {"name", "name_en"}:
        return text
    if field == "kind":
        if text and text not in Community.Kind.values:
            raise BadRow("unknown kind", field=field, value=text, expected=", ".join(Community.Kind.values))
        return text or Community.Kind.NEIGHBOURHOOD
    if field in {"quiet_from", "quiet_until"}:
        return _clock(field, text) if text else None
    if text and not re.fullmatch(r"\d{1,6}" if field == "households" else r"\d{1,3}", text):
        raise BadRow("not a number", field=field, value=text, expected="a whole number")
    return int(text) if text else (0 if field == "gate_minutes" else None)


def _clock(field: str, text: str) -> clock:
    try:
        return clock.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise BadRow("not a time of day", field=field, value=text, expected="HH:MM") from None


def _boundary(feature: Feature) -> MultiPolygon:
    """The feature's area in WGS 84, valid. Raises BadRow when there is none."""
    try:
        shape = feature.geom
        if shape.srs is not None:
            shape.transform(4326)
        geometry = shape.geos
        geometry.srid = 4326
        whole = _areas(geometry if geometry.valid else geometry.make_valid())
    except (GDALException, GEOSException) as error:
        raise BadRow("no geometry", field="geometry", value=str(error), expected="a polygon") from None
    if whole.empty or whole.area == 0:
        raise BadRow("no area", field="geometry", value=geometry.geom_type, expected="a polygon")
    west, south, east, north = whole.extent
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise BadRow(
            "coordinates out of range", field="geometry", value=str(whole.extent), expected="degrees, WGS 84"
        )
    return whole


def _areas(geometry: GEOSGeometry) -> MultiPolygon:
    """The polygons of a geometry: repairing may leave lines and points beside them."""
    return MultiPolygon(list(_polygons(geometry)), srid=4326)


def _polygons(geometry: GEOSGeometry) -> Iterator[Polygon]:
    if isinstance(geometry, Polygon):
        yield geometry
    elif isinstance(geometry, GeometryCollection):  # MultiPolygon is one
        for part in geometry:
            yield from _polygons(part)


def _regions_ensure(
    organisation: Organisation, given: Collection[Given]
) -> tuple[list[str], dict[str, Region]]:
    """Codes of the regions that came into being, and every region by code; "" is where the others go."""
    regions = {region.code: region for region in Region.objects.filter(organisation=organisation)}
    before = set(regions)
    for one in given:
        if one.region and one.region not in regions:
            name = one.region_names["name"] or one.region
            regions[one.region] = Region.objects.create(
                organisation=organisation, code=one.region, name=name, name_en=one.region_names["name_en"]
            )
    if any(not one.region for one in given):
        regions[""] = region_default(organisation=organisation)
    return sorted({region.code for region in regions.values()} - before), regions


def region_default(*, organisation: Organisation) -> Region:
    """Where goes what names no region: the organisation's only region, or one called like the organisation."""
    regions = list(Region.objects.filter(organisation=organisation)[:2])
    if len(regions) == 1:
        return regions[0]
    code = organisation.slug[:40]
    region, _ = Region.objects.get_or_create(
        organisation=organisation, code=code, defaults={"name": organisation.name}
    )
    return region


def _communities_upsert(
    organisation: Organisation,
    given: Mapping[str, Given],
    regions: Mapping[str, Region],
    present: Collection[str],
) -> tuple[int, int]:
    """How many were made and how many changed. Fields that the file does not have stay as they are."""
    fields = [field for field in ATTRIBUTES if field in present]
    if "region" in present:
        fields.append("region_id")
    known = {one.code: one for one in Community.objects.filter(organisation=organisation, code__in=given)}
    rows = [_community(organisation, one, regions) for one in given.values()]
    new = [row for row in rows if row.code not in known]
    changed = [row for row in rows if row.code in known and _differs(row, known[row.code], fields)]
    Community.objects.bulk_create(
        [*new, *changed],
        update_conflicts=True,
        unique_fields=["organisation", "code"],
        update_fields=[*fields, "boundary", "boundary_source"],
    )
    with connection.cursor() as cursor:
        cursor.execute(MEASURE, [organisation.pk, [row.code for row in (*new, *changed)]])
    if "region" in present and any(row.region_id != known[row.code].region_id for row in changed):
        windows_forget(organisation=organisation)
    return len(new), len(changed)


def _community(organisation: Organisation, one: Given, regions: Mapping[str, Region]) -> Community:
    return Community(
        organisation=organisation,
        code=one.code,
        region=regions[one.region],
        boundary=one.boundary,
        boundary_source=Community.Boundary.GIVEN,
        **one.values,
    )


def _differs(row: Community, known: Community, fields: Collection[str]) -> bool:
    if known.boundary_source != Community.Boundary.GIVEN or known.boundary is None:
        return True
    if any(getattr(row, field) != getattr(known, field) for field in fields):
        return True
    assert row.boundary is not None
    return not known.boundary.equals_exact(row.boundary)
