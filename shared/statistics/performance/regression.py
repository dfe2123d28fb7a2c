"""Errors of a regression: MAE, RMSE and bias, from their sums."""

import math

from shared.statistics.performance.intervals import FEWEST_FOR_A_MEAN, mean_interval
from shared.statistics.performance.measures import Estimate, Metric, Reason
from shared.statistics.profile import ErrorProfile


def measure_errors(profile: ErrorProfile, confidence: float = 0.95) -> list[Estimate]:
    """Mean absolute error, root mean squared error and mean error (prediction − label).

    Each is a mean with Student's interval; RMSE's is the square root of that of e².
    Source: Willmott and Matsuura, Climate Research 30 (2005).
    """
    n = profile.labelled
    names = (Metric.MAE, Metric.RMSE, Metric.BIAS)
    if n == 0:
        reason = Reason.NO_ROWS if profile.scored == 0 else Reason.NO_LABELS
        return [Estimate(metric=name, n=0, reason=reason) for name in names]
    if n < FEWEST_FOR_A_MEAN:
        return [
            Estimate(metric=name, n=n, reason=Reason.TOO_FEW_ROWS, n_needed=FEWEST_FOR_A_MEAN)
            for name in names
        ]
    total, absolute, squared, fourth = profile.errors.tolist()
    mae, mae_low, mae_high = mean_interval(absolute, squared, n, confidence)
    mse, mse_low, mse_high = mean_interval(squared, fourth, n, confidence)
    bias, bias_low, bias_high = mean_interval(total, squared, n, confidence)
    rmse_low, rmse, rmse_high = (math.sqrt(max(0.0, v)) for v in (mse_low, mse, mse_high))
    return [
        Estimate(metric=Metric.MAE, n=n, estimate=mae, low=max(0.0, mae_low), high=mae_high),
        Estimate(metric=Metric.RMSE, n=n, estimate=rmse, low=rmse_low, high=rmse_high),
        Estimate(metric=Metric.BIAS, n=n, estimate=bias, low=bias_low, high=bias_high),
    ]
