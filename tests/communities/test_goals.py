"""Goals: set, changed, and measured from the metrics."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from communities.errors import GoalImpossible, GoalUnknown, RegionUnknown
from communities.models import Community, Goal, GoalVersion, MetricDay, Region, RetentionFit, User
from communities.services.goals import GoalGiven, goal_change, goal_set, goals_measure_due
from core.errors import Stale
from tests import factories
from tests.conftest import as_caller

TODAY = date(2026, 3, 2)
THEN = date(2026, 9, 1)
Measure = Goal.Measure


@pytest.fixture
def xicun(north: Region) -> Community:
    return factories.community(north, "xicun")


def a_goal(
    who: User, region: Region, measure: Measure = Measure.FIRST_VISIT_FIX, target: str = "0.9"
) -> Goal:
    given = GoalGiven(target=Decimal(target), by_on=THEN)
    return goal_set(caller=as_caller(who), region_id=region.pk, measure=measure, given=given, today=TODAY)


def rising(community: Community) -> None:
    """Twenty weeks of ten visits each day of the week's end; of 70, first 20 fixed, then 2 more each week: 58."""
    for week in range(20):
        MetricDay.objects.create(
            organisation=community.organisation,
            community=community,
            on=TODAY - timedelta(days=1 + 7 * (19 - week)),
            first_visits=70,
            visits_fixed=20 + 2 * week,
        )


def test_a_goal_is_measured_when_it_is_set(xicun: Community, north: Region, mina: User) -> None:
    rising(xicun)
    goal = a_goal(mina, north, target="0.85")
    # The last four weeks: 52 + 54 + 56 + 58 = 220 of 280. The trend is 2 of 70 a week; 0.85 − 220/280 = 0.0643 is 2.25
    # weeks: 16 days.
    assert (goal.owner, goal.progress["state"], goal.measured_on) == (mina, "on_track", TODAY)
    assert goal.progress["current"] == pytest.approx(220 / 280)
    assert goal.progress["trend"]["value"] == pytest.approx(2 / 70)
    assert goal.progress["expected"]["on"] == "2026-03-18"
    assert goal.progress["weeks"][-1] == [25, pytest.approx(58 / 70)]


def test_customers_who_may_still_come_back_do_not_count_yet(
    xicun: Community, north: Region, mina: User
) -> None:
    for days, repurchased in ((89, 0), (91, 8)):  # served so many days ago: 10, of whom came back
        on = TODAY - timedelta(days=days)
        MetricDay.objects.create(
            organisation=xicun.organisation,
            community=xicun,
            on=on,
            repurchase_base=10,
            repurchased=repurchased,
        )
    assert a_goal(mina, north, Measure.REPURCHASE).progress["current"] == 0.8


def test_a_score_of_a_few_is_not_told(xicun: Community, north: Region, mina: User) -> None:
    day = MetricDay.objects.create(
        organisation=xicun.organisation,
        community=xicun,
        on=TODAY - timedelta(days=1),
        csat_answers=4,
        csat_sum=20,
    )
    goal = a_goal(mina, north, Measure.CSAT, "4.5")
    assert (goal.progress["state"], goal.progress["current"], goal.progress["weeks"]) == ("unknown", None, [])
    MetricDay.objects.filter(pk=day.pk).update(csat_answers=5, csat_sum=25)
    goals_measure_due(now=datetime(2026, 3, 2, 19, tzinfo=UTC))  # the next night, at three in Taipei
    goal.refresh_from_db()
    assert (goal.progress["state"], goal.progress["current"]) == ("reached", 5.0)


def test_a_night_measures_once_and_leaves_dropped_goals(north: Region, mina: User) -> None:
    kept, dropped = a_goal(mina, north), a_goal(mina, north, Measure.ON_TIME)
    change = GoalGiven(is_dropped=True)
    goal_change(caller=as_caller(mina), goal_id=dropped.pk, given=change, revision=1, today=TODAY)
    goals_measure_due(now=datetime(2026, 3, 3, 3, tzinfo=UTC))  # eleven in the morning
    assert set(Goal.objects.values_list("measured_on", flat=True)) == {TODAY}
    goals_measure_due(now=datetime(2026, 3, 3, 19, tzinfo=UTC))
    assert dict(Goal.objects.values_list("pk", "measured_on")) == {
        kept.pk: date(2026, 3, 4),
        dropped.pk: TODAY,
    }


def test_what_a_goal_said_before_is_kept(north: Region, mina: User, dora: User) -> None:
    goal = a_goal(mina, north)
    given = GoalGiven(target=Decimal("0.95"), owner="dora")
    goal_change(caller=as_caller(dora), goal_id=goal.pk, given=given, revision=1, today=TODAY)
    versions = GoalVersion.objects.order_by("revision").values_list("target", "owner", "author", "revision")
    assert list(versions) == [
        (Decimal("0.9"), mina.pk, mina.pk, 1),
        (Decimal("0.95"), dora.pk, dora.pk, 2),
    ]
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        GoalVersion.objects.update(target=1)


