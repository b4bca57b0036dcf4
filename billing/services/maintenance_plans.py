"""Maintenance plans, as administrators write them. A plan that was sold is replaced, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from billing.errors import BadPriceBook
from billing.models import MaintenancePlan, PlanInclusion, Tax
from billing.selectors.price_book import maintenance_plan_get, maintenance_plan_list
from billing.services.price_book import check_keeper
from communities.access import Caller
from dispatch.models import ServiceType


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanGiven:
    """A price in minor units for so many months, and what it buys: visits in each period by service type's code, and a
    discount in basis points on the rest."""

    name: str
    price_minor: int
    period_months: int
    visits: Mapping[str, int]
    name_en: str = ""
    tax_code: str = ""
    discount_bp: int = 0


@transaction.atomic
def maintenance_plan_save(*, caller: Caller, code: str, given: PlanGiven) -> MaintenancePlan:
    """Sell a plan under a code from now on, in place of another. Members keep what they were sold.

    The same terms again change nothing. Raises NotForYourRole, and BadPriceBook for an unknown tax or service type.
    """
    check_keeper(caller)
    sold = maintenance_plan_list(caller).filter(code=code).first()
    if sold is not None and _given(sold) == given:
        return sold
    types, tax = _service_types(caller, given), _tax(caller, given.tax_code)
    MaintenancePlan.objects.filter(organisation=caller.organisation, code=code).update(active=False)
    plan = MaintenancePlan.objects.create(
        organisation=caller.organisation,
        code=code,
        name=given.name,
        name_en=given.name_en,
        price_minor=given.price_minor,
        tax=tax,
        period_months=given.period_months,
        discount_bp=given.discount_bp,
    )
    PlanInclusion.objects.bulk_create(
        PlanInclusion(organisation=plan.organisation, plan=plan, service_type=types[kind], visits=visits)
        for kind, visits in given.visits.items()
    )
    return plan


@transaction.atomic
def maintenance_plan_retire(*, caller: Caller, code: str) -> None:
    """Sell a plan no more. Members keep it. Raises NotForYourRole, MaintenancePlanUnknown."""
    check_keeper(caller)
    plan = maintenance_plan_get(caller, code)
    MaintenancePlan.objects.filter(pk=plan.pk).update(active=False)


def _given(plan: MaintenancePlan) -> PlanGiven:
    return PlanGiven(
        name=plan.name,
        name_en=plan.name_en,
        price_minor=plan.price_minor,
        tax_code=plan.tax.code if plan.tax else "",
        period_months=plan.period_months,
        discount_bp=plan.discount_bp,
        visits={one.service_type.code: one.visits for one in plan.inclusions.all()},
    )


def _service_types(caller: Caller, given: PlanGiven) -> dict[str, ServiceType]:
    found = ServiceType.objects.filter(organisation=caller.organisation, code__in=given.visits)
    types = {kind.code: kind for kind in found}
    for code in given.visits:
        if code not in types:
            raise BadPriceBook(f"There is no service type {code!r}.")
    return types


def _tax(caller: Caller, code: str) -> Tax | None:
    if not code:
        return None
    tax = Tax.objects.filter(organisation=caller.organisation, code=code).first()
    if tax is None:
        raise BadPriceBook(f"There is no tax {code!r}.")
    return tax
