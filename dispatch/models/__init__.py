"""Technicians, service requests, work orders, visits and plans."""

from dispatch.models.plans import Plan, PlanVersion, Route, Stop, UnassignedVisit
from dispatch.models.technicians import Shift, Skill, Technician, TechnicianSkill, WorkingHours
from dispatch.models.work import (
    RequestPause,
    ServiceRequest,
    ServiceType,
    ServiceTypeSkill,
    Visit,
    WorkOrder,
)

__all__ = [
    "Plan",
    "PlanVersion",
    "RequestPause",
    "Route",
    "ServiceRequest",
    "ServiceType",
    "ServiceTypeSkill",
    "Shift",
    "Skill",
    "Stop",
    "Technician",
    "TechnicianSkill",
    "UnassignedVisit",
    "Visit",
    "WorkOrder",
    "WorkingHours",
]
