"""Curves in the units of an SVG: an effect by weeks with its band, and a goal's weeks beside its target."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 480, 200
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 12, 24
LABEL = 14  # a label's height
SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 120, 28, 3

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tick:
    at: int
    label: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A line with the band it lies in. `zero` is the height of nothing; ticks go along their axis."""

    line: str
    band: str
    zero: int
    weeks: list[Tick]
    heights: list[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    foot: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class Spark:
    """A line with the target beside it."""

    line: str
    target: int
    width: int = SPARK_WIDTH
    height: int = SPARK_HEIGHT


@dataclass(frozen=True, slots=True)
class Frame:
    """From values to whole units of the picture; y grows downwards."""

    box: tuple[int, int, int, int]  # left, top, right, bottom
    xs: tuple[float, float]
    ys: tuple[float, float]

    def x(self, value: float) -> int:
        left, _, right, _ = self.box
        return round(left + (right - left) * _part(value, *self.xs))

    def y(self, value: float) -> int:
        _, top, _, bottom = self.box
        return round(bottom - (bottom - top) * _part(value, *self.ys))

    def path(self, points: Iterable[Point]) -> str:
        return "M" + "L".join(f"{self.x(x)} {self.y(y)}" for x, y in points)


def curve(value: Sequence[float], low: Sequence[float], high: Sequence[float]) -> Curve:
    """The drawing of an effect by weeks, from the same week on; nothing is always in the picture."""
    lowest, highest = min(0.0, *low), max(0.0, *high)
    last = len(value) - 1
    frame = Frame((LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM), (0, last), (lowest, highest))
    there, back = list(enumerate(high)), list(enumerate(low))[::-1]
    return Curve(
        line=frame.path(enumerate(value)),
        band=frame.path(there + back) + "Z",
        zero=frame.y(0.0),
        weeks=[Tick(frame.x(week), str(week)) for week in (0, last // 2, last)],
        heights=_heights(frame, lowest, highest),
    )


def _heights(frame: Frame, lowest: float, highest: float) -> list[Tick]:
    """Nothing, and the ends that are not so near to it that their labels would lie on one another."""
    ends = [end for end in (lowest, highest) if abs(frame.y(end) - frame.y(0.0)) > LABEL]
    return [Tick(frame.y(value), f"{value:.3g}") for value in (0.0, *ends)]


def spark(weeks: Sequence[tuple[int, float]], target: float) -> Spark | None:
    """The weeks of a goal; None for fewer than two."""
    if len(weeks) < 2:
        return None
    figures = [figure for _, figure in weeks] + [target]
    box = (SPARK_MARGIN, SPARK_MARGIN, SPARK_WIDTH - SPARK_MARGIN, SPARK_HEIGHT - SPARK_MARGIN)
    frame = Frame(box, (weeks[0][0], weeks[-1][0]), (min(figures), max(figures)))
    return Spark(frame.path(weeks), frame.y(target))


def _part(value: float, first: float, last: float) -> float:
    """How far a value is from the first to the last; the middle where they are one."""
    return (value - first) / (last - first) if last > first else 0.5
