"""Option sets from a file."""

from collections.abc import Callable

import pytest

from billing.models import OptionSet, PriceItem
from billing.services.imports.option_sets import option_sets_import
from tests.billing.imports.conftest import Bring

pytestmark = pytest.mark.usefixtures("price_book")

HEADER = "set,name,name_en,fits,option,option_en,recommended,item,quantity"
WATER = "water,淨水,Clean water,filter"
BOTH = (f"{WATER},基本,Basic,,spare,1", f"{WATER},安心,Safe,yes,spare,2", f"{WATER},安心,Safe,yes,sensor,")


def sets() -> dict[str, list[tuple[str, str, bool, dict[str, int]]]]:
    return {
        one.code: [
            (
                option.name,
                option.name_en,
                option.recommended,
                {line.item.code: line.quantity for line in option.lines.all()},
            )
            for option in one.options.order_by("position")
        ]
        for one in OptionSet.objects.all()
    }


def test_a_set_is_made_left_alone_and_replaced_whole(bring: Bring) -> None:
    made = bring(option_sets_import, HEADER, *BOTH)
    assert sets() == {
        "water": [("基本", "Basic", False, {"spare": 1}), ("安心", "Safe", True, {"spare": 2, "sensor": 1})]
    }
    row = OptionSet.objects.select_related("service_type").get()
    assert (row.name, row.name_en, row.service_type and row.service_type.code) == (
        "淨水",
        "Clean water",
        "filter",
    )

    again = bring(option_sets_import, HEADER, *BOTH)
    turned = bring(option_sets_import, HEADER, BOTH[1], BOTH[2], BOTH[0])

    assert [(done.imported, done.updated, done.unchanged) for done in (made, again, turned)] == [
        (3, 0, 0),
        (0, 0, 3),
        (0, 3, 0),
    ]
    assert [option[0] for option in sets()["water"]] == ["安心", "基本"]


def test_a_set_with_a_bad_row_stays_as_it_was_and_the_others_go_through(
    bring: Bring, rejected: Callable[[], list[tuple[str, str, str]]]
) -> None:
    bring(option_sets_import, HEADER, *BOTH)
    before = sets()
    PriceItem.objects.filter(code="sensor").update(active=False)

    done = bring(option_sets_import, HEADER, *BOTH, "dry,Dry,,,Good,,,spare,3", "wet,Wet,,,Good,,,spare,0")

    assert rejected() == [
        ("6", "quantity", "not a number"),
        ("2", "set", "set not whole"),
        ("3", "set", "set not whole"),
        ("4", "item", "unknown item"),
    ]
    assert (done.imported, done.updated, done.unchanged) == (1, 0, 0)
    assert sets() == before | {"dry": [("Good", "", False, {"spare": 3})]}


@pytest.mark.parametrize(
    ("row", "field", "problem"),
    [
        (f"{WATER.replace('Clean', 'Pure')},基本,Basic,,sensor,1", "set", "not as before"),
        (f"{WATER},基本,Plain,,sensor,1", "option", "not as before"),
        (f"{WATER},基本,Basic,,spare,2", "item", "item twice"),
        (f"{WATER},最好,Best,yes,spare,2", "recommended", "recommended twice"),
        (f"{WATER},最好,Best,maybe,spare,2", "recommended", "not yes or no"),
        (f"{WATER},,Best,,spare,2", "option", "missing value"),
    ],
)
def test_what_cannot_be_one_set(
    bring: Bring,
    rejected: Callable[[], list[tuple[str, str, str]]],
    row: str,
    field: str,
    problem: str,
) -> None:
    bring(option_sets_import, HEADER, *BOTH, row)

    assert [one for one in rejected() if one[2] != "set not whole"] == [("5", field, problem)]
    assert sets() == {}


def test_no_more_options_than_can_be_offered_and_only_for_services_that_there_are(
    bring: Bring, rejected: Callable[[], list[tuple[str, str, str]]]
) -> None:
    many = [f"many,Many,,,Option {number},,,spare,1" for number in range(6)]
    bring(option_sets_import, HEADER, *many, "leak,Leak,,leak,Good,,,spare,1")

    assert [one for one in rejected() if one[2] != "set not whole"] == [
        ("7", "option", "too many options"),
        ("8", "fits", "unknown service type"),
    ]
    assert sets() == {}
