"""Who can be sent, with what skills, and when."""

from django.contrib.gis.db import models as gis
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.fields.ranges import RangeBoundary
from django.db import models
from django.db.models import Func

from communities.models import Owned, Region, User


class TimestampRange(Func):
    """tstzrange(start, end, '[)'): back-to-back spans do not overlap."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


HALF_OPEN = RangeBoundary()  # '[)'


class Skill(Owned):
    """Something a technician can be able to do, at a level from 1 to 5."""

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="skill_code_once")]

    def __str__(self) -> str:
        return self.code


class Technician(Owned):
    """A person who can be sent. Routes start and end at home unless a shift says otherwise."""

    user = models.OneToOneField(User, on_delete=models.SET_NULL, related_name="technician", null=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="technicians")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    home = gis.PointField(srid=4326)
    cost_per_hour_minor = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)
    calendar_digest = models.CharField(
        max_length=64, unique=True, null=True, help_text="SHA-256 of the secret in the iCalendar address."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="technician_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class TechnicianSkill(Owned):
    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["technician", "skill"], name="technician_skill_once"),
            models.CheckConstraint(
                condition=models.Q(level__range=(1, 5)), name="technician_skill_level_1_to_5"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.skill} {self.level}"


class WorkingHours(Owned):
    """The week of a technician, in the organisation's time zone: the pattern that shifts are made from."""

    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(help_text="ISO: Monday is 1.")
    starts = models.TimeField()
    ends = models.TimeField()
    break_minutes = models.PositiveSmallIntegerField(default=0)
    break_from = models.TimeField(null=True)
    break_until = models.TimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["technician", "weekday"], name="working_hours_once_a_weekday"),
            models.CheckConstraint(
                condition=models.Q(weekday__range=(1, 7)), name="working_hours_weekday_iso"
            ),
            models.CheckConstraint(
                condition=models.Q(starts__lt=models.F("ends")), name="working_hours_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts}–{self.ends}"


class Shift(Owned):
    """One technician's working span on one day, with the places where it starts and ends."""

    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="shifts")
    on = models.DateField(help_text="The local day it is planned with.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    start_point = gis.PointField(srid=4326)
    end_point = gis.PointField(srid=4326)
    break_minutes = models.PositiveSmallIntegerField(default=0)
    break_from_at = models.DateTimeField(
        null=True, help_text="The break is taken wholly inside from … until."
    )
    break_until_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_at__lt=models.F("ends_at")), name="shift_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(break_minutes=0)
                | models.Q(break_from_at__isnull=False, break_until_at__isnull=False),
                name="shift_break_has_a_window",
            ),
            models.UniqueConstraint(fields=["technician", "on"], name="shift_one_a_day"),
            ExclusionConstraint(
                name="shift_no_overlap",
                expressions=[
                    ("technician", RangeOperators.EQUAL),
                    (TimestampRange("starts_at", "ends_at", HALF_OPEN), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["organisation", "on"], name="shift_day")]

    def __str__(self) -> str:
        return f"{self.technician_id} {self.on}"
