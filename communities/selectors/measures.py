"""What each column of a metric counts: which facts, and what each of them adds.

One table for counting (communities.services.metrics) and for going back from a figure to its facts
(communities.selectors.figure_facts), so that the two cannot differ.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, F, IntegerField, OuterRef, Q
from django.db.models.expressions import Combinable, Value
from django.db.models.fields import BigIntegerField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import GreaterThanOrEqual, IsNull, LessThanOrEqual

from communities.insight.scores import DETRACTOR_UP_TO, PROMOTER_FROM, SATISFIED_FROM
from communities.models import ServiceEvent

Kind = ServiceEvent.Kind

REPURCHASE_DAYS = 90


ONE = Value(1)


@dataclass(frozen=True)
class Measure:
    """A column: the facts that count in it, and what each adds (one, unless something else is said).

    `known_after` is the number of days until a day's count is complete. Windows show it that much later: the 28 days of
    a repurchase end 90 days ago.
    """

    name: str
    facts: Q
    adds: Combinable = ONE
    known_after: int = 0


def _number(name: str) -> Combinable:
    """A whole number in a fact's data."""
    return Cast(KT(f"data__{name}"), BigIntegerField())


def _of(*kinds: Kind, **data: object) -> Q:
    return Q(kind__in=kinds, **{f"data__{name}": value for name, value in data.items()})


def _bought() -> Exists:
    """The customer of a visit asked again, bought elsewhere, or paid for another work order, in the days after.

    Only what happened in a community: other facts open no day to be counted anew.
    """
    later = ServiceEvent.objects.filter(
        ~OWED,
        kind__in=BUYING,
        customer=OuterRef("customer"),
        community__isnull=False,
        occurred_on__gt=OuterRef("occurred_on"),
        occurred_on__lte=OuterRef("occurred_on") + timedelta(days=REPURCHASE_DAYS),
    )
    order = Coalesce(OuterRef("work_order_id"), Value(UUID(int=0)))
    return Exists(later.filter(Q(work_order_id=None) | ~Q(work_order_id=order)))


CSAT, NPS = (Cast(KT(f"data__{name}"), IntegerField()) for name in ("csat", "nps"))
ANSWERED, COMPLETED = _of(Kind.SURVEY_ANSWERED), _of(Kind.VISIT_COMPLETED)
RATED, RECOMMENDED = (ANSWERED & Q(IsNull(number, False)) for number in (CSAT, NPS))
OWN_CURRENCY = Q(currency=F("organisation__currency"))
OWED = Q(data__has_key="makes_good")
"""Asked for by a recovery or by reopening a visit: what a customer never wanted to need is no demand and no success."""
FIRST_TRIPS = _of(Kind.VISIT_COMPLETED, Kind.VISIT_NOT_COMPLETED, sequence=1) & ~OWED
SERVED = COMPLETED & Q(customer__isnull=False)
BUYING = (Kind.REQUEST_RECEIVED, Kind.INVOICE_PAID, Kind.PURCHASE_MADE)
"""What a customer does who comes back."""

MEASURES = (
    Measure("facts", Q()),
    Measure("requests", _of(Kind.REQUEST_RECEIVED) & ~OWED),
    Measure("responded", _of(Kind.REQUEST_RESPONDED)),
    Measure("responded_on_time", _of(Kind.REQUEST_RESPONDED, on_time=True)),
    Measure("resolved", _of(Kind.REQUEST_RESOLVED)),
    Measure("resolved_on_time", _of(Kind.REQUEST_RESOLVED, on_time=True)),
    Measure("visits", _of(Kind.VISIT_COMPLETED, Kind.VISIT_NOT_COMPLETED)),
    Measure("visits_completed", COMPLETED),
    Measure("first_visits", FIRST_TRIPS),
    Measure("visits_fixed", FIRST_TRIPS & COMPLETED),
    Measure("arrivals", _of(Kind.VISIT_ARRIVED)),
    Measure("arrivals_on_time", _of(Kind.VISIT_ARRIVED, on_time=True)),
    Measure("reopened", _of(Kind.VISIT_REOPENED)),
    Measure("complaints", _of(Kind.COMPLAINT_MADE)),
    Measure("surveys_sent", _of(Kind.SURVEY_SENT)),
    Measure("csat_answers", RATED),
    Measure("csat_sum", RATED, CSAT),
    Measure("csat_squares", RATED, CSAT * CSAT),
    Measure("csat_satisfied", RATED & Q(GreaterThanOrEqual(CSAT, SATISFIED_FROM))),
    Measure("nps_answers", RECOMMENDED),
    Measure("nps_promoters", RECOMMENDED & Q(GreaterThanOrEqual(NPS, PROMOTER_FROM))),
    Measure("nps_detractors", RECOMMENDED & Q(LessThanOrEqual(NPS, DETRACTOR_UP_TO))),
    Measure("offers", _of(Kind.OFFER_MADE)),
    Measure("offers_accepted", _of(Kind.OFFER_ACCEPTED)),
    Measure("upsell_minor", _of(Kind.OFFER_ACCEPTED) & OWN_CURRENCY, F("amount_minor")),
    Measure("invoices", _of(Kind.INVOICE_ISSUED) & OWN_CURRENCY),
    Measure("invoiced_minor", _of(Kind.INVOICE_ISSUED) & OWN_CURRENCY, F("amount_minor")),
    Measure("revenue_minor", _of(Kind.INVOICE_PAID) & OWN_CURRENCY, F("amount_minor")),
    Measure("refunded_minor", _of(Kind.PAYMENT_REFUNDED) & OWN_CURRENCY, F("amount_minor")),
    Measure("disputes", _of(Kind.PAYMENT_DISPUTED)),
    Measure("referrals", _of(Kind.REFERRAL_MADE)),
    Measure("repurchase_base", SERVED, known_after=REPURCHASE_DAYS),
    Measure("repurchased", SERVED & Q(_bought()), known_after=REPURCHASE_DAYS),
    Measure("work_minutes", COMPLETED, _number("work_minutes")),
    Measure("travel_minutes", COMPLETED, _number("travel_minutes")),
    Measure("labour_minor", COMPLETED, _number("labour_minor")),
    Measure("travel_minor", COMPLETED, _number("travel_minor")),
    Measure("parts_minor", _of(Kind.INVOICE_ISSUED) & OWN_CURRENCY, _number("parts_minor")),
    Measure("purchases", _of(Kind.PURCHASE_MADE)),
    Measure("purchases_minor", _of(Kind.PURCHASE_MADE) & OWN_CURRENCY, F("amount_minor")),
)
COLUMNS = tuple(measure.name for measure in MEASURES)
KNOWN_LATER = frozenset(measure.name for measure in MEASURES if measure.known_after)
