"""Recoveries: whoever was badly served is visited again soon, by somebody else who is better at it.

Each cause opens one, and none while another is open for the same visit. What goes wrong on a recovery visit itself
opens no second one: the region's managers are written to.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch

from communities.access import Caller
from communities.models import Region, ServiceEvent, SurveyAnswer
from core.outbox import emit
from dispatch.errors import NotForYourRole, RecoveryClosed
from dispatch.models import (
    RECOVERY_SOURCE,
    Recovery,
    ServiceRequest,
    Technician,
    TechnicianSkill,
    Visit,
    WorkOrder,
)
from dispatch.recovery_policy import Asked, is_detractor, raised
from dispatch.selectors.recoveries import recovery_get
from dispatch.services.recovery_states import recovery_fact
from dispatch.services.release import first_trip
from dispatch.services.requests import request_cancel, requests_tell
from dispatch.states import RECOVERY_LIVE, RequestState

LONGEST_REFERENCE = 80  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Why a visit is to be made good: the row that says so, when that was, and in whose words.

    `follow_up` is the request for it where there is one already.
    """

    visit_id: UUID
    cause: Recovery.Cause
    cause_id: UUID
    at: datetime
    said: str = ""
    follow_up: ServiceRequest | None = None


def recovery_after_answer(*, subject_id: UUID) -> None:
    """Make good what a detractor rated. Follows `survey.answered`."""
    answer = SurveyAnswer.objects.select_related("invitation").get(pk=subject_id)
    if is_detractor(answer.csat, answer.nps):
        recovery_open(
            complaint=Complaint(
                visit_id=answer.invitation.visit_id,
                cause=Recovery.Cause.DETRACTOR,
                cause_id=answer.pk,
                at=answer.answered_at,
                said=answer.comment,
            )
        )


def recovery_after_reopening(*, subject_id: UUID) -> None:
    """Let the request by which a visit is reopened be its recovery. Follows `visit.reopened`."""
    request = ServiceRequest.objects.get(pk=subject_id)
    assert request.reopens_id is not None  # whoever emits this has said so
    recovery_open(
        complaint=Complaint(
            visit_id=request.reopens_id,
            cause=Recovery.Cause.REOPENED,
            cause_id=request.pk,
            at=request.requested_at,
            follow_up=request,
        )
    )


@transaction.atomic
def recovery_open(*, complaint: Complaint) -> Recovery | None:
    """Open the recovery of a visit: a request with its work order and visit, in every plan of the region from now on.

    It does not wait to be released with other requests: no full day keeps it out. None when another is open for the
    visit, or when the visit is a recovery's own: then its managers are written to.
    """
    visit = Visit.objects.select_related(
        "organisation", "technician", "site__community__region", "service_type", "work_order__request"
    ).get(pk=complaint.visit_id)
    WorkOrder.objects.select_for_update(no_key=True).get(pk=visit.work_order_id)  # one at a time for a visit
    same = Recovery.objects.filter(
        organisation=visit.organisation, cause=complaint.cause, cause_id=complaint.cause_id
    ).first()
    if same is not None:
        return same
    own = Recovery.objects.filter(request=visit.work_order.request_id).first()
    if own is not None:
        emit("recovery.failed", own.pk)
        return None
    if Recovery.objects.filter(visit=visit, state__in=RECOVERY_LIVE).exists():
        return None
    return _open(visit, complaint)


@transaction.atomic
def recovery_drop(*, caller: Caller, recovery_id: UUID, reason: str, now: datetime) -> Recovery:
    """Give a recovery up, with its request and visit. Raises RecoveryUnknown, NotForYourRole, RecoveryClosed, and
    StepOutOfOrder when a technician is on the way."""
    recovery = _live(caller, recovery_id)
    request_cancel(caller=caller, request_id=recovery.request_id, reason=reason, now=now)
    return recovery_get(caller, recovery_id)


