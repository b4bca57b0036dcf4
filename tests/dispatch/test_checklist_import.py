"""Checklists from a file."""

from collections.abc import Callable

import pytest

from communities.models import Organisation
from dispatch.checklists import Point, PointKind, points_read
from dispatch.models import ServiceType
from dispatch.services.imports.checklists import checklists_import
from tests import factories
from tests.billing.imports.conftest import Bring, bring, rejected

__all__ = ["bring", "rejected"]

HEADER = "service_type,code,name,name_en,kind,unit,lowest,highest,optional"
LEAKS = "filter,leaks,有無漏水,Any leak?,,,,,"
PRESSURE = "filter,pressure,水壓,Pressure,number,bar,0,10,"
REMARK = "filter,remark,備註,,text,,,,yes"


@pytest.fixture(autouse=True)
def services(acme: Organisation) -> None:
    for code in ("filter", "boiler"):
        factories.service_type(acme, code)


def lists() -> dict[str, list[Point]]:
    kinds = ServiceType.objects.filter(checklist__isnull=False).select_related("checklist")
    return {kind.code: points_read(kind.checklist.points) for kind in kinds if kind.checklist}


def test_a_list_is_made_left_alone_and_replaced_whole(bring: Bring) -> None:
    made = bring(checklists_import, HEADER, LEAKS, PRESSURE, REMARK)
    assert lists() == {
        "filter": [
            Point(code="leaks", name="有無漏水", name_en="Any leak?"),
            Point(
                code="pressure", name="水壓", name_en="Pressure", kind=PointKind.NUMBER,
                unit="bar", lowest=0, highest=10,
            ),
            Point(code="remark", name="備註", kind=PointKind.TEXT, required=False),
        ]
    }  # fmt: skip
    again = bring(checklists_import, HEADER, LEAKS, PRESSURE, REMARK)
    turned = bring(checklists_import, HEADER, PRESSURE, LEAKS)
    assert [(done.imported, done.updated, done.unchanged) for done in (made, again, turned)] == [
        (3, 0, 0),
        (0, 0, 3),
        (0, 2, 0),
    ]
    assert [point.code for point in lists()["filter"]] == ["pressure", "leaks"]


def test_a_list_with_a_bad_row_stays_as_it_was_and_the_others_go_through(
    bring: Bring, rejected: Callable[[], list[tuple[str, str, str]]]
) -> None:
    done = bring(
        checklists_import,
        HEADER,
        LEAKS,
        "filter,pressure,水壓,,number,bar,high,,",
        "filter,leaks,再問,,,,,,",
        "boiler,flame,火焰,,photo,,,,",
        "roof,tiles,瓦,,,,,,",
        "boiler2,x,X,,colour,,,,",
        "boiler3,x,X,,yes_no,bar,,,",
    )
    assert (done.imported, list(lists())) == (1, ["boiler"])
    assert sorted(rejected()) == [
        ("2", "service_type", "list not whole"),
        ("3", "lowest", "not a number"),
        ("4", "code", "point twice"),
        ("6", "service_type", "unknown service type"),
        ("7", "kind", "unknown kind"),
        ("8", "kind", "contradicts itself"),
    ]
