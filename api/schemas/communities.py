"""Regions, communities and signals."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from django.contrib.gis.geos import Point
from pydantic import Field

from api.schemas.base import Out
from communities.insight.sentences import Language
from communities.models import Community, Region, Signal, SignalSet, Site
from dispatch.explanations import SignalNames


class PlaceOut(Out):
    lon: float
    lat: float

    @classmethod
    def of(cls, point: Point | None) -> Self | None:
        return cls(lon=point.x, lat=point.y) if point else None


class RegionOut(Out):
    id: UUID
    code: str
    name: str
    name_en: str

    @classmethod
    def of(cls, region: Region) -> Self:
        return cls(id=region.id, code=region.code, name=region.name, name_en=region.name_en)


class CommunityOut(Out):
    id: UUID
    region_id: UUID
    code: str
    name: str
    name_en: str
    kind: str
    centre: PlaceOut | None
    boundary_source: str
    area_m2: float | None
    households: int | None
    gate_minutes: int
    quiet_from: time | None = Field(description="Local time; no service starts in the quiet hours.")
    quiet_until: time | None
    attributes: dict[str, Any]

    @classmethod
    def of(cls, community: Community) -> Self:
        return cls(**_community(community))


class CommunityDetail(CommunityOut):
    boundary: dict[str, Any] | None = Field(description="GeoJSON MultiPolygon (RFC 7946).")

    @classmethod
    def of(cls, community: Community) -> Self:
        shape = community.boundary
        boundary = {"type": "MultiPolygon", "coordinates": shape.coords} if shape else None
        return cls(**_community(community), boundary=boundary)


def _community(community: Community) -> dict[str, Any]:
    plain = set(CommunityOut.model_fields) - {"centre"}
    return {name: getattr(community, name) for name in plain} | {"centre": PlaceOut.of(community.centre)}


class SignalSetOut(Out):
    id: UUID
    region_id: UUID
    version: int
    through_on: date
    policy: dict[str, Any]
    policy_version_id: UUID | None = Field(description="Null where the region had the default.")
    code_version: str
    inputs_hash: str
    created_at: datetime

    @classmethod
    def of(cls, signals: SignalSet) -> Self:
        return cls.model_validate(signals, from_attributes=True)


class SignalOut(Out):
    """What it is about is named: an affinity without a community holds in the whole region."""

    version: int
    region_id: UUID
    kind: str
    community_id: UUID | None
    technician_id: UUID | None
    service_type_id: UUID | None
    minutes: Decimal = Field(description="Of travel: what the planner weighs it at; of a duration, its own.")
    evidence: dict[str, Any]
    why: str = Field(description="The evidence in words, in the language asked for.")

    @classmethod
    def of(cls, signal: Signal, names: SignalNames, language: Language) -> Self:
        return cls(
            version=signal.signal_set.version,
            region_id=signal.signal_set.region_id,
            kind=signal.kind,
            community_id=signal.community_id,
            technician_id=signal.technician_id,
            service_type_id=signal.service_type_id,
            minutes=signal.minutes,
            evidence=signal.evidence,
            why=names.sentence(signal, language),
        )


class SiteOut(Out):
    id: UUID
    address: str
    unit: str
    place: PlaceOut | None
    community_id: UUID | None
    placement: str
    placement_note: str

    @classmethod
    def of(cls, site: Site) -> Self:
        return cls(
            id=site.id,
            address=site.address,
            unit=site.unit,
            place=PlaceOut.of(site.point),
            community_id=site.community_id,
            placement=site.placement,
            placement_note=site.placement_note,
        )
