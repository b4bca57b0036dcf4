"""What a version of a plan would change of the published one."""

from collections import Counter
from typing import Annotated, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from api.schemas.base import Out
from api.schemas.board import LocalMoment, community_names
from api.schemas.plans import PlanOut
from communities.access import Caller
from communities.insight.sentences import Language
from dispatch.explanations import name_in
from dispatch.models import PlanVersion, Stop
from dispatch.plan_bundles import Bundle
from dispatch.plan_changes import Change, minutes_changed
from dispatch.plan_money import PlanMoney


class WhereOut(Out):
    technician: str
    start_at: LocalMoment

    @classmethod
    def of(cls, stop: Stop | None, zone: ZoneInfo) -> Self | None:
        if stop is None:
            return None
        return cls(technician=stop.route.technician.code, start_at=stop.start_at.astimezone(zone))


class ChangeOut(Out):
    """A visit that would be somewhere else, or at another time."""

    visit_id: UUID
    number: str
    address: str
    community_id: UUID | None
    breaks_promise: bool
    before: WhereOut | None
    after: WhereOut | None

    @classmethod
    def of(cls, change: Change, zone: ZoneInfo) -> Self:
        visit = change.visit
        return cls(
            visit_id=visit.id,
            number=visit.work_order.number,
            address=str(visit.site),
            community_id=visit.site.community_id,
            breaks_promise=change.breaks_promise,
            before=WhereOut.of(change.before, zone),
            after=WhereOut.of(change.after, zone),
        )


class CommunityChange(Out):
    id: UUID
    name: str
    visits: Annotated[int, Field(description="How many of its visits would be somewhere else.")]


class PersonOut(Out):
    id: UUID
    code: str
    name: str


class BundleOut(Out):
    """Technicians whose routes can be taken over without anybody else's: no visit goes between them and others."""

    technicians: list[PersonOut]
    visits: Annotated[int, Field(description="How many of them would be somewhere else.")]
    promises: int
    travel_minutes: float

    @classmethod
    def of(cls, bundle: Bundle, language: Language) -> Self:
        people = [
            PersonOut(id=one.id, code=one.code, name=name_in(one, language)) for one in bundle.technicians
        ]
        return cls(
            technicians=people,
            visits=len({change.visit.trip for change in bundle.changes}),
            promises=sum(change.breaks_promise for change in bundle.changes),
            travel_minutes=round(bundle.travel_s / 60, 1),
        )


class PlanMoneyOut(Out):
    """In minor units of the organisation's currency."""

    visits_minor: Annotated[int, Field(description="Prices of the planned visits, by the price book.")]
    driving_minor: Annotated[int, Field(description="What technicians' time on the road costs.")]
    upsell_added_minor: Annotated[
        int, Field(description="What those who go sell beyond the usual, expected.")
    ]

    @classmethod
    def of(cls, money: PlanMoney) -> Self:
        return cls.model_validate(money, from_attributes=True)


class ChangesOut(Out):
    """A version against the published one, or, where there is none, against nothing."""

    against: PlanOut | None
    version: PlanOut
    minutes: Annotated[
        dict[str, float],
        Field(
            description="Change of each cost term and of their total, minutes of travel; negative is better."
        ),
    ]
    travel_minutes: float
    other_technician: int
    other_time: int
    promises: Annotated[int, Field(description="Customers who were told something else.")]
    communities: list[CommunityChange]
    bundles: Annotated[
        list[BundleOut], Field(description="What can be accepted by itself; none against nothing.")
    ]
    visits: list[ChangeOut]
    money: PlanMoneyOut
    money_before: Annotated[
        PlanMoneyOut | None, Field(description="Of `against`, by the same prices and signals.")
    ]

    @classmethod
    def of(
        cls,
        caller: Caller,
        against: PlanVersion | None,
        version: PlanVersion,
        changes: list[Change],
        bundles: list[Bundle],
        money: tuple[PlanMoney | None, PlanMoney],
        language: Language,
    ) -> Self:
        zone = caller.organisation.zone
        visits = [ChangeOut.of(change, zone) for change in changes]
        technicians = sum(change.changes_technician for change in changes)
        trips = {change.visit.trip: change.visit.site.community_id for change in changes}
        counts = Counter(trips.values())
        names = community_names((change.visit.site.community for change in changes), language)
        return cls(
            against=PlanOut.of(against) if against else None,
            version=PlanOut.of(version),
            minutes=minutes_changed(against.score if against else {}, version.score),
            travel_minutes=round((version.travel_s - (against.travel_s if against else 0)) / 60, 1),
            other_technician=technicians,
            other_time=len(changes) - technicians,
            promises=sum(one.breaks_promise for one in visits),
            communities=[
                CommunityChange(id=one.id, name=one.name, visits=counts[one.id])
                for one in sorted(names, key=lambda one: (-counts[one.id], one.name))
            ],
            bundles=[BundleOut.of(bundle, language) for bundle in bundles],
            visits=visits,
            money=PlanMoneyOut.of(money[1]),
            money_before=PlanMoneyOut.of(money[0]) if money[0] else None,
        )
