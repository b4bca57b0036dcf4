"""Doing the work: en route → arrived → started → completed, or could not be completed.

Each step is a compare-and-swap on the state before it, a fact in the ledger, and a topic of the outbox. Of a crew,
everybody tells when he sets off, arrives and starts; how it ended is for whoever leads to tell, and of his steps alone
the ledger and the customer hear. `happened_at` is the technician's clock (a report may arrive late, from a dead zone);
`now` is ours.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from communities.access import Caller
from communities.models import ServiceEvent
from communities.services.ledger import Fact, facts_record
from core import outbox
from core.errors import Stale
from core.locks import lock_all
from dispatch.errors import NotForYourRole, NotLeading, StepOutOfOrder, TimeImpossible
from dispatch.models import ServiceRequest, Visit, WorkOrder
from dispatch.selectors.visits import visit_get
from dispatch.services.checklists import checklist_check
from dispatch.services.clocks import clocks_restart
from dispatch.services.costs import visit_costs
from dispatch.services.facts import resolved_fact, responded_fact, visit_fact
from dispatch.services.recovery_states import recoveries_follow, recovery_done
from dispatch.states import (
    REQUEST,
    VISIT,
    VISIT_TAKING,
    WORK_ORDER,
    RequestState,
    VisitState,
    WorkOrderState,
    before,
)

CLOCK_SKEW = timedelta(minutes=5)  # how far a telephone's clock may be ahead of ours
ON_TIME = timedelta(minutes=15)
"""Without a promised window, an arrival up to this long after the planned start counts as on time."""
ENDED = frozenset({VisitState.COMPLETED, VisitState.NOT_COMPLETED})
SET_OFF = frozenset({VisitState.EN_ROUTE, VisitState.ARRIVED})
"""Whoever sets off, or is there without having said so, answers the request, whatever it waited for."""
PROMISE = timedelta(days=1)
"""A window up to this long promises a time; a longer one (maintenance that is due) only says which days will do."""


@transaction.atomic
def visit_en_route(*, caller: Caller, visit_id: UUID, happened_at: datetime, now: datetime) -> Visit:
    """The technician has set off. Raises like every step: VisitUnknown, NotForYourRole, StepOutOfOrder,
    TimeImpossible."""
    return _step(caller, visit_id, VisitState.EN_ROUTE, happened_at, now, en_route_at=happened_at)


@transaction.atomic
def visit_arrive(*, caller: Caller, visit_id: UUID, happened_at: datetime, now: datetime) -> Visit:
    """The technician is there; the ledger keeps whether in time."""
    return _step(caller, visit_id, VisitState.ARRIVED, happened_at, now, arrived_at=happened_at)


@transaction.atomic
def visit_start(*, caller: Caller, visit_id: UUID, happened_at: datetime, now: datetime) -> Visit:
    """The service has begun."""
    return _step(caller, visit_id, VisitState.STARTED, happened_at, now, started_at=happened_at)


@transaction.atomic
def visit_complete(
    *, caller: Caller, visit_id: UUID, happened_at: datetime, now: datetime, notes: str = ""
) -> Visit:
    """The work is done: the work order and the request are closed, and billing is told.

    Raises like every step, NotLeading, and ChecklistOpen while a required point of the visit's checklist has no answer.
    """
    changes: dict[str, Any] = {"finished_at": happened_at} | ({"notes": notes} if notes else {})
    visit = _step(caller, visit_id, VisitState.COMPLETED, happened_at, now, **changes)
    checklist_check(visit)
    _crew_end(visit, now)
    open_order = WorkOrder.objects.filter(
        pk=visit.work_order_id, state__in=before(WORK_ORDER, WorkOrderState.COMPLETED)
    )
    if open_order.update(state=WorkOrderState.COMPLETED, completed_at=happened_at):
        outbox.emit("work_order.completed", visit.work_order_id)
    ServiceRequest.objects.filter(
        pk=visit.work_order.request_id, state__in=before(REQUEST, RequestState.CLOSED)
    ).update(state=RequestState.CLOSED, closed_at=happened_at)
    recovery_done(request_id=visit.work_order.request_id, at=happened_at)
    return visit


@transaction.atomic
def visit_not_complete(
    *, caller: Caller, visit_id: UUID, reason: str, happened_at: datetime, now: datetime
) -> Visit:
    """The work could not be done, for `reason`: the work order stays open and gets another trip to plan.

    Raises like every step, NotLeading.
    """
    visit = _step(
        caller, visit_id, VisitState.NOT_COMPLETED, happened_at, now, finished_at=happened_at, outcome=reason
    )
    _crew_end(visit, now)
    Visit.objects.bulk_create(_next_trip(visit))
    recoveries_follow(Q(request=visit.work_order.request_id))
    return visit


@transaction.atomic
def visit_annotate(*, caller: Caller, visit_id: UUID, notes: str, revision: int) -> Visit:
    """Replace the visit's notes, if it is still at `revision`. Raises Stale otherwise, and NotLeading."""
    visit = visit_get(caller, visit_id)
    _may_report(caller)
    check_leads(visit)
    changed = Visit.objects.filter(pk=visit.pk, revision=revision).update(
        notes=notes, revision=revision + 1, updated_at=timezone.now()
    )
    if changed != 1:
        raise Stale("Somebody changed this visit in the meantime: read it again.")
    return visit_get(caller, visit_id)


