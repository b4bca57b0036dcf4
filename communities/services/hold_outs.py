"""Hold-outs: which communities are planned without feedback in a week, so that the others can be compared with them."""

from datetime import date
from uuid import UUID

from django.db import transaction

from communities.insight.experiment.arms import held_out, week_of
from communities.insight.experiment.reading import ExperimentPolicy
from communities.insight.experiment.words import Arm
from communities.models import Community, CommunityWeek, Region

POLICY = ExperimentPolicy()


@transaction.atomic
def week_draw(*, region: Region, on: date) -> None:
    """Draw the arms of a region's communities for the week of `on`, unless they have been.

    A community that gets its first site later in the week is in no arm: it is planned with feedback, and not counted.
    """
    week_on = week_of(on)
    if CommunityWeek.objects.filter(region=region, week_on=week_on).exists():
        return
    Region.objects.select_for_update(no_key=True).get(
        pk=region.pk
    )  # two runs see the same communities, or one draw
    if CommunityWeek.objects.filter(region=region, week_on=week_on).exists():
        return
    served = dict(
        Community.objects.filter(region=region, sites__isnull=False).distinct().values_list("code", "pk")
    )
    seed = (
        f"{region.organisation.slug}/{region.code}"  # texts, not ids: equal data is drawn equally everywhere
    )
    neutral = held_out(seed=seed, week_on=week_on, communities=served, share=POLICY.share)
    CommunityWeek.objects.bulk_create(
        [
            CommunityWeek(
                organisation_id=region.organisation_id,
                region=region,
                community_id=community_id,
                week_on=week_on,
                arm=Arm.NEUTRAL if code in neutral else Arm.FEEDBACK,
            )
            for code, community_id in served.items()
        ],
        ignore_conflicts=True,  # a community that changed regions this week stays in the arm it has
    )


def arms_of(region: Region, on: date) -> dict[UUID, str]:
    """The arm of each of a region's communities in the week of `on`, as drawn; one query."""
    drawn = CommunityWeek.objects.filter(region=region, week_on=week_of(on))
    return dict(drawn.values_list("community_id", "arm"))
