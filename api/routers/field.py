"""What is told from where technicians work: their last place, checklists, photos, signatures."""

from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from api.answers import answer
from api.auth import Request
from api.paging import paged
from api.schemas.base import Day, Page, PageQuery
from api.schemas.field import (
    AnswerIn,
    ChecklistIn,
    ChecklistOut,
    FieldProfileIn,
    FieldProfileOut,
    LastPlaceIn,
    LastPlaceOut,
    LastPlacesOut,
    PhotoOut,
    PhotoQuery,
    ReportOut,
    SignatureIn,
)
from communities.access import Caller
from dispatch.errors import PhotoUnknown
from dispatch.photos import file_of
from dispatch.selectors.board import board_region
from dispatch.selectors.places import field_profile_of, place_list
from dispatch.selectors.reports import checklist_list, photo_get, reports_of
from dispatch.selectors.visits import visit_get
from dispatch.services.checklists import checklist_save
from dispatch.services.on_site import answer_give, visit_sign
from dispatch.services.photos import photo_delete, photo_keep
from dispatch.services.places import field_profile_save, place_forget, place_tell

router = Router(tags=["Field"])

PHOTO_KEPT = (
    "private, max-age=3600"  # by the reader's own browser; a forgotten photo is gone there in an hour
)
BINARY = {"schema": {"type": "string", "format": "binary"}}
PICTURE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The photo itself, up to 1 MiB.",
        "content": dict.fromkeys(("image/jpeg", "image/png", "image/webp"), BINARY),
    }
}


@router.put("/me/place", response={204: None})
def place_put(request: Request, body: LastPlaceIn) -> HttpResponse:
    """Say where one is, during one's own shift. Only the last place is kept, until midnight. For technicians."""
    now = timezone.now()
    place_tell(
        caller=request.auth,
        lon=body.lon,
        lat=body.lat,
        accuracy_m=round(body.accuracy_m),
        seen_at=body.seen_at or now,
        now=now,
    )
    return HttpResponse(status=204)


@router.delete("/me/place", response={204: None})
def place_delete(request: Request) -> HttpResponse:
    """Let one's last place be forgotten."""
    place_forget(caller=request.auth)
    return HttpResponse(status=204)


@router.get("/board/places", response=LastPlacesOut)
def board_place_index(request: Request, region: UUID, on: Day) -> LastPlacesOut:
    """Where a region's technicians were last, that day; for dispatch, and empty for all others."""
    places = place_list(request.auth, board_region(request.auth, region), on)
    return LastPlacesOut(items=[LastPlaceOut.of(place) for place in places])


@router.get("/field-profile", response=FieldProfileOut)
def field_profile_read(request: Request) -> FieldProfileOut:
    """What the company wants to know from its technicians' devices."""
    return FieldProfileOut.of(field_profile_of(request.auth.organisation))


@router.put("/field-profile", response=FieldProfileOut)
def field_profile_put(request: Request, body: FieldProfileIn) -> FieldProfileOut:
    """Say so. Where places are not kept, those that are known go at once."""
    return FieldProfileOut.of(field_profile_save(caller=request.auth, keeps_places=body.keeps_places))


@router.get("/checklists", response=Page[ChecklistOut])
def checklist_index(request: Request, page: Query[PageQuery]) -> HttpResponse:
    """What is asked on visits, by service type."""
    return paged(request, checklist_list(request.auth), page, by="code", show=ChecklistOut.of)


@router.put("/checklists/{service_type}", response=ChecklistOut)
def checklist_put(request: Request, service_type: str, body: ChecklistIn) -> ChecklistOut:
    """Ask this on visits that begin from now on. Those that have begun keep the list they began with."""
    saved = checklist_save(caller=request.auth, service_type_code=service_type, points=body.given())
    return ChecklistOut.of(saved)


@router.get("/visits/{uuid:visit_id}/report", response=ReportOut)
def report_read(request: Request, visit_id: UUID) -> HttpResponse:
    """What was told of a visit on site."""
    return _report(request.auth, visit_id)


@router.put("/visits/{uuid:visit_id}/answers/{code}", response=ReportOut)
def answer_put(request: Request, visit_id: UUID, code: str, body: AnswerIn) -> HttpResponse:
    """Answer a point of the visit's checklist. Of two answers the later stands, whichever comes first."""
    now = timezone.now()
    answer_give(
        caller=request.auth,
        visit_id=visit_id,
        code=code,
        value=body.value,
        happened_at=body.happened_at or now,
        now=now,
    )
    return _report(request.auth, visit_id)


@router.put("/visits/{uuid:visit_id}/signature", response=ReportOut)
def signature_put(request: Request, visit_id: UUID, body: SignatureIn) -> HttpResponse:
    """Keep who signed for the visit; a later signature takes the place of one before."""
    now = timezone.now()
    visit_sign(
        caller=request.auth,
        visit_id=visit_id,
        given=body.given(),
        happened_at=body.happened_at or now,
        now=now,
    )
    return _report(request.auth, visit_id)


@router.put("/visits/{uuid:visit_id}/photos/{uuid:key}", response=PhotoOut, openapi_extra=PICTURE)
def photo_put(request: Request, visit_id: UUID, key: UUID, query: Query[PhotoQuery]) -> HttpResponse:
    """Keep a photo under a key of one's own, a fresh UUID: the same again is the same photo. It is written anew, small
    and without what the camera noted in it."""
    now = timezone.now()
    photo = photo_keep(
        caller=request.auth,
        visit_id=visit_id,
        key=key,
        content=request.body,
        code=query.point,
        taken_at=query.taken_at or now,
        now=now,
    )
    return answer(PhotoOut.of(photo))


@router.delete("/visits/{uuid:visit_id}/photos/{uuid:key}", response={204: None})
def photo_remove(request: Request, visit_id: UUID, key: UUID) -> HttpResponse:
    """Delete a photo, while the technician is there."""
    photo_delete(caller=request.auth, visit_id=visit_id, key=key)
    return HttpResponse(status=204)


@router.get("/visits/{uuid:visit_id}/photos/{uuid:key}")
def photo_read(request: Request, visit_id: UUID, key: UUID) -> HttpResponse:
    """The photo, as JPEG."""
    photo = photo_get(request.auth, visit_id, key)
    try:
        with default_storage.open(file_of(photo.pk)) as file:
            content = file.read()
    except FileNotFoundError as error:
        raise PhotoUnknown("Its file is missing.") from error
    return HttpResponse(content, content_type="image/jpeg", headers={"Cache-Control": PHOTO_KEPT})


def _report(caller: Caller, visit_id: UUID) -> HttpResponse:
    visit = visit_get(caller, visit_id)
    return answer(ReportOut.of(visit.pk, reports_of([visit])[visit.pk]))
