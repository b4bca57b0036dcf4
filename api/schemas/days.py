"""A range of local days, as `from` and `to` in a query."""

from datetime import date
from typing import Self

from pydantic import BaseModel, Field, model_validator

MOST_DAYS = 366


class DaysQuery(BaseModel):
    """Both days belong to the range."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = (self.last - self.first).days + 1
        if not 1 <= days <= MOST_DAYS:
            raise ValueError(f"from … to must be 1 to {MOST_DAYS} days, not {days}")
        return self
