from datetime import time
from pathlib import Path

import pytest

from communities.models import Organisation, Region
from communities.sample.csv_files import write_technicians_csv
from communities.sample.generator import sample_city
from core.tabular import BadRow, Rejects
from dispatch.models import Technician, WorkingHours
from dispatch.services.imports import values
from dispatch.services.imports.technicians import TechnicianImport, technicians_import

HEADER = "code,name,name_en,region,home_lon,home_lat,skills,working_hours,break,cost_per_hour\n"
ROW = 'T7,林志明,Lin,north,121.54,25.03,hvac:3;plumbing,"mon-fri 08:00-17:00; sat 09:00-13:00",12:00-13:30 45,480\n'


def bring(organisation: Organisation, folder: Path, text: str) -> TechnicianImport:
    source = folder / "technicians.csv"
    source.write_text(text, encoding="utf-8")
    with Rejects(folder / "rejects.csv") as rejects:
        return technicians_import(organisation=organisation, source=str(source), rejects=rejects)


def test_a_technician_comes_with_skills_week_and_break(acme: Organisation, tmp_path: Path) -> None:
    result = bring(acme, tmp_path, HEADER + ROW)
    assert (result.imported, result.regions_created, result.skills_created) == (
        1,
        ["north"],
        ["hvac", "plumbing"],
    )
    one = Technician.objects.get()
    assert (one.code, one.name, one.name_en, one.home.coords) == ("T7", "林志明", "Lin", (121.54, 25.03))
    assert one.cost_per_hour_minor == 480  # TWD has no decimals
    assert {held.skill.code: held.level for held in one.skills.all()} == {"hvac": 3, "plumbing": 1}
    week = {day.weekday: day for day in WorkingHours.objects.all()}
    assert sorted(week) == [1, 2, 3, 4, 5, 6]
    friday, saturday = week[5], week[6]
    assert (friday.starts, friday.ends) == (time(8), time(17))
    assert (friday.break_from, friday.break_until, friday.break_minutes) == (time(12), time(13, 30), 45)
    # On Saturday work ends at 13:00, inside the break's window: no break that day.
    assert (saturday.ends, saturday.break_from, saturday.break_minutes) == (time(13), None, 0)


def test_reading_again_changes_what_changed_and_nothing_else(acme: Organisation, tmp_path: Path) -> None:
    bring(acme, tmp_path, HEADER + ROW)
    again = bring(acme, tmp_path, HEADER + ROW)
    assert (again.imported, again.updated, again.unchanged) == (0, 0, 1)
    changed = bring(acme, tmp_path, HEADER + ROW.replace("hvac:3;plumbing", "gas:2"))
    assert (changed.imported, changed.updated, changed.unchanged) == (0, 1, 0)
    assert [str(held) for held in Technician.objects.get().skills.all()] == ["gas 2"]


def test_the_sample_citys_crew_comes_in(acme: Organisation, tmp_path: Path) -> None:
    source = tmp_path / "sample.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        write_technicians_csv(sample_city(1).technicians, file)
    with Rejects(tmp_path / "rejects.csv") as rejects:
        result = technicians_import(organisation=acme, source=str(source), rejects=rejects)
    assert (result.imported, result.rejected, len(result.regions_created)) == (14, {}, 2)


def test_bad_rows_are_explained_and_the_good_ones_stay(
    acme: Organisation, north: Region, tmp_path: Path
) -> None:
    rows = [
        "T1,Ada,,,121.5,25.0,,,,",
        "T2,Bob,,,,,,,,",
        "T3,Cid,,,0,0,,,,",
        "T4,Dan,,,121.5,95,,,,",
        "T5,Eve,,,121.5,25.0,hvac:9,,,",
        "T6,Fay,,,121.5,25.0,,weekdays,,",
        "T7,Gus,,,121.5,25.0,,mon 08:00-17:00,12:00-12:30 45,",
        "T8,Hal,,,121.5,25.0,,,,12.5",
        "T1,Ida,,,121.5,25.0,,,,",
        ",Jon,,,121.5,25.0,,,,",
    ]
    result = bring(acme, tmp_path, HEADER + "\n".join(rows))
    assert result.imported == 1
    assert Technician.objects.get().region == north
    assert result.rejected == {
        "no home": 1,
        "coordinates are 0,0": 1,
        "coordinates out of range": 1,
        "not skills": 1,
        "not working hours": 1,
        "not a break": 1,
        "not an amount": 1,
        "code used twice": 1,
        "missing value": 1,
    }


@pytest.mark.parametrize(
    "text",
    [
        "mon-fri",
        "mon-fri 17:00-08:00",
        "fri-mon 08:00-17:00",
        "mon 08:00-25:00",
        "mon 8-17",
        "mon 08:00-17:00; mon-tue 08:00-17:00",
    ],
)
def test_working_hours_that_make_no_week_are_refused(text: str) -> None:
    with pytest.raises(BadRow, match="not working hours"):
        values.working_hours(text)
