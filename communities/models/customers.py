"""What is known of each customer, and who answers for them."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from communities.insight.rfm import Segment
from communities.models.people import Customer, User
from communities.models.places import Community, Region
from communities.models.tenant import Owned

SEGMENTS = [(str(one), str(one).replace("_", " ").capitalize()) for one in Segment]
KEPT = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class CustomerStanding(Owned):
    """One customer as the ledger knows them at the end of `through_on`. Derived: it can be made anew at any time.

    An order is a local day on which work was completed, or something was bought elsewhere. Money is in the
    organisation's currency. Null is "too few to say".
    """

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="standing")
    through_on = models.DateField()
    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, related_name="+", null=True,
        help_text="Where the customer was last heard of; its region is the customer's.",
    )  # fmt: skip
    usual_technician_id = models.UUIDField(null=True, help_text="Who completed most of a year's visits.")
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    orders = models.PositiveIntegerField(default=0)
    spend_minor = models.BigIntegerField(default=0, help_text="Paid and bought elsewhere, less refunds.")
    margin_minor = models.BigIntegerField(default=0, help_text="Spend less work, travel and parts.")
    rhythm_days = models.PositiveIntegerField(null=True, help_text="Median interval between orders.")
    csat = models.PositiveSmallIntegerField(null=True, help_text="Lowest answer about the last order.")
    recency = models.PositiveSmallIntegerField(null=True)
    frequency = models.PositiveSmallIntegerField(null=True)
    monetary = models.PositiveSmallIntegerField(null=True)
    segment = models.CharField(max_length=20, choices=SEGMENTS, blank=True)
    health = models.FloatField(null=True)
    health_before = models.FloatField(null=True, help_text="28 days earlier.")
    reasons = models.JSONField(default=list, help_text="Measures whose points moved between the two.")
    churn = models.FloatField(null=True, help_text="Probability that this silence becomes a lapse.")
    lifetime_minor = models.BigIntegerField(null=True, help_text="Expected margin up to the horizon.")
    lifetime_low_minor = models.BigIntegerField(null=True)
    lifetime_high_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(orders=0, first_on=None, last_on=None)
                | Q(orders__gte=1, first_on__lte=F("last_on"), last_on__lte=F("through_on")),
                name="standing_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(health=None) | Q(health__range=(0, 100)), name="standing_health_0_to_100"
            ),
            models.CheckConstraint(
                condition=Q(segment="", recency=None, frequency=None, monetary=None)
                | (
                    ~Q(segment="") & Q(recency__range=(1, 5), frequency__range=(1, 5), monetary__range=(1, 5))
                ),
                name="standing_segment_has_scores",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", column], name=f"standing_by_{name}")
            for name, column in {
                "segment": "segment",
                "health": "health",
                "spend": "spend_minor",
                "lifetime": "lifetime_minor",
                "last_order": "last_on",
                "technician": "usual_technician_id",
            }.items()
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.segment or 'without a segment'}"


class StandingRefresh(Owned):
    """How far an organisation's standings are: facts learned up to `read_until_at`, all of them on `passed_on`."""

    read_until_at = models.DateTimeField(null=True)
    passed_on = models.DateField(null=True, help_text="The local day of the last pass over every customer.")
    lease_until_at = models.DateTimeField(null=True, help_text="One worker refreshes at a time, until then.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation"], name="standing_refresh_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.read_until_at}"


class RetentionFit(Owned):
    """How soon customers order again, as read on a day: of a region or all (null), of a segment or all ("").

    What is too few to say is null; a model is fitted for all segments of a region together.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", null=True)
    segment = models.CharField(max_length=20, choices=SEGMENTS, blank=True)
    through_on = models.DateField()
    orders = models.PositiveIntegerField()
    returns = models.PositiveIntegerField()
    median_days = models.FloatField(null=True)
    median_low = models.FloatField(null=True)
    median_high = models.FloatField(null=True)
    curve = models.JSONField(default=list)
    model = models.JSONField(null=True)
    margin = models.JSONField(null=True)
    lifetime_minor = models.BigIntegerField(
        null=True, help_text="Of an average customer, the day after an order."
    )
    lifetime_low_minor = models.BigIntegerField(null=True)
    lifetime_high_minor = models.BigIntegerField(null=True)
    code_version = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "through_on", "region", "segment"],
                nulls_distinct=False,
                name="retention_fit_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(returns__lte=F("orders")), name="retention_fit_returns_are_orders"
            ),
        ]
        triggers = [KEPT]

    def __str__(self) -> str:
        return f"{self.region_id or 'all'} {self.segment or 'all'} {self.through_on}"

    @property
    def kept_a_year(self) -> float | None:
        """The share of orders that another follows within a year; None where nobody has been watched for as long."""
        return next((point["share"] for point in self.curve if point["days"] == 365), None)


class CustomerOwner(Owned):
    """Who answers for a customer by name: a technician who goes there first, or an account. Nobody without a row."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="owner")
    technician_id = models.UUIDField(null=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(technician_id=None, user__isnull=False)
                | Q(technician_id__isnull=False, user=None),
                name="customer_owner_is_one",
            ),
        ]
        indexes = [models.Index(fields=["technician_id"], name="customer_owner_technician")]

    def __str__(self) -> str:
        return f"{self.technician_id or self.user_id} answers for {self.customer_id}"


class HandOver(Owned):
    """Customers that went from one owner to another, at once, and why. `from_…` both null: from nobody."""

    from_technician_id = models.UUIDField(null=True)
    from_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    to_technician_id = models.UUIDField(null=True)
    to_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    reason = models.CharField(max_length=240)
    handed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    happened_at = models.DateTimeField()
    customers = models.PositiveIntegerField()
    open_requests = models.PositiveIntegerField()
    promised_visits = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="hand_over_says_why"),
            models.CheckConstraint(
                condition=Q(from_technician_id=None) | Q(from_user=None), name="hand_over_from_one_at_most"
            ),
            models.CheckConstraint(
                condition=Q(to_technician_id=None, to_user__isnull=False)
                | Q(to_technician_id__isnull=False, to_user=None),
                name="hand_over_to_one",
            ),
            models.CheckConstraint(condition=Q(customers__gte=1), name="hand_over_of_somebody"),
        ]
        triggers = [KEPT]

    def __str__(self) -> str:
        return f"{self.customers} customers: {self.reason}"


class HandedCustomer(Owned):
    """One customer of a hand-over."""

    hand_over = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="lines")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="hand_overs")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hand_over", "customer"], name="handed_customer_once")]
        triggers = [KEPT]

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.hand_over_id}"
