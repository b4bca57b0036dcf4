"""What was told of a visit from there, as the office reads it."""

from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from communities.models import Community, User
from dispatch.checklists import Point, PointKind, points_written
from dispatch.models import (
    Checklist,
    PlanVersion,
    Technician,
    UnassignedVisit,
    Visit,
    VisitAnswer,
    VisitPhoto,
    VisitSignature,
)
from dispatch.states import VisitState
from tests import factories
from tests.console.office import put_on_route
from tests.console.test_customer_pages import Page
from tests.console.test_my_day import browser, opened

POINTS = [
    Point(code="leaks", name="有無漏水", name_en="Any leak?"),
    Point(code="pressure", name="水壓", name_en="Pressure", kind=PointKind.NUMBER, unit="bar"),
    Point(code="remark", name="備註", name_en="Remark", kind=PointKind.TEXT),
]


@pytest.fixture
def visit(tom: Technician, now: datetime) -> Visit:
    made = factories.visit(
        factories.site(factories.community(tom.region, "xicun")),
        now,
        technician=tom,
        starts_at=now,
        state=VisitState.STARTED,
        customer=factories.customer(tom.organisation),
    )
    checklist = Checklist.objects.create(
        organisation=tom.organisation,
        service_type=made.service_type,
        version=1,
        points=points_written(POINTS),
    )
    Visit.objects.filter(pk=made.pk).update(checklist=checklist, arrived_at=now)
    return made


def tell(visit: Visit, now: datetime) -> None:
    told = {"organisation": visit.organisation, "visit": visit}
    VisitAnswer.objects.create(**told, code="leaks", value=False, given_at=now)
    VisitAnswer.objects.create(**told, code="pressure", value=3.5, given_at=now)
    VisitSignature.objects.create(**told, name="Ms Wang", strokes="M 1 1 L 9 9", signed_at=now)
    for key in ("0198c0de-0000-7000-8000-000000000001", "0198c0de-0000-7000-8000-000000000002"):
        VisitPhoto.objects.create(**told, key=key, width=8, height=6, is_kept=True, taken_at=now)


def test_the_office_reads_what_was_told(visit: Visit, dora: User, now: datetime) -> None:
    path = f"/visits/{visit.pk}?lang=en"
    assert "not answered" in opened(dora, path).words
    tell(visit, now)
    page = opened(dora, path)
    assert {"Arrived", "09:00", "Any leak?", "No", "3.5 bar", "Remark", "not answered", "Ms Wang"} <= set(
        page.words
    )
    assert len(page.all("img")) == 2
    assert page.all("path") == [{"d": "M 1 1 L 9 9"}]
    assert "有無漏水" in opened(dora, f"/visits/{visit.pk}?lang=zh-hant").words


def test_a_crew_is_named_with_links_to_each_others_visits(
    visit: Visit, tom: Technician, tina: Technician, dora: User, now: datetime
) -> None:
    along = factories.along(visit, tina)
    Visit.objects.filter(work_order=visit.work_order_id).update(
        state=VisitState.NOT_COMPLETED, outcome="Nobody at home"
    )
    pages = {one.role: opened(dora, f"/visits/{one.pk}?lang=en") for one in (visit, along)}
    for page, other in ((pages[0], along), (pages[1], visit)):
        assert {"T1 Technician T1", "leads", "T2 Technician T2", "goes along"} <= set(page.words)
        assert [one["href"] for one in page.all("a") if "/visits/" in one.get("href", "")] == [
            f"/visits/{other.pk}"
        ]
    told = {"Nobody at home", "Any leak?", "not answered"}
    assert (told & set(pages[0].words), told & set(pages[1].words)) == (told, set())
    assert "What was found there and how it ended is told at the visit of whoever leads." in pages[1].words
    tinas = opened(tina.user, f"/visits/{along.pk}?lang=en")
    assert not [one for one in tinas.all("a") if "/visits/" in one.get("href", "")]


def test_of_a_crew_without_anybody_each_page_leads_to_the_board_s_only_entry(
    dora: User, version: PlanVersion, xicun: Community, now: datetime
) -> None:
    lead = factories.visit(factories.site(xicun), now)
    along = factories.along(lead)
    for one in (lead, along):
        UnassignedVisit.objects.create(
            organisation=version.organisation, version=version, visit=one, reason="crew_incomplete"
        )
    for one in (lead, along):
        page = opened(dora, f"/visits/{one.pk}?lang=en")
        assert "nobody yet" in page.words
        assert [
            link["href"].split("#")[1]
            for link in page.all("a")
            if "/board" in link.get("href", "") and "#" in link["href"]
        ] == [str(lead.pk)]


def test_whose_visit_it_is_not_finds_none(visit: Visit, tina: Technician, stranger: User, mina: User) -> None:
    path = f"/visits/{visit.pk}"
    assert [browser(who).get(path).status_code for who in (tina.user, stranger, mina)] == [404, 404, 200]
    assert Client().get(path)["Location"] == "/sign-in"


def test_more_that_was_told_asks_no_more_questions(visit: Visit, dora: User, now: datetime) -> None:
    counts = []
    for _ in range(2):
        client = browser(dora)
        with CaptureQueriesContext(connection) as asked:
            assert Page(client.get(f"/visits/{visit.pk}").content).words
        counts.append(len(asked))
        if not VisitAnswer.objects.exists():
            tell(visit, now)
    # Session, user with organisation; the visit, its checklist, answers, photos, signature; its stop, or that it is
    # left out.
    assert counts == [9, 9]


def test_the_office_reads_why_somebody_goes_there(
    dora: User, version: PlanVersion, tom: Technician, xicun: Community, now: datetime
) -> None:
    stop = put_on_route(version, tom, xicun, now)
    path = f"/visits/{stop.visit_id}?lang=en"
    page = opened(dora, path)
    assert "T1 rather than T9: 12.0 min better, mostly for travel" in page.words
    board = f"/board?region={version.plan.region_id}&on=2026-03-02#{stop.visit_id}"
    assert board in [one.get("href") for one in page.all("a")]
    assert "Why" not in opened(tom.user, path).words  # it tells of colleagues


def test_the_office_reads_why_nobody_goes_there(
    dora: User, version: PlanVersion, xicun: Community, now: datetime
) -> None:
    left = UnassignedVisit.objects.create(
        organisation=version.organisation,
        version=version,
        visit=factories.visit(factories.site(xicun), now),
        reason="no_capacity",
        explanation={"excluded": [{"rule": "full", "technicians": ["T1"]}]},
    )
    words = opened(dora, f"/visits/{left.visit_id}?lang=en").words
    assert "No room in the day: T1" in words
