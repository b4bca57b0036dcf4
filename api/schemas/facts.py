"""Facts: told by other systems, and read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import In, Moment, Out
from api.schemas.days import DaysQuery
from communities.models import ServiceEvent
from core.tabular import Reject
from dispatch.services.outside_facts import MOST, FactGiven, Told

Name = Annotated[str, Field(max_length=240)]


class FactIn(In):
    """What happened. Things are named by our id, or by the code, or key, that they go by here; what is not named is
    taken from the visit, then from the site. Which keys `data` has for a kind: docs/facts.md."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    source_id: Annotated[
        str,
        Field(
            min_length=1, max_length=120, description="The source's own id of it: told twice, it counts once."
        ),
    ]
    occurred_at: Moment
    community: Name = ""
    site: Name = ""
    customer: Name = ""
    technician: Name = ""
    service_type: Name = ""
    visit: Annotated[str, Field(max_length=36, description="Its id.")] = ""
    amount_minor: Annotated[int, Field(description="In minor units of `currency`.")] | None = None
    currency: Annotated[str, Field(max_length=3)] = ""
    data: Annotated[
        dict[Annotated[str, Field(max_length=40)], bool | int | float | str | None], Field(max_length=20)
    ] = {}

    def given(self) -> FactGiven:
        return FactGiven(**dict(self))


class FactsIn(In):
    source: Annotated[str, Field(min_length=1, max_length=40, description="The system that says so.")]
    facts: Annotated[list[FactIn], Field(min_length=1, max_length=MOST)]


class ToldOut(Out):
    """What became of one fact: taken, known already, or rejected, and then why."""

    source_id: str
    state: Literal["taken", "known", "rejected"]
    field: str = ""
    value: str = ""
    problem: str = ""
    expected: str = ""

    @classmethod
    def of(cls, source_id: str, told: Told) -> Self:
        if told.bad is None:
            return cls(source_id=source_id, state="taken" if told.is_new else "known")
        why = Reject.of(0, told.bad)
        return cls(
            source_id=source_id,
            state="rejected",
            field=why.field,
            value=why.value,
            problem=why.problem,
            expected=why.expected,
        )


class FactsOut(Out):
    """In the order of the facts that were sent."""

    taken: int
    known: int
    rejected: int
    facts: list[ToldOut]

    @classmethod
    def of(cls, body: FactsIn, told: Iterable[Told]) -> Self:
        rows = [ToldOut.of(fact.source_id, one) for fact, one in zip(body.facts, told, strict=True)]
        states = [row.state for row in rows]
        return cls(
            taken=states.count("taken"),
            known=states.count("known"),
            rejected=states.count("rejected"),
            facts=rows,
        )


class FactsQuery(DaysQuery):
    """Which facts: of days, and further of a kind, a community, a customer or a visit."""

    kind: ServiceEvent.Kind | None = None
    community: UUID | None = None
    customer: UUID | None = None
    visit: UUID | None = None

    def chosen(self) -> dict[str, Any]:
        """As a filter."""
        asked = {
            "kind": self.kind,
            "community_id": self.community,
            "customer_id": self.customer,
            "visit_id": self.visit,
        }
        return {name: value for name, value in asked.items() if value}


class LedgerFactOut(Out):
    """A fact as the ledger has it."""

    id: UUID
    kind: str
    source: str
    source_id: str
    occurred_at: datetime
    learned_at: datetime = Field(description="When we were told; it may be long after.")
    community_id: UUID | None
    site_id: UUID | None
    customer_id: UUID | None
    technician_id: UUID | None
    visit_id: UUID | None
    work_order_id: UUID | None
    service_type_id: UUID | None
    amount_minor: int | None
    currency: str
    data: dict[str, Any]

    @classmethod
    def of(cls, fact: ServiceEvent) -> Self:
        plain = set(cls.model_fields) - {"learned_at"}
        return cls(learned_at=fact.created_at, **{name: getattr(fact, name) for name in plain})
