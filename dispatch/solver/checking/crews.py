"""Could a whole crew come at one moment? Tried out on a plan's gaps.

Tried are the moments that are the earliest start of some role in some gap. Where the starts that a gap allows form
one stretch of time, that is enough: if the crew can come at all, it can come at the latest of its members' earliest
starts. With several windows or breaks a gap's starts may fall apart, and a moment may be missed. A cost is that of
one of these moments, no more than an upper bound on what the crew costs.
"""

from collections.abc import Sequence

from dispatch.solver.checking.gaps import Gap
from dispatch.solver.checking.insertions import Insertions
from dispatch.solver.checking.trial import NEVER, Windows
from dispatch.solver.problem import Visit

Offers = Sequence[tuple[Gap, int]]
"""Gaps that can take a role, each with the earliest start there."""

Costs = list[tuple[int, int]]
"""(cost, shift), the cheapest first."""


def crew_cost(
    insertions: Insertions,
    visit: Visit,
    windows: Windows,
    shifts: Sequence[Sequence[int]],
    *,
    enough_s: int,
) -> int | None:
    """What it costs to send the crew at some moment, less than `enough_s` if any of the moments tried allows that;
    `None` if no moment will do. `shifts`: role → the shifts that can fill it."""
    offers = [
        [(gap, insertions.start(gap, visit, windows)) for gap in insertions.gaps(visit, windows, able, role)]
        for role, able in enumerate(shifts)
    ]
    offers.sort(key=len)
    if not offers[0]:
        return None
    least = [min(gap.bound_s for gap, _ in role) for role in offers]
    best: int | None = None
    for moment in sorted({start for role in offers for _, start in role}):
        if best is not None:
            # Somebody can come at some moment; from now on only what is cheap enough is of interest.
            offers = [
                _below(role, enough_s - sum(least) + own) for role, own in zip(offers, least, strict=True)
            ]
        cost = _cheapest_choice(_costs_at(insertions, visit, moment, offers))
        best = cost if best is None or (cost is not None and cost < best) else best
        if best is not None and best < enough_s:
            break
    return best


def _below(offers: Offers, ceiling_s: float) -> list[tuple[Gap, int]]:
    return [(gap, start) for gap, start in offers if gap.bound_s < ceiling_s]


def _costs_at(insertions: Insertions, visit: Visit, moment: int, offers: Sequence[Offers]) -> list[Costs]:
    """Role → the shifts that can take it at this moment: the cheapest, as many as there are roles, for the others can
    take away one less than that. Nothing at all when a role finds nobody."""
    at = ((moment, moment),)
    gaps = []
    for role in offers:
        gaps.append(
            [gap for gap, first in role if first <= moment and insertions.start(gap, visit, at) < NEVER]
        )
        if not gaps[-1]:
            return []
    found = []
    for role_gaps in gaps:
        costs: dict[int, int] = {}
        for gap in role_gaps:
            cost = insertions.cost(gap, visit, at)
            costs[gap.shift] = min(cost, costs.get(gap.shift, cost))
        found.append(sorted((cost, shift) for shift, cost in costs.items())[: len(offers)])
    return found


def _cheapest_choice(costs: Sequence[Costs]) -> int | None:
    """The least sum with a different shift for every role: shift by shift, for each set of roles filled so far."""
    if not costs:
        return None
    of_shift: dict[int, list[tuple[int, int]]] = {}
    for role, listed in enumerate(costs):
        for cost, shift in listed:
            of_shift.setdefault(shift, []).append((1 << role, cost))
    least = {0: 0}
    for roles in of_shift.values():
        for filled, spent in list(least.items()):
            for role, cost in roles:
                if not filled & role:
                    least[filled | role] = min(spent + cost, least.get(filled | role, spent + cost))
    return least.get((1 << len(costs)) - 1)
