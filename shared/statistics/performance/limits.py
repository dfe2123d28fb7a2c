"""What a measure must keep: the limits asked for, and the tolerances of a comparison."""

import math
from collections.abc import Mapping

from shared.errors import InvalidData
from shared.statistics.performance.judgement import Limit
from shared.statistics.performance.measures import Estimate, Metric

Limits = Mapping[str, float | Limit]

TOLERANCE = 0.02
RELATIVE_TOLERANCE = 0.1
_RELATIVE = {Metric.BRIER, Metric.LOG_LOSS, Metric.MAE, Metric.RMSE}
_SHARES = set(Metric) - {Metric.LOG_LOSS, Metric.MAE, Metric.RMSE, Metric.BIAS}


def limits_of(limits: Limits | None, measured: set[Metric]) -> dict[Metric, Limit]:
    """The limits by measure.

    Raises InvalidData for a measure that is unknown or does not fit the profile, and for a limit
    that no value could keep.
    """
    chosen: dict[Metric, Limit] = {}
    for name, given in (limits or {}).items():
        known = ", ".join(sorted(metric.value for metric in measured))
        try:
            metric = Metric(name)
        except ValueError:
            raise InvalidData(
                f"There is no measure {name} to limit; name one of {known}."
            ) from None
        if metric not in measured:
            raise InvalidData(f"{name} is not measured from this profile; name one of {known}.")
        limit = given if isinstance(given, Limit) else Limit(value=given)
        for part in (limit.value, limit.tolerance, limit.relative):
            if part is not None and (isinstance(part, bool) or not 0.0 <= part < math.inf):
                raise InvalidData(f"The limit of {name} is {part}; give a number of 0 or more.")
        if metric in _SHARES and limit.value is not None and limit.value > 1.0:
            raise InvalidData(f"The limit of {name} is {limit.value}; give a share up to 1.")
        chosen[metric] = limit
    return chosen


def default_limit(metric: Metric, baseline: Mapping[Metric, Estimate]) -> Limit:
    """The tolerance where only a baseline is given; none where the baseline lacks the measure.

    Two points for shares, a tenth of the baseline's value for losses and errors, and for the bias
    a tenth of the baseline's root mean squared error.
    """
    known = baseline.get(metric)
    if known is None or known.estimate is None or metric is Metric.LABEL_COVERAGE:
        return Limit()
    if metric is Metric.BIAS:
        size = baseline[Metric.RMSE].estimate
        return Limit() if size is None else Limit(tolerance=RELATIVE_TOLERANCE * size)
    if metric in _RELATIVE:
        return Limit(relative=RELATIVE_TOLERANCE)
    return Limit(tolerance=TOLERANCE)
