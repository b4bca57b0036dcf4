"""A plan is a region's day; its versions are immutable once solved, and one of them may be the published one."""

from typing import Any

import pgtrigger
from django.db import models

from communities.models import Owned, Region, SignalSet, User
from dispatch.models.technicians import Shift, Technician
from dispatch.models.work import Visit
from dispatch.states import PLAN_RUNNING, PlanState

IMMUTABLE = pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)


class Plan(Owned):
    """One region, one day. Readers follow `published`; publishing moves that pointer in one statement."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="plans")
    on = models.DateField()
    published = models.ForeignKey("PlanVersion", on_delete=models.PROTECT, related_name="+", null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "on"], name="plan_one_for_region_and_day")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.on}"


class PlanVersion(Owned):
    """One run of the planner, from the wish (queued) to the result (Celery carries its id); or a version changed by
    hand, which is there at once. What that starts from is what taking it back leads to."""

    class MadeBy(models.TextChoices):
        PLANNER = "planner", "The planner"
        EDIT = "edit", "A change by hand"
        UNDO = "undo", "A change taken back"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=PlanState.choices, default=PlanState.QUEUED)
    requested_by = models.ForeignKey(User, on_delete=models.SET_NULL, related_name="+", null=True)
    request_id = models.CharField(max_length=64, blank=True)
    seed = models.PositiveIntegerField(default=1)
    iterations = models.PositiveIntegerField()
    signal_set = models.ForeignKey(SignalSet, on_delete=models.PROTECT, related_name="+", null=True)
    starts_from = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)
    made_by = models.CharField(
        max_length=8, choices=MadeBy.choices, default=MadeBy.PLANNER, db_default="planner"
    )
    edit = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), help_text="What was done by hand."
    )

    progress = models.PositiveSmallIntegerField(default=0, help_text="Per cent.")
    costs = models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        help_text="Of the best plan so far, each time it was told while the planner worked; in minutes of travel.",
    )
    cancel_requested_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True, help_text="A run whose lease is over has lost its worker.")
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    inputs_hash = models.CharField(max_length=64, blank=True, help_text="Over the rows it was made from.")
    problem_hash = models.CharField(max_length=64, blank=True, help_text="Over the problem that was solved.")
    solver_version = models.CharField(max_length=20, blank=True)
    score = models.JSONField(default=dict, help_text="Named cost terms, in minutes of travel.")
    visits_assigned = models.PositiveIntegerField(default=0)
    visits_unassigned = models.PositiveIntegerField(default=0)
    travel_s = models.PositiveIntegerField(default=0)
    violations = models.PositiveIntegerField(null=True, help_text="Found by the checker; a draft has none.")
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_number_once"),
            models.CheckConstraint(condition=models.Q(state__in=PlanState.values), name="plan_state_known"),
            models.UniqueConstraint(
                fields=["plan"],
                condition=models.Q(state__in=[str(state) for state in PLAN_RUNNING]),
                name="plan_one_run_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["plan"], condition=models.Q(state="published"), name="plan_one_published_version"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["draft", "published"]) | models.Q(violations=0),
                name="plan_result_is_sound",
            ),
            models.CheckConstraint(
                condition=models.Q(made_by="planner", edit={})
                | (models.Q(made_by__in=["edit", "undo"]) & ~models.Q(edit={})),
                name="plan_edit_says_what",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state__in=[str(state) for state in PLAN_RUNNING]),
                name="plan_version_running",
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} v{self.number}"

    @property
    def last_edit(self) -> dict[str, Any] | None:
        """The change by hand that taking this version back would undo; None where there is nothing to take back."""
        edit: dict[str, Any] = self.edit
        return edit if self.made_by == self.MadeBy.EDIT else edit.get("last")


class Route(Owned):
    """One shift's ordered stops in one version."""

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="routes")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="+")
    technician = models.ForeignKey(Technician, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    travel_s = models.PositiveIntegerField(help_text="To each stop, and home from the last.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "shift"], name="route_one_for_a_shift")]
        triggers = [IMMUTABLE]

    def __str__(self) -> str:
        return f"{self.version_id} {self.technician_id}"


class Stop(Owned):
    """A visit put on a route: arrival ≤ start, departure = start + service."""

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="stops")
    route = models.ForeignKey(Route, on_delete=models.CASCADE, related_name="stops")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveSmallIntegerField()
    arrival_at = models.DateTimeField()
    start_at = models.DateTimeField()
    departure_at = models.DateTimeField()
    travel_s = models.PositiveIntegerField(help_text="From the stop before.")
    begun = models.BooleanField(
        default=False, help_text="Under way or over when the plan was made: not planned."
    )
    held_until = models.DateTimeField(null=True, help_text="Somebody decided that it does not start before.")
    explanation = models.JSONField(
        default=dict, help_text="Cost terms of this assignment, and the next best technician."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "visit"], name="stop_visit_once_in_a_version"),
            models.UniqueConstraint(fields=["route", "sequence"], name="stop_sequence_once"),
        ]
        triggers = [IMMUTABLE]

    def __str__(self) -> str:
        return f"{self.sequence}. {self.visit_id}"


class UnassignedVisit(Owned):
    """A visit that the version leaves out, with a reason the checker confirmed."""

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="unassigned")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20)
    detail = models.CharField(max_length=240, blank=True)
    explanation = models.JSONField(
        default=dict, help_text="What keeps it out of every technician's day, and what would let it in."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "visit"], name="unassigned_visit_once_in_a_version")
        ]
        triggers = [IMMUTABLE]

    def __str__(self) -> str:
        return f"{self.visit_id}: {self.reason}"
