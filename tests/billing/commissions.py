"""Commissions in tests: a provider's word for money, rules, and what a statement says."""

from datetime import date, datetime, timedelta

from billing.gateways.base import (
    DisputeState,
    PaymentState,
    ProviderDispute,
    ProviderPayment,
    ProviderRefund,
    RefundState,
)
from billing.models import Checkout, CommissionLine, CommissionRule, Invoice
from billing.services.commissions.months import commission_month_close, commission_month_compute
from billing.services.commissions.rules import RuleGiven, commission_rule_add
from billing.services.settling import payments_enter
from communities.access import Caller
from core.money import Money
from dispatch.models import Technician
from tests.conftest import NOW

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
IN_APRIL = NOW + timedelta(days=31)
IN_MAY = NOW + timedelta(days=62)
LATER = timedelta(hours=1)

Said = tuple[str, str, int, str, int]


def rule(
    caller: Caller,
    kind: str = "share",
    *,
    rate: int | None = None,
    amount: int | None = None,
    item: str = "",
    service_type: str = "",
    csat: int | None = None,
    since: date = MARCH,
    until: date | None = None,
) -> CommissionRule:
    given = RuleGiven(
        kind=CommissionRule.Kind(kind),
        rate_bp=rate,
        amount_minor=amount,
        item_code=item,
        service_type_code=service_type,
        least_csat=csat,
        valid_from=since,
        valid_until=until,
    )
    return commission_rule_add(caller=caller, given=given)


def paid(
    invoice: Invoice,
    amount: int,
    at: datetime = NOW,
    *,
    name: str = "pi_1",
    refunds: tuple[ProviderRefund, ...] = (),
    disputes: tuple[ProviderDispute, ...] = (),
) -> None:
    """The provider says that so much was paid, and what became of it."""
    link = invoice.links.order_by("created_at")[0]
    checkout, _ = Checkout.objects.get_or_create(
        link=link,
        defaults={"organisation": invoice.organisation, "expires_at": at, "state": Checkout.State.CLOSED},
    )
    told = ProviderPayment(
        name, PaymentState.SUCCEEDED, Money(amount, "TWD"), at, refunds=refunds, disputes=disputes
    )
    payments_enter(checkout=checkout, told=[told], now=at)


def refund(amount: int, at: datetime, state: RefundState = RefundState.SUCCEEDED) -> ProviderRefund:
    return ProviderRefund(f"re_{amount}", None, state, Money(amount, "TWD"), at)


def dispute(amount: int, at: datetime, state: DisputeState) -> ProviderDispute:
    return ProviderDispute("dp_1", state, Money(amount, "TWD"), at, at)


def compute(caller: Caller, month: date = MARCH, now: datetime = NOW) -> None:
    commission_month_compute(caller=caller, month=month, now=now)


def close(caller: Caller, month: date = MARCH, now: datetime = IN_APRIL) -> None:
    commission_month_close(caller=caller, month=month, now=now)


def says(technician: Technician, month: date = MARCH) -> list[Said]:
    """The lines of a statement in order: for what, because of what, what was kept, which part, how much."""
    lines = CommissionLine.objects.filter(statement__technician=technician, statement__month__month=month)
    return [
        (line.kind, line.cause[0], line.base_minor, f"{line.parts}/{line.of_parts}", line.amount_minor)
        for line in lines.select_related("posting").order_by("happened_at", "pk")
    ]


def earned(technician: Technician, month: date = MARCH) -> int:
    return sum(amount for *_, amount in says(technician, month))
