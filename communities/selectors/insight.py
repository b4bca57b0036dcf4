"""Signals about the communities that a caller may see."""

from uuid import UUID

from django.db.models import QuerySet

from communities.access import Caller
from communities.models import Policy, Signal, SignalSet
from communities.selectors.places import region_list


def policy_list(caller: Caller) -> QuerySet[Policy]:
    """Every version of the policies of the regions the caller may see."""
    return Policy.objects.filter(region__in=region_list(caller))


def signal_set_list(caller: Caller) -> QuerySet[SignalSet]:
    """Every version of the signals of the regions the caller may see: none for technicians."""
    return SignalSet.objects.filter(region__in=region_list(caller))


def signal_list(caller: Caller, signal_set_id: UUID | None = None) -> QuerySet[Signal]:
    """The signals of a version, or of every region's newest one."""
    sets = signal_set_list(caller)
    newest = sets.order_by("region_id", "-version").distinct("region_id")
    version = sets.filter(pk=signal_set_id) if signal_set_id else newest
    return Signal.objects.filter(signal_set__in=version.values("pk")).select_related("signal_set")
