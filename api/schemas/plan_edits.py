"""Changing a plan by hand: what is wanted, and what it would do."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from api.schemas.base import In, Moment, Out
from communities.insight.sentences import Language
from dispatch.edit_words import broken_sentence, promise_sentence
from dispatch.models import Stop
from dispatch.services.edits.forbidding import Broken
from dispatch.services.edits.trying import Moved, Outcome, Wish
from dispatch.states import Pin


class MoveIn(In):
    """Where a visit is to go. Without `before` and `start_at` it comes where it costs least."""

    visit: UUID
    technician: Annotated[UUID | None, Field(description="null: off the plan.")]
    start_at: Annotated[Moment | None, Field(description="It starts no earlier.")] = None
    before: Annotated[UUID | None, Field(description="The visit it comes right before.")] = None
    pin: Annotated[
        Pin | None, Field(description="Pin it there; null leaves pins as they are, and they hold.")
    ] = None
    following: Annotated[
        bool,
        Field(description="With all that come after it in its route, by their starts: it divides a day."),
    ] = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.following and (self.technician is None or self.before or self.start_at or self.pin):
            raise ValueError("following goes with a technician, and with nothing else")
        return self

    def wish(self) -> Wish:
        return Wish(self.visit, self.technician, self.before, self.start_at, self.pin, self.following)


class AcceptSomeIn(In):
    """Whose routes are taken over out of a draft, each with the bundle that they are of."""

    technicians: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class PinIn(In):
    """`version` says where the visit is pinned to: whom and when it has there."""

    version: UUID
    pin: Pin


class BrokenOut(Out):
    rule: str
    text: str

    @classmethod
    def of(cls, broken: Broken, language: Language) -> Self:
        return cls(rule=broken.rule, text=broken_sentence(broken.rule, broken.figures, language))


class MovedOut(Out):
    """A visit that goes elsewhere, or starts at another time. null: on no route."""

    model_config = ConfigDict(serialize_by_alias=True)

    visit: UUID
    from_at: Annotated[datetime | None, Field(serialization_alias="from")]
    to: datetime | None
    technician_from: UUID | None
    technician_to: UUID | None

    @classmethod
    def of(cls, moved: Moved) -> Self:
        before, after = moved.before, moved.after
        return cls(
            visit=moved.visit.pk,
            from_at=before.start_at if before else None,
            to=after.start_at if after else None,
            technician_from=before.route.technician_id if before else None,
            technician_to=after.route.technician_id if after else None,
        )


class PromiseOut(Out):
    """A promise to a customer that would be broken."""

    visit: UUID
    text: str

    @classmethod
    def of(cls, moved: Moved, language: Language) -> Self:
        return cls(visit=moved.visit.pk, text=promise_sentence(moved.visit, moved.after, language))


class TriedStopOut(Out):
    visit: UUID
    arrival_at: datetime
    start_at: datetime
    departure_at: datetime
    travel_s: int

    @classmethod
    def of(cls, stop: Stop) -> Self:
        return cls(
            visit=stop.visit_id,
            arrival_at=stop.arrival_at,
            start_at=stop.start_at,
            departure_at=stop.departure_at,
            travel_s=stop.travel_s,
        )


class TriedRouteOut(Out):
    technician: UUID
    stops: list[TriedStopOut]

    @classmethod
    def each(cls, outcome: Outcome) -> Iterator[Self]:
        """Those whose last stop is gone included."""
        for technician_id, route in outcome.routes().items():
            stops = [stop for stop in outcome.rows.stops if stop.route is route]
            yield cls(technician=technician_id, stops=[TriedStopOut.of(stop) for stop in stops])


class TrialOut(Out):
    """What a change would do. Nothing is changed. Where a rule forbids it, the times are those it would have all the
    same; where there are none to tell, `routes` is empty."""

    allowed: bool
    broken: list[BrokenOut]
    minutes: Annotated[
        dict[str, float],
        Field(
            description="Change of the score in minutes of travel, by term, and `total`; negative is better."
        ),
    ]
    travel_minutes: float
    moves: list[MovedOut]
    promises: list[PromiseOut]
    routes: list[TriedRouteOut]

    @classmethod
    def of(cls, outcome: Outcome, language: Language) -> Self:
        moves = list(outcome.moves())
        change = outcome.trial.change if outcome.trial else None
        terms = {name: minutes for name, minutes in change.minutes().items() if minutes} if change else {}
        return cls(
            allowed=not outcome.broken,
            broken=[BrokenOut.of(one, language) for one in outcome.broken],
            minutes={**terms, "total": change.total / 60 if change else 0.0},
            travel_minutes=outcome.trial.travel_s / 60 if outcome.trial else 0.0,
            moves=[MovedOut.of(one) for one in moves],
            promises=[PromiseOut.of(one, language) for one in moves if one.promise],
            routes=list(TriedRouteOut.each(outcome)),
        )
