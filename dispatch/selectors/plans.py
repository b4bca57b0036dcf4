"""Plans: all for dispatch, those of their regions for managers, none for technicians (they have a schedule)."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from communities.access import Caller
from communities.selectors.places import unshown
from dispatch.errors import PlanUnknown, VisitUnknown
from dispatch.models import Plan, PlanVersion, Route, Stop, UnassignedVisit
from dispatch.states import PlanState

SHOWN = (
    "visit__site__community",
    "visit__service_type",
    "visit__work_order__request__recovery__technician",
)
UNSHOWN = unshown("visit__site__community__")


def plan_list(caller: Caller) -> QuerySet[Plan]:
    return Plan.objects.filter(_in_scope(caller, "region_id"), organisation=caller.organisation)


def version_list(caller: Caller) -> QuerySet[PlanVersion]:
    return PlanVersion.objects.filter(
        _in_scope(caller, "plan__region_id"), organisation=caller.organisation
    ).select_related("plan__region__organisation", "signal_set")


def version_get(caller: Caller, version_id: UUID) -> PlanVersion:
    """One version. Raises PlanUnknown, also for one that is not the caller's."""
    version = version_list(caller).filter(pk=version_id).first()
    if version is None:
        raise PlanUnknown
    return version


def version_routes(version: PlanVersion) -> QuerySet[Route]:
    """The routes by technician's code, each with its stops in order: two queries, whatever their number."""
    stops = Stop.objects.order_by("sequence").select_related(*SHOWN).defer(*UNSHOWN)
    return (
        version.routes.select_related("technician")
        .prefetch_related(Prefetch("stops", queryset=stops))
        .order_by("technician__code", "id")
    )


def left_out(version: PlanVersion) -> QuerySet[UnassignedVisit]:
    """What a version leaves out, a crew once: by whoever leads it, else by whoever is missing to go along."""
    leads = version.unassigned.filter(
        visit__work_order=OuterRef("visit__work_order"),
        visit__sequence=OuterRef("visit__sequence"),
        visit__role=0,
    )
    return version.unassigned.filter(Q(visit__role=0) | ~Exists(leads))


def version_unassigned(version: PlanVersion) -> QuerySet[UnassignedVisit]:
    """What it leaves out, a crew once."""
    return left_out(version).select_related(*SHOWN).defer(*UNSHOWN).order_by("visit_id")


def version_visit(version: PlanVersion, visit_id: UUID) -> Stop | UnassignedVisit:
    """What a version has of a visit. Raises VisitUnknown."""
    stops = version.stops.select_related(*SHOWN, "route__technician")
    left = version.unassigned.select_related(*SHOWN)
    for rows in (stops, left):
        found = rows.filter(visit=visit_id).first()
        if found is not None:
            return found
    raise VisitUnknown


def visit_planned(caller: Caller, visit_id: UUID) -> Stop | UnassignedVisit | None:
    """What the published plan has of a visit: its stop, or that it is left out; of several days, the last. None where
    no plan that the caller may see has it."""
    seen = Q(organisation=caller.organisation, visit=visit_id, version__state=PlanState.PUBLISHED)
    seen &= _in_scope(caller, "version__plan__region_id")
    stops = Stop.objects.filter(seen).select_related(*SHOWN, "version__plan", "version__signal_set")
    left = UnassignedVisit.objects.filter(seen).select_related(*SHOWN, "version__plan")
    found: list[Stop | UnassignedVisit] = [
        one for rows in (stops, left) if (one := rows.order_by("version__plan__on").last())
    ]
    return max(found, key=lambda one: one.version.plan.on, default=None)


def _in_scope(caller: Caller, region: str) -> Q:
    if caller.runs_dispatch:
        return Q()
    return Q(**{f"{region}__in": caller.region_ids})
