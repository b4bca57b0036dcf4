"""Maintenance plans, who is a member of one, and the visits that are paid for in advance."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from billing.models.prices import Tax
from communities.models import Customer, Owned, Site, User
from dispatch.models import ServiceRequest, ServiceType, Technician, Visit


class MaintenancePlan(Owned):
    """What a member pays for each period, and has for it: visits that are included, and a discount on the rest.

    A plan is never changed, so that members keep the terms they were sold: another takes over its code.
    """

    code = models.CharField(max_length=80)
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    price_minor = models.PositiveBigIntegerField(help_text="For one period.")
    tax = models.ForeignKey(Tax, on_delete=models.PROTECT, related_name="+", null=True)
    period_months = models.PositiveSmallIntegerField()
    discount_bp = models.PositiveIntegerField(
        default=0, help_text="On what is not included, in basis points: 1000 is 10 %."
    )
    active = models.BooleanField(default=True, help_text="Whether it can be sold.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "code"],
                condition=Q(active=True),
                name="maintenance_plan_one_of_a_code",
            ),
            models.CheckConstraint(
                condition=Q(period_months__gte=1), name="maintenance_plan_period_takes_time"
            ),
            models.CheckConstraint(
                condition=Q(discount_bp__lte=10_000), name="maintenance_plan_discount_at_most_the_price"
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="sold_is_sold", exclude=["active"]),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.code


class PlanInclusion(Owned):
    """So many visits of a service type in each period."""

    plan = models.ForeignKey(MaintenancePlan, on_delete=models.PROTECT, related_name="inclusions")
    service_type = models.ForeignKey(ServiceType, on_delete=models.PROTECT, related_name="+")
    visits = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "service_type"], name="plan_inclusion_once_for_a_service_type"
            ),
            models.CheckConstraint(condition=Q(visits__gte=1), name="plan_inclusion_of_something"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.visits} {self.service_type_id}"


class Membership(Owned):
    """A customer's plan at a site, from `starts_on` up to the day before `ends_on`, which every new period moves on.

    Active, it gives what the plan says. Lapsed, because a period was not paid, it gives nothing until it is.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        LAPSED = "lapsed", "Not paid"
        CANCELLED = "cancelled", "Cancelled"
        ENDED = "ended", "Over"

    plan = models.ForeignKey(MaintenancePlan, on_delete=models.PROTECT, related_name="memberships")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="memberships")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="memberships")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    renews = models.BooleanField(default=True, help_text="Whether another period follows.")
    starts_on = models.DateField()
    ends_on = models.DateField()
    sold_at = models.DateTimeField()
    sold_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    technician = models.ForeignKey(
        Technician, on_delete=models.PROTECT, related_name="+", null=True,
        help_text="Whose visit it was sold on.",
    )  # fmt: skip
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+", null=True)
    cancelled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=240, blank=True, help_text="Why it was cancelled.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "customer", "plan"],
                condition=Q(state__in=["active", "lapsed"]),
                name="membership_one_of_a_plan_at_a_site",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["active", "lapsed", "cancelled", "ended"]),
                name="membership_state_known",
            ),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="membership_days_in_order"),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | (Q(cancelled_at__isnull=False) & ~Q(reason="")),
                name="membership_cancelled_says_why",
            ),
            models.CheckConstraint(
                condition=Q(technician=None, visit=None) | Q(technician__isnull=False, visit__isnull=False),
                name="membership_sold_on_a_visit_or_not",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state", "ends_on"], name="membership_due")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.state}"


class MembershipPeriod(Owned):
    """What one invoice is for: so many months, up to the day before `ends_on`. Begun once for its number."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="periods")
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "number"], name="membership_period_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="membership_period_days_in_order"
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.membership_id}/{self.number}"


class IncludedVisit(Owned):
    """A visit that a period includes: due from a day on, asked for by one request, used by one visit."""

    period = models.ForeignKey(MembershipPeriod, on_delete=models.PROTECT, related_name="visits")
    service_type = models.ForeignKey(ServiceType, on_delete=models.PROTECT, related_name="+")
    ordinal = models.PositiveSmallIntegerField(help_text="First, second … of its service type.")
    due_on = models.DateField()
    request = models.OneToOneField(
        ServiceRequest, on_delete=models.PROTECT, related_name="included", null=True
    )
    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="included", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "service_type", "ordinal"], name="included_visit_once")
        ]
        indexes = [
            models.Index(
                fields=["organisation", "due_on"],
                condition=Q(request=None, visit=None),
                name="included_visit_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.service_type_id} {self.ordinal}"
