"""What is booked, asked on site, complained of and written to customers."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from communities.models import Contact
from dispatch.checklists import Point, points_written
from dispatch.models import (
    Booking,
    Checklist,
    Message,
    Recovery,
    Technician,
    TechnicianPlace,
    Visit,
    VisitAnswer,
    VisitPhoto,
)
from dispatch.photos import file_of
from dispatch.services.recoveries import Complaint, recovery_open
from dispatch.states import BookingState
from tests import factories
from tests.api.world.ground import TAIPEI, Ground, tomorrow_at
from tests.pictures import picture

PHOTO = picture((8, 6))


class Visits(Ground):
    """Of the technician's day, and of tomorrow. `on_site` is the visit of the technician who has arrived."""

    on_site: Visit

    def _booking(self, **more: Any) -> Booking:
        """A window of tomorrow afternoon. The API reads the clock, so that it has to be real."""
        afternoon = tomorrow_at(14)
        return Booking.objects.create(
            organisation=self.company,
            region=self.region,
            on=afternoon.date(),
            site=factories.site(self.community),
            service_type=factories.service_type(self.company, "filter"),
            window_from_at=afternoon,
            window_until_at=tomorrow_at(16),
            expires_at=afternoon,
            **more,
        )

    def _bookings(self) -> dict[str, str]:
        """One held, one booked; and somebody works tomorrow, so that there are windows."""
        factories.shift(self.technician, tomorrow_at(9))
        factories.shift(
            self.technician, datetime.now(TAIPEI) - timedelta(hours=1), hours=3
        )  # and works right now
        visit = factories.visit(factories.site(self.community), self.now)
        booked = self._booking(state=BookingState.BOOKED, request=visit.work_order.request)
        return {"booking": str(self._booking().pk), "booked": str(booked.pk)}

    def _told(self) -> None:
        """A service type with a checklist; of the first visit on site another answer and photo; somebody's place."""
        kind = factories.service_type(self.company, "filter" if self.rows == 1 else f"checked-{self.rows}")
        points = points_written([Point(code="leaks", name="Leaks?")])
        kind.checklist = Checklist.objects.create(
            organisation=self.company, service_type=kind, version=1, points=points
        )
        kind.save()
        Visit.objects.filter(pk=self.on_site.pk).update(checklist=kind.checklist)
        told = {"organisation": self.company, "visit_id": self.names.get("on_site") or self.on_site.pk}
        VisitAnswer.objects.create(**told, code=f"code-{self.rows}", value=True, given_at=self.now)
        photo = VisitPhoto.objects.create(
            **told, key=uuid4(), width=8, height=6, is_kept=True, taken_at=self.now
        )
        default_storage.save(file_of(photo.pk), ContentFile(PHOTO))
        self.names.setdefault("photo", str(photo.key))
        TechnicianPlace.objects.create(
            organisation=self.company,
            technician=Technician.objects.get(code=f"S{self.rows}"),
            point=self.technician.home,
            accuracy_m=10,
            seen_at=self.now,
        )

    def _recovery(self, visit: Visit) -> None:
        """The customer rated the visit badly."""
        bad = Complaint(
            visit_id=visit.pk,
            cause=Recovery.Cause.DETRACTOR,
            cause_id=visit.pk,
            at=self.now,
            said="Still leaks.",
        )
        recovery = recovery_open(complaint=bad)
        assert recovery is not None
        self.names.setdefault("recovery", str(recovery.pk))

    def _message(self, visit: Visit) -> None:
        """One more about the first request."""
        asked = visit.work_order.request
        contact = Contact.objects.get(customer=asked.customer)
        self.names.setdefault("request", str(asked.pk))
        Message.objects.create(
            organisation=self.company, request_id=self.names["request"], contact=contact, text="We are late.",
            written_at=self.now,
        )  # fmt: skip
