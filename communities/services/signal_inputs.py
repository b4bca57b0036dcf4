"""What a region's signals are read from: its figures of a year, day by day, and its demand by weekday."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from communities.insight.signals import Cell, Demand
from communities.insight.signals.cells import COUNTS
from communities.insight.signals.days import WEEK
from communities.models import Community, MetricDay, Region

MEMORY = timedelta(days=365)  # what is older does not count

CELL = ("community_id", "technician_id", "service_type_id", "on")

Row = dict[str, Any]


@dataclass(frozen=True)
class Inputs:
    """All that a reading depends on but its policy. `rows` name days, so that a night on which nothing was heard
    changes nothing."""

    through_on: date
    rows: tuple[Row, ...]
    gate_minutes: dict[UUID, int]

    def cells(self) -> list[Cell]:
        return [
            Cell(
                community=str(row["community_id"]),
                technician=_name(row["technician_id"]),
                service_type=_name(row["service_type_id"]),
                age_days=(self.through_on - row["on"]).days,
                **{name: row[name] for name in COUNTS},
            )
            for row in self.rows
        ]

    def demands(self) -> list[Demand]:
        """Requests by weekday since the region's first day in memory."""
        asked: dict[UUID, list[int]] = defaultdict(lambda: [0] * 7)
        for row in self.rows:
            asked[row["community_id"]][row["on"].weekday()] += row["requests"]
        first_on = min((row["on"] for row in self.rows), default=self.through_on)
        weeks = ((self.through_on - first_on).days + 1) / 7
        return [
            Demand(str(place), (*requests,), weeks, self.gate_minutes[place])  # type: ignore[arg-type]  # seven
            for place, requests in asked.items()
        ]

    def workdays(self) -> list[int]:
        """The ISO weekdays on which somebody was sent; all of them where nobody has been."""
        return sorted({row["on"].isoweekday() for row in self.rows if row["visits"]}) or list(WEEK)


def inputs_of(region: Region, through_on: date) -> Inputs:
    """The region's figures up to and including a day. Two queries."""
    cells = MetricDay.objects.filter(
        community__region=region, on__gt=through_on - MEMORY, on__lte=through_on
    ).order_by(*CELL)
    gates = Community.objects.filter(region=region).values_list("pk", "gate_minutes")
    return Inputs(through_on, tuple(cells.values(*CELL, "requests", "visits", *COUNTS)), dict(gates))


def _name(one: UUID | None) -> str | None:
    return None if one is None else str(one)
