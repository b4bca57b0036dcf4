"""Reads of commissions. The rules are for everybody in the company; what somebody has earned is for administrators, the
manager of the technician's region, and the technician."""

from datetime import date
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from billing.errors import CommissionRuleUnknown, StatementUnknown
from billing.models import CommissionLine, CommissionMonth, CommissionRule, CommissionStatement, VisitShare
from communities.access import Caller
from dispatch.selectors.visits import visit_get


def commission_rule_list(caller: Caller) -> QuerySet[CommissionRule]:
    """Rules with what they are for, also those that are over."""
    rules = CommissionRule.objects.filter(organisation=caller.organisation)
    return rules.select_related("item", "service_type")


def commission_rule_get(caller: Caller, rule_id: UUID) -> CommissionRule:
    """One rule. Raises CommissionRuleUnknown, also for another company's."""
    rule = commission_rule_list(caller).filter(pk=rule_id).first()
    if rule is None:
        raise CommissionRuleUnknown
    return rule


def commission_month_list(caller: Caller) -> QuerySet[CommissionMonth]:
    return CommissionMonth.objects.filter(organisation=caller.organisation)


def statement_list(caller: Caller) -> QuerySet[CommissionStatement]:
    """The statements one may see, each with the sum of its lines."""
    lines = CommissionLine.objects.filter(statement=OuterRef("pk")).order_by().values("statement")
    total = Coalesce(Subquery(lines.annotate(sum=Sum("amount_minor")).values("sum")), 0)
    statements = CommissionStatement.objects.filter(_in_scope(caller), organisation=caller.organisation)
    return statements.select_related("month", "technician").annotate(summed_minor=total)


def statement_get(caller: Caller, statement_id: UUID) -> CommissionStatement:
    """One statement. Raises StatementUnknown, also for one that is not for the caller."""
    statement = statement_list(caller).filter(pk=statement_id).first()
    if statement is None:
        raise StatementUnknown
    return statement


def statement_line_list(caller: Caller, statement_id: UUID) -> QuerySet[CommissionLine]:
    """The lines of a statement, each with its cause. Raises StatementUnknown."""
    return _lines().filter(statement=statement_get(caller, statement_id))


def month_line_list(caller: Caller, month: date) -> QuerySet[CommissionLine]:
    """The lines of all statements of a month that one may see, technician by technician."""
    lines = _lines().filter(statement__in=statement_list(caller), statement__month__month=month)
    return lines.order_by("statement__technician__code", "happened_at", "id")


def visit_share_list(caller: Caller, visit_id: UUID) -> QuerySet[VisitShare]:
    """Who did a visit together, in the order it was given. Raises VisitUnknown."""
    shares = VisitShare.objects.filter(visit=visit_get(caller, visit_id))
    return shares.select_related("technician").order_by("pk")


def _lines() -> QuerySet[CommissionLine]:
    return CommissionLine.objects.select_related(
        "statement__month",
        "statement__technician",
        "rule",
        "posting",
        "invoice_line__invoice",
        "invoice_line__offer_line__option",
    )


def _in_scope(caller: Caller) -> Q:
    if caller.administers:
        return Q()
    if caller.is_technician:
        return Q(technician__user=caller.user)
    return Q(technician__region_id__in=caller.region_ids)
