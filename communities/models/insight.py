"""What the ledger says to the planner: signals."""

import pgtrigger
from django.db import models

from communities.models.places import Community
from communities.models.tenant import Owned


class SignalSet(Owned):
    """An immutable version of what the planner is told. A plan names the version it used."""

    version = models.PositiveIntegerField()
    through_on = models.DateField(help_text="The last day whose facts are in it.")
    policy = models.JSONField()
    inputs_hash = models.CharField(max_length=64)
    code_version = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "version"], name="signal_version_once")
        ]
        triggers = [pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"signals v{self.version}"


class Signal(Owned):
    """One number for the planner, in minutes of travel, with the figures it comes from."""

    class Kind(models.TextChoices):
        COMMUNITY_PRIORITY = "community_priority", "Priority of a community below target"
        TECHNICIAN_AFFINITY = "technician_affinity", "Technician × community"

    signal_set = models.ForeignKey(SignalSet, on_delete=models.CASCADE, related_name="signals")
    kind = models.CharField(max_length=30, choices=Kind.choices)
    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="+")
    technician_id = models.UUIDField(null=True)
    minutes = models.DecimalField(max_digits=6, decimal_places=2)
    evidence = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["signal_set", "kind", "community", "technician_id"],
                nulls_distinct=False,
                name="signal_once_in_a_set",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="community_priority", technician_id__isnull=True)
                | models.Q(kind="technician_affinity", technician_id__isnull=False),
                name="signal_technician_matches_kind",
            ),
        ]
        triggers = [pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} {self.minutes} min"
