"""Recoveries."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import Out
from api.schemas.visits import CommunityBrief, ServiceTypeOut
from dispatch.models import Recovery, Visit
from dispatch.selectors.recoveries import Said, next_visit, said_of


class SaidOut(Out):
    csat: int
    nps: int | None
    comment: str

    @classmethod
    def of(cls, said: Said | None) -> Self | None:
        return cls.model_validate(said, from_attributes=True) if said else None


class NextVisitOut(Out):
    id: UUID
    state: str
    technician: Annotated[str | None, Field(description="The code of who goes, once it is planned.")]
    starts_at: datetime | None

    @classmethod
    def of(cls, visit: Visit | None) -> Self | None:
        if visit is None:
            return None
        technician = visit.technician.code if visit.technician else None
        return cls(id=visit.id, state=visit.state, technician=technician, starts_at=visit.starts_at)


class RecoveryOut(Out):
    id: UUID
    cause: str
    state: str
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    reason: Annotated[str, Field(description="Why it was dropped.")]
    is_charged: bool
    visit_id: Annotated[UUID, Field(description="The visit that is made good.")]
    technician: Annotated[str, Field(description="The code of who was there, and is not sent again.")]
    said: Annotated[SaidOut | None, Field(description="What the customer answered about that visit.")]
    service_type: ServiceTypeOut
    community: CommunityBrief | None
    customer_name: str | None
    request_id: UUID
    levels: Annotated[dict[str, int], Field(description="The skills it asks for, by code.")]
    nobody_higher: Annotated[list[str], Field(description="Of those, what nobody has at a higher level.")]
    next_visit: NextVisitOut | None

    @classmethod
    def of(cls, recovery: Recovery) -> Self:
        asked = recovery.request
        return cls(
            id=recovery.id,
            cause=recovery.cause,
            state=recovery.state,
            opened_at=recovery.opened_at,
            due_at=recovery.due_at,
            closed_at=recovery.closed_at,
            reason=recovery.reason,
            is_charged=recovery.is_charged,
            visit_id=recovery.visit_id,
            technician=recovery.technician.code,
            said=SaidOut.of(said_of(recovery)),
            service_type=ServiceTypeOut.of(asked.service_type),
            community=CommunityBrief.of(asked.site.community),
            customer_name=asked.customer.name if asked.customer else None,
            request_id=asked.id,
            levels=recovery.levels,
            nobody_higher=recovery.nobody_higher,
            next_visit=NextVisitOut.of(next_visit(recovery)),
        )