@transaction.atomic
def _step(
    caller: Caller, visit_id: UUID, to: VisitState, happened_at: datetime, now: datetime, **changes: Any
) -> Visit:
    visit = visit_get(caller, visit_id)
    _may_report(caller)
    if to in ENDED:
        check_leads(visit)
    if not visit.leads and visit.state in ENDED:
        return visit  # whoever leads was quicker to tell, perhaps from where there was reception
    check_time(visit, happened_at, now)
    if to in SET_OFF and visit.leads and visit.checklist_id is None:
        changes["checklist_id"] = visit.service_type.checklist_id  # whatever the list becomes later
    # The order of locks is the same for all who change visits: work order, technician, visit.
    WorkOrder.objects.select_for_update(no_key=True).get(pk=visit.work_order_id)
    lock_all("technician", _whose(visit, to))
    moved = Visit.objects.filter(pk=visit.pk, state__in=before(VISIT, to)).update(
        state=to, revision=F("revision") + 1, updated_at=now, **changes
    )
    if moved != 1:
        visit = visit_get(caller, visit_id)
        if not visit.leads and visit.state in ENDED:
            return visit  # it ended while we waited
        raise StepOutOfOrder(
            f"The visit is {visit.get_state_display().lower()}: it cannot become {to.label.lower()}."
        )
    visit = visit_get(caller, visit_id)
    if visit.leads:
        _tell(caller, visit, to, happened_at, now)
    return visit


def _tell(caller: Caller, visit: Visit, to: VisitState, happened_at: datetime, now: datetime) -> None:
    if to in SET_OFF:
        clocks_restart(request=visit.work_order.request, at=happened_at)
    facts_record(organisation=caller.organisation, facts=_facts(visit, to, happened_at), now=now)
    outbox.emit(f"visit.{to.value}", visit.pk)


def _whose(visit: Visit, to: VisitState) -> set[UUID]:
    """Whose schedules a step changes: when a crew is done, everybody's."""
    own = {visit.technician_id} if visit.technician_id else set()
    if visit.crew_size == 1 or to not in ENDED:
        return own
    crew = Visit.objects.filter(work_order=visit.work_order_id, sequence=visit.sequence)
    return own.union(crew.exclude(technician=None).values_list("technician_id", flat=True))


