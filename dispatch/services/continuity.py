"""Whom a customer knows, for the planner: the ledger says who came lately, the owner is whom the company named."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from communities.models import CustomerOwner, Organisation, ServiceEvent

KNOWN_FOR = timedelta(days=365)  # who came longer ago has been forgotten


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """Customer's id → codes of the day's technicians: those the customer knows, and the one who answers for them.

    Who is not at work that day is left out: nobody could do anything about it.
    """

    known: dict[UUID, set[str]] = field(default_factory=dict)
    owner: dict[UUID, str] = field(default_factory=dict)

    def known_to(self, customer_id: UUID | None) -> tuple[str, ...]:
        """Those who completed a visit there lately, and the owner, who was introduced when he took over."""
        return tuple(sorted(self.known.get(customer_id, ()))) if customer_id else ()

    def preferred_by(self, customer_id: UUID | None) -> tuple[str, ...]:
        return (self.owner[customer_id],) if customer_id in self.owner else ()


def acquaintance_load(
    *, organisation: Organisation, customers: Collection[UUID], technicians: dict[UUID, str], on: date
) -> Acquaintance:
    """What the ledger and the owners say of these customers and technicians (id → code). Two queries."""
    came = ServiceEvent.objects.filter(
        organisation=organisation,
        customer__in=customers,
        kind=ServiceEvent.Kind.VISIT_COMPLETED,
        technician_id__in=technicians,
        occurred_on__gt=on - KNOWN_FOR,
        occurred_on__lt=on,  # what was known that morning, also when a past day is planned again
    )
    named = CustomerOwner.objects.filter(
        organisation=organisation, customer__in=customers, technician_id__in=technicians
    )
    owner = {
        customer: technicians[technician]
        for customer, technician in named.values_list("customer_id", "technician_id")
        if technician
    }
    known: dict[UUID, set[str]] = defaultdict(set)
    for customer, technician in came.order_by().values_list("customer_id", "technician_id").distinct():
        if customer and technician:  # both were asked for: the types do not know
            known[customer].add(technicians[technician])
    for customer, code in owner.items():
        known[customer].add(code)
    return Acquaintance(dict(known), owner)
