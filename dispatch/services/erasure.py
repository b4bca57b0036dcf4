"""Forgetting what was written about a customer's requests and visits, and the door they were at."""

from django.db.models import Exists, OuterRef, QuerySet

from communities.models import Customer, Site
from communities.services.erasure import GONE, doors_forget
from core.signatures import NOTHING_DRAWN
from dispatch.models import Message, Recovery, ServiceRequest, Visit, VisitAnswer, VisitPhoto, VisitSignature
from dispatch.services.photos import photos_forget


def requests_forget(*, customer: Customer) -> None:
    """Forget descriptions, messages, notes and reasons, what was written, photographed and signed on site, and the
    doors of sites that no other customer has asked for. In the caller's transaction."""
    visits = Visit.objects.filter(work_order__request__customer=customer)
    visits.exclude(notes="").update(notes="")
    visits.exclude(outcome="").update(outcome=GONE)
    _texts_of(visits).update(value=GONE)
    photos_forget(photos=VisitPhoto.objects.filter(visit__in=visits))
    signatures = VisitSignature.objects.filter(visit__in=visits)
    signatures.update(name=GONE)
    signatures.exclude(strokes="").update(strokes=NOTHING_DRAWN)
    Recovery.objects.filter(request__customer=customer).exclude(reason="").update(reason=GONE)
    Message.objects.filter(request__customer=customer).update(text=GONE)
    requests = ServiceRequest.objects.filter(customer=customer)
    requests.update(description="")
    others = ServiceRequest.objects.filter(site=OuterRef("pk"), customer__isnull=False).exclude(
        customer=customer
    )
    doors_forget(sites=Site.objects.filter(~Exists(others), pk__in=requests.values("site_id")))


def _texts_of(visits: QuerySet[Visit]) -> QuerySet[VisitAnswer]:
    """The answers that somebody wrote: no numbers, no yes or no."""
    answers = VisitAnswer.objects.filter(visit__in=visits, value__isnull=False)
    return answers.filter(pk__in=[one.pk for one in answers if isinstance(one.value, str)])
