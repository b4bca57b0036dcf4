"""Technicians from a CSV file: who they are, where they live, what they can do and when they work."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import time as clock
from pathlib import Path

from django.contrib.gis.geos import Point
from django.db import transaction

from communities.models import Organisation, Region
from communities.services.community_import import region_default
from core.money import DECIMALS
from core.tabular import BadRow, Columns, Rejects, Table
from dispatch.models import Skill, Technician, TechnicianSkill, WorkingHours
from dispatch.services.catalogue import skills_ensure
from dispatch.services.imports import values
from dispatch.services.imports.values import Break, Hours

REQUIRED = ("code", "name", "home_lon", "home_lat")
OPTIONAL = ("name_en", "region", "skills", "working_hours", "break", "cost_per_hour")


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicianRow:
    """A technician as the source gives one. An empty region is the organisation's only one."""

    code: str
    name: str
    name_en: str
    region: str
    home: tuple[float, float]
    skills: dict[str, int]
    hours: list[Hours]
    break_rule: Break | None
    cost_per_hour_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TechniciansWritten:
    """What writing rows changed."""

    imported: int
    updated: int
    unchanged: int
    regions_created: list[str]
    skills_created: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicianImport(TechniciansWritten):
    """What became of a technicians' file."""

    rejected: dict[str, int]
    rejects_file: Path
    seconds: float


def technicians_import(
    *,
    organisation: Organisation,
    source: str,
    rejects: Rejects,
    names: Mapping[str, str] | None = None,
    encoding: str = "utf-8-sig",
) -> TechnicianImport:
    """Make or update technicians by code, with their skills and weeks, in one transaction.

    Regions and skills come into being as they are named. Raises core.tabular.Unreadable.
    """
    began = time.monotonic()
    decimals = DECIMALS[organisation.currency]
    with Table(source, Columns(REQUIRED, OPTIONAL, names), rejects, encoding=encoding) as table:
        rows = table.keyed("code", lambda cells: _row(cells, decimals))
    written = technicians_upsert(organisation=organisation, rows=rows.values())
    return TechnicianImport(
        imported=written.imported,
        updated=written.updated,
        unchanged=written.unchanged,
        regions_created=written.regions_created,
        skills_created=written.skills_created,
        rejected=dict(rejects.counts),
        rejects_file=rejects.path,
        seconds=time.monotonic() - began,
    )


@transaction.atomic
def technicians_upsert(*, organisation: Organisation, rows: Collection[TechnicianRow]) -> TechniciansWritten:
    """Make or update technicians by code. Those that are as their row says are left alone."""
    regions, regions_created = _regions(organisation, rows)
    skills, skills_created = skills_ensure(
        organisation=organisation, codes={code for row in rows for code in row.skills}
    )
    known = {
        one.code: one
        for one in Technician.objects.filter(
            organisation=organisation, code__in=[row.code for row in rows]
        ).prefetch_related("skills__skill", "working_hours")
    }
    imported = updated = 0
    for row in rows:
        before = known.get(row.code)
        if before is not None and _as_given(before, row, regions):
            continue
        _write(organisation, row, regions[row.region], skills)
        imported, updated = imported + (before is None), updated + (before is not None)
    return TechniciansWritten(
        imported=imported,
        updated=updated,
        unchanged=len(rows) - imported - updated,
        regions_created=regions_created,
        skills_created=skills_created,
    )


def _row(cells: Mapping[str, str], decimals: int) -> TechnicianRow:
    home = values.place(cells["home_lon"], cells["home_lat"])
    if home is None:
        raise BadRow("no home", field="home_lon,home_lat", expected="where the day starts and ends")
    return TechnicianRow(
        code=values.needed(cells["code"], "code", 40),
        name=values.needed(cells["name"], "name", 120),
        name_en=values.text(cells.get("name_en", ""), "name_en", 120),
        region=values.text(cells.get("region", ""), "region", 40),
        home=home,
        skills=values.skills(cells.get("skills", "")),
        hours=values.working_hours(cells.get("working_hours", "")),
        break_rule=values.break_rule(cells.get("break", "")),
        cost_per_hour_minor=values.money(cells.get("cost_per_hour", ""), "cost_per_hour", decimals),
    )


def _regions(
    organisation: Organisation, rows: Collection[TechnicianRow]
) -> tuple[dict[str, Region], list[str]]:
    """Region by what the rows call it, and the codes of those that came into being."""
    regions = {one.code: one for one in Region.objects.filter(organisation=organisation)}
    before = set(regions)
    for code in sorted({row.region for row in rows if row.region} - before):
        regions[code] = Region.objects.create(organisation=organisation, code=code, name=code)
    if any(not row.region for row in rows):
        regions[""] = region_default(organisation=organisation)
    return regions, sorted({one.code for one in regions.values()} - before)


def _as_given(one: Technician, row: TechnicianRow, regions: Mapping[str, Region]) -> bool:
    """Nothing of the technician differs from the row."""
    plain = (one.name, one.name_en, one.region_id, one.home.coords, one.cost_per_hour_minor)
    given = (row.name, row.name_en, regions[row.region].pk, row.home, row.cost_per_hour_minor)
    skills = {held.skill.code: held.level for held in one.skills.all()}
    weeks = {(day.weekday, day.starts, day.ends, *_break_of(day)) for day in one.working_hours.all()}
    return plain == given and skills == row.skills and weeks == {_week(hours, row) for hours in row.hours}


def _break_of(day: WorkingHours) -> tuple[object, ...]:
    return day.break_from, day.break_until, day.break_minutes


def _week(hours: Hours, row: TechnicianRow) -> tuple[object, ...]:
    return (*hours, *_break_on(hours, row.break_rule))


def _break_on(hours: Hours, rule: Break | None) -> tuple[clock | None, clock | None, int]:
    """The break of a day: none where its window is not wholly inside the hours."""
    if rule is None or rule.begins < hours.starts or rule.ends > hours.ends:
        return None, None, 0
    return rule.begins, rule.ends, rule.minutes


def _write(
    organisation: Organisation, row: TechnicianRow, region: Region, skills: Mapping[str, Skill]
) -> None:
    technician, _ = Technician.objects.update_or_create(
        organisation=organisation,
        code=row.code,
        defaults={
            "name": row.name,
            "name_en": row.name_en,
            "region": region,
            "home": Point(*row.home, srid=4326),
            "cost_per_hour_minor": row.cost_per_hour_minor,
        },
    )
    TechnicianSkill.objects.filter(technician=technician).delete()
    TechnicianSkill.objects.bulk_create(
        TechnicianSkill(organisation=organisation, technician=technician, skill=skills[code], level=level)
        for code, level in row.skills.items()
    )
    WorkingHours.objects.filter(technician=technician).delete()
    WorkingHours.objects.bulk_create(_working_hours(technician, hours, row.break_rule) for hours in row.hours)


def _working_hours(technician: Technician, hours: Hours, rule: Break | None) -> WorkingHours:
    begins, ends, minutes = _break_on(hours, rule)
    return WorkingHours(
        organisation=technician.organisation,
        technician=technician,
        weekday=hours.weekday,
        starts=hours.starts,
        ends=hours.ends,
        break_from=begins,
        break_until=ends,
        break_minutes=minutes,
    )
