"""What a technician's page knows of being on site: checklists with their answers, photos, offers, the own shift."""

from collections.abc import Container, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from billing.models import Offer
from billing.selectors.offers import offers_of
from billing.services.proposals import Proposal, proposals_of
from communities.access import Caller
from communities.insight.sentences import Language
from core.languages import name_in
from core.money import DECIMALS
from dispatch.checklists import Point
from dispatch.models import Visit
from dispatch.selectors.places import field_profile_of, shift_of
from dispatch.selectors.reports import Report, reports_of
from dispatch.states import VisitState

OVER = frozenset({VisitState.COMPLETED, VisitState.NOT_COMPLETED})


def told_of(
    caller: Caller, visits: Iterable[Visit], reachable: Container[UUID], language: Language, now: datetime
) -> dict[str, Any]:
    """For the page's scripts, by visit, of those that are not over; on a crew's, what was found and sold is for whoever
    leads to tell. `reachable` are the visits whose customer can be written to. Fourteen queries however many visits
    there are, and one more for each further region of theirs."""
    going_on = [visit for visit in visits if visit.state not in OVER and visit.leads]
    reports, offers = reports_of(going_on), offers_of(going_on)
    today = now.astimezone(caller.organisation.zone).date()
    proposals = proposals_of(caller=caller, visits=going_on, offers=offers, on=today, language=language)
    told = {
        str(visit.pk): {
            **_report(reports[visit.pk], language),
            "offers": [_offer(offer) for offer in offers if offer.visit_id == visit.pk],
            "proposals": [_proposal(proposal) for proposal in proposals[visit.pk]],
            "may_write": visit.pk in reachable,
        }
        for visit in going_on
    }
    return {"visits": told, "place": _shift(caller, now)}


def money_of(caller: Caller) -> dict[str, Any]:
    """How amounts are written."""
    currency = caller.organisation.currency
    return {"currency": currency, "decimals": DECIMALS[currency]}


def _report(report: Report, language: Language) -> dict[str, Any]:
    return {
        "points": [_point(point, language) for point in report.points],
        "answers": {code: answer.value for code, answer in report.answers.items()},
        "photos": [{"key": str(photo.key), "code": photo.code} for photo in report.photos],
        "signature": {"name": report.signature.name} if report.signature else None,
    }


def _point(point: Point, language: Language) -> dict[str, Any]:
    return {
        "code": point.code,
        "text": name_in(language, point),
        "kind": point.kind,
        "unit": point.unit,
        "lowest": point.lowest,
        "highest": point.highest,
        "required": point.required,
    }


def _offer(offer: Offer) -> dict[str, Any]:
    options = list(offer.options.all())
    return {
        "id": str(offer.pk),
        "name": offer.name or options[0].name,
        "state": offer.state,
        "options": [
            {
                "id": str(one.pk),
                "name": one.name,
                "minor": one.total_minor,
                "recommended": one.recommended,
            }
            for one in options
        ],
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        "name": proposal.name,
        "body": {"option_set" if proposal.is_set else "item": proposal.code},
        "options": [
            {"name": way.name, "minor": way.total.minor, "recommended": way.recommended}
            for way in proposal.ways
        ],
    }


def _shift(caller: Caller, now: datetime) -> dict[str, str] | None:
    """When the technician's place may be told; None where the company does not want it, or without a shift."""
    shift = shift_of(caller, now) if field_profile_of(caller.organisation).keeps_places else None
    return {"from": shift.starts_at.isoformat(), "until": shift.ends_at.isoformat()} if shift else None