def test_who_edits_what_was_edited_meanwhile_is_told(north: Region, mina: User) -> None:
    goal = a_goal(mina, north)
    for by_on in (THEN, THEN + timedelta(days=1)):
        given = GoalGiven(by_on=by_on)
        if by_on == THEN:
            goal_change(caller=as_caller(mina), goal_id=goal.pk, given=given, revision=1, today=TODAY)
            continue
        with pytest.raises(Stale), transaction.atomic():
            goal_change(caller=as_caller(mina), goal_id=goal.pk, given=given, revision=1, today=TODAY)
    assert Goal.objects.get().by_on == THEN


def test_a_region_has_one_goal_for_a_figure_until_it_is_dropped(north: Region, mina: User) -> None:
    first = a_goal(mina, north)
    with pytest.raises(IntegrityError, match="goal_one_of_a_measure"), transaction.atomic():
        a_goal(mina, north)
    change = GoalGiven(is_dropped=True)
    goal_change(caller=as_caller(mina), goal_id=first.pk, given=change, revision=1, today=TODAY)
    assert a_goal(mina, north).pk != first.pk


@pytest.mark.parametrize(
    ("measure", "given"),
    [
        (Measure.ON_TIME, GoalGiven(target=Decimal("1.0001"), by_on=THEN)),
        (Measure.CSAT, GoalGiven(target=Decimal(1), by_on=THEN)),
        (Measure.CSAT, GoalGiven(target=Decimal("5.1"), by_on=THEN)),
        (Measure.ON_TIME, GoalGiven(target=Decimal("0.9"), by_on=TODAY)),
        (Measure.ON_TIME, GoalGiven(target=Decimal("0.9"), by_on=THEN, owner="sol")),  # of the south
        (Measure.ON_TIME, GoalGiven(target=Decimal("0.9"), by_on=THEN, owner="stranger")),
    ],
)
def test_what_cannot_be_is_refused(
    north: Region, mina: User, sol: User, stranger: User, measure: Measure, given: GoalGiven
) -> None:
    with pytest.raises(GoalImpossible):
        goal_set(caller=as_caller(mina), region_id=north.pk, measure=measure, given=given, today=TODAY)


def test_goals_of_others_do_not_exist(
    north: Region, south: Region, mina: User, sol: User, stranger: User
) -> None:
    goal = a_goal(mina, north)
    for other in (sol, stranger):
        with pytest.raises(RegionUnknown):
            a_goal(other, north)
        with pytest.raises(GoalUnknown):
            goal_change(caller=as_caller(other), goal_id=goal.pk, given=GoalGiven(), revision=1, today=TODAY)


def fits(region: Region, weeks: int, lifetime_minor: int, kept: float) -> None:
    """One reading every night of so many weeks: the lifetime value rises by 100 a week, and the share by 0.001."""
    for night in range(7 * weeks):
        RetentionFit.objects.create(
            organisation=region.organisation,
            region=region,
            through_on=TODAY - timedelta(days=7 * weeks - night),
            orders=100,
            returns=50,
            curve=[{"days": 365, "share": kept + night // 7 / 1000, "low": 0.0, "high": 1.0}],
            lifetime_minor=lifetime_minor + 100 * (night // 7),
            code_version="1",
        )


def test_long_term_goals_are_read_from_all_orders(north: Region, mina: User) -> None:
    fits(north, weeks=10, lifetime_minor=10_000, kept=0.4)
    value = a_goal(mina, north, Measure.LIFETIME_VALUE, "11200")
    # 10,900 in the last of ten weeks, 100 more a week: 300 are three weeks away.
    assert (value.progress["current"], value.progress["state"]) == (10_900, "on_track")
    assert value.progress["trend"] == {"value": 100.0, "low": 100.0, "high": 100.0}
    assert value.progress["expected"]["on"] == "2026-03-23"
    assert value.progress["weeks"][-1] == [25, 10_900]
    kept = a_goal(mina, north, Measure.RETENTION, "0.9")
    assert kept.progress["current"] == pytest.approx(0.409)
    # 0.491 at 0.001 a week is further off than five years.
    assert (kept.progress["state"], kept.progress["expected"]) == ("late", None)


def test_nobody_says_what_too_few_orders_do_not(north: Region, mina: User) -> None:
    RetentionFit.objects.create(
        organisation=north.organisation,
        region=north,
        through_on=TODAY - timedelta(days=1),
        orders=3,
        returns=1,
        code_version="1",
    )
    progress = a_goal(mina, north, Measure.LIFETIME_VALUE, "5000").progress
    assert (progress["state"], progress["current"], progress["weeks"]) == ("unknown", None, [])
