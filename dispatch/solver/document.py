"""Problems and plans as JSON documents, and back.

A document names fields as the classes do; a place is its number in `places`. Left out, `travel_s` is reckoned with
the default travel model, and `travel_m` with it where a shift needs metres. Missing, unknown and wrong fields are
refused by path.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np

from dispatch.solver.fairness import Fairness
from dispatch.solver.place import Whole
from dispatch.solver.plan import Plan, Score
from dispatch.solver.problem import MAX_SECONDS, Place, Problem, ProblemError, Shift, Travel, Visit, Weights
from dispatch.solver.travel import travel_matrix
from dispatch.solver.validation import check_number, check_whole

Document = dict[str, Any]
T = TypeVar("T")

MATRICES = {"travel_s": "seconds", "travel_m": "metres", "travel_cost": "costs"}
"""A matrix's name in a document, and in `Travel`."""
FIELDS = {"places", *MATRICES, "visits", "shifts", "entry_s", "weights", "profiles", "fairness"}
"""What a problem's document may have; `fairness` gives every shift its `fair_s`."""


def problem_to_document(problem: Problem) -> Document:
    """The problem as JSON-ready data."""
    places = problem.travel.places
    number = problem.travel.index
    return {
        "places": [[place.lon, place.lat] for place in places],
        **_matrices_to_document(problem.travel),
        "visits": _to_document(problem.visits, number),
        "shifts": _to_document(problem.shifts, number),
        "entry_s": dict(problem.entry_s),
        "weights": _to_document(problem.weights, number),
        "profiles": {name: _profile_to_document(travel, places) for name, travel in problem.profiles.items()},
    }


