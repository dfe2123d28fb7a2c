"""How far a KPI moved, from whichever source knows best, in the words its kind asks for."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.policy import KpiKind
from shared.domain.wording import spell_number
from shared.statistics.series import Change, SeriesJudgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A change since a time with its interval, in the values' unit; `scale` makes it a share."""

    kind: KpiKind
    since: datetime
    change: float
    low: float
    high: float
    scale: float
    observed: float
    expected: float
    n: float
    confidence: float

    @property
    def fell(self) -> bool:
        """Whether it went down."""
        return self.change < 0.0

    def did(self) -> str:
        """`fell 4.1 points`: a proportion in points, all else as a share of what is expected."""
        return f"{'fell' if self.fell else 'rose'} {self._spelled()[0]}"

    def sized(self) -> str:
        """`fell 4.1 points (3.2 to 5.0)`, with the interval that way round."""
        change, low, high = self._spelled()
        return f"{'fell' if self.fell else 'rose'} {change} ({low} to {high})"

    def levels(self) -> str:
        """What was seen, on how much, and what was expected."""
        rests = f" of {spell_number(self.n)}" if self.kind is KpiKind.PROPORTION else ""
        return (
            f"{spell_value(self.observed, self.kind)}{rests} where its weeks before let expect "
            f"{spell_value(self.expected, self.kind)}"
        )

    def _spelled(self) -> tuple[str, str, str]:
        sign = -1.0 if self.fell else 1.0
        ends = sorted((sign * self.low, sign * self.high))
        return spell_sizes(
            (abs(self.change), ends[0], ends[1]),
            self.kind,
            abs(self.scale),
        )


def since_moment(change: Change, kind: KpiKind, since: datetime) -> Moved:
    """What was measured before and after a moment."""
    return Moved(
        kind=kind,
        since=since,
        change=change.change,
        low=change.low,
        high=change.high,
        scale=change.scale,
        observed=change.observed,
        expected=change.expected,
        n=change.n,
        confidence=change.confidence,
    )


def in_window(
    judged: SeriesJudgement, kind: KpiKind, start: datetime, confidence: float, *, relative: bool
) -> Moved:
    """What the judged window shows as a whole, where the history is too short to be watched."""
    observed, expected = judged.observed or 0.0, judged.expected or 0.0
    unit = abs(expected) if relative else 1.0
    return Moved(
        kind=kind,
        since=judged.since or start,
        change=observed - expected,
        low=(judged.low or 0.0) * unit,
        high=(judged.high or 0.0) * unit,
        scale=abs(expected) or 1.0,
        observed=observed,
        expected=expected,
        n=judged.n,
        confidence=confidence,
    )


def spell_value(value: float, kind: KpiKind) -> str:
    """A level of the KPI.

    >>> spell_value(0.6123, KpiKind.PROPORTION), spell_value(512.34, KpiKind.MEAN)
    ('61.2 %', '512.3')
    """
    if kind is not KpiKind.PROPORTION:
        return spell_number(value)
    return f"{100.0 * value:.{_digits(100.0 * min(value, 1.0 - value))}f} %"


def spell_sizes(
    sizes: tuple[float, float, float], kind: KpiKind, scale: float
) -> tuple[str, str, str]:
    """A change and the ends of its interval with the same digits; the unit follows the first.

    >>> spell_sizes((0.0413, 0.032, 0.05), KpiKind.PROPORTION, 0.6)
    ('4.1 points', '3.2', '5.0')
    >>> spell_sizes((12.0, 9.0, 15.0), KpiKind.COUNT, 100.0)
    ('12.0 %', '9.0', '15.0')
    """
    points = kind is KpiKind.PROPORTION
    change, low, high = (100.0 * size / (1.0 if points else scale or 1.0) for size in sizes)
    digits = _digits(change)
    unit = "points" if points else "%"
    return f"{change:.{digits}f} {unit}", f"{low:.{digits}f}", f"{high:.{digits}f}"


def _digits(percent: float) -> int:
    size = abs(percent)
    return 1 if size >= 1.0 else 2 if size >= 0.1 else 3
