"""Drift of columns together, which none of them need show alone, on sampled rows."""

from shared.statistics.multivariate.drift import multivariate_drift
from shared.statistics.multivariate.result import Contribution, MultivariateDrift, Reason
from shared.statistics.multivariate.sample import Sample

__all__ = ["Contribution", "MultivariateDrift", "Reason", "Sample", "multivariate_drift"]
