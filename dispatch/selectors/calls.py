"""Who is calling: the customer of a telephone number, where they live, and what was done there."""

from uuid import UUID

from django.db.models import Max, QuerySet

from communities.access import Caller
from communities.models import Customer, Site
from communities.services.customers import customer_key
from dispatch.models import Visit
from dispatch.selectors.visits import visit_list
from dispatch.states import VisitState

MOST_SITES = 5
MOST_VISITS = 3


def customer_of_phone(caller: Caller, phone: str) -> Customer | None:
    """The customer whom this telephone number recognises; for dispatch."""
    key = customer_key(name="", phone=phone)
    if not key or not caller.runs_dispatch:
        return None
    return Customer.objects.filter(organisation=caller.organisation, key=key).first()


def sites_of_customer(customer: Customer) -> list[Site]:
    """Where the customer has asked for service, the last one first."""
    asked = Site.objects.filter(organisation=customer.organisation_id, requests__customer=customer)
    lately = asked.annotate(last=Max("requests__requested_at")).order_by("-last")
    return list(lately.select_related("community")[:MOST_SITES])


def visits_at(caller: Caller, site_id: UUID) -> QuerySet[Visit]:
    """The last visits to a site and those to come, the newest first."""
    visits = visit_list(caller).filter(site=site_id, role=0).exclude(state=VisitState.CANCELLED)
    return visits.select_related("technician").order_by("-id")[:MOST_VISITS]
