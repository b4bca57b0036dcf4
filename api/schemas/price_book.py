"""The price book, and how a company bills."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Self

from pydantic import Field

from api.schemas.base import Day, In, Out
from api.schemas.offers import Code, Name, OfferOptionIn
from billing.models import BillingProfile, MaintenancePlan, OptionSet, PriceItem, PriceList, Tax
from billing.services.maintenance_plans import PlanGiven
from billing.services.offers import MOST, OPTIONS, OptionGiven
from billing.services.option_sets import OptionSetGiven
from billing.services.price_items import PriceRow
from billing.services.price_lists import PriceListGiven
from billing.services.profiles import ProfileGiven
from billing.services.taxes import TaxGiven
from communities.access import Caller

Price = Annotated[int, Field(ge=0, le=2**53, description="In the smallest unit of the currency.")]
Pieces = Annotated[int, Field(ge=1, le=MOST)]
PartCode = Annotated[str, Field(min_length=1, max_length=40)]
Needed = Annotated[str, Field(min_length=1, max_length=80)]


class TaxIn(In):
    name: Needed
    name_en: Annotated[str, Field(max_length=80)] = ""
    rate_bp: Annotated[int, Field(ge=0, le=10_000, description="In hundredths of a per cent: 500 is 5 %.")]

    def given(self) -> TaxGiven:
        return TaxGiven(name=self.name, name_en=self.name_en, rate_bp=self.rate_bp)


class TaxOut(Out):
    code: str
    name: str
    name_en: str
    rate_bp: int

    @classmethod
    def of(cls, tax: Tax) -> Self:
        return cls(code=tax.code, name=tax.name, name_en=tax.name_en, rate_bp=tax.rate_bp)


class PriceItemIn(In):
    """The whole item; it replaces what stood under its code. A base price retires its service type's former one."""

    name: Annotated[str, Field(min_length=1, max_length=160)]
    name_en: Name = ""
    kind: PriceItem.Kind
    service_type: Annotated[
        str, Field(max_length=80, description="What the base price is of, or what the add-on fits.")
    ] = ""
    price_minor: Price
    cost_minor: Price = 0
    tax: Annotated[str, Field(max_length=20)] = ""
    extra_minutes: Annotated[int, Field(ge=0, le=24 * 60)] = 0
    parts: Annotated[
        dict[PartCode, Pieces], Field(max_length=50, description="How many of each part one piece uses up.")
    ] = {}

    def row(self, code: str) -> PriceRow:
        return PriceRow(
            code=code,
            name=self.name,
            name_en=self.name_en,
            kind=self.kind,
            service_type_code=self.service_type,
            price_minor=self.price_minor,
            cost_minor=self.cost_minor,
            tax_code=self.tax,
            extra_minutes=self.extra_minutes,
            parts=self.parts,
        )


class PriceItemOut(Out):
    code: str
    name: str
    name_en: str
    kind: str
    service_type: str | None
    price_minor: int
    cost_minor: Annotated[int | None, Field(description="For administrators; null for all others.")]
    currency: str
    tax: str | None
    extra_minutes: int
    parts: dict[str, int]

    @classmethod
    def of(cls, item: PriceItem, caller: Caller) -> Self:
        return cls(
            code=item.code,
            name=item.name,
            name_en=item.name_en,
            kind=item.kind,
            service_type=item.service_type.code if item.service_type else None,
            price_minor=item.price_minor,
            cost_minor=item.cost_minor if caller.administers else None,
            currency=caller.organisation.currency,
            tax=item.tax.code if item.tax else None,
            extra_minutes=item.extra_minutes,
            parts={part.part: part.quantity for part in item.parts.all()},
        )


class PriceListIn(In):
    """The whole list; it replaces what stood under its code."""

    name: Needed
    region: Annotated[str, Field(max_length=80, description="Its code; without one, all regions.")] = ""
    valid_from: Day
    valid_until: Annotated[Day | None, Field(description="The first day on which it does not hold.")] = None
    prices: Annotated[dict[Code, Price], Field(max_length=5_000)]

    def given(self) -> PriceListGiven:
        return PriceListGiven(
            name=self.name,
            region_code=self.region,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            prices=self.prices,
        )


class PriceListOut(Out):
    code: str
    name: str
    region: str | None
    valid_from: date
    valid_until: date | None
    prices: dict[str, int]

    @classmethod
    def of(cls, price_list: PriceList) -> Self:
        entries = price_list.entries.all()
        return cls(
            code=price_list.code,
            name=price_list.name,
            region=price_list.region.code if price_list.region else None,
            valid_from=price_list.valid_from,
            valid_until=price_list.valid_until,
            prices={entry.item.code: entry.price_minor for entry in entries},
        )


