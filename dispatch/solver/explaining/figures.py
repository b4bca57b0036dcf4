"""What explanations consist of: figures and names, no words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dispatch.solver.plan import Route, Score, Unassigned

Detail = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Choice:
    """A shift, and what the visit adds to its route, term by term (seconds of travel, negative = a gain)."""

    shift: str
    technician: str
    terms: Score


@dataclass(frozen=True, slots=True)
class Rival(Choice):
    """Another technician who could have gone, the rest of the plan unchanged.

    `difference_s`: seconds of travel he would cost more; negative is possible when limits ended a search early, or
    when a dispatcher made the plan. `deciding_term`: the term that speaks most against him.
    """

    difference_s: int
    deciding_term: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Who fills a role of a visit and, the best first, the next two technicians who could have."""

    visit: str
    chosen: Choice
    rivals: tuple[Rival, ...]
    role: int = 0

    @property
    def runner_up(self) -> Rival | None:
        """The next best technician."""
        return self.rivals[0] if self.rivals else None


class Rule(StrEnum):
    """Why a shift does not take a visit. The first that holds, in this order, is the one given."""

    NOT_ALLOWED = "not_allowed"
    """Its technician may not go. Detail: `by`, one of `pinned`, `required`, `forbidden`."""
    SKILL = "skill"
    """He lacks a skill. Detail: `skill`, `level`, the first by name."""
    PARTS = "parts"
    """The van, even if it carried nothing else, does not hold the parts. Detail: `part`, `pieces`."""
    WINDOW = "window"
    """The shift covers no window, even without any travel."""
    TOO_FAR = "too_far"
    """He does not get there and back in time, or within his limits, even with nothing else to do."""
    ORDER = "order"
    """The visit must come after one that is left out. Detail: `visit`."""
    CREW = "crew"
    """He could come, but never at a moment, or at a price, at which the whole crew could."""
    FULL = "full"
    """His route has no room for it."""
    PRICE = "price"
    """It fits, for more than leaving it out costs. Detail: `cost_s`, and by how much, `beyond_s`."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A shift that does not take a visit (of a crew: a role of it), and the rule that keeps it out."""

    shift: str
    technician: str
    rule: Rule
    detail: Detail = field(default_factory=dict)
    role: int = 0


class Way(StrEnum):
    """What could be different."""

    OVERTIME = "overtime"
    """Detail: `minutes` more."""
    EARLIER_START = "earlier_start"
    """The shift begins earlier; every minute costs what one of overtime costs. Detail: `minutes`."""
    WINDOW_LATER = "window_later"
    """Detail: `minutes`."""
    WINDOW_EARLIER = "window_earlier"
    """Detail: `minutes`."""
    SKILL = "skill"
    """The technician learns what he lacks. Detail: skill → level."""
    PERSON = "person"
    """One more technician with the visit's skills and a shift like the one named; having him at all is not priced.
    Detail: skill → level."""
    PENALTY = "penalty"
    """Leaving it out costs more. Detail: `minutes` it would have to be worth."""
    PARTS = "parts"
    """The van holds more. Detail: part → pieces more."""
    ONE_MORE = "one_more"
    """The limit on visits is one higher. Detail: `visits`."""
    LONGER_DRIVE = "longer_drive"
    """The limit on driving is higher. Detail: `minutes` more."""
    FARTHER_DRIVE = "farther_drive"
    """The limit on road is higher. Detail: `km` more."""
    TECHNICIAN = "technician"
    """Somebody goes who is forbidden, or none of those required. Detail: `by`, one of `required`, `forbidden`."""
    SWAP = "swap"
    """A cheaper visit of the route is left out instead. Detail: `visit`."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A change that has been tried: with it the visit goes into the route of `shift`, and the checker agrees.

    - `cost_s`: what the visit then adds to the plan, in seconds of travel; with the other visit's penalty, if that is
      left out, and with the price of an earlier start.
    - `worth_it`: whether that is less than leaving the visit out.
    - `changes`: field of the problem, as in `shifts[S].overtime_s` → its new value; none for a swap.
    - `route`: the route as it would be.
    """

    way: Way
    shift: str
    technician: str
    cost_s: int
    worth_it: bool
    detail: Detail
    changes: Mapping[str, object]
    route: Route


@dataclass(frozen=True, slots=True)
class Explanations:
    """`assigned`: visit → who goes and why; a crew's further technicians are in `further`, by visit and role.

    `unassigned`: visit → reason and figures; `excluded`: visit → what keeps it out of every shift; `relaxations`:
    visit → what would let it in, the cheapest first.
    """

    assigned: dict[str, Explanation]
    unassigned: dict[str, Unassigned]
    excluded: dict[str, tuple[Exclusion, ...]] = field(default_factory=dict)
    relaxations: dict[str, tuple[Relaxation, ...]] = field(default_factory=dict)
    further: dict[tuple[str, int], Explanation] = field(default_factory=dict)

    def every(self) -> Iterator[Explanation]:
        """Every explanation, crews' further technicians last."""
        yield from self.assigned.values()
        yield from self.further.values()


def by_rule(exclusions: tuple[Exclusion, ...]) -> dict[Rule, tuple[str, ...]]:
    """Rule → the technicians it keeps out, each once, in the order of the rules."""
    found: dict[Rule, dict[str, None]] = {}
    for rule in Rule:
        names = dict.fromkeys(one.technician for one in exclusions if one.rule is rule)
        if names:
            found[rule] = names
    return {rule: tuple(names) for rule, names in found.items()}
