"""Where a break lies in a route. Stops do not say it: the planner only leaves room for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from dispatch.models import Shift


class Halt(Protocol):
    """A stop, whoever has read it."""

    @property
    def start_at(self) -> datetime: ...
    @property
    def departure_at(self) -> datetime: ...
    @property
    def travel_s(self) -> int: ...


def break_of(shift: Shift, stops: Sequence[Halt]) -> tuple[datetime, datetime] | None:
    """When the break of a shift begins and ends: as early as its window and the stops, in their order, leave room.

    None without a break, and where there is no room for it.
    """
    if not shift.break_minutes or shift.break_from_at is None or shift.break_until_at is None:
        return None
    length = timedelta(minutes=shift.break_minutes)
    free_at = shift.starts_at
    for stop in stops:
        begins_at = max(free_at, shift.break_from_at)
        leaves_by = stop.start_at - timedelta(seconds=stop.travel_s)
        if begins_at + length <= min(leaves_by, shift.break_until_at):
            return begins_at, begins_at + length
        free_at = stop.departure_at
    begins_at = max(free_at, shift.break_from_at)
    return (begins_at, begins_at + length) if begins_at + length <= shift.break_until_at else None
