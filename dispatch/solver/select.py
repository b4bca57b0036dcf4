"""The best plan that can be put together from tours already met: set partitioning by OR-Tools CP-SAT.

One worker, a fixed seed and a deterministic time limit: the same pool gives the same answer on any day.
OR-Tools is loaded when first needed, because loading it takes longer than planning a small day.
"""

from dispatch.solver.construct import Assignment
from dispatch.solver.model import Model
from dispatch.solver.tour import Tour

POOL_SIZE = 6_000
EFFORT = 2.0
"""CP-SAT's deterministic time, very roughly seconds."""


class Pool:
    """The cheapest order met for each shift and set of visits; the oldest go when there are too many."""

    def __init__(self) -> None:
        self._tours: dict[tuple[int, tuple[int, ...]], Tour] = {}

    def add(self, tour: Tour) -> None:
        """Keep the tour unless a cheaper order of the same visits is known."""
        key = (tour.shift, tuple(sorted(tour.visits)))
        known = self._tours.pop(key, None)
        self._tours[key] = known if known is not None and known.cost <= tour.cost else tour
        if len(self._tours) > POOL_SIZE:
            del self._tours[next(iter(self._tours))]

    def tours(self) -> list[Tour]:
        """Every tour kept, oldest first."""
        return list(self._tours.values())


def select(model: Model, pool: Pool, best: Assignment, *, time_s: float | None = None) -> Assignment:
    """The cheapest choice of at most one tour per shift, no visit twice; `best` when nothing beats it.

    `time_s` is a wall-clock limit on top of the deterministic one.
    """
    for tour in best.tours:
        if tour.visits:
            pool.add(tour)
    tours = pool.tours()
    if not tours:
        return best
    chosen = _partition(model, tours, best, time_s)
    if chosen is None:
        return best
    result = _assembled(model, chosen)
    return result if result.cost < best.cost else best


def _assembled(model: Model, chosen: list[Tour]) -> Assignment:
    plan = Assignment(model, list(model.empty), [])
    for tour in chosen:
        plan.tours[tour.shift] = tour
    served = {visit for tour in chosen for visit in tour.visits}
    plan.absent = [visit for visit in range(len(model.visits)) if visit not in served]
    return plan


def _partition(model: Model, tours: list[Tour], best: Assignment, time_s: float | None) -> list[Tour] | None:
    from ortools.sat.python import cp_model

    program = cp_model.CpModel()
    taken = [program.new_bool_var("") for _ in tours]
    left_out = [program.new_bool_var("") for _ in model.visits]
    covering: list[list[int]] = [[] for _ in model.visits]
    of_shift: list[list[int]] = [[] for _ in model.shifts]
    for i, tour in enumerate(tours):
        of_shift[tour.shift].append(i)
        for visit in tour.visits:
            covering[visit].append(i)
    for visit, which in enumerate(covering):
        program.add_exactly_one([left_out[visit], *(taken[i] for i in which)])
    for which in of_shift:
        program.add_at_most_one(taken[i] for i in which)
    program.minimize(
        sum(tour.cost * taken[i] for i, tour in enumerate(tours))
        + sum(penalty * left_out[visit] for visit, penalty in enumerate(model.penalty))
    )
    hinted = {(tour.shift, frozenset(tour.visits)) for tour in best.tours}
    absent = set(best.absent)
    for i, tour in enumerate(tours):
        program.add_hint(taken[i], (tour.shift, frozenset(tour.visits)) in hinted)
    for visit, out in enumerate(left_out):
        program.add_hint(out, visit in absent)

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = EFFORT
    if time_s is not None:
        solver.parameters.max_time_in_seconds = max(0.1, time_s)
    if solver.solve(program) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return [tour for i, tour in enumerate(tours) if solver.value(taken[i])]
