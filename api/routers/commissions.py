"""Technicians' share: its rules, who shares a visit, and what each has earned in a month."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from api.answers import SECRET, answer
from api.auth import Request
from api.commission_table import commission_table
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.commissions import (
    CommissionLineOut,
    CommissionMonthOut,
    CommissionRuleEndIn,
    CommissionRuleIn,
    CommissionRuleOut,
    Month,
    SharesIn,
    SharesOut,
    StatementOut,
    first_day,
)
from billing.selectors.commissions import (
    commission_month_list,
    commission_rule_list,
    month_line_list,
    statement_get,
    statement_line_list,
    statement_list,
    visit_share_list,
)
from billing.services.commissions.months import commission_month_close, commission_month_compute
from billing.services.commissions.rules import commission_rule_add, commission_rule_end
from billing.services.commissions.shares import visit_shares_save

router = Router(tags=["Commissions"])


@router.get("/commission-rules", response=Page[CommissionRuleOut])
def commission_rule_index(request: Request, page: Query[PageQuery]) -> HttpResponse:
    """Rules, also those that are over, newest first."""
    return paged(request, commission_rule_list(request.auth), page, by="-id", show=CommissionRuleOut.of)


@router.post("/commission-rules", response={201: CommissionRuleOut})
def commission_rule_post(request: Request, body: CommissionRuleIn) -> HttpResponse:
    """Let a rule hold from a day on. The item's comes before the service type's, that before the one for everything."""
    rule = commission_rule_add(caller=request.auth, given=body.given())
    return answer(CommissionRuleOut.of(rule), 201)


@router.post("/commission-rules/{uuid:rule_id}/end", response=CommissionRuleOut)
def commission_rule_end_post(request: Request, rule_id: UUID, body: CommissionRuleEndIn) -> CommissionRuleOut:
    """Let a rule hold no more from a day on."""
    rule = commission_rule_end(caller=request.auth, rule_id=rule_id, valid_until=body.valid_until)
    return CommissionRuleOut.of(rule)


@router.get("/visits/{uuid:visit_id}/shares", response=SharesOut)
def visit_shares_read(request: Request, visit_id: UUID) -> SharesOut:
    """Who did a visit together; nobody means its technician alone."""
    return SharesOut.of(list(visit_share_list(request.auth, visit_id)))


@router.put("/visits/{uuid:visit_id}/shares", response=SharesOut)
def visit_shares_put(request: Request, visit_id: UUID, body: SharesIn) -> SharesOut:
    """Say who did a visit together and in what parts, until it counts in a closed month."""
    return SharesOut.of(visit_shares_save(caller=request.auth, visit_id=visit_id, given=body.given()))


@router.get("/commission-months", response=Page[CommissionMonthOut])
def commission_month_index(request: Request, page: Query[PageQuery]) -> HttpResponse:
    """Months, newest first."""
    return paged(request, commission_month_list(request.auth), page, by="-month", show=CommissionMonthOut.of)


@router.post("/commission-months/{month}/compute", response=CommissionMonthOut)
def commission_month_compute_post(request: Request, month: Month) -> CommissionMonthOut:
    """Bring an open month's statements up to date now; by itself that happens every hour, for the last two months."""
    done = commission_month_compute(caller=request.auth, month=first_day(month), now=timezone.now())
    return CommissionMonthOut.of(done)


@router.post("/commission-months/{month}/close", response=CommissionMonthOut)
def commission_month_close_post(request: Request, month: Month) -> CommissionMonthOut:
    """Compute a month a last time and close it for good. Months are closed in order, when they are over."""
    done = commission_month_close(caller=request.auth, month=first_day(month), now=timezone.now())
    return CommissionMonthOut.of(done)


@router.get("/commission-months/{month}/lines.csv")
def commission_month_csv(request: Request, month: Month) -> HttpResponse:
    """Every line of the month's statements that one may see, as a table."""
    table = commission_table(month_line_list(request.auth, first_day(month)), request.auth.organisation.zone)
    name = {"Content-Disposition": f'attachment; filename="commissions-{month}.csv"'}
    return HttpResponse(table, content_type="text/csv; charset=utf-8", headers=SECRET | name)


@router.get("/statements", response=Page[StatementOut])
def statement_index(request: Request, page: Query[PageQuery], month: Month | None = None) -> HttpResponse:
    """Statements one may see, newest first: technicians their own, managers those of their regions."""
    statements = statement_list(request.auth)
    if month:
        statements = statements.filter(month__month=first_day(month))
    return paged(request, statements, page, by="-id", show=StatementOut.of)


@router.get("/statements/{uuid:statement_id}", response=StatementOut)
def statement_read(request: Request, statement_id: UUID) -> StatementOut:
    return StatementOut.of(statement_get(request.auth, statement_id))


@router.get("/statements/{uuid:statement_id}/lines", response=Page[CommissionLineOut])
def statement_lines(request: Request, statement_id: UUID, page: Query[PageQuery]) -> HttpResponse:
    """What a statement is the sum of, in the order it happened."""
    lines = statement_line_list(request.auth, statement_id)
    return paged(request, lines, page, by="happened_at", show=CommissionLineOut.of)
