"""What was promised to customers, and what a published plan makes of it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from communities.models import ServiceEvent
from communities.services.ledger import Fact
from dispatch.models import PlanVersion, Stop, Visit
from dispatch.services.execution import ON_TIME, promised_window
from dispatch.services.facts import responded_fact, visit_fact
from dispatch.states import VisitState


def published_facts(stops: Iterable[Stop], version: PlanVersion, now: datetime) -> Iterator[Fact]:
    """What the ledger learns of a publication: each visit planned, its request answered, and the promises that move.
    Nothing of those who go along.

    Of stops with their routes, and with their visits as those were before.
    """
    for stop in stops:
        if not stop.visit.leads:
            continue
        visit, technician_id = stop.visit, stop.route.technician_id
        name = f"plan:{version.pk}:{visit.pk}"
        tell = partial(visit_fact, visit=visit, occurred_at=now, technician_id=technician_id)
        yield tell(
            kind=ServiceEvent.Kind.VISIT_PLANNED,
            source_id=name,
            data={"start_at": stop.start_at.isoformat(), "arm": stop.explanation.get("arm")},
        )
        yield responded_fact(visit=visit, occurred_at=now, technician_id=technician_id)
        if moved := promise_moved(visit, stop):
            yield tell(kind=ServiceEvent.Kind.VISIT_RESCHEDULED, source_id=f"{name}:rescheduled", data=moved)


def promise_moved(visit: Visit, stop: Stop) -> dict[str, int | bool] | None:
    """How a stop, whose route must have been read, moves what a visit that was scheduled had promised; None where it
    does not: the same day and technician, and a start inside the promised window, or without one at most 15 minutes
    from the former. Nobody was promised who goes along."""
    if visit.state != VisitState.SCHEDULED or visit.starts_at is None or not visit.leads:
        return None
    zone = visit.organisation.zone
    later = stop.start_at - visit.starts_at
    moved = {
        "minutes": round(later.total_seconds() / 60),
        "other_day": stop.start_at.astimezone(zone).date() != visit.starts_at.astimezone(zone).date(),
        "other_technician": stop.route.technician_id != visit.technician_id,
    }
    is_kept = promised_window(visit) is not None or abs(later) <= ON_TIME
    return None if is_kept and not (moved["other_day"] or moved["other_technician"]) else moved


def withdrawn_facts(version: PlanVersion, now: datetime) -> Iterator[Fact]:
    """The visits that were promised and that a version leaves out, to be asked for before it is published."""
    left_out = Visit.objects.filter(
        pk__in=version.unassigned.values("visit_id"), state=VisitState.SCHEDULED, role=0
    )
    for visit in left_out.select_related("work_order__request", "site"):
        yield visit_fact(
            kind=ServiceEvent.Kind.VISIT_RESCHEDULED,
            source_id=f"plan:{version.pk}:{visit.pk}:withdrawn",
            visit=visit,
            occurred_at=now,
            data={"withdrawn": True},
        )
