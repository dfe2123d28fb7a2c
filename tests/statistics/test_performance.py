"""Performance from a profile equals that of the raw rows, with intervals that keep their word.

Longer than most: the measures are held to reference values and to each other on the same rows.
"""

import json
from datetime import timedelta
from typing import ClassVar

import numpy as np
import pytest
from scipy import stats

from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.profiles.scores import score_profile
from shared.statistics.performance import (
    Fault,
    Limit,
    Metric,
    Reason,
    area_under_curve,
    evaluate,
    measure,
    reliability_curve,
)
from shared.statistics.performance.calibration import debiased_gap
from shared.statistics.performance.intervals import wilson
from shared.statistics.performance.judgement import needed_rows
from shared.statistics.profile import LabelCoverage, ScoreProfile


def drawn(rows, seed, digits=None, sharp=2.0):
    """Calibrated scores, labels and decisions."""
    generator = np.random.default_rng(seed)
    score = 1 / (1 + np.exp(-sharp * generator.normal(size=rows)))
    score = score if digits is None else np.round(score, digits)
    return score, (generator.random(rows) < score).astype(int)


def profile_of(score, label, **named):
    rows = {"s": score, "y": label, "d": (np.asarray(score) >= 0.5).astype(int)}
    return score_profile(rows, score="s", label="y", prediction="d", **named)


def raw_auc(score, label):
    u = stats.mannwhitneyu(score[label == 1], score[label == 0]).statistic
    return u / (label.sum() * (1 - label).sum())


def test_the_area_of_scores_with_a_bin_each_is_that_of_the_raw_scores():
    score, label = drawn(3000, seed=1, digits=2)

    found = measure(profile_of(score, label))[Metric.AUC]

    assert found.estimate == pytest.approx(raw_auc(score, label), abs=1e-12)
    assert found.details["least"] == found.details["most"]


@pytest.mark.parametrize("seed", range(5))
def test_the_area_of_the_raw_scores_lies_between_the_bounds(seed):
    score, label = drawn(2000, seed)

    found = measure(profile_of(score, label))[Metric.AUC]

    assert found.details["least"] <= raw_auc(score, label) <= found.details["most"]
    assert found.details["most"] - found.details["least"] < 0.01


def test_the_deviation_is_delongs():
    score, label = drawn(400, seed=3, digits=2)
    higher = score[label == 1][:, None] - score[label == 0][None, :]
    kernel = (higher > 0) + 0.5 * (higher == 0)
    expected = np.sqrt(
        kernel.mean(axis=1).var(ddof=1) / kernel.shape[0]
        + kernel.mean(axis=0).var(ddof=1) / kernel.shape[1]
    )

    found = measure(profile_of(score, label))[Metric.AUC]

    assert found.details["deviation"] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("rows", [60, 400])
def test_the_areas_interval_holds_the_truth_as_often_as_promised(rows):
    big, truths = drawn(400_000, seed=11, digits=2)
    truth = raw_auc(big, truths)
    held = 0
    for seed in range(400):
        score, label = drawn(rows, seed=1000 + seed, digits=2)
        bins = np.round(score * 100).astype(int)
        counts = [np.bincount(bins[label == y], minlength=101) for y in (1, 0)]
        found = ScoreProfile.empty(tuple(np.arange(100) / 100), "1", "0")
        found.counts[1, 2] += counts[0]
        found.counts[0, 2] += counts[1]
        area = measure(found)[Metric.AUC]
        held += area.low <= truth <= area.high

    assert 0.92 <= held / 400 <= 0.985


def test_a_perfect_ranking_of_few_rows_is_not_sure():
    found = measure(profile_of([0.1, 0.2, 0.3, 0.7, 0.8, 0.9], [0, 0, 0, 1, 1, 1]))[Metric.AUC]

    assert found.estimate == 1.0
    assert found.low < 0.7