def _crew_end(visit: Visit, now: datetime) -> None:
    """Whoever went along is done when whoever led says so, however far he had told of it; nobody is looked for any
    more to go along."""
    along = Visit.objects.filter(work_order=visit.work_order_id, sequence=visit.sequence, role__gt=0)
    changed: dict[str, Any] = {"revision": F("revision") + 1, "updated_at": now, "outcome": visit.outcome}
    along.filter(state__in=[str(state) for state in VISIT_TAKING]).update(
        state=visit.state, finished_at=visit.finished_at, **changed
    )
    along.filter(state=VisitState.UNSCHEDULED).update(state=VisitState.CANCELLED, **changed)


def _next_trip(visit: Visit) -> Iterator[Visit]:
    """Visits for another trip, to be planned, for as many."""
    for role in range(visit.crew_size):
        yield Visit(
            organisation_id=visit.organisation_id,
            work_order_id=visit.work_order_id,
            sequence=visit.sequence + 1,
            role=role,
            crew_size=visit.crew_size,
            site_id=visit.site_id,
            service_type_id=visit.service_type_id,
            duration_minutes=visit.duration_minutes,
        )


def _may_report(caller: Caller) -> None:
    if not (caller.is_technician or caller.runs_dispatch):
        raise NotForYourRole("Visits are reported by their technician, or by dispatch.")


def check_leads(visit: Visit) -> None:
    """Raise NotLeading for the visit of somebody who goes along."""
    if not visit.leads:
        raise NotLeading


def check_not_ahead(happened_at: datetime, now: datetime) -> None:
    """Raise TimeImpossible for what would have happened in the future."""
    if happened_at > now + CLOCK_SKEW:
        raise TimeImpossible(f"{happened_at.isoformat()} is in the future.")


def check_time(visit: Visit, happened_at: datetime, now: datetime) -> None:
    """Raise TimeImpossible for what would have happened in the future, before it was asked for, or before a step
    that came earlier. The visit's request must have been read."""
    check_not_ahead(happened_at, now)
    if happened_at < visit.work_order.request.requested_at:
        raise TimeImpossible(f"{happened_at.isoformat()} is before the visit was asked for.")
    steps = (visit.en_route_at, visit.arrived_at, visit.started_at, visit.finished_at)
    last = max((step for step in steps if step is not None), default=happened_at)
    if happened_at < last:
        raise TimeImpossible(f"The step before it happened later, at {last.isoformat()}.")


def _facts(visit: Visit, to: VisitState, happened_at: datetime) -> Iterator[Fact]:
    """What a step tells the ledger, of the visit and of its request."""
    yield visit_fact(
        kind=ServiceEvent.Kind(f"visit.{to.value}"),
        source_id=f"visit:{visit.pk}:{to.value}",
        visit=visit,
        occurred_at=happened_at,
        data=_details(visit, to, happened_at),
    )
    if to in SET_OFF:
        yield responded_fact(visit=visit, occurred_at=happened_at)
    elif to == VisitState.COMPLETED:
        yield resolved_fact(visit=visit, occurred_at=happened_at)


def _details(visit: Visit, to: VisitState, happened_at: datetime) -> dict[str, Any]:
    """What the ledger keeps of a step: numbers. Why a visit could not be completed stays with the visit, for what
    somebody writes may be about somebody, and the ledger forgets nothing."""
    if to == VisitState.ARRIVED:
        return {"on_time": happened_at <= _promised_until(visit)}
    if to not in {VisitState.NOT_COMPLETED, VisitState.COMPLETED}:
        return {}
    owed = {"makes_good": True} if visit.work_order.request.makes_good else {}
    costs = visit_costs(visit, happened_at) if to == VisitState.COMPLETED else {}
    return {"sequence": visit.sequence} | owed | costs


def _promised_until(visit: Visit) -> datetime:
    assert visit.starts_at is not None  # the database refuses an assigned visit without a time
    window = promised_window(visit)
    return window[1] if window else visit.starts_at + ON_TIME


def promised_window(visit: Visit) -> tuple[datetime, datetime] | None:
    """The window that the customer was promised, if it is one of a day at most."""
    begins, until = visit.window_from_at, visit.window_until_at
    if begins is not None and until is not None and until - begins <= PROMISE:
        return begins, until
    return None
