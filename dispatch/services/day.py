"""One region's day, as it stands in the database."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet

from communities.insight.experiment.words import Arm
from communities.insight.signals import Signals
from communities.models import Community, Region, SignalSet
from communities.services.hold_outs import arms_of
from communities.services.signals import signals_kept, signals_told
from core.locks import lock_all
from dispatch.models import Shift, Visit
from dispatch.selectors.visits import day_bounds
from dispatch.services.continuity import Acquaintance, acquaintance_load
from dispatch.services.release import NEEDS, as_of, begun_visits, open_visits, promised_visits
from dispatch.services.shifts import codes_at_work, shifts_expected, shifts_of, shifts_of_these

_ORDER, _REQUEST = "work_order__", "work_order__request__"
PLANNED = (
    *("organisation", "work_order", "sequence", "role", "crew_size", "site", "service_type", "technician"),
    *(
        "checklist",
        "state",
        "duration_minutes",
        "window_from_at",
        "window_until_at",
        "starts_at",
        "ends_at",
        "revision",
    ),
    *("pinned_technician", "pinned_technician__code", "pinned_start_at"),
    *("site__point", "site__community"),
    *(f"site__community__{name}" for name in ("code", "centre", "gate_minutes", "quiet_from", "quiet_until")),
    *(f"{_ORDER}{name}" for name in ("number", "request")),
    *(f"{_REQUEST}{name}" for name in ("source", "customer", "resolve_by", "booking__request")),
    *(f"{_REQUEST}recovery__{name}" for name in ("request", "levels", "technician__code")),
    *(f"service_type__{name}" for name in ("code", "duration_minutes", "priority_minutes")),
)
"""What planning needs to know of a visit, of the hundred and forty columns that belong to one: a day is read in half
the time. Whoever uses more of a visit adds it here, or asks the database once for each."""

BEGUN = (
    *("organisation", "work_order", "sequence", "role", "starts_at", "ends_at", "duration_minutes"),
    *("arrived_at", "started_at", "finished_at"),
    *("technician__code", "site__point", "site__community__centre"),
)
"""And of one that has begun."""


@dataclass(frozen=True)
class Day:
    """The rows of one region's day, by the names they have in the problem.

    `visits` are to be planned; what is `begun`, by technician's code, is not: it stays as it is, and the shift goes
    on from where the last of it ends. Of a crew everybody has a visit of his own here; `crews` says who goes with whom.
    """

    region: Region
    on: date
    origin: datetime  # second 0 of the problem: local midnight, in UTC so that seconds are elapsed seconds
    ends: datetime
    as_of: datetime  # nothing is planned before it
    visits: dict[str, Visit]
    begun: dict[str, list[Visit]]
    shifts: dict[str, Shift]
    signals: Signals  # by the ids of communities, technicians and service types
    arms: Mapping[UUID, str]  # of communities; empty where the plan has no signals
    acquaintance: Acquaintance

    def signals_for(self, community: Community) -> Signals:
        """What is told of a community's visits: nothing in a week in which it is held out."""
        return Signals() if self.arms.get(community.pk) == Arm.NEUTRAL else self.signals

    def arm_of(self, visit: Visit) -> str | None:
        """Whether the visit's community is planned with signals or without; None where there is nothing to compare."""
        community = visit.site.community_id
        return self.arms.get(community) if community else None

    @cached_property
    def crews(self) -> dict[str, tuple[str, ...]]:
        """Whoever leads → all of the crew by role, each by the visit's name; of the crews that nobody has begun."""
        trips: dict[tuple[UUID, int], list[str]] = {}
        for name, visit in sorted(self.visits.items(), key=lambda one: one[1].role):
            if visit.crew_size > 1:
                trips.setdefault(visit.trip, []).append(name)
        whole = (names for names in trips.values() if len(names) == self.visits[names[0]].crew_size)
        return {names[0]: tuple(names) for names in whole}

    def member(self, name: str, role: int) -> str:
        """The visit that a planned one has in a role of its crew."""
        return self.crews[name][role] if role else name

    @property
    def trips(self) -> dict[str, Visit]:
        """The visits without those of who goes along: what customers were told of, and what is counted."""
        return {name: visit for name, visit in self.visits.items() if visit.leads}

    @property
    def length_s(self) -> int:
        """24 hours, except when clocks change."""
        return self.seconds(self.ends)

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


