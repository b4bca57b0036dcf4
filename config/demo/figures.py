"""What came of it: every figure is a query on the database."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from billing.gateways.base import PaymentState
from billing.models import Invoice, Payment, PaymentLink
from communities.insight.sentences import Language
from communities.models import (
    Community,
    Organisation,
    Signal,
    SignalSet,
    Site,
    SurveyAnswer,
    SurveyInvitation,
)
from communities.selectors.places import IS_SERVED
from dispatch.explanations import Affinities, change_sentences, held_out, version_affinities, worth_of
from dispatch.models import PlanVersion, ServiceRequest, Stop, Technician, UnassignedVisit, Visit

CHANGED = """
    SELECT stop.id, old_technician.code
    FROM dispatch_stop AS stop
    JOIN dispatch_route AS route ON route.id = stop.route_id
    JOIN dispatch_stop AS old_stop ON old_stop.visit_id = stop.visit_id AND old_stop.version_id = ANY(%(before)s)
    JOIN dispatch_route AS old_route ON old_route.id = old_stop.route_id
    JOIN dispatch_technician AS old_technician ON old_technician.id = old_route.technician_id
    WHERE stop.version_id = ANY(%(after)s) AND route.technician_id <> old_route.technician_id
"""


def requests_figures(organisation: Organisation) -> dict[str, int]:
    requests = ServiceRequest.objects.filter(organisation=organisation)
    return {
        "imported": requests.count(),
        "placed": requests.exclude(site__placement=Site.Placement.UNPLACED).count(),
        "unplaced": requests.filter(site__placement=Site.Placement.UNPLACED).count(),
    }


def plan_figures(versions: list[PlanVersion]) -> dict[str, Any]:
    """The published versions of a day, one for each region."""
    ids = [version.pk for version in versions]
    stored = PlanVersion.objects.filter(pk__in=ids)
    sums = stored.aggregate(travel=Sum("travel_s"), violations=Sum("violations"))
    reasons = Counter(
        UnassignedVisit.objects.filter(version__in=ids, visit__role=0).values_list("reason", flat=True)
    )
    return {
        "regions": len(ids),
        "visits_assigned": Stop.objects.filter(version__in=ids, visit__role=0).count(),
        "visits_unassigned": reasons.total(),
        "unassigned_reasons": dict(sorted(reasons.items())),
        "violations": sums["violations"],
        "travel_minutes": round(sums["travel"] / 60),
    }


def visits_figures(organisation: Organisation) -> dict[str, int]:
    done = Visit.objects.filter(organisation=organisation, role=0, finished_at__isnull=False)
    return {
        "completed": done.filter(state="completed").count(),
        "could_not_complete": done.filter(state="could_not_complete").count(),
    }


def payments_figures(organisation: Organisation) -> dict[str, Any]:
    paid = Invoice.objects.filter(organisation=organisation, state=Invoice.State.PAID)
    payments = Payment.objects.filter(organisation=organisation)
    return {
        "invoices": Invoice.objects.filter(organisation=organisation).count(),
        "links": PaymentLink.objects.filter(organisation=organisation).count(),
        "paid": paid.count(),
        "paid_minor_units": paid.aggregate(sum=Sum("total_minor"))["sum"] or 0,
        "currency": organisation.currency,
        "declined": payments.filter(state=PaymentState.DECLINED).count(),
    }


def surveys_figures(organisation: Organisation) -> dict[str, Any]:
    answers = SurveyAnswer.objects.filter(organisation=organisation)
    return {
        "sent": SurveyInvitation.objects.filter(organisation=organisation, sent_at__isnull=False).count(),
        "answered": answers.count(),
        "csat_mean": round((answers.aggregate(sum=Sum("csat"))["sum"] or 0) / (answers.count() or 1), 2),
    }


def signals_figures(before: list[SignalSet], after: list[SignalSet]) -> dict[str, int]:
    """The newest version of any region, and what all regions' say."""
    weighty = Signal.objects.filter(signal_set__in=after).exclude(minutes=0)
    return {
        "version_before": max(one.version for one in before),
        "version_after": max(one.version for one in after),
        "community_priorities": weighty.filter(kind=Signal.Kind.COMMUNITY_PRIORITY).count(),
        "technician_affinities": weighty.filter(kind=Signal.Kind.TECHNICIAN_AFFINITY).count(),
    }


def next_plan_figures(before: list[PlanVersion], after: list[PlanVersion]) -> dict[str, Any]:
    """The same day planned with the signals before and after: who goes elsewhere, and why.

    Both were planned from the same assignments with the same effort, so the answers caused every change. Counted as
    one by signals are those of which the signals speak: they value who goes now above who went before. In communities
    that are held out they have no say.
    """
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, {"before": [one.pk for one in before], "after": [one.pk for one in after]})
        changed = dict(cursor.fetchall())
    by_signals = [one for version in after for one in _by_signals(version, changed)]
    return {
        **plan_figures(after),
        "travel_minutes_before": plan_figures(before)["travel_minutes"],
        "assignments_changed": len(changed),
        "assignments_changed_by_signals": len(by_signals),
        "explanations": _explanations(by_signals, "en"),
        "explanations_zh_hant": _explanations(by_signals, "zh-hant"),
    }


@dataclass(frozen=True)
class Moved:
    """A stop that another technician would have had, and what the signals of its version say."""

    stop: Stop
    instead_of: str
    affinities: Affinities

    @property
    def gain(self) -> Decimal:
        goes = worth_of(self.stop, self.stop.route.technician.code, self.affinities)
        stays = worth_of(self.stop, self.instead_of, self.affinities)
        return (goes.minutes if goes else Decimal(0)) - (stays.minutes if stays else Decimal(0))


def _by_signals(version: PlanVersion, changed: dict[UUID, str]) -> list[Moved]:
    """The stops that go to somebody worth more, in the order of the day."""
    affinities = version_affinities(version)
    stops = Stop.objects.filter(pk__in=changed, version=version).order_by("start_at", "id")
    read = stops.select_related("route__technician", "visit__site__community", "visit__service_type")
    moved = [Moved(stop, changed[stop.pk], affinities) for stop in read]
    return [one for one in moved if one.gain > 0 and not held_out(one.stop)]


def _explanations(moved: list[Moved], language: Language) -> list[str]:
    """Why each technician goes now, and why not the one before: each sentence once, the weightiest change first."""
    sentences = (
        sentence
        for one in sorted(moved, key=lambda one: -one.gain)
        for sentence in change_sentences(one.stop, one.instead_of, one.affinities, language)
    )
    return list(dict.fromkeys(sentences))


def company_figures(organisation: Organisation) -> dict[str, Any]:
    return {
        "organisation": organisation.slug,
        "communities": Community.objects.filter(organisation=organisation).count(),
        "communities_served": Community.objects.filter(IS_SERVED, organisation=organisation).count(),
        "technicians": Technician.objects.filter(organisation=organisation).count(),
    }
