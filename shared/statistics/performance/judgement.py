"""One measure's verdict against a limit or a baseline, with interval, n and the n that decides."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number
from shared.statistics.performance.measures import (
    Direction,
    Estimate,
    Metric,
    Reason,
    direction_of,
)

MOST_ROWS = 10**9


_WORDS = {
    Reason.NO_ROWS: "the window has no rows with a usable score",
    Reason.NO_LABELS: "no row has a label yet",
    Reason.NO_POSITIVES: "no labelled row is positive",
    Reason.NO_NEGATIVES: "no labelled row is negative",
    Reason.NO_PREDICTED_CLASS: "no labelled row has a predicted class; name `prediction`",
    Reason.NOTHING_PREDICTED_POSITIVE: "no labelled row was predicted positive",
    Reason.NO_AGE: "no row's age is known to be over the label delay; give `as_of` and times",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a measure must keep: a `value`, or at most `tolerance` worse than the baseline's.

    `relative` is a tolerance as a share of the baseline's value, e.g. 0.1 for a tenth. A value
    decides alone; the change from the baseline is told beside it.
    """

    value: float | None = None
    tolerance: float | None = None
    relative: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricJudgement:
    """One measure's verdict; `n_needed` rows would decide an inconclusive one.

    `change` is estimate − `baseline` with its interval. `judged` says whether there was
    anything to keep; without, the verdict is inconclusive for the reason `no_limit`.
    """

    metric: Metric
    verdict: Verdict
    reason: Reason
    sentence: str
    n: int
    estimate: float | None
    low: float | None
    high: float | None
    limit: float | None = None
    baseline: float | None = None
    tolerance: float | None = None
    change: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    n_needed: int | None = None
    judged: bool = False
    details: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; what is infinite or not a number is null."""
        plain = to_plain(self)
        assert isinstance(plain, dict)  # noqa: S101  a dataclass's plain form
        return {key: _finite(value) for key, value in plain.items()}


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def judge_metric(
    found: Estimate, limit: Limit | None = None, baseline: Estimate | None = None
) -> MetricJudgement:
    """The three-way verdict on one measure.

    Against a value: fail when the whole interval is on its wrong side, pass when none is. Against
    a baseline the same for the interval of the difference, which combines both intervals without
    assuming they are symmetric (MOVER: Zou and Donner, Statistics in Medicine 27, 2008, after
    Newcombe 1998).

    >>> found = Estimate(metric=Metric.AUC, n=900, estimate=0.8, low=0.77, high=0.83)
    >>> [judge_metric(found, Limit(value=value)).verdict.value for value in (0.75, 0.9)]
    ['pass', 'fail']
    >>> judge_metric(found, Limit(value=0.79)).n_needed
    8100
    """
    limit = limit or Limit()
    if found.estimate is None or found.low is None or found.high is None:
        return _judgement(found, Verdict.INCONCLUSIVE, found.reason or Reason.TOO_FEW_ROWS, limit)
    change = _change(found, baseline)
    told = {"baseline": baseline.estimate if baseline else None, **change}
    if limit.value is not None:
        low, high = _worse_by(found.metric, found.low, found.high, limit.value)
        at = _worse_by(found.metric, found.estimate, found.estimate, limit.value)[1]
        verdict = _verdict(low, high)
        reason = {Verdict.PASS: Reason.WITHIN_LIMIT, Verdict.FAIL: Reason.BEYOND_LIMIT}
        needed = needed_rows(found.n, at, low, high) if verdict is Verdict.INCONCLUSIVE else None
        chosen = reason.get(verdict, Reason.TOO_FEW_ROWS)
        return _judgement(found, verdict, chosen, limit, n_needed=needed, **told)
    allowed = _allowed(limit, baseline)
    if allowed is None:
        asked = limit.tolerance is not None or limit.relative is not None
        why = Reason.BASELINE_UNKNOWN if asked else Reason.NO_LIMIT
        return _judgement(found, Verdict.INCONCLUSIVE, why, limit, **told)
    return _against_baseline(found, baseline, limit, allowed, told)


def _against_baseline(
    found: Estimate,
    baseline: Estimate | None,
    limit: Limit,
    allowed: float,
    told: dict[str, float | None],
) -> MetricJudgement:
    change, change_low, change_high = (
        float(told[key] or 0.0) for key in ("change", "change_low", "change_high")
    )
    low, high = _worse_by(found.metric, change_low, change_high, allowed, change=True)
    at = _worse_by(found.metric, change, change, allowed, change=True)[1]
    verdict = _verdict(low, high)
    reason = {Verdict.PASS: Reason.WITHIN_TOLERANCE, Verdict.FAIL: Reason.WORSE_THAN_BASELINE}
    needed = None
    if verdict is Verdict.INCONCLUSIVE and baseline is not None:
        fixed = ((baseline.high or 0.0) - (baseline.low or 0.0)) / 2
        needed = needed_rows(found.n, at, low, high, fixed)
    chosen = reason.get(verdict, Reason.TOO_FEW_ROWS)
    return _judgement(found, verdict, chosen, limit, n_needed=needed, tolerance=allowed, **told)


def _allowed(limit: Limit, baseline: Estimate | None) -> float | None:
    if baseline is None or baseline.estimate is None or baseline.low is None:
        return None
    if limit.tolerance is not None:
        return limit.tolerance
    return None if limit.relative is None else limit.relative * abs(baseline.estimate)


def _worse_by(
    metric: Metric, low: float, high: float, limit: float, *, change: bool = False
) -> tuple[float, float]:
    """How far beyond the limit, from least to most; above 0 is beyond."""
    match direction_of(metric):
        case Direction.HIGHER:
            return (-limit - high, -limit - low) if change else (limit - high, limit - low)
        case Direction.LOWER:
            return low - limit, high - limit
        case Direction.ZERO:
            least = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
            return least - limit, max(abs(low), abs(high)) - limit


def _verdict(low: float, high: float) -> Verdict:
    if low > 0.0:
        return Verdict.FAIL
    return Verdict.PASS if high <= 0.0 else Verdict.INCONCLUSIVE


def _change(found: Estimate, baseline: Estimate | None) -> dict[str, float | None]:
    if baseline is None or baseline.estimate is None or baseline.low is None:
        return {}
    assert found.estimate is not None  # noqa: S101  only called for a measure that is known
    assert found.low is not None  # noqa: S101
    assert found.high is not None  # noqa: S101
    assert baseline.high is not None  # noqa: S101  low and high are known together
    change = found.estimate - baseline.estimate
    below = math.hypot(found.estimate - found.low, baseline.high - baseline.estimate)
    above = math.hypot(found.high - found.estimate, baseline.estimate - baseline.low)
    return {"change": change, "change_low": change - below, "change_high": change + above}


def needed_rows(n: int, at: float, low: float, high: float, fixed: float = 0.0) -> int | None:
    """The rows at which an interval that shrinks with 1/√n would no longer hold the limit.

    `at`, `low` and `high` are distances from the limit, `fixed` the half width that stays (the
    baseline's). None when it would take over a billion, or no number is enough.

    >>> needed_rows(100, 0.01, -0.03, 0.05), needed_rows(100, 0.01, -0.03, 0.05, fixed=0.02)
    (1600, None)
    """
    width = at - low if at > 0.0 else high - at
    shrinking = width * width - fixed * fixed
    room = at * at - fixed * fixed
    if not (shrinking > 0.0 and room > 0.0):
        return None
    needed = n * shrinking / room
    if not needed <= MOST_ROWS:
        return None
    return max(n + 1, math.ceil(needed - 1e-6))


def _judgement(
    found: Estimate, verdict: Verdict, reason: Reason, limit: Limit, **told: Any
) -> MetricJudgement:
    judgement = MetricJudgement(
        metric=found.metric,
        verdict=verdict,
        reason=reason,
        sentence="",
        n=found.n,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        limit=limit.value,
        judged=limit != Limit(),
        details=dict(found.details),
        **{"tolerance": None, "n_needed": found.n_needed, **told},
    )
    return replace(judgement, sentence=_sentence(judgement))


def _sentence(judged: MetricJudgement) -> str:
    name = judged.metric.value.replace("_", " ")
    needed = (
        f"; about {spell_number(float(judged.n_needed))} rows would decide"
        if judged.n_needed is not None
        else ""
    )
    if judged.estimate is None:
        why = _WORDS.get(judged.reason, f"{judged.n} rows are too few for an interval")
        return f"{name}: {why}, so nothing can be said{needed}."
    text = (
        f"{name}: {spell_number(judged.estimate)} ({spell_number(judged.low)} to "
        f"{spell_number(judged.high)}), n {judged.n}"
    )
    if judged.limit is not None:
        text += f", limit {spell_number(judged.limit)}"
    if judged.baseline is not None and judged.tolerance is not None:
        text += (
            f", baseline {spell_number(judged.baseline)}, change "
            f"{spell_number(judged.change)} ({spell_number(judged.change_low)} to "
            f"{spell_number(judged.change_high)}), tolerance {spell_number(judged.tolerance)}"
        )
    if judged.verdict is Verdict.INCONCLUSIVE and judged.judged and judged.n_needed is None:
        needed = "; no number of rows would decide"
    return f"{text}{needed}."
