"""Signals of a region: from its facts, under its policy, into versions that stay."""

from dataclasses import asdict, replace
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from communities.access import Caller
from communities.errors import NotForYourRole, PolicyChanged, PolicyTooFine, RegionUnknown
from communities.insight.signals import SignalPolicy, read_signals
from communities.models import Community, Policy, Region, Signal, SignalSet, User
from communities.services.metrics import metrics_refresh
from communities.services.policies import policy_set
from communities.services.signal_inputs import inputs_of
from communities.services.signals import signals_compute, signals_refresh_due, signals_told
from core.money import Money
from dispatch.models import ServiceType, Technician
from tests import factories
from tests.conftest import as_caller

MONDAY = date(2026, 3, 2)
KEEN = SignalPolicy(min_answers=6, half_life_days=1e9)


@pytest.fixture
def village(north: Region) -> Community:
    return factories.community(north, "A")


@pytest.fixture
def filters(north: Region) -> ServiceType:
    return factories.service_type(north.organisation, "filter")


def served(village: Community, technician: Technician, filters: ServiceType, at: datetime, csat: int) -> None:
    """A visit of 40 minutes, settled at once, with a sale of 500 and an answer."""
    about = {"community_id": village.pk, "technician_id": technician.pk, "service_type_id": filters.pk}
    for kind, more in (
        ("request.received", {}),
        ("visit.completed", {"data": {"sequence": 1, "work_minutes": 40}}),
        ("offer.made", {"amount": Money(500, "TWD")}),
        ("offer.accepted", {"amount": Money(500, "TWD")}),
        ("survey.answered", {"data": {"csat": csat, "nps": None}}),
    ):
        factories.fact(village.organisation, kind, at, **about, **more)
    metrics_refresh()


def test_facts_are_added_up_by_day(
    north: Region, village: Community, tom: Technician, filters: ServiceType, now: datetime
) -> None:
    for csat in (5, 4):
        served(village, tom, filters, now, csat)
    served(village, tom, filters, now - timedelta(days=400), 1)  # too old to count
    inputs = inputs_of(north, MONDAY + timedelta(days=3))
    (cell,) = inputs.cells()
    assert asdict(cell) | {"community": "", "technician": "", "service_type": ""} == {
        "community": "",
        "technician": "",
        "service_type": "",
        "age_days": 3,
        "first_visits": 2,
        "visits_completed": 2,
        "visits_fixed": 2,
        "resolved": 0,
        "resolved_on_time": 0,
        "csat_answers": 2,
        "csat_sum": 9,
        "csat_squares": 41,
        "offers": 2,
        "offers_accepted": 2,
        "upsell_minor": 1000,
        "work_minutes": 80,
    }
    (demand,) = inputs.demands()
    assert (demand.requests, demand.weeks) == ((2, 0, 0, 0, 0, 0, 0), 4 / 7)
    assert inputs.workdays() == [1]


def about(said: object) -> list[str]:
    return [str(getattr(said, name, None)) for name in ("technician", "community", "service_type")]


def test_what_is_read_comes_back_from_the_rows_whole(
    north: Region,
    village: Community,
    tom: Technician,
    tina: Technician,
    filters: ServiceType,
    now: datetime,
    ada: User,
) -> None:
    for csat in (5, 4, 5, 5, 4, 5):
        served(village, tom, filters, now, csat)
    for csat in (1, 2, 2, 1, 3, 1):
        served(village, tina, filters, now, csat)
    policy_set(caller=as_caller(ada), region_id=north.pk, policy=KEEN, reason="Rather six than five.")

    signal_set = signals_compute(region=north, through_on=MONDAY)

    inputs = inputs_of(north, MONDAY)
    read = read_signals(inputs.cells(), KEEN, inputs.demands(), inputs.workdays())
    told = signals_told(signal_set)
    everything = ("affinities", "priorities", "upsells", "durations", "service_days")
    assert told.policy == KEEN
    for name in everything:
        assert sorted(getattr(told, name), key=about) == sorted(getattr(read, name), key=about)
    assert all(getattr(read, name) for name in everything)
    assert told.minutes_of(str(tom.pk), str(village.pk), str(filters.pk)) > 0
    assert (signal_set.version, signal_set.policy_version) == (1, Policy.objects.get())


def test_a_night_on_which_nothing_was_heard_makes_no_version(
    north: Region, village: Community, tom: Technician, filters: ServiceType, now: datetime
) -> None:
    served(village, tom, filters, now, 5)
    first = signals_compute(region=north, through_on=MONDAY)
    assert signals_compute(region=north, through_on=MONDAY + timedelta(days=1)) == first


