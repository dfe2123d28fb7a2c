"""The verdict on columns together."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.statistics.distances.distance import Measurement, judge, rows_to_decide
from shared.statistics.multivariate.classifier import Separation, normal_interval, separate
from shared.statistics.multivariate.features import Features, make_features
from shared.statistics.multivariate.result import Contribution, MultivariateDrift, Reason
from shared.statistics.multivariate.sample import Sample

LIMIT = 0.55
PERMUTATIONS = 200
FEWEST = 50
FEWEST_CHUNKS = 5
_ROWS_A_FEATURE = 3
_TOP = 5
_NAMED = 3
_WORTH_NAMING = 0.05
_REASONS = {
    Verdict.FAIL: Reason.TOLD_APART,
    Verdict.PASS: Reason.ALIKE,
    Verdict.INCONCLUSIVE: Reason.UNDECIDED,
}


def multivariate_drift(
    baseline: Sample,
    window: Sample,
    *,
    seed: int,
    limit: float = LIMIT,
    chunks: Sequence[Sample] = (),
    confidence: float = 0.95,
) -> MultivariateDrift:
    """Whether a classifier of single columns and pairs tells a window's rows from the baseline's.

    The area is judged against `limit`; 0.55 is about a shift of 0.18 standard deviations along the
    best direction. Of five or more `chunks` of the baseline each is compared with the others, and
    the limit is never below mean + 3 sd of their areas. Too few rows to learn from never pass.
    Source: Rabanser, Günnemann, Lipton, Failing Loudly (2019), domain classifiers.
    Raises InvalidData for a limit outside [0.5, 1) or a confidence outside (0, 1).

    >>> generator = np.random.default_rng(3)
    >>> def rows(sign):
    ...     x, e = generator.normal(size=(2, 600))
    ...     return Sample(columns={"x": x, "y": 0.8 * sign * x + 0.6 * e})
    >>> multivariate_drift(rows(1), rows(-1), seed=7).verdict.value
    'fail'
    """
    if not 0.5 <= limit < 1.0:
        raise InvalidData(f"limit is {limit}; give an area from 0.5 to below 1.")
    if not 0.0 < confidence < 1.0:
        raise InvalidData(f"confidence is {confidence}; give a share between 0 and 1, as 0.95.")
    missing = tuple(sorted(baseline.columns.keys() ^ window.columns.keys()))
    told: dict[str, Any] = {"limit": limit, "n": window.rows, "missing": missing}
    if not baseline.columns.keys() & window.columns.keys():
        return _undecided(Reason.NO_SHARED_COLUMNS, "Window and baseline share no column.", told)
    if min(window.rows, baseline.rows) < FEWEST:
        sentence = (
            f"{window.rows} rows against {baseline.rows} cannot be told apart; "
            f"{FEWEST} a side are the least."
        )
        return _undecided(Reason.TOO_FEW_ROWS, sentence, {**told, "n_needed": FEWEST})
    features, found = _compare(baseline, window, seed, PERMUTATIONS)
    if not features.columns:
        return _undecided(Reason.NOTHING_VARIES, "Every shared column is constant.", told)
    natural = _natural(chunks, seed)
    if natural is not None:
        limit = max(limit, natural)
    low, high = normal_interval(found.area, found.deviation, confidence)
    verdict = judge(low, high, limit)
    reason = _REASONS[verdict]
    learnable = _ROWS_A_FEATURE * len(features.columns)
    needed = None
    if verdict is Verdict.INCONCLUSIVE:
        measured = Measurement(estimate=found.area, low=low, high=high, centre=found.area)
        needed = rows_to_decide(measured, limit, window.rows, baseline.rows)
        if needed is not None and found.area <= limit:
            needed = max(needed, learnable)
    if verdict is Verdict.PASS and min(window.rows, baseline.rows) < learnable:
        verdict, reason = Verdict.INCONCLUSIVE, Reason.TOO_FEW_ROWS_TO_LEARN
        needed = learnable
    known = {**told, "limit": limit}
    contributions = _contributions(features, found) if low > 0.5 else ()
    sentence = _sentence(reason, found.area, low, high, limit, needed, missing)
    return MultivariateDrift(
        verdict=verdict,
        reason=reason,
        sentence=sentence + _most_of_it(contributions),
        estimate=round(found.area, 4),
        low=low,
        high=high,
        p_value=found.p_value,
        natural=natural,
        n_needed=needed,
        contributions=contributions,
        pairs_left_out=features.pairs_left_out,
        **known,
    )


def _undecided(reason: Reason, sentence: str, told: dict[str, Any]) -> MultivariateDrift:
    return MultivariateDrift(verdict=Verdict.INCONCLUSIVE, reason=reason, sentence=sentence, **told)


def _compare(
    baseline: Sample, window: Sample, seed: int, permutations: int
) -> tuple[Features, Separation]:
    generator = np.random.default_rng(seed)
    features = make_features(Sample.together([baseline, window]), generator)
    is_window = np.repeat([0.0, 1.0], [baseline.rows, window.rows])
    return features, separate(features.values, is_window, generator, permutations)


def _natural(chunks: Sequence[Sample], seed: int) -> float | None:
    """How well the baseline's own chunks can be told from the rest of it."""
    if len(chunks) < FEWEST_CHUNKS or min(each.rows for each in chunks) < FEWEST:
        return None
    areas = [
        _compare(Sample.together([*chunks[:i], *chunks[i + 1 :]]), one, seed, 0)[1].area
        for i, one in enumerate(chunks)
    ]
    return round(float(np.mean(areas) + 3.0 * np.std(areas, ddof=1)), 4)


def _contributions(features: Features, found: Separation) -> tuple[Contribution, ...]:
    shares: dict[tuple[str, ...], float] = {}
    for columns, share in zip(features.columns, found.shares, strict=True):
        shares[columns] = shares.get(columns, 0.0) + float(share)
    total = sum(max(0.0, share) for share in shares.values())
    ordered = sorted(shares, key=lambda columns: (-shares[columns], columns))
    return tuple(
        Contribution(columns=columns, share=round(shares[columns] / total, 4))
        for columns in ordered[:_TOP]
        if shares[columns] > 0.0
    )


def _sentence(
    reason: Reason,
    area: float,
    low: float,
    high: float,
    limit: float,
    needed: int | None,
    missing: tuple[str, ...],
) -> str:
    what = {
        Reason.TOLD_APART: "Rows of the window can be told from the baseline's",
        Reason.ALIKE: "Rows of the window cannot be told from the baseline's",
        Reason.TOO_FEW_ROWS_TO_LEARN: "Too few rows to learn what might tell them apart",
    }.get(reason, "Whether rows of the window differ is undecided")
    more = f"; about {needed} rows would decide" if needed is not None else ""
    left = f" Not on both sides: {', '.join(missing)}." if missing else ""
    return f"{what}: area {area:.3f} ({low:.3f} to {high:.3f}), limit {limit:.3f}{more}.{left}"


def _most_of_it(contributions: tuple[Contribution, ...]) -> str:
    named = [each for each in contributions[:_NAMED] if each.share >= _WORTH_NAMING]
    if not named:
        return ""
    shown = ", ".join(f"{' with '.join(each.columns)} ({each.share:.0%})" for each in named)
    return f" Most of it: {shown}."
