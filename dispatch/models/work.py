"""Service request (asked) → work order (agreed, billable) → visit (one trip)."""

from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Deferrable

from communities.models import Customer, Owned, Site
from dispatch.models.technicians import HALF_OPEN, Skill, Technician, TimestampRange
from dispatch.states import VISIT_TAKING, RequestState, VisitState, WorkOrderState

RECOVERY_SOURCE = "recovery"
"""Of requests that make a visit good."""
LARGEST_CREW = 4
"""Technicians at one visit."""


class ServiceType(Owned):
    """A kind of work: how long it takes, what it asks of a technician, how soon it should be answered."""

    code = models.CharField(max_length=80)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    duration_minutes = models.PositiveSmallIntegerField(default=45)
    respond_within_hours = models.PositiveIntegerField(default=24)
    resolve_within_hours = models.PositiveIntegerField(default=72)
    priority_minutes = models.PositiveIntegerField(
        default=120, help_text="What leaving such a visit out costs, in minutes of travel."
    )
    technicians = models.PositiveSmallIntegerField(
        default=1,
        db_default=1,
        help_text="How many go there together. The skills are asked of the first, who leads.",
    )
    checklist = models.ForeignKey(
        "Checklist", on_delete=models.PROTECT, related_name="+", null=True, db_index=False,
        help_text="What is asked on visits that begin from now on.",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="service_type_code_once"),
            models.CheckConstraint(
                condition=models.Q(duration_minutes__gte=1), name="service_type_takes_time"
            ),
            models.CheckConstraint(
                condition=models.Q(technicians__range=(1, LARGEST_CREW)), name="service_type_crew_size"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceTypeSkill(Owned):
    service_type = models.ForeignKey(ServiceType, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service_type", "skill"], name="service_type_skill_once")
        ]

    def __str__(self) -> str:
        return f"{self.skill} {self.level}"


class ServiceRequest(Owned):
    """What somebody asked for. `source` and `reference` are the other system's; the same pair comes in once."""

    source = models.CharField(max_length=40)
    reference = models.CharField(max_length=80)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="requests")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="requests", null=True)
    service_type = models.ForeignKey(ServiceType, on_delete=models.PROTECT, related_name="+")
    description = models.TextField(blank=True)
    extra_minutes = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        help_text="How much longer it takes than its service type, for what was ordered with it.",
    )
    state = models.CharField(max_length=12, choices=RequestState.choices, default=RequestState.RECEIVED)
    requested_at = models.DateTimeField()
    respond_by = models.DateTimeField()
    resolve_by = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    window_from_at = models.DateTimeField(null=True, help_text="The service should start from here …")
    window_until_at = models.DateTimeField(null=True, help_text="… until here.")
    reopens = models.ForeignKey(
        "Visit", on_delete=models.PROTECT, related_name="+", null=True, db_index=False,
        help_text="The completed visit whose fault came back.",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "source", "reference"], name="request_once"),
            models.UniqueConstraint(fields=["reopens"], name="visit_reopened_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=RequestState.values), name="request_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True)
                | models.Q(closed_at__gte=models.F("requested_at")),
                name="request_closed_after_opened",
            ),
            models.CheckConstraint(
                condition=models.Q(window_from_at__isnull=True, window_until_at__isnull=True)
                | models.Q(window_from_at__lt=models.F("window_until_at")),
                name="request_window_in_order",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "requested_at"], name="request_by_time")]

    def __str__(self) -> str:
        return f"{self.source} {self.reference}"

    @property
    def makes_good(self) -> bool:
        """Whether it is owed for a visit before it: asked for by a recovery, or by reopening that visit."""
        return self.source == RECOVERY_SOURCE or self.reopens_id is not None

    @property
    def minutes(self) -> int:
        """How long a visit for it takes. Its service type must have been read."""
        return self.service_type.duration_minutes + self.extra_minutes


