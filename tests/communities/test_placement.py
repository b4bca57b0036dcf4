import pytest
from django.contrib.gis.geos import MultiPolygon, Point

from communities.errors import OrganisationInvalid, OrganisationKnown, UnknownOrganisation
from communities.models import Community, Organisation, Region, Site
from communities.selectors.organisations import organisation_get, organisation_newest
from communities.services.boundaries import (
    Overlap,
    Placeholder,
    boundaries_derive,
    overlap_list,
    placeholder_list,
)
from communities.services.organisations import organisation_create
from communities.services.placement import address_normalised, site_key, sites_place
from tests import factories


def lost_site(organisation: Organisation, lon: float | None, lat: float | None, key: str = "lost") -> Site:
    point = None if lon is None or lat is None else Point(lon, lat, srid=4326)
    return Site.objects.create(organisation=organisation, key=key, point=point)


def named_site(community: Community, lon: float, lat: float) -> Site:
    return Site.objects.create(
        organisation=community.organisation,
        key=f"{community.code} {lon} {lat}",
        point=Point(lon, lat, srid=4326),
        community=community,
        placement=Site.Placement.NAMED,
    )


def without_boundary(region: Region, code: str) -> Community:
    return Community.objects.create(organisation=region.organisation, region=region, code=code, name=code)


def where(site: Site) -> tuple[str, str, str]:
    site.refresh_from_db()
    return site.community.code if site.community else "", site.placement, site.placement_note


def test_a_point_inside_two_boundaries_belongs_to_the_smaller(acme: Organisation, north: Region) -> None:
    factories.community(north, "large", 121.55, 25.03)
    small = factories.community(north, "small", 121.552, 25.03)
    Community.objects.filter(pk=small.pk).update(
        boundary=factories.square(121.552, 25.03, 0.001), area_m2=44_000
    )
    site = lost_site(acme, 121.552, 25.03)
    assert sites_place(organisation=acme) == {"inside": 1, "nearest": 0, "unplaced": 0}
    assert where(site) == ("small", "inside", "")


def test_a_point_outside_takes_the_nearest_within_the_limit(acme: Organisation, north: Region) -> None:
    factories.community(north, "A", 121.55, 25.03)  # its eastern edge is at 121.555
    factories.community(north, "B", 121.57, 25.03)  # its western edge is at 121.565
    # At 25.03° north 0.001° of longitude is 111,320 m × cos 25.03° × 0.001 = 100.9 m.
    near, far = lost_site(acme, 121.557, 25.03, "near"), lost_site(acme, 121.559, 25.03, "far")
    assert sites_place(organisation=acme) == {"inside": 0, "nearest": 1, "unplaced": 1}
    assert where(near) == ("A", "nearest", "202 m off")
    assert where(far) == ("", "unplaced", "no community within 300 m of the point")


def test_the_nearest_is_found_in_the_far_north_where_degrees_are_short(
    acme: Organisation, north: Region
) -> None:
    factories.community(north, "Longyearbyen", 15.6, 78.2)  # eastern edge at 15.605
    # At 78.2° north 0.01° of longitude is 111,320 m × cos 78.2° × 0.01 = 228 m.
    site = lost_site(acme, 15.615, 78.2)
    sites_place(organisation=acme)
    assert where(site)[:2] == ("Longyearbyen", "nearest")


def test_a_site_without_a_point_says_so(acme: Organisation, north: Region) -> None:
    factories.community(north, "A")
    site = lost_site(acme, None, None)
    assert sites_place(organisation=acme) == {"inside": 0, "nearest": 0, "unplaced": 1}
    assert where(site) == ("", "unplaced", "no coordinates")


def test_another_companys_community_is_no_place(acme: Organisation, other: Organisation) -> None:
    factories.community(factories.region(other, "theirs"), "A")
    site = lost_site(acme, 121.55, 25.03)
    sites_place(organisation=acme)
    assert where(site)[1] == "unplaced"


def test_the_map_corrects_a_name_only_where_its_community_has_a_given_boundary(
    acme: Organisation, north: Region
) -> None:
    a = factories.community(north, "A", 121.55, 25.03)
    factories.community(north, "B", 121.57, 25.03)
    moved, kept = named_site(a, 121.57, 25.03), named_site(a, 122.5, 25.03)
    bare = named_site(without_boundary(north, "bare"), 121.57, 25.03)
    sites_place(organisation=acme)
    assert where(moved) == ("B", "inside", "")
    assert where(kept)[:2] == ("A", "named")
    assert where(bare)[:2] == ("bare", "named")


