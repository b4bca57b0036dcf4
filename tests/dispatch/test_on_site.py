"""What is told of a visit from there: the checklist it is held to, photos, who signed."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pytest_django import Settings

from communities.access import Caller
from communities.models import Customer, Region, User
from dispatch.checklists import Point, PointKind, Value, points_read, points_written
from dispatch.errors import (
    BadAnswer,
    BadChecklist,
    BadPhoto,
    BadSignature,
    ChecklistOpen,
    NotForYourRole,
    NotOnSite,
    PhotoUnknown,
    PointUnknown,
    ServiceTypeUnknown,
    TimeImpossible,
    TooManyPhotos,
    VisitUnknown,
)
from dispatch.models import Technician, Visit, VisitPhoto
from dispatch.photos import SIDE, file_of, picture_of
from dispatch.selectors.reports import Report, photo_get, reports_of
from dispatch.services import photos
from dispatch.services.checklists import checklist_save
from dispatch.services.erasure import requests_forget
from dispatch.services.execution import visit_arrive, visit_complete, visit_start
from dispatch.services.on_site import SignatureGiven, answer_give, visit_sign
from dispatch.services.photos import photo_delete, photo_keep
from dispatch.states import VisitState
from tests import factories
from tests.conftest import as_caller
from tests.outbox import deliver_all
from tests.pictures import picture

MINUTE = timedelta(minutes=1)
LEAKS = Point(code="leaks", name="有無漏水", name_en="Any leak?")
PRESSURE = Point(
    code="pressure", name="水壓", name_en="Pressure", kind=PointKind.NUMBER, unit="bar", lowest=0, highest=10
)
REMARK = Point(code="remark", name="備註", name_en="Remark", kind=PointKind.TEXT, required=False)
LABEL = Point(code="label", name="銘牌照片", name_en="Photo of the label", kind=PointKind.PHOTO)
POINTS = [LEAKS, PRESSURE, REMARK, LABEL]


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def customer(north: Region) -> Customer:
    return factories.customer(north.organisation)


@pytest.fixture
def scheduled(north: Region, tom: Technician, customer: Customer, now: datetime) -> Visit:
    """Tom's visit at 09:00."""
    return factories.visit(
        factories.site(factories.community(north, "A")),
        now - timedelta(days=1),
        technician=tom,
        starts_at=now,
        state=VisitState.SCHEDULED,
        customer=customer,
    )


@pytest.fixture
def visit(scheduled: Visit, as_ada: Caller, as_tom: Caller, now: datetime) -> Visit:
    """Tom is at work there, with four points to check."""
    checklist_save(caller=as_ada, service_type_code="filter", points=POINTS)
    visit_arrive(caller=as_tom, visit_id=scheduled.pk, happened_at=now, now=now)
    return visit_start(caller=as_tom, visit_id=scheduled.pk, happened_at=now, now=now)


def answered(caller: Caller, visit: Visit, code: str, value: Value | None, at: datetime) -> None:
    answer_give(caller=caller, visit_id=visit.pk, code=code, value=value, happened_at=at, now=at)


def report(visit: Visit) -> Report:
    return reports_of([Visit.objects.select_related("service_type").get(pk=visit.pk)])[visit.pk]


def values(visit: Visit) -> dict[str, Any]:
    return {code: answer.value for code, answer in report(visit).answers.items()}


def kept(caller: Caller, visit: Visit, at: datetime, **more: Any) -> VisitPhoto:
    given = {"key": uuid4(), "content": picture()} | more
    return photo_keep(caller=caller, visit_id=visit.pk, taken_at=at, now=at, **given)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_visit_is_not_done_while_a_required_point_is_open(
    visit: Visit, as_tom: Caller, now: datetime
) -> None:
    answered(as_tom, visit, "leaks", False, now)
    with pytest.raises(ChecklistOpen) as refused:
        visit_complete(caller=as_tom, visit_id=visit.pk, happened_at=now, now=now)
    assert refused.value.detail == "Still open: Pressure; Photo of the label"
    assert [point["code"] for point in refused.value.facts["points"]] == ["pressure", "label"]
    visit.refresh_from_db()
    assert visit.state == VisitState.STARTED

    answered(as_tom, visit, "pressure", 3.5, now)
    kept(as_tom, visit, now, code="label")
    done = visit_complete(caller=as_tom, visit_id=visit.pk, happened_at=now, now=now)
    assert done.state == VisitState.COMPLETED


def test_a_visit_that_has_begun_keeps_its_list(
    visit: Visit, as_ada: Caller, as_tom: Caller, now: datetime
) -> None:
    before = report(visit).points
    kind = checklist_save(caller=as_ada, service_type_code="filter", points=[LEAKS])
    assert (kind.checklist and kind.checklist.version, before) == (2, POINTS)
    assert report(visit).points == POINTS
    assert points_read(kind.checklist.points) == [LEAKS]  # type: ignore[union-attr]
    same = checklist_save(caller=as_ada, service_type_code="filter", points=[LEAKS])
    assert same.checklist == kind.checklist


