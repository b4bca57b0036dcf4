"""What a region wants of its signals: every change is a new version, with its author and the reason."""

from dataclasses import asdict
from uuid import UUID

from django.conf import settings
from django.db import transaction

from communities.access import Caller
from communities.errors import NotForYourRole, PolicyChanged, PolicyTooFine, RegionUnknown
from communities.insight.signals import SignalPolicy
from communities.models import Policy, Region
from communities.selectors.places import region_list
from communities.services.signals import policy_newest


@transaction.atomic
def policy_set(
    *, caller: Caller, region_id: UUID, policy: SignalPolicy, reason: str, seen: int | None = None
) -> Policy:
    """Make this the region's policy. Its signals are read anew within half an hour, and by night.

    `seen` is the version that it is to follow, 0 the default: if there is another by now, nothing changes. Without it,
    it follows whatever there is.

    Raises RegionUnknown, NotForYourRole, PolicyTooFine, PolicyChanged.
    """
    region = region_for_policy(caller, region_id)
    policy_check(policy)
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)  # one new version at a time
    newest = policy_newest(region)
    policy_unchanged(newest, seen)
    return Policy.objects.create(
        organisation_id=region.organisation_id,
        region=region,
        version=version_of(newest) + 1,
        content=asdict(policy),
        author=caller.account,
        reason=reason,
    )


def version_of(policy: Policy | None) -> int:
    """Its number; 0 for the default, which none stands for."""
    return policy.version if policy else 0


def policy_unchanged(newest: Policy | None, seen: int | None) -> None:
    """Raises PolicyChanged where somebody has seen another version."""
    if seen is not None and seen != version_of(newest):
        raise PolicyChanged(f"Version {version_of(newest)} is in force by now: read it again.")


def policy_check(policy: SignalPolicy) -> None:
    """Raises PolicyTooFine where its signals would show what single people said."""
    if policy.min_answers < settings.INSIGHT_MIN_RESPONDENTS:
        raise PolicyTooFine(f"min_answers must be at least {settings.INSIGHT_MIN_RESPONDENTS}.")


def region_for_policy(caller: Caller, region_id: UUID) -> Region:
    """A region whose policy the caller may change. Raises RegionUnknown, NotForYourRole."""
    region = region_list(caller).filter(pk=region_id).first()
    if region is None:
        raise RegionUnknown
    if not caller.answers_for_regions:
        raise NotForYourRole("Policies are for administrators and the region's managers.")
    return region
