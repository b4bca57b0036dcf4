"""Previews: for those who see the region, as far as they see it."""

from uuid import UUID

from communities.access import Caller
from communities.models import Region
from communities.selectors.places import region_list
from dispatch.errors import PreviewUnknown
from dispatch.models import PolicyPreview
from dispatch.states import PREVIEW_RUNNING


def preview_get(caller: Caller, preview_id: UUID) -> PolicyPreview:
    """One preview. Raises PreviewUnknown, also for one of a region that the caller does not see."""
    previews = PolicyPreview.objects.filter(region__in=region_list(caller)).select_related(
        "region", "against"
    )
    preview = previews.filter(pk=preview_id).first()
    if preview is None:
        raise PreviewUnknown
    return preview


def preview_running(caller: Caller, region: Region) -> PolicyPreview | None:
    """The one that is being made for a region, if any."""
    running = PolicyPreview.objects.filter(region__in=region_list(caller), state__in=PREVIEW_RUNNING)
    return running.filter(region=region).first()
