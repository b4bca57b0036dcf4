"""From service to revenue: what regressions have read, and the goals that regions set themselves."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from communities.insight.goals import AIMS
from communities.models.people import User
from communities.models.places import Region
from communities.models.tenant import Owned

KEPT = pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)


class LagReading(Owned):
    """What the weeks up to `through_on` say about service and revenue, in a region, or (null) in all of them.

    `outcomes` has for each outcome what is missing, or the associations with their intervals
    (communities.insight.lags.OutcomeReading). A region with too little shows the organisation's, `is_borrowed`.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", null=True)
    through_on = models.DateField(help_text="A Sunday: the last day whose facts are in it.")
    outcomes = models.JSONField()
    is_borrowed = models.BooleanField(default=False)
    stake_minor = models.BigIntegerField(null=True, help_text="A point of CSAT in a year.")
    stake_low_minor = models.BigIntegerField(null=True)
    stake_high_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    inputs_hash = models.CharField(max_length=64)
    code_version = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "region", "inputs_hash"],
                nulls_distinct=False,
                name="lag_reading_once",
            ),
            models.CheckConstraint(
                condition=Q(stake_minor=None, stake_low_minor=None, stake_high_minor=None)
                | Q(stake_low_minor__lte=F("stake_minor"), stake_high_minor__gte=F("stake_minor")),
                name="lag_reading_stake_has_an_interval",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "region", "-through_on"], name="lag_reading_newest")]
        triggers = [KEPT]

    def __str__(self) -> str:
        return f"{self.region_id or 'all'} {self.through_on}"


def _within(measure: str) -> Q:
    """The targets a figure can have."""
    aim = AIMS[measure]
    return Q(measure=measure, target__gt=aim.least, target__lte=aim.most)


class GoalTerms(models.Model):
    """What a goal says: a figure, how high, by when, and who sees to it."""

    target = models.DecimalField(
        max_digits=16, decimal_places=4, help_text="In the figure's own unit; money in minor units."
    )
    by_on = models.DateField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    is_dropped = models.BooleanField(default=False, help_text="Nobody pursues it any more.")
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


class Goal(GoalTerms, Owned):
    """A region's goal as it stands now, with the progress of the last night (communities.insight.goals.Progress)."""

    class Measure(models.TextChoices):
        FIRST_VISIT_FIX = "first_visit_fix", "Fixed at first visit"
        ON_TIME = "on_time", "On time"
        ACCEPTANCE = "acceptance", "Offers accepted"
        CSAT = "csat", "CSAT"
        RESOLVE_HIT_RATE = "resolve_hit_rate", "Resolved in time"
        REPURCHASE = "repurchase", "Came back within 90 days"
        RETENTION = "retention", "Ordered again within a year"
        LIFETIME_VALUE = "lifetime_value", "Lifetime value of a customer"

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="goals")
    measure = models.CharField(max_length=30, choices=Measure.choices)
    progress = models.JSONField(default=dict)
    measured_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region", "measure"], condition=Q(is_dropped=False), name="goal_one_of_a_measure"
            ),
            models.CheckConstraint(
                condition=Q(*(_within(name) for name in AIMS), _connector=Q.OR), name="goal_is_possible"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "region"], name="goal_of_a_region")]

    def __str__(self) -> str:
        return f"{self.measure} {self.target} by {self.by_on}"


class GoalVersion(GoalTerms, Owned):
    """What a goal said from one edit to the next, and whose edit it was."""

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="versions")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["goal", "revision"], name="goal_version_once")]
        triggers = [KEPT]

    def __str__(self) -> str:
        return f"{self.goal_id} r{self.revision}"
