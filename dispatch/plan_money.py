"""What a version of a day's plan brings and costs, in minor units of the organisation's currency."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from communities.insight.signals import Part, Signals
from dispatch.models import Route, Stop
from dispatch.services.costs import time_cost


@dataclass(frozen=True, slots=True)
class PlanMoney:
    """`visits_minor`: what the planned visits cost customers by the price book, without anything beside it.
    `driving_minor`: what technicians' time on the road costs. `upsell_added_minor`: what those who go are expected to
    sell beyond what is usual, as a sum."""

    visits_minor: int
    driving_minor: int
    upsell_added_minor: int


def plan_money(stops: Iterable[Stop], prices: Mapping[UUID, int], signals: Signals) -> PlanMoney:
    """Of a version's stops, with their visits' sites and their routes' technicians. `prices` by service type.

    Two versions are to be compared by the same prices and signals.
    """
    stops = list(stops)
    routes = {stop.route_id: stop.route for stop in stops}.values()
    trips = [stop for stop in stops if stop.visit.leads]
    return PlanMoney(
        visits_minor=sum(prices.get(stop.visit.service_type_id, 0) for stop in trips),
        driving_minor=sum(_driving(route) for route in routes),
        upsell_added_minor=_upsell(trips, signals),
    )


def _driving(route: Route) -> int:
    minutes = round(route.travel_s / 60)
    return time_cost(route.technician, minutes)


def _upsell(stops: Iterable[Stop], signals: Signals) -> int:
    """An estimate: what each technician adds to the sales of such a visit there, as a sum in whole minor units."""
    return round(sum(part.effect for stop in stops if (part := _parts(stop, signals).get("upsell"))))


def _parts(stop: Stop, signals: Signals) -> Mapping[str, Part]:
    visit = stop.visit
    return signals.parts_of(
        str(stop.route.technician_id), str(visit.site.community_id), str(visit.service_type_id)
    )
