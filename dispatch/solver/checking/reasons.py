"""Who could go to a visit left out, and whether the figures given with a reason are right."""

from collections.abc import Sequence
from functools import cached_property

from dispatch.solver.plan import Reason, Unassigned
from dispatch.solver.problem import Shift, Visit


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
    if left.reason is Reason.SKILL_MISSING:
        return _skill_objection(left, circles)
    if left.reason is Reason.PARTS_MISSING:
        return _parts_objection(left, circles[0])
    if left.reason is Reason.ORDER_OPEN:
        named = left.detail.get("visit")
        if named not in left_out or named not in {one.visit for one in circles[0].visit.after}:
            return f"{named!r} is not a visit left out that this one comes after"
    return None


def _skill_objection(left: Unassigned, circles: Sequence[Circle]) -> str | None:
    """The first skill, by name, that nobody has, of the first role that nobody can fill."""
    circle = next(circle for circle in circles if not circle.skilled)
    for skill, level in sorted(circle.visit.skills_of(circle.role).items()):
        if all(circle.level(i, skill) < level for i in circle.allowed):
            stated = {"skill": left.detail.get("skill"), "level": left.detail.get("level")}
            return (
                None if stated == {"skill": skill, "level": level} else f"nobody has {skill} at level {level}"
            )
    return None if "together" in left.detail else "each skill is there, but no one has them all"


def _parts_objection(left: Unassigned, circle: Circle) -> str | None:
    for part, count in sorted(circle.pieces().items()):
        if all(circle.room(i, part) < count for i in circle.skilled):
            stated = {"part": left.detail.get("part"), "pieces": left.detail.get("pieces")}
            return None if stated == {"part": part, "pieces": count} else f"no van holds {count} of {part}"
    return None if "together" in left.detail else "each part fits somewhere, but no van holds them all"
