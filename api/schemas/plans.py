"""Plans: the wish, the versions, their routes, and what was left out."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import Day, In, Out
from api.schemas.visits import ServiceTypeOut, SiteBrief
from communities.insight.sentences import Language
from dispatch.explanations import Affinities, stop_sentences, unassigned_sentence
from dispatch.left_out import left_out_sentences
from dispatch.models import PlanVersion, Route, Stop, UnassignedVisit

MOST_ITERATIONS = 1_000_000  # more than the tasks' time limit has room for is never asked of a worker


class PlanIn(In):
    region: UUID
    on: Day
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    iterations: Annotated[int | None, Field(ge=1, le=MOST_ITERATIONS)] = None


class PlanOut(Out):
    """One version of a region's day. `plan_revision` is what publishing needs as If-Match."""

    id: UUID
    plan_id: UUID
    plan_revision: int
    region_id: UUID
    on: date
    number: int
    state: str
    progress: Annotated[int, Field(description="Per cent.")]
    seed: int
    iterations: int
    signal_version: int | None
    score: Annotated[dict[str, Any], Field(description="Named cost terms, in minutes of travel.")]
    visits_assigned: int
    visits_unassigned: int
    travel_s: int
    violations: int | None
    made_by: Annotated[str, Field(description="`planner`, `edit` or `undo`.")]
    edit: Annotated[
        dict[str, Any], Field(description="What was done by hand; empty where the planner made it.")
    ]
    can_undo: bool
    can_redo: bool
    error: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    published_at: datetime | None

    @classmethod
    def of(cls, version: PlanVersion) -> Self:
        plan = version.plan
        return cls(
            id=version.id,
            plan_id=plan.id,
            plan_revision=plan.revision,
            region_id=plan.region_id,
            on=plan.on,
            number=version.number,
            state=version.state,
            progress=version.progress,
            seed=version.seed,
            iterations=version.iterations,
            signal_version=version.signal_set.version if version.signal_set else None,
            score=version.score,
            visits_assigned=version.visits_assigned,
            visits_unassigned=version.visits_unassigned,
            travel_s=version.travel_s,
            violations=version.violations,
            made_by=version.made_by,
            edit={name: value for name, value in version.edit.items() if name != "last"},
            can_undo=version.last_edit is not None,
            can_redo=version.made_by == PlanVersion.MadeBy.UNDO,
            error=version.error,
            created_at=version.created_at,
            started_at=version.started_at,
            finished_at=version.finished_at,
            published_at=version.published_at,
        )


class StopOut(Out):
    visit_id: UUID
    work_order_number: str
    sequence: int
    arrival_at: datetime
    start_at: datetime
    departure_at: datetime
    travel_s: int
    begun: bool
    held_until: Annotated[datetime | None, Field(description="It does not start before: decided by hand.")]
    pinned_technician_id: UUID | None
    pinned_start_at: datetime | None
    service_type: ServiceTypeOut
    site: SiteBrief
    explanation: Annotated[dict[str, Any], Field(description="Minutes of travel, by cost term.")]
    why: Annotated[list[str], Field(description="The explanation in words, in the language asked for.")]

    @classmethod
    def of(cls, stop: Stop, affinities: Affinities, language: Language) -> Self:
        return cls(
            visit_id=stop.visit_id,
            work_order_number=stop.visit.work_order.number,
            sequence=stop.sequence,
            arrival_at=stop.arrival_at,
            start_at=stop.start_at,
            departure_at=stop.departure_at,
            travel_s=stop.travel_s,
            begun=stop.begun,
            held_until=stop.held_until,
            pinned_technician_id=stop.visit.pinned_technician_id,
            pinned_start_at=stop.visit.pinned_start_at,
            service_type=ServiceTypeOut.of(stop.visit.service_type),
            site=SiteBrief.of(stop.visit.site),
            explanation=stop.explanation,
            why=stop_sentences(stop, affinities, language),
        )


class RouteOut(Out):
    id: UUID
    technician_id: UUID
    technician_code: str
    technician_name: str
    starts_at: datetime
    ends_at: datetime
    travel_s: int
    stops: list[StopOut]

    @classmethod
    def of(cls, route: Route, affinities: Affinities, language: Language) -> Self:
        return cls(
            id=route.id,
            technician_id=route.technician_id,
            technician_code=route.technician.code,
            technician_name=route.technician.name,
            starts_at=route.starts_at,
            ends_at=route.ends_at,
            travel_s=route.travel_s,
            stops=[StopOut.of(stop, affinities, language) for stop in route.stops.all()],
        )


class UnassignedOut(Out):
    visit_id: UUID
    work_order_number: str
    service_type: ServiceTypeOut
    site: SiteBrief
    reason: str
    detail: str
    why: str
    explanation: Annotated[
        dict[str, Any],
        Field(description="What keeps it out, by rule, and what would let it in, with the minutes."),
    ]
    help: Annotated[list[str], Field(description="The explanation in words, in the language asked for.")]

    @classmethod
    def of(cls, left: UnassignedVisit, language: Language) -> Self:
        return cls(
            visit_id=left.visit_id,
            work_order_number=left.visit.work_order.number,
            service_type=ServiceTypeOut.of(left.visit.service_type),
            site=SiteBrief.of(left.visit.site),
            reason=left.reason,
            detail=left.detail,
            why=unassigned_sentence(left, language),
            explanation=left.explanation,
            help=left_out_sentences(left, language),
        )
