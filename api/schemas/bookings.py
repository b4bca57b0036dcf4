"""Windows that can be booked, and bookings."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.base import Day, In, Moment, Out
from api.schemas.communities import SiteOut
from api.schemas.requests import CustomerIn, SiteIn
from api.schemas.visits import ServiceTypeOut
from dispatch.models import Booking, BookingProfile
from dispatch.services.bookings import ProfileGiven
from dispatch.services.windows import Opening, Openings, Wanted, Window

ServiceTypeCode = Annotated[str, Field(min_length=1, max_length=80, description="Its code.")]
SiteMeant = Annotated[UUID | SiteIn, Field(description="A site's id, or where it is.")]


class WantedIn(In):
    service_type: ServiceTypeCode
    site: SiteMeant

    def wanted(self) -> Wanted:
        site = self.site if isinstance(self.site, UUID) else self.site.given()
        return Wanted(service_type_code=self.service_type, site=site)


class WindowsIn(WantedIn):
    first_on: Day | None = Field(None, description="Today unless given.")
    days: Annotated[int, Field(ge=1, le=28)] | None = Field(
        None, description="As the company's profile says unless given."
    )


class WindowIn(In):
    """One of the windows offered."""

    from_at: Moment
    until_at: Moment

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_at >= self.until_at:
            raise ValueError("the window must end after it begins")
        return self

    def given(self) -> Window:
        return self.from_at, self.until_at


class BookingIn(WantedIn):
    window: WindowIn
    customer: CustomerIn | None = Field(
        None, description="Who books. Without one the window is held for some minutes, to be confirmed."
    )
    description: Annotated[str, Field(max_length=4000)] = ""


class ConfirmIn(In):
    customer: CustomerIn
    description: Annotated[str, Field(max_length=4000)] = ""


class OpeningOut(Out):
    on: date
    from_at: datetime
    until_at: datetime
    minutes: float = Field(description="What the day's plan gets dearer by, in minutes of travel.")
    travel_minutes: float
    technician: str = Field(description="Code of who would come, as things are now.")
    start_at: datetime = Field(description="When, as things are now. The window is what is promised.")
    neighbours: int = Field(description="Other visits of the same community that day.")

    @classmethod
    def of(cls, opening: Opening) -> Self:
        return cls(
            on=opening.on,
            from_at=opening.from_at,
            until_at=opening.until_at,
            minutes=opening.minutes,
            travel_minutes=opening.travel_minutes,
            technician=opening.technician.code,
            start_at=opening.start_at,
            neighbours=opening.neighbours,
        )


class WindowsOut(Out):
    """The cheapest first, of two that cost the same the earlier. `lon` and `lat` are where we think the address is."""

    community: str
    lon: float | None
    lat: float | None
    windows: list[OpeningOut]

    @classmethod
    def of(cls, found: Openings) -> Self:
        site = found.guest.site
        assert site.community is not None  # else there are no windows
        return cls(
            community=site.community.code,
            lon=site.point.x if site.point else None,
            lat=site.point.y if site.point else None,
            windows=[OpeningOut.of(one) for one in found.openings],
        )


class BookingOut(Out):
    id: UUID
    state: str
    service_type: ServiceTypeOut
    site: SiteOut
    from_at: datetime
    until_at: datetime
    expires_at: datetime | None = Field(description="Until when it is held; null once it is not.")
    request_id: UUID | None
    customer_name: str | None

    @classmethod
    def of(cls, booking: Booking) -> Self:
        return cls(
            id=booking.id,
            state=booking.state,
            service_type=ServiceTypeOut.of(booking.service_type),
            site=SiteOut.of(booking.site),
            from_at=booking.window_from_at,
            until_at=booking.window_until_at,
            expires_at=booking.expires_at if booking.state == "held" else None,
            request_id=booking.request_id,
            customer_name=booking.customer.name if booking.customer else None,
        )


class BookingProfileIn(In):
    is_open: bool = Field(False, description="Customers may book on the company's page, /book/ and its slug.")
    window_minutes: Annotated[int, Field(ge=30, le=720)] = 120
    days: Annotated[int, Field(ge=1, le=28)] = 7
    hold_minutes: Annotated[int, Field(ge=1, le=60)] = 10
    change_hours: Annotated[int, Field(ge=0, le=24 * 28)] = 24

    def given(self) -> ProfileGiven:
        return ProfileGiven(**self.model_dump())


class BookingProfileOut(Out):
    is_open: bool
    window_minutes: int
    days: int
    hold_minutes: int
    change_hours: int

    @classmethod
    def of(cls, profile: BookingProfile) -> Self:
        return cls.model_validate(profile, from_attributes=True)