def test_losses_and_shares_are_those_of_the_raw_rows():
    score, label = drawn(5000, seed=4)
    decided = (score >= 0.5).astype(int)
    tp = int((decided & label).sum())
    expected = {
        Metric.BRIER: float(((score - label) ** 2).mean()),
        Metric.LOG_LOSS: float(-np.log(np.where(label == 1, score, 1 - score)).mean()),
        Metric.ACCURACY: float((decided == label).mean()),
        Metric.PRECISION: tp / decided.sum(),
        Metric.RECALL: tp / label.sum(),
        Metric.F1: 2 * tp / (decided.sum() + label.sum()),
    }

    found = measure(profile_of(score, label))

    for metric, value in expected.items():
        assert found[metric].estimate == pytest.approx(value, rel=1e-10), metric


def test_the_intervals_of_losses_are_those_of_student():
    score, label = drawn(500, seed=5)
    terms = (score - label) ** 2
    low, high = stats.t.interval(0.95, 499, terms.mean(), stats.sem(terms))

    found = measure(profile_of(score, label))[Metric.BRIER]

    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)


def test_the_intervals_of_shares_are_wilsons():
    expected = stats.binomtest(37, 41).proportion_ci(0.95, method="wilson")

    assert wilson(37, 41) == pytest.approx((expected.low, expected.high), rel=1e-12)


def test_the_interval_of_f1_holds_the_truth_as_often_as_promised():
    generator = np.random.default_rng(8)
    shares = np.array([0.3, 0.08, 0.12, 0.5])
    truth = 2 * 0.3 / (2 * 0.3 + 0.08 + 0.12)
    held = 0
    for tp, fp, fn, tn in generator.multinomial(200, shares, size=500):
        found = ScoreProfile.empty((0.5,), "1", "0")
        found.counts[:2, :2, 0] = [[tn, fp], [fn, tp]]
        f1 = measure(found)[Metric.F1]
        held += f1.low <= truth <= f1.high

    assert 0.93 <= held / 500 <= 0.975


def test_calibration_and_refinement_add_up_to_the_brier_score():
    score, label = drawn(50_000, seed=6, digits=1)
    score = np.clip(score * 0.8, 0, 1)

    found = measure(profile_of(score, label))[Metric.BRIER]

    parts = found.details["calibration"] + found.details["refinement"]
    assert parts == pytest.approx(found.estimate, abs=1e-4)
    assert found.details["uncertainty"] - found.details["resolution"] == pytest.approx(
        found.details["refinement"]
    )


def test_a_calibrated_model_has_nearly_no_debiased_error_where_the_plain_value_is_large():
    errors = [
        measure(profile_of(*drawn(300, seed)))[Metric.CALIBRATION_ERROR] for seed in range(40)
    ]

    assert np.mean([error.details["plain"] for error in errors]) > 0.06
    assert np.mean([error.estimate for error in errors]) < 0.045


def test_a_miscalibrated_models_error_is_found():
    score, label = drawn(40_000, seed=9)
    shifted = np.clip(score + 0.1, 0, 1)
    truth = float(np.abs(shifted - score).mean())

    found = measure(profile_of(shifted, label))[Metric.CALIBRATION_ERROR]

    assert found.low <= truth <= found.high
    assert found.estimate == pytest.approx(truth, abs=0.01)


def test_the_debiased_error_is_the_parametric_bootstraps():
    n, gap, rate = np.full(15, 200.0), np.linspace(-0.03, 0.05, 15), np.full(15, 0.4)
    plain, debiased, _ = debiased_gap(n, gap, rate)
    generator = np.random.default_rng(2)
    sigma = np.sqrt((80.5 / 201) * (1 - 80.5 / 201) / 200)
    resampled = np.abs(gap + sigma * generator.normal(size=(40_000, 15))).mean(axis=1).mean()

    assert debiased == pytest.approx(2 * plain - resampled, abs=2e-4)


def test_the_curve_shows_rate_against_score_with_the_rates_interval():
    score, label = drawn(20_000, seed=10)

    curve = reliability_curve(profile_of(score, label))

    assert 10 <= len(curve) <= 15
    assert sum(point.n for point in curve) == 20_000
    assert sum(point.low <= point.score <= point.high for point in curve) >= len(curve) - 2


