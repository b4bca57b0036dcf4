"""What somebody who was too late is told: who changed the plan meanwhile, and which visits are elsewhere now."""

from dispatch.edit_words import change_sentence
from dispatch.errors import PlanStale
from dispatch.explanations import language_asked
from dispatch.models import Plan, PlanVersion
from dispatch.plan_changes import visit_changes
from dispatch.selectors.board import version_stops
from dispatch.states import PlanState

MOST = 5
"""Visits that are named."""
ANOTHER = "This plan is another by now: read it again."


def changed_since(plan: Plan, seen: PlanVersion) -> PlanStale:
    """The refusal for a change to `seen`, as it was; `changed` names the first visits that are elsewhere, in the
    language asked for, `changes` counts all, `changed_by` is who made what there is now."""
    successor = _successor(plan, seen)
    if successor is None:
        return PlanStale(ANOTHER, changed=[], changes=0, changed_by="")
    trips = {one.visit.trip: one for one in visit_changes(version_stops(seen), version_stops(successor))}
    changes = list(trips.values())
    language = language_asked()
    return PlanStale(
        ANOTHER,
        changed=[change_sentence(one.visit, one.before, one.after, language) for one in changes[:MOST]],
        changes=len(changes),
        changed_by=str(successor.requested_by or ""),
    )


def published_since(plan: Plan, draft: PlanVersion) -> PlanStale:
    """The refusal for a draft beside which another version was published, or changed: what is elsewhere than when the
    draft was made."""
    made_at = draft.finished_at or draft.created_at
    versions = plan.versions.filter(published_at__isnull=False, published_at__lte=made_at)
    seen = versions.order_by("-published_at").first()
    if seen is None or seen.pk == plan.published_id:
        return PlanStale(ANOTHER, changed=[], changes=0, changed_by="")
    return changed_since(plan, seen)


def _successor(plan: Plan, seen: PlanVersion) -> PlanVersion | None:
    """What has taken the place of a version: of a draft another draft, else the published plan."""
    versions = plan.versions.select_related("requested_by").exclude(pk=seen.pk)
    if seen.published_at is None:
        draft = versions.filter(state=PlanState.DRAFT, number__gt=seen.number).order_by("-number").first()
        if draft is not None:
            return draft
    return versions.filter(pk=plan.published_id).first() if plan.published_id else None
