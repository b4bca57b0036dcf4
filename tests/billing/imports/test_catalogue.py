from pathlib import Path

import pytest

from billing.models import PriceItem, PriceItemPart
from billing.services.imports.catalogue import CatalogueImport, catalogue_import
from communities.models import Organisation
from communities.sample.csv_files import write_services_csv
from communities.sample.generator import sample_city
from core.tabular import Rejects
from dispatch.models import ServiceType
from tests import factories

HEADER = (
    "kind,code,name,name_en,duration_minutes,skills,respond_within_hours,resolve_within_hours,"
    "priority_minutes,price,fits\n"
)
LEAK = 'service,leak,漏水維修,Leak repair,60,plumbing:2;gas,8,48,150,"1,800",\n'
SENSOR = "add_on,sensor,漏水警報器,Leak sensor,,,,,,900,leak\n"


def bring(organisation: Organisation, folder: Path, text: str) -> CatalogueImport:
    source = folder / "services.csv"
    source.write_text(text, encoding="utf-8")
    with Rejects(folder / "rejects.csv") as rejects:
        return catalogue_import(organisation=organisation, source=str(source), rejects=rejects)


def prices(organisation: Organisation) -> list[tuple[str, str, int, str | None, bool]]:
    items = PriceItem.objects.filter(organisation=organisation).order_by("code")
    return list(items.values_list("code", "kind", "price_minor", "service_type__code", "active"))


def test_a_service_comes_with_its_skills_targets_and_price(acme: Organisation, tmp_path: Path) -> None:
    done = bring(acme, tmp_path, HEADER + SENSOR + LEAK)  # an add-on may stand before what it fits
    assert (done.imported, done.rejected, done.skills_created) == (2, {}, ["gas", "plumbing"])
    leak = ServiceType.objects.get()
    assert (leak.code, leak.name, leak.name_en, leak.duration_minutes) == (
        "leak",
        "漏水維修",
        "Leak repair",
        60,
    )
    assert (leak.respond_within_hours, leak.resolve_within_hours, leak.priority_minutes) == (8, 48, 150)
    assert {need.skill.code: need.level for need in leak.skills.all()} == {"plumbing": 2, "gas": 1}
    assert prices(acme) == [
        ("leak", "base", 1800, "leak", True),  # TWD has no decimals
        ("sensor", "add_on", 900, "leak", True),
    ]


def test_an_item_comes_with_the_parts_it_uses_up(acme: Organisation, tmp_path: Path) -> None:
    def parts() -> list[tuple[str, int]]:
        return list(PriceItemPart.objects.order_by("part").values_list("part", "quantity"))

    text = "kind,code,name,price,parts\nadd_on,sensor,Leak sensor,900,{}\n"
    assert bring(acme, tmp_path, text.format("battery:2; sensor-3")).imported == 1
    assert parts() == [("battery", 2), ("sensor-3", 1)]
    assert bring(acme, tmp_path, text.format("sensor-3:1;battery:2")).unchanged == 1
    assert bring(acme, tmp_path, text.format("battery:3")).updated == 1
    for wrong in (":2", "battery:0", "battery:1000", "battery:x", "battery;battery:2", "b" * 41):
        assert bring(acme, tmp_path, text.format(wrong)).rejected == {"not parts": 1}
    assert parts() == [("battery", 3)]


def test_code_name_minutes_and_price_are_enough(acme: Organisation, tmp_path: Path) -> None:
    bring(acme, tmp_path, "code,name,duration_minutes,price\ncheck,檢查,30,0\n")
    check = ServiceType.objects.get()
    assert (check.respond_within_hours, check.resolve_within_hours, check.priority_minutes) == (24, 72, 120)
    assert prices(acme) == [("check", "base", 0, "check", True)]


def test_reading_again_changes_what_changed_and_nothing_else(acme: Organisation, tmp_path: Path) -> None:
    bring(acme, tmp_path, HEADER + LEAK + SENSOR)
    ids = set(PriceItem.objects.values_list("id", flat=True))
    again = bring(acme, tmp_path, HEADER + LEAK + SENSOR)
    assert (again.imported, again.updated, again.unchanged) == (0, 0, 2)
    dearer = bring(acme, tmp_path, HEADER + LEAK.replace("1,800", "2,000") + SENSOR)
    assert (dearer.imported, dearer.updated, dearer.unchanged) == (0, 1, 1)
    longer = bring(acme, tmp_path, HEADER + LEAK.replace("60,plumbing:2;gas", "75,plumbing:3"))
    assert (longer.imported, longer.updated, longer.unchanged) == (0, 1, 0)
    leak = ServiceType.objects.get()
    assert (leak.duration_minutes, [str(need) for need in leak.skills.all()]) == (75, ["plumbing 3"])
    assert set(PriceItem.objects.values_list("id", flat=True)) == ids


