"""A dissatisfied customer is visited again: soon, by somebody else, who is better at it."""

from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from pytest_django import Settings

from communities.access import Caller
from communities.models import Community, Contact, Region, ServiceEvent, User
from dispatch.errors import NotForYourRole, RecoveryClosed, RecoveryUnknown
from dispatch.models import PlanVersion, Recovery, ServiceRequest, ServiceType, Technician, Visit
from dispatch.selectors.recoveries import next_visit, recovery_list, said_of
from dispatch.services.execution import visit_complete, visit_not_complete
from dispatch.services.planning import plan_publish, plan_request
from dispatch.services.recoveries import Complaint, recovery_drop, recovery_open
from dispatch.services.reopening import visit_reopen
from dispatch.services.requests import request_cancel
from dispatch.services.solving import version_solve
from dispatch.states import RecoveryState, RequestState, VisitState
from tests import factories
from tests.conftest import as_caller
from tests.dispatch.recoveries import answer, new_visit, recovered, visit_done
from tests.outbox import deliver_all

MONDAY = date(2026, 3, 2)
HOUR = timedelta(hours=1)


@pytest.fixture
def boiler(north: Region) -> ServiceType:
    """Half an hour's work that asks for gas at level 1."""
    return factories.service_type(north.organisation, "boiler", needs="gas")


@pytest.fixture
def place(north: Region) -> Community:
    return factories.community(north, "A")


@pytest.fixture
def bad(tom: Technician, place: Community, boiler: ServiceType, now: datetime) -> Visit:
    """Tom's visit of yesterday."""
    return visit_done(tom, place, now - timedelta(days=1), boiler)


def planned(caller: Caller, region: Region) -> PlanVersion:
    version = plan_request(caller=caller, region_id=region.pk, on=MONDAY, iterations=50)
    version_solve(version_id=version.pk)
    version.refresh_from_db()
    return version


def published(caller: Caller, version: PlanVersion, now: datetime) -> None:
    plan_publish(caller=caller, version_id=version.pk, plan_revision=version.plan.revision, now=now)


def goes(version: PlanVersion, recovery: Recovery) -> tuple[str, datetime]:
    stop = version.stops.select_related("route__technician").get(visit=new_visit(recovery))
    return stop.route.technician.code, stop.start_at


# What opens one


def test_a_detractors_answer_opens_one_with_all_that_it_takes(
    bad: Visit, tom: Technician, tina: Technician, now: datetime
) -> None:
    factories.able(tina, "gas", 3)
    said = answer(bad, csat=2, nps=9, at=now, comment="漏水依舊")

    recovery = Recovery.objects.select_related("request").get()
    assert (recovery.cause, recovery.cause_id, recovery.state) == ("detractor", said.pk, RecoveryState.OPEN)
    assert (recovery.visit, recovery.technician, recovery.levels) == (bad, tom, {"gas": 2})
    assert (recovery.opened_at, recovery.due_at) == (now, now + 48 * HOUR)
    request = recovery.request
    assert (request.source, request.reference) == ("recovery", f"test:{bad.work_order.number}/1")
    assert (request.state, request.resolve_by) == (RequestState.ACCEPTED, recovery.due_at)
    assert (request.customer, request.service_type) == (bad.work_order.request.customer, bad.service_type)
    assert new_visit(recovery).state == VisitState.UNSCHEDULED


def test_a_satisfied_answer_opens_none(bad: Visit, now: datetime) -> None:
    answer(bad, csat=3, nps=7, at=now)
    assert not Recovery.objects.exists()


def test_a_cause_opens_one_and_another_cause_none_while_it_is_open(
    bad: Visit, as_dora: Caller, now: datetime
) -> None:
    recovery = recovered(bad, now)
    same = Complaint(
        visit_id=bad.pk, cause=Recovery.Cause.DETRACTOR, cause_id=recovery.cause_id, at=now + HOUR
    )
    other = Complaint(visit_id=bad.pk, cause=Recovery.Cause.REOPENED, cause_id=bad.pk, at=now + HOUR)

    assert (recovery_open(complaint=same), recovery_open(complaint=other)) == (recovery, None)
    recovery_drop(caller=as_dora, recovery_id=recovery.pk, reason="They moved.", now=now)
    second = recovery_open(complaint=other)

    assert second is not None
    assert second.request.reference == f"test:{bad.work_order.number}/2"
    assert second.due_at == now + 25 * HOUR


