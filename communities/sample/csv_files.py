"""The CSV files a company would bring: technicians, services and requests, with the columns the import reads."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import datetime
from typing import TextIO

from communities.sample.records import (
    TIME_ZONE,
    BreakRule,
    SampleAddOn,
    SampleCity,
    SampleRequest,
    SampleServiceType,
    SampleTechnician,
    SkillLevel,
    WorkingHours,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

TECHNICIAN_COLUMNS = (
    "code",
    "name",
    "name_en",
    "region",
    "home_lon",
    "home_lat",
    "skills",
    "working_hours",
    "break",
    "cost_per_hour",
)

SERVICE_COLUMNS = (
    "kind",
    "code",
    "name",
    "name_en",
    "duration_minutes",
    "skills",
    "respond_within_hours",
    "resolve_within_hours",
    "technicians",
    "price",
)

REQUEST_COLUMNS = (
    "reference",
    "opened_at",
    "closed_at",
    "service_type",
    "customer",
    "phone",
    "email",
    "address",
    "unit",
    "lon",
    "lat",
    "community",
    "window_start",
    "window_end",
    "description",
)


def write_technicians_csv(rows: Iterable[SampleTechnician], file: TextIO) -> None:
    """Write technicians; open the file with `newline=""`. `cost_per_hour` is in whole dollars."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(TECHNICIAN_COLUMNS)
    writer.writerows(technician_row(one) for one in rows)


def write_services_csv(city: SampleCity, file: TextIO) -> None:
    """Write service types and add-ons; open the file with `newline=""`. Prices are in whole dollars."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(SERVICE_COLUMNS)
    writer.writerows(service_row(one) for one in city.service_types)
    writer.writerows(add_on_row(one) for one in city.add_ons)


def write_requests_csv(rows: Iterable[SampleRequest], file: TextIO) -> None:
    """Write requests; open the file with `newline=""`. Times are ISO 8601 with the city's offset."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(REQUEST_COLUMNS)
    writer.writerows(request_row(one) for one in rows)


def technician_row(one: SampleTechnician) -> tuple[object, ...]:
    """The cells of a technician, in the order of TECHNICIAN_COLUMNS."""
    return (
        one.code,
        one.name,
        one.name_en,
        one.region_code,
        one.home_lon,
        one.home_lat,
        skills_text(one.skills),
        working_hours_text(one.working_hours),
        break_text(one.break_rule),
        one.cost_per_hour_minor,
    )


def service_row(one: SampleServiceType) -> tuple[object, ...]:
    """The cells of a service type, in the order of SERVICE_COLUMNS."""
    return (
        "service",
        one.code,
        one.name,
        one.name_en,
        one.duration_minutes,
        skills_text(one.skills),
        one.respond_hours,
        one.resolve_hours,
        one.technicians,
        f"{one.base_price_minor:,}",
    )


def add_on_row(one: SampleAddOn) -> tuple[object, ...]:
    """The cells of an add-on, in the order of SERVICE_COLUMNS. It may fit several types, so it names none."""
    return ("add_on", one.code, one.name, one.name_en, "", "", "", "", "", f"{one.price_minor:,}")


def request_row(one: SampleRequest) -> tuple[object, ...]:
    """The cells of a request, in the order of REQUEST_COLUMNS."""
    return (
        one.reference,
        instant_text(one.opened_at),
        instant_text(one.closed_at),
        one.service_type,
        one.customer_name,
        one.phone,
        one.email,
        one.address,
        one.unit,
        one.lon,
        one.lat,
        one.community,
        instant_text(one.window_start),
        instant_text(one.window_end),
        f"{one.description} / {one.description_en}",
    )


def skills_text(skills: Iterable[SkillLevel]) -> str:
    """For example `hvac:3;plumbing:2`."""
    return ";".join(f"{one.skill}:{one.level}" for one in skills)


def working_hours_text(hours: Iterable[WorkingHours]) -> str:
    """For example `mon-fri 08:00-17:00; sat 09:00-13:00`; the weekdays of one entry are consecutive."""
    return "; ".join(f"{weekdays_text(one.weekdays)} {one.start:%H:%M}-{one.end:%H:%M}" for one in hours)


def weekdays_text(weekdays: tuple[int, ...]) -> str:
    """For example `mon-fri` or `sat`."""
    first, last = WEEKDAYS[weekdays[0]], WEEKDAYS[weekdays[-1]]
    return first if first == last else f"{first}-{last}"


def break_text(rule: BreakRule) -> str:
    """For example `12:00-13:30 45`: 45 minutes taken within that window."""
    return f"{rule.earliest:%H:%M}-{rule.latest:%H:%M} {rule.minutes}"


def instant_text(instant: datetime | None) -> str:
    """For example `2026-03-02T09:00+08:00`; empty when there is none."""
    return instant.astimezone(TIME_ZONE).isoformat(timespec="minutes") if instant else ""
