"""What customers said."""

from datetime import datetime
from typing import Self
from uuid import UUID

from api.schemas.base import Out
from communities.models import SurveyAnswer


class SurveyAnswerOut(Out):
    id: UUID
    visit_id: UUID
    work_order_id: UUID
    technician_id: UUID
    community_id: UUID
    customer_id: UUID
    csat: int
    nps: int | None
    comment: str
    answered_at: datetime

    @classmethod
    def of(cls, answer: SurveyAnswer) -> Self:
        asked = answer.invitation
        return cls(
            id=answer.id,
            visit_id=asked.visit_id,
            work_order_id=asked.work_order_id,
            technician_id=asked.technician_id,
            community_id=asked.community_id,
            customer_id=asked.contact.customer_id,
            csat=answer.csat,
            nps=answer.nps,
            comment=answer.comment,
            answered_at=answer.answered_at,
        )
