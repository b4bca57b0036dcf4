"""The dispatchers' board: a region's day in one answer, its moments, and what a version would change."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from api.schemas.base import Out
from api.schemas.communities import PlaceOut
from api.schemas.plans import PlanOut
from communities.access import Caller
from communities.insight.sentences import Language
from communities.models import Community
from dispatch.breaks import break_of
from dispatch.explanations import name_in, unassigned_sentence
from dispatch.left_out import left_out_sentences
from dispatch.models import PlanVersion, Route, Shift, Technician, UnassignedVisit
from dispatch.selectors.board import Board, Moment, Run
from dispatch.selectors.board_rows import Named, StopRow, VisitRow
from dispatch.selectors.visits import day_bounds
from dispatch.states import Pin

LocalMoment = Annotated[datetime, Field(description="In the organisation's time zone.")]


class SpanOut(Out):
    starts_at: LocalMoment
    ends_at: LocalMoment

    @classmethod
    def of(cls, span: tuple[datetime, datetime], zone: ZoneInfo) -> Self:
        return cls(starts_at=span[0].astimezone(zone), ends_at=span[1].astimezone(zone))


class CommunityName(Out):
    id: UUID
    name: str


class BoardVisit(Out):
    """What is to be done. Its stop, if it has one, says by whom and when."""

    id: UUID
    number: str
    state: str
    service: str
    address: str
    place: PlaceOut | None
    community_id: UUID | None
    duration_minutes: int
    window_from_at: LocalMoment | None
    window_until_at: LocalMoment | None
    requested_at: LocalMoment
    resolve_by: LocalMoment
    pinned: Annotated[Pin | None, Field(description="What a dispatcher has decided of it.")]
    role: Annotated[int, Field(description="In a crew: 0 leads, the others go along.")]
    crew: Annotated[
        list[UUID], Field(description="The visits of a crew, by role; of a single technician's none.")
    ]
    crew_size: int

    @classmethod
    def of(cls, visit: VisitRow, crew: list[UUID], zone: ZoneInfo, language: Language) -> Self:
        return cls(
            id=visit.id,
            number=visit.number,
            state=visit.state,
            service=name_in(visit.service, language),
            address=visit.address,
            place=visit.place and PlaceOut(lon=visit.place.lon, lat=visit.place.lat),
            community_id=visit.community and visit.community.pk,
            duration_minutes=visit.duration_minutes,
            window_from_at=visit.window_from_at and visit.window_from_at.astimezone(zone),
            window_until_at=visit.window_until_at and visit.window_until_at.astimezone(zone),
            requested_at=visit.requested_at.astimezone(zone),
            resolve_by=visit.resolve_by.astimezone(zone),
            pinned=_pin(visit),
            role=visit.role,
            crew=crew,
            crew_size=visit.crew_size,
        )


def _pin(visit: VisitRow) -> Pin | None:
    if visit.pinned_technician_id and visit.pinned_start_at:
        return Pin.BOTH
    if visit.pinned_technician_id:
        return Pin.TECHNICIAN
    return Pin.TIME if visit.pinned_start_at else None


class BoardStop(Out):
    visit_id: UUID
    arrival_at: LocalMoment
    start_at: LocalMoment
    departure_at: LocalMoment
    travel_s: int
    begun: bool
    late_minutes: Annotated[int, Field(description="After the end of the visit's window; 0 is in time.")]

    @classmethod
    def of(cls, stop: StopRow, zone: ZoneInfo) -> Self:
        until = stop.visit.window_until_at
        late = (stop.start_at - until).total_seconds() / 60 if until else 0
        return cls(
            visit_id=stop.visit.id,
            arrival_at=stop.arrival_at.astimezone(zone),
            start_at=stop.start_at.astimezone(zone),
            departure_at=stop.departure_at.astimezone(zone),
            travel_s=stop.travel_s,
            begun=stop.begun,
            late_minutes=max(0, round(late)),
        )


class BoardTechnician(Out):
    """Somebody who works that day. `route` is null for whoever has nothing to do in this version."""

    id: UUID
    code: str
    name: str
    home: PlaceOut | None
    shift: SpanOut
    pause: Annotated[SpanOut | None, Field(description="The break, as early as the stops leave room for it.")]
    route: SpanOut | None
    travel_s: int
    overtime_minutes: int
    stops: list[BoardStop]

    @classmethod
    def of(
        cls, shift: Shift, route: Route | None, stops: Sequence[StopRow], zone: ZoneInfo, language: Language
    ) -> Self:
        technician: Technician = shift.technician
        pause = break_of(shift, stops)
        over = (route.ends_at - shift.ends_at).total_seconds() / 60 if route else 0
        return cls(
            id=technician.id,
            code=technician.code,
            name=name_in(technician, language),
            home=PlaceOut.of(shift.start_point),
            shift=SpanOut.of((shift.starts_at, shift.ends_at), zone),
            pause=SpanOut.of(pause, zone) if pause else None,
            route=SpanOut.of((route.starts_at, route.ends_at), zone) if route else None,
            travel_s=route.travel_s if route else 0,
            overtime_minutes=max(0, round(over)),
            stops=[BoardStop.of(stop, zone) for stop in stops],
        )


class BoardLeftOut(Out):
    visit_id: UUID
    why: str
    help: Annotated[list[str], Field(description="What keeps everybody from it, and what would let it in.")]

    @classmethod
    def of(cls, left: UnassignedVisit, language: Language) -> Self:
        return cls(
            visit_id=left.visit_id,
            why=unassigned_sentence(left, language),
            help=left_out_sentences(left, language),
        )


class RunOut(Out):
    """The newest version, as far as it is. `minutes` is the cost of the best plan so far, `left_out` the visits that
    nobody goes to in it."""

    id: UUID
    number: int
    state: str
    progress: Annotated[int, Field(description="Per cent.")]
    minutes: float | None
    left_out: int
    costs: Annotated[
        list[float], Field(description="What the best plan cost each time it was told, while it is made.")
    ]

    @classmethod
    def of(cls, run: Run | None) -> Self | None:
        return cls.model_validate(run, from_attributes=True) if run else None


class MomentOut(Out):
    """Another `tag` means that something of the day is different."""

    tag: str
    plan_revision: int | None
    published_id: UUID | None
    newest: RunOut | None

    @classmethod
    def of(cls, moment: Moment) -> Self:
        return cls(
            tag=moment.tag,
            plan_revision=moment.plan_revision,
            published_id=moment.published_id,
            newest=RunOut.of(moment.newest),
        )


class BoardOut(Out):
    """A region's day. Names and sentences are in the language asked for, times in the organisation's time zone."""

    region_id: UUID
    on: date
    day: SpanOut
    moment: MomentOut
    may_plan: bool
    shown: Annotated[PlanOut | None, Field(description="The version whose routes these are.")]
    newest: PlanOut | None
    communities: list[CommunityName]
    visits: list[BoardVisit]
    technicians: list[BoardTechnician]
    left_out: list[BoardLeftOut]

    @classmethod
    def of(cls, caller: Caller, board: Board, moment: Moment, language: Language) -> Self:
        zone = caller.organisation.zone
        visits = [stop.visit for stops in board.stops.values() for stop in stops] + board.waiting
        crews = _crews(visits)
        return cls(
            region_id=board.region.id,
            on=board.on,
            day=SpanOut.of(day_bounds(caller.organisation, board.on, board.on), zone),
            moment=MomentOut.of(moment),
            may_plan=caller.runs_dispatch,
            shown=_version(board.shown),
            newest=_version(board.newest),
            communities=community_names((visit.community for visit in visits), language),
            visits=[BoardVisit.of(visit, crews.get(visit.trip, []), zone, language) for visit in visits],
            technicians=_technicians(board, zone, language),
            left_out=[BoardLeftOut.of(left, language) for left in board.left_out],
        )


def _crews(visits: Iterable[VisitRow]) -> dict[tuple[UUID, int], list[UUID]]:
    """Trip → the visits of all who make it, of those that several do."""
    crews: dict[tuple[UUID, int], list[UUID]] = defaultdict(list)
    for visit in sorted(visits, key=lambda one: one.role):
        if visit.crew_size > 1:
            crews[visit.trip].append(visit.id)
    return crews


def _version(version: PlanVersion | None) -> PlanOut | None:
    return PlanOut.of(version) if version else None


def community_names(
    communities: Iterable[Community | Named | None], language: Language
) -> list[CommunityName]:
    """Each once."""
    known = {community.pk: community for community in communities if community}
    return [CommunityName(id=pk, name=name_in(one, language)) for pk, one in known.items()]


def _technicians(board: Board, zone: ZoneInfo, language: Language) -> list[BoardTechnician]:
    """Whoever works that day, and whoever has a route in this version though he works no more."""
    routes = {route.shift_id: route for route in board.routes}
    shifts = {shift.pk: shift for shift in board.shifts} | {
        route.shift_id: route.shift for route in board.routes
    }
    inorder = sorted(shifts.values(), key=lambda shift: (shift.technician.code, shift.pk))
    by_shift = ((shift, routes.get(shift.pk)) for shift in inorder)
    return [
        BoardTechnician.of(shift, route, board.stops_of(route), zone, language) for shift, route in by_shift
    ]
