"""Figures: what is asked, what they are, and the facts behind them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from api.schemas.base import Out
from communities.insight.figures import FIGURES, Figure, Reading
from communities.models import FigureUse, ServiceEvent
from communities.selectors.figures import Dimension, FigureTable, Placed, Question
from communities.selectors.groups import Key
from communities.services.windows import WINDOWS


def _known_window(days: int) -> int:
    if days not in WINDOWS:
        raise ValueError(f"expected one of {', '.join(map(str, WINDOWS))}")
    return days


def _dimensions(text: str) -> str:
    names = [name for name in text.split(",") if name]
    if len(names) > 2 or len(set(names)) < len(names) or not set(names) <= set(Dimension):
        raise ValueError(f"expected at most two of {', '.join(Dimension)}, with a comma between")
    return text


class FactsQuery(BaseModel):
    """Of what, and over how many days."""

    window: Annotated[int, AfterValidator(_known_window)] = Field(
        28, description="Days, today's among them: 1, 7, 28, 90 or 365."
    )
    region: UUID | None = None
    community: UUID | None = None
    technician: UUID | None = None
    service_type: UUID | None = None
    purpose: FigureUse.Purpose | None = Field(
        None, description="What figures of technicians are read for. Needed for them, and noted."
    )

    def question(self, by: tuple[Dimension, ...] = ()) -> Question:
        return Question(
            window=self.window,
            by=by,
            region_id=self.region,
            community_id=self.community,
            technician_id=self.technician,
            service_type_id=self.service_type,
        )


class FiguresQuery(FactsQuery):
    by: Annotated[str, AfterValidator(_dimensions)] = Field(
        "", description="At most two of region, community, technician, service_type, with a comma between."
    )

    def asked(self) -> Question:
        return self.question(tuple(Dimension(name) for name in self.by.split(",") if name))


@dataclass(slots=True)
class FigureOut:
    """One figure: numerator ÷ denominator, or the numerator alone.

    Not an Out, and not frozen: a page has a thousand of them, and such a dataclass is made in a third of the time.
    """

    value: Annotated[float | None, Field(description="Null: nothing to divide by, or hidden.")]
    low: Annotated[float | None, Field(description="Of the 95 % interval, where there is one.")]
    high: float | None
    numerator: int | None
    denominator: int | None
    hidden: Annotated[
        bool, Field(description="Too few people answered, or the rest would tell what few said.")
    ]

    @classmethod
    def of(cls, reading: Reading) -> Self:
        interval = reading.interval
        return cls(
            value=reading.value,
            low=interval.low if interval else None,
            high=interval.high if interval else None,
            numerator=reading.numerator,
            denominator=reading.denominator,
            hidden=reading.is_hidden,
        )


Figures = Annotated[
    dict[str, FigureOut],
    Field(description="By name: " + ", ".join(f"{one.name} ({one.unit})" for one in FIGURES) + "."),
]


class GroupOut(Out):
    """The figures of one group. An id is null where it is not asked by, and where facts name none."""

    region_id: UUID | None
    community_id: UUID | None
    technician_id: UUID | None
    service_type_id: UUID | None
    figures: Figures

    @classmethod
    def of(cls, by: tuple[Dimension, ...], key: Key, figures: Mapping[str, Reading]) -> Self:
        ids = dict.fromkeys((one.column for one in Dimension), None) | dict(
            zip((one.column for one in by), key, strict=True)
        )
        return cls.model_construct(**ids, figures=figures_out(figures))


class FiguresOut(Out):
    """A page of groups, and all groups together. No days, and nothing else, before anything was counted."""

    items: list[GroupOut]
    next: str | None
    first_on: date | None
    through_on: date | None
    total: Figures

    @classmethod
    def of(cls, table: FigureTable | None, groups: Iterable[Placed], cursor: str | None) -> Self:
        if table is None:
            return cls(items=[], next=None, first_on=None, through_on=None, total={})
        return cls.model_construct(
            items=[GroupOut.of(table.by, key, figures) for _, key, figures in groups],
            next=cursor,
            first_on=table.first_on,
            through_on=table.through_on,
            total=figures_out(table.whole),
        )


class StepOut(Out):
    on: date
    figures: Figures

    @classmethod
    def of(cls, on: date, figures: Mapping[str, Reading]) -> Self:
        return cls.model_construct(on=on, figures=figures_out(figures))


class TrendOut(Out):
    items: list[StepOut]


class FactOut(Out):
    """A fact behind a figure. Of an answer neither who gave it, nor about whom, nor when on that day."""

    id: UUID | None
    kind: str
    on: date
    occurred_at: datetime | None
    source: str
    community_id: UUID | None
    service_type_id: UUID | None
    technician_id: UUID | None
    customer_id: UUID | None
    site_id: UUID | None
    visit_id: UUID | None
    work_order_id: UUID | None
    amount_minor: int | None
    currency: str
    data: dict[str, Any]
    in_numerator: bool
    in_denominator: bool

    @classmethod
    def of(cls, fact: ServiceEvent, figure: Figure) -> Self:
        shown = {name: getattr(fact, name) for name in cls.model_fields if name != "on"}
        if figure.is_asked:
            shown |= dict.fromkeys(TELLING, None)
        return cls(**shown, on=fact.occurred_on)


TELLING = (
    "id",
    "occurred_at",
    "service_type_id",
    "technician_id",
    "customer_id",
    "site_id",
    "visit_id",
    "work_order_id",
)
"""By which one would know who answered."""


class FigureUseOut(Out):
    id: UUID
    at: datetime
    username: str | None = Field(description="Null: at the machine's own command line.")
    purpose: str
    asked: dict[str, Any]

    @classmethod
    def of(cls, use: FigureUse) -> Self:
        return cls(
            id=use.id,
            at=use.created_at,
            username=use.user.username if use.user else None,
            purpose=use.purpose,
            asked=use.asked,
        )


def figures_out(figures: Mapping[str, Reading]) -> dict[str, FigureOut]:
    return {name: FigureOut.of(figures[name]) for name in figures}