def test_what_is_asked_before_somebody_sets_off_is_the_newest_list(scheduled: Visit, as_ada: Caller) -> None:
    assert report(scheduled).points == []
    checklist_save(caller=as_ada, service_type_code="filter", points=[LEAKS])
    assert report(scheduled).points == [LEAKS]


def test_of_two_answers_the_later_stands_whichever_comes_first(
    visit: Visit, as_tom: Caller, now: datetime
) -> None:
    answered(as_tom, visit, "pressure", 4, now + MINUTE)
    answered(as_tom, visit, "pressure", 3, now)
    assert values(visit) == {"pressure": 4}
    answered(as_tom, visit, "pressure", None, now + 2 * MINUTE)
    assert values(visit) == {}
    answered(as_tom, visit, "pressure", 4, now + MINUTE)
    assert values(visit) == {}


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        ("leaks", 1, "true or false"),
        ("pressure", 10.5, "a number from 0 to 10 bar"),
        ("pressure", True, "a number from 0 to 10 bar"),
        ("remark", "", "a text of 1 to 2000 characters"),
        ("label", True, "a photo"),
    ],
)
def test_what_does_not_answer_a_point_is_refused(
    visit: Visit, as_tom: Caller, now: datetime, code: str, value: Value, expected: str
) -> None:
    with pytest.raises(BadAnswer) as refused:
        answered(as_tom, visit, code, value, now)
    assert refused.value.facts["expected"] == expected


def test_who_tells_and_when(
    visit: Visit,
    as_tom: Caller,
    as_dora: Caller,
    as_stranger: Caller,
    tina: Technician,
    mina: User,
    now: datetime,
) -> None:
    answered(as_dora, visit, "leaks", True, now)
    assert tina.user is not None
    for who, refusal in (
        (as_stranger, VisitUnknown),
        (as_caller(tina.user), VisitUnknown),
        (as_caller(mina), NotForYourRole),
    ):
        with pytest.raises(refusal):
            answered(who, visit, "leaks", False, now)
        with pytest.raises(refusal):
            visit_sign(
                caller=who, visit_id=visit.pk, given=SignatureGiven(name="A"), happened_at=now, now=now
            )
        with pytest.raises(refusal):
            kept(who, visit, now)
    with pytest.raises(PointUnknown):
        answered(as_tom, visit, "colour", True, now)
    with pytest.raises(TimeImpossible):
        answer_give(
            caller=as_tom, visit_id=visit.pk, code="leaks", value=True, happened_at=now + 6 * MINUTE, now=now
        )
    Visit.objects.filter(pk=visit.pk).update(state=VisitState.COMPLETED)
    with pytest.raises(NotOnSite):
        answered(as_tom, visit, "leaks", False, now)
    assert values(visit) == {"leaks": True}


def test_lists_that_contradict_themselves_are_refused(
    as_ada: Caller, as_dora: Caller, scheduled: Visit
) -> None:
    upside_down = Point(code="p", name="P", kind=PointKind.NUMBER, lowest=2, highest=1)
    for points in ([LEAKS, LEAKS], [Point(code="p", name="P", unit="bar")], [upside_down]):
        with pytest.raises(BadChecklist):
            checklist_save(caller=as_ada, service_type_code="filter", points=points)
    with pytest.raises(ServiceTypeUnknown):
        checklist_save(caller=as_ada, service_type_code="roof", points=[])
    with pytest.raises(NotForYourRole):
        checklist_save(caller=as_dora, service_type_code="filter", points=[])


@given(
    st.builds(
        Point,
        code=st.text(min_size=1, max_size=40),
        name=st.text(min_size=1),
        kind=st.sampled_from(PointKind),
        lowest=st.none() | st.floats(allow_nan=False, allow_infinity=False),
        required=st.booleans(),
    )
)
@settings(max_examples=50)
def test_a_point_is_read_as_it_was_written(point: Point) -> None:
    assert points_read(points_written([point])) == [point]


