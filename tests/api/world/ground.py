"""What all of it stands on, and the time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from billing.models import PriceItem
from communities.models import Community
from dispatch.models import Technician, Visit
from dispatch.states import VisitState
from tests import factories

TAIPEI = ZoneInfo("Asia/Taipei")


def tomorrow_at(hour: int) -> datetime:
    """A full hour of the day after the real one, in Taipei."""
    tomorrow = datetime.now(TAIPEI) + timedelta(days=1)
    return tomorrow.replace(hour=hour, minute=0, second=0, microsecond=0)


@dataclass
class Ground:
    """A company's technician, region and community; `names` are the rows that addresses name."""

    technician: Technician
    now: datetime
    names: dict[str, str] = field(default_factory=dict)
    rows: int = 0

    def __post_init__(self) -> None:
        self.company = self.technician.organisation
        self.region = self.technician.region
        self.community = factories.community(self.region, "xicun")

    def _item(self, code: str, kind: PriceItem.Kind, **more: Any) -> PriceItem:
        return PriceItem.objects.create(
            organisation=self.company, code=code, name=code, kind=kind, price_minor=800, **more
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
