"""Changing a plan by hand: trying a move, making it, pinning, taking back. Every change is a version of its own.

What changes a draft is a draft, and takes its place; what changes the published plan is published. Of two who change
the same plan at once, the second is told that it is another by now.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from communities.access import Caller
from dispatch.errors import NothingToRedo, NothingToUndo, PlanNotEditable, VisitNotPlannable
from dispatch.models import Plan, PlanVersion, Stop, Visit
from dispatch.selectors.plans import version_get
from dispatch.selectors.visits import visit_get
from dispatch.services.edits.booked import bookings_kept
from dispatch.services.edits.crews import crew_known, crew_try
from dispatch.services.edits.forbidding import Broken, forbidden
from dispatch.services.edits.sheet import day_hold, sheet_open
from dispatch.services.edits.since import changed_since
from dispatch.services.edits.splitting import (
    check_waits,
    crew_locked,
    split_change,
    split_edit,
    split_try,
)
from dispatch.services.edits.trying import Outcome, Wish, explanation_by_hand, wish_try
from dispatch.services.edits.turning import turn
from dispatch.services.edits.writing import Change, Making
from dispatch.services.planning import dispatch_only
from dispatch.services.release import open_visits
from dispatch.services.shifts import codes_at_work
from dispatch.states import VISIT_BEGUN, Pin, PlanState

Words = dict[str, Any]
"""What was done, in data: `PlanVersion.edit`."""


def plan_try(*, caller: Caller, version_id: UUID, wish: Wish, now: datetime) -> Outcome:
    """What a wish would do, and which rules forbid it. Nothing changes.

    Raises PlanUnknown, VisitUnknown, NotForYourRole, PlanNotEditable, PlanStale, VisitNotPlannable, StopUnknown,
    StartNotThatDay.
    """
    version = version_get(caller, version_id)
    dispatch_only(caller)
    _check_editable(version)
    return _tried(caller, version, wish, now, lock=False)


@transaction.atomic
def plan_edit(
    *, caller: Caller, version_id: UUID, plan_revision: int, wish: Wish, now: datetime
) -> PlanVersion:
    """Do what a wish says; the new version.

    Raises as `plan_try`; EditForbidden, with the rules; PlanStale when the plan is another by now (`plan_revision`), or
    a draft's visits or shifts have changed.
    """
    plan, version = _plan_lock(caller, version_id, plan_revision)
    outcome = _tried(caller, version, wish, now, lock=True)
    if outcome.broken:
        raise forbidden(outcome.broken)
    edit = _edit_of(outcome, wish)
    making = Making(plan, version, caller, now, PlanVersion.MadeBy.EDIT, version, edit)
    making.prepare(edit, "to")
    return making.make(_change(version, outcome, wish), outcome.unlike_schedule())


@transaction.atomic
def visit_pin(
    *, caller: Caller, visit_id: UUID, version_id: UUID, plan_revision: int, pin: Pin | None, now: datetime
) -> PlanVersion:
    """Pin a visit to where a version has it, or (None) unpin it; the new version, with the same routes.

    Raises PlanUnknown, VisitUnknown, NotForYourRole, PlanNotEditable, PlanStale, EditForbidden for a visit that has
    begun, VisitNotPlannable for one that is in no route.
    """
    plan, version = _plan_lock(caller, version_id, plan_revision)
    visit = visit_get(caller, visit_id)
    stop = version.stops.filter(visit=visit).select_related("route").first()
    if stop is None and pin is not None:
        raise VisitNotPlannable("It is in no route of this plan: there is nothing to pin it to.")
    day_hold(version, [stop.route.technician_id] if stop else [])
    visit = (
        Visit.objects.select_for_update(no_key=True, of=("self",))
        .select_related("work_order")
        .get(pk=visit.pk)
    )
    if visit.state in VISIT_BEGUN:
        raise forbidden([Broken.of_visit("begun", visit)])
    if pin is not None and not visit.leads:
        raise forbidden([Broken.of_visit("along", visit)])
    pins = {"from": _pins(visit), "to": _pinned_to(stop, pin)}
    edit = {"kind": "unpin" if pin is None else "pin", "visit": str(visit.pk), "pins": pins}
    making = Making(plan, version, caller, now, PlanVersion.MadeBy.EDIT, version, edit)
    making.prepare(edit, "to")
    return making.make(Change(version), [])


@transaction.atomic
def visit_split(
    *, caller: Caller, visit_id: UUID, version_id: UUID, plan_revision: int, now: datetime
) -> PlanVersion:
    """Let whoever leads a crew go alone, and take the visit off the routes of the others; the new version.

    Raises PlanUnknown, VisitUnknown, NotForYourRole, PlanNotEditable, PlanStale, NoCrew, VisitNotPlannable, and
    EditForbidden once somebody of the crew has begun, or in a draft while they are on the schedules.
    """
    plan, version = _plan_lock(caller, version_id, plan_revision)
    visit = visit_get(caller, visit_id)
    _, technicians = crew_known(version, visit)
    if not technicians and not _may_come_in(version, visit, now):
        raise VisitNotPlannable
    day_hold(version, technicians)
    crew = crew_locked(visit)
    check_waits(version, crew)
    edit = split_edit(crew)
    outcome = split_try(version, crew, now)
    making = Making(plan, version, caller, now, PlanVersion.MadeBy.EDIT, version, edit)
    making.prepare(edit, "to")
    return making.make(split_change(version, crew, outcome), outcome.unlike_schedule() if outcome else [])


@transaction.atomic
def plan_undo(*, caller: Caller, version_id: UUID, plan_revision: int, now: datetime) -> PlanVersion:
    """Take back what made this version: the orders and pins of before, as far as the day still allows it.

    Raises PlanUnknown, NotForYourRole, PlanNotEditable, PlanStale, NothingToUndo, EditForbidden.
    """
    plan, version = _plan_lock(caller, version_id, plan_revision)
    undone, target = version.last_edit, version.starts_from
    if undone is None or target is None:
        raise NothingToUndo
    earlier = target.last_edit
    edit = {"kind": "undo", "undoes": str(version.pk), "last": earlier}
    further = target.starts_from if earlier else None
    making = Making(plan, version, caller, now, PlanVersion.MadeBy.UNDO, further, edit)
    return turn(making, target, undone, "from")


@transaction.atomic
def plan_redo(*, caller: Caller, version_id: UUID, plan_revision: int, now: datetime) -> PlanVersion:
    """Do again what this version took back. Raises like `plan_undo`, NothingToRedo."""
    plan, version = _plan_lock(caller, version_id, plan_revision)
    if version.made_by != PlanVersion.MadeBy.UNDO:
        raise NothingToRedo
    target = plan.versions.get(pk=version.edit["undoes"])
    again = target.last_edit
    assert again is not None  # only such versions are taken back
    made_by = PlanVersion.MadeBy(target.made_by)
    making = Making(plan, version, caller, now, made_by, target.starts_from, target.edit)
    return turn(making, target, again, "to")


def _plan_lock(caller: Caller, version_id: UUID, plan_revision: int) -> tuple[Plan, PlanVersion]:
    version = version_get(caller, version_id)
    dispatch_only(caller)
    plan = Plan.objects.select_for_update(no_key=True).get(pk=version.plan_id)
    version.refresh_from_db(fields=["state"])
    if plan.revision != plan_revision:
        raise changed_since(plan, version)
    _check_editable(version)
    return plan, version


def _check_editable(version: PlanVersion) -> None:
    if version.state == PlanState.SUPERSEDED:
        raise changed_since(version.plan, version)
    if version.state not in {PlanState.DRAFT, PlanState.PUBLISHED}:
        raise PlanNotEditable(f"This version is {version.get_state_display().lower()}.")


def _tried(caller: Caller, version: PlanVersion, wish: Wish, now: datetime, *, lock: bool) -> Outcome:
    technicians, visits = _concerned(caller, version, wish, now)
    if lock:
        day_hold(version, technicians)
    sheet = sheet_open(version, technicians, visits, now, lock=lock)
    if wish.visit_id in sheet.names:
        visit = sheet.day.visits[sheet.names[wish.visit_id]]
        is_crews = visit.crew_size > 1 and not wish.following
        return bookings_kept(crew_try(sheet, wish) if is_crews else wish_try(sheet, wish), now)
    visit = visit_get(caller, wish.visit_id)
    if visit.state not in VISIT_BEGUN:
        raise VisitNotPlannable
    return Outcome((Broken.of_visit("begun", visit),))


def _concerned(
    caller: Caller, version: PlanVersion, wish: Wish, now: datetime
) -> tuple[list[UUID], list[UUID]]:
    """Whose routes a wish is about (where the visit is, where it would go, who it is pinned to; of a crew, where all of
    them are or could come from), and which visits.

    Raises VisitUnknown, VisitNotPlannable.
    """
    stop = version.stops.filter(visit=wish.visit_id).select_related("route", "visit").first()
    visit = stop.visit if stop else visit_get(caller, wish.visit_id)
    if stop is None and not _may_come_in(version, visit, now):
        raise VisitNotPlannable
    here, visits = ({stop.route.technician_id} if stop else set()), [visit.pk]
    if visit.crew_size > 1:
        visits, here = crew_known(version, visit)
        here = here if stop else here.union(codes_at_work(version.plan.region, version.plan.on))
    people = {*here, visit.pinned_technician_id, wish.technician_id}
    return [one for one in people if one is not None], visits


def _may_come_in(version: PlanVersion, visit: Visit, now: datetime) -> bool:
    """Whether a visit that the version does not assign is left out by it, or has come since."""
    plan = version.plan
    return (
        version.unassigned.filter(visit=visit).exists()
        or open_visits(plan.region, plan.on, now).filter(pk=visit.pk).exists()
    )


def _edit_of(outcome: Outcome, wish: Wish) -> Words:
    """What a wish has done, in data."""
    assert outcome.sheet is not None
    name = outcome.sheet.names[wish.visit_id]
    visit, old = outcome.sheet.day.visits[name], outcome.sheet.stops.get(name)
    new = next((stop for stop in outcome.rows.stops if stop.visit_id == wish.visit_id), None)
    was = _pins(visit)
    return {
        "kind": "take_off" if new is None else "move",
        "visit": str(visit.pk),
        "from": _told(old),
        "to": _told(new),
        "pins": {"from": was, "to": was if wish.pin is None else _pinned_to(new, wish.pin)},
    }


def _change(version: PlanVersion, outcome: Outcome, wish: Wish) -> Change:
    sheet, trial = outcome.sheet, outcome.trial
    assert sheet is not None
    assert trial is not None
    _explain(outcome, wish.visit_id)
    left = set(version.unassigned.filter(visit__in=outcome.off).values_list("visit_id", flat=True))
    return Change(
        left_from=version,
        shifts=[sheet.day.shifts[name].pk for name in trial.shifts],
        rows=outcome.rows,
        taken_off=[one for one in outcome.off if one not in left],
        score=outcome.score_change(),
    )


def _explain(outcome: Outcome, visit_id: UUID) -> None:
    """Say of the visit that another technician has now why that is so."""
    assert outcome.sheet is not None
    name = outcome.sheet.names[visit_id]
    old = outcome.sheet.stops.get(name)
    for stop in outcome.rows.stops:
        if stop.visit_id == visit_id and (old is None or old.route.technician_id != stop.route.technician_id):
            stop.explanation = explanation_by_hand(outcome, name)


def _told(stop: Stop | None) -> Words | None:
    if stop is None:
        return None
    return {"technician": str(stop.route.technician_id), "start_at": stop.start_at.isoformat()}


def _pins(visit: Visit) -> Words:
    technician, start_at = visit.pinned_technician_id, visit.pinned_start_at
    return {
        "technician": str(technician) if technician else None,
        "start_at": start_at.isoformat() if start_at else None,
    }


def _pinned_to(stop: Stop | None, pin: Pin | None) -> Words:
    there = _told(stop) if pin is not None else None
    if there is None:
        return {"technician": None, "start_at": None}
    return {
        "technician": None if pin == Pin.TIME else there["technician"],
        "start_at": None if pin == Pin.TECHNICIAN else there["start_at"],
    }
