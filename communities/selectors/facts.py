"""The ledger as it stands."""

from datetime import date

from django.db.models import QuerySet

from communities.access import Caller
from communities.models import ServiceEvent


def fact_list(caller: Caller, first: date, last: date) -> QuerySet[ServiceEvent]:
    """The facts of the local days `first` to `last`, both included, from their months alone. For administrators: a
    fact tells of one customer, and what one customer answered."""
    facts = ServiceEvent.objects.filter(organisation=caller.organisation, occurred_on__range=(first, last))
    return facts if caller.administers else facts.none()
