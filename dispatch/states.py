"""The state machines of requests, work orders, visits, recoveries, bookings and plan versions: one transition table
each."""

from collections.abc import Iterable, Mapping

from django.db.models import TextChoices


class RequestState(TextChoices):
    RECEIVED = "received", "Received"
    ACCEPTED = "accepted", "Accepted"
    CLOSED = "closed", "Closed"
    CANCELLED = "cancelled", "Cancelled"


class WorkOrderState(TextChoices):
    OPEN = "open", "Open"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"


class VisitState(TextChoices):
    UNSCHEDULED = "unscheduled", "Unscheduled"
    SCHEDULED = "scheduled", "Scheduled"
    EN_ROUTE = "en_route", "On the way"
    ARRIVED = "arrived", "Arrived"
    STARTED = "started", "Started"
    COMPLETED = "completed", "Completed"
    NOT_COMPLETED = "could_not_complete", "Could not be completed"
    CANCELLED = "cancelled", "Cancelled"


class RecoveryState(TextChoices):
    OPEN = "open", "To be planned"
    PLANNED = "planned", "Planned"
    DONE = "done", "Done"
    DROPPED = "dropped", "Dropped"


class PlanState(TextChoices):
    QUEUED = "queued", "Waiting for a planner"
    SOLVING = "solving", "Being planned"
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"
    SUPERSEDED = "superseded", "Replaced by a newer plan"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Failed"


class Pin(TextChoices):
    """What a dispatcher has decided about a visit: whoever plans, and whoever edits a plan, leaves it so."""

    TECHNICIAN = "technician", "Who goes"
    TIME = "time", "When"
    BOTH = "both", "Who goes, and when"


class PreviewState(TextChoices):
    QUEUED = "queued", "Waiting for a planner"
    SOLVING = "solving", "Being planned"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Stopped"


class BookingState(TextChoices):
    HELD = "held", "Held"
    BOOKED = "booked", "Booked"
    RELEASED = "released", "Given up"
    EXPIRED = "expired", "Not decided in time"


Transitions = Mapping[str, frozenset[str]]


def _table(rows: Mapping[str, Iterable[str]]) -> Transitions:
    return {str(old): frozenset(map(str, new)) for old, new in rows.items()}


_R, _W, _V, _C, _P = RequestState, WorkOrderState, VisitState, RecoveryState, PlanState
_B = BookingState

REQUEST: Transitions = _table(
    {
        _R.RECEIVED: [_R.ACCEPTED, _R.CLOSED, _R.CANCELLED],
        _R.ACCEPTED: [_R.CLOSED, _R.CANCELLED],
        _R.CLOSED: [_R.ACCEPTED],  # reopened: the fault came back, or a past day is planned again
        _R.CANCELLED: [],
    }
)
WORK_ORDER: Transitions = _table(
    {
        _W.OPEN: [_W.COMPLETED, _W.CANCELLED],
        _W.COMPLETED: [],
        _W.CANCELLED: [],
    }
)
VISIT: Transitions = _table(
    {
        _V.UNSCHEDULED: [_V.SCHEDULED, _V.CANCELLED],
        _V.SCHEDULED: [_V.UNSCHEDULED, _V.EN_ROUTE, _V.ARRIVED, _V.NOT_COMPLETED, _V.CANCELLED],
        _V.EN_ROUTE: [_V.ARRIVED, _V.NOT_COMPLETED],
        _V.ARRIVED: [_V.STARTED, _V.NOT_COMPLETED],
        _V.STARTED: [_V.COMPLETED, _V.NOT_COMPLETED],
        _V.COMPLETED: [],
        _V.NOT_COMPLETED: [],
        _V.CANCELLED: [_V.UNSCHEDULED],  # of a crew that was split, once that is taken back
    }
)
RECOVERY: Transitions = _table(
    {
        _C.OPEN: [_C.PLANNED, _C.DONE, _C.DROPPED],
        _C.PLANNED: [_C.OPEN, _C.DONE, _C.DROPPED],  # open again: taken off the plan, or nobody was at home
        _C.DONE: [],
        _C.DROPPED: [],
    }
)
BOOKING: Transitions = _table(
    {
        _B.HELD: [_B.BOOKED, _B.RELEASED, _B.EXPIRED],
        _B.BOOKED: [],  # what becomes of it from there on is its request's to say
        _B.RELEASED: [],
        _B.EXPIRED: [],
    }
)
PLAN: Transitions = _table(
    {
        _P.QUEUED: [_P.SOLVING, _P.CANCELLED, _P.FAILED],
        _P.SOLVING: [_P.DRAFT, _P.CANCELLED, _P.FAILED, _P.QUEUED],  # queued again: its worker was lost
        _P.DRAFT: [_P.PUBLISHED, _P.CANCELLED, _P.SUPERSEDED],  # superseded: changed by hand
        _P.PUBLISHED: [_P.SUPERSEDED],
        _P.SUPERSEDED: [],
        _P.CANCELLED: [],
        _P.FAILED: [],
    }
)

# A technician is taken by these; two of them may not overlap (dispatch.models.work.Visit). What is over is a fact,
# whenever it was done: it takes nobody any more.
VISIT_TAKING = (_V.SCHEDULED, _V.EN_ROUTE, _V.ARRIVED, _V.STARTED)
VISIT_BEGUN = (_V.EN_ROUTE, _V.ARRIVED, _V.STARTED, _V.COMPLETED, _V.NOT_COMPLETED)
VISIT_ON_SCHEDULE = (_V.SCHEDULED, *VISIT_BEGUN)
RECOVERY_LIVE = (_C.OPEN, _C.PLANNED)
PLAN_RUNNING = (_P.QUEUED, _P.SOLVING)
PREVIEW_RUNNING = (PreviewState.QUEUED, PreviewState.SOLVING)


def before(table: Transitions, new: str) -> list[str]:
    """The states from which `new` may be reached, in a stable order."""
    return sorted(old for old, targets in table.items() if new in targets)
