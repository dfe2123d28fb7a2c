"""Performance before the labels are there: inside its band while scores mean what they meant."""

from pathlib import Path

import numpy as np
import pytest

from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.profiles.labels import join_labels
from shared.profiles.scores import score_profile
from shared.statistics.performance import (
    CONCEPT_DRIFT,
    Metric,
    Reason,
    estimate_without_labels,
    measure,
    prediction_drift,
)
from shared.statistics.performance.calibration_map import calibration_map, isotonic_blocks
from shared.statistics.profile import ScoreProfile

CAR_LOAN = Path(__file__).resolve().parents[2] / "samples" / "car-loan"
ESTIMATED = (Metric.AUC, Metric.BRIER, Metric.LOG_LOSS, Metric.ACCURACY, Metric.F1)


def drawn(rows, seed, shift=0.0, meant=lambda score: score):
    generator = np.random.default_rng(seed)
    score = 1 / (1 + np.exp(-2 * (generator.normal(size=rows) + shift)))
    return score, (generator.random(rows) < meant(score)).astype(int)


def profile_of(score, label, **named):
    rows = {"s": score, "y": label, "d": (np.asarray(score) >= 0.5).astype(int)}
    return score_profile(rows, score="s", label="y", prediction="d", **named)


@pytest.fixture(scope="module")
def loans():
    """The baseline, and each window of 5 000 loans with its labels joined."""
    base = score_profile(
        CAR_LOAN / "reference.parquet", score="y_pred_proba", label="repaid", prediction="y_pred"
    )
    joined = join_labels(
        CAR_LOAN / "analysis.parquet",
        CAR_LOAN / "analysis_targets.parquet",
        key="id",
        label="repaid",
        columns=["y_pred_proba", "y_pred"],
    )
    [table] = joined.parts
    windows = [
        score_profile(
            table.slice(start, 5000),
            score="y_pred_proba",
            label="repaid",
            prediction="y_pred",
            like=base,
        )
        for start in range(0, 50_000, 5000)
    ]
    return base, windows


def inside(window, base, metric):
    estimated = estimate_without_labels(window, base)[metric]
    return estimated.low <= measure(window)[metric].estimate <= estimated.high


def test_the_realised_area_lies_inside_the_band_before_the_drift(loans):
    base, windows = loans

    assert sum(inside(window, base, Metric.AUC) for window in windows[:5]) >= 4


def test_the_realised_measures_mostly_lie_inside_the_band_before_the_drift(loans):
    base, windows = loans
    held = [inside(window, base, metric) for window in windows[:5] for metric in ESTIMATED]

    assert sum(held) >= 0.85 * len(held)


def test_the_fall_after_the_drift_is_seen_without_labels(loans):
    base, windows = loans
    before = [estimate_without_labels(window, base)["auc"].estimate for window in windows[:5]]
    after = [estimate_without_labels(window, base)["auc"] for window in windows[5:]]

    assert min(before) - 0.005 > max(judged.estimate for judged in after)
    assert all(judged.change_high < 0 for judged in after)


def test_the_scores_of_the_loans_move_after_the_drift_and_not_before(loans):
    base, windows = loans
    moved = [prediction_drift(window, base, limit=0.05).verdict for window in windows]

    assert moved == [Verdict.PASS] * 5 + [Verdict.FAIL] * 5


def test_labels_change_nothing_in_the_estimate():
    base = profile_of(*drawn(5000, seed=1))
    score, label = drawn(1000, seed=2)
    with_labels = estimate_without_labels(profile_of(score, label, like=base), base)
    without = estimate_without_labels(profile_of(score, [None] * 1000, like=base), base)

    for metric in ESTIMATED:
        assert without[metric].estimate == pytest.approx(with_labels[metric].estimate, rel=1e-12)
        assert without[metric].low == pytest.approx(with_labels[metric].low, rel=1e-12)


def test_the_estimate_is_the_same_every_time():
    base = profile_of(*drawn(5000, seed=1))
    window = profile_of(*drawn(500, seed=2), like=base)

    assert estimate_without_labels(window, base) == estimate_without_labels(window, base)


def overconfident(score):
    return 0.5 + 0.6 * (score - 0.5)