@transaction.atomic
def recovery_charge(*, caller: Caller, recovery_id: UUID) -> Recovery:
    """Let the customer pay for a recovery as for any other visit. Raises RecoveryUnknown, NotForYourRole,
    RecoveryClosed."""
    recovery = _live(caller, recovery_id)
    if Recovery.objects.filter(pk=recovery.pk, state__in=RECOVERY_LIVE).update(is_charged=True) != 1:
        raise RecoveryClosed
    return recovery_get(caller, recovery_id)


def _live(caller: Caller, recovery_id: UUID) -> Recovery:
    recovery = recovery_get(caller, recovery_id)
    if not caller.runs_dispatch:
        raise NotForYourRole("Recoveries are decided on by dispatchers and administrators.")
    if recovery.state not in RECOVERY_LIVE:
        raise RecoveryClosed(f"The recovery is {recovery.get_state_display().lower()}.")
    return recovery


def _open(visit: Visit, complaint: Complaint) -> Recovery:
    assert visit.technician is not None  # it was done, or nobody could be dissatisfied with it
    due_at = complaint.at + timedelta(hours=settings.RECOVERY_HOURS[complaint.cause])
    asked = _asked(visit, visit.technician)
    recovery = Recovery.objects.create(
        organisation=visit.organisation,
        cause=complaint.cause,
        cause_id=complaint.cause_id,
        visit=visit,
        technician=visit.technician,
        request=_request_hurry(complaint.follow_up, due_at)
        if complaint.follow_up
        else _request_make(visit, complaint, due_at),
        levels=dict(asked.levels),
        nobody_higher=list(asked.nobody_higher),
        opened_at=complaint.at,
        due_at=due_at,
    )
    recovery_fact(
        recovery, ServiceEvent.Kind.RECOVERY_OPENED, complaint.at, {"cause": str(complaint.cause.value)}
    )
    emit("recovery.opened", recovery.pk)
    return recovery


def _request_hurry(request: ServiceRequest, due_at: datetime) -> ServiceRequest:
    """Let a request that is there be due by then, if that is sooner."""
    ServiceRequest.objects.filter(pk=request.pk, resolve_by__gt=due_at).update(resolve_by=due_at)
    return request


def _request_make(visit: Visit, complaint: Complaint, due_at: datetime) -> ServiceRequest:
    """The request, accepted, with its work order and the visit to be planned."""
    asked = visit.work_order.request
    request = ServiceRequest.objects.create(
        organisation=visit.organisation,
        source=RECOVERY_SOURCE,
        reference=_reference(visit, complaint),
        site_id=visit.site_id,
        customer_id=asked.customer_id,
        service_type=visit.service_type,
        description=complaint.said,
        state=RequestState.ACCEPTED,
        requested_at=complaint.at,
        respond_by=due_at,
        resolve_by=due_at,
    )
    order = WorkOrder.objects.create(
        organisation=visit.organisation, request=request, number=f"{request.reference}-1"
    )
    Visit.objects.bulk_create(first_trip(order))
    requests_tell(organisation=visit.organisation, site_id=visit.site_id)
    return request


def _reference(visit: Visit, complaint: Complaint) -> str:
    """Made of the work order's, so that equal data gives an equal plan (services/problem.py); where that is too long,
    the cause's."""
    number = 1 + Recovery.objects.filter(visit__work_order=visit.work_order_id).count()
    name = f"{visit.work_order.request.source}:{visit.work_order.number}/{number}"
    return name if len(name) <= LONGEST_REFERENCE else str(complaint.cause_id)


def _asked(visit: Visit, was_there: Technician) -> Asked:
    """What the service type asks for, higher as far as somebody else of the region can do it."""
    needs = {need.skill.code: need.level for need in visit.service_type.skills.select_related("skill")}
    assert visit.site.community is not None  # it was planned through its community's region
    return raised(needs, _others(visit.site.community.region, was_there))


def _others(region: Region, was_there: Technician) -> list[dict[str, int]]:
    """The skills of the region's technicians but one."""
    skills = Prefetch("skills", TechnicianSkill.objects.select_related("skill"))
    others = Technician.objects.filter(region=region, active=True).exclude(pk=was_there.pk)
    return [
        {held.skill.code: held.level for held in one.skills.all()} for one in others.prefetch_related(skills)
    ]
