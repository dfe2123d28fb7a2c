"""Drift of columns together, which none of them need show alone, on sampled rows."""

from shared.statistics.domain_classifier.drift import multivariate_drift
from shared.statistics.domain_classifier.result import Contribution, MultivariateDrift, Reason
from shared.statistics.domain_classifier.sample import Sample

__all__ = ["Contribution", "MultivariateDrift", "Reason", "Sample", "multivariate_drift"]