@pytest.mark.parametrize("shift", [0.0, 0.7])
@pytest.mark.parametrize("rows", [200, 3000])
def test_the_band_holds_the_realised_value_as_often_as_it_promises(rows, shift):
    """Also for a model whose scores are overconfident, and inputs that moved."""
    held = dict.fromkeys(ESTIMATED, 0)
    base = profile_of(*drawn(20_000, seed=1, meant=overconfident))
    for seed in range(60):
        window = profile_of(*drawn(rows, 100 + seed, shift, overconfident), like=base)
        estimated, realised = estimate_without_labels(window, base), measure(window)
        for metric in ESTIMATED:
            judged = estimated[metric]
            held[metric] += judged.low <= realised[metric].estimate <= judged.high

    assert min(held.values()) >= 52


def test_concept_drift_is_not_seen_and_that_is_said():
    base = profile_of(*drawn(20_000, seed=1))
    window = profile_of(*drawn(5000, seed=2, meant=lambda s: 1 - s), like=base)

    estimated = estimate_without_labels(window, base)

    assert measure(window)[Metric.AUC].estimate < 0.5
    assert estimated["auc"].estimate > 0.8
    assert estimated.caveats == (CONCEPT_DRIFT,)
    assert estimated.estimated


def test_scores_the_baseline_hardly_had_are_told():
    score, label = drawn(5000, seed=1)
    base = profile_of(score[score < 0.7], label[score < 0.7])
    window = profile_of(*drawn(1000, seed=2), like=base)

    estimated = estimate_without_labels(window, base)

    assert any("hardly" in caveat or "fewer than 10" in caveat for caveat in estimated.caveats)
    whole = profile_of(score, label)
    narrow = estimate_without_labels(profile_of(*drawn(1000, seed=2), like=whole), whole)
    wide, usual = estimated["brier"], narrow["brier"]
    assert wide.high - wide.low > usual.high - usual.low


@pytest.mark.parametrize("labels", [[None] * 50, [1] * 50, [0] * 50])
def test_a_baseline_without_labels_of_both_classes_is_refused(labels):
    base = profile_of(np.linspace(0.01, 0.99, 50), labels)

    with pytest.raises(InvalidData, match="labels of both classes"):
        estimate_without_labels(base, base)


def test_a_window_of_no_rows_is_inconclusive_without_labels_too():
    base = profile_of(*drawn(1000, seed=1))

    found = estimate_without_labels(ScoreProfile.empty(base.edges, "1", "0"), base)

    assert found.verdict is Verdict.INCONCLUSIVE
    assert {metric.reason for metric in found.metrics} == {Reason.NO_ROWS}


def test_a_window_without_predicted_class_is_estimated_where_it_can_be():
    base = profile_of(*drawn(1000, seed=1))
    score, _ = drawn(500, seed=2)

    found = estimate_without_labels(score_profile({"s": score}, score="s", like=base), base)

    assert found["auc"].estimate is not None
    assert found["f1"].reason is Reason.NO_PREDICTED_CLASS


def test_one_row_makes_no_crash_and_no_pass():
    base = profile_of(*drawn(1000, seed=1))
    window = profile_of([0.9], [1], like=base)

    assert estimate_without_labels(window, base).verdict is not Verdict.PASS


def test_other_edges_and_regressions_are_refused():
    base = profile_of(*drawn(1000, seed=1))
    numbers = score_profile({"p": [1.0], "y": [1.0]}, score="p", label="y", task="regression")

    with pytest.raises(InvalidData, match="`like` of the baseline"):
        estimate_without_labels(profile_of(*drawn(100, seed=2)), base)
    with pytest.raises(InvalidData, match="Without labels only a classifier"):
        estimate_without_labels(numbers, numbers)


def test_isotonic_blocks_never_fall():
    generator = np.random.default_rng(3)
    rates, weights = generator.random(200), generator.integers(1, 50, 200)
    block = isotonic_blocks(rates, weights)
    means = np.bincount(block, rates * weights) / np.bincount(block, weights)

    assert (np.diff(means) > 0).all()
    assert means @ np.bincount(block, weights) == pytest.approx(rates @ weights)


def test_the_map_finds_what_scores_meant():
    base = profile_of(*drawn(50_000, seed=1, meant=overconfident))
    means = base.moments[0, 0] / np.maximum(base.counts.sum(axis=(0, 1)), 1)
    mapped = calibration_map(base, means)
    n = base.counts.sum(axis=(0, 1))

    assert np.average(np.abs(mapped.rate - overconfident(means)), weights=n) < 0.015
