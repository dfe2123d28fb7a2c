"""What the judge refuses, in one sentence that names the key and the fix."""

import datetime

import numpy as np
import pytest

from shared.errors import InvalidData
from shared.statistics import judge
from shared.statistics.canary import CanaryConfig, MetricConfig, MetricKind, Thresholds

OK = {"m": [1.0, 2.0, 3.0, 4.0, 5.0]}


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        (CanaryConfig(confidence=1.0), "confidence is 1; give a number"),
        (CanaryConfig(confidence=float("nan")), "confidence is nan; give a number"),
        (CanaryConfig(minimum_samples=0), "minimum_samples is 0; give 1 or more"),
        (CanaryConfig(thresholds=Thresholds(pass_=40.0)), "marginal not above pass"),
        (
            CanaryConfig(metrics={"m": MetricConfig(allowed_relative=-0.1)}),
            "metrics.m.allowed_relative is -0.1; give 0 or more",
        ),
        (
            CanaryConfig(metrics={"m": MetricConfig(allowed_spread=0.5)}),
            "metrics.m.allowed_spread is 0.5; give a ratio of 1 or more",
        ),
        (
            CanaryConfig(metrics={"m": MetricConfig(exposure="n")}),
            "metrics.m.exposure is for a proportion or a count",
        ),
        (
            CanaryConfig(metrics={"m": MetricConfig()}, groups={"errors": 100.0}),
            "groups.errors has no metric",
        ),
        (
            CanaryConfig(metrics={"m": MetricConfig(group="a")}, groups={"a": 90.0}),
            "groups add up to 90; make them 100",
        ),
        (
            CanaryConfig(metrics={"m": MetricConfig(group="a")}, groups={"a": -1.0}),
            "groups.a is -1; give a weight",
        ),
        (
            CanaryConfig(metrics={"n": MetricConfig()}),
            "metrics.n is on neither side; there are m.",
        ),
        (
            CanaryConfig(metrics={"mm": MetricConfig()}),
            "metrics.mm is on neither side; write m.",
        ),
        (
            CanaryConfig(metrics={"m": MetricConfig(kind=MetricKind.COUNT, exposure="n")}),
            "control has no n, the exposure of m",
        ),
        (
            CanaryConfig(metrics={"m": MetricConfig(kind=MetricKind.PROPORTION)}),
            "control.m counts more events than trials",
        ),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(config, sentence):
    with pytest.raises(InvalidData) as refused:
        judge(OK, OK, config)

    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    "values",
    [
        ["1", "2"],
        "12",
        None,
        3.0,
        {"a": 1.0},
        [[1.0, 2.0]],
        [1.0, [2.0]],
        [1.0, 2j],
        np.array(["2026-01-01"], dtype="datetime64[D]"),
        [datetime.date(2026, 1, 1)],
        [10**400],
    ],
)
def test_what_is_no_sequence_of_numbers_is_refused(values):
    with pytest.raises(InvalidData, match=r"^experiment\.m is no sequence of numbers"):
        judge(OK, {"m": values})


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ([1, -1, 0], "a value that is no count"),
        ([1, 0.5, 0], "a value that is no count"),
        ([1, float("inf"), 0], "an infinite value"),
        ([1, 2], "has 2 rows and n has 3"),
    ],
)
def test_what_is_no_count_of_events_is_refused(counts, sentence):
    config = CanaryConfig(metrics={"m": MetricConfig(kind=MetricKind.COUNT, exposure="n")})
    good = {"m": [1, 0, 2], "n": [10.0, 10.0, 10.0]}

    with pytest.raises(InvalidData, match=rf"experiment\.m .*{sentence}"):
        judge(good, {"m": counts, "n": [10.0, 10.0, 10.0]}, config)


@pytest.mark.parametrize("values", [[1, 2, None], np.ma.array([1, 2, 3], mask=[0, 0, 1])])
def test_gaps_are_left_out_however_they_are_written(values):
    result = judge({"m": values}, {"m": values})

    assert result.metrics[0].n_control == 2
