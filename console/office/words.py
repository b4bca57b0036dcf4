"""States and roles as people read them."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from communities.models import User
from dispatch.models import Visit
from dispatch.states import PlanState, VisitState

ROLES: dict[str, Promise] = {
    User.Role.ADMINISTRATOR: _("Administrator"),
    User.Role.DISPATCHER: _("Dispatcher"),
    User.Role.REGIONAL_MANAGER: _("Regional manager"),
    User.Role.TECHNICIAN: _("Technician"),
}
VISIT_STATES: dict[str, Promise] = {
    VisitState.UNSCHEDULED: _("Unscheduled"),
    VisitState.SCHEDULED: _("Scheduled"),
    VisitState.EN_ROUTE: _("On the way"),
    VisitState.ARRIVED: _("Arrived"),
    VisitState.STARTED: _("Started"),
    VisitState.COMPLETED: _("Completed"),
    VisitState.NOT_COMPLETED: _("Not completed"),
    VisitState.CANCELLED: _("Cancelled"),
}
PLAN_STATES: dict[str, Promise] = {
    PlanState.QUEUED: _("waiting for a planner"),
    PlanState.SOLVING: _("being planned"),
    PlanState.DRAFT: _("a draft, to be published"),
    PlanState.CANCELLED: _("cancelled"),
    PlanState.FAILED: _("failed"),
}


def last_step_at(visit: Visit) -> datetime | None:
    """When the visit's technician last reported something."""
    return visit.finished_at or visit.started_at or visit.arrived_at or visit.en_route_at


def hours(seconds: int) -> str:
    """A length of time as hours and minutes: 4320 is 1:12."""
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"
