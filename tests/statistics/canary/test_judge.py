"""What the judge says of a metric: direction, guards, events, data that is not there."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.statistics import judge
from shared.statistics.canary import (
    CanaryConfig,
    Direction,
    MetricConfig,
    MetricKind,
    Missing,
    Undecided,
)
from shared.statistics.canary.effect import Aspect
from shared.statistics.canary.result import MetricReason

STEADY = np.random.default_rng(1).normal(100.0, 5.0, 200)
SLOWER = np.random.default_rng(2).normal(140.0, 5.0, 200)


def metric_of(control, experiment, settings=None, **keys):
    config = CanaryConfig(metrics={"m": MetricConfig(**keys)}, **(settings or {}))
    return judge({"m": control}, {"m": experiment}, config).metrics[0]


def events(count, of):
    return np.repeat([1.0, 0.0], [count, of - count])


@pytest.mark.parametrize(
    ("direction", "up", "down"),
    [
        (Direction.INCREASE, "High", "Pass"),
        (Direction.DECREASE, "Pass", "Low"),
        (Direction.EITHER, "High", "Low"),
    ],
)
def test_only_a_change_in_the_bad_direction_fails(direction, up, down):
    keys = {"direction": direction, "allowed_spread": None, "allowed_tail": None}

    assert metric_of(STEADY, SLOWER, **keys).classification == up
    assert metric_of(SLOWER, STEADY, **keys).classification == down


def test_a_shift_within_what_is_allowed_passes_and_tells_its_interval():
    judged = metric_of(STEADY, STEADY + 3.0, allowed_absolute=5.0)

    effect = judged.effects[0]
    assert judged.verdict == "pass"
    assert effect.low < 3.0 < effect.high < effect.ceiling == 5.0


def test_an_interval_over_the_limit_is_inconclusive_and_tells_how_many_would_decide():
    judged = metric_of(STEADY[:12], STEADY[:12] + 9.0)

    assert judged.verdict == "inconclusive"
    assert judged.n_needed > 12
    assert f"about {judged.n_needed}" in judged.sentence.replace(" ", " ")


def test_kayentas_rule_passes_what_is_undecided_and_says_so():
    judged = metric_of(STEADY[:12], STEADY[:12] + 9.0, {"undecided": Undecided.PASS})

    assert judged.verdict == "pass"
    assert judged.reason is MetricReason.UNDECIDED_PASSES
    assert "undecided: pass" in judged.sentence


def test_four_a_side_cannot_reach_98_percent():
    judged = metric_of(STEADY[:4], SLOWER[:4])

    assert judged.reason is MetricReason.TOO_FEW_SAMPLES
    assert judged.n_needed >= 5


def test_a_wider_spread_around_the_same_median_fails():
    middle = float(np.median(STEADY))
    judged = metric_of(STEADY, middle + 3.0 * (STEADY - middle))

    assert judged.reason is MetricReason.SPREAD_CHANGED
    assert judged.effects[0].verdict == "pass"


def test_a_few_extreme_values_beside_an_unmoved_median_fail_by_the_tail():
    slow = np.where(np.arange(400) % 12 == 0, 900.0, np.tile(STEADY, 2))
    judged = metric_of(np.tile(STEADY, 2), slow, direction=Direction.INCREASE, allowed_spread=None)

    assert judged.reason is MetricReason.TAIL_GREW
    assert judged.classification == "High"


def test_guards_that_are_switched_off_are_not_measured():
    judged = metric_of(STEADY, SLOWER, allowed_spread=None, allowed_tail=None)

    assert [effect.aspect for effect in judged.effects] == [Aspect.LOCATION]


def test_ratings_whose_ranks_do_not_move_are_judged_by_their_mean():
    control = np.repeat([1.0, 2.0], [240, 160])[np.random.default_rng(3).permutation(400)]
    judged = metric_of(control, 3.0 - control, allowed_relative=0.05)

    assert judged.effects[0].aspect is Aspect.MEAN
    assert judged.classification == "High"
    assert "the mean moved by +0.2" in judged.sentence


def test_values_that_hide_behind_the_usual_one_are_no_pass():
    control = np.full(300, 200.0)
    experiment = np.where(np.arange(300) % 100 == 0, 503.0, 200.0)
    judged = metric_of(control, experiment)

    assert judged.reason is MetricReason.MOSTLY_ONE_VALUE


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0, 1, 1, 1, 0, 1], MetricKind.PROPORTION),
        ([0, 0, 0, 0, 2, 1], MetricKind.COUNT),
        ([0, 0, 0, 0, 2, 1.5], MetricKind.SAMPLES),
        ([0, 0, 0, 0, -2, 1], MetricKind.SAMPLES),
        ([5, 6, 5, 7, 6, 5], MetricKind.SAMPLES),
        ([0, 0, 0, 0, 0, 0], MetricKind.SAMPLES),
    ],
)
def test_a_kind_that_is_not_told_is_seen(values, kind):
    assert metric_of(values, values).kind is kind


def test_sparse_errors_fail_where_a_rank_test_sees_nothing():
    control, experiment = events(1, 3000), events(20, 3000)

    judged = metric_of(
        control, experiment, kind=MetricKind.PROPORTION, direction=Direction.INCREASE
    )

    assert judged.classification == "High"
    assert judged.effects[0].p_value < 1e-4


def test_no_control_event_does_not_hide_many_of_the_experiment():
    judged = metric_of(events(0, 100), events(60, 100), kind=MetricKind.PROPORTION)

    assert judged.classification == "High"


def test_a_large_ratio_of_a_tiny_rate_passes_by_its_absolute_allowance():
    judged = metric_of(
        events(2, 20_000), events(6, 20_000), kind=MetricKind.PROPORTION, allowed_absolute=0.01
    )

    assert judged.verdict == "pass"


def test_no_event_on_either_side_is_within_an_absolute_allowance_only():
    none = np.zeros(8000)

    allowed = metric_of(none, none, kind=MetricKind.COUNT, allowed_absolute=0.01)
    relative = metric_of(none, none, kind=MetricKind.COUNT, allowed_relative=0.1)

    assert allowed.verdict == "pass"
    assert relative.verdict == "inconclusive"
    assert "set allowed_absolute" in relative.sentence


def test_exposure_makes_counts_of_unequal_traffic_comparable():
    control = {"errors": np.full(50, 40.0), "requests": np.full(50, 1000.0)}
    experiment = {"errors": np.full(50, 4.0), "requests": np.full(50, 100.0)}
    keys = {"kind": MetricKind.PROPORTION, "exposure": "requests", "allowed_relative": 0.5}

    result = judge(control, experiment, CanaryConfig(metrics={"errors": MetricConfig(**keys)}))

    assert result.verdict == "pass"
    assert result.metrics[0].effects[0].estimate == 1.0
    assert result.not_judged == ()


@pytest.mark.parametrize(
    ("must_have_data", "classification", "verdict"),
    [(False, "Nodata", "inconclusive"), (True, "NodataFailMetric", "fail")],
)
@pytest.mark.parametrize("gone", [{}, {"m": []}, {"m": [None] * 50}, {"m": [math.nan] * 50}])
def test_a_metric_without_data_fails_where_it_must_have_some(
    gone, must_have_data, classification, verdict
):
    config = CanaryConfig(metrics={"m": MetricConfig(must_have_data=must_have_data)})

    for judged in (
        judge({"m": STEADY}, gone, config).metrics[0],
        judge(gone, {"m": STEADY}, config).metrics[0],
    ):
        assert (judged.classification, judged.verdict) == (classification, verdict)


def test_a_gap_may_mean_that_nothing_happened():
    control, experiment = [0.0, None, 0.0] * 2000, [None] * 6000
    keys = {"kind": MetricKind.PROPORTION, "missing": Missing.ZERO}

    assert metric_of(control, experiment, **keys).verdict == "pass"


@pytest.mark.parametrize(
    ("control", "experiment", "verdict"),
    [
        (np.ones(30), np.ones(30), "pass"),
        (np.ones(30), np.full(30, 2.0), "fail"),
        (np.full(30, 7.0), np.random.default_rng(3).normal(7.0, 3.0, 30), "fail"),
        (np.random.default_rng(3).normal(7.0, 1.0, 30), np.full(30, 90.0), "fail"),
        ([5.0], [5.0], "inconclusive"),
        ([1e308] * 30, [-1e308] * 30, "inconclusive"),
        ([*STEADY[:30], math.inf], STEADY[:30], "inconclusive"),
        (STEADY[:30], [*STEADY[:30], -math.inf], "inconclusive"),
    ],
    ids=["alike", "moved", "from constant", "to constant", "one row", "huge", "+inf", "-inf"],
)
def test_odd_data_has_a_verdict_of_its_own(control, experiment, verdict):
    assert metric_of(control, experiment).verdict == verdict


def test_neighbours_alike_make_the_interval_wider_and_are_told():
    runs = np.repeat(STEADY[:40], 10)

    alone = metric_of(STEADY, STEADY).effects[0]
    judged = metric_of(runs, runs)

    assert judged.rows_as_one > 5.0
    assert "neighbouring rows are alike" in judged.sentence
    assert judged.effects[0].high > alone.high


values = st.lists(
    st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True, width=32), st.booleans()),
    max_size=40,
)


@given(values, values)
def test_any_numbers_are_judged_and_told_as_plain_json(control, experiment):
    result = judge({"m": control}, {"m": experiment})

    told = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert told["metrics"][0]["sentence"].endswith(".")
    assert "nan" not in told["metrics"][0]["sentence"]
    if not any(v is not None and not math.isnan(v) for v in experiment):
        assert result.verdict == "inconclusive"


@given(st.integers(0, 10_000))
def test_the_same_data_are_judged_the_same(seed):
    generator = np.random.default_rng(seed)
    sides = {"m": generator.normal(size=30)}, {"m": generator.normal(size=30)}

    assert judge(*sides).to_json() == judge(*sides).to_json()


@given(st.integers(0, 10_000))
def test_changing_sides_mirrors_the_interval(seed):
    generator = np.random.default_rng(seed)
    a, b = generator.normal(50.0, 3.0, 30), generator.normal(51.0, 3.0, 24)
    keys = {"allowed_absolute": 2.0, "allowed_spread": None, "allowed_tail": None}

    there, back = metric_of(a, b, **keys), metric_of(b, a, **keys)

    assert there.verdict == back.verdict
    assert there.effects[0].low == pytest.approx(-back.effects[0].high)
