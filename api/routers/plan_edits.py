"""Changing a plan by hand: trying a move, making it, pins, taking back. Each change gives a new version."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router

from api.answers import answer
from api.auth import Request
from api.etags import etag, if_match, revision_given
from api.schemas.plan_edits import AcceptSomeIn, MoveIn, PinIn, TrialOut
from api.schemas.plans import PlanOut
from dispatch.explanations import language_asked
from dispatch.models import PlanVersion
from dispatch.services.plan_accept import plan_accept
from dispatch.services.plan_edits import plan_edit, plan_redo, plan_try, plan_undo, visit_pin, visit_split

router = Router(tags=["Plans"])


@router.post("/plans/{uuid:version_id}/trials", response=TrialOut)
def trial_post(request: Request, version_id: UUID, body: MoveIn) -> HttpResponse:
    """What a move would do to minutes, promises and rules. Nothing is changed."""
    outcome = plan_try(caller=request.auth, version_id=version_id, wish=body.wish(), now=timezone.now())
    return answer(TrialOut.of(outcome, language_asked()))


@router.post("/plans/{uuid:version_id}/edits", response={201: PlanOut})
@if_match
def edit_post(request: Request, version_id: UUID, body: MoveIn) -> HttpResponse:
    """Make a move: a draft in the place of a draft; published, when it changes the published plan.

    409 with `broken` when a rule forbids it; 412 when the plan is another by now, with what is elsewhere (`changed`)
    and who did it (`changed_by`). If-Match is the plan's revision.
    """
    return _made(
        plan_edit(
            caller=request.auth,
            version_id=version_id,
            plan_revision=revision_given(request),
            wish=body.wish(),
            now=timezone.now(),
        )
    )


@router.post("/plans/{uuid:version_id}/accept", response={201: PlanOut})
@if_match
def accept_post(request: Request, version_id: UUID, body: AcceptSomeIn) -> HttpResponse:
    """Take some technicians' routes of a draft over into the published plan; what is made so is published.

    With each come those of the same bundle (`bundles` of the draft's changes): visits go between them, and to nobody
    else. The rest of the draft is dropped; undo brings the former plan back. 409 with `broken` when the mixture
    breaks a rule, 412 when the plan is another by now, or one of these technicians has got a visit that the draft
    does not know.
    """
    return _made(
        plan_accept(
            caller=request.auth,
            version_id=version_id,
            plan_revision=revision_given(request),
            technicians=body.technicians,
            now=timezone.now(),
        )
    )


@router.post("/plans/{uuid:version_id}/undo", response={201: PlanOut})
@if_match
def undo_post(request: Request, version_id: UUID) -> HttpResponse:
    """Take back the change that made this version."""
    revision = revision_given(request)
    return _made(
        plan_undo(caller=request.auth, version_id=version_id, plan_revision=revision, now=timezone.now())
    )


@router.post("/plans/{uuid:version_id}/redo", response={201: PlanOut})
@if_match
def redo_post(request: Request, version_id: UUID) -> HttpResponse:
    """Do again what this version took back."""
    revision = revision_given(request)
    return _made(
        plan_redo(caller=request.auth, version_id=version_id, plan_revision=revision, now=timezone.now())
    )


@router.put("/visits/{uuid:visit_id}/pin", response={201: PlanOut})
@if_match
def pin_put(request: Request, visit_id: UUID, body: PinIn) -> HttpResponse:
    """Pin a visit to whom, or when, or both, as a version has it. Neither planner nor edits move it from there."""
    return _made(
        visit_pin(
            caller=request.auth,
            visit_id=visit_id,
            version_id=body.version,
            plan_revision=revision_given(request),
            pin=body.pin,
            now=timezone.now(),
        )
    )


@router.delete("/visits/{uuid:visit_id}/pin", response={201: PlanOut})
@if_match
def pin_delete(request: Request, visit_id: UUID, version: UUID) -> HttpResponse:
    """Unpin a visit. `version` is the one that is looked at."""
    return _made(
        visit_pin(
            caller=request.auth,
            visit_id=visit_id,
            version_id=version,
            plan_revision=revision_given(request),
            pin=None,
            now=timezone.now(),
        )
    )


@router.delete("/visits/{uuid:visit_id}/crew", response={201: PlanOut})
@if_match
def crew_delete(request: Request, visit_id: UUID, version: UUID) -> HttpResponse:
    """Split a crew: whoever leads makes the visit alone, and those who would have gone along are free. `version` is
    the one that is looked at.

    409 with `no-crew` for a visit that one technician makes, and with `broken` once somebody has begun. Undo lets them
    go along again.
    """
    return _made(
        visit_split(
            caller=request.auth,
            visit_id=visit_id,
            version_id=version,
            plan_revision=revision_given(request),
            now=timezone.now(),
        )
    )


def _made(version: PlanVersion) -> HttpResponse:
    headers = {"ETag": etag(version.plan.revision), "Location": f"/api/v1/plans/{version.pk}"}
    return answer(PlanOut.of(version), 201, headers)
