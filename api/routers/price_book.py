"""The price book, and how the company bills. Everybody in the company may read it; administrators write."""

from django.http import HttpResponse
from ninja import Query, Router

from api.auth import Request
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.price_book import (
    MaintenancePlanIn,
    MaintenancePlanOut,
    OptionSetIn,
    OptionSetOut,
    PriceItemIn,
    PriceItemOut,
    PriceListIn,
    PriceListOut,
    ProfileIn,
    ProfileOut,
    TaxIn,
    TaxOut,
)
from billing.models import PriceItem
from billing.selectors.price_book import (
    maintenance_plan_get,
    maintenance_plan_list,
    option_set_get,
    option_set_list,
    price_item_get,
    price_item_list,
    price_list_get,
    price_list_list,
    tax_list,
)
from billing.services.maintenance_plans import maintenance_plan_retire, maintenance_plan_save
from billing.services.option_sets import option_set_save
from billing.services.price_items import price_item_save
from billing.services.price_lists import price_list_save
from billing.services.profiles import profile_of, profile_save
from billing.services.taxes import tax_save

router = Router(tags=["Price book"])


@router.get("/price-items", response=Page[PriceItemOut])
def price_item_index(
    request: Request, page: Query[PageQuery], kind: PriceItem.Kind | None = None
) -> HttpResponse:
    """What there is to buy, at the price book's own prices."""
    caller = request.auth
    items = price_item_list(caller, kind)
    return paged(request, items, page, by="code", show=lambda item: PriceItemOut.of(item, caller))


@router.put("/price-items/{code}", response=PriceItemOut)
def price_item_put(request: Request, code: str, body: PriceItemIn) -> PriceItemOut:
    """Make an add-on or a base price, or replace it. Issued invoices and offers keep their prices."""
    price_item_save(caller=request.auth, row=body.row(code))
    return PriceItemOut.of(price_item_get(request.auth, code), request.auth)


@router.get("/taxes", response=Page[TaxOut])
def tax_index(request: Request, page: Query[PageQuery]) -> HttpResponse:
    return paged(request, tax_list(request.auth), page, by="code", show=TaxOut.of)


@router.put("/taxes/{code}", response=TaxOut)
def tax_put(request: Request, code: str, body: TaxIn) -> TaxOut:
    """Make or change a tax. Issued invoices keep their rate."""
    return TaxOut.of(tax_save(caller=request.auth, code=code, given=body.given()))


@router.get("/price-lists", response=Page[PriceListOut])
def price_list_index(request: Request, page: Query[PageQuery]) -> HttpResponse:
    return paged(request, price_list_list(request.auth), page, by="code", show=PriceListOut.of)


@router.put("/price-lists/{code}", response=PriceListOut)
def price_list_put(request: Request, code: str, body: PriceListIn) -> PriceListOut:
    """Make a price list, or replace it."""
    price_list_save(caller=request.auth, code=code, given=body.given())
    return PriceListOut.of(price_list_get(request.auth, code))


@router.get("/option-sets", response=Page[OptionSetOut])
def option_set_index(request: Request, page: Query[PageQuery]) -> HttpResponse:
    return paged(request, option_set_list(request.auth), page, by="code", show=OptionSetOut.of)


@router.put("/option-sets/{code}", response=OptionSetOut)
def option_set_put(request: Request, code: str, body: OptionSetIn) -> OptionSetOut:
    """Make an option set, or replace it. Offers that were made keep their options."""
    option_set_save(caller=request.auth, code=code, given=body.given())
    return OptionSetOut.of(option_set_get(request.auth, code))


@router.get("/maintenance-plans", response=Page[MaintenancePlanOut])
def maintenance_plan_index(request: Request, page: Query[PageQuery]) -> HttpResponse:
    """The plans that can be sold."""
    currency = request.auth.organisation.currency
    plans = maintenance_plan_list(request.auth)
    return paged(request, plans, page, by="code", show=lambda plan: MaintenancePlanOut.of(plan, currency))


@router.put("/maintenance-plans/{code}", response=MaintenancePlanOut)
def maintenance_plan_put(request: Request, code: str, body: MaintenancePlanIn) -> MaintenancePlanOut:
    """Sell a plan under a code from now on. Members keep the terms they were sold."""
    maintenance_plan_save(caller=request.auth, code=code, given=body.given())
    plan = maintenance_plan_get(request.auth, code)
    return MaintenancePlanOut.of(plan, request.auth.organisation.currency)


@router.delete("/maintenance-plans/{code}", response={204: None})
def maintenance_plan_delete(request: Request, code: str) -> HttpResponse:
    """Sell a plan no more. Members keep it."""
    maintenance_plan_retire(caller=request.auth, code=code)
    return HttpResponse(status=204)


@router.get("/billing-profile", response=ProfileOut)
def profile_read(request: Request) -> ProfileOut:
    """How the company bills."""
    return ProfileOut.of(profile_of(request.auth.organisation))


@router.put("/billing-profile", response=ProfileOut)
def profile_put(request: Request, body: ProfileIn) -> ProfileOut:
    """Say how the company bills from now on."""
    return ProfileOut.of(profile_save(caller=request.auth, given=body.given()))
