"""Two plans of a day in words: their figures side by side, communities, and who goes elsewhere and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from communities.access import Caller
from communities.insight.sentences import Language
from communities.models import Community
from communities.selectors.places import community_list
from core.money import Money
from dispatch.explanations import comparison_sentences, name_in, unassigned_sentence
from dispatch.models import PolicyPreview, ServiceType, UnassignedVisit
from dispatch.term_words import TERMS

MOST = 100  # visits that move, on the page; the API has the rest
EVEN = 0.005
"""A smaller difference of minutes or points is none."""

Side = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of both plans. `is_better`: None where nothing differs."""

    title: Promise | str
    before: str
    after: str
    change: str
    is_better: bool | None


@dataclass(frozen=True, slots=True)
class CommunityShown:
    name: str
    visits: int
    moved: int
    figures: list[Figure]


@dataclass(frozen=True, slots=True)
class Worth:
    """What sending a technician is worth, in minutes, under either policy."""

    technician: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Move:
    """A visit that another technician would have; empty is nobody."""

    number: str
    place: str
    gone: str
    goes: str
    why: list[str]
    worths: list[Worth]


@dataclass(frozen=True, slots=True)
class Compared:
    visits: int
    figures: list[Figure]
    terms: list[Figure]
    communities: list[CommunityShown]
    moves: list[Move]
    moved: int


def compared(caller: Caller, preview: PolicyPreview, language: Language) -> Compared:
    """The result of a preview that is done. Two queries."""
    result, currency = preview.result, caller.organisation.currency
    before, after = result["before"], result["after"]
    places = {
        str(one.pk): one for one in community_list(caller).filter(region=preview.region).defer("boundary")
    }
    kinds = {str(one.pk): one for one in ServiceType.objects.filter(organisation=caller.organisation)}
    return Compared(
        visits=result["visits"],
        figures=list(_figures(before, after, currency)),
        terms=list(_terms(before["minutes"], after["minutes"], language)),
        communities=list(_communities(result["communities"], places, currency, language)),
        moves=[_move(one, places, kinds, language) for one in result["moved"][:MOST]],
        moved=len(result["moved"]),
    )


def _figures(before: Side, after: Side, currency: str) -> Iterator[Figure]:
    yield _minutes(_("Travel, min"), before["travel_minutes"], after["travel_minutes"])
    yield _count(_("Customers told something else"), before["promises"], after["promises"])
    yield from _added(before, after, currency)


def _added(before: Side, after: Side, currency: str) -> Iterator[Figure]:
    yield _count(_("Left out"), before["unassigned"], after["unassigned"])
    yield _points(_("Satisfaction, added by who goes"), before["csat_added"], after["csat_added"])
    yield _money(
        _("Sales, added by who goes"), before["upsell_added_minor"], after["upsell_added_minor"], currency
    )


def _terms(before: Side, after: Side, language: Language) -> Iterator[Figure]:
    """Cost terms that differ, the largest difference first."""
    names: dict[str, Promise | str] = {**TERMS[language], "unassigned": _("Left out")}
    differing = [
        (term, before.get(term, 0.0), after.get(term, 0.0)) for term in dict.fromkeys([*before, *after])
    ]
    for term, former, then in sorted(differing, key=lambda one: -abs(one[2] - one[1])):
        if abs(then - former) > EVEN:
            yield _minutes(names[term], former, then)


def _communities(
    rows: list[dict[str, Any]], places: Mapping[str, Community], currency: str, language: Language
) -> Iterator[CommunityShown]:
    for row in rows:
        yield CommunityShown(
            name=_name(places.get(row["community_id"]), language),
            visits=row["visits"],
            moved=row["moved"],
            figures=list(_added(row["before"], row["after"], currency)),
        )


def _move(
    row: dict[str, Any], places: Mapping[str, Community], kinds: Mapping[str, ServiceType], language: Language
) -> Move:
    named = (places.get(row["community_id"]), kinds.get(row["service_type_id"]))
    return Move(
        number=row["work_order_number"],
        place=" · ".join(_name(one, language) for one in named if one),
        gone=row["from"] or "",
        goes=row["to"] or "",
        why=_why(row, language),
        worths=[
            Worth(technician, *(signed(minutes) for minutes in worth))
            for technician, worth in row["worth"].items()
            if any(worth)
        ],
    )


def _why(row: dict[str, Any], language: Language) -> list[str]:
    """As it is said of a plan."""
    if row["to"]:
        return list(comparison_sentences(row["why"], language))
    return [unassigned_sentence(UnassignedVisit(**row["why"]), language)]


def _name(named: Community | ServiceType | None, language: Language) -> str:
    return name_in(named, language) if named else "–"


def _minutes(title: Promise | str, before: float, after: float) -> Figure:
    change = after - before
    return Figure(title, f"{before:,.1f}", f"{after:,.1f}", signed(change), _better(-change))


def _count(title: Promise, before: int, after: int) -> Figure:
    """Of something that should be rare."""
    change = after - before
    return Figure(title, str(before), str(after), signed(change, 0), _better(-change))


def _points(title: Promise, before: float, after: float) -> Figure:
    change = after - before
    return Figure(title, signed(before, 2), signed(after, 2), signed(change, 2), _better(change))


def _money(title: Promise, before: int, after: int, currency: str) -> Figure:
    change = Money(after - before, currency)
    words = f"+{change}" if change.minor > 0 else str(change).replace("-", "−")
    return Figure(
        title, str(Money(before, currency)), str(Money(after, currency)), words, _better(change.minor)
    )


def _better(gain: float) -> bool | None:
    return gain > 0 if abs(gain) > EVEN else None


def signed(number: float, digits: int = 1) -> str:
    """+3.5, −12.0, or 0."""
    text = f"{number:+,.{digits}f}"
    return text.replace("-", "−") if text.strip("+-0.,") else "0"
