"""A region's day as a drawing: communities, routes and stops in the units of an SVG. No database here."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.gis.geos import MultiPolygon

WIDTH = 1000
TALLEST = 1150
MARGIN = 45
NARROWEST = math.radians(0.004)  # about 400 m: one stop alone is not drawn from rooftop height

Place = tuple[float, float]  # lon, lat in degrees


@dataclass(frozen=True, slots=True)
class Area:
    """A community's outline. `visited` when the day goes there."""

    title: str
    outline: MultiPolygon
    visited: bool


@dataclass(frozen=True, slots=True)
class Dot:
    """A stop; `anchor` is its row in the table."""

    title: str
    place: Place
    anchor: UUID


@dataclass(frozen=True, slots=True)
class Line:
    """A route: from home to its stops, and home again."""

    colour: int
    title: str
    start: Place
    end: Place
    dots: Sequence[Dot]


@dataclass(frozen=True, slots=True)
class DrawnArea:
    title: str
    path: str
    visited: bool


@dataclass(frozen=True, slots=True)
class DrawnDot:
    title: str
    x: int
    y: int
    anchor: UUID


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """`path` goes from the first stop to the last, `home_path` from home and back."""

    colour: int
    title: str
    path: str
    home_path: str
    dots: list[DrawnDot]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything in whole units of a view box `WIDTH` wide and `height` high."""

    height: int
    areas: list[DrawnArea]
    lines: list[DrawnLine]
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class Frame:
    """What part of the world is in the picture, on Mercator's projection of the sphere."""

    left: float
    top: float
    scale: float
    height: int

    @classmethod
    def around(cls, places: Iterable[Place]) -> "Frame":
        """The smallest frame, with a margin. Raises ValueError without a place."""
        xs, ys = zip(*map(_mercator, places), strict=True)
        wide, high = max(max(xs) - min(xs), NARROWEST), max(max(ys) - min(ys), NARROWEST)
        scale = min((WIDTH - 2 * MARGIN) / wide, (TALLEST - 2 * MARGIN) / high)
        return cls(
            left=(max(xs) + min(xs)) / 2 - WIDTH / scale / 2,
            top=(max(ys) + min(ys)) / 2 + (high * scale / 2 + MARGIN) / scale,
            scale=scale,
            height=round(high * scale) + 2 * MARGIN,
        )

    def at(self, place: Place) -> tuple[int, int]:
        """Where a place is in the picture; y grows downwards."""
        x, y = _mercator(place)
        return round((x - self.left) * self.scale), round((self.top - y) * self.scale)

    def path(self, places: Iterable[Place]) -> str:
        """The commands of an SVG path through the places."""
        return "M" + "L".join(f"{x} {y}" for x, y in map(self.at, places))


def draw(areas: Sequence[Area], lines: Sequence[Line]) -> Drawing | None:
    """The drawing around the stops and the communities they are in; None when there is nothing to draw."""
    places = [dot.place for line in lines for dot in line.dots]
    places += [place for area in areas if area.visited for ring in _rings(area) for place in ring]
    if not places:
        return None
    frame = Frame.around(places)
    return Drawing(
        height=frame.height,
        areas=[DrawnArea(area.title, _outline(frame, area), area.visited) for area in areas],
        lines=[_drawn(frame, line) for line in lines if line.dots],
    )


def _drawn(frame: Frame, line: Line) -> DrawnLine:
    stops = [dot.place for dot in line.dots]
    return DrawnLine(
        colour=line.colour,
        title=line.title,
        path=frame.path(stops),
        home_path=frame.path([line.start, stops[0]]) + frame.path([stops[-1], line.end]),
        dots=[DrawnDot(dot.title, *frame.at(dot.place), dot.anchor) for dot in line.dots],
    )


def _outline(frame: Frame, area: Area) -> str:
    return "".join(f"{frame.path(ring)}Z" for ring in _rings(area))


def _rings(area: Area) -> list[Sequence[Place]]:
    return [ring for polygon in area.outline.coords for ring in polygon]


def _mercator(place: Place) -> tuple[float, float]:
    """Radians to the east and, stretched, to the north (Snyder, "Map projections", USGS 1395, 1987, eq. 7-1, 7-2)."""
    return math.radians(place[0]), math.asinh(math.tan(math.radians(place[1])))