def test_a_visit_that_is_reopened_is_made_good_by_the_request_that_does_it(
    bad: Visit, tom: Technician, as_dora: Caller, now: datetime
) -> None:
    request = visit_reopen(caller=as_dora, visit_id=bad.pk, reason="It drips again.", now=now)
    deliver_all()
    recovery = Recovery.objects.get()
    assert (recovery.cause, recovery.request, recovery.technician) == ("reopened", request, tom)
    assert recovery.due_at == now + 24 * HOUR


def test_a_request_that_is_there_already_is_hurried_and_no_second_one_made(
    bad: Visit, tom: Technician, now: datetime
) -> None:
    follow_up = factories.request(bad.site, now, bad.service_type)  # to be resolved within three days
    opened = recovery_open(
        complaint=Complaint(
            visit_id=bad.pk, cause=Recovery.Cause.REOPENED, cause_id=follow_up.pk, at=now, follow_up=follow_up
        )
    )
    follow_up.refresh_from_db()
    assert opened is not None
    assert (opened.request, opened.technician, follow_up.resolve_by) == (follow_up, tom, now + 24 * HOUR)
    assert not ServiceRequest.objects.filter(source="recovery").exists()


def test_the_customer_is_told_and_only_who_agreed_to_it(
    bad: Visit, place: Community, tom: Technician, now: datetime
) -> None:
    recovered(bad, now)
    letter = mail.outbox[-1]
    assert letter.subject == "Acme：我們會再次到府處理"
    assert "2026年3月4日 09:00" in letter.body

    another = visit_done(tom, place, now - timedelta(days=2))
    Contact.objects.update(may_message=False)
    before = len(mail.outbox)
    recovered(another, now)
    assert [letter.subject for letter in mail.outbox[before:]] == ["Acme：這次服務您滿意嗎？"]


# In the plan


def test_somebody_else_goes_who_is_better_at_it(
    bad: Visit, tom: Technician, tina: Technician, north: Region, as_dora: Caller, now: datetime
) -> None:
    """Tom (level 3) and Tim (level 1) live next door, Tina (level 2) 12 km away."""
    near, far = factories.technician(north, "T3", lon=121.549), tina
    Technician.objects.filter(pk=far.pk).update(home="SRID=4326;POINT(121.43 25.03)")
    for technician, level in ((tom, 3), (near, 1), (far, 2)):
        factories.able(technician, "gas", level)
        factories.shift(technician, now)
    recovery = recovered(bad, now - HOUR)

    assert goes(planned(as_dora, north), recovery)[0] == "T2"


def test_nobody_goes_rather_than_whoever_was_there(
    bad: Visit, tom: Technician, north: Region, as_dora: Caller, now: datetime
) -> None:
    factories.able(tom, "gas", 2)
    factories.shift(tom, now)
    recovery = recovered(bad, now - HOUR)

    assert (recovery.levels, recovery.nobody_higher) == ({"gas": 1}, ["gas"])
    assert [left.reason for left in planned(as_dora, north).unassigned.all()] == ["no_shift"]


def test_it_comes_before_ordinary_visits_and_before_its_deadline(
    bad: Visit,
    tina: Technician,
    place: Community,
    boiler: ServiceType,
    north: Region,
    as_dora: Caller,
    settings: Settings,
    now: datetime,
) -> None:
    """Two hours of work for Tina and eight visits of half an hour, older and nearer: four of them wait."""
    settings.RECOVERY_HOURS = {"detractor": 2}
    Technician.objects.filter(pk=tina.pk).update(home="SRID=4326;POINT(121.55 25.03)")
    tina.refresh_from_db()
    factories.able(tina, "gas", 2)
    factories.shift(tina, now, hours=2)
    for _ in range(8):
        factories.request(factories.site(place), now - timedelta(days=2), boiler)
    Visit.objects.filter(pk=bad.pk).update(site=factories.site(place, lon=121.552))
    recovery = recovered(bad, now - HOUR)

    version = planned(as_dora, north)

    technician, start_at = goes(version, recovery)
    assert (technician, start_at <= recovery.due_at) == ("T2", True)
    assert version.visits_unassigned > 0


# From open to done