class RequestPause(Owned):
    """A time in which a request waits for others. Its targets move on by as much, once it is over."""

    class Reason(models.TextChoices):
        CUSTOMER = "customer", "Waiting for the customer"
        PARTS = "parts", "Waiting for parts"

    request = models.ForeignKey(ServiceRequest, on_delete=models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=models.Q(ended_at=None), name="request_paused_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("began_at")),
                name="request_pause_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.reason}"


class WorkOrder(Owned):
    """Work we agreed to do. Bills hang here."""

    number = models.CharField(max_length=100, help_text="The request's reference, and which order for it.")
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="work_orders")
    state = models.CharField(max_length=12, choices=WorkOrderState.choices, default=WorkOrderState.OPEN)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="work_order_number_once"),
            models.UniqueConstraint(
                fields=["request"], condition=models.Q(state="open"), name="work_order_one_open_for_a_request"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=WorkOrderState.values), name="work_order_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Visit(Owned):
    """One trip to one site: the planner's unit. `starts_at`..`ends_at` is the planned service on site.

    Of a trip that several technicians make together, each has a visit of his own with its `role`: see ADR 0025.
    """

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="visits")
    sequence = models.PositiveSmallIntegerField(
        default=1, help_text="First, second … trip for the work order."
    )
    role = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="In a crew: 0 leads, and tells how it ended; the others go along."
    )
    crew_size = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text="How many technicians make the trip together."
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="visits")
    service_type = models.ForeignKey(ServiceType, on_delete=models.PROTECT, related_name="+")
    duration_minutes = models.PositiveSmallIntegerField()
    window_from_at = models.DateTimeField(null=True)
    window_until_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=20, choices=VisitState.choices, default=VisitState.UNSCHEDULED)
    technician = models.ForeignKey(Technician, on_delete=models.PROTECT, related_name="visits", null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    pinned_technician = models.ForeignKey(
        Technician,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="Decided by hand: nobody else goes.",
    )
    pinned_start_at = models.DateTimeField(
        null=True, help_text="Decided by hand: then, and at no other time."
    )
    checklist = models.ForeignKey(
        "Checklist", on_delete=models.PROTECT, related_name="+", null=True, db_index=False,
        help_text="What is asked there, since somebody set off.",
    )  # fmt: skip
    en_route_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=240, blank=True, help_text="Why it could not be completed.")
    notes = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["work_order", "sequence", "role"], name="visit_sequence_once"),
            models.CheckConstraint(
                condition=models.Q(role__lt=models.F("crew_size"), crew_size__lte=LARGEST_CREW),
                name="visit_role_in_crew",
            ),
            models.CheckConstraint(condition=models.Q(state__in=VisitState.values), name="visit_state_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=["unscheduled", "cancelled"])
                | models.Q(
                    technician__isnull=False, starts_at__isnull=False, ends_at__gt=models.F("starts_at")
                ),
                name="visit_assigned_has_technician_and_time",
            ),
            models.CheckConstraint(condition=models.Q(duration_minutes__gte=1), name="visit_takes_time"),
            models.CheckConstraint(
                condition=models.Q(window_from_at__isnull=True, window_until_at__isnull=True)
                | models.Q(window_from_at__lt=models.F("window_until_at")),
                name="visit_window_in_order",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="could_not_complete") | ~models.Q(outcome=""),
                name="visit_not_completed_says_why",
            ),
            # Deferred, so that a publication may swap two visits of a technician in one statement.
            ExclusionConstraint(
                name="visit_technician_in_one_place",
                expressions=[
                    ("technician", RangeOperators.EQUAL),
                    (TimestampRange("starts_at", "ends_at", HALF_OPEN), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(state__in=[str(state) for state in VISIT_TAKING]),
                deferrable=Deferrable.DEFERRED,
            ),
        ]
        indexes = [
            models.Index(fields=["technician", "starts_at"], name="visit_schedule"),
            models.Index(fields=["organisation", "state"], name="visit_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.work_order_id}/{self.sequence}"

    @property
    def leads(self) -> bool:
        """Whether it speaks for its trip: the only visit of it, or that of whoever leads a crew."""
        return self.role == 0

    @property
    def trip(self) -> tuple[UUID, int]:
        """The same for all of a crew."""
        return self.work_order_id, self.sequence
