"""Evidence that adds up over buckets, the alarm it raises and ends, and where a change began."""

from dataclasses import dataclass

import numpy as np

from shared.statistics.series.seasons import Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """Log evidence after each bucket, 0 being the alarm; `raised` is the bucket of a standing one.

    `since` is the bucket the change of a standing alarm began with, and `stretch` the first and the
    last bucket of those the alarm rests on.
    """

    path: Array
    raised: int | None = None
    since: int | None = None
    stretch: tuple[int, int] | None = None
    onsets: tuple[int, ...] = ()


def accumulate(log_ratios: Array, run_length: float) -> Evidence:
    """Shiryaev–Roberts sums M ← (M + 1)·e of each bet (columns), averaged.

    While each e has a mean of at most 1, E[M] grows by at most 1 a bucket, so that the mean number
    of buckets until the average passes the run length A is at least A, whatever the dependence
    between bets. An alarm ends, and everything starts anew, when the average has fallen from its
    height by a factor of A: the way back needs the same evidence as the alarm, so that a lasting
    change does not flicker.
    Source: Shin, Ramdas and Rinaldo, E-detectors (2022), arXiv 2203.03532, section 2.
    """
    threshold = float(np.log(run_length))
    path = np.empty(len(log_ratios))
    nothing = np.full(log_ratios.shape[1], -np.inf)
    sums, began, raised, peak, since = nothing, 0, None, 0, None
    onsets: list[int] = []
    for bucket, ratios in enumerate(log_ratios):
        sums = np.logaddexp(sums, 0.0) + ratios
        highest = float(sums.max())
        level = highest + float(np.log(np.mean(np.exp(sums - highest)))) - threshold
        path[bucket] = level
        if raised is None and level >= 0.0:
            raised, peak = bucket, bucket
            onsets.append(bucket)
        if raised is None:
            continue
        if bucket == raised or level > path[peak]:
            peak = bucket
            since = began + change_point(log_ratios[began : bucket + 1, int(np.argmax(sums))])
        elif level < path[peak] - threshold:
            sums, began, raised, since = nothing, bucket + 1, None, None
            path[bucket] = -threshold
    return Evidence(
        path=path,
        raised=raised,
        since=since,
        stretch=None if since is None else (began, peak),
        onsets=tuple(onsets),
    )


def change_point(log_ratios: Array) -> int:
    """The start that maximises the product of e-values up to now.

    Source: Page, Continuous inspection schemes, Biometrika 41 (1954).

    >>> import numpy as np
    >>> change_point(np.array([0.5, -2.0, 1.0, -0.5, 1.5]))
    2
    """
    before = np.concatenate([[0.0], np.cumsum(log_ratios)[:-1]])
    return int(np.argmin(before))
