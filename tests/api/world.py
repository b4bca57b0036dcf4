"""One of everything a company has, so that every address of the API leads to something."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from api.models import EventDelivery, EventEndpoint
from billing.gateways.base import PaymentState
from billing.models import (
    Checkout,
    CommissionLine,
    CommissionMonth,
    CommissionRule,
    CommissionStatement,
    CreditLine,
    CreditNote,
    Invoice,
    InvoiceLine,
    MaintenancePlan,
    Membership,
    Offer,
    OfferLine,
    OfferOption,
    OptionSet,
    Payment,
    PaymentLink,
    PlanInclusion,
    Posting,
    PriceItem,
    PriceItemPart,
    PriceList,
    PriceListEntry,
    Refund,
    SetOption,
    SetOptionLine,
    SettlementFile,
    SettlementLine,
    Tax,
    VisitShare,
)
from billing.services import books
from billing.services.periods import period_begin, period_invoice_issue
from communities.insight.experiment.words import Finding, Verdict
from communities.insight.signals import Debt, SignalPolicy
from communities.models import (
    Community,
    Contact,
    CustomerOwner,
    CustomerStanding,
    ExperimentReading,
    FeedbackSuspension,
    FigureUse,
    Goal,
    HandOver,
    LagReading,
    Policy,
    RetentionFit,
    Signal,
    SignalSet,
    Site,
)
from communities.services.metrics import metrics_refresh
from communities.services.tokens import token_issue
from communities.services.windows import windows_turn
from core.links import digest
from dispatch.checklists import Point, points_written
from dispatch.models import (
    Booking,
    Checklist,
    Message,
    Plan,
    PlanVersion,
    PolicyPreview,
    Recovery,
    RequestPause,
    Route,
    Shift,
    Stop,
    Technician,
    TechnicianPlace,
    UnassignedVisit,
    Visit,
    VisitAnswer,
    VisitPhoto,
)
from dispatch.photos import file_of
from dispatch.services.day import rows_hash
from dispatch.services.recoveries import Complaint, recovery_open
from dispatch.states import BookingState, PlanState, PreviewState, VisitState
from tests import factories
from tests.pictures import picture

SECRET = "calendar-secret"
PHOTO = picture((8, 6))
NO_PINS = {"technician": None, "start_at": None}
TAIPEI = ZoneInfo("Asia/Taipei")

EXPLANATION: dict[str, Any] = {"chosen": {"technician": "T1", "minutes": {"travel": 4.0}}, "runner_up": None}


def tomorrow_at(hour: int) -> datetime:
    """A full hour of the day after the real one, in Taipei."""
    tomorrow = datetime.now(TAIPEI) + timedelta(days=1)
    return tomorrow.replace(hour=hour, minute=0, second=0, microsecond=0)


ADDED = {"unassigned": 0, "csat_added": 0.0, "upsell_added_minor": 0}
SIDE = {"travel_minutes": 0.0, "promises": 0, "minutes": {}, **ADDED}
PREVIEWED = {"visits": 0, "before": SIDE, "after": SIDE, "communities": [], "moved": []}
"""Of a day without visits."""


@dataclass
class World:
    """The rows that addresses name; `grow` adds one more of everything that is listed."""

    technician: Technician
    now: datetime
    names: dict[str, str] = field(default_factory=dict)
    rows: int = 0

    def __post_init__(self) -> None:
        self.company = self.technician.organisation
        self.region = self.technician.region
        self.community = factories.community(self.region, "xicun")
        kind = factories.service_type(self.company, "filter")
        self.base = self._item("base", PriceItem.Kind.BASE, service_type=kind)
        self.draft = self._version(date(2026, 3, 2), PlanState.DRAFT)
        self.queued = self._version(date(2026, 3, 3), PlanState.QUEUED)
        self.signals = SignalSet.objects.create(
            organisation=self.company,
            region=self.region,
            version=1,
            through_on=self.now.date(),
            policy={},
            code_version="1",
        )
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

    def grow_plan(self) -> None:
        """One more route with a stop, and one more visit left out; only where nobody publishes the draft."""
        hour = 100 + 24 * self.draft.routes.count()
        route = self._route(hour)
        Stop.objects.create(
            organisation=self.company,
            version=self.draft,
            route=route,
            visit=factories.visit(factories.site(self.community), self.now),
            sequence=1,
            arrival_at=route.starts_at,
            start_at=route.starts_at,
            departure_at=route.ends_at,
            travel_s=600,
            explanation=EXPLANATION,
        )
        UnassignedVisit.objects.create(
            organisation=self.company,
            version=self.draft,
            visit=factories.visit(factories.site(self.community), self.now),
            reason="no_capacity",
        )

    def _preview(self) -> PolicyPreview:
        return PolicyPreview.objects.create(
            organisation=self.company,
            region=self.region,
            on=date(2026, 3, 2),
            policy={"csat_cap": 11.0},
            against=Policy.objects.filter(region=self.region).order_by("-version").first(),
            iterations=1,
            state=PreviewState.DONE,
            result=PREVIEWED,
        )

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

    def _version(self, on: date, state: PlanState, **how: Any) -> PlanVersion:
        plan = Plan.objects.create(organisation=self.company, region=self.region, on=on)
        return PlanVersion.objects.create(
            organisation=self.company,
            plan=plan,
            number=1,
            state=state,
            iterations=100,
            violations=0,
            inputs_hash=rows_hash(Visit.objects.none(), Shift.objects.none()),
            **how,
        )

    def _changed_by_hand(self) -> dict[str, str]:
        """A draft that somebody has put a visit into, and one in which that was taken back."""
        before = self._version(date(2026, 3, 4), PlanState.SUPERSEDED)
        shift = factories.shift(self.technician, self.now + timedelta(days=2))
        visit = factories.visit(factories.site(self.community), self.now)
        edit = {"kind": "move", "visit": str(visit.pk), "pins": {"from": NO_PINS, "to": NO_PINS}}
        edited = self._next_version(before, [visit], [shift], made_by="edit", edit=edit, starts_from=before)
        self._route_with(edited, shift, visit)
        undone = self._version(date(2026, 3, 5), PlanState.SUPERSEDED, made_by="edit", edit=edit)
        undo = {"kind": "undo", "undoes": str(undone.pk), "last": None}
        taken_back = self._next_version(undone, [], [], made_by="undo", edit=undo)
        return {"edited": str(edited.pk), "taken_back": str(taken_back.pk), "assigned": str(visit.pk)}

    def _acceptable(self) -> dict[str, str]:
        """A draft that gives the technician a visit, beside a published plan without any."""
        published = self._version(date(2026, 4, 1), PlanState.PUBLISHED)
        Plan.objects.filter(pk=published.plan_id).update(published=published)
        shift = factories.shift(self.technician, self.now + timedelta(days=30))
        visit = factories.visit(factories.site(self.community), self.now)
        draft = self._next_version(published, [visit], [shift])
        self._route_with(draft, shift, visit)
        return {"acceptable": str(draft.pk)}

    def _route_with(self, version: PlanVersion, shift: Shift, visit: Visit) -> None:
        """The technician's route with one stop, ten minutes after the shift begins."""
        mine: dict[str, Any] = {"organisation": self.company, "version": version}
        times = {"starts_at": shift.starts_at, "ends_at": shift.ends_at, "travel_s": 1200}
        route = Route.objects.create(**mine, shift=shift, technician=self.technician, **times)
        start_at = shift.starts_at + timedelta(minutes=10)
        Stop.objects.create(
            **mine, route=route, visit=visit, sequence=1, arrival_at=start_at, start_at=start_at,
            departure_at=start_at + timedelta(minutes=30), travel_s=600, explanation=EXPLANATION,
        )  # fmt: skip

    def _next_version(
        self, former: PlanVersion, visits: list[Visit], shifts: list[Shift], **how: Any
    ) -> PlanVersion:
        return PlanVersion.objects.create(
            organisation=self.company,
            plan=former.plan,
            number=former.number + 1,
            state=PlanState.DRAFT,
            iterations=100,
            violations=0,
            inputs_hash=rows_hash(visits, shifts),
            **how,
        )

    def _route(self, hour: int) -> Route:
        shift = factories.shift(self.technician, self.now + timedelta(hours=hour))
        return Route.objects.create(
            organisation=self.company,
            version=self.draft,
            shift=shift,
            technician=self.technician,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            travel_s=1200,
        )

    def _visit(self, community: Community, hour: int, state: VisitState) -> Visit:
        return factories.visit(
            factories.site(community),
            self.now,
            technician=self.technician,
            starts_at=self.now + timedelta(hours=hour),
            state=state,
            customer=factories.customer(self.company),
        )

    def _item(self, code: str, kind: PriceItem.Kind, **more: Any) -> PriceItem:
        return PriceItem.objects.create(
            organisation=self.company, code=code, name=code, kind=kind, price_minor=800, **more
        )

    def _offer(self, visit_id: Any) -> Offer:
        """One option of one line, not yet decided on."""
        offer = Offer.objects.create(
            organisation=self.company,
            visit_id=visit_id,
            technician=self.technician,
            offered_at=self.now,
            expires_at=tomorrow_at(12),  # the API reads the clock, so that it has to be real
        )
        option = OfferOption.objects.create(
            organisation=self.company,
            offer=offer,
            position=1,
            name="Add-on",
            total_minor=500,
            currency="TWD",
        )
        OfferLine.objects.create(
            organisation=self.company,
            option=option,
            position=1,
            item=self._item(f"add-on-{self.rows}", PriceItem.Kind.ADD_ON),
            quantity=1,
            unit_price_minor=500,
        )
        return offer

    def _invoice(self, visit: Visit) -> Invoice:
        invoice = Invoice.objects.create(
            organisation=self.company,
            number=f"I{self.rows}",
            work_order=visit.work_order,
            visit=visit,
            customer=visit.work_order.request.customer,
            currency="TWD",
            net_minor=800,
            tax_minor=0,
            total_minor=800,
            issued_at=self.now,
        )
        InvoiceLine.objects.create(
            organisation=self.company,
            invoice=invoice,
            position=1,
            item=self.base,
            description="Filter",
            quantity=1,
            unit_price_minor=800,
            amount_minor=800,
        )
        link = PaymentLink.objects.create(
            organisation=self.company,
            invoice=invoice,
            account="sandbox",
            amount_minor=800,
            currency="TWD",
            expires_at=self.now,
        )
        self._settlement(Checkout.objects.create(organisation=self.company, link=link, expires_at=self.now))
        return invoice

    def _payment(self, invoice: Invoice) -> Payment:
        """Half of it, in cash."""
        payment = Payment.objects.create(
            organisation=self.company,
            invoice=invoice,
            way=Payment.Way.CASH,
            state=PaymentState.SUCCEEDED,
            amount_minor=400,
            currency="TWD",
            happened_at=self.now,
        )
        books.invoice_post(invoice)
        books.capture_post(payment)
        return payment

    def _credit_note(self, invoice_id: str | UUID) -> None:
        """A dollar of an invoice."""
        note = CreditNote.objects.create(
            organisation=self.company,
            invoice_id=invoice_id,
            number=f"CN{self.rows}",
            reason="The filter leaked.",
            net_minor=1,
            tax_minor=0,
            total_minor=1,
            currency="TWD",
            issued_at=self.now,
        )
        line = InvoiceLine.objects.get(invoice=invoice_id)
        CreditLine.objects.create(organisation=self.company, credit_note=note, line=line, amount_minor=1)

    def _membership(self, visit: Visit) -> Membership:
        """A plan of its own, sold at the visit's site, with an invoice and two included visits."""
        plan = MaintenancePlan.objects.create(
            organisation=self.company,
            code=f"plan-{self.rows}",
            name="Plan",
            price_minor=1200,
            period_months=12,
        )
        PlanInclusion.objects.create(
            organisation=self.company, plan=plan, service_type=visit.service_type, visits=2
        )
        customer = visit.work_order.request.customer
        assert customer is not None
        membership = Membership.objects.create(
            organisation=self.company,
            plan=plan,
            site=visit.site,
            customer=customer,
            starts_on=date(2026, 3, 2),
            ends_on=date(2027, 3, 2),
            sold_at=self.now,
        )
        period_begin(membership, 1)
        period_invoice_issue(period_id=membership.periods.get().pk, now=self.now)
        return membership

    def _settlement(self, checkout: Checkout) -> None:
        """A payment and a refund that no file has, and one more line in the first file."""
        paid = {
            "organisation": self.company,
            "provider_ref": f"pi_{self.rows}",
            "state": "succeeded",
            "amount_minor": 800,
            "currency": "TWD",
            "happened_at": self.now,
        }
        payment = Payment.objects.create(invoice=checkout.link.invoice, checkout=checkout, **paid)
        Refund.objects.create(payment=payment, **paid)
        file = SettlementFile.objects.create(
            organisation=self.company, account="sandbox", sha256=f"{self.rows}", imported_at=self.now
        )
        self.names.setdefault("settlement", str(file.pk))
        SettlementLine.objects.create(
            organisation=self.company,
            file_id=self.names["settlement"],
            account="sandbox",
            line_id=f"txn_{self.rows}",
            number=self.rows,
            kind="payment",
            currency="TWD",
            gross_minor=1,
            fee_minor=0,
            net_minor=1,
            happened_at=self.now,
            finding="settled_twice",
            payment=None,
        )

    def _commission(self, visit: Visit, payment: Payment) -> None:
        """A rule, a month with a statement, one more line of the first, and one more who shares the first visit."""
        rule = CommissionRule.objects.create(
            organisation=self.company, kind="share", item=self._item(f"ruled-{self.rows}", PriceItem.Kind.ADD_ON),
            rate_bp=1000, valid_from=date(2026, 1, 1),
        )  # fmt: skip
        month = CommissionMonth.objects.create(organisation=self.company, month=date(2026, self.rows, 1))
        statement = CommissionStatement.objects.create(
            organisation=self.company, month=month, technician=self.technician, currency="TWD"
        )
        self.names.setdefault("rule", str(rule.pk))
        self.names.setdefault("statement", str(statement.pk))
        CommissionLine.objects.create(
            organisation=self.company,
            statement_id=self.names["statement"],
            technician=self.technician,
            kind="share",
            rule=rule,
            visit=visit,
            posting=Posting.objects.get(payment=payment),
            invoice_line=payment.invoice.lines.get(),
            happened_at=self.now,
            base_minor=400,
            parts=1,
            of_parts=1,
            amount_minor=40,
        )
        sharer = factories.technician(self.region, f"S{self.rows}")
        first = self.names.setdefault("shared", str(visit.pk))
        VisitShare.objects.create(organisation=self.company, visit_id=first, technician=sharer)

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

    def _price_book(self) -> None:
        """A taxed item with a part, a price list that has it, an option set that offers it."""
        company, code = self.company, f"pump-{self.rows}"
        tax = Tax.objects.create(organisation=company, code=f"vat-{self.rows}", name="Tax", rate_bp=500)
        item = self._item(code, PriceItem.Kind.ADD_ON, tax=tax)
        PriceItemPart.objects.create(organisation=company, item=item, part="seal")
        price_list = PriceList.objects.create(
            organisation=company,
            code=f"list-{self.rows}",
            name="List",
            valid_from=date(2020, self.rows, 1),
            valid_until=date(2020, self.rows, 2),
        )
        PriceListEntry.objects.create(organisation=company, price_list=price_list, item=item, price_minor=700)
        option_set = OptionSet.objects.create(organisation=company, code=f"set-{self.rows}", name="Set")
        option = SetOption.objects.create(
            organisation=company, option_set=option_set, position=1, name="Good"
        )
        SetOptionLine.objects.create(organisation=company, option=option, item=item)

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

    def _goal(self) -> None:
        """A goal of the region, and a reading of each region."""
        measures = list(Goal.Measure)
        goal = Goal.objects.create(
            organisation=self.company, region=self.region, measure=measures[self.rows - 1], target=Decimal("0.8"),
            by_on=date(2027, 1, 1), owner_id=self.technician.user_id,
            progress={"state": "unknown", "current": None, "trend": None, "expected": None, "weeks": []},
        )  # fmt: skip
        self.names.setdefault("goal", str(goal.pk))
        read = self.region if self.rows == 1 else factories.region(self.company, f"read-{self.rows}")
        LagReading.objects.create(
            organisation=self.company, region=read, through_on=date(2026, 3, 1),
            outcomes={}, currency="TWD", inputs_hash=f"{self.rows}",
        )  # fmt: skip

    def _insight(self, community: Community) -> None:
        self._figures(community)
        Signal.objects.create(
            organisation=self.company,
            signal_set=self.signals,
            kind=Signal.Kind.COMMUNITY_PRIORITY,
            community=community,
            minutes=self.rows,
            evidence={"csat": asdict(Debt(0.5, 3.7, 4.2, 3.5, 4.0, 9)), "hit_rate": None},
        )
        Policy.objects.create(
            organisation=self.company,
            region=self.region,
            version=self.rows,
            content=asdict(SignalPolicy()),
            reason="Fewer complaints.",
        )
        self._experiment()

    def _figures(self, community: Community) -> None:
        """A request and five answers, counted; and somebody who read them."""
        at = {"community_id": community.pk, "technician_id": self.technician.pk}
        factories.fact(self.company, "request.received", self.now, community_id=community.pk)
        for csat in (1, 2, 3, 4, 5):
            factories.fact(self.company, "survey.answered", self.now, **at, data={"csat": csat, "nps": None})
        windows_turn(now=self.now)
        metrics_refresh()
        FigureUse.objects.create(organisation=self.company, purpose=FigureUse.Purpose.SCHEDULING, asked={})

    def _experiment(self) -> None:
        """A reading of the region that suspends feedback there, after the one before was got over."""
        reading = ExperimentReading.objects.create(
            organisation=self.company,
            region=self.region,
            first_on=date(2026, 3, 2),
            through_on=date(2026, 3, 8) + timedelta(weeks=self.rows),
            weeks=1 + self.rows,
            communities=12,
            findings=[asdict(Finding("csat", 4.4, 4.1, -0.3, -0.45, -0.15, 0.002, None, Verdict.HARMS))],
            verdict=Verdict.HARMS,
            policy={},
            inputs_hash=str(self.rows),
            code_version="1",
        )
        FeedbackSuspension.objects.filter(ended_at=None).update(ended_at=self.now, ended_reason="Over.")
        FeedbackSuspension.objects.create(
            organisation=self.company, region=self.region, reading=reading, began_at=self.now
        )

    def _customer(self, community: Community) -> None:
        """Known to the ledger, answered for by the technician since a hand-over."""
        customer = factories.customer(self.company)
        if self.rows == 1:
            self.names |= {"known_customer": str(customer.pk), "technician": str(self.technician.pk)}
        factories.fact(
            self.company, "visit.completed", self.now, customer_id=customer.pk, community_id=community.pk
        )
        CustomerStanding.objects.create(
            organisation=self.company,
            customer=customer,
            community=community,
            through_on=self.now.date(),
            first_on=self.now.date(),
            last_on=self.now.date(),
            orders=1,
            health=50.0,
            reasons=[{"measure": "recency", "points": 1.5, "before": None}],
        )
        CustomerOwner.objects.create(
            organisation=self.company,
            customer=customer,
            technician_id=self.technician.pk,
            since=self.now,
        )
        HandOver.objects.create(
            organisation=self.company,
            to_technician_id=self.technician.pk,
            reason="New.",
            happened_at=self.now,
            customers=1,
            open_requests=0,
            promised_visits=0,
        )
        RetentionFit.objects.create(
            organisation=self.company,
            region=self.region,
            through_on=date(2026, 3, self.rows),
            orders=40,
            returns=20,
            median_days=30.0,
            curve=[{"days": 30, "share": 0.5, "low": 0.36, "high": 0.66}],
            code_version="1",
        )
