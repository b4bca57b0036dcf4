"""Customers."""

from datetime import datetime
from typing import Self
from uuid import UUID

from api.schemas.base import Out
from communities.models import Erasure


class ErasureOut(Out):
    customer_id: UUID
    erased_at: datetime

    @classmethod
    def of(cls, erasure: Erasure) -> Self:
        return cls(customer_id=erasure.customer_id, erased_at=erasure.erased_at)