def test_a_price_takes_over_from_one_under_another_code(
    price_book: None, acme: Organisation, tmp_path: Path
) -> None:
    text = "code,name,duration_minutes,price\nfilter,濾心更換,30,850\n"
    assert bring(acme, tmp_path, text).updated == 1
    assert bring(acme, tmp_path, text).unchanged == 1
    base = [row for row in prices(acme) if row[1] == "base"]
    assert base == [("base", "base", 800, "filter", False), ("filter", "base", 850, "filter", True)]


def test_cents_are_read_where_the_currency_has_them(acme: Organisation, tmp_path: Path) -> None:
    Organisation.objects.filter(pk=acme.pk).update(currency="USD")
    acme.refresh_from_db()
    rows = ['a,A,30,"1,800"', "b,B,30,12.50", 'c,C,30,"1,234.5"', "d,D,30,12.345"]
    done = bring(acme, tmp_path, "code,name,duration_minutes,price\n" + "\n".join(rows))
    assert [row[2] for row in prices(acme)] == [180_000, 1250, 123_450]
    assert done.rejected == {"not an amount": 1}


@pytest.mark.parametrize("price", ["12.50", "1,80", "1.800", "-5", "NT$5", "1e3", "NaN", "१२", "9" * 10])
def test_what_is_no_price_in_taiwan_dollars_is_rejected(
    acme: Organisation, tmp_path: Path, price: str
) -> None:
    done = bring(acme, tmp_path, f'code,name,duration_minutes,price\na,A,30,"{price}"\n')
    assert (done.rejected, prices(acme)) == ({"not an amount": 1}, [])


def test_bad_rows_are_explained_and_the_good_ones_stay(
    price_book: None, acme: Organisation, tmp_path: Path
) -> None:
    rows = [
        "product,p1,P,,30,,,,,5,",
        "service,s1,S,,,,,,,5,",  # no minutes
        "service,s2,S,,0,,,,,5,",
        "service,s3,S,,30,,24,8,,5,",  # resolved before it is answered
        "service,s4,S,,30,gas:9,,,,5,",
        "service,s5,S,,30,,,,,,",  # a price that was forgotten is not free of charge
        "add_on,a1,A,,,,,,,5,s1",  # s1 was rejected
        "add_on,filter,A,,,,,,,5,",  # a service's code
        "service,sensor,S,,30,,,,,5,",  # an add-on's code
        "service,base,S,,30,,,,,5,",  # the code of another service's price
        "service,leak,S,,30,,,,,6,",
        LEAK.strip(),
    ]
    before = prices(acme)
    done = bring(acme, tmp_path, HEADER + LEAK + LEAK + "\n".join(rows))
    assert done.imported == 1
    assert done.rejected == {
        "unknown kind": 1,
        "missing value": 2,
        "not a number": 2,
        "not skills": 1,
        "unknown service type": 1,
        "code of something else": 3,
        "code used twice": 1,
    }
    assert prices(acme) == sorted([*before, ("leak", "base", 1800, "leak", True)])


def test_another_company_has_codes_of_its_own(
    acme: Organisation, other: Organisation, tmp_path: Path
) -> None:
    factories.service_type(other, "sensor")
    bring(acme, tmp_path, HEADER + LEAK)
    assert bring(acme, tmp_path, HEADER + SENSOR).imported == 1
    spare = SENSOR.replace("sensor", "spare")  # fits leak, which is acme's
    assert bring(other, tmp_path, HEADER + spare).rejected == {"unknown service type": 1}


def test_the_sample_citys_catalogue_comes_in(acme: Organisation, tmp_path: Path) -> None:
    source = tmp_path / "sample.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        write_services_csv(sample_city(1), file)
    done = bring(acme, tmp_path, source.read_text(encoding="utf-8"))
    assert (done.imported, done.rejected, len(done.skills_created)) == (12, {}, 5)
    assert sum(row[2] for row in prices(acme) if row[1] == "base") == 16_400
    # 6500 + 1800 + 2000 + 1200 + 800 + 1500 + 1000 + 1600
