"""The facts behind a number of the communities page."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from communities.access import Caller
from communities.errors import TooFewRespondents
from communities.insight.figures import BY_NAME, Figure
from communities.models import Community, ServiceEvent
from communities.selectors.figure_facts import facts_behind
from communities.selectors.figures import Question
from communities.selectors.places import community_list
from console.office.insight import FIGURE_OF, HEADINGS, WINDOW
from console.office.pages import language_here, office_page, signed_in
from console.office.words import FACTS
from core.money import Money
from dispatch.explanations import name_in

MOST = 100  # the API has the rest


@require_safe
@signed_in
def figure_facts(request: HttpRequest, caller: Caller, column: str) -> HttpResponse:
    """What a column's number is made of, in ?community= or in all, newest first. Not for technicians."""
    if caller.is_technician:
        return redirect("day")
    if column not in FIGURE_OF:
        raise Http404
    figure, community = BY_NAME[FIGURE_OF[column]], _community(caller, request.GET.get("community", ""))
    question = Question(window=WINDOW, community_id=community.pk if community else None)
    facts = _facts(caller, figure, question)
    context = {
        "title": HEADINGS[column],
        "place": name_in(community, language_here(request, caller.organisation.language))
        if community
        else "",
        "has_denominator": bool(figure.denominator),
        "moments": None if facts is None else [_moment(fact, figure) for fact in facts],
        "least": settings.INSIGHT_MIN_RESPONDENTS,
    }
    return office_page(request, caller, "office/facts.html", context)


def _community(caller: Caller, asked: str) -> Community | None:
    """The community asked for, or None for all. Raises Http404 for one that is not there for the caller."""
    if not asked:
        return None
    try:
        key = UUID(asked)
    except ValueError:
        raise Http404 from None
    found = community_list(caller).filter(pk=key).defer("boundary").first()
    if found is None:
        raise Http404
    return found


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
