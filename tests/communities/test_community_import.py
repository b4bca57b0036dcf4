import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from communities.models import Community, Organisation, Region, Site
from communities.services.boundaries import Overlap
from communities.services.community_import import CommunityImport, communities_import
from core.tabular import Rejects, Unreadable
from tests import factories
from tests.communities.test_placement import lost_site, where

VILLAGES = Path("communities/sample/taipei_villages.geojson.gz")


def ring(lon: float, lat: float, half: float = 0.005) -> list[list[float]]:
    return [
        [lon - half, lat - half],
        [lon + half, lat - half],
        [lon + half, lat + half],
        [lon - half, lat + half],
        [lon - half, lat - half],
    ]


def feature(geometry: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    polygon = {"type": "Polygon", "coordinates": [ring(121.55, 25.03)]}
    return {"type": "Feature", "properties": properties, "geometry": geometry or polygon}


def bring(
    organisation: Organisation, folder: Path, *features: dict[str, Any], **names: str
) -> CommunityImport:
    source = folder / "map.geojson"
    source.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with Rejects(folder / "rejects.csv") as rejects:
        return communities_import(organisation=organisation, source=str(source), rejects=rejects, names=names)


def test_the_villages_of_taipei_come_in_and_come_in_again(acme: Organisation, tmp_path: Path) -> None:
    names = {"region": "town_code", "region_name": "town", "region_name_en": "town_en"}

    def again() -> CommunityImport:
        with Rejects(tmp_path / "rejects.csv") as rejects:
            return communities_import(organisation=acme, source=str(VILLAGES), rejects=rejects, names=names)

    first, second = again(), again()
    assert (first.imported, first.updated, first.unchanged, first.rejected) == (456, 0, 0, {})
    assert (second.imported, second.updated, second.unchanged) == (0, 0, 456)
    assert first.overlaps == []
    assert len(first.regions_created) == 12
    village = Community.objects.select_related("region").get(name="西村里")
    assert (village.region.name, village.region.name_en) == ("信義區", "Xinyi District")
    site = lost_site(acme, 121.5654, 25.0330)
    again()
    assert where(site) == (village.code, "inside", "")


def test_every_field_reaches_its_community(acme: Organisation, tmp_path: Path) -> None:
    result = bring(
        acme,
        tmp_path,
        feature(
            code="E1",
            name="翠園",
            name_en="Jade Garden",
            region="n",
            region_name="North",
            kind="estate",
            households=2000,
            gate_minutes=5,
            quiet_from="12:00",
            quiet_until="13:30",
        ),
    )
    assert (result.imported, result.regions_created) == (1, ["n"])
    one = Community.objects.select_related("region").get()
    assert (one.code, one.name, one.name_en, one.region.name, one.kind) == (
        "E1",
        "翠園",
        "Jade Garden",
        "North",
        "estate",
    )
    assert (one.households, one.gate_minutes, str(one.quiet_from), str(one.quiet_until)) == (
        2000,
        5,
        "12:00:00",
        "13:30:00",
    )
    assert one.boundary_source == "given"
    # 0.01° × 0.01° at 25.03° north: 1,009 m × 1,108 m = 1.118 km².
    assert one.area_m2 == pytest.approx(1_118_000, rel=0.01)


def test_what_a_file_does_not_tell_stays(acme: Organisation, north: Region, tmp_path: Path) -> None:
    factories.community(north, "A")
    Community.objects.update(gate_minutes=7)
    result = bring(acme, tmp_path, feature(code="A", name="New name"))
    one = Community.objects.get()
    assert (result.updated, one.name, one.gate_minutes, one.region) == (1, "New name", 7, north)


def test_without_a_region_communities_go_to_one_named_like_the_company(
    acme: Organisation, tmp_path: Path
) -> None:
    assert bring(acme, tmp_path, feature(code="A")).regions_created == ["acme"]


def test_bad_features_are_explained_and_the_good_ones_stay(acme: Organisation, tmp_path: Path) -> None:
    bow_tie = [[121.5, 25.0], [121.6, 25.1], [121.6, 25.0], [121.5, 25.1], [121.5, 25.0]]
    result = bring(
        acme,
        tmp_path,
        feature(code="good"),
        feature({"type": "Polygon", "coordinates": [bow_tie]}, code="repaired"),
        feature({"type": "Point", "coordinates": [121.5, 25.0]}, code="point"),
        feature({"type": "Polygon", "coordinates": [ring(250_000, 2_700_000)]}, code="metres"),
        feature(code="good"),
        feature(name="no code"),
        feature(code="kind", kind="castle"),
        feature(code="quiet", quiet_from="20:00"),
        feature(code="gate", gate_minutes="-3"),
        feature(code="clock", quiet_from="noon", quiet_until="13:00"),
    )
    assert result.imported == 2
    assert result.rejected == {
        "no area": 1,
        "coordinates out of range": 1,
        "code used twice": 1,
        "no code": 1,
        "unknown kind": 1,
        "quiet hours without two ends": 1,
        "not a number": 1,
        "not a time of day": 1,
    }
    repaired = Community.objects.get(code="repaired").boundary
    assert repaired is not None
    assert repaired.valid
    assert len(repaired) == 2


def test_overlaps_are_reported(acme: Organisation, tmp_path: Path) -> None:
    small = {"type": "Polygon", "coordinates": [ring(121.55, 25.03, 0.001)]}
    result = bring(acme, tmp_path, feature(code="large"), feature(small, code="small"))
    assert result.overlaps == [Overlap("small", "large", pytest.approx(44_700, rel=0.01))]


def test_a_topojson_file_is_read_too(acme: Organisation, tmp_path: Path) -> None:
    topology = {
        "type": "Topology",
        "arcs": [ring(121.55, 25.03)],
        "objects": {
            "places": {
                "type": "GeometryCollection",
                "geometries": [{"type": "Polygon", "arcs": [[0]], "properties": {"VILLCODE": "V1"}}],
            }
        },
    }
    source = tmp_path / "map.json.gz"
    source.write_bytes(gzip.compress(json.dumps(topology).encode()))
    with Rejects(tmp_path / "rejects.csv") as rejects:
        result = communities_import(
            organisation=acme, source=str(source), rejects=rejects, names={"code": "VILLCODE"}
        )
    assert (result.imported, Community.objects.get().code) == (1, "V1")


def test_a_file_of_which_nothing_can_be_used_says_why(acme: Organisation, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"properties missing: code\. The file has: id"):
        bring(acme, tmp_path, feature(id="A"))
    with pytest.raises(Unreadable, match="properties missing: village"):
        bring(acme, tmp_path, feature(code="A"), name="village")
    source = tmp_path / "text.geojson"
    source.write_text("hello")
    rejects = Rejects(tmp_path / "rejects.csv")
    with pytest.raises(Unreadable, match="neither GeoJSON nor TopoJSON"):
        communities_import(organisation=acme, source=str(source), rejects=rejects)
    with pytest.raises(Unreadable, match="no such file"):
        communities_import(organisation=acme, source=str(tmp_path / "absent"), rejects=rejects)


def test_sites_that_waited_for_a_map_are_placed(acme: Organisation, tmp_path: Path) -> None:
    site = lost_site(acme, 121.55, 25.03)
    assert bring(acme, tmp_path, feature(code="A")).placed == {"inside": 1, "nearest": 0, "unplaced": 0}
    assert Site.objects.get(pk=site.pk).community == Community.objects.get(code="A")
