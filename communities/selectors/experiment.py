"""What the experiment says of the regions that a caller may see."""

from uuid import UUID

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from communities.access import Caller
from communities.models import ExperimentReading, FeedbackSuspension, Region
from communities.selectors.places import region_list


def reading_list(caller: Caller, region_id: UUID | None = None) -> QuerySet[ExperimentReading]:
    """The readings of all regions, or of one."""
    readings = ExperimentReading.objects.filter(region__in=region_list(caller))
    return readings.filter(region_id=region_id) if region_id else readings


def experiment_list(caller: Caller) -> QuerySet[Region]:
    """Each region with what `standing_of` tells of it. Three queries, whatever the history."""
    regions = region_list(caller)
    newest = ExperimentReading.objects.filter(region=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    read = ExperimentReading.objects.filter(
        pk__in=regions.annotate(newest_id=Subquery(newest)).values("newest_id")
    )
    suspended = FeedbackSuspension.objects.filter(ended_at=None)
    return regions.prefetch_related(
        Prefetch("readings", read, to_attr="newest"), Prefetch("suspensions", suspended, to_attr="open")
    )


def suspension_open(region: Region) -> FeedbackSuspension | None:
    """Why the region is planned without feedback now; None where it is planned with it."""
    return FeedbackSuspension.objects.filter(region=region, ended_at=None).first()


def standing_of(region: Region) -> tuple[ExperimentReading | None, FeedbackSuspension | None]:
    """The newest reading and the open suspension of a region that `experiment_list` gave."""
    newest: list[ExperimentReading] = region.newest  # type: ignore[attr-defined]
    open_now: list[FeedbackSuspension] = region.open  # type: ignore[attr-defined]
    return next(iter(newest), None), next(iter(open_now), None)