def test_a_photo_is_kept_once_small_and_with_nothing_of_the_camera_s(
    visit: Visit, as_tom: Caller, now: datetime, storage: Path
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera 7"  # Make
    exif[0x0112] = 6  # Orientation: to be turned by 90°
    content = picture((3200, 1600), exif=exif.tobytes(), comment=b"at Ms Wang's")
    key = uuid4()
    first = kept(as_tom, visit, now, key=key, content=content)
    again = kept(as_tom, visit, now + MINUTE, key=key, content=content)
    assert first.pk == again.pk
    [path] = files(storage)
    assert path == storage / file_of(first.pk)
    with Image.open(path) as image:
        # 3200 × 1600 is turned to 1600 × 3200, and made half as large
        assert (image.format, image.size, first.width, first.height) == ("JPEG", (800, 1600), 800, 1600)
        assert (dict(image.getexif()), image.info.get("comment")) == ({}, None)
    assert max(first.width, first.height) == SIDE
    assert b"Wang" not in path.read_bytes()


def test_other_kinds_of_picture_become_jpeg_and_what_is_none_is_refused() -> None:
    note = PngInfo()
    note.add_text("Author", "Ms Wang")
    for content in (picture(kind="PNG", pnginfo=note), picture(kind="WEBP")):
        assert picture_of(content).content.startswith(b"\xff\xd8")
        assert b"Wang" not in picture_of(content).content
    for content in (
        b"",
        b"<svg/>",
        picture(kind="GIF"),
        picture(kind="PNG")[:60],
        picture((6000, 4001), "PNG"),
    ):
        with pytest.raises(BadPhoto):
            picture_of(content)


def test_a_file_that_was_not_written_is_written_by_the_next_try(
    visit: Visit, as_tom: Caller, now: datetime, storage: Path
) -> None:
    key = uuid4()
    photo = kept(as_tom, visit, now, key=key)
    VisitPhoto.objects.update(is_kept=False)
    (storage / file_of(photo.pk)).unlink()
    with pytest.raises(PhotoUnknown):
        photo_get(as_tom, visit.pk, key)
    kept(as_tom, visit, now, key=key)
    assert photo_get(as_tom, visit.pk, key) == photo
    assert len(files(storage)) == 1


def test_a_visit_has_so_many_photos_and_each_answers_a_point_for_photos(
    visit: Visit, as_tom: Caller, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "MOST", 1)
    with pytest.raises(PointUnknown):
        kept(as_tom, visit, now, code="leaks")
    kept(as_tom, visit, now)
    with pytest.raises(TooManyPhotos):
        kept(as_tom, visit, now)


@pytest.mark.django_db(transaction=True)
def test_a_photo_that_should_not_have_been_taken_is_deleted_while_somebody_is_there(
    visit: Visit, as_tom: Caller, as_dora: Caller, as_stranger: Caller, now: datetime, storage: Path
) -> None:
    right, wrong = (kept(as_tom, visit, now, code="label") for _ in range(2))
    with pytest.raises(VisitUnknown):
        photo_delete(caller=as_stranger, visit_id=visit.pk, key=wrong.key)
    for _ in range(2):  # a telephone that had no answer asks again
        photo_delete(caller=as_tom, visit_id=visit.pk, key=wrong.key)
    deliver_all()
    assert files(storage) == [storage / file_of(right.pk)]
    assert [point.code for point in report(visit).open] == ["leaks", "pressure"]

    photo_delete(caller=as_dora, visit_id=visit.pk, key=right.key)
    assert [point.code for point in report(visit).open] == ["leaks", "pressure", "label"]
    Visit.objects.filter(pk=visit.pk).update(state=VisitState.COMPLETED)
    with pytest.raises(NotOnSite):
        photo_delete(caller=as_tom, visit_id=visit.pk, key=right.key)


def test_somebody_signs_with_a_finger_or_by_name(visit: Visit, as_tom: Caller, now: datetime) -> None:
    def sign(at: datetime, **given: str) -> None:
        visit_sign(caller=as_tom, visit_id=visit.pk, given=SignatureGiven(**given), happened_at=at, now=at)

    for wrong in ({"name": ""}, {"name": "Ms Wang", "strokes": "M 1 1 url(#x)"}):
        with pytest.raises(BadSignature):
            sign(now, **wrong)
    sign(now + MINUTE, name="Ms Wang", strokes="M 1 1 L 20 20")
    sign(now, name="Mr Wang")
    signature = report(visit).signature
    assert signature is not None
    assert (signature.name, signature.strokes) == ("Ms Wang", "M 1 1 L 20 20")


def test_what_was_told_of_a_customer_who_is_forgotten_is_gone(
    visit: Visit, customer: Customer, as_tom: Caller, now: datetime, storage: Path
) -> None:
    answered(as_tom, visit, "remark", "Ms Wang keeps geese", now)
    answered(as_tom, visit, "pressure", 3.5, now)
    visit_sign(
        caller=as_tom,
        visit_id=visit.pk,
        given=SignatureGiven(name="Ms Wang", strokes="M 1 1 L 9 9"),
        happened_at=now,
        now=now,
    )
    kept(as_tom, visit, now)
    requests_forget(customer=customer)
    deliver_all()
    told = report(visit)
    assert values(visit) == {"remark": "–", "pressure": 3.5}
    assert told.signature is not None
    assert (told.signature.name, told.signature.strokes) == ("–", "M0 0")
    assert (told.photos, files(storage)) == ([], [])


def test_a_photo_of_a_customer_forgotten_meanwhile_leaves_no_file(
    visit: Visit, as_tom: Caller, now: datetime, storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = default_storage.save

    def save_late(name: str, content: Any) -> str:
        VisitPhoto.objects.all().delete()
        return save(name, content)

    monkeypatch.setattr(default_storage, "save", save_late)
    kept(as_tom, visit, now)
    assert files(storage) == []
