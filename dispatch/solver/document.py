"""Problems and plans as JSON documents, and back.

A document names fields as the classes do (a shift's `break_` is `break`); a place is its number in `places`.
Left out, `travel_s` is reckoned with the default travel model. Unknown or missing fields are refused by path.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, fields
from typing import Any, TypeVar

import numpy as np

from dispatch.solver.plan import Plan, Reason, Route, Score, Stop, Unassigned
from dispatch.solver.problem import (
    MAX_SECONDS,
    Break,
    Place,
    Problem,
    ProblemError,
    Shift,
    Term,
    TimeWindow,
    Travel,
    Visit,
    Weights,
)
from dispatch.solver.travel import travel_matrix

Document = dict[str, Any]
T = TypeVar("T")
Reader = Callable[[str, Any], Any]


def problem_to_document(problem: Problem) -> Document:
    """The problem as JSON-ready data."""
    number = problem.travel.index
    return {
        "places": [[place.lon, place.lat] for place in problem.travel.places],
        "travel_s": problem.travel.seconds.tolist(),
        "visits": [asdict(visit) | {"place": number[visit.place]} for visit in problem.visits],
        "shifts": [_shift_to_document(shift, number) for shift in problem.shifts],
        "entry_s": dict(problem.entry_s),
        "weights": asdict(problem.weights),
    }


def _shift_to_document(shift: Shift, number: Mapping[Place, int]) -> Document:
    document = asdict(shift)
    document["break"] = document.pop("break_")
    ends = {"start_place": number[shift.start_place], "end_place": number[shift.end_place]}
    return document | ends


def problem_from_document(document: Any) -> Problem:
    """The problem a document describes.

    Raises:
        ProblemError: a field is missing, unknown, of the wrong kind or contradicts another.
    """
    raw = _mapping("problem", document)
    _refuse_unknown("problem", raw, {"places", "travel_s", "visits", "shifts", "entry_s", "weights"})
    places = tuple(_place(path, item) for path, item in _items("places", raw.get("places")))
    if "travel_s" in raw:
        travel = Travel(places, seconds_from_rows("travel_s", raw["travel_s"]))
    else:
        travel = travel_matrix(places)

    def place(path: str, value: Any) -> Place:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < len(places):
            raise ProblemError(path, f"must be the number of a place, 0 to {len(places) - 1}, not {value!r}")
        return places[value]

    visit_readers = {"place": place, "windows": _windows, "skills": _mapping, "values": _mapping}
    names = {"required_technicians": _names, "forbidden_technicians": _names}
    shift_readers = {"start_place": place, "end_place": place, "skills": _mapping, "break_": _break}
    return Problem(
        tuple(_build(Visit, p, v, **visit_readers, **names) for p, v in _items("visits", raw.get("visits"))),
        tuple(
            _build(Shift, p, _renamed(p, v), **shift_readers) for p, v in _items("shifts", raw.get("shifts"))
        ),
        travel,
        _mapping("entry_s", raw.get("entry_s", {})),
        _weights("weights", raw.get("weights", {})),
    )


def seconds_from_rows(path: str, rows: Any) -> "np.ndarray[Any, np.dtype[np.int32]]":
    """A square matrix of whole seconds.

    Raises:
        ProblemError: it has a hole, is not square or holds anything but whole numbers from 0.
    """
    for row_path, row in _items(path, rows):
        if len(_list(row_path, row)) != len(rows):
            raise ProblemError(row_path, f"must have {len(rows)} entries, not {len(row)}")
        for column, value in enumerate(row):
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SECONDS:
                raise ProblemError(f"{row_path}[{column}]", f"must be whole seconds, not {value!r}")
    return np.array(rows, dtype=np.int32).reshape(len(rows), len(rows))


def plan_to_document(plan: Plan) -> Document:
    """The plan as JSON-ready data; `score` has its total beside its terms."""
    return asdict(plan) | {"score": plan.score.terms() | {"total": plan.score.total}}


def plan_from_document(document: Any) -> Plan:
    """The plan a document describes.

    Raises:
        ProblemError: a field is missing, unknown or of the wrong kind.
    """
    raw = _mapping("plan", document)
    _refuse_unknown("plan", raw, {"routes", "unassigned", "score"})
    score = _mapping("score", raw.get("score"))
    score.pop("total", None)
    return Plan(
        tuple(
            _build(Route, path, route, stops=_stops) for path, route in _items("routes", raw.get("routes"))
        ),
        tuple(
            _build(Unassigned, path, left, reason=_reason, detail=_mapping)
            for path, left in _items("unassigned", raw.get("unassigned"))
        ),
        _build(Score, "score", score),
    )


def _build(cls: Callable[..., T], path: str, raw: Any, **readers: Reader) -> T:
    """An object from its fields; what has no reader of its own must be a text or a number."""
    given = _mapping(path, raw)
    known = fields(cls)  # type: ignore[arg-type]
    _refuse_unknown(path, given, {f.name for f in known})
    for f in known:
        if f.name not in given and f.default is MISSING and f.default_factory is MISSING:
            raise ProblemError(f"{path}.{f.name}", "is missing")
    read = {
        name: readers.get(name, _scalar)(f"{path}.{name.rstrip('_')}", value) for name, value in given.items()
    }
    return cls(**read)


def _scalar(path: str, value: Any) -> Any:
    if isinstance(value, list | dict):
        raise ProblemError(path, "must be a text or a number")
    return value


def _mapping(path: str, value: Any) -> Document:
    if not isinstance(value, dict):
        raise ProblemError(path, f"must be an object, not {value!r:.40}")
    return dict(value)


def _list(path: str, value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise ProblemError(path, f"must be a list, not {value!r:.40}")
    return list(value)


def _items(path: str, value: Any) -> list[tuple[str, Any]]:
    return [(f"{path}[{i}]", item) for i, item in enumerate(_list(path, value))]


def _refuse_unknown(path: str, given: Document, known: set[str]) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        raise ProblemError(f"{path}.{unknown[0]}", "is not a field we know")


def _place(path: str, value: Any) -> Place:
    pair = _list(path, value)
    if len(pair) != 2:
        raise ProblemError(path, "must be [longitude, latitude]")
    return Place(*pair)


def _windows(path: str, value: Any) -> tuple[TimeWindow, ...]:
    return tuple(_build(TimeWindow, item_path, item) for item_path, item in _items(path, value))


def _names(path: str, value: Any) -> tuple[str, ...]:
    return tuple(_list(path, value))


def _break(path: str, value: Any) -> Break | None:
    return None if value is None else _build(Break, path, value)


def _renamed(path: str, shift: Any) -> Document:
    given = _mapping(path, shift)
    return {"break_" if name == "break" else name: value for name, value in given.items()}


def _weights(path: str, value: Any) -> Weights:
    def term(term_path: str, raw: Any) -> Term:
        return _build(Term, term_path, raw)

    return _build(Weights, path, value, **{f.name: term for f in fields(Weights)})


def _stops(path: str, value: Any) -> tuple[Stop, ...]:
    return tuple(_build(Stop, item_path, item) for item_path, item in _items(path, value))


def _reason(path: str, value: Any) -> Reason:
    try:
        return Reason(value)
    except ValueError as error:
        raise ProblemError(path, f"{value!r} is not a reason") from error
