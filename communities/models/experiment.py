"""The experiment that feedback has to stand: what was drawn, what was read, and when feedback was suspended."""

from enum import StrEnum

import pgtrigger
from django.db import models
from django.db.models import F, Q

from communities.insight.experiment.words import Arm, Finding, Verdict
from communities.models.people import User
from communities.models.places import Community, Region
from communities.models.tenant import Owned

IMMUTABLE = pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)


def _choices(words: type[StrEnum]) -> list[tuple[str, str]]:
    return [(str(word), str(word)) for word in words]


class CommunityWeek(Owned):
    """The arm of one community in one ISO week, drawn before the week's first plan and never again."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    week_on = models.DateField(help_text="Its Monday.")
    arm = models.CharField(max_length=10, choices=_choices(Arm))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "week_on"], name="community_week_once"),
            models.CheckConstraint(
                condition=Q(week_on__iso_week_day=1), name="community_week_begins_on_monday"
            ),
            models.CheckConstraint(
                condition=Q(arm__in=[str(arm) for arm in Arm]), name="community_week_arm_known"
            ),
        ]
        indexes = [models.Index(fields=["region", "week_on"], name="community_week_region")]
        triggers = [IMMUTABLE]

    def __str__(self) -> str:
        return f"{self.community_id} {self.week_on}: {self.arm}"


class ExperimentReading(Owned):
    """What the arms of a region differ in, as read on one night: whole weeks from `first_on` to `through_on`."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="readings")
    first_on = models.DateField()
    through_on = models.DateField()
    weeks = models.PositiveSmallIntegerField()
    communities = models.PositiveIntegerField()
    findings = models.JSONField(
        help_text="For each outcome the levels, the effect, its interval, the verdict."
    )
    verdict = models.CharField(max_length=10, choices=_choices(Verdict))
    policy = models.JSONField()
    inputs_hash = models.CharField(max_length=64)
    code_version = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=[str(verdict) for verdict in Verdict]),
                name="experiment_verdict_known",
            ),
            models.CheckConstraint(
                condition=Q(first_on__lt=F("through_on")), name="experiment_reading_days_in_order"
            ),
        ]
        indexes = [models.Index(fields=["region", "-id"], name="experiment_reading_newest")]
        triggers = [IMMUTABLE]

    def __str__(self) -> str:
        return f"{self.region_id} through {self.through_on}: {self.verdict}"

    @property
    def found(self) -> list[Finding]:
        return [Finding.of(stored) for stored in self.findings]


class FeedbackSuspension(Owned):
    """A region is planned without feedback, because a reading says that it harms, until a person ends it."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="suspensions")
    reading = models.OneToOneField(ExperimentReading, on_delete=models.PROTECT, related_name="suspension")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.SET_NULL, related_name="+", null=True)
    ended_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region"], condition=Q(ended_at=None), name="suspension_one_open_for_a_region"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_reason="")
                | Q(ended_at__gte=F("began_at")) & ~Q(ended_reason=""),
                name="suspension_ended_says_why",
            ),
        ]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.region_id} since {self.began_at}"
