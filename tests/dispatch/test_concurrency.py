"""Several at once: one publisher wins, readers see one plan or the other, a run has one result."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from communities.access import Caller
from communities.models import Region
from core.errors import DomainError
from dispatch.models import PlanVersion, Technician, Visit
from dispatch.services.edits.trying import Wish
from dispatch.services.plan_edits import plan_edit
from dispatch.services.planning import plan_publish, plan_request
from dispatch.services.solving import version_solve
from dispatch.states import PlanState
from tests import factories

MONDAY = date(2026, 3, 2)
AT_ONCE = 6

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def day(north: Region, tom: Technician, tina: Technician, now: datetime) -> None:
    """Six requests, and two technicians who could do them."""
    place = factories.community(north, "A")
    for _ in range(6):
        factories.request(factories.site(place), now - timedelta(days=1))
    factories.shift(tom, now)
    factories.shift(tina, now)


def draft(caller: Caller, region: Region, seed: int = 1) -> PlanVersion:
    version = plan_request(caller=caller, region_id=region.pk, on=MONDAY, seed=seed, iterations=20)
    version_solve(version_id=version.pk)
    version.refresh_from_db()
    return version


def at_once(do: Callable[[int], Any]) -> list[Any]:
    """What `do` gives, or refuses, to several who start together."""
    start = threading.Barrier(AT_ONCE)

    def one(number: int) -> Any:
        try:
            start.wait()
            return do(number)
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def test_of_several_publishers_one_wins_and_the_others_are_told(
    as_dora: Caller, north: Region, now: datetime
) -> None:
    versions = [draft(as_dora, north, seed) for seed in range(AT_ONCE)]

    def publish(number: int) -> str:
        plan_publish(caller=as_dora, version_id=versions[number].pk, plan_revision=1, now=now)
        return "published"

    assert sorted(at_once(publish)) == ["plan-stale"] * (AT_ONCE - 1) + ["published"]
    assert PlanVersion.objects.filter(state=PlanState.PUBLISHED).count() == 1
    assert Visit.objects.filter(state="scheduled").count() == 6


def test_of_several_who_edit_one_wins_and_the_others_are_told(
    as_dora: Caller, north: Region, tina: Technician, now: datetime
) -> None:
    version = draft(as_dora, north)
    visits = list(version.stops.values_list("visit", flat=True))

    def edit(number: int) -> str:
        wish = Wish(visits[number], tina.pk, start_at=now + timedelta(hours=number + 1))
        return plan_edit(caller=as_dora, version_id=version.pk, plan_revision=1, wish=wish, now=now).made_by

    assert sorted(at_once(edit)) == ["edit"] + ["plan-stale"] * (AT_ONCE - 1)
    states = PlanVersion.objects.order_by("number").values_list("number", "state")
    assert list(states) == [(1, PlanState.SUPERSEDED), (2, PlanState.DRAFT)]


def test_reader_sees_one_plan_or_the_other_never_a_mixture(
    as_dora: Caller, north: Region, tom: Technician, tina: Technician, now: datetime
) -> None:
    Technician.objects.filter(pk=tina.pk).update(active=False)
    plan_publish(caller=as_dora, version_id=draft(as_dora, north).pk, plan_revision=1, now=now)
    Technician.objects.filter(pk=tina.pk).update(active=True)
    Technician.objects.filter(pk=tom.pk).update(active=False)
    after = draft(as_dora, north)
    seen: list[frozenset[tuple[UUID, UUID | None]]] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            seen.append(assignments())
        connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        plan_publish(caller=as_dora, version_id=after.pk, plan_revision=2, now=now)
    finally:
        over.set()
        reader.join()

    visits = list(Visit.objects.values_list("pk", flat=True))
    whole = [frozenset((visit, technician.pk) for visit in visits) for technician in (tom, tina)]
    assert len(visits) == 6
    assert set(seen) <= set(whole)
    assert assignments() == whole[1]


def test_run_delivered_several_times_is_solved_once(as_dora: Caller, north: Region) -> None:
    version = plan_request(caller=as_dora, region_id=north.pk, on=MONDAY, iterations=20)

    at_once(lambda _: version_solve(version_id=version.pk))

    version.refresh_from_db()
    assert (version.state, version.attempts, version.stops.count()) == (PlanState.DRAFT, 1, 6)


def assignments() -> frozenset[tuple[UUID, UUID | None]]:
    """Who goes where, in one reading."""
    return frozenset(Visit.objects.filter(state="scheduled").values_list("pk", "technician_id"))
