"""How a company bills: read with the installation's own way as the default."""

from django.conf import settings

from billing.models import BillingProfile
from communities.models import Organisation


def profile_of(organisation: Organisation) -> BillingProfile:
    """The company's profile, or the installation's own way, which is in no table."""
    profile = BillingProfile.objects.filter(organisation=organisation).first()
    return profile or BillingProfile(organisation=organisation, payment_account=settings.PAYMENT_ACCOUNT)
