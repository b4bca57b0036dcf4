"""Compile the planner's kernels ahead of time: `python -m dispatch.solver.prepare`.

Done once for every version of the kernels; without it, whoever plans first waits for it. In a process that will
plan, `prepare()` also loads them, so that the first plan is as quick as the second.
"""

from dispatch.solver.search.kernels.cache import cache_folder

MARK = "complete"


def is_prepared() -> bool:
    """Whether everything is compiled already."""
    return (cache_folder() / MARK).exists()


def prepare() -> None:
    """Compile what is not compiled and load the rest. About a minute the first time, under a second after it."""
    from dispatch.solver.bound import lower_bound
    from dispatch.solver.explain import explain
    from dispatch.solver.offers import Desk
    from dispatch.solver.problem import Break, Place, Problem, Shift, TimeWindow, Visit, places_of
    from dispatch.solver.relax import relax
    from dispatch.solver.solve import Limits, solve
    from dispatch.solver.travel import travel_matrix

    here = Place(121.5, 25.0)
    visits = (Visit("crew", here, 600, crew=({},)), *(Visit(f"{i}", here, 600) for i in range(3)))
    noon = Break.between(1_800, 43_200, 46_800)
    shifts = tuple(Shift(f"{i}", f"{i}", here, here, 28_800, 61_200, breaks=(noon,)) for i in range(2))
    problem = Problem(visits, shifts, travel_matrix(places_of(visits, shifts)))
    plan = solve(problem, Limits(iterations=8))
    solve(problem, Limits(iterations=0), start=plan)
    lower_bound(problem, plan, time_s=0.1)
    explain(problem, plan)
    relax(problem, plan)
    Desk(problem, plan).offers(Visit("asked", here, 600), [TimeWindow(28_800, 36_000)])
    cache_folder().mkdir(parents=True, exist_ok=True)
    (cache_folder() / MARK).touch()


if __name__ == "__main__":
    prepare()
