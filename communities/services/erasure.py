"""Forgetting who a customer was. What they asked for, paid and answered stays, under an id that means nobody."""

from datetime import datetime

from django.db.models import QuerySet

from communities.models import Contact, Customer, Site, SurveyAnswer, SurveyInvitation

GONE = "–"
"""In the place of words that must not be missing."""


def customer_forget(*, customer: Customer, now: datetime) -> None:
    """Forget name, key and contacts, what they wrote in surveys, and their door; no invitation can be answered any
    more. In the caller's transaction."""
    SurveyAnswer.objects.filter(invitation__contact__customer=customer).update(comment="")
    SurveyInvitation.objects.filter(contact__customer=customer, expires_at__gt=now).update(expires_at=now)
    Contact.objects.filter(customer=customer).update(
        name="", phone="", email="", may_message=False, may_survey=False
    )
    Customer.objects.filter(pk=customer.pk).update(name="", key=f"erased:{customer.pk}")


def doors_forget(*, sites: QuerySet[Site]) -> None:
    """Forget which door a dwelling is behind: its unit, and the key made of it. The address of the house stays, for
    whoever drove there drove there."""
    for site_id in list(sites.values_list("pk", flat=True)):
        Site.objects.filter(pk=site_id).update(unit="", key=f"erased:{site_id}")
