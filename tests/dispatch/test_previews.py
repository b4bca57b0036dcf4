"""Previews: what a day's plan would be with another policy, and nothing that anybody could publish."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from communities.access import Caller
from communities.errors import NotForYourRole, PolicyTooFine
from communities.insight.signals import SignalPolicy
from communities.models import Community, Region
from communities.services.metrics import metrics_refresh
from communities.services.policies import policy_set
from dispatch.errors import PreviewNotRunning, PreviewRunning, PreviewUnknown
from dispatch.models import PlanVersion, PolicyPreview, ServiceRequest, Technician, WorkOrder
from dispatch.services.previews import preview_cancel, preview_request, preview_solve, previews_sweep
from dispatch.states import PreviewState, RequestState, VisitState
from tests import factories

MONDAY = date(2026, 3, 2)
DEFAULT = SignalPolicy()


@pytest.fixture
def village(north: Region) -> Community:
    return factories.community(north, "A")


@pytest.fixture
def asked(
    north: Region, village: Community, tom: Technician, tina: Technician, now: datetime
) -> ServiceRequest:
    """Both are at work and live next to each other; customers like Tina better by far."""
    for technician in (tom, tina):
        factories.shift(technician, now)
    for technician, csat in ((tom, 1), (tina, 5)):
        for _ in range(12):
            factories.fact(
                village.organisation,
                "survey.answered",
                now - timedelta(days=3),
                community_id=village.pk,
                technician_id=technician.pk,
                data={"csat": csat, "nps": None},
            )
    metrics_refresh()
    return factories.request(factories.site(village), now - timedelta(days=1))


def previewed(caller: Caller, region: Region, policy: SignalPolicy) -> PolicyPreview:
    preview = preview_request(caller=caller, region_id=region.pk, on=MONDAY, policy=policy, iterations=50)
    preview_solve(preview_id=preview.pk)
    preview.refresh_from_db()
    return preview


def test_what_would_have_been_with_another_policy(
    north: Region, asked: ServiceRequest, tom: Technician, tina: Technician, as_ada: Caller
) -> None:
    """Under the neutral policy the two are as good as each other, so the first one goes."""
    neutral = replace(DEFAULT.neutral(), csat_minutes=0.0)
    policy_set(caller=as_ada, region_id=north.pk, policy=neutral, reason="To begin with.")
    preview = previewed(as_ada, north, replace(neutral, csat_minutes=DEFAULT.csat_minutes))
    before, after = preview.result["before"], preview.result["after"]
    assert (preview.state, preview.progress, preview.result["visits"]) == (PreviewState.DONE, 100, 1)
    assert [(one["from"], one["to"]) for one in preview.result["moved"]] == [("T1", "T2")]
    assert after["csat_added"] > 0 > before["csat_added"]
    # Of whole seconds, told to the hundredth of a minute.
    assert after["minutes"]["affinity"] == pytest.approx(
        -DEFAULT.csat_minutes * after["csat_added"], abs=0.02
    )
    assert "affinity" not in before["minutes"]
    assert after["travel_minutes"] == before["travel_minutes"]


def test_it_says_why_somebody_else_goes_and_what_a_community_has_of_it(
    north: Region, village: Community, asked: ServiceRequest, as_ada: Caller
) -> None:
    neutral = replace(DEFAULT.neutral(), csat_minutes=0.0)
    policy_set(caller=as_ada, region_id=north.pk, policy=neutral, reason="To begin with.")
    result = previewed(as_ada, north, replace(neutral, csat_minutes=DEFAULT.csat_minutes)).result
    [move] = result["moved"]
    # Nothing but the affinity differs: of a point and a half each way, at 4 minutes a point.
    (now_tom, then_tom), (now_tina, then_tina) = move["worth"]["T1"], move["worth"]["T2"]
    assert (now_tom, now_tina) == (0, 0)
    assert then_tina == -then_tom > 0
    chosen, other = move["why"]["chosen"], move["why"]["runner_up"]
    assert (chosen["technician"], other["technician"]) == ("T2", "T1")
    gain = other["minutes"]["affinity"] - chosen["minutes"]["affinity"]
    assert gain == pytest.approx(then_tina - then_tom, abs=0.05)
    [place] = result["communities"]
    assert (place["community_id"], place["visits"], place["moved"]) == (str(village.pk), 1, 1)
    assert place["after"]["csat_added"] == result["after"]["csat_added"]


def test_who_was_told_a_time_and_would_not_get_it_is_counted(
    north: Region, village: Community, asked: ServiceRequest, tom: Technician, as_ada: Caller, now: datetime
) -> None:
    """Somebody was promised Tom; under the default Tina goes."""
    factories.visit(factories.site(village), now, technician=tom, starts_at=now, state=VisitState.SCHEDULED)
    result = previewed(as_ada, north, DEFAULT.neutral()).result
    assert (result["visits"], result["before"]["promises"]) == (2, 1)


def test_it_is_compared_with_what_was_in_force_when_it_was_asked_for(
    north: Region, asked: ServiceRequest, as_ada: Caller
) -> None:
    first = policy_set(caller=as_ada, region_id=north.pk, policy=DEFAULT.neutral(), reason="To begin with.")
    preview = preview_request(caller=as_ada, region_id=north.pk, on=MONDAY, policy=DEFAULT, iterations=50)
    policy_set(caller=as_ada, region_id=north.pk, policy=DEFAULT, reason="No.")
    preview_solve(preview_id=preview.pk)
    preview.refresh_from_db()
    assert (preview.against, len(preview.result["moved"])) == (first, 1)


def test_so_few_answers_are_not_tried_either(north: Region, as_ada: Caller) -> None:
    with pytest.raises(PolicyTooFine):
        preview_request(caller=as_ada, region_id=north.pk, on=MONDAY, policy=replace(DEFAULT, min_answers=4))


def test_the_same_policy_changes_nothing(north: Region, asked: ServiceRequest, as_ada: Caller) -> None:
    result = previewed(as_ada, north, DEFAULT).result
    assert (result["before"], result["moved"]) == (result["after"], [])


def test_a_preview_leaves_no_plan_and_accepts_no_request(
    north: Region, asked: ServiceRequest, as_ada: Caller
) -> None:
    previewed(as_ada, north, DEFAULT)
    asked.refresh_from_db()
    assert (asked.state, WorkOrder.objects.count(), PlanVersion.objects.count()) == (
        RequestState.RECEIVED,
        0,
        0,
    )


def test_a_region_has_one_preview_at_a_time(north: Region, as_ada: Caller, as_dora: Caller) -> None:
    preview_request(caller=as_ada, region_id=north.pk, on=MONDAY, policy=DEFAULT)
    with pytest.raises(PreviewRunning):
        preview_request(caller=as_ada, region_id=north.pk, on=MONDAY, policy=DEFAULT)
    with pytest.raises(NotForYourRole):
        preview_request(caller=as_dora, region_id=north.pk, on=MONDAY, policy=DEFAULT)


def test_a_preview_whose_worker_is_lost_is_taken_back_and_given_up_the_third_time(
    north: Region, as_ada: Caller
) -> None:
    preview = preview_request(caller=as_ada, region_id=north.pk, on=MONDAY, policy=DEFAULT)
    rows, now = PolicyPreview.objects.filter(pk=preview.pk), timezone.now()
    lost = {"state": PreviewState.SOLVING, "lease_until": now - timedelta(seconds=1)}
    rows.update(**lost, attempts=1)
    previews_sweep(now=now)
    assert rows.get().state == PreviewState.QUEUED
    rows.update(**lost, attempts=3)
    previews_sweep(now=now)
    assert (rows.get().state, rows.get().error) == (PreviewState.FAILED, "The planner was lost three times.")


def test_a_cancelled_preview_makes_room_at_once_and_nobody_plans_it(
    north: Region, asked: ServiceRequest, as_ada: Caller, as_dora: Caller, as_stranger: Caller
) -> None:
    preview = preview_request(caller=as_ada, region_id=north.pk, on=MONDAY, policy=DEFAULT, iterations=50)
    with pytest.raises(NotForYourRole):
        preview_cancel(caller=as_dora, preview_id=preview.pk)
    with pytest.raises(PreviewUnknown):
        preview_cancel(caller=as_stranger, preview_id=preview.pk)
    preview_cancel(caller=as_ada, preview_id=preview.pk)
    preview_request(caller=as_ada, region_id=north.pk, on=MONDAY, policy=DEFAULT.neutral())
    preview_solve(preview_id=preview.pk)
    preview.refresh_from_db()
    assert (preview.state, preview.attempts, preview.result) == (PreviewState.CANCELLED, 0, {})
    with pytest.raises(PreviewNotRunning):
        preview_cancel(caller=as_ada, preview_id=preview.pk)


def test_a_preview_that_is_cancelled_while_it_is_planned_ends_without_a_result(
    north: Region, village: Community, asked: ServiceRequest, as_ada: Caller
) -> None:
    """The search would take hours."""
    for _ in range(10):
        factories.request(factories.site(village), asked.requested_at)
    preview = preview_request(caller=as_ada, region_id=north.pk, on=MONDAY, policy=DEFAULT, iterations=10**8)
    told: list[str] = []

    def cancelling(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "dispatch_policypreview" SET "progress"'):
            told.append(sql)
            if len(told) == 1:
                preview_cancel(caller=as_ada, preview_id=preview.pk)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(cancelling):
        preview_solve(preview_id=preview.pk)
    preview.refresh_from_db()
    assert (preview.state, preview.progress, preview.result) == (PreviewState.CANCELLED, 0, {})
    assert len(told) == 1


def test_running_it_again_does_no_harm(north: Region, asked: ServiceRequest, as_ada: Caller) -> None:
    preview = previewed(as_ada, north, DEFAULT)
    preview_solve(preview_id=preview.pk)
    assert PolicyPreview.objects.get().attempts == 1
