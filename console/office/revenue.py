"""Service and money: what goes with better service weeks later, what a point is worth, and regions' goals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from communities.access import Caller
from communities.insight.sentences import Language
from communities.models import LagReading, Region
from communities.selectors.goals import goal_list, lag_reading_list
from console.office.curves import Curve, curve
from console.office.goal_words import goal_shown
from console.office.pages import language_here, office_page, signed_in
from core.money import Money
from dispatch.explanations import name_in

OUTCOMES: dict[str, Promise] = {"repurchase": _("Customers who come back"), "ticket": _("Average invoice")}
STEPS: dict[str, Promise] = {
    "csat": _("One point of CSAT"),
    "on_time": _("Ten of 100 more arrivals on time"),
    "first_visit_fix": _("Ten of 100 more fixed at the first visit"),
}
NEEDS: dict[str, Promise] = {
    "weeks": _("weeks of history"),
    "communities": _("communities with answers"),
    "community_weeks": _("weeks of communities with customers"),
    "independent_communities": _("communities that weigh enough"),
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What a step goes with in the end, of 100 customers or as money, and how it builds up."""

    step: Promise
    whole: str
    low: str
    high: str
    half_shown: int | None
    curve: Curve


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    title: Promise
    missing: list[tuple[int, int, Promise]]
    effects: list[Effect]


@dataclass(frozen=True, slots=True)
class Shown:
    """A reading; `name` is empty for all regions together. Money in words."""

    name: str
    reading: LagReading
    outcomes: list[Outcome]
    stake: tuple[Money, Money, Money] | None


@require_safe
@signed_in
def service_and_money(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The reading of ?region= (a code), else of all together or of one's first region. Not for technicians."""
    if caller.is_technician:
        return redirect("day")
    language = language_here(request, caller.organisation.language)
    readings = sorted(lag_reading_list(caller), key=_place)
    asked = request.GET.get("region", "")
    chosen = next((one for one in readings if one.region and one.region.code == asked), None)
    goals = goal_list(caller).order_by("region__code", "measure")
    context = {
        "readings": [_shown(reading, language) for reading in readings],
        "chosen": _shown(chosen or readings[0], language) if readings else None,
        "goals": [goal_shown(goal, language, caller.organisation.currency) for goal in goals],
    }
    return office_page(request, caller, "office/revenue.html", context)


def _place(reading: LagReading) -> str:
    """All together first, then by code."""
    return reading.region.code if reading.region else ""


def _shown(reading: LagReading, language: Language) -> Shown:
    worth = (reading.stake_minor, reading.stake_low_minor, reading.stake_high_minor)
    point, low, high = (None if minor is None else Money(minor, reading.currency) for minor in worth)
    return Shown(
        name=_name(reading.region, language),
        reading=reading,
        outcomes=[_outcome(name, kept, reading.currency) for name, kept in sorted(reading.outcomes.items())],
        stake=(point, low, high) if point and low and high else None,
    )


def _name(region: Region | None, language: Language) -> str:
    return name_in(region, language) if region else ""


def _outcome(name: str, kept: Mapping[str, Any], currency: str) -> Outcome:
    return Outcome(
        name=name,
        title=OUTCOMES[name],
        missing=[(need["have"], need["need"], NEEDS[need["what"]]) for need in kept["missing"]],
        effects=list(_effects(name, kept["associations"], currency)),
    )


def _effects(outcome: str, associations: Mapping[str, Any], currency: str) -> Iterator[Effect]:
    for measure, step in STEPS.items():
        if measure not in associations:
            continue
        band = associations[measure]["cumulative"]
        scale = 100.0 if outcome == "repurchase" else 1.0
        value, low, high = ([scale * number for number in band[line]] for line in ("value", "low", "high"))
        yield Effect(
            step=step,
            whole=_words(outcome, value[-1], currency),
            low=_words(outcome, low[-1], currency),
            high=_words(outcome, high[-1], currency),
            half_shown=associations[measure]["half_shown"],
            curve=curve(value, low, high),
        )


def _words(outcome: str, number: float, currency: str) -> str:
    """Of 100 customers, with one decimal; or an amount, with its sign."""
    if outcome == "repurchase":
        return f"{number:+.1f}"
    whole = Money(round(number), currency)
    return f"+{whole}" if whole.minor > 0 else str(whole)
