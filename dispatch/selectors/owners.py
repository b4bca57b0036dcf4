"""Who answers for which customers."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from communities.access import Caller
from communities.models import Customer, CustomerOwner, CustomerStanding, Organisation
from dispatch.models import Technician


@dataclass(frozen=True, slots=True)
class Owner:
    """A technician or an account; neither is nobody."""

    technician_id: UUID | None = None
    user_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A technician who is not active any more, and how many customers are still theirs."""

    technician: Technician
    customers: int


def customers_of(organisation: Organisation, owner: Owner) -> QuerySet[Customer]:
    """The customers an owner answers for: by name, or, where nobody is named, as the technician who usually comes.

    Of nobody: those for whom nobody is named.
    """
    customers = Customer.objects.filter(organisation=organisation)
    if owner.technician_id:
        named, usual = Q(owner__technician_id=owner.technician_id), Q(owner=None)
        return customers.filter(named | usual & Q(standing__usual_technician_id=owner.technician_id))
    return customers.filter(owner__user=owner.user_id) if owner.user_id else customers.filter(owner=None)


def left_with_customers(caller: Caller) -> list[Left]:
    """Technicians of the caller's regions who left without handing over, by code. Three queries."""
    inactive = Technician.objects.filter(organisation=caller.organisation, active=False)
    if not caller.runs_dispatch:
        inactive = inactive.filter(region__in=caller.region_ids)
    left = {technician.pk: technician for technician in inactive.order_by("code")}
    named = CustomerOwner.objects.filter(organisation=caller.organisation, technician_id__in=left)
    usual = CustomerStanding.objects.filter(
        organisation=caller.organisation, customer__owner=None, usual_technician_id__in=left
    )
    counts = Counter(dict(named.values_list("technician_id").annotate(Count("id"))))
    counts += Counter(dict(usual.values_list("usual_technician_id").annotate(Count("id"))))
    return [Left(technician, counts[pk]) for pk, technician in left.items() if counts[pk]]
