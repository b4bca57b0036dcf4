"""Customers as the ledger knows them. Personal data: for dispatch, for managers those of their regions, for
technicians none."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from communities.access import Caller
from communities.models import Contact, CustomerStanding, HandOver, RetentionFit, ServiceEvent
from communities.selectors.places import unshown


def contact_for_letters(customer_id: UUID | None) -> Contact | None:
    """Whom a customer's letters go to: the first contact who agreed to messages and has an e-mail address."""
    contacts = Contact.objects.filter(customer=customer_id, may_message=True)
    return contacts.exclude(email="").order_by("created_at").first()


def standing_list(caller: Caller) -> QuerySet[CustomerStanding]:
    """Everybody the ledger knows, each in the region where they were last heard of, with who answers for them."""
    return (
        CustomerStanding.objects.filter(
            _in_scope(caller, "community__region"), organisation=caller.organisation
        )
        .select_related("customer__owner__user", "community__region")
        .defer(*unshown("community__"))
    )


def customer_fact_list(caller: Caller, customer_id: UUID) -> QuerySet[ServiceEvent]:
    """What happened to a customer the caller may see: everything for dispatch, for a manager what happened in their
    regions or nowhere in particular."""
    seen = standing_list(caller).filter(customer=customer_id).values("customer")
    facts = ServiceEvent.objects.filter(organisation=caller.organisation, customer__in=seen)
    if caller.runs_dispatch:
        return facts
    return facts.filter(Q(community=None) | _in_scope(caller, "community__region"))


def segment_list(caller: Caller, community_id: UUID | None = None) -> QuerySet[CustomerStanding, Any]:
    """For each region and segment ("" is without one), of one community or of all: customers, their spend and margin so
    far, and the sum of what is expected of those with a lifetime value, with their number."""
    of = Q(community=community_id) if community_id else Q()
    return (
        CustomerStanding.objects.filter(
            _in_scope(caller, "community__region"), of, organisation=caller.organisation
        )
        .values("community__region", "segment")
        .annotate(
            customers=Count("id"),
            spend=Sum("spend_minor"),
            margin=Sum("margin_minor"),
            lifetime=Sum("lifetime_minor"),
            valued=Count("lifetime_minor"),
        )
        .order_by("community__region", "segment")
    )


def retention_list(caller: Caller) -> QuerySet[RetentionFit]:
    """The newest reading of each region and segment; that of all regions together is for dispatch."""
    return (
        RetentionFit.objects.filter(_in_scope(caller, "region"), organisation=caller.organisation)
        .order_by("region", "segment", "-through_on")
        .distinct("region", "segment")
    )


def hand_over_list(caller: Caller) -> QuerySet[HandOver]:
    """For those who hand over."""
    hand_overs = HandOver.objects.filter(organisation=caller.organisation)
    return hand_overs if caller.runs_dispatch else hand_overs.none()


def _in_scope(caller: Caller, region: str) -> Q:
    if caller.runs_dispatch:
        return Q()
    return Q(**{f"{region}__in": caller.region_ids})  # none for a technician