def test_placing_again_follows_a_boundary_that_moved(acme: Organisation, north: Region) -> None:
    a = factories.community(north, "A", 121.55, 25.03)
    site = factories.site(a)
    factories.community(north, "B", 121.55, 25.03)
    Community.objects.filter(pk=a.pk).update(boundary=factories.square(121.58, 25.03))
    sites_place(organisation=acme)
    assert where(site)[0] == "A"
    sites_place(organisation=acme, again=True)
    assert where(site)[0] == "B"


def test_a_boundary_is_drawn_around_the_points_that_name_the_community(
    acme: Organisation, north: Region
) -> None:
    bare = without_boundary(north, "bare")
    corners = [(121.550, 25.030), (121.552, 25.030), (121.552, 25.032), (121.550, 25.032)]
    sites = [named_site(bare, *corner) for corner in corners]
    assert boundaries_derive(organisation=acme) == ["bare"]
    bare.refresh_from_db()
    assert (bare.boundary_source, bare.attributes) == ("derived", {"derived_from_points": 4})
    assert bare.boundary is not None
    assert bare.centre is not None
    assert all(bare.boundary.contains(site.point) for site in sites)
    assert bare.boundary.contains(bare.centre)
    # A rectangle of 201.8 m × 221.5 m grown by 60 m: 44,700 + 2 × 423.3 × 60 + π 60² = 106,800 m².
    assert bare.area_m2 == pytest.approx(106_800, rel=0.02)
    assert boundaries_derive(organisation=acme) == []


def test_a_boundary_grows_when_a_point_joins(acme: Organisation, north: Region) -> None:
    bare = without_boundary(north, "bare")
    named_site(bare, 121.55, 25.03)
    boundaries_derive(organisation=acme)
    bare.refresh_from_db()
    # One point: a circle of 60 m radius, π 60² = 11,310 m² (a little less, for it has 32 corners).
    assert bare.area_m2 == pytest.approx(11_310, rel=0.02)
    named_site(bare, 121.56, 25.03)
    assert boundaries_derive(organisation=acme) == ["bare"]
    bare.refresh_from_db()
    assert bare.area_m2 == pytest.approx(2 * 11_310, rel=0.02)


def test_a_point_named_for_three_communities_is_in_no_boundary(acme: Organisation, north: Region) -> None:
    bare = [without_boundary(north, code) for code in ("p", "q", "r")]
    for number, community in enumerate(bare):
        named_site(community, 121.60, 25.10)
        named_site(community, 121.50 + number / 100, 25.00)
    boundaries_derive(organisation=acme)
    assert placeholder_list(organisation=acme) == [Placeholder(121.60, 25.10, 3)]
    drawn = Community.objects.filter(organisation=acme, boundary__covers=Point(121.60, 25.10, srid=4326))
    assert drawn.count() == 0


def test_overlaps_are_listed_and_shared_borders_are_not(acme: Organisation, north: Region) -> None:
    factories.community(north, "A", 121.55, 25.03)
    factories.community(north, "B", 121.56, 25.03)  # they share an edge
    small = factories.community(north, "C", 121.55, 25.03)
    Community.objects.filter(pk=small.pk).update(
        boundary=MultiPolygon(*factories.square(121.55, 25.03, 0.001), srid=4326), area_m2=44_700
    )
    (overlap,) = overlap_list(organisation=acme)
    # 0.002° × 0.002° at 25.03° north: 201.8 m × 221.5 m = 44,700 m².
    assert overlap == Overlap("C", "A", pytest.approx(44_700, rel=0.01))


def test_spellings_of_one_address_have_one_key() -> None:
    assert address_normalised("臺北市 信義區１２３號, 5樓") == "台北市信義區123號5樓"
    assert (
        site_key(address="臺北市１號", unit="Ａ室")
        == site_key(address="台北市 1號", unit="a室")
        == "台北市1號|a室"
    )
    assert site_key(address="", lon=121.5, lat=25.0) == "121.500000,25.000000|"


def test_an_organisation_is_made_once_and_found(acme: Organisation) -> None:
    made = organisation_create(
        slug="linden", name="Linden", time_zone="Europe/Berlin", currency="EUR", language="en"
    )
    assert organisation_newest() == made
    assert organisation_get("linden") == made
    with pytest.raises(OrganisationKnown):
        organisation_create(slug="linden", name="Linden")
    with pytest.raises(UnknownOrganisation, match="there are: acme, linden"):
        organisation_get("oak")


@pytest.mark.parametrize(
    "wrong", [{"slug": "Not A Slug"}, {"slug": ""}, {"time_zone": "Mars/Base"}, {"currency": "XXX"}]
)
def test_an_organisation_that_cannot_be_is_refused(db: None, wrong: dict[str, str]) -> None:
    with pytest.raises(OrganisationInvalid):
        organisation_create(**{"slug": "linden", "name": "Linden", **wrong})  # type: ignore[arg-type]
