"""A metric of one version with what was logged of its rows, so that it has an interval."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.decisions.gates.measured.intervals import (
    Interval,
    auc_interval,
    normal_interval,
    proportion_interval,
)
from shared.domain.policy import Margin, MetricKind
from shared.domain.recorded import Recorded

Lookup = Callable[[str], Recorded | None]
"""What is recorded under a name; None when nothing is."""

RARER = 0.05
"""The share of the rarer class that is reckoned with when only the number of rows is known."""
_SPLIT = re.compile(r"[^a-z0-9]+")
_ROUNDS = {"test", "val", "validation", "eval", "holdout", "train", "training", "score"}
_SHARES = {
    *("accuracy", "precision", "recall", "sensitivity", "specificity", "f1", "error_rate"),
    *("tpr", "tnr", "fpr", "fnr", "hit_rate", "true_positive_rate", "true_negative_rate"),
    *("false_positive_rate", "false_negative_rate"),
}
_OF_POSITIVES = {"recall", "sensitivity", "f1", "tpr", "fnr"} | {
    f"{rate}_rate" for rate in ("true_positive", "false_negative")
}
_OF_CALLED = "n_predicted_positive"
_OF_NEGATIVES = {"specificity", "tnr", "fpr", "true_negative_rate", "false_positive_rate"}


class Method(StrEnum):
    """What an interval rests on."""

    ERROR = "standard_error"
    AUC = "hanley_mcneil"
    AUC_OF_ROWS = "hanley_mcneil_rare_class"
    PROPORTION = "wilson"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A metric's value, and the counts or the error that its interval is made of.

    `n` counts its rows, where they are known. `why` says why there is no interval, or what it
    leaves open; None when there is nothing to say.
    """

    value: float
    method: Method = Method.NONE
    n: float | None = None
    positives: float = 0.0
    negatives: float = 0.0
    error: float = 0.0
    why: str | None = None

    def interval(self, z: float, times: float = 1.0) -> Interval:
        """Its interval, were there `times` as many rows; only the value where none can be had."""
        if self.method is Method.ERROR:
            return normal_interval(self.value, self.error / math.sqrt(times), z)
        if self.method is Method.AUC:
            return auc_interval(self.value, self.positives * times, self.negatives * times, z)
        if self.method is Method.AUC_OF_ROWS:
            rarer, others = self.positives * times, self.negatives * times
            one, other = (
                auc_interval(self.value, positives, negatives, z)
                for positives, negatives in ((rarer, others), (others, rarer))
            )
            return min(one[0], other[0]), max(one[1], other[1])
        if self.method is Method.PROPORTION and self.n is not None:
            return proportion_interval(self.value, self.n * times, z)
        return self.value, self.value


def kind_of(name: str) -> MetricKind:
    """What a metric is, by its name; averages over classes are no share of rows.

    The area under the curve of precision and recall is no area under the ROC curve.

    >>> [kind_of(name).value for name in ("val_auc", "f1_score", "pr_auc", "balanced_accuracy")]
    ['auc', 'proportion', 'other', 'other']
    """
    plain = _plain(name)
    if plain in {"auc", "roc_auc", "auc_roc", "auroc"}:
        return MetricKind.AUC
    return MetricKind.PROPORTION if plain in _SHARES else MetricKind.OTHER


def sample(name: str, value: float, margin: Margin, look: Lookup) -> Sample:
    """A value with whatever was logged that makes its interval.

    A logged standard error goes before any formula. A share of some of the rows rests on their
    count unless `n` names another: recall on the positives, specificity on the negatives,
    precision on `n_predicted_positive`, F1 on the positives. That makes the interval of F1 wider
    than its delta method would as long as about as many rows are called positive as are.
    """
    error = _count(f"{name}_se", look, least=0.0)
    if error:
        return Sample(
            value=value, method=Method.ERROR, error=error, n=_count(margin.n, look, least=1.0)
        )
    kind = margin.kind or kind_of(name)
    if kind is MetricKind.OTHER:
        return _by_spread(name, value, margin, look)
    if not 0.0 <= value <= 1.0:
        return Sample(value=value, why=f"{name} is no share between 0 and 1")
    if kind is MetricKind.AUC:
        return _by_classes(value, margin, look)
    counted = margin.n or of_some(name, margin)
    n = _count(counted, look, least=1.0)
    if n is None:
        return Sample(value=value, why=_uncounted(name, counted))
    return Sample(value=value, method=Method.PROPORTION, n=n)


def _by_classes(value: float, margin: Margin, look: Lookup) -> Sample:
    positives, negatives = (
        _count(counted, look, least=1.0) for counted in (margin.n_positive, margin.n_negative)
    )
    n = _count(margin.n, look, least=2.0)
    if n is not None and positives is not None and negatives is None and n > positives:
        negatives = n - positives
    if positives is not None and negatives is not None:
        return Sample(
            value=value,
            method=Method.AUC,
            n=positives + negatives,
            positives=positives,
            negatives=negatives,
        )
    if n is None:
        classes = f"{margin.n_positive} and {margin.n_negative}"
        return Sample(value=value, why=f"{classes} are not both recorded as counts of rows")
    rarer = max(1.0, RARER * n)
    return Sample(
        value=value,
        method=Method.AUC_OF_ROWS,
        n=n,
        positives=rarer,
        negatives=n - rarer,
        why=(
            f"{margin.n_positive} and {margin.n_negative} are not recorded, so one row in "
            f"{1 / RARER:.0f} is reckoned to be of the rarer class"
        ),
    )


def _by_spread(name: str, value: float, margin: Margin, look: Lookup) -> Sample:
    """Without its error the standard deviation is taken, over the root of n where that is known.

    Without n it is taken as it is: never too small, since an error is no larger than that.
    """
    n = _count(margin.n, look, least=1.0)
    spread = _count(f"{name}_std", look, least=0.0)
    if not spread:
        return Sample(value=value, n=n, why=f"{name}_se is not recorded")
    if n is None:
        return Sample(
            value=value,
            method=Method.ERROR,
            error=spread,
            why=f"{name}_std is taken as the error, since nothing says of how many rows it is",
        )
    return Sample(value=value, method=Method.ERROR, error=spread / math.sqrt(n), n=n)


def of_some(name: str, margin: Margin) -> str | None:
    """What counts the rows of a metric that is a share of some of them; None for other metrics.

    >>> of_some("recall", Margin()), of_some("test_precision", Margin()), of_some("auc", Margin())
    ('n_positive', 'n_predicted_positive', None)
    """
    plain = _plain(name)
    if plain == "precision":
        return _OF_CALLED
    if plain in _OF_POSITIVES:
        return margin.n_positive
    return margin.n_negative if plain in _OF_NEGATIVES else None


def _count(name: str | None, look: Lookup, *, least: float) -> float | None:
    found = look(name) if name is not None else None
    if found is None or found.value is None or found.value < least:
        return None
    return found.value


def _uncounted(name: str, counted: str | None) -> str:
    if counted is None:
        return f"the policy names no `n` that counts the rows of {name}"
    return f"{counted} is not recorded as a count of rows"


def _plain(name: str) -> str:
    """The words of a name without those that say on which rows."""
    words = [word for word in _SPLIT.split(name.lower()) if word]
    return "_".join(word for word in words if word not in _ROUNDS)
