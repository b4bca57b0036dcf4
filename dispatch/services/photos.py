"""Photos of visits: the row first, then the file, so that whoever forgets the row finds the file."""

from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet

from communities.access import Caller
from core import outbox
from dispatch.checklists import PointKind
from dispatch.errors import TooManyPhotos
from dispatch.models import VisitPhoto
from dispatch.photos import Picture, file_of, picture_of
from dispatch.services.execution import check_not_ahead
from dispatch.services.on_site import point_of, visit_on_site

MOST = 30
"""Photos of a visit."""


def photo_keep(
    *,
    caller: Caller,
    visit_id: UUID,
    key: UUID,
    content: bytes,
    taken_at: datetime,
    now: datetime,
    code: str = "",
) -> VisitPhoto:
    """Keep a photo of a visit, made small and without what a camera writes into it; once for a key. `code` is the point
    of the checklist that it answers.

    For the visit's technician and for dispatch (NotForYourRole), on site (NotOnSite). Raises VisitUnknown, BadPhoto,
    PointUnknown, TooManyPhotos and TimeImpossible. Not in a transaction: the storage may be elsewhere.
    """
    check_not_ahead(taken_at, now)
    picture = picture_of(content)
    photo = _photo_note(caller, visit_id, key, code, picture, taken_at)
    if not photo.is_kept:
        default_storage.save(file_of(photo.pk), ContentFile(picture.content))
        if not VisitPhoto.objects.filter(pk=photo.pk).update(is_kept=True):
            photo_file_delete(subject_id=photo.pk)  # the customer was forgotten meanwhile
    return photo


@transaction.atomic
def _photo_note(
    caller: Caller, visit_id: UUID, key: UUID, code: str, picture: Picture, taken_at: datetime
) -> VisitPhoto:
    visit, _ = visit_on_site(caller, visit_id)
    known = VisitPhoto.objects.filter(visit=visit, key=key).first()
    if known is not None:
        return known
    if code:
        point_of(visit, code, PointKind.PHOTO)
    if VisitPhoto.objects.filter(visit=visit).count() >= MOST:
        raise TooManyPhotos(f"A visit has {MOST} photos at most.")
    return VisitPhoto.objects.create(
        organisation_id=visit.organisation_id,
        visit=visit,
        key=key,
        code=code,
        width=picture.width,
        height=picture.height,
        taken_at=taken_at,
        taken_by=caller.account,
    )


@transaction.atomic
def photo_delete(*, caller: Caller, visit_id: UUID, key: UUID) -> None:
    """Delete a photo that should not have been taken, its file after the commit. One that is not there is no error.

    For the visit's technician and for dispatch (NotForYourRole), on site (NotOnSite). Raises VisitUnknown.
    """
    visit, _ = visit_on_site(caller, visit_id)
    photos_forget(photos=VisitPhoto.objects.filter(visit=visit, key=key))


def photos_forget(*, photos: QuerySet[VisitPhoto]) -> None:
    """Delete photos, their files after the commit. In the caller's transaction."""
    for photo_id in list(photos.values_list("pk", flat=True)):
        outbox.emit("photo.forgotten", photo_id)
    photos.delete()


def photo_file_delete(*, subject_id: UUID) -> None:
    """Delete a photo's file; one that is not there is no error. Follows `photo.forgotten`."""
    default_storage.delete(file_of(subject_id))
