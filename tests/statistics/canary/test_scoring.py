"""From metrics to the canary's score and verdict."""

import numpy as np
import pytest

from shared.statistics import judge
from shared.statistics.canary import CanaryConfig, MetricConfig, Thresholds

GOOD = np.random.default_rng(1).normal(100.0, 5.0, 300)
BAD = GOOD + 60.0
FEW = GOOD[:3]


def judged(sides, metrics=None, **settings):
    """Judge metrics whose experiments are given, against the good ones."""
    control = dict.fromkeys(sides, GOOD)
    configured = {name: (metrics or {}).get(name, MetricConfig()) for name in sides}
    return judge(control, sides, CanaryConfig(metrics=configured, **settings))


def test_the_score_is_the_share_that_passes():
    result = judged({"a": GOOD, "b": GOOD, "c": GOOD, "d": BAD})

    assert (result.score, result.classification, result.verdict) == (75.0, "Pass", "pass")
    assert [metric.name for metric in result.metrics] == ["d", "a", "b", "c"]


@pytest.mark.parametrize(
    ("limits", "classification", "verdict"),
    [
        ({"pass_": 50.0, "marginal": 20.0}, "Pass", "pass"),
        ({"pass_": 75.0, "marginal": 50.0}, "Marginal", "inconclusive"),
        ({"pass_": 75.0, "marginal": 51.0}, "Fail", "fail"),
    ],
)
def test_thresholds_make_the_classification(limits, classification, verdict):
    result = judged({"a": GOOD, "b": BAD}, thresholds=Thresholds(**limits))

    assert (result.classification, result.verdict) == (classification, verdict)


def test_a_critical_metric_that_fails_makes_the_score_nothing():
    result = judged(dict.fromkeys("abcdefg", GOOD) | {"h": BAD}, {"h": MetricConfig(critical=True)})

    assert (result.score, result.verdict) == (0.0, "fail")
    assert "h failed and is critical" in result.sentence


def test_a_critical_metric_that_is_undecided_holds_up_a_pass():
    result = judged(dict.fromkeys("abcdefg", GOOD) | {"h": FEW}, {"h": MetricConfig(critical=True)})

    assert result.verdict == "inconclusive"
    assert "h" in result.sentence


def test_a_muted_metric_is_told_and_not_scored():
    result = judged({"a": GOOD, "b": BAD}, {"b": MetricConfig(muted=True, critical=True)})

    assert (result.score, result.verdict) == (100.0, "pass")
    assert result.metrics[-1].verdict == "fail"


def test_nothing_but_muted_metrics_is_no_pass():
    assert judged({"a": GOOD}, {"a": MetricConfig(muted=True)}).verdict == "inconclusive"


def test_groups_weigh_and_those_without_a_weight_share_what_is_left():
    metrics = {
        "a": MetricConfig(group="latency"),
        "b": MetricConfig(group="errors"),
        "c": MetricConfig(group="memory"),
    }
    result = judged({"a": GOOD, "b": BAD, "c": GOOD}, metrics, groups={"latency": 60.0})

    assert {group.name: group.weight for group in result.groups} == {
        "latency": 60.0,
        "errors": 20.0,
        "memory": 20.0,
    }
    assert result.score == 80.0


def test_what_is_undecided_makes_the_score_a_range():
    result = judged({"a": GOOD, "b": GOOD, "c": FEW})

    assert result.score == 100.0
    assert (result.score_low, result.score_high) == (66.67, 100.0)
    assert result.verdict == "inconclusive"


def test_a_pass_stays_one_whatever_the_undecided_turn_out_to_be():
    result = judged(dict.fromkeys("abcd", GOOD) | {"e": FEW})

    assert (result.score_low, result.verdict) == (80.0, "pass")


def test_a_failure_does_not_wait_for_the_undecided():
    assert judged({"a": BAD, "b": BAD, "c": FEW}).verdict == "fail"


def test_a_group_of_which_nothing_is_known_is_no_pass():
    result = judged(
        dict.fromkeys("abcdefg", GOOD) | {"h": FEW},
        {"h": MetricConfig(group="errors")},
        groups={"ungrouped": 90.0, "errors": 10.0},
    )

    assert result.verdict == "inconclusive"
    assert "nothing is decided in errors" in result.sentence


def test_no_metric_at_all_is_no_pass():
    assert judge({}, {}).verdict == "inconclusive"


def test_what_was_not_asked_for_is_told():
    config = CanaryConfig(metrics={"a": MetricConfig()})

    assert judge({"a": GOOD, "b": GOOD}, {"a": GOOD, "c": GOOD}, config).not_judged == ("b", "c")
