"""How a company bills: read with the installation's own way as the default."""

from django.conf import settings

from billing.models import BillingProfile
from communities.models import Organisation


def profile_of(organisation: Organisation) -> BillingProfile:
    """The company's profile, made when it is first needed."""
    profile, _ = BillingProfile.objects.get_or_create(
        organisation=organisation, defaults={"payment_account": settings.PAYMENT_ACCOUNT}
    )
    return profile
