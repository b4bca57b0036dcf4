"""Are the reasons for leaving visits out true? Tried out, gap by gap, with no help from the search."""

from collections.abc import Sequence
from itertools import pairwise

from dispatch.solver.checking.crews import crew_cost
from dispatch.solver.checking.insertions import Insertions
from dispatch.solver.checking.reasons import Circle, detail_objection
from dispatch.solver.checking.trial import Day, Order, opening, stated_windows
from dispatch.solver.objective import unassigned_cost
from dispatch.solver.plan import DEARER, NO_GAP, Plan, Reason, Unassigned
from dispatch.solver.problem import Problem, Visit


class Claims:
    """Confirms or refutes what a plan says about the visits it leaves out.

    An objection always rests on an insertion that can be done. Not every insertion that can be done is tried where
    visits hang together (see `insertions` and `crews`): there the plan gets the benefit of the doubt.
    """

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self._problem = problem
        self._visits = {visit.id: visit for visit in problem.visits}
        self._left_out = {left.visit for left in plan.unassigned}
        self._linked = any(visit.crew or visit.after for visit in problem.visits)
        self._insertions = Insertions(problem, plan)

    def objection(self, left: Unassigned) -> str | None:
        """Why the stated reason is false, `None` when it is true, or somebody's own decision."""
        if left.reason is Reason.TAKEN_OFF:
            return None
        visit = self._visits[left.visit]
        circles = [Circle(self._problem.shifts, visit, role) for role in range(visit.roles)]
        true = self._reason(visit, circles)
        if left.reason != true:
            return f"says {left.reason}, but it is {true}"
        if true in (Reason.NO_CAPACITY, Reason.CREW_INCOMPLETE):
            return self._gap_objection(left, visit, circles)
        return detail_objection(left, circles, self._left_out)

    def _reason(self, visit: Visit, circles: Sequence[Circle]) -> Reason:
        """The first reason that holds; of a crew, for one of its roles."""
        if not all(circle.allowed for circle in circles):
            return Reason.NO_SHIFT
        if not all(circle.skilled for circle in circles):
            return Reason.SKILL_MISSING
        if not all(circle.carrying for circle in circles):
            return Reason.PARTS_MISSING
        if not all(any(self._covers(i, visit) for i in circle.carrying) for circle in circles):
            return Reason.WINDOW_CLOSED
        if not all(any(self._alone(i, visit) for i in circle.carrying) for circle in circles):
            return Reason.TOO_FAR
        if any(one.visit in self._left_out for one in visit.after):
            return Reason.ORDER_OPEN
        return Reason.CREW_INCOMPLETE if visit.crew else Reason.NO_CAPACITY

    def _covers(self, number: int, visit: Visit) -> bool:
        """Whether a service that starts in a window can lie within the shift."""
        day = self._insertions.days[number]
        start = opening(stated_windows(visit), day.shift.earliest_s)
        return start + day.service_s(visit) <= day.shift.until_s

    def _alone(self, number: int, visit: Visit) -> bool:
        """Whether the shift could serve the visit with nothing else to do."""
        day = self._insertions.days[number]
        if day.shift.max_visits == 0 or not self._covers(number, visit):
            return False
        order = day.inserted(day.nothing(), 0, visit, self._insertions.windows[visit.id])
        return self._near_enough(day, order) and day.timetable(order) is not None

    def _near_enough(self, day: Day, order: Order) -> bool:
        shift, travel = day.shift, self._problem.travel_of(day.shift)
        places = [shift.start_place, *(visit.place for visit in order.visits), shift.end_place]
        for limit, between in (
            (shift.max_travel_s, travel.between),
            (shift.max_distance_m, travel.metres_between),
        ):
            if limit is not None and sum(between(a, b) for a, b in pairwise(places)) > limit:
                return False
        return True

    def _gap_objection(self, left: Unassigned, visit: Visit, circles: Sequence[Circle]) -> str | None:
        windows = self._insertions.allowed(visit)
        penalty = unassigned_cost(visit, self._problem.weights)
        if visit.crew:
            able = [circle.carrying for circle in circles]
            cheapest = crew_cost(self._insertions, visit, windows, able, enough_s=penalty)
        else:
            cheapest = self._insertions.cheapest(visit, windows, circles[0].carrying, enough_s=penalty)
        if cheapest is not None and cheapest < penalty:
            return f"could be inserted for {cheapest} s, less than its penalty of {penalty} s"
        return self._figures_objection(left, cheapest, penalty)

    def _figures_objection(self, left: Unassigned, cheapest: int | None, penalty: int) -> str | None:
        """Where visits hang together not every insertion is tried here, so less is asked of the figures: a crew's cost
        must be above its penalty, any other no more than the cheapest found."""
        if left.detail == {"gap": NO_GAP}:
            return None if cheapest is None else f"says it fits nowhere, but it fits for {cheapest} s"
        stated = left.detail.get("cost_s")
        if left.detail != {"gap": DEARER, "cost_s": stated, "penalty_s": penalty} or not isinstance(
            stated, int
        ):
            return f"the figures should be {DEARER}, cost_s and a penalty_s of {penalty}"
        if stated < penalty:
            return f"says it fits for {stated} s, less than its penalty of {penalty} s"
        if left.reason is Reason.CREW_INCOMPLETE:
            return None
        if cheapest is None:
            return None if self._linked else "says it fits, but it fits nowhere"
        if stated > cheapest or (stated < cheapest and not self._linked):
            return f"says it fits for {stated} s, but it is {cheapest} s"
        return None
