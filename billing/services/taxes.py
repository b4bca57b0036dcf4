"""Taxes, as administrators write them."""

from dataclasses import dataclass

from django.db import transaction

from billing.models import Tax
from billing.services.price_book import check_keeper
from communities.access import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxGiven:
    """A rate in basis points: 500 is 5 %."""

    name: str
    rate_bp: int
    name_en: str = ""


@transaction.atomic
def tax_save(*, caller: Caller, code: str, given: TaxGiven) -> Tax:
    """Make or change a tax. Invoices that are issued keep the rate they were issued with. Raises NotForYourRole."""
    check_keeper(caller)
    tax, _ = Tax.objects.update_or_create(
        organisation=caller.organisation,
        code=code,
        defaults={"name": given.name, "name_en": given.name_en, "rate_bp": given.rate_bp},
    )
    return tax
