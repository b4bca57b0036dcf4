"""What every schema shares: `In` refuses what it does not know, `Out` is written field by field."""

from datetime import date
from typing import Annotated, Generic, Self, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from core.times import day_of_our_age, instant_of_our_age

ItemT = TypeVar("ItemT")

Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
# A time without an offset is refused: nobody knows when it was.
Moment = Annotated[AwareDatetime, AfterValidator(instant_of_our_age)]
Day = Annotated[date, AfterValidator(day_of_our_age)]


class In(BaseModel):
    """A body. Blanks around texts are dropped; unknown fields and NUL (which PostgreSQL cannot store) are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="after")
    def _no_nul(self) -> Self:
        for name, value in self:
            if isinstance(value, str) and "\0" in value:
                raise ValueError(f"{name} holds the character NUL")
        return self


class Out(BaseModel):
    """An answer. `of` builds it from a row, so that nothing leaves which was not written down here."""


class PageQuery(BaseModel):
    limit: int = Field(50, ge=1, le=200, description="At most this many items.")
    cursor: str = Field("", max_length=500, description="`next` of the page before.")


class Page(Out, Generic[ItemT]):
    """A part of a list. `next` is the cursor of the part that follows, null at the end."""

    items: list[ItemT]
    next: str | None


class Place(In):
    lon: Longitude
    lat: Latitude
