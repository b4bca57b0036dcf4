"""Why a visit is where a version has it, or nowhere."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import Out
from communities.insight.sentences import Language
from dispatch.explanations import Affinities, stop_sentences, unassigned_sentence
from dispatch.left_out import WayIn, exclusion_sentences, ways_in
from dispatch.models import Stop, UnassignedVisit
from dispatch.states import Pin


class AlternativeOut(Out):
    """Somebody else who could have gone, the rest of the plan unchanged."""

    technician: Annotated[str, Field(description="The code.")]
    minutes: Annotated[float, Field(description="How much more it would cost, in minutes of travel.")]
    terms: Annotated[dict[str, float], Field(description="The same, by cost term.")]

    @classmethod
    def each(cls, explanation: Mapping[str, Any]) -> Iterator[Self]:
        """Of a stop's explanation; the cheapest first."""
        for name in ("runner_up", "third"):
            if other := explanation.get(name):
                terms = _more(explanation["chosen"]["minutes"], other["minutes"])
                yield cls(technician=other["technician"], minutes=round(sum(terms.values()), 1), terms=terms)


def _more(chosen: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    terms = dict.fromkeys((*other, *chosen))
    more = {term: round(other.get(term, 0.0) - chosen.get(term, 0.0), 2) for term in terms}
    return {term: minutes for term, minutes in more.items() if minutes}


class WayInOut(Out):
    """What would let a visit in. Where an edit by hand does it, `technician`, `pin` and `start_at` say which."""

    text: str
    technician: Annotated[str | None, Field(description="The code.")]
    pin: Pin | None
    start_at: datetime | None

    @classmethod
    def of(cls, way: WayIn) -> Self:
        return cls.model_validate(way, from_attributes=True)


class AssignmentOut(Out):
    """`why` in the language asked for. `alternatives` are of a visit that somebody goes to, `keeps_out` and `ways_in`
    of one that is left out."""

    visit_id: UUID
    request_id: UUID
    why: list[str]
    alternatives: list[AlternativeOut]
    keeps_out: list[str]
    ways_in: list[WayInOut]

    @classmethod
    def of(cls, found: Stop | UnassignedVisit, affinities: Affinities, language: Language) -> Self:
        told: dict[str, Any] = {"alternatives": [], "keeps_out": [], "ways_in": []}
        if isinstance(found, Stop):
            told["why"] = stop_sentences(found, affinities, language)
            told["alternatives"] = [] if found.begun else list(AlternativeOut.each(found.explanation))
        else:
            told["why"] = [unassigned_sentence(found, language)]
            told["keeps_out"] = exclusion_sentences(found, language)
            told["ways_in"] = [WayInOut.of(way) for way in ways_in(found, language)]
        return cls(visit_id=found.visit_id, request_id=found.visit.work_order.request_id, **told)
