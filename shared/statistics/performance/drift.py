"""Prediction drift: how far a model's scores moved from the baseline's."""

from shared.errors import InvalidData
from shared.statistics.comparison.cells import cells_of
from shared.statistics.distances.distance import Distance
from shared.statistics.distances.psi import DEFAULT_LIMIT, judge_psi
from shared.statistics.profile import ErrorProfile, ScoreProfile


def prediction_drift(
    profile: ScoreProfile | ErrorProfile,
    baseline: ScoreProfile | ErrorProfile,
    *,
    limit: float = DEFAULT_LIMIT,
    confidence: float = 0.95,
) -> Distance:
    """The population stability index of the scores over about ten cells of the baseline.

    Missing and unusable scores are cells of their own. It says that scores moved, not that the
    model got worse. Raises InvalidData when the profiles have different edges.
    Source: Siddiqi, Credit Risk Scorecards (2006).
    """
    if profile.binning_hash != baseline.binning_hash:
        raise InvalidData(
            "The scores were counted between other edges than the baseline's; "
            "compute the window with `like` of the baseline."
        )
    cells = cells_of(baseline.scores(), profile.scores())
    return judge_psi(cells.baseline, cells.window, limit=limit, confidence=confidence)
