"""Why a visit is in no route: the first reason, in the order of `Reason`, that holds."""

from collections.abc import Sequence

from dispatch.solver.plan import DEARER, NO_GAP, Reason, Unassigned
from dispatch.solver.problem import Shift, Visit
from dispatch.solver.search.board import Board
from dispatch.solver.search.eligibility import lacking, permitted, short_of
from dispatch.solver.search.windows import windows_of

Detail = dict[str, str | int]


def reason_of(board: Board, node: int) -> Unassigned:
    """The reason for a visit left out, given the node of its first technician."""
    visit = board.model.visits[node]
    shifts = board.model.problem.shifts
    roles = range(visit.roles)
    allowed = [[shift for shift in shifts if permitted(visit, shift, role)] for role in roles]
    if not all(allowed):
        return Unassigned(visit.id, Reason.NO_SHIFT)
    skilled = [[shift for shift in allowed[role] if not lacking(visit, shift, role)] for role in roles]
    if not all(skilled):
        role = next(role for role in roles if not skilled[role])
        return Unassigned(visit.id, Reason.SKILL_MISSING, _missing_skill(visit, role, allowed[role]))
    carrying = [[shift for shift in skilled[role] if not short_of(visit, shift, role)] for role in roles]
    if not all(carrying):
        return Unassigned(visit.id, Reason.PARTS_MISSING, _missing_part(visit, skilled[0]))
    if not all(any(covers(visit, shift) for shift in carrying[role]) for role in roles):
        return Unassigned(visit.id, Reason.WINDOW_CLOSED)
    if not all(board.could_alone(node + role) for role in roles):
        return Unassigned(visit.id, Reason.TOO_FAR)
    return _crowded_out(board, node)


def _missing_skill(visit: Visit, role: int, shifts: Sequence[Shift]) -> Detail:
    for skill, level in sorted(visit.skills_of(role).items()):
        if all(shift.skills.get(skill, 0) < level for shift in shifts):
            return {"skill": skill, "level": level}
    return {"together": ", ".join(sorted(visit.skills_of(role)))}


def _missing_part(visit: Visit, shifts: Sequence[Shift]) -> Detail:
    lists = [short_of(visit, shift) for shift in shifts]
    for part in sorted({*visit.brings, *visit.collects}):
        if all(part in short for short in lists):
            pieces = max(visit.brings.get(part, 0), visit.collects.get(part, 0))
            return {"part": part, "pieces": pieces}
    return {"together": ", ".join(sorted({*visit.brings, *visit.collects}))}


def covers(visit: Visit, shift: Shift) -> bool:
    """Whether service fits a window and the shift, travel left aside."""
    last_start = shift.until_s - visit.service_of(shift.technician)
    return any(
        max(earliest, shift.earliest_s) <= min(latest, last_start) for earliest, latest in windows_of(visit)
    )


def _crowded_out(board: Board, node: int) -> Unassigned:
    visit = board.model.visits[node]
    for one in visit.after:
        if board.is_absent(board.model.nodes_of[one.visit][0]):
            return Unassigned(visit.id, Reason.ORDER_OPEN, {"visit": one.visit})
    cost = board.cheapest(node)
    reason = Reason.CREW_INCOMPLETE if visit.crew else Reason.NO_CAPACITY
    if cost is None:
        return Unassigned(visit.id, reason, {"gap": NO_GAP})
    penalty = int(board.terrain.nodes[node]["penalty"])
    return Unassigned(visit.id, reason, {"gap": DEARER, "cost_s": cost, "penalty_s": penalty})
