"""What the sample city consists of. Plain data: places in WGS 84 degrees, money in whole New Taiwan dollars
(core.money: TWD has no minor unit), wall-clock times in TIME_ZONE, instants in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from shapely import MultiPolygon

SAMPLE_PASSWORD = "linli-sample"  # noqa: S105 - of every account of a sample company; they hold invented people only
CURRENCY = "TWD"
TIME_ZONE = ZoneInfo("Asia/Taipei")


@dataclass(frozen=True, slots=True)
class SampleRegion:
    """A district (區) as a region of the company."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class SampleCommunity:
    """A village under contract; `gate_minutes` is the time to register at its gate, once per stay."""

    code: str
    name: str
    name_en: str
    region_code: str
    boundary: MultiPolygon
    households: int
    gate_minutes: int
    quiet_hours: tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class SampleSkill:
    """A skill the company knows; levels run from 1 to 3."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class SkillLevel:
    """A skill at a level: held by a technician, or the least that a service asks for."""

    skill: str
    level: int


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The same hours on each of some weekdays; Monday is 0."""

    weekdays: tuple[int, ...]
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class BreakRule:
    """A break of `minutes` taken somewhere between `earliest` and `latest`."""

    earliest: time
    latest: time
    minutes: int


@dataclass(frozen=True, slots=True)
class SampleTechnician:
    """A technician who starts and ends the day at home."""

    code: str
    name: str
    name_en: str
    region_code: str
    home_lon: float
    home_lat: float
    skills: tuple[SkillLevel, ...]
    working_hours: tuple[WorkingHours, ...]
    break_rule: BreakRule
    cost_per_hour_minor: int


@dataclass(frozen=True, slots=True)
class SampleServiceType:
    """A service in the price book with its usual duration and its targets."""

    code: str
    name: str
    name_en: str
    duration_minutes: int
    skills: tuple[SkillLevel, ...]
    respond_hours: int
    resolve_hours: int
    base_price_minor: int
    technicians: int = 1


@dataclass(frozen=True, slots=True)
class SampleAddOn:
    """Something a technician may offer during a visit of one of the service types."""

    code: str
    name: str
    name_en: str
    price_minor: int
    service_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SampleHousehold:
    """A household in a building; households of one building share its point."""

    code: str
    community_code: str
    customer_name: str
    customer_name_en: str
    phone: str
    email: str
    address: str
    unit: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """What a customer asked for; without `lon` and `lat` when only the address is known."""

    reference: str
    opened_at: datetime
    closed_at: datetime | None
    service_type: str
    customer_name: str
    phone: str
    email: str
    address: str
    unit: str
    lon: float | None
    lat: float | None
    community: str
    window_start: datetime | None
    window_end: datetime | None
    description: str
    description_en: str


@dataclass(frozen=True, slots=True)
class AwkwardRequest:
    """A request that an import has to cope with, and how it should end."""

    request: SampleRequest
    outcome: Literal["placed", "unplaced", "rejected"]
    because: str


@dataclass(frozen=True, slots=True)
class SampleCity:
    """The whole company; every tuple is ordered by code."""

    seed: int
    regions: tuple[SampleRegion, ...]
    communities: tuple[SampleCommunity, ...]
    skills: tuple[SampleSkill, ...]
    technicians: tuple[SampleTechnician, ...]
    service_types: tuple[SampleServiceType, ...]
    add_ons: tuple[SampleAddOn, ...]
    households: tuple[SampleHousehold, ...]
