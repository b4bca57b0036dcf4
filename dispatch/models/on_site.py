"""What technicians tell from where they work: where they are, what was checked, what it looks like, who signed."""

from typing import Any

import pgtrigger
from django.contrib.gis.db import models as gis
from django.db import models

from communities.models import Owned, User
from dispatch.models.technicians import Technician
from dispatch.models.work import ServiceType, Visit


class FieldProfile(Owned):
    """What a company wants to know from its technicians' devices. One for a company."""

    keeps_places = models.BooleanField(
        default=True, help_text="Technicians who agree are shown on the board where they were last."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation"], name="field_profile_one_a_company")]

    def __str__(self) -> str:
        return f"{self.organisation_id}"


class TechnicianPlace(Owned):
    """Where a technician was last, during a shift. There is one, which the next replaces; it does not outlast the
    day."""

    technician = models.OneToOneField(Technician, on_delete=models.CASCADE, related_name="last_place")
    point = gis.PointField(srid=4326)
    accuracy_m = models.PositiveIntegerField(
        help_text="The true place is within this radius, 19 times of 20."
    )
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.technician_id} {self.seen_at:%H:%M}"


class Checklist(Owned):
    """What is to be checked on visits of a service type. Another list is another version; visits that have begun keep
    theirs. `points` are those of dispatch.checklists.Point."""

    service_type = models.ForeignKey(ServiceType, on_delete=models.CASCADE, related_name="checklists")
    version = models.PositiveIntegerField()
    points: Any = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service_type", "version"], name="checklist_version_once")
        ]
        triggers = [pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.service_type_id} {self.version}"


class VisitAnswer(Owned):
    """What was found at a point of a visit's checklist: true or false, a number, or a text."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="answers")
    code = models.CharField(max_length=40, help_text="The point's.")
    value: Any = models.JSONField(null=True, help_text="Null: taken back.")
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(User, on_delete=models.SET_NULL, related_name="+", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "code"], name="visit_point_answered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.code}"


class VisitPhoto(Owned):
    """A photo taken on a visit. The row is there before the file, so that no file is without one."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="photos")
    key = models.UUIDField(help_text="Given by the device: the same photo comes in once.")
    code = models.CharField(max_length=40, blank=True, help_text="The point of the checklist it answers.")
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    is_kept = models.BooleanField(default=False, help_text="The file is there.")
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(User, on_delete=models.SET_NULL, related_name="+", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "key"], name="photo_once_on_a_visit")]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.key}"


class VisitSignature(Owned):
    """Who signed for a visit. Without strokes the name was typed in their presence."""

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="signature")
    name = models.CharField(max_length=160)
    strokes = models.TextField(blank=True, help_text="The d of an SVG path in a box of 600 × 200.")
    signed_at = models.DateTimeField()
    noted_by = models.ForeignKey(User, on_delete=models.SET_NULL, related_name="+", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="visit_signature_has_a_name")
        ]

    def __str__(self) -> str:
        return f"{self.visit_id}"
