"""Numbers turned into the coordinates of small inline charts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720.0, 120.0
_DECADES = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One window's estimate with its interval and what it means for the verdict."""

    window: int
    estimate: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Points over windows as SVG coordinates: the interval's area, the line, the limit's height."""

    area: str
    line: str
    limit: float
    top: float
    dots: tuple[tuple[float, float, str], ...]


def scale_top(limit: float, highs: Sequence[float]) -> float:
    """The largest value a chart shows: the limit stays in its left or lower half.

    >>> scale_top(0.2, [0.05]), scale_top(0.2, [0.9]), scale_top(0.2, [7.0])
    (0.5, 0.9, 1.0)
    """
    return max(2.5 * limit, min(max(highs, default=0.0), 5.0 * limit))


def share_of(value: float, top: float) -> float:
    """Where a value stands on a scale from 0 to `top`, in percent, kept within it.

    >>> share_of(0.25, 0.5), share_of(9.0, 0.5)
    (50.0, 100.0)
    """
    return 100.0 * min(max(value, 0.0), top) / top if top > 0 else 0.0


def band(points: Sequence[Point], limit: float, *, windows: int) -> Band | None:
    """A band over so many windows; None without points."""
    if not points:
        return None
    top = max(2.5 * limit, min(max(point.high for point in points), 20.0 * limit))
    at = [_across(point.window, windows) for point in points]
    upper, lower, middle = (
        [(x, _up(value, top)) for x, value in zip(at, values, strict=True)]
        for values in (
            [point.high for point in points],
            [point.low for point in points],
            [point.estimate for point in points],
        )
    )
    verdicts = [point.verdict for point in points]
    return Band(
        area=_path([*upper, *reversed(lower)]),
        line=_path(middle),
        limit=_up(limit, top),
        top=top,
        dots=tuple((x, y, told) for (x, y), told in zip(middle, verdicts, strict=True)),
    )


def evidence_line(beyond: Sequence[float]) -> tuple[str, tuple[tuple[float, float, bool], ...]]:
    """The alarm's evidence over windows, in decades around what an alarm needs.

    `beyond` is evidence less threshold, as natural logarithms; the middle of the chart is where
    the alarm is raised, three decades fit above it and below.
    """
    decades = [min(max(value / math.log(10.0), -_DECADES), _DECADES) for value in beyond]
    dots = tuple(
        (
            _across(number, len(beyond)),
            HEIGHT / 2 - value / _DECADES * (HEIGHT / 2 - 6.0),
            value > 0,
        )
        for number, value in enumerate(decades)
    )
    return _path([(x, y) for x, y, _ in dots]), dots


def _across(number: int, of: int) -> float:
    return 8.0 + (WIDTH - 16.0) * (number / (of - 1) if of > 1 else 0.5)


def _up(value: float, top: float) -> float:
    return HEIGHT - 4.0 - (HEIGHT - 8.0) * min(max(value, 0.0), top) / top


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