def test_it_follows_its_visit(
    bad: Visit, tina: Technician, north: Region, as_dora: Caller, now: datetime
) -> None:
    factories.able(tina, "gas", 2)
    factories.shift(tina, now)
    recovery = recovered(bad, now - HOUR)
    states = []

    def state() -> str:
        recovery.refresh_from_db()
        return recovery.state

    published(as_dora, planned(as_dora, north), now)
    states.append(state())
    first = new_visit(recovery)
    visit_not_complete(caller=as_dora, visit_id=first.pk, reason="Nobody at home.", happened_at=now, now=now)
    states.append(state())
    published(as_dora, planned(as_dora, north), now)
    states.append(state())
    second = Visit.objects.get(work_order=first.work_order_id, sequence=2)
    Visit.objects.filter(pk=second.pk).update(state=VisitState.STARTED)
    visit_complete(caller=as_dora, visit_id=second.pk, happened_at=now, now=now)
    states.append(state())

    assert states == ["planned", "open", "planned", "done"]
    assert recovery.closed_at == now
    told = ServiceEvent.objects.filter(kind__startswith="recovery.").order_by("occurred_at")
    assert [(fact.kind, fact.data, fact.visit_id, fact.technician_id) for fact in told] == [
        ("recovery.opened", {"cause": "detractor"}, bad.pk, bad.technician_id),
        ("recovery.closed", {"on_time": True}, bad.pk, bad.technician_id),
    ]


def test_what_is_done_after_the_deadline_is_not_in_time(
    bad: Visit, tina: Technician, as_dora: Caller, now: datetime
) -> None:
    recovery = recovered(bad, now - 49 * HOUR)
    Visit.objects.filter(work_order__request=recovery.request).update(
        state=VisitState.STARTED, technician=tina, starts_at=now, ends_at=now + HOUR
    )
    visit_complete(caller=as_dora, visit_id=new_visit(recovery).pk, happened_at=now, now=now)
    assert ServiceEvent.objects.get(kind="recovery.closed").data == {"on_time": False}


def test_cancelling_its_request_drops_it_too(bad: Visit, as_dora: Caller, now: datetime) -> None:
    recovery = recovered(bad, now)
    request_cancel(caller=as_dora, request_id=recovery.request_id, reason="They moved.", now=now)
    recovery.refresh_from_db()
    assert (recovery.state, recovery.reason, recovery.closed_at) == ("dropped", "They moved.", now)


def test_dropping_takes_its_visit_off_the_plan_once_and_by_dispatch(
    bad: Visit, mina: User, as_dora: Caller, as_stranger: Caller, now: datetime
) -> None:
    recovery = recovered(bad, now)
    for caller, refusal in ((as_stranger, RecoveryUnknown), (as_caller(mina), NotForYourRole)):
        with pytest.raises(refusal):
            recovery_drop(caller=caller, recovery_id=recovery.pk, reason="They moved.", now=now)

    recovery_drop(caller=as_dora, recovery_id=recovery.pk, reason="They moved.", now=now)

    assert new_visit(recovery).state == VisitState.CANCELLED
    with pytest.raises(RecoveryClosed):
        recovery_drop(caller=as_dora, recovery_id=recovery.pk, reason="Again.", now=now)


# What goes wrong a second time


def test_a_bad_answer_about_a_recovery_writes_to_the_manager_and_opens_none(
    bad: Visit, tina: Technician, mina: User, now: datetime
) -> None:
    User.objects.filter(pk=mina.pk).update(email="mina@acme.example")
    recovery = recovered(bad, now)
    Visit.objects.filter(work_order__request=recovery.request).update(
        state=VisitState.COMPLETED, technician=tina, starts_at=now, ends_at=now + HOUR, finished_at=now + HOUR
    )
    mail.outbox.clear()

    answer(new_visit(recovery), csat=1, at=now + HOUR)
    deliver_all()

    assert Recovery.objects.get() == recovery
    assert [(letter.to, letter.subject) for letter in mail.outbox if "mina" in letter.to[0]] == [
        (["mina@acme.example"], f"補救案件 {recovery.request.reference} 未能解決")
    ]


# Who sees what


def test_it_is_seen_with_what_was_said_and_who_goes_next_by_dispatch_and_the_regions_manager(
    bad: Visit, mina: User, sol: User, as_dora: Caller, as_tom: Caller, as_stranger: Caller, now: datetime
) -> None:
    recovery = recovered(bad, now)
    seen = recovery_list(as_dora).get()

    said = said_of(seen)
    assert said is not None
    assert (said.csat, said.nps, said.comment) == (1, None, "漏水依舊")
    assert next_visit(seen) == new_visit(recovery)
    assert [
        list(recovery_list(caller)) for caller in (as_caller(mina), as_caller(sol), as_tom, as_stranger)
    ] == [
        [recovery],
        [],
        [],
        [],
    ]
