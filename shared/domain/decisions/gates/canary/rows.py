"""Buckets of mean latency put together until each holds enough answers to be compared."""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST_ANSWERS = 20
MOST_ROWS = 24
Values = Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The same spans of both sides: the mean of each, and how many answers each side has."""

    control: tuple[float, ...]
    experiment: tuple[float, ...]
    answers_control: float
    answers: float

    @property
    def each(self) -> float:
        """Answers of the smaller side a row; what a row takes at least, without any."""
        smaller = min(self.answers_control, self.answers)
        return smaller / len(self.control) if self.control else float(LEAST_ANSWERS)


def put_together(control: tuple[Values, Values], experiment: tuple[Values, Values]) -> Rows:
    """Neighbouring buckets as one, until both sides have 20 answers in it; 24 rows at most.

    Each side is its means and how many answers they are of. The mean of few answers has a skewed
    distribution whose median lies below the true mean, by about γ·σ/(6n) with skewness γ and
    deviation σ: a side with little traffic would look faster than it is. Fewer rows of more
    answers lose no power, since a rank test needs a dozen of them.

    >>> rows = put_together(([10.0, 30.0], [30.0, 10.0]), ([20.0, 40.0], [10.0, 10.0]))
    >>> rows.control, rows.experiment, rows.answers
    ((15.0,), (30.0,), 20.0)
    """
    sides = (_sums(*control), _sums(*experiment))
    totals = [sum(count for _, count in side) for side in sides]
    enough = max(float(LEAST_ANSWERS), min(totals) / MOST_ROWS)
    rows: list[list[tuple[float, float]]] = []
    held = [(0.0, 0.0), (0.0, 0.0)]
    for pair in zip(*sides, strict=True):
        held = [_plus(one, other) for one, other in zip(held, pair, strict=True)]
        if min(count for _, count in held) >= enough:
            rows.append(held)
            held = [(0.0, 0.0), (0.0, 0.0)]
    if rows:
        rows[-1] = [_plus(one, other) for one, other in zip(rows[-1], held, strict=True)]
    return Rows(
        control=tuple(row[0][0] / row[0][1] for row in rows),
        experiment=tuple(row[1][0] / row[1][1] for row in rows),
        answers_control=totals[0],
        answers=totals[1],
    )


def _sums(means: Values, counts: Values) -> list[tuple[float, float]]:
    """The sum and the number of each bucket's answers; nothing where either is not known."""
    return [
        (0.0, 0.0) if mean is None or not count else (mean * count, count)
        for mean, count in zip(means, counts, strict=True)
    ]


def _plus(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return one[0] + other[0], one[1] + other[1]
