"""One region's day, as it stands in the database."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch

from communities.models import Region, Signal, SignalSet
from dispatch.models import ServiceTypeSkill, Shift, TechnicianSkill, Visit
from dispatch.selectors.visits import day_bounds
from dispatch.services.release import open_visits
from dispatch.states import VISIT_ACTED_ON


@dataclass(frozen=True)
class Day:
    """The rows of one region's day, by the names they have in the problem."""

    region: Region
    on: date
    origin: datetime  # second 0 of the problem: local midnight
    visits: dict[str, Visit]
    shifts: dict[str, Shift]
    signal_set: SignalSet | None
    signals: list[Signal]

    def seconds(self, at: datetime) -> int:
        """Whole seconds from the origin."""
        return round((at - self.origin).total_seconds())

    def at(self, seconds: int) -> datetime:
        return self.origin + timedelta(seconds=seconds)

    @property
    def inputs_hash(self) -> str:
        """Over the revisions of the rows: another hash means that somebody changed something."""
        return rows_hash(self.visits.values(), self.shifts.values())


def rows_hash(visits: Iterable[Visit], shifts: Iterable[Shift]) -> str:
    """SHA-256 over id and revision of every row, whatever their order."""
    lines = sorted(f"{row.pk}:{row.revision}" for rows in (visits, shifts) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def day_load(*, region: Region, on: date, signal_set: SignalSet | None) -> Day:
    """Read the day: seven queries, whatever its size."""
    visits = list(
        open_visits(region, on)
        .select_related("site__community", "work_order__request", "technician")
        .prefetch_related(
            Prefetch("service_type__skills", ServiceTypeSkill.objects.select_related("skill")),
            "service_type",
        )
        .order_by("work_order__request__source", "work_order__number", "sequence")
    )
    shifts = {shift.technician.code: shift for shift in shifts_of(region, on)}
    signals = list(signal_set.signals.filter(community__region=region)) if signal_set else []
    return Day(
        region=region,
        on=on,
        origin=day_bounds(region.organisation, on, on)[0],
        visits={_visit_name(visit): visit for visit in visits if _to_be_planned(visit, shifts)},
        shifts=shifts,
        signal_set=signal_set,
        signals=signals,
    )


def _to_be_planned(visit: Visit, shifts: Mapping[str, Shift]) -> bool:
    """What has begun is part of its technician's route; without a shift there is no such route to plan."""
    if visit.state not in VISIT_ACTED_ON:
        return True
    return visit.technician is not None and visit.technician.code in shifts


def shifts_of(region: Region, on: date) -> list[Shift]:
    """The shifts of the region's active technicians that day, by code. One shift a technician and day."""
    skills = TechnicianSkill.objects.select_related("skill")
    return list(
        Shift.objects.filter(technician__region=region, technician__active=True, on=on)
        .select_related("technician")
        .prefetch_related(Prefetch("technician__skills", skills))
        .order_by("technician__code")
    )


def _visit_name(visit: Visit) -> str:
    return f"{visit.work_order.request.source}:{visit.work_order.number}/{visit.sequence}"
