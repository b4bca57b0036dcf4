"""Hold-outs: which communities are planned without feedback in a week, so that the others can be compared with them."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.db import transaction

from communities.insight.experiment.arms import held_out, week_of
from communities.insight.experiment.words import Arm
from communities.models import Community, CommunityWeek, Region
from communities.selectors.places import IS_SERVED
from communities.services.signals import policy_now


@transaction.atomic
def week_draw(*, region: Region, on: date) -> None:
    """Draw the arms of a region's communities for the week of `on`, unless they have been.

    A community that gets its first site later in the week is in no arm: it is planned with feedback, and not counted.
    """
    drawn = CommunityWeek.objects.filter(region=region, week_on=week_of(on))
    if drawn.exists():
        return
    # Who comes second waits here, and finds the draw: a community may have come between the two.
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)
    if not drawn.exists():
        # A community that changed regions this week stays in the arm it has.
        CommunityWeek.objects.bulk_create(_draw(region, week_of(on)), ignore_conflicts=True)


def _draw(region: Region, week_on: date) -> Iterator[CommunityWeek]:
    """The arms of all communities with sites, not yet stored. By codes, not ids: equal data is drawn equally."""
    served = Community.objects.filter(IS_SERVED, region=region).only("code")
    neutral = held_out(
        seed=f"{region.organisation.slug}/{region.code}",
        week_on=week_on,
        communities=[community.code for community in served],
        share=policy_now(region).exploration_share,
    )
    for community in served:
        yield CommunityWeek(
            organisation_id=region.organisation_id,
            region=region,
            community=community,
            week_on=week_on,
            arm=Arm.NEUTRAL if community.code in neutral else Arm.FEEDBACK,
        )


def arms_of(region: Region, on: date) -> dict[UUID, str]:
    """The arm of each of a region's communities in the week of `on`, as drawn; one query."""
    drawn = CommunityWeek.objects.filter(region=region, week_on=week_of(on))
    return dict(drawn.values_list("community_id", "arm"))
