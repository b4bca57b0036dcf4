"""What was before a request, and what is written to its customer."""

from typing import Annotated, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from api.schemas.base import In, Out
from api.schemas.board import LocalMoment
from api.schemas.recoveries import SaidOut
from communities.insight.sentences import Language
from dispatch.explanations import name_in
from dispatch.models import Message, Recovery
from dispatch.selectors.histories import History, Past


class MessageIn(In):
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class MessageOut(Out):
    id: UUID
    text: str
    written_at: LocalMoment
    written_by: Annotated[str, Field(description="The account; empty once it is gone.")]
    sent_at: Annotated[LocalMoment | None, Field(description="When the mail server took it.")]

    @classmethod
    def of(cls, message: Message, zone: ZoneInfo) -> Self:
        return cls(
            id=message.id,
            text=message.text,
            written_at=message.written_at.astimezone(zone),
            written_by=str(message.written_by or ""),
            sent_at=message.sent_at and message.sent_at.astimezone(zone),
        )


class PastVisitOut(Out):
    id: UUID
    number: str
    state: str
    service: str
    technician: Annotated[str | None, Field(description="The code.")]
    starts_at: LocalMoment | None
    said: SaidOut | None

    @classmethod
    def of(cls, past: Past, zone: ZoneInfo, language: Language) -> Self:
        visit = past.visit
        return cls(
            id=visit.id,
            number=visit.work_order.number,
            state=visit.state,
            service=name_in(visit.service_type, language),
            technician=visit.technician.code if visit.technician else None,
            starts_at=visit.starts_at and visit.starts_at.astimezone(zone),
            said=SaidOut.of(past.said),
        )


class OwedOut(Out):
    """A recovery that is open."""

    id: UUID
    cause: str
    due_at: LocalMoment

    @classmethod
    def of(cls, recovery: Recovery, zone: ZoneInfo) -> Self:
        return cls(id=recovery.id, cause=recovery.cause, due_at=recovery.due_at.astimezone(zone))


class HistoryOut(Out):
    request_id: UUID
    customer_id: UUID | None
    customer_name: str
    description: str
    phone: str
    may_write: Annotated[
        bool, Field(description="Whether somebody with an e-mail address agreed to messages.")
    ]
    visits: Annotated[
        list[PastVisitOut], Field(description="The newest first; of nobody known, to the site.")
    ]
    recoveries: list[OwedOut]
    messages: Annotated[list[MessageOut], Field(description="About this request, the newest first.")]

    @classmethod
    def of(cls, history: History, zone: ZoneInfo, language: Language) -> Self:
        asked = history.request
        return cls(
            request_id=asked.id,
            customer_id=asked.customer_id,
            customer_name=asked.customer.name if asked.customer else "",
            description=asked.description,
            phone=history.phone,
            may_write=history.contact is not None,
            visits=[PastVisitOut.of(past, zone, language) for past in history.visits],
            recoveries=[OwedOut.of(recovery, zone) for recovery in history.recoveries],
            messages=[MessageOut.of(message, zone) for message in history.messages],
        )
