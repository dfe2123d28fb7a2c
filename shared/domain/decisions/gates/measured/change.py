"""The change of a metric from one version to another against the margin that is allowed."""

import math
from dataclasses import dataclass

from shared.domain.decisions.gates.measured.intervals import (
    Interval,
    difference_interval,
    quantile,
    times_needed,
)
from shared.domain.decisions.gates.measured.samples import Method, Sample
from shared.domain.policy import Better, Margin
from shared.domain.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How far a metric moved, in its own unit, and whether that is within the margin.

    `limit` is the change that is still allowed: below 0 for what is better when higher. `interval`
    is None without one. `times` as many rows would decide what is inconclusive; None where none
    would, since the change lies at the limit itself.
    """

    estimate: float
    limit: float
    verdict: Verdict
    interval: Interval | None = None
    times: float | None = None


def compare(ours: Sample, theirs: Sample, margin: Margin, confidence: float) -> Change:
    """Pass when the whole interval is within the margin, fail when all of it is beyond.

    The change is ours − theirs. A relative margin is a share of theirs, so that it is as unsure as
    theirs is: what is looked at is ours − (1 ∓ allowed)·theirs, whose interval is that of
    `difference_interval`, moved by the limit.
    """
    sign = -1.0 if margin.better is Better.LOWER else 1.0
    share = margin.allowed if margin.relative else 0.0
    weight = 1.0 - sign * share * math.copysign(1.0, theirs.value)
    limit = -sign * (share * abs(theirs.value) if margin.relative else margin.allowed)
    estimate = ours.value - theirs.value
    # A change of exactly the limit is allowed, also when it cannot be written in binary.
    slack = 1e-9 * max(abs(ours.value), abs(theirs.value))

    def around(times: float) -> Interval:
        z = quantile(confidence)
        low, high = difference_interval(
            ours.value,
            ours.interval(z, times),
            theirs.value,
            theirs.interval(z, times),
            weight,
        )
        moved = limit if margin.relative else 0.0
        return low + moved, high + moved

    def verdict(interval: Interval) -> Verdict:
        worst, best = sorted(sign * (end - limit) for end in interval)
        if worst >= -slack:
            return Verdict.PASS
        return Verdict.FAIL if best < -slack else Verdict.INCONCLUSIVE

    if Method.NONE in {ours.method, theirs.method}:
        return Change(estimate=estimate, limit=limit, verdict=verdict((estimate, estimate)))
    interval = around(1.0)
    found = verdict(interval)
    undecided = found is Verdict.INCONCLUSIVE
    return Change(
        estimate=estimate,
        limit=limit,
        verdict=found,
        interval=interval,
        times=(
            times_needed(lambda times: verdict(around(times)) is not Verdict.INCONCLUSIVE)
            if undecided
            else None
        ),
    )
