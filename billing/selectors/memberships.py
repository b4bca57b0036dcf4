"""Who has which maintenance plan."""

from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from billing.errors import MembershipUnknown
from billing.models import IncludedVisit, Membership, MembershipPeriod
from communities.access import Caller
from communities.selectors.places import unshown
from dispatch.selectors.visits import visit_list


def membership_list(caller: Caller) -> QuerySet[Membership]:
    """All for dispatch, those of their regions for managers, those at the sites of their own visits for technicians.

    Each with its newest period alone.
    """
    newest = MembershipPeriod.objects.order_by("membership", "-number").distinct("membership")
    visits = IncludedVisit.objects.order_by("due_on", "pk").select_related("service_type")
    return (
        Membership.objects.filter(_in_scope(caller), organisation=caller.organisation)
        .select_related("plan", "customer", "site__community")
        .defer(*unshown("site__community__"))
        .prefetch_related(
            Prefetch("periods", newest.select_related("invoice").prefetch_related(Prefetch("visits", visits)))
        )
    )


def membership_get(caller: Caller, membership_id: UUID) -> Membership:
    """One membership. Raises MembershipUnknown, also for one that is not the caller's."""
    membership = membership_list(caller).filter(pk=membership_id).first()
    if membership is None:
        raise MembershipUnknown
    return membership


def _in_scope(caller: Caller) -> Q:
    if caller.runs_dispatch:
        return Q()
    if caller.is_technician:
        return Q(site__in=visit_list(caller).values("site"))
    return Q(site__community__region_id__in=caller.region_ids)
