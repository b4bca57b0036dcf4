"""What came of it: every figure is a query on the database."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from billing.gateways.base import PaymentState
from billing.models import Invoice, Payment, PaymentLink
from communities.insight.sentences import Language
from communities.models import Community, Organisation, SignalSet, Site, SurveyAnswer, SurveyInvitation
from dispatch.explanations import change_sentences, version_affinities
from dispatch.models import PlanVersion, ServiceRequest, Stop, Technician, UnassignedVisit, Visit

CHANGED = """
    SELECT stop.id, old_technician.code,
           coalesce(gains.minutes, 0) > coalesce(losses.minutes, 0)
             AND stop.explanation->>'arm' IS DISTINCT FROM 'neutral' AS by_signals
    FROM dispatch_stop AS stop
    JOIN dispatch_route AS route ON route.id = stop.route_id
    JOIN dispatch_stop AS old_stop ON old_stop.visit_id = stop.visit_id AND old_stop.version_id = ANY(%(before)s)
    JOIN dispatch_route AS old_route ON old_route.id = old_stop.route_id
    JOIN dispatch_technician AS old_technician ON old_technician.id = old_route.technician_id
    JOIN dispatch_visit AS visit ON visit.id = stop.visit_id
    JOIN communities_site AS site ON site.id = visit.site_id
    JOIN dispatch_planversion AS version ON version.id = stop.version_id
    LEFT JOIN communities_signal AS gains
      ON gains.signal_set_id = version.signal_set_id AND gains.community_id = site.community_id
     AND gains.technician_id = route.technician_id
    LEFT JOIN communities_signal AS losses
      ON losses.signal_set_id = version.signal_set_id AND losses.community_id = site.community_id
     AND losses.technician_id = old_route.technician_id
    WHERE stop.version_id = ANY(%(after)s) AND route.technician_id <> old_route.technician_id
    ORDER BY stop.start_at, stop.id
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
    reasons = Counter(UnassignedVisit.objects.filter(version__in=ids).values_list("reason", flat=True))
    return {
        "regions": len(ids),
        "visits_assigned": Stop.objects.filter(version__in=ids).count(),
        "visits_unassigned": reasons.total(),
        "unassigned_reasons": dict(sorted(reasons.items())),
        "violations": sums["violations"],
        "travel_minutes": round(sums["travel"] / 60),
    }


def visits_figures(organisation: Organisation) -> dict[str, int]:
    done = Visit.objects.filter(organisation=organisation, finished_at__isnull=False)
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


def signals_figures(before: SignalSet, after: SignalSet) -> dict[str, int]:
    weighty = after.signals.exclude(minutes=0)
    return {
        "version_before": before.version,
        "version_after": after.version,
        "community_priorities": weighty.filter(kind="community_priority").count(),
        "technician_affinities": weighty.filter(kind="technician_affinity").count(),
    }


def next_plan_figures(before: list[PlanVersion], after: list[PlanVersion]) -> dict[str, Any]:
    """The same day planned with the signals before and after: who goes elsewhere, and why.

    Both were planned from the same assignments with the same effort, so the answers caused every change. Counted as
    one by signals are those of which the signals speak: they value who goes now above who went before. In communities
    that are held out they have no say.
    """
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, {"before": [one.pk for one in before], "after": [one.pk for one in after]})
        changed = cursor.fetchall()
    instead_of = {stop_id: code for stop_id, code, by_signals in changed if by_signals}
    return {
        **plan_figures(after),
        "travel_minutes_before": plan_figures(before)["travel_minutes"],
        "assignments_changed": len(changed),
        "assignments_changed_by_signals": len(instead_of),
        "explanations": _explanations(after, instead_of, "en"),
        "explanations_zh_hant": _explanations(after, instead_of, "zh-hant"),
    }


def _explanations(versions: list[PlanVersion], instead_of: dict[UUID, str], language: Language) -> list[str]:
    """Why each technician goes now, and why not the one before: each sentence once, in the order of the day."""
    sentences: dict[str, None] = {}
    for version in versions:
        affinities = version_affinities(version)
        stops = Stop.objects.filter(pk__in=instead_of, version=version)
        for stop in stops.select_related("route__technician", "visit__site__community").order_by(
            "start_at", "id"
        ):
            words = change_sentences(stop, instead_of[stop.pk], affinities, language)
            sentences |= dict.fromkeys(words)
    return list(sentences)


def company_figures(organisation: Organisation) -> dict[str, Any]:
    return {
        "organisation": organisation.slug,
        "communities": Community.objects.filter(organisation=organisation).count(),
        "communities_served": Community.objects.filter(organisation=organisation, sites__isnull=False)
        .distinct()
        .count(),
        "technicians": Technician.objects.filter(organisation=organisation).count(),
    }
