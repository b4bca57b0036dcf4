"""The bundles of a new plan: what of it can be taken over by itself."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from dispatch.models import Stop, Technician
from dispatch.plan_changes import Change

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bundle:
    """Technicians whose routes change together, by code, and what changes in them. `travel_s`: by how much more they
    drive."""

    technicians: list[Technician]
    changes: list[Change]
    travel_s: int


def bundles_of(ways: Iterable[Collection[T]]) -> list[set[T]]:
    """The smallest sets that no way leads out of."""
    found: list[set[T]] = []
    for way in ways:
        touched = [one for one in found if not one.isdisjoint(way)]
        apart = [one for one in found if one.isdisjoint(way)]
        found = [*apart, set(way).union(*touched)]
    return found


def technicians_bound(changes: Iterable[Change]) -> list[set[UUID]]:
    """Who has to change together for each visit, a crew's being one."""
    trips: dict[object, set[UUID]] = defaultdict(set)
    for change in changes:
        trips[change.visit.trip] |= change.technicians
    return list(trips.values())


def plan_bundles(before: Iterable[Stop], after: Iterable[Stop], changes: Iterable[Change]) -> list[Bundle]:
    """The bundles of the changes (`visit_changes`) between all stops before and after, the largest first.

    Of stops with their routes and technicians.
    """
    then, now = _driven(before), _driven(after)
    named = {one.route.technician_id: one.route.technician for one in (*before, *after)}
    known = list(changes)
    found = []
    for bundle in bundles_of(technicians_bound(known)):
        theirs = [change for change in known if change.technicians <= bundle]
        travel_s = sum(now.get(one, 0) - then.get(one, 0) for one in bundle)
        people = sorted((named[one] for one in bundle), key=lambda one: one.code)
        found.append(Bundle(people, theirs, travel_s))
    return sorted(found, key=lambda bundle: (-len(bundle.changes), bundle.technicians[0].code))


def _driven(stops: Iterable[Stop]) -> dict[object, int]:
    """Technician → seconds on the road."""
    return {stop.route.technician_id: stop.route.travel_s for stop in stops}
