"""What is told from where technicians work, over HTTP: refusals that help, photos that are private."""

from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from dispatch.models import Technician, TechnicianPlace
from tests.api.conftest import Api
from tests.api.test_problems import assert_problem
from tests.api.world import World
from tests.pictures import picture


@pytest.fixture
def world(tom: Technician, now: datetime) -> World:
    return World(tom, now)


@pytest.fixture
def tom_api(world: World) -> Api:
    return Api(world.technician.user)


def test_completing_says_what_is_open(world: World, tom_api: Api, ada_api: Api) -> None:
    visit = world.names["scheduled"]
    points = [
        {"code": "leaks", "name": "有無漏水", "name_en": "Any leak?"},
        {
            "code": "pressure",
            "name": "水壓",
            "name_en": "Pressure",
            "kind": "number",
            "unit": "bar",
            "highest": 10,
        },
    ]
    saved = ada_api.call("PUT", "/checklists/filter", {"points": points})
    assert saved.json()["version"] == 2  # type: ignore[attr-defined]
    for step in ("arrive", "start"):
        tom_api.post(f"/visits/{visit}/{step}")
    refused = assert_problem(tom_api.post(f"/visits/{visit}/complete"), 409, "checklist-open")
    assert refused["detail"] == "Still open: Any leak?; Pressure"
    assert refused["points"] == [{"code": "leaks", "name": "有無漏水"}, {"code": "pressure", "name": "水壓"}]

    wrong = tom_api.call("PUT", f"/visits/{visit}/answers/pressure", {"value": 11})
    assert assert_problem(wrong, 422, "bad-checklist-answer")["expected"] == "a number to 10 bar"
    tom_api.call("PUT", f"/visits/{visit}/answers/pressure", {"value": 3})
    report: Any = tom_api.call("PUT", f"/visits/{visit}/answers/leaks", {"value": False})
    assert [point["answer"]["value"] for point in report.json()["points"]] == [False, 3]
    assert report.json()["open"] == []
    assert tom_api.post(f"/visits/{visit}/complete").status_code == 200


@pytest.mark.parametrize("value", ["NaN", [1], {"a": 1}, "x" * 2001])
def test_what_no_point_takes_is_refused_by_its_shape(world: World, tom_api: Api, value: Any) -> None:
    answer = tom_api.call("PUT", f"/visits/{world.names['on_site']}/answers/leaks", {"value": value})
    assert answer.status_code == 422


def test_a_photo_is_a_reader_s_own(world: World, tom_api: Api) -> None:
    path = f"/visits/{world.names['on_site']}/photos/{uuid4()}"
    assert_problem(tom_api.get(path), 404, "photo-unknown")
    assert_problem(tom_api.call("PUT", path, b"GIF89a"), 422, "bad-photo")
    made: Any = tom_api.call("PUT", path, picture((3200, 1600), "PNG"))
    assert (made.json()["width"], made.json()["height"]) == (1600, 800)
    read = tom_api.get(path)
    assert (read["Content-Type"], read["Cache-Control"]) == ("image/jpeg", "private, max-age=3600")
    assert read["X-Content-Type-Options"] == "nosniff"
    with Image.open(BytesIO(read.content)) as image:
        assert image.size == (1600, 800)
    assert_problem(tom_api.call("PUT", path, b"x" * (1024 * 1024 + 1)), 413, "too-large")


def test_a_place_has_an_accuracy_and_lies_on_earth(world: World, tom_api: Api) -> None:
    place = {"lon": 121.55, "lat": 25.03, "accuracy_m": 12.6}
    for wrong in ({"lat": 91}, {"accuracy_m": -1}, {"lon": None}):
        assert_problem(tom_api.call("PUT", "/me/place", place | wrong), 422, "invalid")
    assert tom_api.call("PUT", "/me/place", place).status_code == 204
    assert TechnicianPlace.objects.get(technician=world.technician).accuracy_m == 13
    assert tom_api.call("DELETE", "/me/place", None).status_code == 204
    assert not TechnicianPlace.objects.filter(technician=world.technician).exists()


def test_technicians_who_do_not_work_now_are_told_so(world: World, tina: Technician) -> None:
    place = {"lon": 121.55, "lat": 25.03, "accuracy_m": 12}
    assert_problem(Api(tina.user).call("PUT", "/me/place", place), 409, "off-shift")
