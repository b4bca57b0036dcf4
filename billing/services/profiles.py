"""How a company bills, with the installation's own way as the default."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from billing.errors import AccountUnknown
from billing.gateways import account_names
from billing.models import BillingProfile
from billing.services.price_book import check_keeper
from communities.access import Caller
from communities.models import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileGiven:
    """How a company bills."""

    payment_account: str
    legal_name: str
    tax_number: str
    address: str
    prices_include_tax: bool
    link_days: int
    reminder_days: Sequence[int]


def profile_of(organisation: Organisation) -> BillingProfile:
    """The company's profile, or the installation's own way, which is in no table."""
    profile = BillingProfile.objects.filter(organisation=organisation).first()
    return profile or BillingProfile(organisation=organisation, payment_account=settings.PAYMENT_ACCOUNT)


@transaction.atomic
def profile_save(*, caller: Caller, given: ProfileGiven) -> BillingProfile:
    """Say how the company bills from now on. Links that are open stay as they are.

    Raises NotForYourRole, and AccountUnknown for an account this installation has no secrets for.
    """
    check_keeper(caller)
    if given.payment_account not in account_names():
        raise AccountUnknown(f"There is: {', '.join(account_names())}.")
    profile = profile_of(caller.organisation)
    for name in given.__slots__:
        setattr(profile, name, getattr(given, name))
    profile.reminder_days = sorted(set(given.reminder_days))
    profile.save()
    return profile
