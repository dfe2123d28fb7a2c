"""The YAML of a canary: every key read, every fault in one sentence."""

from pathlib import Path

import pytest

from shared.errors import InvalidPolicy
from shared.policies.canary import read_canary
from shared.statistics.canary import CanaryConfig, Direction, MetricConfig, MetricKind, Missing

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "canary" / "canary.yaml"


def test_the_sample_is_read():
    config = read_canary(SAMPLE.read_bytes(), SAMPLE.name)

    assert config.groups == {"latency": 35, "errors": 35, "resources": 10, "predictions": 20}
    assert (config.thresholds.pass_, config.thresholds.marginal) == (75.0, 50.0)
    assert config.metrics["errors"] == MetricConfig(
        kind=MetricKind.PROPORTION,
        exposure="requests",
        direction=Direction.INCREASE,
        critical=True,
        must_have_data=True,
        group="errors",
        allowed_absolute=0.002,
        missing=Missing.ZERO,
    )


def test_a_metric_may_be_named_without_more():
    assert read_canary(b"metrics: {m: }", "c.yaml").metrics == {"m": MetricConfig()}


def test_a_test_may_be_switched_off():
    config = read_canary(b"metrics: {m: {allowed_tail: null}}", "c.yaml")

    assert config.metrics["m"].allowed_tail is None


def test_the_settings_alone_are_enough():
    assert read_canary(b"confidence: 0.99", "c.yaml") == CanaryConfig(confidence=0.99)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            "metrics: {m: {criticl: true}}",
            "metrics.m.criticl is not a known key; write critical.",
        ),
        (
            "metrics: {m: {direction: up}}",
            "metrics.m.direction is 'up'; choose one of increase, decrease, either.",
        ),
        ("metrics: {m: {allowed_spread: 0.5}}", "metrics.m.allowed_spread is 0.5; give a ratio"),
        ("metrics: {m: {allowed_relative: ten}}", "metrics.m.allowed_relative is 'ten'; give a"),
        ("metrics: {m: {allowed_relative: .inf}}", "metrics.m.allowed_relative is inf; give 0"),
        ("metrics: {m: 5}", "metrics.m must be a mapping of keys to values."),
        ("thresholds: {pass_: 75}", "thresholds.pass_ is not a known key; write pass."),
        ("confidence: 98", "confidence is 98; give a number from 0.5 to below 1"),
        ("minimum_samples: 2.5", "minimum_samples is 2.5; give a whole number."),
        ("metrics: [m]", "metrics must be a mapping."),
        ("- m", "c.yaml must be a mapping that begins with `metrics:`."),
        ("metrics: {m", "c.yaml is not YAML:"),
    ],
)
def test_a_fault_is_one_sentence_that_names_the_key(content, sentence):
    with pytest.raises(InvalidPolicy) as refused:
        read_canary(content.encode(), "c.yaml")

    told = str(refused.value)
    assert told.startswith("c.yaml")
    assert sentence in told
    assert told.endswith(".") or "is not YAML" in told
