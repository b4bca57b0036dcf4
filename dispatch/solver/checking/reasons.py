"""Who could go to a visit left out, and whether the figures given with a reason are right."""

from collections.abc import Sequence
from functools import cached_property

from dispatch.solver.plan import Reason, Unassigned
from dispatch.solver.problem import Shift, Visit

Detail = dict[str, str | int]


class Circle:
    """The shifts, by number, that come into question for one role of a visit."""

    def __init__(self, shifts: Sequence[Shift], visit: Visit, role: int) -> None:
        self.shifts, self.visit, self.role = shifts, visit, role
        self.pinned = role == 0 and visit.pinned_shift is not None

    @cached_property
    def allowed(self) -> list[int]:
        """Those that may go at all."""
        return [i for i, shift in enumerate(self.shifts) if self._may_go(shift)]

    @cached_property
    def skilled(self) -> list[int]:
        """Those of them that have the skills."""
        if self.pinned:
            return self.allowed
        wanted = self.visit.skills_of(self.role).items()
        return [i for i in self.allowed if all(self.level(i, skill) >= level for skill, level in wanted)]

    @cached_property
    def carrying(self) -> list[int]:
        """Those of them whose van can hold the parts."""
        wanted = self.pieces().items()
        return [i for i in self.skilled if all(self.room(i, part) >= count for part, count in wanted)]

    def _may_go(self, shift: Shift) -> bool:
        visit = self.visit
        if self.pinned:
            return shift.id == visit.pinned_shift
        required = visit.required_technicians if self.role == 0 else ()
        return shift.technician not in visit.forbidden_technicians and (
            not required or shift.technician in required
        )

    def level(self, number: int, skill: str) -> int:
        """A shift's level in a skill, 0 without it."""
        return self.shifts[number].skills.get(skill, 0)

    def pieces(self) -> dict[str, int]:
        """Part → the pieces on board at once when there is nothing else to do."""
        if self.role:
            return {}
        brings, collects = self.visit.brings, self.visit.collects
        return {part: max(brings.get(part, 0), collects.get(part, 0)) for part in {*brings, *collects}}

    def room(self, number: int, part: str) -> float:
        """How many pieces of a part a shift's van holds."""
        capacity = self.shifts[number].capacity
        return capacity.get(part, 0) if capacity else float("inf")


def detail_objection(left: Unassigned, circles: Sequence[Circle], left_out: set[str]) -> str | None:
    """What is wrong with the figures of a true reason, `None` when they are right."""
    stated, right = dict(left.detail), _right_details(left.reason, circles, left_out)
    return None if stated in right else f"the figures should be {right[0]}, not {stated}"


def _right_details(reason: Reason, circles: Sequence[Circle], left_out: set[str]) -> list[Detail]:
    """The only detail that is right; of the visits left out that this one comes after, each is."""
    if reason is Reason.SKILL_MISSING:
        return [_missing_skill(next(circle for circle in circles if not circle.skilled))]
    if reason is Reason.PARTS_MISSING:
        return [_missing_part(circles[0])]
    if reason is Reason.ORDER_OPEN:
        return [{"visit": one.visit} for one in circles[0].visit.after if one.visit in left_out]
    return [{}]


def _missing_skill(circle: Circle) -> Detail:
    """The first skill, by name, that nobody has; all of them where only no one has them together."""
    wanted = circle.visit.skills_of(circle.role)
    for skill, level in sorted(wanted.items()):
        if all(circle.level(i, skill) < level for i in circle.allowed):
            return {"skill": skill, "level": level}
    return {"together": ", ".join(sorted(wanted))}


def _missing_part(circle: Circle) -> Detail:
    """The first part, by name, that no van has room for; all of them where only no van holds them together."""
    wanted = circle.pieces()
    for part, count in sorted(wanted.items()):
        if all(circle.room(i, part) < count for i in circle.skilled):
            return {"part": part, "pieces": count}
    return {"together": ", ".join(sorted(wanted))}
