"""The organisation: the tenant on every owned row."""

from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.models import Identified


class Organisation(Identified):
    """A company that serves communities. Its rows and another's never meet."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=40, default="Asia/Taipei")
    currency = models.CharField(max_length=3, default="TWD")
    language = models.CharField(max_length=10, default="zh-hant")
    nearest_community_m = models.PositiveIntegerField(
        default=300, help_text="A point in no community belongs to the nearest one within this many metres."
    )
    is_sample = models.BooleanField(default=False)
    codes_for = ArrayField(
        models.CharField(max_length=20),
        default=list,
        db_default=[],
        help_text="Roles that sign in with a one-time code besides the password.",
    )

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Owned(Identified):
    """A row of one organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True