class SetOptionIn(OfferOptionIn):
    name_en: Name = ""

    def given(self) -> OptionGiven:
        return replace(super().given(), name_en=self.name_en)


class OptionSetIn(In):
    """The whole set; it replaces what stood under its code."""

    name: Name
    name_en: Name = ""
    service_type: Annotated[str, Field(max_length=80)] = ""
    active: bool = True
    options: Annotated[list[SetOptionIn], Field(min_length=1, max_length=OPTIONS)]

    def given(self) -> OptionSetGiven:
        return OptionSetGiven(
            name=self.name,
            name_en=self.name_en,
            service_type_code=self.service_type,
            active=self.active,
            options=[option.given() for option in self.options],
        )


class SetLineOut(Out):
    item: str
    quantity: int


class SetOptionOut(Out):
    name: str
    name_en: str
    recommended: bool
    lines: list[SetLineOut]


class OptionSetOut(Out):
    code: str
    name: str
    name_en: str
    service_type: str | None
    active: bool
    options: list[SetOptionOut]

    @classmethod
    def of(cls, option_set: OptionSet) -> Self:
        return cls(
            code=option_set.code,
            name=option_set.name,
            name_en=option_set.name_en,
            service_type=option_set.service_type.code if option_set.service_type else None,
            active=option_set.active,
            options=[
                SetOptionOut(
                    name=option.name,
                    name_en=option.name_en,
                    recommended=option.recommended,
                    lines=[
                        SetLineOut(item=line.item.code, quantity=line.quantity) for line in option.lines.all()
                    ],
                )
                for option in option_set.options.all()
            ],
        )


class MaintenancePlanIn(In):
    """The whole plan. What was sold under its code stays as it was sold."""

    name: Annotated[str, Field(min_length=1, max_length=160)]
    name_en: Name = ""
    price_minor: Price
    tax: Annotated[str, Field(max_length=20, description="Its code.")] = ""
    period_months: Annotated[int, Field(ge=1, le=60)]
    discount_bp: Annotated[int, Field(ge=0, le=10_000, description="On what is not included.")] = 0
    visits: Annotated[
        dict[Code, Annotated[int, Field(ge=1, le=366)]],
        Field(max_length=20, description="Included in each period, by service type."),
    ] = {}

    def given(self) -> PlanGiven:
        return PlanGiven(
            name=self.name,
            name_en=self.name_en,
            price_minor=self.price_minor,
            tax_code=self.tax,
            period_months=self.period_months,
            discount_bp=self.discount_bp,
            visits=self.visits,
        )


class MaintenancePlanOut(Out):
    code: str
    name: str
    name_en: str
    price_minor: int
    currency: str
    tax: str | None
    period_months: int
    discount_bp: int
    visits: dict[str, int]

    @classmethod
    def of(cls, plan: MaintenancePlan, currency: str) -> Self:
        return cls(
            code=plan.code,
            name=plan.name,
            name_en=plan.name_en,
            price_minor=plan.price_minor,
            currency=currency,
            tax=plan.tax.code if plan.tax else None,
            period_months=plan.period_months,
            discount_bp=plan.discount_bp,
            visits={one.service_type.code: one.visits for one in plan.inclusions.all()},
        )


class ProfileIn(In):
    """The whole profile."""

    payment_account: Annotated[str, Field(min_length=1, max_length=60)]
    legal_name: Name = ""
    tax_number: Annotated[str, Field(max_length=40)] = ""
    address: Annotated[str, Field(max_length=240)] = ""
    prices_include_tax: bool = True
    link_days: Annotated[int, Field(ge=1, le=365)] = 30
    reminder_days: Annotated[list[Annotated[int, Field(ge=1, le=365)]], Field(max_length=10)] = [3, 7, 14]

    def given(self) -> ProfileGiven:
        return ProfileGiven(**self.model_dump())


class ProfileOut(Out):
    payment_account: str
    legal_name: str
    tax_number: str
    address: str
    prices_include_tax: bool
    link_days: int
    reminder_days: list[int]

    @classmethod
    def of(cls, profile: BillingProfile) -> Self:
        return cls(
            payment_account=profile.payment_account,
            legal_name=profile.legal_name,
            tax_number=profile.tax_number,
            address=profile.address,
            prices_include_tax=profile.prices_include_tax,
            link_days=profile.link_days,
            reminder_days=profile.reminder_days,
        )
