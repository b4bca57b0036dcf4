"""What technicians tell from where they work, and what companies want to know."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from api.schemas.base import In, Latitude, Longitude, Moment, Out
from api.schemas.communities import PlaceOut
from api.schemas.visits import StepIn
from dispatch.checklists import LONGEST_TEXT, Point, PointKind, Value, points_read
from dispatch.models import (
    FieldProfile,
    ServiceType,
    TechnicianPlace,
    VisitAnswer,
    VisitPhoto,
    VisitSignature,
)
from dispatch.selectors.reports import Report
from dispatch.services.on_site import SignatureGiven

Number = Annotated[float, Field(allow_inf_nan=False)]
Found = Annotated[
    StrictBool
    | StrictInt
    | Annotated[StrictFloat, Field(allow_inf_nan=False)]
    | Annotated[StrictStr, Field(max_length=LONGEST_TEXT)]
    | None,
    Field(description="True or false, a number, or a text, as the point's kind asks; null takes it back."),
]


class FieldProfileIn(In):
    keeps_places: bool = Field(description="Whether technicians who agree are shown where they were last.")


class FieldProfileOut(Out):
    keeps_places: bool

    @classmethod
    def of(cls, profile: FieldProfile) -> Self:
        return cls(keeps_places=profile.keeps_places)


class LastPlaceIn(In):
    """Where the technician is. `accuracy_m` is the radius that holds the true place 19 times of 20."""

    lon: Longitude
    lat: Latitude
    accuracy_m: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
    seen_at: Moment | None = None


class LastPlaceOut(Out):
    technician_id: UUID
    place: PlaceOut | None
    accuracy_m: int
    seen_at: datetime

    @classmethod
    def of(cls, place: TechnicianPlace) -> Self:
        return cls(
            technician_id=place.technician_id,
            place=PlaceOut.of(place.point),
            accuracy_m=place.accuracy_m,
            seen_at=place.seen_at,
        )


class LastPlacesOut(Out):
    items: list[LastPlaceOut]


class PointIn(In):
    """`name` is what is asked, in the company's language. Unit and bounds are for numbers; both bounds are allowed."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    name_en: Annotated[str, Field(max_length=200)] = ""
    kind: PointKind = PointKind.YES_NO
    unit: Annotated[str, Field(max_length=20)] = ""
    lowest: Number | None = None
    highest: Number | None = None
    required: bool = True

    def given(self) -> Point:
        return Point(**self.model_dump())


class ChecklistIn(In):
    points: list[PointIn]

    def given(self) -> list[Point]:
        return [point.given() for point in self.points]


class PointOut(Out):
    code: str
    name: str
    name_en: str
    kind: PointKind
    unit: str
    lowest: float | None
    highest: float | None
    required: bool

    @classmethod
    def of(cls, point: Point) -> Self:
        return cls.model_validate(point, from_attributes=True)


class ChecklistOut(Out):
    service_type: str
    version: int
    points: list[PointOut]

    @classmethod
    def of(cls, kind: ServiceType) -> Self:
        assert kind.checklist is not None  # only those that have one are listed
        points = [PointOut.of(point) for point in points_read(kind.checklist.points)]
        return cls(service_type=kind.code, version=kind.checklist.version, points=points)


class AnswerIn(StepIn):
    value: Found


class AnswerOut(Out):
    value: Value
    given_at: datetime

    @classmethod
    def of(cls, answer: VisitAnswer | None) -> Self | None:
        return cls(value=answer.value, given_at=answer.given_at) if answer else None


class PhotoQuery(BaseModel):
    point: Annotated[str, Field(max_length=40, description="Its code, where the photo answers one.")] = ""
    taken_at: Moment | None = None


class PhotoOut(Out):
    key: UUID
    point: Annotated[str, Field(description="The code of the point that it answers, if any.")]
    width: int
    height: int
    taken_at: datetime

    @classmethod
    def of(cls, photo: VisitPhoto) -> Self:
        return cls(
            key=photo.key, point=photo.code, width=photo.width, height=photo.height, taken_at=photo.taken_at
        )


class SignatureIn(StepIn):
    """Who signed. `strokes` are M and L of an SVG path in a box of 600 × 200; without them the name was typed."""

    name: Annotated[str, Field(min_length=1, max_length=160)]
    strokes: Annotated[str, Field(max_length=60_000)] = ""

    def given(self) -> SignatureGiven:
        return SignatureGiven(name=self.name, strokes=self.strokes)


class SignatureOut(Out):
    name: str
    strokes: str
    signed_at: datetime

    @classmethod
    def of(cls, signature: VisitSignature | None) -> Self | None:
        return cls.model_validate(signature, from_attributes=True) if signature else None


class PointReport(PointOut):
    answer: AnswerOut | None

    @classmethod
    def with_answer(cls, point: Point, answer: VisitAnswer | None) -> Self:
        return cls(**PointOut.of(point).model_dump(), answer=AnswerOut.of(answer))


class ReportOut(Out):
    """What was told of a visit on site. `open` are the codes of required points that nothing answers."""

    visit_id: UUID
    points: list[PointReport]
    open: list[str]
    photos: list[PhotoOut]
    signature: SignatureOut | None

    @classmethod
    def of(cls, visit_id: UUID, report: Report) -> Self:
        return cls(
            visit_id=visit_id,
            points=[
                PointReport.with_answer(point, report.answers.get(point.code)) for point in report.points
            ],
            open=[point.code for point in report.open],
            photos=[PhotoOut.of(photo) for photo in report.photos],
            signature=SignatureOut.of(report.signature),
        )
