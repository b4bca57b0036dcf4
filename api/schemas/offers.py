"""What is offered on a visit, and what became of it."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.base import In, Out
from api.schemas.visits import StepIn
from billing.models import Approval, Offer, OfferLine, OfferOption
from billing.services.offers import (
    MOST,
    OPTIONS,
    AnswerGiven,
    Decision,
    LineGiven,
    OfferGiven,
    OptionGiven,
    offer_url,
)
from billing.services.proposals import Proposal

Code = Annotated[str, Field(min_length=1, max_length=80)]
Name = Annotated[str, Field(max_length=160)]
Signature = Annotated[str, Field(max_length=60_000, description="M and L of an SVG path, 600 × 200.")]


class OfferLineIn(In):
    item: Code
    quantity: Annotated[int, Field(ge=1, le=MOST)] = 1

    def given(self) -> LineGiven:
        return LineGiven(item_code=self.item, quantity=self.quantity)


class OfferOptionIn(In):
    name: Name = ""
    recommended: bool = False
    lines: Annotated[list[OfferLineIn], Field(min_length=1, max_length=20)]

    def given(self) -> OptionGiven:
        lines = [line.given() for line in self.lines]
        return OptionGiven(name=self.name, recommended=self.recommended, lines=lines)


class SaidIn(In):
    """What the customer said at once: an option by its place, from 1, or null for none. `told_minor` is the price they
    were told: at another one nothing is offered (409)."""

    option: Annotated[int, Field(ge=1, le=OPTIONS)] | None
    told_minor: Annotated[int, Field(ge=0)] | None = None
    way: Approval.Way = Approval.Way.TOLD
    name: Name = ""
    signature: Signature = ""

    def given(self) -> AnswerGiven:
        return AnswerGiven(**self.model_dump())


class OfferIn(StepIn):
    """One of the three: an add-on (`item`, `quantity`), a set of options from the price book (`option_set`), or options
    of the technician's own (`options`). With `said` it is decided at once, with `send` the customer is written to."""

    item: Code | None = None
    quantity: Annotated[int, Field(ge=1, le=MOST)] = 1
    option_set: Code | None = None
    options: Annotated[list[OfferOptionIn], Field(max_length=OPTIONS)] = []
    name: Name = ""
    said: SaidIn | None = None
    send: bool = False

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if [bool(self.item), bool(self.option_set), bool(self.options)].count(True) != 1:
            raise ValueError("give one of item, option_set and options")
        if self.said and self.send:
            raise ValueError("what is decided is not sent: give said or send")
        return self

    def given(self) -> OfferGiven:
        """What is offered, unless it is a set of the price book."""
        if self.item:
            line = LineGiven(item_code=self.item, quantity=self.quantity)
            return OfferGiven(name=self.name, options=[OptionGiven(lines=[line])])
        return OfferGiven(name=self.name, options=[option.given() for option in self.options])


class AcceptIn(StepIn):
    """What the customer wants, and how we know. `option_id` can be left out where there is one option."""

    option_id: UUID | None = None
    way: Approval.Way = Approval.Way.TOLD
    name: Name = ""
    signature: Signature = ""

    def decision(self, offer: Offer) -> Decision:
        options = [option.id for option in offer.options.all()]
        only = options[0] if len(options) == 1 else None
        return Decision(
            option_id=self.option_id or only, way=self.way, name=self.name, signature=self.signature
        )


class OfferLineOut(Out):
    item: str
    name: str
    quantity: int
    unit_price_minor: int

    @classmethod
    def of(cls, line: OfferLine) -> Self:
        return cls(
            item=line.item.code,
            name=line.item.name,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
        )


class OfferOptionOut(Out):
    id: UUID
    name: str
    recommended: bool
    total_minor: int
    lines: list[OfferLineOut]

    @classmethod
    def of(cls, option: OfferOption) -> Self:
        return cls(
            id=option.id,
            name=option.name,
            recommended=option.recommended,
            total_minor=option.total_minor,
            lines=[OfferLineOut.of(line) for line in option.lines.all()],
        )


class ApprovalOut(Out):
    way: str
    name: str
    happened_at: datetime


class OfferOut(Out):
    id: UUID
    visit_id: UUID
    name: str
    state: str
    currency: str
    offered_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    options: list[OfferOptionOut]
    accepted_option_id: UUID | None
    fulfilled_by_request_id: UUID | None
    approval: ApprovalOut | None
    url: Annotated[str, Field(description="Where the customer can see it and decide.")]

    @classmethod
    def of(cls, offer: Offer) -> Self:
        approval = getattr(offer, "approval", None)
        options = list(offer.options.all())
        return cls(
            id=offer.id,
            visit_id=offer.visit_id,
            name=offer.name,
            state=offer.state,
            currency=options[0].currency,
            offered_at=offer.offered_at,
            expires_at=offer.expires_at,
            decided_at=offer.decided_at,
            options=[OfferOptionOut.of(option) for option in options],
            accepted_option_id=offer.accepted_id,
            fulfilled_by_request_id=offer.fulfilled_by_id,
            approval=ApprovalOut(way=approval.way, name=approval.name, happened_at=approval.happened_at)
            if approval
            else None,
            url=offer_url(offer.id),
        )


class WayOut(Out):
    name: str
    recommended: bool
    total_minor: int


class ProposalOut(Out):
    """Something that could be offered, under `option_set` or `item`, with what each option costs today."""

    option_set: str | None
    item: str | None
    name: str
    currency: str
    options: list[WayOut]

    @classmethod
    def of(cls, proposal: Proposal) -> Self:
        return cls(
            option_set=proposal.code if proposal.is_set else None,
            item=None if proposal.is_set else proposal.code,
            name=proposal.name,
            currency=proposal.ways[0].total.currency,
            options=[
                WayOut(name=way.name, recommended=way.recommended, total_minor=way.total.minor)
                for way in proposal.ways
            ],
        )


class ProposalsOut(Out):
    items: list[ProposalOut]