def day_load(*, region: Region, on: date, now: datetime, signal_set: SignalSet | None) -> Day:
    """Read the day, as of `now` if it is today. Eleven queries, whatever its size."""
    day = _day(region, on, now, signal_set, shifts_of(region, on), open_visits(region, on, now))
    led = {visit.trip for visit in day.trips.values()}
    led.update(visit.trip for visits in day.begun.values() for visit in visits)
    kept = {name: visit for name, visit in day.visits.items() if visit.trip in led}
    return day if len(kept) == len(day.visits) else replace(day, visits=kept)


def day_part(
    *,
    region: Region,
    on: date,
    now: datetime,
    signal_set: SignalSet | None,
    visits: QuerySet[Visit],
    technicians: Collection[UUID],
) -> Day:
    """Read these visits and these technicians' shifts as parts of the day: what customers know of the others counts.
    Quick, for those who ask while somebody waits."""
    codes = codes_at_work(region, on)
    shifts = shifts_of_these(codes.keys() & set(technicians), on)
    return _day(region, on, now, signal_set, shifts, visits, codes)


def day_promised(*, region: Region, on: date, now: datetime, signal_set: SignalSet | None) -> Day:
    """Read the day with nothing but what is promised of it, and with the shifts it will have."""
    return _day(region, on, now, signal_set, shifts_expected(region, on), promised_visits(region, on))


def day_lock(region: Region, on: date) -> None:
    """Wait until nobody else promises or publishes anything of this day. Held until the transaction ends."""
    lock_all(f"promises of {on}", [region.pk])


def _day(
    region: Region,
    on: date,
    now: datetime,
    signal_set: SignalSet | None,
    at_work: Collection[Shift],
    of_the_day: QuerySet[Visit],
    codes: dict[UUID, str] | None = None,
) -> Day:
    """`codes`: of all who are at work, by technician's id, where `at_work` are but some of them."""
    begin, end = (bound.astimezone(UTC) for bound in day_bounds(region.organisation, on, on))
    shifts = {shift.technician.code: shift for shift in at_work}
    visits = {_visit_name(visit): visit for visit in _read(of_the_day)}
    return Day(
        region=region,
        on=on,
        origin=begin,
        ends=end,
        as_of=as_of(region.organisation, on, now),
        visits=visits,
        begun=_begun(region, on, shifts),
        shifts=shifts,
        signals=signals_told(signal_set) if codes is None else signals_kept(signal_set),
        arms=arms_of(region, on) if signal_set else {},
        acquaintance=acquaintance_load(
            organisation=region.organisation,
            customers={one for visit in visits.values() if (one := visit.work_order.request.customer_id)},
            technicians=codes or {shift.technician_id: code for code, shift in shifts.items()},
            on=on,
        ),
    )


def _read(visits: QuerySet[Visit]) -> Iterable[Visit]:
    return (
        visits.select_related(
            "site__community",
            "work_order__request__recovery__technician",
            "work_order__request__booking",
            "service_type",
            "pinned_technician",
        )
        .only(*PLANNED)
        .prefetch_related(NEEDS)
        .order_by("work_order__request__source", "work_order__number", "sequence", "role")
    )


def _begun(region: Region, on: date, shifts: dict[str, Shift]) -> dict[str, list[Visit]]:
    found = (
        begun_visits(region, on, shifts.values()).select_related("site__community", "technician").only(*BEGUN)
    )
    begun: dict[str, list[Visit]] = {}
    for visit in found.order_by("starts_at", "id"):
        assert visit.technician is not None
        begun.setdefault(visit.technician.code, []).append(visit)
    return begun


def over_at(visit: Visit) -> datetime:
    """When a begun visit was over, or is expected to be; never before the end it was planned with, while it lasts."""
    if visit.finished_at is not None:
        return visit.finished_at
    assert visit.starts_at is not None
    assert visit.ends_at is not None
    since = visit.started_at or visit.arrived_at or visit.starts_at
    return max(visit.ends_at, since + timedelta(minutes=visit.duration_minutes))


def _visit_name(visit: Visit) -> str:
    trip = f"{visit.work_order.request.source}:{visit.work_order.number}/{visit.sequence}"
    return trip if visit.leads else f"{trip}+{visit.role}"
