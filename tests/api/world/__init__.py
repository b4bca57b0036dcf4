"""One of everything a company has, so that every address of the API leads to something."""

from api.models import EventDelivery, EventEndpoint
from communities.models import Site
from communities.services.tokens import token_issue
from core.links import digest
from dispatch.models import RequestPause, Technician
from dispatch.states import VisitState
from tests import factories
from tests.api.world.insight import Insight
from tests.api.world.money import Money
from tests.api.world.plans import Plans
from tests.api.world.visits import Visits

SECRET = "calendar-secret"


class World(Plans, Visits, Money, Insight):
    """The rows that addresses name; `grow` adds one more of everything that is listed."""

    def __post_init__(self) -> None:
        super().__post_init__()
        Technician.objects.filter(pk=self.technician.pk).update(calendar_digest=digest(SECRET))
        self.names["figure"] = "csat"
        self.grow()
        self._name_rows()

    def grow(self) -> None:
        """One more row in every list."""
        self.rows += 1
        hour = self.rows * 4
        community = self.community if self.rows == 1 else factories.community(self.region, f"c{self.rows}")
        self.scheduled = self._visit(community, hour, VisitState.SCHEDULED)
        self.on_site = self._visit(community, hour + 1, VisitState.ARRIVED)
        self.started = self._visit(community, hour + 2, VisitState.STARTED)
        done = self._visit(community, hour + 3, VisitState.COMPLETED)
        self.names.setdefault("done", str(done.pk))
        self.offer = self._offer(self.names.get("on_site") or self.on_site.pk)
        self.invoice = self._invoice(done)
        self.payment = self._payment(self.invoice)
        self._credit_note(self.names.get("invoice") or self.invoice.pk)
        self.membership = self._membership(self.scheduled)
        self._commission(done, self.payment)
        self._recovery(done)
        self._insight(community)
        self._customer(community)
        self._event()
        self._message(self.scheduled)
        self._goal()
        self._price_book()
        self._told()
        if self.rows == 1:
            self.names["on_site"] = str(self.on_site.pk)
        Site.objects.create(organisation=self.company, key=f"nowhere-{self.rows}")
        if self.rows > 1:
            factories.region(self.company, f"region-{self.rows}")
            assert self.technician.user is not None
            token_issue(user=self.technician.user, name="more", scopes=["read"], expires_at=self.now)

    def _name_rows(self) -> None:
        order = self.scheduled.work_order
        waits = factories.request(factories.site(self.community), self.now)
        RequestPause.objects.create(
            organisation=self.company, request=waits, reason="parts", began_at=self.now
        )
        self.names |= self._bookings() | {
            "paused": str(waits.pk),
            "customer": str(factories.customer(self.company).pk),
            "community": str(self.community.pk),
            "preview": str(self._preview().pk),
            "request": str(order.request_id),
            "work_order": str(order.pk),
            "draft": str(self.draft.pk),
            "queued": str(self.queued.pk),
            **self._changed_by_hand(),
            **self._acceptable(),
            "scheduled": str(self.scheduled.pk),
            "started": str(self.started.pk),
            "offer": str(self.offer.pk),
            "invoice": str(self.invoice.pk),
            "payment": str(self.payment.pk),
            "membership": str(self.membership.pk),
            "plan": self.membership.plan.code,
            "month": "2026-01",
            "region": str(self.region.pk),
            "secret": SECRET,
            "service_type": "filter",
            "leaks": "leaks",
            **dict.fromkeys(("zoom", "x", "y"), "0"),
        }

    def _event(self) -> None:
        """An endpoint, and one more delivery to the first."""
        endpoint = EventEndpoint.objects.create(organisation=self.company, url="https://crm.example/hook")
        self.names.setdefault("endpoint", str(endpoint.pk))
        delivery = EventDelivery.objects.create(
            organisation=self.company,
            endpoint_id=self.names["endpoint"],
            event_id=endpoint.pk,
            type="ping",
            body="{}",
            due_at=self.now,
        )
        self.names.setdefault("delivery", str(delivery.pk))
