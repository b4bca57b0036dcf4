"""Signals about the communities that a caller may see."""

from uuid import UUID

from django.db.models import QuerySet

from communities.access import Caller
from communities.models import Signal, SignalSet
from communities.selectors.places import community_list


def signal_set_list(caller: Caller) -> QuerySet[SignalSet]:
    """Every version of the signals: one for the whole organisation, so not for technicians."""
    sets = SignalSet.objects.filter(organisation=caller.organisation)
    return sets.none() if caller.is_technician else sets


def signal_list(caller: Caller, signal_set_id: UUID | None = None) -> QuerySet[Signal]:
    """The signals of a version, the newest unless one is named, about communities the caller may see."""
    sets = signal_set_list(caller)
    version = sets.filter(pk=signal_set_id) if signal_set_id else sets.order_by("-version")[:1]
    signals = Signal.objects.filter(signal_set__in=version, community__in=community_list(caller))
    return signals.select_related("signal_set")