def test_errors_of_a_regression_are_those_of_the_raw_rows():
    generator = np.random.default_rng(12)
    truth = generator.normal(50, 10, 2000)
    predicted = truth + generator.normal(0.5, 3, 2000)
    error = predicted - truth
    profile = score_profile({"p": predicted, "y": truth}, score="p", label="y", task="regression")

    found = measure(profile)

    assert found[Metric.MAE].estimate == pytest.approx(np.abs(error).mean())
    assert found[Metric.RMSE].estimate == pytest.approx(np.sqrt((error**2).mean()))
    assert found[Metric.BIAS].estimate == pytest.approx(error.mean())
    low, high = stats.t.interval(0.95, 1999, error.mean(), stats.sem(error))
    assert (found[Metric.BIAS].low, found[Metric.BIAS].high) == pytest.approx((low, high), rel=1e-6)


class TestVerdicts:
    """Against a limit, or against the baseline with a tolerance."""

    def test_a_limit_the_interval_holds_is_open_and_says_how_many_rows_decide(self):
        score, label = drawn(500, seed=20)
        auc = measure(profile_of(score, label))[Metric.AUC].estimate

        judged = evaluate(profile_of(score, label), limits={"auc": auc - 0.005})["auc"]

        assert judged.verdict is Verdict.INCONCLUSIVE
        assert judged.reason is Reason.TOO_FEW_ROWS
        assert judged.n_needed > 5_000
        assert "rows would decide" in judged.sentence

    def test_so_many_rows_decide_as_was_said(self):
        """The interval of a mean shrinks with the root of the rows."""
        assert needed_rows(100, 0.01, -0.03, 0.05) == 1600
        assert needed_rows(100, 0.01, -0.03, 0.05, fixed=0.02) is None

    @pytest.mark.parametrize(
        ("limits", "expected"),
        [
            ({"auc": 0.7}, Verdict.PASS),
            ({"auc": 0.99}, Verdict.FAIL),
            ({"brier": 0.3}, Verdict.PASS),
            ({"brier": 0.01}, Verdict.FAIL),
            ({"calibration_error": 0.05, "f1": 0.5}, Verdict.PASS),
            ({"calibration_error": 0.05, "f1": 0.99}, Verdict.FAIL),
            ({}, Verdict.INCONCLUSIVE),
        ],
    )
    def test_the_worst_of_what_was_asked_decides(self, limits, expected):
        assert evaluate(profile_of(*drawn(5000, seed=21)), limits=limits).verdict is expected

    def test_a_bias_either_way_is_beyond_its_limit(self):
        for shift in (-2.0, 2.0):
            rows = {
                "p": [float(x) + shift for x in range(100)],
                "y": [float(x) for x in range(100)],
            }
            rows["y"][0] += 0.1
            profile = score_profile(rows, score="p", label="y", task="regression")

            assert evaluate(profile, limits={"bias": 1.0})["bias"].verdict is Verdict.FAIL
            assert evaluate(profile, limits={"bias": 3.0})["bias"].verdict is Verdict.PASS

    def test_an_unchanged_window_passes_and_a_worse_one_fails_against_the_baseline(self):
        base = profile_of(*drawn(20_000, seed=22))
        same = profile_of(*drawn(20_000, seed=23), like=base)
        score, label = drawn(20_000, seed=24)
        worse = profile_of(score, np.where(np.arange(20_000) % 5, label, 1 - label), like=base)

        assert evaluate(same, baseline=base)["auc"].verdict is Verdict.PASS
        assert evaluate(worse, baseline=base)["auc"].verdict is Verdict.FAIL
        assert evaluate(worse, baseline=base)["auc"].reason is Reason.WORSE_THAN_BASELINE

    def test_a_small_window_is_open_against_the_baseline(self):
        base = profile_of(*drawn(20_000, seed=22))
        window = profile_of(*drawn(150, seed=26), like=base)

        judged = evaluate(window, baseline=base)["auc"]

        assert judged.verdict is Verdict.INCONCLUSIVE
        assert judged.n_needed is None or judged.n_needed > 150

    def test_an_unchanged_window_hardly_ever_fails(self):
        base = profile_of(*drawn(20_000, seed=22))
        failed = 0
        for seed in range(60):
            window = profile_of(*drawn(200, seed=3000 + seed), like=base)
            verdicts = {m.metric: m.verdict for m in evaluate(window, baseline=base).metrics}
            failed += verdicts[Metric.AUC] is Verdict.FAIL

        assert failed <= 2

    def test_a_tolerance_may_be_chosen(self):
        base = profile_of(*drawn(20_000, seed=22))
        window = profile_of(*drawn(20_000, seed=23), like=base)

        loose = evaluate(window, baseline=base, limits={"auc": Limit(tolerance=0.2)})
        tight = evaluate(window, baseline=base, limits={"auc": Limit(relative=0.0)})

        assert loose["auc"].verdict is Verdict.PASS
        assert tight["auc"].verdict is not Verdict.PASS

    @pytest.mark.parametrize(
        ("limits", "told"),
        [
            ({"gini": 0.5}, "no measure gini"),
            ({"mae": 0.5}, "not measured from this profile"),
            ({"auc": 70}, "share up to 1"),
            ({"auc": -0.1}, "0 or more"),
            ({"auc": float("nan")}, "0 or more"),
            ({"auc": True}, "0 or more"),
        ],
    )
    def test_a_limit_nothing_could_keep_is_refused(self, limits, told):
        with pytest.raises(InvalidData, match=told):
            evaluate(profile_of(*drawn(100, seed=1)), limits=limits)

    def test_a_baseline_of_another_task_or_class_is_refused(self):
        window = profile_of(*drawn(100, seed=1))
        other = score_profile({"p": [1.0], "y": [1.0]}, score="p", label="y", task="regression")

        with pytest.raises(InvalidData, match="same task"):
            evaluate(window, baseline=other)
        with pytest.raises(InvalidData, match="positive class"):
            evaluate(window, baseline=profile_of(*drawn(100, seed=1), positive=0))
        with pytest.raises(InvalidData, match="between 0 and 1"):
            evaluate(window, confidence=95)


