"""How a company bills."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from communities.models import Owned


def reminder_days() -> list[int]:
    """Days after the link was made on which the customer is reminded, unless the company says otherwise."""
    return [3, 7, 14]


class BillingProfile(Owned):
    """One for a company."""

    payment_account = models.CharField(
        max_length=60, help_text="The account at a provider that new links use: settings.PAYMENT_ACCOUNTS."
    )
    legal_name = models.CharField(max_length=160, blank=True, help_text="As invoices name the company.")
    tax_number = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=240, blank=True)
    prices_include_tax = models.BooleanField(default=True)
    link_days = models.PositiveSmallIntegerField(default=30, help_text="How long a payment link is good for.")
    reminder_days = ArrayField(models.PositiveSmallIntegerField(), default=reminder_days)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="billing_profile_one_a_company"),
            models.CheckConstraint(condition=models.Q(link_days__gte=1), name="billing_profile_links_last"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.payment_account}"
