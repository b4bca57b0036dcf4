"""What a region wants of its signals: every change is a new version, with its author and the reason."""

from dataclasses import asdict
from uuid import UUID

from django.conf import settings
from django.db import transaction

from communities.access import Caller
from communities.errors import NotForYourRole, PolicyTooFine, RegionUnknown
from communities.insight.signals import SignalPolicy
from communities.models import Policy, Region
from communities.selectors.places import region_list
from communities.services.signals import policy_newest


@transaction.atomic
def policy_set(*, caller: Caller, region_id: UUID, policy: SignalPolicy, reason: str) -> Policy:
    """Make this the region's policy. Its signals are read anew within half an hour, and by night.

    Raises RegionUnknown, NotForYourRole, PolicyTooFine.
    """
    region = region_for_policy(caller, region_id)
    if policy.min_answers < settings.INSIGHT_MIN_RESPONDENTS:
        raise PolicyTooFine(f"min_answers must be at least {settings.INSIGHT_MIN_RESPONDENTS}.")
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)  # one new version at a time
    newest = policy_newest(region)
    return Policy.objects.create(
        organisation_id=region.organisation_id,
        region=region,
        version=newest.version + 1 if newest else 1,
        content=asdict(policy),
        author=caller.account,
        reason=reason,
    )


def region_for_policy(caller: Caller, region_id: UUID) -> Region:
    """A region whose policy the caller may change. Raises RegionUnknown, NotForYourRole."""
    region = region_list(caller).filter(pk=region_id).first()
    if region is None:
        raise RegionUnknown
    if not caller.answers_for_regions:
        raise NotForYourRole("Policies are for administrators and the region's managers.")
    return region
