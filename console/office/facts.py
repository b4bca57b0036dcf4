"""The facts behind a number of the communities' pages."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from communities.access import Caller
from communities.errors import TooFewRespondents
from communities.insight.figures import BY_NAME, Figure
from communities.models import ServiceEvent
from communities.selectors.figure_facts import facts_behind
from communities.selectors.figures import Question
from console.office.choices import community_asked, region_asked, window_asked
from console.office.figure_words import TITLES
from console.office.pages import language_here, not_for_technicians, office_page, signed_in
from console.office.words import FACTS
from core.money import Money
from dispatch.explanations import name_in

MOST = 100  # the API has the rest


@require_safe
@signed_in
@not_for_technicians
def figure_facts(request: HttpRequest, caller: Caller, figure: str) -> HttpResponse:
    """What a figure of ?window= days is made of, in ?community=, in ?region= or in all, newest first. Not for
    technicians."""
    if figure not in BY_NAME:
        raise Http404
    asked, window = BY_NAME[figure], window_asked(request)
    community, region = community_asked(request, caller), region_asked(request, caller)
    place = community or region
    question = Question(
        window=window,
        community_id=community.pk if community else None,
        region_id=region.pk if region else None,
    )
    facts = _facts(caller, asked, question)
    context = {
        "title": TITLES[figure],
        "community": community,
        "window": window,
        "place": name_in(place, language_here(request, caller.organisation.language)) if place else "",
        "has_denominator": bool(asked.denominator),
        "moments": None if facts is None else [_moment(fact, asked) for fact in facts],
        "least": settings.INSIGHT_MIN_RESPONDENTS,
    }
    return office_page(request, caller, "office/facts.html", context)


def _facts(caller: Caller, figure: Figure, question: Question) -> list[ServiceEvent] | None:
    """The newest; None where too few answered."""
    try:
        return list(facts_behind(caller, figure, question).order_by("-occurred_at", "-id")[:MOST])
    except TooFewRespondents:
        return None


def _moment(fact: ServiceEvent, figure: Figure) -> dict[str, object]:
    """A fact in words. Of an answer only what was said: not who said it."""
    minor = fact.amount_minor
    return {
        "fact": fact,
        "what": FACTS[fact.kind],
        "answer": fact.data.get("nps" if figure.name == "nps" else "csat") if figure.is_asked else None,
        "amount": None if minor is None else Money(minor, fact.currency),
    }
