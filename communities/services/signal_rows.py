"""Signals ↔ rows: what is read is kept as it is, and the planner gets it back whole."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any, TypeVar

from communities.insight.sentences import Said
from communities.insight.signals import (
    CommunityPriority,
    CommunityUpsell,
    Debt,
    LearnedDuration,
    Part,
    ServiceDays,
    SignalPolicy,
    Signals,
    TechnicianAffinity,
)
from communities.models import Signal, SignalSet

Kind = Signal.Kind
Of = TypeVar("Of")

ABOUT = ("community", "technician", "service_type")
"""What a signal may be about: columns of the row, not part of its evidence."""


def rows_of(signals: Signals, signal_set: SignalSet) -> Iterator[Signal]:
    """One row for each signal, not yet stored."""
    told: tuple[tuple[Kind, Iterable[Said]], ...] = (
        (Kind.COMMUNITY_PRIORITY, signals.priorities),
        (Kind.TECHNICIAN_AFFINITY, signals.affinities),
        (Kind.COMMUNITY_UPSELL, signals.upsells),
        (Kind.DURATION, signals.durations),
        (Kind.SERVICE_DAYS, signals.service_days),
    )
    for kind, said in told:
        for one in said:
            evidence = {name: value for name, value in asdict(one).items() if name not in {*ABOUT, "minutes"}}
            yield Signal(
                organisation_id=signal_set.organisation_id,
                signal_set=signal_set,
                kind=kind,
                community_id=getattr(one, "community", None),
                technician_id=getattr(one, "technician", None),
                service_type_id=getattr(one, "service_type", None),
                minutes=Decimal(str(one.minutes)),
                evidence=evidence,
            )


def signals_of(rows: Iterable[Signal], policy: SignalPolicy) -> Signals:
    """The rows of a set as the planner asks them; communities, technicians and service types by their id as text."""
    said = [said_by(row) for row in rows]

    def told(kind: type[Of]) -> tuple[Of, ...]:
        return tuple(one for one in said if isinstance(one, kind))

    return Signals(
        policy=policy,
        affinities=told(TechnicianAffinity),
        priorities=told(CommunityPriority),
        upsells=told(CommunityUpsell),
        durations=told(LearnedDuration),
        service_days=told(ServiceDays),
    )


def said_by(row: Signal) -> Said:
    """One row as it was read."""
    return READERS[Kind(row.kind)](row)


def policy_of(content: dict[str, Any]) -> SignalPolicy:
    """A stored policy. A field that it does not have yet is the default's; one that is no more is left aside."""
    known = {field.name for field in fields(SignalPolicy)}
    return SignalPolicy(**{name: value for name, value in content.items() if name in known})


def _affinity_of(row: Signal) -> TechnicianAffinity:
    parts = {name: Part(**part) for name, part in row.evidence["parts"].items()}
    return TechnicianAffinity(
        str(row.technician_id), _text(row.community_id), _text(row.service_type_id), float(row.minutes), parts
    )


def _priority_of(row: Signal) -> CommunityPriority:
    csat, hit_rate = (Debt(**debt) if (debt := row.evidence[name]) else None for name in ("csat", "hit_rate"))
    return CommunityPriority(str(row.community_id), float(row.minutes), csat, hit_rate)


def _upsell_of(row: Signal) -> CommunityUpsell:
    return CommunityUpsell(
        str(row.community_id), str(row.service_type_id), float(row.minutes), **row.evidence
    )


def _duration_of(row: Signal) -> LearnedDuration:
    return LearnedDuration(
        float(row.minutes),
        **row.evidence,
        service_type=_text(row.service_type_id),
        technician=_text(row.technician_id),
        community=_text(row.community_id),
    )


def _service_days_of(row: Signal) -> ServiceDays:
    evidence = row.evidence | {"weekdays": tuple(row.evidence["weekdays"])}
    return ServiceDays(str(row.community_id), **evidence)


def _text(one: Any) -> str | None:
    return None if one is None else str(one)


READERS: Mapping[Kind, Callable[[Signal], Said]] = {
    Kind.COMMUNITY_PRIORITY: _priority_of,
    Kind.TECHNICIAN_AFFINITY: _affinity_of,
    Kind.COMMUNITY_UPSELL: _upsell_of,
    Kind.DURATION: _duration_of,
    Kind.SERVICE_DAYS: _service_days_of,
}
