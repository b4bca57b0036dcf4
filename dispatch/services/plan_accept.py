"""Taking some of a new plan over into the published one.

The smallest piece that can be taken is a *bundle*: technicians between whom visits go to and fro, and to or from nobody
else. Whoever is asked for brings his bundle along, so that every visit is in one route afterwards, as it was before.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from communities.access import Caller
from dispatch.errors import NothingToAccept, PlanStale
from dispatch.models import Plan, PlanVersion, UnassignedVisit
from dispatch.plan_bundles import bundles_of, technicians_bound
from dispatch.plan_changes import visit_changes
from dispatch.selectors.board import version_stops
from dispatch.selectors.plans import version_get
from dispatch.services.edits.turning import take_over
from dispatch.services.edits.writing import Making
from dispatch.services.planning import check_draft, dispatch_only
from dispatch.services.publication import planned_in
from dispatch.services.release import open_visits
from dispatch.states import PLAN, PlanState, VisitState, before


@transaction.atomic
def plan_accept(
    *, caller: Caller, version_id: UUID, plan_revision: int, technicians: Collection[UUID], now: datetime
) -> PlanVersion:
    """Give these technicians, and whoever is of their bundles, the routes that a draft has for them; the new version,
    published. All others keep theirs, and the rest of the draft is dropped.

    The day counts as it stands now, not as it was when the draft was made: what has changed elsewhere does no harm, and
    what is booked or placed since with somebody else stays. Raises PlanUnknown, NotForYourRole, PlanNotADraft,
    NothingToAccept, EditForbidden with the rules that a mixture breaks, and PlanStale when the plan is another by
    now, or when one of these technicians has a visit since that the draft does not know.
    """
    draft = version_get(caller, version_id)
    dispatch_only(caller)
    plan = Plan.objects.select_for_update(no_key=True).get(pk=draft.plan_id)
    check_draft(plan, draft, plan_revision)
    if plan.published_id is None:
        raise NothingToAccept("Nothing is published for this day yet: publish the plan whole.")
    live = version_get(caller, plan.published_id)
    bundle = _bundle(live, draft, technicians)
    _check_known(live, draft, bundle, now)
    edit = {"kind": "accept", "version": str(draft.pk), "technicians": sorted(map(str, bundle))}
    making = Making(plan, live, caller, now, PlanVersion.MadeBy.EDIT, live, edit)
    made = take_over(making, draft, bundle, list(_left(live, draft, bundle)))
    drafts = PlanVersion.objects.filter(pk=draft.pk, state__in=before(PLAN, PlanState.SUPERSEDED))
    drafts.update(state=PlanState.SUPERSEDED)
    return made


def _bundle(live: PlanVersion, draft: PlanVersion, technicians: Collection[UUID]) -> list[UUID]:
    """Everybody who is of a bundle with one of `technicians`. Raises NothingToAccept."""
    changes = visit_changes(version_stops(live), version_stops(draft))
    bundles = bundles_of(technicians_bound(changes))
    found = {one for bundle in bundles if bundle.intersection(technicians) for one in bundle}
    if not found:
        raise NothingToAccept("The plan has nothing else for these technicians than they do already.")
    return sorted(found)


def _check_known(live: PlanVersion, draft: PlanVersion, bundle: list[UUID], now: datetime) -> None:
    """Raise PlanStale for what these technicians have got since the draft was made: it would be lost."""
    plan = live.plan
    theirs = live.stops.filter(route__technician__in=bundle).values("visit_id")
    since = open_visits(plan.region, plan.on, now).filter(pk__in=theirs).exclude(planned_in(draft))
    numbers = sorted(set(since.values_list("work_order__number", flat=True)))
    if numbers:
        said = f"Since it was made, {', '.join(numbers)} came to these technicians: plan again."
        raise PlanStale(said, came=numbers)


def _left(live: PlanVersion, draft: PlanVersion, bundle: list[UUID]) -> Iterator[UnassignedVisit]:
    """What the draft leaves out, with its reasons; not what somebody else has in the route that he keeps."""
    kept = live.stops.exclude(route__technician__in=bundle).values("visit_id")
    waiting = (VisitState.UNSCHEDULED, VisitState.SCHEDULED)
    for one in draft.unassigned.filter(visit__state__in=waiting).exclude(visit__in=kept):
        yield UnassignedVisit(
            organisation_id=one.organisation_id,
            visit_id=one.visit_id,
            reason=one.reason,
            detail=one.detail,
            explanation=one.explanation,
        )
