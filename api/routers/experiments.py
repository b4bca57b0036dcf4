"""The experiment that feedback has to stand: readings, where each region stands, beginning again."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from api.auth import Request
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.experiments import ExperimentOut, ReadingOut, ResumeIn, SuspensionOut
from communities.selectors.experiment import experiment_list, reading_list
from communities.services.suspensions import feedback_resume
from dispatch.explanations import language_asked

router = Router(tags=["Communities"])


@router.get("/experiments", response=Page[ReadingOut])
def reading_index(request: Request, page: Query[PageQuery], region: UUID | None = None) -> HttpResponse:
    """What the arms differed in, night by night, newest first."""
    language = language_asked()
    readings = reading_list(request.auth, region)
    return paged(request, readings, page, by="-id", show=lambda one: ReadingOut.of(one, language))


@router.get("/experiments/current", response=Page[ExperimentOut])
def experiment_index(request: Request, page: Query[PageQuery]) -> HttpResponse:
    """Each region with its newest reading, and whether feedback is suspended there."""
    language = language_asked()
    regions = experiment_list(request.auth)
    return paged(request, regions, page, by="code", show=lambda one: ExperimentOut.of(one, language))


@router.post("/experiments/{uuid:region_id}/resume", response=SuspensionOut)
def resume_post(request: Request, region_id: UUID, body: ResumeIn) -> SuspensionOut:
    """Plan a region with feedback again. For administrators and its managers; again is refused (409)."""
    suspension = feedback_resume(
        caller=request.auth, region_id=region_id, reason=body.reason, now=timezone.now()
    )
    return SuspensionOut.of(suspension)
