"""Signals → what the planner is told of a visit. The planning of a day and the simulator both use this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from communities.insight.signals.reading import Signals


@dataclass(frozen=True, slots=True)
class VisitTerms:
    """Technician → minutes gained when he goes, minutes lost when the visit is left out, seconds on site, and
    technician → his own, where they differ."""

    penalty: float
    service_s: int
    values: Mapping[str, float] = field(default_factory=dict)
    service_by_technician: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFacts:
    """What is known of a visit without any signal. `usual_s`: its service type's time on site; `extra_s`: more of
    it, for what was ordered besides. `due_on`: until when it can wait, None when it cannot."""

    community: str
    service_type: str
    penalty: float
    usual_s: int
    extra_s: int = 0
    due_on: date | None = None


def visit_terms(visit: VisitFacts, signals: Signals, technicians: Iterable[str], on: date) -> VisitTerms:
    """The visit on a day, with signals. Without any it is exactly as its facts say."""
    people = tuple(technicians)
    worth = {one: signals.minutes_of(one, visit.community, visit.service_type) for one in people}
    times = {one: visit.extra_s + _learned(visit, signals, one) for one in people}
    service_s = visit.usual_s + visit.extra_s
    return VisitTerms(
        penalty=_penalty(visit, signals, on),
        service_s=service_s,
        values={one: minutes for one, minutes in worth.items() if minutes},
        service_by_technician={one: seconds for one, seconds in times.items() if seconds != service_s},
    )


def _penalty(visit: VisitFacts, signals: Signals, on: date) -> float:
    """Dearer where a community is owed something or buys more; cheaper while it can wait for a service day."""
    lifted = visit.penalty + signals.priority_of(visit.community)
    lifted += signals.upsell_of(visit.community, visit.service_type)
    opens_on = signals.waits_until(visit.community, on)
    can_wait = opens_on > on and visit.due_on is not None and opens_on <= visit.due_on
    return max(0.0, lifted * (1 - signals.policy.service_day_relief) if can_wait else lifted)


def _learned(visit: VisitFacts, signals: Signals, technician: str) -> int:
    """Seconds on site without extras: the service type's, moved towards what was learned, within the cap."""
    weight, cap = signals.policy.duration_weight, signals.policy.duration_cap
    learned = signals.service_seconds(visit.service_type, technician, visit.community)
    if learned is None or not weight or not visit.usual_s:
        return visit.usual_s
    ratio = max(1 / cap, min(cap, learned / visit.usual_s))
    return round(visit.usual_s * float(ratio**weight))
