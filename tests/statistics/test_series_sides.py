"""Two deployments in the same buckets: no season between them, and no more sure than may be."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidData
from shared.statistics.series import Point, compare_sides

START = datetime(2026, 2, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def points(values, weights=None):
    weights = weights or [None] * len(values)
    return [
        Point(time=START + i * HOUR, value=float(v), weight=w)
        for i, (v, w) in enumerate(zip(values, weights, strict=True))
    ]


def test_the_difference_is_that_of_mantel_and_haenszel():
    """By hand: weights 100 and 75; differences −0.1 and −0.2."""
    side, other = points([80, 30], [200, 100]), points([100, 150], [200, 300])

    sides = compare_sides(side, other, "proportion")

    assert sides.difference == pytest.approx((100 * -0.1 + 75 * -0.2) / 175)
    assert sides.value - sides.value_other == pytest.approx(sides.difference)
    assert (sides.n, sides.n_other, sides.buckets) == (300.0, 500.0, 2)


def test_one_bucket_has_the_error_of_two_shares_and_moderated_freedom():
    """√(0.5·0.5/1000 + 0.5·0.5/1000) for sides alike; Student's t with ten degrees of freedom."""
    sides = compare_sides(points([500], [1000.0]), points([500], [1000.0]), "proportion")

    assert sides.error == pytest.approx(math.sqrt(0.25 / 500))
    assert sides.freedom == 10.0
    low, high = sides.interval(0.95)
    assert high == pytest.approx(2.2281 * sides.error, rel=1e-4)
    assert low == -high


def test_a_share_of_traffic_that_moves_with_the_season_misleads_nobody():
    """Green serves mostly at night, when fewer are approved; hour by hour they are alike."""
    green = points([270, 60], [900.0, 100.0])
    blue = points([30, 540], [100.0, 900.0])

    pooled = (270 + 60) / 1000 - (30 + 540) / 1000

    assert pooled == pytest.approx(-0.24)
    assert compare_sides(green, blue, "proportion").difference == pytest.approx(0.0)


def served(generator, *, hours=24, rate=0.6, gap=0.0, share=0.1, weight=2000.0, burst=0.0):
    """A day whose level and share of traffic move; requests are spread by chance."""
    side, other = [], []
    for index in range(hours):
        level = rate * math.exp(0.2 * math.sin(index * math.pi / 12) + 0.05 * generator.normal())
        for points_of, part, own in ((side, share, level * (1 + gap)), (other, 1 - share, level)):
            n = generator.poisson(weight * part)
            own = min(own * math.exp(burst * generator.normal()), 0.999)  # noqa: PLW2901
            value = float(generator.binomial(n, own))
            points_of.append(Point(time=START + index * HOUR, value=value, weight=float(n)))
    return side, other


@pytest.mark.parametrize("gap", [0.0, -0.1], ids=["alike", "a-tenth-less"])
@pytest.mark.parametrize("burst", [0.0, 0.1], ids=["by-chance", "in-bursts"])
def test_the_interval_covers_the_true_difference(gap, burst):
    """Two hundred days: at least 181, which is three standard errors below 95 %."""
    generator = np.random.default_rng(8)
    covered = 0
    for _ in range(200):
        side, other = served(generator, gap=gap, burst=burst)
        sides = compare_sides(side, other, "proportion")
        low, high = sides.interval(0.95)
        covered += low <= gap * sides.value_other <= high

    assert covered >= 181


@pytest.mark.parametrize(("weight", "rate"), [(40.0, 0.3), (40.0, 0.95), (300.0, 0.01)])
def test_small_sides_are_not_taken_for_worse_or_better(weight, rate):
    """Two thousand looks at three buckets, each at one in two hundred: 10 expected, 20 at most."""
    generator = np.random.default_rng(9)
    below = above = 0
    for _ in range(2000):
        side, other = served(generator, hours=3, rate=rate, weight=weight)
        sides = compare_sides(side, other, "proportion")
        if sides is not None:
            low, high = sides.interval(1 - 2 / 200)
            below += high < 0
            above += low > 0

    assert below <= 20
    assert above <= 20


def test_looking_every_hour_at_one_in_ninety_days_errs_no_more_than_that():
    """A hundred days of unchanged hours, the last day judged each hour: one alarm is expected."""
    generator = np.random.default_rng(13)
    side, other = served(generator, hours=100 * 24)
    level = 1.0 / (90 * 24)

    alarms = sum(
        compare_sides(side[end - 24 : end], other[end - 24 : end], "proportion").interval(
            1 - 2 * level
        )[1]
        < 0.0
        for end in range(24, 100 * 24)
    )

    assert alarms <= 3


def test_bursts_are_seen_and_widen_the_interval():
    generator = np.random.default_rng(10)
    calm = compare_sides(*served(generator, share=0.5), "proportion")
    bursty = compare_sides(*served(generator, share=0.5, burst=0.2), "proportion")

    assert calm.dispersion < 1.5
    assert bursty.dispersion > 10.0
    assert bursty.error > 3.0 * calm.error


def test_neighbours_that_hang_together_widen_the_interval():
    generator = np.random.default_rng(11)
    level, gaps = 0.0, []
    for _ in range(200):
        level = 0.9 * level + generator.normal()
        gaps.append(level)
    shuffled = generator.permutation(gaps)
    flat = points([100.0] * 200)

    def error(values):
        return compare_sides(points([100.0 + v for v in values]), flat, "mean").error

    assert error(gaps) > 2.0 * error(shuffled)


def test_counts_are_compared_by_what_they_rest_on():
    sides = compare_sides(points([30], [1000.0]), points([50], [1000.0]), "count")

    assert sides.difference == pytest.approx(-0.02)
    assert sides.error == pytest.approx(math.sqrt(0.04 / 1000 + 0.05 / 1000))


def test_counts_without_exposure_say_only_how_much_traffic_there_was():
    with pytest.raises(InvalidData, match="give a weight, such as the number of requests"):
        compare_sides(points([30]), points([50]), "count")


def test_a_mean_has_its_noise_from_the_pairs_and_needs_three():
    side, other = points([11.0, 12.0, 13.0]), points([10.0, 10.0, 10.0])

    sides = compare_sides(side, other, "mean")

    assert sides.difference == pytest.approx(2.0)
    assert sides.error == pytest.approx(1.0 / math.sqrt(3))
    assert sides.freedom == 2.0
    assert compare_sides(side[:2], other[:2], "mean") is None


def test_sides_without_a_common_bucket_cannot_be_compared():
    later = [Point(time=START + 9 * HOUR, value=1.0, weight=2.0)]

    assert compare_sides(points([1], [2.0]), later, "proportion") is None


def test_sides_without_any_event_still_have_an_error():
    sides = compare_sides(points([0], [100.0]), points([0], [100.0]), "proportion")

    assert sides.difference == 0.0
    assert sides.error > 0.0


@given(
    st.lists(
        st.tuples(st.integers(1, 500), st.integers(1, 500), st.floats(0, 1), st.floats(0, 1)),
        min_size=1,
        max_size=30,
    )
)
def test_exchanging_the_sides_exchanges_the_sign(buckets):
    side = points([round(m * p) for m, _, p, _ in buckets], [float(m) for m, _, _, _ in buckets])
    other = points([round(n * q) for _, n, _, q in buckets], [float(n) for _, n, _, _ in buckets])

    one, two = compare_sides(side, other, "proportion"), compare_sides(other, side, "proportion")

    assert one.difference == pytest.approx(-two.difference, abs=1e-12)
    assert one.error == pytest.approx(two.error)
    assert -1.0 <= one.difference <= 1.0
