"""Visits, and the secret calendar."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import In, Moment, Out
from api.schemas.communities import PlaceOut
from communities.models import Community, Site
from dispatch.models import ServiceType, Visit


class ServiceTypeOut(Out):
    code: str
    name: str
    name_en: str

    @classmethod
    def of(cls, kind: ServiceType) -> Self:
        return cls(code=kind.code, name=kind.name, name_en=kind.name_en)


class CommunityBrief(Out):
    id: UUID
    name: str
    name_en: str
    gate_minutes: int

    @classmethod
    def of(cls, community: Community | None) -> Self | None:
        return cls.model_validate(community, from_attributes=True) if community else None


class SiteBrief(Out):
    id: UUID
    address: str
    unit: str
    place: PlaceOut | None
    community: CommunityBrief | None

    @classmethod
    def of(cls, site: Site) -> Self:
        return cls(
            id=site.id,
            address=site.address,
            unit=site.unit,
            place=PlaceOut.of(site.point),
            community=CommunityBrief.of(site.community),
        )


class VisitOut(Out):
    id: UUID
    revision: int
    state: str
    sequence: int
    role: Annotated[int, Field(description="In a crew: 0 leads, and tells how it ended; others go along.")]
    crew_size: Annotated[int, Field(description="How many technicians make the trip together.")]
    work_order_id: UUID
    work_order_number: str
    request_id: UUID
    technician_id: UUID | None
    service_type: ServiceTypeOut
    site: SiteBrief
    customer_name: str | None
    duration_minutes: int
    starts_at: datetime | None
    ends_at: datetime | None
    window_from_at: datetime | None
    window_until_at: datetime | None
    pinned_technician_id: UUID | None
    pinned_start_at: datetime | None
    en_route_at: datetime | None
    arrived_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    outcome: str
    notes: str

    @classmethod
    def of(cls, visit: Visit) -> Self:
        return cls(**_visit(visit))


class ContactOut(Out):
    name: str
    phone: str


class VisitDetail(VisitOut):
    """With what is needed on site."""

    description: str
    contacts: list[ContactOut]

    @classmethod
    def of(cls, visit: Visit) -> Self:
        asked = visit.work_order.request
        contacts = asked.customer.contacts.order_by("created_at", "id") if asked.customer else []
        return cls(
            **_visit(visit),
            description=asked.description,
            contacts=[ContactOut(name=contact.name, phone=contact.phone) for contact in contacts],
        )


def _visit(visit: Visit) -> dict[str, Any]:
    order = visit.work_order
    return {
        "id": visit.id,
        "revision": visit.revision,
        "state": visit.state,
        "sequence": visit.sequence,
        "role": visit.role,
        "crew_size": visit.crew_size,
        "work_order_id": order.id,
        "work_order_number": order.number,
        "request_id": order.request_id,
        "technician_id": visit.technician_id,
        "service_type": ServiceTypeOut.of(visit.service_type),
        "site": SiteBrief.of(visit.site),
        "customer_name": order.request.customer.name if order.request.customer else None,
        "duration_minutes": visit.duration_minutes,
        "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
        "window_from_at": visit.window_from_at,
        "window_until_at": visit.window_until_at,
        "pinned_technician_id": visit.pinned_technician_id,
        "pinned_start_at": visit.pinned_start_at,
        "en_route_at": visit.en_route_at,
        "arrived_at": visit.arrived_at,
        "started_at": visit.started_at,
        "finished_at": visit.finished_at,
        "outcome": visit.outcome,
        "notes": visit.notes,
    }


class ScheduleOut(Out):
    items: list[VisitOut]


Text = Annotated[str, Field(max_length=4000)]


class StepIn(In):
    """`happened_at` is the technician's clock; without it the step happens now."""

    happened_at: Moment | None = None


class CompleteIn(StepIn):
    notes: Text = ""


class NotCompleteIn(StepIn):
    reason: Annotated[str, Field(min_length=1, max_length=240)]


class NotesIn(In):
    notes: Text


class CalendarOut(Out):
    url: Annotated[str, Field(description="For a calendar application; shown this once.")]
