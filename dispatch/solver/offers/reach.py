"""The ways between a new place and those a travel matrix knows already: two rows instead of another matrix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from dispatch.solver.place import Place, Travel, Whole
from dispatch.solver.problem import Problem, ProblemError
from dispatch.solver.travel import TravelModel, driving_s, great_circle_m


@dataclass(frozen=True)
class Reach:
    """Ways between a new place and each place of a `Travel`, in its order: the first row leads from the new place to
    them, the second back. `metres` and `costs` are wanted where the `Travel` has them."""

    seconds: Whole = field(compare=False)
    metres: Whole | None = field(default=None, compare=False)
    costs: Whole | None = field(default=None, compare=False)

    def to(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> "Reach":
        """The ways between the new place and some of the places, given by number; -1 is nowhere."""
        return Reach(*(None if ways is None else _padded(ways)[:, rows] for ways in self._ways()))  # type: ignore[arg-type]

    def fits(self, travel: Travel) -> bool:
        """Whether this is all that is to be known beside the travel matrices."""
        matrices = (travel.seconds, travel.metres, travel.costs)
        return all(
            matrix is None
            or (ways is not None and ways.shape == (2, len(travel.places)) and ways.min(initial=0) >= 0)
            for ways, matrix in zip(self._ways(), matrices, strict=True)
        )

    def _ways(self) -> tuple[Whole | None, Whole | None, Whole | None]:
        return self.seconds, self.metres, self.costs


Reaches: TypeAlias = Mapping[str | None, Reach]
"""Profile → ways; `None` is `Problem.travel`."""


def travels(problem: Problem) -> dict[str | None, Travel]:
    """Profile → travel matrices."""
    named: list[tuple[str | None, Travel]] = [(None, problem.travel), *problem.profiles.items()]
    return dict(named)


def reaches(problem: Problem, place: Place, model: TravelModel) -> Reaches:
    """The ways to and from the place: read off the matrices where they have it, else reckoned by the model.

    Raises:
        ProblemError: the model cannot know them, because there are profiles or a matrix of costs.
    """
    by_profile = travels(problem)
    if all(place in travel.index for travel in by_profile.values()):
        return {name: _known(travel, place) for name, travel in by_profile.items()}
    if problem.profiles or problem.travel.costs is not None:
        raise ProblemError("reach", f"the ways to ({place.lon}, {place.lat}) must be given")
    return {None: _reckoned(problem.travel, place, model)}


def checked(problem: Problem, given: Reaches) -> Reaches:
    """The ways given, if they are enough.

    Raises:
        ProblemError: there are too few of them, or too many.
    """
    for name, travel in travels(problem).items():
        if name not in given or not given[name].fits(travel):
            path = "reach" if name is None else f"reach[{name}]"
            raise ProblemError(path, f"must be 2 × {len(travel.places)} for each matrix there is, from 0 up")
    return given


def grown(travel: Travel, place: Place, reach: Reach) -> Travel:
    """The travel matrices with one place more, unless they have it."""
    if place in travel.index:
        return travel
    ways = (reach.seconds, reach.metres, reach.costs)
    matrices = (travel.seconds, travel.metres, travel.costs)
    wider = [_bordered(matrix, way) for matrix, way in zip(matrices, ways, strict=True)]
    assert wider[0] is not None
    return Travel((*travel.places, place), wider[0], *wider[1:])


def part(travel: Travel, places: Sequence[Place]) -> Travel:
    """The travel matrices between some of the places."""
    rows = [travel.index[place] for place in places]
    some = [
        None if m is None else m[np.ix_(rows, rows)] for m in (travel.seconds, travel.metres, travel.costs)
    ]
    assert some[0] is not None
    return Travel(tuple(places), some[0], *some[1:])


def _known(travel: Travel, place: Place) -> Reach:
    i = travel.index[place]
    matrices = (travel.seconds, travel.metres, travel.costs)
    return Reach(*(None if m is None else np.stack([m[i], m[:, i]]) for m in matrices))  # type: ignore[arg-type]


def _reckoned(travel: Travel, place: Place, model: TravelModel) -> Reach:
    straight = great_circle_m([place], travel.places)
    road = None if travel.metres is None else np.ceil(straight * model.detour).astype(np.int32)
    return Reach(_both_ways(driving_s(straight, model)), None if road is None else _both_ways(road))


def _both_ways(row: Whole) -> Whole:
    return np.concatenate([row, row])


def _padded(ways: Whole) -> Whole:
    """With nowhere as the last place."""
    return np.concatenate([ways, np.zeros((2, 1), np.int32)], axis=1)


def _bordered(matrix: Whole | None, ways: Whole | None) -> Whole | None:
    if matrix is None or ways is None:
        return None
    size = len(matrix)
    wider = np.zeros((size + 1, size + 1), np.int32)
    wider[:size, :size], wider[size, :size], wider[:size, size] = matrix, ways[0], ways[1]
    return wider
