"""Previews: for those who see the region, as far as they see it."""

from uuid import UUID

from communities.access import Caller
from communities.selectors.places import region_list
from dispatch.errors import PreviewUnknown
from dispatch.models import PolicyPreview


def preview_get(caller: Caller, preview_id: UUID) -> PolicyPreview:
    """One preview. Raises PreviewUnknown, also for one of a region that the caller does not see."""
    preview = PolicyPreview.objects.filter(region__in=region_list(caller), pk=preview_id).first()
    if preview is None:
        raise PreviewUnknown
    return preview
