"""Plans in each of their states, and a policy that was tried."""

from datetime import date, timedelta
from typing import Any

from communities.models import Policy
from dispatch.models import Plan, PlanVersion, PolicyPreview, Route, Shift, Stop, UnassignedVisit, Visit
from dispatch.services.day import rows_hash
from dispatch.states import PlanState, PreviewState
from tests import factories
from tests.api.world.ground import Ground

NO_PINS = {"technician": None, "start_at": None}
EXPLANATION: dict[str, Any] = {"chosen": {"technician": "T1", "minutes": {"travel": 4.0}}, "runner_up": None}
ADDED = {"unassigned": 0, "csat_added": 0.0, "upsell_added_minor": 0}
SIDE = {"travel_minutes": 0.0, "promises": 0, "minutes": {}, **ADDED}
PREVIEWED = {"visits": 0, "before": SIDE, "after": SIDE, "communities": [], "moved": []}
"""Of a day without visits."""


class Plans(Ground):
    """`draft` and `queued` are of two days."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.draft = self._version(date(2026, 3, 2), PlanState.DRAFT)
        self.queued = self._version(date(2026, 3, 3), PlanState.QUEUED)

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

    def _changed_by_hand(self) -> dict[str, str]:
        """A draft that somebody has put a visit into, a crew left out of it, and one where that was taken back."""
        before = self._version(date(2026, 3, 4), PlanState.SUPERSEDED)
        shift = factories.shift(self.technician, self.now + timedelta(days=2))
        visit = factories.visit(factories.site(self.community), self.now)
        edit = {"kind": "move", "visit": str(visit.pk), "pins": {"from": NO_PINS, "to": NO_PINS}}
        lead = factories.visit(factories.site(self.community), self.now)
        visits = [visit, lead, factories.along(lead)]
        edited = self._next_version(before, visits, [shift], made_by="edit", edit=edit, starts_from=before)
        self._route_with(edited, shift, visit)
        UnassignedVisit.objects.bulk_create(
            UnassignedVisit(organisation=self.company, version=edited, visit=one, reason="crew_incomplete")
            for one in visits[1:]
        )
        undone = self._version(date(2026, 3, 5), PlanState.SUPERSEDED, made_by="edit", edit=edit)
        undo = {"kind": "undo", "undoes": str(undone.pk), "last": None}
        taken_back = self._next_version(undone, [], [], made_by="undo", edit=undo)
        return {
            "edited": str(edited.pk),
            "taken_back": str(taken_back.pk),
            "assigned": str(visit.pk),
            "crew": str(lead.pk),
        }

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
