"""A range of local days, as `from` and `to` in a query."""

from typing import Self

from pydantic import BaseModel, Field, model_validator

from api.schemas.base import Day

MOST_DAYS = 366


class DaysQuery(BaseModel):
    """Both days belong to the range."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = (self.last - self.first).days + 1
        if not 1 <= days <= MOST_DAYS:
            raise ValueError(f"from … to must be 1 to {MOST_DAYS} days, not {days}")
        return self
