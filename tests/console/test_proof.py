"""The page on which feedback has to prove itself."""

from datetime import datetime

import pytest
from django.db import transaction
from django.test import Client

from communities.insight.experiment.words import Verdict
from communities.models import FeedbackSuspension, Region, User
from communities.services.suspensions import feedback_suspend, feedback_suspended
from console.office.proof import Plot
from dispatch.models import Technician
from tests.communities.test_experiment import reading
from tests.console.office import opened

TABLE = ["Satisfaction", "4.40", "4.10", "−0.30", "−0.45 … −0.15", "Feedback harms"]


@pytest.fixture
def suspension(north: Region, now: datetime) -> FeedbackSuspension:
    with transaction.atomic():
        return feedback_suspend(reading(north), now)


def test_a_harm_is_shown_with_what_it_rests_on_and_what_followed(
    mina: User, suspension: FeedbackSuspension
) -> None:
    page = opened(mina, "/proof?lang=en")

    words = [word for word in page.words if word]
    assert [word for word in words if word in TABLE][
        1:
    ] == TABLE  # the first one is the verdict beside the region
    assert "Since March 2, 2026, 9 a.m. it is planned without feedback." in words
    assert "10 weeks of 12 communities, March 2, 2026 – May 10, 2026" in words
    [figure] = page.all("svg")
    assert figure["class"] == "interval harms"


def test_what_is_not_known_yet_has_no_numbers(ada: User, north: Region) -> None:
    blank = {"effect": None, "low": None, "high": None, "p": None, "weeks_needed": 7}
    reading(north, Verdict.UNKNOWN, **blank)

    page = opened(ada, "/proof?lang=en")

    assert "Not yet known: about 7 more weeks needed" in page.words
    assert (page.all("svg"), page.all("form")[1:]) == ([], [])  # but for signing out


def test_before_anything_is_read_the_page_says_when_that_will_be(ada: User, north: Region) -> None:
    assert "Nothing to compare yet" in opened(ada, "/proof?lang=en").words

    in_chinese = opened(ada, "/proof?lang=zh-hant").words
    assert "尚無資料可比較" in in_chinese
    assert [word for word in in_chinese if "feedback" in word] == []  # every sentence is translated


def test_a_region_without_a_reading_is_named_beside_the_others(
    ada: User, north: Region, south: Region
) -> None:
    reading(north)

    assert "No reading yet: South" in opened(ada, "/proof?lang=en").words


def test_a_manager_sees_the_own_region_only(sol: User, suspension: FeedbackSuspension) -> None:
    assert "North" not in opened(sol, "/proof?lang=en").words


def test_dispatchers_and_technicians_have_a_day(dora: User, tom: Technician) -> None:
    for user in (dora, tom.user):
        browser = Client()
        assert user is not None
        browser.force_login(user)
        assert browser.get("/proof")["Location"] == "/"
        assert b'href="/proof"' not in browser.get("/").content
    assert Client().get("/proof")["Location"] == "/sign-in"


def test_its_manager_lets_feedback_begin_again(
    mina: User, north: Region, suspension: FeedbackSuspension
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(mina)
    browser.get("/proof")
    form = {"csrfmiddlewaretoken": browser.cookies["csrftoken"].value}
    address = f"/proof/{north.pk}/resume"

    assert browser.post(address, {"reason": "New prices."}).status_code == 403  # without the token
    assert browser.post(address, form | {"reason": " "})["Location"] == "/proof"
    assert feedback_suspended(north)
    assert browser.post(address, form | {"reason": "New prices."})["Location"] == "/proof"
    assert browser.post(address, form | {"reason": "Once more."})["Location"] == "/proof"

    suspension.refresh_from_db()
    assert (suspension.ended_by, suspension.ended_reason) == (mina, "New prices.")


@pytest.mark.parametrize("role", ["sol", "dora", "stranger"])
def test_others_find_nothing_to_begin_again(
    role: str, request: pytest.FixtureRequest, north: Region, suspension: FeedbackSuspension
) -> None:
    browser = Client()
    browser.force_login(request.getfixturevalue(role))

    assert browser.post(f"/proof/{north.pk}/resume", {"reason": "Please."}).status_code == 404
    assert feedback_suspended(north)


def test_an_interval_is_drawn_to_scale_around_no_difference() -> None:
    # The farther end is 0.45 from nothing, and 112 of 120 from the middle: −0.15 is 37 off, −0.30 is 75.
    assert Plot.of(-0.45, -0.3, -0.15) == Plot(zero=120, low=8, effect=45, high=83)
    assert Plot.of(0.0, 0.0, 0.0) == Plot(zero=120, low=120, effect=120, high=120)