def _to_document(value: Any, number: Mapping[Place, int]) -> Any:
    if isinstance(value, Place):
        return number[value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {name: _to_document(item, number) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_to_document(item, number) for item in value]
    if is_dataclass(value):
        return {f.name: _to_document(getattr(value, f.name), number) for f in fields(value)}
    return value


def _matrices_to_document(travel: Travel) -> Document:
    given = {name: getattr(travel, ours) for name, ours in MATRICES.items()}
    return {name: matrix.tolist() for name, matrix in given.items() if matrix is not None}


def _profile_to_document(travel: Travel, places: tuple[Place, ...]) -> Document:
    own = [] if travel.places == places else [[place.lon, place.lat] for place in travel.places]
    return ({"places": own} if own else {}) | _matrices_to_document(travel)


def problem_from_document(document: Any) -> Problem:
    """The problem a document describes.

    Raises:
        ProblemError: a field is missing, unknown, of the wrong kind or contradicts another.
    """
    raw = _mapping("problem", document)
    _refuse_unknown("problem", raw, FIELDS)
    places = _places("places", raw.get("places"))
    profiles = _mapping("profiles", raw.get("profiles", {}))
    read = _Reader(places)
    shifts = read.value("shifts", tuple[Shift, ...], raw.get("shifts"))
    fairness = read.value("fairness", Fairness | None, raw.get("fairness"))
    if fairness is not None:
        shifts = fairness.shared(shifts)
    needed = _metres_needed(shifts)
    return Problem(
        visits=read.value("visits", tuple[Visit, ...], raw.get("visits")),
        shifts=shifts,
        travel=_travel("", raw, places, needed.get(None)),
        entry_s=read.value("entry_s", Mapping[str, int], raw.get("entry_s", {})),
        weights=read.value("weights", Weights, raw.get("weights", {})),
        profiles={
            name: _profile(f"profiles.{name}", given, places, needed.get(name))
            for name, given in profiles.items()
        },
    )


def _metres_needed(shifts: tuple[Shift, ...]) -> dict[str | None, str]:
    """Profile → the first field of a shift that means nothing without metres."""
    needed: dict[str | None, str] = {}
    for i, shift in enumerate(shifts):
        if shift.max_distance_m is not None:
            needed.setdefault(shift.profile, f"shifts[{i}].max_distance_m")
        elif shift.costs.per_km:
            needed.setdefault(shift.profile, f"shifts[{i}].costs.per_km")
    return needed


def _profile(path: str, given: Any, places: tuple[Place, ...], metres_for: str | None) -> Travel:
    raw = _mapping(path, given)
    _refuse_unknown(path, raw, {"places", *MATRICES})
    own = _places(f"{path}.places", raw["places"]) if "places" in raw else places
    return _travel(f"{path}.", raw, own, metres_for)


def _travel(prefix: str, raw: Document, places: tuple[Place, ...], metres_for: str | None) -> Travel:
    """The matrices given; without seconds they are reckoned, and with them the metres that `metres_for` needs."""
    given = {
        ours: matrix_from_rows(f"{prefix}{name}", raw[name], len(places))
        for name, ours in MATRICES.items()
        if name in raw
    }
    if "seconds" not in given:
        reckoned = travel_matrix(places, metres=metres_for is not None)
        given["seconds"] = reckoned.seconds
        if reckoned.metres is not None:
            given.setdefault("metres", reckoned.metres)
    elif metres_for is not None and "metres" not in given:
        raise ProblemError(f"{prefix}travel_m", f"is missing: {metres_for} needs it")
    try:
        return Travel(places, **given)
    except ProblemError as error:
        raise ProblemError(f"{prefix}places", error.message) from error


def matrix_from_rows(path: str, rows: Any, size: int | None = None) -> Whole:
    """A square matrix of whole numbers, of `size` rows where that is known.

    Raises:
        ProblemError: it has a hole, is not square or holds anything but whole numbers from 0.
    """
    listed = _list(path, rows)
    size = len(listed) if size is None else size
    if len(listed) != size:
        raise ProblemError(path, f"must have {size} rows, not {len(listed)}")
    for i, row in enumerate(listed):
        if len(_list(f"{path}[{i}]", row)) != size:
            raise ProblemError(f"{path}[{i}]", f"must have {size} entries, not {len(row)}")
        if not _are_whole(row):
            _refuse_entry(f"{path}[{i}]", row)
    return np.array(listed, dtype=np.int32).reshape(size, size)


def _are_whole(row: list[Any]) -> bool:
    return not row or (set(map(type, row)) == {int} and min(row) >= 0 and max(row) <= MAX_SECONDS)


def _refuse_entry(path: str, row: list[Any]) -> None:
    for column, value in enumerate(row):
        check_whole(f"{path}[{column}]", value, minimum=0)


def plan_to_document(plan: Plan) -> Document:
    """The plan as JSON-ready data; `score` has its total beside its terms."""
    document = cast(Document, _to_document(plan, {}))
    return document | {"score": plan.score.terms() | {"total": plan.score.total}}


def plan_from_document(document: Any) -> Plan:
    """The plan a document describes.

    Raises:
        ProblemError: a field is missing, unknown or of the wrong kind.
    """
    raw = _mapping("plan", document)
    score = _mapping("score", raw.get("score"))
    score.pop("total", None)
    plan: Plan = value_from_document("", Plan, raw | {"score": score})
    return plan


def score_from_document(path: str, document: Any) -> Score:
    """The terms of a score; its total, which is their sum, is not read.

    Raises:
        ProblemError: as `plan_from_document`.
    """
    terms = _mapping(path, document)
    terms.pop("total", None)
    score: Score = value_from_document(path, Score, terms)
    return score


def value_from_document(path: str, kind: Any, given: Any, places: tuple[Place, ...] = ()) -> Any:
    """What `given` means where a value of type `kind` is asked for; a place is its number in `places`.

    Raises:
        ProblemError: a field is missing, unknown or of the wrong kind.
    """
    return _Reader(places).value(path, kind, given)


def value_to_document(value: Any) -> Any:
    """A value without places as JSON-ready data."""
    return _to_document(value, {})


class _Reader:
    """Values by the types that the classes state."""

    def __init__(self, places: tuple[Place, ...]) -> None:
        self._places = places

    def value(self, path: str, kind: Any, given: Any) -> Any:
        """What `given` means where a value of type `kind` is asked for."""
        if kind is Place:
            return self._place(path, given)
        if isinstance(kind, type) and is_dataclass(kind):
            return self._object(path, kind, given)
        if get_origin(kind) in (Union, types.UnionType):
            return self._one_of(path, get_args(kind), given)
        if get_origin(kind) is tuple:
            item = get_args(kind)[0]
            return tuple(self.value(f"{path}[{i}]", item, one) for i, one in enumerate(_list(path, given)))
        if get_origin(kind) is Mapping:
            item = get_args(kind)[1]
            return {
                name: self.value(f"{path}.{name}", item, one) for name, one in _mapping(path, given).items()
            }
        return _scalar(path, kind, given)

    def _object(self, path: str, kind: Callable[..., T], given: Any) -> T:
        raw = _mapping(path or kind.__name__.lower(), given)
        known = _fields_of(kind)
        _refuse_unknown(path or kind.__name__.lower(), raw, set(known))
        prefix = f"{path}." if path else ""
        for name, (stated, _) in known.items():
            if name not in raw and stated.default is MISSING and stated.default_factory is MISSING:
                raise ProblemError(f"{prefix}{name}", "is missing")
        values = {name: self.value(f"{prefix}{name}", known[name][1], one) for name, one in raw.items()}
        try:
            return kind(**values)
        except ProblemError as error:
            raise ProblemError(f"{prefix}{field_of(error)}".rstrip("."), error.message) from error

    def _one_of(self, path: str, kinds: tuple[Any, ...], given: Any) -> Any:
        if given is None and types.NoneType in kinds:
            return None
        kinds = tuple(kind for kind in kinds if kind is not types.NoneType)
        fitting = next((kind for kind in kinds if isinstance(kind, type) and type(given) is kind), kinds[0])
        return self.value(path, fitting, given)

    def _place(self, path: str, given: Any) -> Place:
        if type(given) is not int or not 0 <= given < len(self._places):
            last = len(self._places) - 1
            raise ProblemError(path, f"must be the number of a place, 0 to {last}, not {given!r:.40}")
        return self._places[given]


def field_of(error: ProblemError) -> str:
    """The field an object complains of, without the object: `windows` of `visits[V7].windows`."""
    _, inside, field = error.path.rpartition("].")
    return field if inside else error.path.partition(".")[2]


@cache
def _fields_of(kind: Any) -> dict[str, tuple[Field[Any], Any]]:
    hints = get_type_hints(kind)
    return {f.name: (f, hints[f.name]) for f in fields(kind)}


def _scalar(path: str, kind: type, given: Any) -> Any:
    if kind is int:
        check_whole(path, given)
    elif kind is float:
        check_number(path, given)
    elif issubclass(kind, Enum):
        return _member(path, kind, given)
    elif not isinstance(given, kind):
        wanted = "true or false" if kind is bool else "a text"
        raise ProblemError(path, f"must be {wanted}, not {given!r:.40}")
    return given


def _member(path: str, kind: type[Enum], given: Any) -> Enum:
    try:
        return kind(given)
    except ValueError as error:
        raise ProblemError(path, f"{given!r:.40} is no {kind.__name__.lower()}") from error


def _mapping(path: str, value: Any) -> Document:
    if not isinstance(value, dict):
        raise ProblemError(path, f"must be an object, not {value!r:.40}")
    return dict(value)


def _list(path: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ProblemError(path, f"must be a list, not {value!r:.40}")
    return value


def _refuse_unknown(path: str, given: Document, known: set[str]) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        raise ProblemError(f"{path}.{unknown[0]}", "is not a field we know")


def _places(path: str, value: Any) -> tuple[Place, ...]:
    return tuple(place_from_document(f"{path}[{i}]", item) for i, item in enumerate(_list(path, value)))


def place_from_document(path: str, value: Any) -> Place:
    """The place that coordinates name. Raises ProblemError: they are none."""
    pair = _list(path, value)
    if len(pair) != 2:
        raise ProblemError(path, "must be [longitude, latitude]")
    try:
        return Place(*pair)
    except ProblemError as error:
        raise ProblemError(path, error.message) from error
