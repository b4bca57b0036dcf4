"""What one version of a day's plan changes against another."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from dispatch.models import Stop, Visit
from dispatch.services.promises import promise_moved
from dispatch.states import VISIT_BEGUN, VisitState


@dataclass(frozen=True, slots=True)
class Change:
    """A visit that another technician would make, or at another time; None is not at all."""

    visit: Visit
    before: Stop | None
    after: Stop | None

    @property
    def changes_technician(self) -> bool:
        return _technician(self.before) != _technician(self.after)

    @property
    def technicians(self) -> frozenset[UUID]:
        """Who has it before or after."""
        return frozenset(one for one in (_technician(self.before), _technician(self.after)) if one)

    @property
    def breaks_promise(self) -> bool:
        """Whether the customer was told something else: an hour, a technician, that somebody comes at all."""
        if self.after is None:
            return self.visit.state == VisitState.SCHEDULED and self.visit.leads
        return promise_moved(self.visit, self.after) is not None


def visit_changes(before: Iterable[Stop], after: Iterable[Stop]) -> list[Change]:
    """The changes from the stops of one version to those of another, in the order of work order numbers.

    Of stops with their routes, and visits with work orders and organisations. What has begun does not change.
    """
    changes = _changes(_by_visit(before), _by_visit(after))
    return sorted(changes, key=lambda change: (change.visit.work_order.number, change.visit.pk))


def _by_visit(stops: Iterable[Stop]) -> dict[UUID, Stop]:
    return {stop.visit_id: stop for stop in stops if not stop.begun and stop.visit.state not in VISIT_BEGUN}


def _changes(then: Mapping[UUID, Stop], now: Mapping[UUID, Stop]) -> Iterator[Change]:
    for visit_id in then.keys() | now.keys():
        before, after = then.get(visit_id), now.get(visit_id)
        if _place(before) != _place(after):
            stop = after or before
            assert stop is not None
            yield Change(stop.visit, before, after)


def _place(stop: Stop | None) -> object:
    return stop and (stop.route.technician_id, stop.start_at)


def _technician(stop: Stop | None) -> UUID | None:
    return stop.route.technician_id if stop else None


def minutes_changed(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """The change of each term of two scores, `total` among them, in minutes of travel; negative is better. Terms that
    stay are left out."""
    terms = [*before, *(term for term in after if term not in before)]
    changes = {term: round(after.get(term, 0.0) - before.get(term, 0.0), 2) for term in terms}
    return {term: change for term, change in changes.items() if change or term == "total"}
