"""The problem as most peers want it: numbered nodes, first each visit, then each technician's home."""

import numpy as np
import numpy.typing as npt

from dispatch.solver.problem import Problem, Shift, TimeWindow, Visit


def travel_of_nodes(problem: Problem) -> npt.NDArray[np.int64]:
    """Whole seconds from node to node.

    Raises:
        KeyError: a shift starts or ends nowhere, or not where it began: these peers' models have homes only.
    """
    homes = [shift.start_place for shift in problem.shifts if shift.start_place == shift.end_place]
    if None in homes or len(homes) < len(problem.shifts):
        raise KeyError("a shift without a home")
    places = [*(visit.place for visit in problem.visits), *(home for home in homes if home)]
    rows = [problem.travel.index[place] for place in places]
    return problem.travel.seconds[np.ix_(rows, rows)].astype(np.int64)


def window_of(visit: Visit) -> TimeWindow:
    """The visit's only window.

    Raises:
        ValueError: it has none, or several.
    """
    (window,) = visit.windows
    return window


def may_go(shift: Shift, visit: Visit) -> bool:
    """Whether the technician has the skills."""
    return all(shift.skills.get(name, 0) >= level for name, level in visit.skills.items())
