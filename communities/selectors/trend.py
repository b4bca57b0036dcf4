"""A community's figures over time."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.db.models import DateField, ExpressionWrapper, F, QuerySet, Sum
from django.db.models.functions import Trunc

from communities.access import Caller
from communities.insight.figures import Reading, readings
from communities.models import MetricDay
from communities.selectors.measures import COLUMNS, KNOWN_LATER, REPURCHASE_DAYS
from communities.selectors.places import community_list

Step = Literal["day", "week"]

COLUMNS_AT_ONCE = tuple(name for name in COLUMNS if name not in KNOWN_LATER)


def community_trend(
    caller: Caller, community_id: UUID, first: date, last: date, step: Step
) -> list[tuple[date, dict[str, Reading]]]:
    """A community's figures for each day or week (by its Monday) from `first` to `last`, both included.

    Steps in which nothing happened are left out. What is known later counts on the day it is known, as in windows.
    """
    days = MetricDay.objects.filter(community__in=community_list(caller).filter(pk=community_id))
    sums: dict[date, dict[str, int]] = {}
    for names, late in ((COLUMNS_AT_ONCE, 0), (tuple(KNOWN_LATER), REPURCHASE_DAYS)):
        for on, counted in _stepped(days, names, timedelta(days=late), first, last, step):
            sums.setdefault(on, dict.fromkeys(COLUMNS, 0)).update(counted)
    least = settings.INSIGHT_MIN_RESPONDENTS
    return [(on, readings(sums[on], least=least)) for on in sorted(sums)]


def _stepped(
    days: QuerySet[MetricDay], names: tuple[str, ...], late: timedelta, first: date, last: date, step: Step
) -> Iterator[tuple[date, dict[str, int]]]:
    """The sums of the days of each step, each day as much later as its counts are known."""
    known_on = Trunc(
        ExpressionWrapper(F("on") + late, output_field=DateField()), step, output_field=DateField()
    )
    found = days.filter(on__range=(first - late, last - late)).order_by().values_list(known_on)
    for on, *row in found.annotate(*map(Sum, names)):
        yield on, dict(zip(names, row, strict=True))
