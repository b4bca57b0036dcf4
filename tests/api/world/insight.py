"""What is counted and read of it."""

from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal

from communities.insight.experiment.words import Finding, Verdict
from communities.insight.signals import Debt, SignalPolicy
from communities.models import (
    Community,
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
)
from communities.services.metrics import metrics_refresh
from communities.services.windows import windows_turn
from tests import factories
from tests.api.world.ground import Ground


class Insight(Ground):
    """`signals` is the one set of the region."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.signals = SignalSet.objects.create(
            organisation=self.company,
            region=self.region,
            version=1,
            through_on=self.now.date(),
            policy={},
            code_version="1",
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
