"""A preview of a policy: what a day's plan would be with it. It is no plan, and nothing of it can be published."""

from django.db import models

from communities.models import Owned, Policy, Region, User
from dispatch.states import PreviewState


class PolicyPreview(Owned):
    """One run of the planner for comparison, from the wish (queued) to the differences. Celery carries its id."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    policy = models.JSONField(help_text="As edited.")
    against = models.ForeignKey(
        Policy,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="The region's own, which it is compared with; none is the default.",
    )
    seed = models.PositiveIntegerField(default=1)
    iterations = models.PositiveIntegerField()
    requested_by = models.ForeignKey(User, on_delete=models.SET_NULL, related_name="+", null=True)

    state = models.CharField(max_length=12, choices=PreviewState.choices, default=PreviewState.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Per cent.")
    lease_until = models.DateTimeField(null=True, help_text="A run whose lease is over has lost its worker.")
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    result = models.JSONField(default=dict, help_text="Both plans' figures, and who would go elsewhere.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=PreviewState.values), name="preview_state_known"
            ),
            models.UniqueConstraint(
                fields=["region"],
                condition=models.Q(state__in=["queued", "solving"]),
                name="preview_one_run_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.on}"
