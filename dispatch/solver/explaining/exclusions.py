"""Why not: for every visit left out, the first rule that keeps it out of each shift."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dispatch.solver.explaining.bench import Bench
from dispatch.solver.explaining.figures import Detail, Exclusion, Rule
from dispatch.solver.explaining.kernels import cheapest_everywhere
from dispatch.solver.objective import unassigned_cost
from dispatch.solver.problem import Shift, Visit
from dispatch.solver.search.board import Board
from dispatch.solver.search.eligibility import lacking, permitted, short_of
from dispatch.solver.search.kernels.insertion import fits_alone
from dispatch.solver.search.kernels.layout import NEVER, Longs
from dispatch.solver.search.kernels.linked import allowed_start
from dispatch.solver.search.reasons import covers
from dispatch.solver.search.windows import Windows


class Trial(NamedTuple):
    """One visit left out (its node), by shift: the rule that excludes, and of those with a gap its exact cost."""

    node: int
    visit: Visit
    windows: Windows
    costs: Longs
    gaps: Longs
    exclusions: tuple[Exclusion, ...]


def try_out(bench: Bench, visit: Visit) -> Trial:
    """Try a visit that is left out in every shift; of a crew, every role."""
    first = bench.model.nodes_of[visit.id][0]
    windows = start_windows(bench.board, first)
    shifts = len(bench.problem.shifts)
    costs, gaps = np.full(shifts, NEVER, np.int64), np.full(shifts, -1, np.int64)
    if windows and not visit.crew:
        with bench.starting_within(first, windows):
            cheapest_everywhere(bench.board.m, bench.board.s, first, costs, gaps)
    excluded = tuple(
        Exclusion(shift.id, shift.technician, *_rule(bench, visit, shift, role, costs), role)
        for role in range(visit.roles)
        for shift in bench.problem.shifts
    )
    return Trial(first, visit, windows, costs, gaps, excluded)


def start_windows(board: Board, node: int, windows: Windows | None = None) -> Windows:
    """When the node may start, by its windows (or these) and by what must have ended before."""
    windows = board.model.windows[node] if windows is None else windows
    first, last = allowed_start(board.m, board.s, node)
    cut = ((max(first, opens), min(last, closes)) for opens, closes in windows)
    return tuple((opens, closes) for opens, closes in cut if opens <= closes)


def _rule(bench: Bench, visit: Visit, shift: Shift, role: int, costs: Longs) -> tuple[Rule, Detail]:
    """The first rule that keeps the visit out, with its figures."""
    return (
        _personal(visit, shift, role)
        or _on_its_own(bench, visit, shift, role)
        or _in_this_plan(bench, visit, int(costs[bench.model.number[shift.id]]))
    )


def _personal(visit: Visit, shift: Shift, role: int) -> tuple[Rule, Detail] | None:
    """Whether technician and van come into question at all."""
    if not permitted(visit, shift, role):
        return Rule.NOT_ALLOWED, {"by": _by(visit, shift, role)}
    for skill in lacking(visit, shift, role):
        return Rule.SKILL, {"skill": skill, "level": visit.skills_of(role)[skill]}
    for part in short_of(visit, shift, role):
        pieces = max(visit.brings.get(part, 0), visit.collects.get(part, 0))
        return Rule.PARTS, {"part": part, "pieces": pieces}
    return None


def _by(visit: Visit, shift: Shift, role: int) -> str:
    if role == 0 and visit.pinned_shift is not None:
        return "pinned"
    return "forbidden" if shift.technician in visit.forbidden_technicians else "required"


def _on_its_own(bench: Bench, visit: Visit, shift: Shift, role: int) -> tuple[Rule, Detail] | None:
    """Whether the shift could do it with nothing else to do."""
    if not covers(visit, shift):
        return Rule.WINDOW, {}
    bare, node = bench.bare, bench.model.nodes_of[visit.id][role]
    if not fits_alone(bare.m, bare.s, bench.model.number[shift.id], node):
        return Rule.TOO_FAR, {}
    return None


def _in_this_plan(bench: Bench, visit: Visit, cost_s: int) -> tuple[Rule, Detail]:
    for name in _absent_before(bench, visit):
        return Rule.ORDER, {"visit": name}
    if visit.crew:
        return Rule.CREW, {}
    if cost_s >= NEVER:
        return Rule.FULL, {}
    penalty_s = unassigned_cost(visit, bench.problem.weights)
    return Rule.PRICE, {"cost_s": cost_s, "beyond_s": cost_s - penalty_s}


def _absent_before(bench: Bench, visit: Visit) -> Iterator[str]:
    for one in visit.after:
        if bench.board.is_absent(bench.model.nodes_of[one.visit][0]):
            yield one.visit
