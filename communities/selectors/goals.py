"""Readings of service and revenue, and goals, of the regions that a caller may see."""

from uuid import UUID

from django.db.models import Q, QuerySet

from communities.access import Caller
from communities.errors import GoalUnknown, RegionUnknown
from communities.models import Goal, LagReading, Region, User
from communities.selectors.places import region_list


def lag_reading_list(caller: Caller) -> QuerySet[LagReading]:
    """The newest reading of each region; for dispatch also that of all together (without a region)."""
    readings = LagReading.objects.filter(organisation=caller.organisation)
    newest = readings.order_by("region_id", "-through_on", "-id").distinct("region_id").values("pk")
    seen = Q(region__in=region_list(caller))
    if caller.runs_dispatch:
        seen |= Q(region=None)
    return readings.filter(seen, pk__in=newest).select_related("region")


def goal_list(caller: Caller) -> QuerySet[Goal]:
    """The goals of the caller's regions, those that were dropped left out."""
    goals = Goal.objects.filter(region__in=region_list(caller), is_dropped=False)
    return goals.select_related("region", "owner")


def goal_get(caller: Caller, goal_id: UUID) -> Goal:
    """One goal, also a dropped one. Raises GoalUnknown, also for one of a region that is not the caller's."""
    goals = Goal.objects.filter(region__in=region_list(caller)).select_related("region", "owner")
    goal = goals.filter(pk=goal_id).first()
    if goal is None:
        raise GoalUnknown
    return goal


def goal_owners(caller: Caller) -> QuerySet[User]:
    """Who may see to a goal of one of the caller's regions: whoever sees that region."""
    everywhere = Q(role__in=[User.Role.ADMINISTRATOR, User.Role.DISPATCHER])
    there = Q(role=User.Role.REGIONAL_MANAGER, managed__region__in=region_list(caller))
    able = User.objects.filter(everywhere | there, organisation=caller.organisation, is_active=True)
    return able.order_by("username").distinct()


def region_get(caller: Caller, region_id: UUID) -> Region:
    """One region. Raises RegionUnknown, also for one that is not the caller's."""
    region = region_list(caller).filter(pk=region_id).first()
    if region is None:
        raise RegionUnknown
    return region
