"""The points of a checklist and what answers them. No database."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from core.languages import name_in

LONGEST_TEXT = 2000
Value = bool | float | str


class PointKind(StrEnum):
    YES_NO = "yes_no"
    NUMBER = "number"
    TEXT = "text"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing to check. `name` is in the company's language; `lowest` and `highest` are in `unit`, both included.

    A photo answers a point of its kind by being there; all others are answered by a value.
    """

    code: str
    name: str
    name_en: str = ""
    kind: PointKind = PointKind.YES_NO
    unit: str = ""
    lowest: float | None = None
    highest: float | None = None
    required: bool = True

    def takes(self, value: Value) -> bool:
        """Whether `value` answers it."""
        match self.kind:
            case PointKind.YES_NO:
                return isinstance(value, bool)
            case PointKind.NUMBER:
                return isinstance(value, int | float) and not isinstance(value, bool) and self._holds(value)
            case PointKind.TEXT:
                return isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT
            case PointKind.PHOTO:
                return False

    @property
    def expected(self) -> str:
        """What would answer it, in words."""
        match self.kind:
            case PointKind.YES_NO:
                return "true or false"
            case PointKind.NUMBER:
                return " ".join(filter(None, ["a number", self._bounds, self.unit]))
            case PointKind.TEXT:
                return f"a text of 1 to {LONGEST_TEXT} characters"
            case PointKind.PHOTO:
                return "a photo"

    @property
    def _bounds(self) -> str:
        low = "" if self.lowest is None else f"from {self.lowest:g}"
        high = "" if self.highest is None else f"to {self.highest:g}"
        return " ".join(filter(None, [low, high]))

    def _holds(self, value: float) -> bool:
        return (self.lowest is None or value >= self.lowest) and (
            self.highest is None or value <= self.highest
        )


def fault_of(points: Iterable[Point]) -> str:
    """What is wrong with a list, in words; "" for nothing."""
    seen: set[str] = set()
    for point in points:
        if point.code in seen:
            return f"The code {point.code!r} stands twice."
        seen.add(point.code)
        bounds = (point.lowest, point.highest)
        if point.kind != PointKind.NUMBER and (point.unit or bounds != (None, None)):
            return f"{point.code}: a unit and bounds are for numbers."
        if point.lowest is not None and point.highest is not None and point.lowest > point.highest:
            return f"{point.code}: the lowest value is above the highest."
    return ""


def points_written(points: Iterable[Point]) -> list[dict[str, Any]]:
    """As a row keeps them."""
    return [asdict(point) for point in points]


def points_read(rows: Iterable[Mapping[str, Any]]) -> list[Point]:
    """What `points_written` wrote."""
    return [Point(**{**row, "kind": PointKind(row["kind"])}) for row in rows]


def points_open(points: Iterable[Point], answered: Iterable[str]) -> list[Point]:
    """The required points without an answer, or without a photo; `answered` are codes."""
    known = set(answered)
    return [point for point in points if point.required and point.code not in known]


def names_of(points: Iterable[Point], language: str) -> str:
    """The points as a reader of `language` calls them, with semicolons between."""
    return "; ".join(name_in(language, point) for point in points)
