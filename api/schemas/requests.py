"""Service requests and work orders."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.base import In, Latitude, Longitude, Moment, Out
from api.schemas.communities import SiteOut
from api.schemas.visits import ServiceTypeOut
from dispatch.models import RequestPause, ServiceRequest, Visit, WorkOrder
from dispatch.services.requests import CustomerGiven, RequestGiven, SiteGiven


class SiteIn(In):
    """An address, a point, or both; a community by its code when the source knows it."""

    address: Annotated[str, Field(max_length=240)] = ""
    unit: Annotated[str, Field(max_length=40)] = ""
    lon: Longitude | None = None
    lat: Latitude | None = None
    community: Annotated[str, Field(max_length=80)] = ""

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat come together")
        if self.lon is None and not self.address:
            raise ValueError("an address or a point is needed")
        return self

    def given(self) -> SiteGiven:
        return SiteGiven(
            address=self.address,
            unit=self.unit,
            lon=self.lon,
            lat=self.lat,
            community_code=self.community,
        )


class CustomerIn(In):
    name: Annotated[str, Field(min_length=1, max_length=160)]
    phone: Annotated[str, Field(max_length=40)] = ""
    email: Annotated[str, Field(max_length=160, pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$")] = ""

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not (any(map(str.isdigit, self.phone)) or self.email):
            raise ValueError("a phone number or an e-mail address is needed")
        return self

    def given(self) -> CustomerGiven:
        return CustomerGiven(name=self.name, phone=self.phone, email=self.email)


class RequestIn(In):
    reference: Annotated[
        str, Field(min_length=1, max_length=80, description="The sender's own; comes in once.")
    ]
    service_type: Annotated[str, Field(min_length=1, max_length=80, description="Its code.")]
    site: SiteIn
    customer: CustomerIn | None = None
    description: Annotated[str, Field(max_length=4000)] = ""
    window_from_at: Moment | None = None
    window_until_at: Moment | None = None

    @model_validator(mode="after")
    def _window(self) -> Self:
        if (self.window_from_at is None) != (self.window_until_at is None):
            raise ValueError("a window has both ends")
        if self.window_from_at and self.window_until_at and self.window_from_at >= self.window_until_at:
            raise ValueError("the window must end after it begins")
        return self

    def given(self) -> RequestGiven:
        return RequestGiven(
            reference=self.reference,
            service_type_code=self.service_type,
            site=self.site.given(),
            customer=self.customer.given() if self.customer else None,
            description=self.description,
            window_from_at=self.window_from_at,
            window_until_at=self.window_until_at,
        )


class CancelIn(In):
    reason: Annotated[str, Field(min_length=1, max_length=240)]


class PauseIn(In):
    reason: RequestPause.Reason


class ReopenIn(In):
    reason: Annotated[str, Field(min_length=1, max_length=4000, description="What is wrong again.")]


class RequestOut(Out):
    id: UUID
    source: str
    reference: str
    state: str
    service_type: ServiceTypeOut
    site: SiteOut
    customer_name: str | None
    description: str
    requested_at: datetime
    respond_by: datetime
    resolve_by: datetime
    closed_at: datetime | None
    paused_at: datetime | None = Field(
        description="Since when it waits for others, its targets standing still."
    )
    reopens: UUID | None = Field(description="The completed visit whose fault came back.")
    window_from_at: datetime | None
    window_until_at: datetime | None

    @classmethod
    def of(cls, asked: ServiceRequest) -> Self:
        return cls(
            id=asked.id,
            source=asked.source,
            reference=asked.reference,
            state=asked.state,
            service_type=ServiceTypeOut.of(asked.service_type),
            site=SiteOut.of(asked.site),
            customer_name=asked.customer.name if asked.customer else None,
            description=asked.description,
            requested_at=asked.requested_at,
            respond_by=asked.respond_by,
            resolve_by=asked.resolve_by,
            closed_at=asked.closed_at,
            paused_at=asked.paused_at,  # type: ignore[attr-defined]  # annotated by the selector
            reopens=asked.reopens_id,
            window_from_at=asked.window_from_at,
            window_until_at=asked.window_until_at,
        )


class VisitBrief(Out):
    id: UUID
    sequence: int
    state: str
    technician_id: UUID | None
    starts_at: datetime | None
    ends_at: datetime | None
    outcome: str

    @classmethod
    def of(cls, visit: Visit) -> Self:
        return cls.model_validate(visit, from_attributes=True)


class WorkOrderOut(Out):
    id: UUID
    number: str
    state: str
    request_id: UUID
    completed_at: datetime | None
    service_type: ServiceTypeOut
    visits: list[VisitBrief]

    @classmethod
    def of(cls, order: WorkOrder) -> Self:
        return cls(
            id=order.id,
            number=order.number,
            state=order.state,
            request_id=order.request_id,
            completed_at=order.completed_at,
            service_type=ServiceTypeOut.of(order.request.service_type),
            visits=[VisitBrief.of(visit) for visit in order.visits.order_by("sequence", "role")],
        )
