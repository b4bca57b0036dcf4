"""What was told of visits on site: the checklist with its answers, photos, who signed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from communities.access import Caller
from dispatch.checklists import Point, points_open, points_read
from dispatch.errors import PhotoUnknown
from dispatch.models import (
    Checklist,
    ServiceType,
    Visit,
    VisitAnswer,
    VisitPhoto,
    VisitSignature,
)
from dispatch.selectors.visits import visit_get
from dispatch.states import VisitState

NOT_BEGUN = frozenset({VisitState.UNSCHEDULED, VisitState.SCHEDULED})


@dataclass(slots=True)
class Report:
    """A visit's, as far as it goes. `answers` are by the code of their point."""

    points: list[Point]
    answers: dict[str, VisitAnswer] = field(default_factory=dict)
    photos: list[VisitPhoto] = field(default_factory=list)
    signature: VisitSignature | None = None

    @property
    def open(self) -> list[Point]:
        """The required points that nothing answers yet."""
        return points_open(self.points, {*self.answers, *(photo.code for photo in self.photos)})

    @property
    def is_empty(self) -> bool:
        return not (self.points or self.photos or self.signature)


def reports_of(visits: Iterable[Visit]) -> dict[UUID, Report]:
    """The report of each visit, whose service type must have been read. Four queries, however many there are."""
    lists = {visit.pk: checklist_id_of(visit) for visit in visits}
    points = _points({listed for listed in lists.values() if listed})
    reports = {pk: Report(points[listed] if listed else []) for pk, listed in lists.items()}
    for answer in VisitAnswer.objects.filter(visit__in=lists, value__isnull=False):
        reports[answer.visit_id].answers[answer.code] = answer
    for photo in VisitPhoto.objects.filter(visit__in=lists, is_kept=True).order_by("taken_at", "pk"):
        reports[photo.visit_id].photos.append(photo)
    for signature in VisitSignature.objects.filter(visit__in=lists):
        reports[signature.visit_id].signature = signature
    return reports


def points_of(visit: Visit) -> list[Point]:
    """What is asked on one visit, whose service type must have been read. One query, none without a list."""
    listed = checklist_id_of(visit)
    return _points([listed])[listed] if listed else []


def checklist_id_of(visit: Visit) -> UUID | None:
    """The list that a visit has since somebody set off; before, the one it would get now."""
    if visit.state in NOT_BEGUN:
        return visit.service_type.checklist_id
    return visit.checklist_id


def checklist_list(caller: Caller) -> QuerySet[ServiceType]:
    """The service types with a checklist, and that."""
    types = ServiceType.objects.filter(organisation=caller.organisation, checklist__isnull=False)
    return types.select_related("checklist")


def photo_get(caller: Caller, visit_id: UUID, key: UUID) -> VisitPhoto:
    """A photo that is there. Raises VisitUnknown and PhotoUnknown, also for what is not the caller's."""
    visit = visit_get(caller, visit_id)
    photo = VisitPhoto.objects.filter(visit=visit, key=key, is_kept=True).first()
    if photo is None:
        raise PhotoUnknown
    return photo


def _points(checklists: Iterable[UUID]) -> Mapping[UUID, list[Point]]:
    return {one.pk: points_read(one.points) for one in Checklist.objects.filter(pk__in=checklists)}
