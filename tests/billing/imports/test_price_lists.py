"""Price lists from a file."""

from collections.abc import Callable
from datetime import date

import pytest

from billing.models import PriceItem, PriceListEntry
from billing.services.imports.price_lists import price_lists_import
from communities.models import Region
from dispatch.services.imports.outcome import Imported
from tests.billing.imports.conftest import Bring

pytestmark = pytest.mark.usefixtures("price_book", "north")

HEADER = "list,name,region,valid_from,valid_until,item,price"
SPRING = "spring,Spring,north,2026-03-01,2026-06-01"


def counts(done: Imported) -> tuple[int, int, int]:
    return done.imported, done.updated, done.unchanged


def entries() -> list[tuple[str, str | None, date, date | None, str, int]]:
    fields = ("code", "region__code", "valid_from", "valid_until")
    listed = PriceListEntry.objects.order_by("price_list__code", "item__code")
    return list(listed.values_list(*(f"price_list__{name}" for name in fields), "item__code", "price_minor"))


def test_lists_and_prices_are_made_changed_and_left_alone(bring: Bring) -> None:
    summer = 'summer,,,2026-06-01,,base,"1,000"'
    made = bring(price_lists_import, HEADER, f"{SPRING},spare,700", f"{SPRING},sensor,850", summer)
    again = bring(price_lists_import, HEADER, f"{SPRING},spare,690", f"{SPRING},sensor,850")

    assert [counts(made), counts(again)] == [(3, 0, 0), (0, 1, 1)]
    spring = ("spring", "north", date(2026, 3, 1), date(2026, 6, 1))
    assert entries() == [
        (*spring, "sensor", 850),
        (*spring, "spare", 690),
        ("summer", None, date(2026, 6, 1), None, "base", 1000),
    ]


def test_what_the_file_does_not_name_stays_with_the_lists_new_days(bring: Bring) -> None:
    bring(price_lists_import, HEADER, f"{SPRING},spare,700", f"{SPRING},sensor,850")
    PriceItem.objects.filter(code="spare").update(active=False)

    done = bring(price_lists_import, HEADER, "spring,Spring,north,2026-03-01,2026-07-01,sensor,850")

    assert counts(done) == (0, 1, 0)
    assert {(entry[3], entry[4]) for entry in entries()} == {
        (date(2026, 7, 1), "spare"),
        (date(2026, 7, 1), "sensor"),
    }


def test_bad_rows_are_explained_and_the_good_ones_go_through(
    bring: Bring, rejected: Callable[[], list[tuple[str, str, str]]], south: Region
) -> None:
    done = bring(
        price_lists_import,
        HEADER,
        f"{SPRING},spare,700",
        f"{SPRING},spare,701",  # 3
        f"{SPRING},pump,700",
        f"{SPRING},base,",
        f"{SPRING},base,7.5",
        "spring,Spring,south,2026-03-01,2026-06-01,base,700",  # 7
        "east,East,east,2026-03-01,,base,700",
        "may,May,north,2026-05-31,,base,700",
        "back,Back,south,2026-03-02,2026-03-02,base,700",
        "then,Then,south,2.3.2026,,base,700",  # 11
        "south,South,south,2026-03-01,,base,600",
    )

    assert sorted(rejected(), key=lambda row: int(row[0])) == [
        ("3", "entry", "entry used twice"),
        ("4", "item", "unknown item"),
        ("5", "price", "missing value"),
        ("6", "price", "not an amount"),
        ("7", "list", "not as before"),
        ("8", "region", "unknown region"),
        ("9", "list", "days of another list"),
        ("10", "valid_until", "ends before it begins"),
        ("11", "valid_from", "not a day"),
    ]
    assert counts(done) == (2, 0, 0)
    assert [(entry[0], entry[4], entry[5]) for entry in entries()] == [
        ("south", "base", 600),
        ("spring", "spare", 700),
    ]
