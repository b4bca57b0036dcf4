"""Recoveries: all for dispatch, those of their regions for managers."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import JSONField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from communities.access import Caller
from communities.models import SurveyAnswer
from communities.selectors.places import unshown
from dispatch.errors import RecoveryUnknown
from dispatch.models import Recovery, Visit, WorkOrder
from dispatch.states import VisitState

SHOWN = ("technician", "request__customer", "request__service_type", "request__site__community", "visit")


@dataclass(frozen=True, slots=True)
class Said:
    """What the customer answered about the visit that is made good."""

    csat: int
    nps: int | None
    comment: str


def recovery_list(caller: Caller) -> QuerySet[Recovery]:
    """Recoveries with what is shown of them: three queries, whatever their number."""
    visits = Visit.objects.filter(role=0).select_related("technician").order_by("sequence")
    orders = WorkOrder.objects.prefetch_related(Prefetch("visits", visits))
    return (
        Recovery.objects.filter(_in_scope(caller), organisation=caller.organisation)
        .annotate(said=Subquery(_answers(), output_field=JSONField()))
        .select_related(*SHOWN)
        .defer(*unshown("request__site__community__"))
        .prefetch_related(Prefetch("request__work_orders", orders))
    )


def recovery_get(caller: Caller, recovery_id: UUID) -> Recovery:
    """One recovery. Raises RecoveryUnknown, also for one that is not the caller's."""
    recovery = recovery_list(caller).filter(pk=recovery_id).first()
    if recovery is None:
        raise RecoveryUnknown
    return recovery


def said_of(recovery: Recovery) -> Said | None:
    """What the customer said of the visit, if they were asked and answered. Of a recovery out of `recovery_list`."""
    said = recovery.said  # type: ignore[attr-defined]  # annotated there
    return Said(**said) if said else None


def next_visit(recovery: Recovery) -> Visit | None:
    """The newest visit that is not cancelled: on somebody's schedule, waiting, or done. Likewise."""
    visits = [visit for order in recovery.request.work_orders.all() for visit in order.visits.all()]
    wanted = [visit for visit in visits if visit.state != VisitState.CANCELLED]
    return wanted[-1] if wanted else None


def _answers() -> QuerySet[SurveyAnswer]:
    about = SurveyAnswer.objects.filter(invitation__visit_id=OuterRef("visit_id"))
    return about.values(told=JSONObject(csat="csat", nps="nps", comment="comment"))  # type: ignore[return-value]


def _in_scope(caller: Caller) -> Q:
    """A technician has visits: for them there are none here."""
    if caller.runs_dispatch:
        return Q()
    return Q(request__site__community__region_id__in=caller.region_ids)