def test_a_fact_that_comes_late_makes_a_new_version_and_leaves_the_old_one(
    north: Region, village: Community, tom: Technician, filters: ServiceType, now: datetime
) -> None:
    served(village, tom, filters, now, 5)
    old = signals_compute(region=north, through_on=MONDAY)
    served(village, tom, filters, now - timedelta(days=30), 4)
    new = signals_compute(region=north, through_on=MONDAY)
    assert (old.version, new.version, SignalSet.objects.count()) == (1, 2, 2)
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        SignalSet.objects.filter(pk=old.pk).update(version=9)


def test_regions_have_versions_of_their_own(
    north: Region, south: Region, village: Community, tom: Technician, filters: ServiceType, now: datetime
) -> None:
    signals_compute(region=south, through_on=MONDAY)
    served(village, tom, filters, now, 5)
    assert signals_compute(region=north, through_on=MONDAY).version == 1
    assert signals_compute(region=south, through_on=MONDAY).version == 1


def test_a_new_policy_is_heard_by_day_and_once(north: Region, as_ada: Caller, now: datetime) -> None:
    """At nine in the morning nothing is due, unless the policy has changed."""
    signals_refresh_due(now=now)
    assert not SignalSet.objects.exists()
    policy_set(caller=as_ada, region_id=north.pk, policy=KEEN, reason="A try.")
    for _ in range(2):
        signals_refresh_due(now=now)
    assert [(one.region, one.policy["min_answers"]) for one in SignalSet.objects.all()] == [(north, 6)]


def test_a_policy_is_a_new_version_with_author_and_reason(
    north: Region, as_ada: Caller, mina: User, ada: User
) -> None:
    policy_set(caller=as_ada, region_id=north.pk, policy=KEEN, reason="A try.")
    policy_set(caller=as_caller(mina), region_id=north.pk, policy=SignalPolicy(), reason="Too nervous.")
    rows = Policy.objects.order_by("version").values_list("version", "author", "reason")
    assert list(rows) == [(1, ada.pk, "A try."), (2, mina.pk, "Too nervous.")]
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        Policy.objects.update(reason="Never said.")


def test_who_saw_an_older_policy_is_refused(north: Region, as_ada: Caller, mina: User) -> None:
    mine = {"caller": as_ada, "region_id": north.pk, "policy": KEEN, "reason": "A try."}
    assert policy_set(**mine, seen=0).version == 1
    with pytest.raises(PolicyChanged, match="Version 1 is in force"), transaction.atomic():
        policy_set(**mine, seen=0)
    assert policy_set(**mine, seen=1).version == 2
    assert policy_set(**mine).version == 3  # whatever there is


def test_policies_are_not_for_everybody(
    north: Region, as_dora: Caller, as_tom: Caller, as_stranger: Caller, sol: User
) -> None:
    with pytest.raises(NotForYourRole):
        policy_set(caller=as_dora, region_id=north.pk, policy=KEEN, reason="x")
    for caller in (as_tom, as_stranger, as_caller(sol)):
        with pytest.raises(RegionUnknown):
            policy_set(caller=caller, region_id=north.pk, policy=KEEN, reason="x")


def test_a_policy_that_would_show_what_single_people_said_is_refused(north: Region, as_ada: Caller) -> None:
    with pytest.raises(PolicyTooFine, match="at least 5"):
        policy_set(caller=as_ada, region_id=north.pk, policy=SignalPolicy(min_answers=4), reason="x")


def test_a_signal_names_what_its_kind_is_about(north: Region, village: Community) -> None:
    signal_set = signals_compute(region=north, through_on=MONDAY)
    row = Signal(
        organisation=north.organisation, signal_set=signal_set, kind="service_days", minutes=1, evidence={}
    )
    with pytest.raises(IntegrityError, match="signal_names_what_its_kind_is_about"), transaction.atomic():
        row.save()


def test_a_policy_of_other_days_can_still_be_read(north: Region, village: Community) -> None:
    signal_set = signals_compute(region=north, through_on=MONDAY)
    former = replace_policy(signal_set, {"target_csat": 4.5, "prior_answers": 3.0})
    assert signals_told(former).policy == replace(SignalPolicy(), target_csat=4.5)


def replace_policy(signal_set: SignalSet, policy: dict[str, float]) -> SignalSet:
    """The set as an older Linli would have written it; not stored."""
    return SignalSet(pk=signal_set.pk, policy=policy)
