"""Regions, communities and sites, as far as a caller may see them."""

from django.db.models import Q, QuerySet

from communities.access import Caller
from communities.models import Community, Region, Site


def region_list(caller: Caller) -> QuerySet[Region]:
    return Region.objects.filter(_in_scope(caller, "id"), organisation=caller.organisation)


def community_list(caller: Caller) -> QuerySet[Community]:
    return Community.objects.filter(_in_scope(caller, "region_id"), organisation=caller.organisation)


def site_unplaced_list(caller: Caller) -> QuerySet[Site]:
    """Sites in no community, with the reason: somebody has to look at them. For dispatchers."""
    sites = Site.objects.filter(organisation=caller.organisation, placement=Site.Placement.UNPLACED)
    return sites if caller.runs_dispatch else sites.none()


def _in_scope(caller: Caller, region_field: str) -> Q:
    """Everything for dispatch, the managed regions for a regional manager, nothing for a technician."""
    if caller.runs_dispatch:
        return Q()
    return Q(**{f"{region_field}__in": caller.region_ids})
