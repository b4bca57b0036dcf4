"""The facts behind a figure: every number can be followed to what happened."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from communities.access import Caller
from communities.errors import TooFewRespondents
from communities.insight.figures import Figure
from communities.models import CustomerServed, ServiceEvent
from communities.selectors.figures import Dimension, Question, figure_table, in_scope
from communities.selectors.measures import MEASURES, SERVED

NOTHING = Q(pk=None)
FACTS = {measure.name: measure for measure in MEASURES}


def facts_behind(
    caller: Caller, figure: Figure, question: Question, *, own_technician_id: UUID | None = None
) -> QuerySet[ServiceEvent]:
    """The facts that make the figure, each marked `in_numerator` and `in_denominator`.

    A fact that is taken off is in the numerator as well. Households are no facts: behind their share stand visits.
    Raises TooFewRespondents where the figure itself is hidden, and FigureTooFine.
    """
    table = figure_table(caller, question, own_technician_id=own_technician_id)
    if table is None:
        return ServiceEvent.objects.none()
    if table.whole[figure.name].is_hidden:
        raise TooFewRespondents
    late = max((FACTS[name].known_after for name in figure.columns if name in FACTS), default=0)
    first_on, last_on = (on - timedelta(days=late) for on in (table.first_on, table.through_on))
    numerator, denominator = (
        _any_of(names, table.first_on) for names in (figure.numerator, figure.denominator)
    )
    facts = ServiceEvent.objects.filter(
        in_scope(caller, own_technician_id, "community__region_id"),
        _of_question(question),
        organisation=caller.organisation,
        community__isnull=False,
        occurred_on__range=(first_on, last_on),
    )
    # Filtered by what is true of facts, not by the marks, of which the database knows nothing beforehand.
    counted = facts.filter(numerator | denominator)
    return counted.annotate(in_numerator=_marked(numerator), in_denominator=_marked(denominator))


def _of_question(question: Question) -> Q:
    """The ids of a question as a fact has them."""
    columns = {one: one.column for one in Dimension} | {Dimension.REGION: "community__region_id"}
    return Q(**{columns[one]: given for one, given in question.ids.items()})


def _any_of(names: Iterable[str], first_on: date) -> Q:
    """The facts that count in any of the columns, over a window that begins with a day."""
    before = CustomerServed.objects.filter(
        customer=OuterRef("customer"), community=OuterRef("community"), first_on__lt=first_on
    )
    places = {
        "active": SERVED,
        "households_served": SERVED,
        "returning": SERVED & Q(Exists(before)),
        "households": NOTHING,
    }
    found = NOTHING
    for name in (name.removeprefix("-") for name in names):
        found |= places[name] if name in places else FACTS[name].facts
    return found


def _marked(facts: Q) -> Case:
    return Case(When(facts, then=Value(True)), default=Value(False))
