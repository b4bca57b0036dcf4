"""Communities are held out by the week, read by night, and feedback is suspended where it harms."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from communities.access import Caller, caller_of
from communities.errors import FeedbackNotSuspended, NotForYourRole, RegionUnknown
from communities.insight.experiment.words import Arm, Verdict
from communities.models import (
    Community,
    CommunityWeek,
    ExperimentReading,
    FeedbackSuspension,
    Region,
    User,
)
from communities.services.hold_outs import arms_of, week_draw
from communities.services.readings import reading_take, readings_refresh_due
from communities.services.suspensions import (
    feedback_resume,
    feedback_suspend,
    feedback_suspended,
    suspension_announce,
)
from core.money import Money
from dispatch.models import Visit
from tests import factories
from tests.conftest import as_caller
from tests.outbox import waiting

MONDAY = date(2026, 3, 2)
WEEK = timedelta(weeks=1)


def drawn(community: Community, week_on: date, arm: Arm) -> None:
    CommunityWeek.objects.create(
        organisation=community.organisation,
        region=community.region,
        community=community,
        week_on=week_on,
        arm=arm,
    )


def visited(community: Community, at: datetime, *, done: bool = True, **data: Any) -> Visit:
    """A visit that took place, or was attempted, with the fact of it."""
    visit = factories.visit(factories.site(community), at)
    told(visit, "visit.completed" if done else "visit.could_not_complete", at, data=data)
    return visit


def told(visit: Visit, kind: str, at: datetime, **more: Any) -> None:
    factories.fact(
        visit.organisation, kind, at, visit_id=visit.pk, community_id=visit.site.community_id, **more
    )


def resolved(community: Community, at: datetime, *, on_time: bool) -> None:
    factories.fact(
        community.organisation, "request.resolved", at, community_id=community.pk, data={"on_time": on_time}
    )


def reading(region: Region, verdict: Verdict = Verdict.HARMS, **finding: Any) -> ExperimentReading:
    """A reading of one outcome: satisfaction is 0.3 worse with feedback."""
    csat = {"outcome": "csat", "neutral": 4.4, "feedback": 4.1, "effect": -0.3, "low": -0.45, "high": -0.15}
    return ExperimentReading.objects.create(
        organisation=region.organisation,
        region=region,
        first_on=MONDAY,
        through_on=MONDAY + timedelta(days=69),
        weeks=10,
        communities=12,
        findings=[csat | {"p": 0.002, "weeks_needed": None, "verdict": verdict} | finding],
        verdict=verdict,
        policy={},
        inputs_hash="",
        code_version="1",
    )


@pytest.fixture
def suspension(north: Region, now: datetime) -> FeedbackSuspension:
    with transaction.atomic():
        return feedback_suspend(reading(north), now)


# Holding out


@pytest.fixture
def ten(north: Region) -> list[Community]:
    """Communities with a site each, and one that nobody lives in."""
    factories.community(north, "empty")
    communities = [factories.community(north, f"C{number}") for number in range(10)]
    for community in communities:
        factories.site(community)
    return communities


def test_a_week_is_drawn_once_among_the_communities_that_are_served(
    ten: list[Community], north: Region
) -> None:
    week_draw(region=north, on=MONDAY + timedelta(days=2))
    first = arms_of(north, MONDAY)
    factories.site(factories.community(north, "late"))
    week_draw(region=north, on=MONDAY + timedelta(days=6))

    assert arms_of(north, MONDAY + timedelta(days=6)) == first
    assert first.keys() == {community.pk for community in ten}
    # a fifth of ten, and a rounding by chance that has nothing to round
    assert sum(arm == Arm.NEUTRAL for arm in first.values()) == 2
    assert arms_of(north, MONDAY + WEEK) == {}


def test_equal_companies_draw_equally_whatever_their_ids(ten: list[Community], north: Region) -> None:
    week_draw(region=north, on=MONDAY)
    out = set(CommunityWeek.objects.filter(arm=Arm.NEUTRAL).values_list("community__code", flat=True))

    # written down once: if others come out, weeks under way are drawn again
    assert out == {"C2", "C4"}


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"week_on": MONDAY + timedelta(days=1)}, "community_week_begins_on_monday"),
        ({"arm": "both"}, "community_week_arm_known"),
    ],
)
def test_the_database_refuses_what_is_no_arm_of_a_week(
    ten: list[Community], wrong: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        drawn(ten[0], **({"week_on": MONDAY, "arm": Arm.NEUTRAL} | wrong))


def test_an_arm_cannot_be_drawn_again_or_changed(ten: list[Community]) -> None:
    drawn(ten[0], MONDAY, Arm.NEUTRAL)
    with pytest.raises(IntegrityError, match="community_week_once"), transaction.atomic():
        drawn(ten[0], MONDAY, Arm.FEEDBACK)
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        CommunityWeek.objects.update(arm=Arm.FEEDBACK)


# Reading


@pytest.fixture
def two(north: Region) -> tuple[Community, Community]:
    """A is held out in the second and third week, B has feedback in both; the first is that in which it began."""
    a, b = factories.community(north, "A"), factories.community(north, "B")
    for week_on in (MONDAY, MONDAY + WEEK, MONDAY + 2 * WEEK):
        drawn(a, week_on, Arm.NEUTRAL)
        drawn(b, week_on, Arm.FEEDBACK)
    return a, b


def test_what_is_said_of_a_visit_counts_in_its_week(
    two: tuple[Community, Community], north: Region, now: datetime, settings: LazySettings
) -> None:
    settings.INSIGHT_MIN_RESPONDENTS = 1
    a, b = two
    tuesday = now + timedelta(days=8)  # of the second week

    done = visited(a, tuesday, travel_minutes=12)
    told(done, "offer.accepted", tuesday, amount=Money(300, "TWD"))
    told(
        done, "survey.answered", tuesday + timedelta(days=6), data={"csat": 3}
    )  # on Monday of the week after
    visited(a, tuesday + timedelta(days=1), done=False)
    resolved(a, tuesday, on_time=True)
    resolved(a, tuesday + timedelta(days=1), on_time=False)

    for minutes, csat in ((20, 5), (10, 4)):
        told(visited(b, tuesday, travel_minutes=minutes), "survey.answered", tuesday, data={"csat": csat})
    sold = visited(b, tuesday)  # how far it was is not known
    told(sold, "offer.accepted", tuesday, amount=Money(600, "TWD"))
    told(sold, "offer.accepted", tuesday, amount=Money(5000, "USD"))  # cannot be added

    for elsewhere in (now + timedelta(days=1), now + timedelta(days=7), now + timedelta(days=15)):
        # the week in which feedback began; Monday, on which the week before is caught up with; this week
        told(visited(a, elsewhere, travel_minutes=99), "survey.answered", elsewhere, data={"csat": 1})

    found = reading_take(region=north, now=now + timedelta(days=16))

    assert found is not None
    assert (found.first_on, found.through_on) == (MONDAY + WEEK, MONDAY + 2 * WEEK - timedelta(days=1))
    assert (found.weeks, found.communities, found.verdict) == (1, 2, Verdict.UNKNOWN)
    assert {one.outcome: (one.neutral, one.feedback) for one in found.found} == {
        "csat": (3.0, 4.5),
        "upsell": (150.0, 200.0),  # 300 of two visits, 600 of three
        "hit_rate": (0.5, None),
        "travel": (12.0, 15.0),
    }


def test_a_night_without_news_reads_nothing_new(
    two: tuple[Community, Community], north: Region, now: datetime
) -> None:
    tuesday = now + timedelta(days=8)
    done = visited(two[0], tuesday, travel_minutes=12)
    night = now + timedelta(days=16)

    first = reading_take(region=north, now=night)
    again = reading_take(region=north, now=night + timedelta(days=1))
    told(done, "survey.answered", night, data={"csat": 5})
    after_an_answer = reading_take(region=north, now=night + timedelta(days=2))

    assert again == first
    assert after_an_answer != first
    assert ExperimentReading.objects.count() == 2
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        ExperimentReading.objects.update(verdict=Verdict.HELPS)


def test_reading_asks_no_more_of_many_weeks_than_of_one(
    two: tuple[Community, Community], north: Region, now: datetime
) -> None:
    def queries(weeks: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert reading_take(region=north, now=now + weeks * WEEK) is not None
        return len(asked)

    visited(two[0], now + timedelta(days=8))
    visited(two[0], now + timedelta(days=15))
    assert queries(2) == queries(3)


def test_before_the_first_whole_week_there_is_nothing_to_read(
    two: tuple[Community, Community], north: Region, south: Region, now: datetime
) -> None:
    assert reading_take(region=north, now=now + WEEK) is None
    assert reading_take(region=south, now=now + WEEK) is None


def test_regions_are_read_in_the_night(
    two: tuple[Community, Community], south: Region, now: datetime
) -> None:
    visited(two[0], now + timedelta(days=8))
    readings_refresh_due(now=now + timedelta(days=16))  # 09:00 in Taipei
    assert not ExperimentReading.objects.exists()

    readings_refresh_due(now=now + timedelta(days=16, hours=18))  # 03:00
    assert [one.region for one in ExperimentReading.objects.all()] == [two[0].region]


def test_harm_suspends_feedback_until_somebody_says_why_not(
    ten: list[Community], north: Region, as_ada: Caller, now: datetime
) -> None:
    """Ten communities over seven weeks: requests are resolved in time where they are held out, and nowhere else."""
    for week in range(8):
        wednesday = now + timedelta(weeks=week, days=2)
        week_draw(region=north, on=MONDAY + week * WEEK)
        arms = arms_of(north, MONDAY + week * WEEK)
        for community in ten:
            resolved(community, wednesday, on_time=arms[community.pk] == Arm.NEUTRAL)
    night = now + 8 * WEEK

    found = reading_take(region=north, now=night)

    assert found is not None
    assert (found.weeks, found.verdict) == (7, Verdict.HARMS)
    [in_time] = [one for one in found.found if one.outcome == "hit_rate"]
    assert (in_time.neutral, in_time.feedback, in_time.interval) == (1.0, 0.0, (-1.0, -1.0, -1.0))
    assert feedback_suspended(north)
    assert waiting() == ["feedback.suspended"]
    assert reading_take(region=north, now=night + timedelta(days=1)) is None

    feedback_resume(caller=as_ada, region_id=north.pk, reason="The technician has left.", now=night)

    assert not feedback_suspended(north)
    # what was read before does not count any more: it begins anew with the first whole week
    assert reading_take(region=north, now=night + WEEK) is None


# Suspending and beginning again


def test_the_region_s_managers_are_told(
    suspension: FeedbackSuspension, mina: User, sol: User, ada: User
) -> None:
    User.objects.update(email="somebody@example.com")
    User.objects.filter(pk=mina.pk).update(email="mina@example.com")

    suspension_announce(subject_id=suspension.pk)
    suspension_announce(subject_id=suspension.pk)

    first, again = mail.outbox
    assert first.to == ["mina@example.com"]
    assert first.subject == "North從現在起不採用回饋排班"
    assert "滿意度：有回饋時 −0.30（−0.45 至 −0.15）" in first.body
    assert "/proof" in first.body
    assert first.extra_headers["Message-ID"] == again.extra_headers["Message-ID"]


def test_without_a_manager_the_administrators_are_told(
    suspension: FeedbackSuspension, ada: User, dora: User, stranger: User
) -> None:
    User.objects.update(email="nobody@example.com")
    User.objects.filter(pk=ada.pk).update(email="ada@example.com")

    suspension_announce(subject_id=suspension.pk)

    assert [letter.to for letter in mail.outbox] == [["ada@example.com"]]


def test_its_manager_resumes_a_region_and_nobody_is_quicker_twice(
    suspension: FeedbackSuspension, north: Region, mina: User, now: datetime
) -> None:
    asked = {"caller": as_caller(mina), "region_id": north.pk, "reason": "New prices.", "now": now}

    ended = feedback_resume(**asked)

    assert (ended.ended_at, ended.ended_by, ended.ended_reason) == (now, mina, "New prices.")
    with pytest.raises(FeedbackNotSuspended):
        feedback_resume(**asked)


def test_who_may_not_resume(
    suspension: FeedbackSuspension,
    north: Region,
    sol: User,
    dora: User,
    stranger: User,
    as_tom: Caller,
    now: datetime,
) -> None:
    def refused(caller: Caller | None) -> None:
        assert caller is not None
        feedback_resume(caller=caller, region_id=north.pk, reason="Please.", now=now)

    for nobody in (caller_of(sol), caller_of(stranger), as_tom):
        with pytest.raises(RegionUnknown):
            refused(nobody)
    with pytest.raises(NotForYourRole):
        refused(caller_of(dora))
    assert feedback_suspended(north)


def test_the_database_keeps_one_suspension_at_a_time_and_all_of_them(
    suspension: FeedbackSuspension, north: Region, now: datetime
) -> None:
    with (
        pytest.raises(IntegrityError, match="suspension_one_open_for_a_region"),
        transaction.atomic(),
    ):
        feedback_suspend(reading(north), now)
    with pytest.raises(IntegrityError, match="suspension_ended_says_why"), transaction.atomic():
        FeedbackSuspension.objects.update(ended_at=now)
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        suspension.delete()
