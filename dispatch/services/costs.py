"""What a visit has cost: a technician's time on site and on the road. In minor units, whole, halves rounded up."""

from collections.abc import Iterable
from datetime import datetime

from dispatch.models import Stop, Technician, Visit


def visit_costs(visit: Visit, finished_at: datetime) -> dict[str, int]:
    """Minutes of work (from the start, else the arrival) and of travel (as published), and what they cost; of a crew,
    everybody's.

    One query, one for the technician where it was not read, and two for each who went along. The way there is that of
    the newest plan that was published before somebody set off; without one it is nothing.
    """
    began_at = visit.started_at or visit.arrived_at or finished_at
    parts = [_costs(one, began_at, finished_at) for one in (visit, *_along(visit))]
    return {name: sum(part[name] for part in parts) for name in parts[0]}


def _along(visit: Visit) -> Iterable[Visit]:
    if visit.crew_size == 1:
        return ()
    crew = Visit.objects.filter(work_order=visit.work_order_id, sequence=visit.sequence)
    return crew.exclude(role=0).exclude(technician=None).select_related("technician")


def _costs(visit: Visit, began_at: datetime, finished_at: datetime) -> dict[str, int]:
    """Of one technician, who was there when it began unless he has told otherwise."""
    technician = visit.technician
    assert technician is not None  # the database refuses a visit under way without one
    began_at = visit.started_at or visit.arrived_at or began_at
    work = round((max(finished_at, began_at) - began_at).total_seconds() / 60)
    travel = round(_travel_s(visit, technician) / 60)
    return {
        "work_minutes": work,
        "travel_minutes": travel,
        "labour_minor": time_cost(technician, work),
        "travel_minor": time_cost(technician, travel),
    }


def time_cost(technician: Technician, minutes: int) -> int:
    """What so many minutes of a technician cost, in minor units of the organisation's currency."""
    return (minutes * technician.cost_per_hour_minor + 30) // 60


def _travel_s(visit: Visit, technician: Technician) -> int:
    stops = Stop.objects.filter(
        visit=visit, begun=False, route__technician=technician, version__published_at__isnull=False
    )
    return stops.order_by("-version__published_at").values_list("travel_s", flat=True).first() or 0
