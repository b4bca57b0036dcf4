"""Regions, communities and the sites in them."""

from django.contrib.gis.db import models as gis
from django.contrib.postgres.indexes import GistIndex, OpClass
from django.db import models

from communities.models.tenant import Owned


class Region(Owned):
    """A part of the service area that is planned as one and has its managers."""

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="region_code_once")]

    def __str__(self) -> str:
        return self.name


class Community(Owned):
    """A residential community: the unit that is served, watched and improved."""

    class Kind(models.TextChoices):
        VILLAGE = "village", "Village (里)"
        ESTATE = "estate", "Estate"
        NEIGHBOURHOOD = "neighbourhood", "Neighbourhood"

    class Boundary(models.TextChoices):
        GIVEN = "given", "Given by a source"
        DERIVED = "derived", "Derived from the points of its sites"
        NONE = "none", "None yet"

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="communities")
    code = models.CharField(max_length=80)
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.NEIGHBOURHOOD)
    boundary = gis.MultiPolygonField(srid=4326, null=True, spatial_index=False)
    boundary_source = models.CharField(max_length=10, choices=Boundary.choices, default=Boundary.NONE)
    area_m2 = models.FloatField(null=True, help_text="Of the boundary; the smaller of two that overlap wins.")
    centre = gis.PointField(srid=4326, null=True, spatial_index=False)
    households = models.PositiveIntegerField(null=True)
    gate_minutes = models.PositiveSmallIntegerField(
        default=0, help_text="Registration at the gate and parking, once for each stay."
    )
    quiet_from = models.TimeField(
        null=True, help_text="No service starts in the quiet hours (local time); they may pass midnight."
    )
    quiet_until = models.TimeField(null=True)
    attributes = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "communities"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="community_code_once"),
            models.CheckConstraint(
                condition=models.Q(boundary__isnull=True, boundary_source="none")
                | models.Q(boundary__isnull=False, boundary_source__in=["given", "derived"]),
                name="community_boundary_has_a_source",
            ),
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False)
                & ~models.Q(quiet_from=models.F("quiet_until")),
                name="community_quiet_hours_have_two_ends",
            ),
        ]
        indexes = [GistIndex(fields=["boundary"], name="community_boundary")]

    def __str__(self) -> str:
        return self.name


class Site(Owned):
    """A dwelling or an address in a community."""

    class Placement(models.TextChoices):
        INSIDE = "inside", "Inside the community's boundary"
        NEAREST = "nearest", "Nearest community within the stated distance"
        NAMED = "named", "The source names the community"
        UNPLACED = "unplaced", "In no community"

    key = models.CharField(max_length=240, help_text="What an import recognises the site by.")
    address = models.CharField(max_length=240, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    point = gis.PointField(srid=4326, null=True, spatial_index=False)
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="sites", null=True)
    placement = models.CharField(max_length=10, choices=Placement.choices, default=Placement.UNPLACED)
    placement_note = models.CharField(
        max_length=240, blank=True, help_text="Why it is unplaced, or how far off."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="site_key_once"),
            models.CheckConstraint(
                condition=models.Q(community__isnull=True, placement="unplaced")
                | models.Q(community__isnull=False, placement__in=["inside", "nearest", "named"]),
                name="site_placement_matches_community",
            ),
        ]
        indexes = [
            GistIndex(fields=["point"], name="site_point"),
            models.Index("organisation", OpClass("key", "text_pattern_ops"), name="site_key_prefix"),
        ]

    def __str__(self) -> str:
        return address_line(self.address, self.unit, self.key)


def address_line(address: str, unit: str, key: str) -> str:
    """What people call a site."""
    return " ".join(part for part in (address, unit) if part) or key