class TestNothingToMeasure:
    """Never a crash, never a pass."""

    limits: ClassVar = {"auc": 0.5, "recall": 0.1, "precision": 0.1, "brier": 0.9, "log_loss": 9.0}

    @pytest.mark.parametrize(
        ("labels", "metric", "reason"),
        [
            ([0] * 40, "auc", Reason.NO_POSITIVES),
            ([0] * 40, "recall", Reason.NO_POSITIVES),
            ([1] * 40, "auc", Reason.NO_NEGATIVES),
            ([None] * 40, "auc", Reason.NO_LABELS),
            ([None] * 40, "brier", Reason.NO_LABELS),
            ([0, 1] + [None] * 38, "brier", Reason.TOO_FEW_ROWS),
        ],
    )
    def test_a_window_without_what_it_takes_is_inconclusive(self, labels, metric, reason):
        found = evaluate(profile_of(np.linspace(0.1, 0.9, 40), labels), limits=self.limits)

        assert found[metric].verdict is Verdict.INCONCLUSIVE
        assert found[metric].reason is reason
        assert found.verdict is not Verdict.PASS
        assert json.dumps(found.to_json(), allow_nan=False)

    def test_a_window_of_no_rows_is_inconclusive(self):
        base = profile_of(*drawn(1000, seed=1))
        empty = ScoreProfile.empty(base.edges, "1", "0")

        found = evaluate(empty, baseline=base, limits=self.limits)

        assert {metric.reason for metric in found.metrics} == {Reason.NO_ROWS}
        assert found.verdict is Verdict.INCONCLUSIVE

    def test_no_predicted_class_leaves_only_what_needs_one_open(self):
        score, label = drawn(200, seed=1)
        profile = score_profile({"s": score, "y": label}, score="s", label="y")

        found = evaluate(profile, limits={"auc": 0.5, "f1": 0.1})

        assert found["f1"].reason is Reason.NO_PREDICTED_CLASS
        assert found["auc"].verdict is Verdict.PASS
        assert found.verdict is Verdict.INCONCLUSIVE

    def test_nothing_predicted_positive_leaves_precision_open(self):
        found = evaluate(profile_of([0.1] * 40, [0, 1] * 20), limits={"precision": 0.1})

        assert found["precision"].reason is Reason.NOTHING_PREDICTED_POSITIVE

    def test_a_regression_of_few_or_no_labels_is_inconclusive(self):
        for labels, reason in (([1.0] * 5, "too_few_rows"), ([None] * 5, "no_labels")):
            profile = score_profile(
                {"p": [1.0] * 5, "y": labels}, score="p", label="y", task="regression"
            )

            assert evaluate(profile, limits={"mae": 1.0})["mae"].reason == reason

    def test_errors_beyond_the_largest_number_are_not_sure(self):
        rows = {"p": [1e308] * 40, "y": [-1e308] * 40}
        profile = score_profile(rows, score="p", label="y", task="regression")

        found = evaluate(profile, limits={"mae": 1.0})

        assert found.verdict is not Verdict.PASS
        assert json.dumps(found.to_json(), allow_nan=False)


