"""What the ledger says to the planner: signals."""

import pgtrigger
from django.db import models

from communities.models.people import User
from communities.models.places import Community, Region
from communities.models.tenant import Owned

IMMUTABLE = pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)


def _about(
    kind: str, *, community: bool = False, technician: bool = False, service_type: bool = False
) -> models.Q:
    """A signal of this kind that names these and no others."""
    return models.Q(
        kind=kind,
        community__isnull=not community,
        technician_id__isnull=not technician,
        service_type_id__isnull=not service_type,
    )


class Policy(Owned):
    """An immutable version of what a region wants of its signals. The newest counts; without any, the default."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="policies")
    version = models.PositiveIntegerField()
    content = models.JSONField(help_text="The fields of communities.insight.signals.SignalPolicy.")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    reason = models.CharField(max_length=500)

    class Meta:
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(fields=["region", "version"], name="policy_version_once"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="policy_says_why"),
        ]
        triggers = [IMMUTABLE]

    def __str__(self) -> str:
        return f"policy v{self.version}"


class SignalSet(Owned):
    """An immutable version of what a region's planner is told. A plan names the version it used."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="signal_sets")
    version = models.PositiveIntegerField()
    through_on = models.DateField(help_text="The last day whose facts are in it.")
    policy = models.JSONField(help_text="As it was: the content of policy_version, or the default.")
    policy_version = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+", null=True)
    inputs_hash = models.CharField(max_length=64)
    code_version = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "version"], name="signal_version_once")]
        triggers = [IMMUTABLE]

    def __str__(self) -> str:
        return f"signals v{self.version}"


class Signal(Owned):
    """One number for the planner, in minutes of travel, with the figures it comes from.

    What it is about is named, the rest is null: an affinity without a community holds in the whole region.
    """

    class Kind(models.TextChoices):
        COMMUNITY_PRIORITY = "community_priority", "Priority of a community below target"
        TECHNICIAN_AFFINITY = "technician_affinity", "Technician × community × service type"
        COMMUNITY_UPSELL = "community_upsell", "Expected sales of a visit"
        DURATION = "duration", "Learned duration"
        SERVICE_DAYS = "service_days", "Days on which a community is opened"

    signal_set = models.ForeignKey(SignalSet, on_delete=models.CASCADE, related_name="signals")
    kind = models.CharField(max_length=30, choices=Kind.choices)
    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="+", null=True)
    technician_id = models.UUIDField(null=True)
    service_type_id = models.UUIDField(null=True)
    minutes = models.DecimalField(max_digits=6, decimal_places=2)
    evidence = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["signal_set", "kind", "community", "technician_id", "service_type_id"],
                nulls_distinct=False,
                name="signal_once_in_a_set",
            ),
            models.CheckConstraint(
                condition=_about("community_priority", community=True)
                | _about("service_days", community=True)
                | _about("community_upsell", community=True, service_type=True)
                | _about("technician_affinity", technician=True)
                | _about("technician_affinity", technician=True, community=True)
                | _about("technician_affinity", technician=True, community=True, service_type=True)
                | _about("duration", service_type=True)
                | _about("duration", technician=True)
                | _about("duration", community=True),
                name="signal_names_what_its_kind_is_about",
            ),
        ]
        triggers = [IMMUTABLE]

    def __str__(self) -> str:
        return f"{self.kind} {self.minutes} min"
