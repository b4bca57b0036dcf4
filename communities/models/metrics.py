"""What is counted from the ledger: days, windows of days, who was served when; and who read which figure what for.

Everything but the log of uses can be counted anew from the facts at any time (docs/adr/0016). Technicians and service
types are plain ids without a foreign key: they come from facts, whose ids are held. Places and customers are held by
the composite keys of the migration alone: one check for each of a million rows, not three.
"""

import pgtrigger
from django.db import models

from communities.models.people import Customer, User
from communities.models.places import Community, Region
from communities.models.tenant import Organisation, Owned


def count(help_text: str = "") -> "models.IntegerField[int, int]":
    return models.IntegerField(default=0, help_text=help_text)


def minor(help_text: str = "") -> "models.BigIntegerField[int, int]":
    """Minor units of the organisation's currency; amounts in another count for nothing."""
    return models.BigIntegerField(default=0, help_text=help_text)


ANSWERED = models.Q(csat_answers__gt=0) | models.Q(nps_answers__gt=0)
"""Cells in which somebody answered: what is hidden depends on these alone."""


class Counts(models.Model):
    """Counts and sums only, so that any range of days and any group is a sum of rows.

    What each column counts is said once, in communities.selectors.measures; figures are made of them when they are
    read (communities.insight.figures).
    """

    facts = count("All facts: a row without any does not exist.")
    requests = count()
    responded = count()
    responded_on_time = count()
    resolved = count()
    resolved_on_time = count()
    visits = count("Completed or could not be completed.")
    visits_completed = count()
    first_visits = count("Of a work order, completed or not; none that makes another good.")
    visits_fixed = count("Of these, completed.")
    arrivals = count()
    arrivals_on_time = count()
    reopened = count()
    complaints = count()
    surveys_sent = count()
    csat_answers = count()
    csat_sum = count()
    csat_squares = count()
    csat_satisfied = count("Answers of 4 and 5.")
    nps_answers = count()
    nps_promoters = count()
    nps_detractors = count()
    offers = count()
    offers_accepted = count()
    upsell_minor = minor("Of accepted offers.")
    invoices = count()
    invoiced_minor = minor()
    revenue_minor = minor("Paid.")
    refunded_minor = minor()
    disputes = count()
    referrals = count()
    repurchase_base = count("Completed visits of a known customer.")
    repurchased = count("Of these, those after which the customer bought within 90 days.")
    work_minutes = minor("Minutes.")
    travel_minutes = minor("Minutes.")
    labour_minor = minor()
    travel_minor = minor()
    parts_minor = minor()
    purchases = count("Bought elsewhere.")
    purchases_minor = minor()

    class Meta:
        abstract = True


class MetricDay(Counts):
    """The finest cell: one community, one local day, one technician (or none), one service type (or none)."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    community = models.ForeignKey(
        Community, on_delete=models.CASCADE, related_name="metrics", db_index=False, db_constraint=False
    )
    on = models.DateField()
    technician_id = models.UUIDField(null=True)
    service_type_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "on", "technician_id", "service_type_id"],
                nulls_distinct=False,
                name="metric_once_a_day",
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "on"], name="metric_day"),
            models.Index(
                fields=["community", "on"],
                include=["csat_answers", "nps_answers"],
                condition=ANSWERED,
                name="metric_answers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.community_id} {self.on}"


class MetricWindow(Counts):
    """The days of a window that ends today, added up for one group.

    Four groupings are kept; what is asked by region, technician or service type alone is a sum of a few of their
    rows. The region is the one the community belonged to when the window was made: at the latest last midnight.
    """

    class Grouping(models.IntegerChoices):
        """PostgreSQL's GROUPING(community, technician, service type): a bit for each that is added up."""

        COMMUNITY_TECHNICIAN = 0b001, "Community × technician"
        COMMUNITY_SERVICE_TYPE = 0b010, "Community × service type"
        COMMUNITY = 0b011, "Community"
        REGION_TECHNICIAN_SERVICE_TYPE = 0b100, "Region × technician × service type"

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    days = models.PositiveSmallIntegerField()
    grouping = models.PositiveSmallIntegerField(choices=Grouping.choices)
    region = models.ForeignKey(
        Region, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    community = models.ForeignKey(
        Community, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False, null=True
    )
    technician_id = models.UUIDField(null=True)
    service_type_id = models.UUIDField(null=True)
    customers_active = models.IntegerField(
        default=0, db_default=0, help_text="Different customers served; of a community's rows alone."
    )
    customers_returning = models.IntegerField(
        default=0, db_default=0, help_text="Of these, served before the window as well."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "organisation",
                    "days",
                    "grouping",
                    "region",
                    "community",
                    "technician_id",
                    "service_type_id",
                ],
                nulls_distinct=False,
                name="metric_window_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.days} days of {self.community_id or self.region_id}"


class MetricClock(models.Model):
    """The day with which an organisation's windows end. Without this row they are made anew."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    through_on = models.DateField()

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.through_on}"


class CustomerServed(models.Model):
    """The first and the last day on which a visit of a customer was completed in a community.

    How many different customers were served cannot be added up over days; whose last day lies in a window that ends
    today can be counted.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    community = models.ForeignKey(
        Community, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    first_on = models.DateField()
    last_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "customer"], name="customer_served_once"),
            models.CheckConstraint(
                condition=models.Q(first_on__lte=models.F("last_on")), name="customer_served_in_order"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "last_on"],
                include=["community", "first_on"],
                name="customer_served_last",
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.first_on} – {self.last_on}"


class FigureUse(Owned):
    """Somebody read figures of technicians, and said what for. Apart from all other logs, and append-only."""

    class Purpose(models.TextChoices):
        SCHEDULING = "scheduling", "Who goes where"
        PEOPLE = "people", "Decisions about people"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    asked = models.JSONField(help_text="The question: which figures, of whom, over how many days.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(purpose__in=["scheduling", "people"]), name="figure_use_purpose_known"
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.user_id} {self.purpose}"
