"""Regions, communities and sites, as far as a caller may see them."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from communities.access import Caller
from communities.models import Community, Region, Site

IS_SERVED = Exists(Site.objects.filter(community=OuterRef("pk")))
"""A community with sites. Asked this way the database looks for one of them, not for ten thousand."""


def unshown(prefix: str = "") -> tuple[str, ...]:
    """Fields of a community that no list shows, for defer(): the shapes cost more than all the rest together."""
    return tuple(f"{prefix}{name}" for name in ("boundary", "centre", "attributes"))


def region_list(caller: Caller) -> QuerySet[Region]:
    return Region.objects.filter(_in_scope(caller, "id"), organisation=caller.organisation)


def community_list(caller: Caller) -> QuerySet[Community]:
    return Community.objects.filter(_in_scope(caller, "region_id"), organisation=caller.organisation)


def site_unplaced_list(caller: Caller) -> QuerySet[Site]:
    """Sites nobody can be sent to, with the reason: in no community, or only named for one that is on no map.

    For dispatchers.
    """
    nowhere = Q(community=None) | Q(point=None, community__centre=None)
    sites = Site.objects.filter(nowhere, organisation=caller.organisation)
    return sites if caller.runs_dispatch else sites.none()


def _in_scope(caller: Caller, region_field: str) -> Q:
    """Everything for dispatch, the managed regions for a regional manager, nothing for a technician."""
    if caller.runs_dispatch:
        return Q()
    return Q(**{f"{region_field}__in": caller.region_ids})
