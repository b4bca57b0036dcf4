"""Customers: who they are to us by segment, one customer's story, and who left without handing theirs over."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from communities.access import Caller
from communities.insight.health import reasons_told
from communities.insight.health_words import reason_sentence
from communities.insight.rfm import Segment
from communities.models import CustomerStanding, ServiceEvent
from communities.selectors.customers import customer_fact_list, segment_list, standing_list
from console.office.pages import language_here, not_for_technicians, office_page, signed_in
from console.office.words import FACTS, SEGMENTS
from core.money import Money
from dispatch.models import Technician
from dispatch.selectors.owners import left_with_customers

MOST = 100  # customers in the list, facts in the timeline: the API has the rest

SORTS: dict[str, Promise] = {
    "-spend_minor": _("Spent most"),
    "-lifetime_minor": _("Expected to bring most"),
    "health": _("Lowest health"),
    "last_on": _("Longest away"),
}


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One segment of all regions seen; what is expected is of `valued` customers."""

    name: str
    title: Promise | str
    customers: int
    spend: Money
    margin: Money
    lifetime: Money | None


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A standing in words."""

    standing: CustomerStanding
    segment: Promise | str
    spend: Money
    margin: Money
    lifetime: Money | None
    low: Money | None
    high: Money | None


@require_safe
@signed_in
@not_for_technicians
def customers(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Segments, and the customers of ?segment= (all without) in the order of ?sort=."""
    asked = request.GET.get("segment", "")
    segment = asked if asked in set(Segment) else ""
    asked_sort = request.GET.get("sort", "")
    sort = asked_sort if asked_sort in SORTS else "-spend_minor"
    found = standing_list(caller).exclude(**{sort.removeprefix("-"): None})
    if segment:
        found = found.filter(segment=segment)
    currency = caller.organisation.currency
    context = {
        "segments": segments_shown(caller),
        "segment": segment,
        "segment_title": SEGMENTS.get(segment, ""),
        "sort": sort,
        "sorts": SORTS.items(),
        "rows": [_row(one, currency) for one in found.order_by(sort, "id")[:MOST]],
        "left": left_with_customers(caller),
    }
    return office_page(request, caller, "office/customers.html", context)


@require_safe
@signed_in
@not_for_technicians
def customer(request: HttpRequest, caller: Caller, customer_id: UUID) -> HttpResponse:
    """One customer: standing, reasons, timeline. There is none for those who may not see them."""
    standing = standing_list(caller).filter(customer=customer_id).first()
    if standing is None:
        raise Http404
    language = language_here(request, caller.organisation.language)
    facts = list(customer_fact_list(caller, customer_id).order_by("-occurred_at", "-id")[:MOST])
    names = _technicians(caller, standing, facts)
    owner = getattr(standing.customer, "owner", None)
    context = {
        "row": _row(standing, caller.organisation.currency),
        "owner": owner and (names.get(owner.technician_id) or owner.user),
        "usual": names.get(standing.usual_technician_id),
        "reasons": [reason_sentence(reason, language) for reason in reasons_told(standing.reasons)],
        "timeline": [_moment(fact, names) for fact in facts],
    }
    return office_page(request, caller, "office/customer.html", context)


def segments_shown(caller: Caller, community_id: UUID | None = None) -> list[SegmentRow]:
    """Every segment that somebody (of a community, or of all) is in, dearest first, those without one last."""
    currency = caller.organisation.currency
    sums: dict[str, list[int]] = {}
    for row in segment_list(caller, community_id):
        of = sums.setdefault(row["segment"], [0] * 5)
        for place, name in enumerate(("customers", "spend", "margin", "lifetime", "valued")):
            of[place] += row[name] or 0
    return [
        SegmentRow(
            name=name,
            title=SEGMENTS[name],
            customers=sums[name][0],
            spend=Money(sums[name][1], currency),
            margin=Money(sums[name][2], currency),
            lifetime=Money(sums[name][3], currency) if sums[name][4] else None,
        )
        for name in SEGMENTS
        if name in sums
    ]


def _row(standing: CustomerStanding, currency: str) -> CustomerRow:
    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, currency)

    return CustomerRow(
        standing=standing,
        segment=SEGMENTS[standing.segment],
        spend=Money(standing.spend_minor, currency),
        margin=Money(standing.margin_minor, currency),
        lifetime=money(standing.lifetime_minor),
        low=money(standing.lifetime_low_minor),
        high=money(standing.lifetime_high_minor),
    )


def _technicians(
    caller: Caller, standing: CustomerStanding, facts: Iterable[ServiceEvent]
) -> dict[UUID | None, Technician]:
    owner = getattr(standing.customer, "owner", None)
    named = [fact.technician_id for fact in facts] + [standing.usual_technician_id]
    named += [owner.technician_id] if owner else []
    found = Technician.objects.filter(organisation=caller.organisation, pk__in={one for one in named if one})
    return {technician.pk: technician for technician in found}


def _moment(fact: ServiceEvent, names: dict[UUID | None, Technician]) -> dict[str, object]:
    return {
        "fact": fact,
        "what": FACTS[fact.kind],
        "technician": names.get(fact.technician_id),
        "amount": None if fact.amount_minor is None else Money(fact.amount_minor, fact.currency),
        "csat": fact.data.get("csat"),
    }
