"""Forgetting what was written about a customer's requests and visits, and the door they were at."""

from django.db.models import Exists, OuterRef

from communities.models import Customer, Site
from communities.services.erasure import GONE, doors_forget
from dispatch.models import Message, Recovery, ServiceRequest, Visit


def requests_forget(*, customer: Customer) -> None:
    """Forget descriptions, messages, notes and reasons, and the doors of sites that no other customer has asked for.
    In the caller's transaction."""
    visits = Visit.objects.filter(work_order__request__customer=customer)
    visits.exclude(notes="").update(notes="")
    visits.exclude(outcome="").update(outcome=GONE)
    Recovery.objects.filter(request__customer=customer).exclude(reason="").update(reason=GONE)
    Message.objects.filter(request__customer=customer).update(text=GONE)
    requests = ServiceRequest.objects.filter(customer=customer)
    requests.update(description="")
    others = ServiceRequest.objects.filter(site=OuterRef("pk"), customer__isnull=False).exclude(
        customer=customer
    )
    doors_forget(sites=Site.objects.filter(~Exists(others), pk__in=requests.values("site_id")))
