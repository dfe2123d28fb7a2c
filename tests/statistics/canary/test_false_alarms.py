"""What did not change seldom fails, whatever it looks like; what did is found."""

import numpy as np
import pytest
from scipy import stats

from shared.statistics import judge
from shared.statistics.canary import CanaryConfig, Direction, MetricConfig, MetricKind

# Any change at all is asked for, so that nothing hides behind what is allowed.
ANY = {"allowed_relative": 0.0, "allowed_spread": 1.0, "allowed_tail": 1.0}
RUNS = 150


def chained(generator, n):
    noise = generator.normal(size=n) * 0.8
    values = [generator.normal()]
    for step in noise[1:]:
        values.append(0.6 * values[-1] + step)
    return np.asarray(values)


STREAMS = {
    "normal": lambda generator, _: generator.normal(size=60),
    "few": lambda generator, _: generator.normal(size=8),
    "long-tailed": lambda generator, _: generator.lognormal(0.0, 1.0, 80),
    "unequal": lambda generator, side: generator.exponential(size=150 if side else 25),
    "chained": lambda generator, _: chained(generator, 120),
    "ratings": lambda generator, _: generator.choice([1.0, 2.0, 3.0], 90, p=[0.3, 0.3, 0.4]),
    "rare": lambda generator, _: (generator.random(900) < 0.01).astype(float),
}


def failures(stream, config, looks=1, runs=RUNS):
    generator = np.random.default_rng(20_260_301)
    failed = 0
    for _ in range(runs):
        control, experiment = stream(generator, 0), stream(generator, 1)
        for look in range(1, looks + 1):
            sides = ({"m": side[: len(side) * look // looks]} for side in (control, experiment))
            if judge(*sides, config, look=look, looks=looks).metrics[0].verdict == "fail":
                failed += 1
                break
    return failed


@pytest.mark.parametrize("name", STREAMS)
def test_of_what_did_not_change_at_most_two_in_a_hundred_fail(name):
    keys = {"allowed_relative": 0.0} if name == "rare" else ANY
    config = CanaryConfig(metrics={"m": MetricConfig(**keys)})

    assert failures(STREAMS[name], config) <= stats.binom.ppf(0.999, RUNS, 0.02)


@pytest.mark.parametrize("name", ["normal", "rare"])
def test_five_looks_fail_no_oftener_than_one(name):
    keys = {"allowed_relative": 0.0} if name == "rare" else ANY
    config = CanaryConfig(metrics={"m": MetricConfig(**keys)})

    assert failures(STREAMS[name], config, looks=5, runs=60) <= stats.binom.ppf(0.999, 60, 0.02)


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        (lambda values, _: values * 1.2, {}),
        (lambda values, _: 100.0 + 2.5 * (values - 100.0), {}),
        (lambda values, generator: np.where(generator.random(120) < 0.12, 900.0, values), {}),
        (
            lambda _, generator: (generator.random(120) < 0.25).astype(float),
            {"kind": MetricKind.PROPORTION},
        ),
    ],
    ids=["shift", "spread", "tail", "errors"],
)
def test_what_changed_fails_nearly_always(change, keys):
    generator = np.random.default_rng(9)
    config = CanaryConfig(metrics={"m": MetricConfig(direction=Direction.INCREASE, **keys)})
    failed = 0
    for _ in range(50):
        control = generator.normal(100.0, 8.0, 120)
        experiment = change(generator.normal(100.0, 8.0, 120), generator)
        if keys:
            control = (generator.random(120) < 0.02).astype(float)
        failed += judge({"m": control}, {"m": experiment}, config).verdict == "fail"

    assert failed >= 45
