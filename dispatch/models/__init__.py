"""Technicians, service requests, work orders, visits, what is told of them on site, bookings, recoveries and plans."""

from dispatch.models.bookings import Booking, BookingProfile
from dispatch.models.messages import Message
from dispatch.models.on_site import (
    Checklist,
    FieldProfile,
    TechnicianPlace,
    VisitAnswer,
    VisitPhoto,
    VisitSignature,
)
from dispatch.models.plans import Plan, PlanVersion, Route, Stop, UnassignedVisit
from dispatch.models.previews import PolicyPreview
from dispatch.models.recoveries import Recovery
from dispatch.models.reports import WeeklyReport
from dispatch.models.technicians import Shift, Skill, Technician, TechnicianSkill, WorkingHours
from dispatch.models.work import (
    RECOVERY_SOURCE,
    RequestPause,
    ServiceRequest,
    ServiceType,
    ServiceTypeSkill,
    Visit,
    WorkOrder,
)

__all__ = [
    "RECOVERY_SOURCE",
    "Booking",
    "BookingProfile",
    "Checklist",
    "FieldProfile",
    "Message",
    "Plan",
    "PlanVersion",
    "PolicyPreview",
    "Recovery",
    "RequestPause",
    "Route",
    "ServiceRequest",
    "ServiceType",
    "ServiceTypeSkill",
    "Shift",
    "Skill",
    "Stop",
    "Technician",
    "TechnicianPlace",
    "TechnicianSkill",
    "UnassignedVisit",
    "Visit",
    "VisitAnswer",
    "VisitPhoto",
    "VisitSignature",
    "WeeklyReport",
    "WorkOrder",
    "WorkingHours",
]
