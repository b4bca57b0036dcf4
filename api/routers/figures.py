"""Figures of windows, a community's figures over time, the facts behind them, and who read those of technicians."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from api.answers import answer
from api.auth import Request
from api.lookup import one
from api.paging import linked, paged, positioned
from api.schemas.base import Page, PageQuery
from api.schemas.days import DaysQuery
from api.schemas.figures import (
    FactOut,
    FactsQuery,
    FiguresOut,
    FiguresQuery,
    FigureUseOut,
    StepOut,
    TrendOut,
)
from communities.errors import FigureUnknown
from communities.insight.figures import BY_NAME
from communities.models import FigureUse
from communities.selectors.figure_facts import facts_behind
from communities.selectors.figures import Placed, figure_table, figure_use_list
from communities.selectors.places import community_list
from communities.selectors.trend import Step, community_trend
from communities.services.figure_uses import figure_use_record
from dispatch.errors import NotForYourRole
from dispatch.selectors.technicians import own_technician_id

router = Router(tags=["Figures"])


@router.get("/figures", response=FiguresOut)
def figure_index(request: Request, asked: Query[FiguresQuery], page: Query[PageQuery]) -> HttpResponse:
    """The figures of a window that ends today, a row for each combination of `by`, and of all together.

    A technician sees their own. Figures of technicians (by technician, or of one) need a purpose.
    """
    question = asked.asked()
    figure_use_record(caller=request.auth, purpose=asked.purpose, question=question)
    table = figure_table(request.auth, question, own_technician_id=own_technician_id(request.auth))
    groups, cursor = positioned(request, page, table.page if table else _no_groups, key=_position)
    return linked(answer(FiguresOut.of(table, groups, cursor)), request, cursor)


@router.get("/figures/{name}/facts", response=Page[FactOut])
def figure_facts(
    request: Request, name: str, asked: Query[FactsQuery], page: Query[PageQuery]
) -> HttpResponse:
    """What a figure is made of, newest first; each fact says whether it counts above or below the line.

    Answers come without what would tell who gave them, and not where few answered.
    """
    figure = BY_NAME.get(name)
    if figure is None:
        raise FigureUnknown
    question = asked.question()
    figure_use_record(caller=request.auth, purpose=asked.purpose, question=question, figure=name)
    facts = facts_behind(request.auth, figure, question, own_technician_id=own_technician_id(request.auth))
    return paged(request, facts, page, by="-occurred_at", show=lambda fact: FactOut.of(fact, figure))


@router.get("/communities/{uuid:community_id}/figures", response=TrendOut)
def community_figures(
    request: Request, community_id: UUID, days: Query[DaysQuery], step: Step = "week"
) -> HttpResponse:
    """A community's figures for each day or week in which something happened; a week is called by its Monday."""
    one(community_list(request.auth).only("id"), community_id)
    trend = community_trend(request.auth, community_id, days.first, days.last, step)
    return answer(TrendOut.model_construct(items=[StepOut.of(on, figures) for on, figures in trend]))


@router.get("/figure-uses", response=Page[FigureUseOut])
def figure_use_index(
    request: Request, page: Query[PageQuery], purpose: FigureUse.Purpose | None = None
) -> HttpResponse:
    """Who read figures of technicians, and what for, newest first. For administrators."""
    if not request.auth.administers:
        raise NotForYourRole
    uses = figure_use_list(request.auth)
    if purpose:
        uses = uses.filter(purpose=purpose)
    return paged(request, uses, page, by="-id", show=FigureUseOut.of)


def _no_groups(after: str, limit: int) -> list[Placed]:
    return []


def _position(placed: Placed) -> str:
    return placed[0]