class TestFindings:
    """What is wrong with the rows is told beside the measures."""

    @pytest.mark.parametrize(
        ("odd", "fault", "verdict"),
        [
            (1.5, Fault.SCORES_OUTSIDE_RANGE, Verdict.ERROR),
            (float("nan"), Fault.SCORES_NOT_NUMBERS, Verdict.ERROR),
            (None, Fault.SCORES_MISSING, Verdict.INCONCLUSIVE),
        ],
    )
    def test_unusable_scores_are_found(self, odd, fault, verdict):
        score, label = drawn(100, seed=1)
        rows = {"s": [*score.tolist(), odd, odd], "y": [*label.tolist(), 1, 1]}

        found = evaluate(score_profile(rows, score="s", label="y"), limits={"auc": 0.5})

        assert [(one.fault, one.rows, one.verdict) for one in found.findings] == [
            (fault, 2, verdict)
        ]
        assert found.verdict is verdict

    def test_a_join_tells_its_orphans_without_holding_anything_up(self):
        profile = profile_of(*drawn(1000, seed=1))
        joined = profile + ScoreProfile.empty(profile.edges, "1", "0")
        labels = LabelCoverage(orphans=3, repeated_labels=2)

        found = evaluate(
            ScoreProfile.from_json({**joined.to_json(), "labels": labels.to_json()}),
            limits={"auc": 0.5},
        )

        assert {one.fault for one in found.findings} == {
            Fault.LABELS_ORPHANED,
            Fault.LABELS_REPEATED,
        }
        assert found.verdict is Verdict.PASS


def test_label_coverage_is_that_of_the_rows_old_enough_to_have_one():
    labels = LabelCoverage(
        rows=300,
        labelled=95,
        by_age=(200, 0, 0, 0, 0, 100, *(0,) * 6),
        labelled_by_age=(0, 0, 0, 0, 0, 95, *(0,) * 6),
    )
    plain = {**profile_of(*drawn(300, seed=1)).to_json(), "labels": labels.to_json()}
    profile = ScoreProfile.from_json(plain)
    limits = {"label_coverage": 0.8}

    ripe = evaluate(profile, limits=limits, label_delay=timedelta(days=7))
    every = evaluate(profile, limits=limits)
    beyond = evaluate(profile, limits=limits, label_delay=timedelta(days=30))

    assert ripe["label_coverage"].estimate == 0.95
    assert ripe["label_coverage"].verdict is Verdict.PASS
    assert every["label_coverage"].verdict is Verdict.FAIL
    assert beyond["label_coverage"].reason is Reason.NO_AGE


def test_the_least_and_the_most_area_are_those_of_the_best_and_the_worst_order():
    found = area_under_curve([0, 2, 1], [1, 2, 0])

    assert found.least == pytest.approx((2 * 1 + 3) / 9)
    assert found.most == pytest.approx((2 * 3 + 3) / 9)
