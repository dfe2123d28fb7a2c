"""Columns that no longer hang together are seen, though each alone looks as it did."""

import numpy as np
import pytest

from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.profiles import baseline, window
from shared.profiles.sampling import columns_of, sample_rows
from shared.statistics import compare
from shared.statistics.multivariate import judge_reconstruction, learn_reconstruction


def joined(n, seed, *, sign=1.0):
    """Four columns, two of which rise together (or against each other), and a text that follows."""
    random = np.random.default_rng(seed)
    z = random.normal(size=(n, 4))
    other = 0.9 * z[:, 0] * sign + np.sqrt(1 - 0.81) * z[:, 1]
    return {
        "a": z[:, 0],
        "b": other,
        "c": z[:, 2],
        "city": np.where(z[:, 3] > 0, "north", "south").tolist(),
    }


def judged(now, *, seed=0, before=None):
    before = joined(8_000, 1) if before is None else before
    base = baseline(before)
    learnt = learn_reconstruction(sample_rows(before, base, seed=seed), seed=seed)
    return judge_reconstruction(learnt, sample_rows(now, base, seed=seed))


def test_a_correlation_that_turned_round_fails_while_every_column_passes():
    before, now = joined(8_000, 1), joined(4_000, 2, sign=-1.0)
    base = baseline(before)

    alone = compare(base, window(now, base))
    together = judged(now)

    assert alone.verdict is Verdict.PASS
    assert together.verdict is Verdict.FAIL
    assert together.p_value < 1e-6
    assert together.sentence.startswith("Together: columns no longer hang together")


def test_unchanged_rows_pass():
    assert judged(joined(8_000, 3)).verdict is Verdict.PASS


def test_without_a_change_the_p_value_is_spread_evenly():
    """Of 100 windows about a twentieth is below 0.05; more than 14 has odds of 1 in 5 000."""
    before = joined(8_000, 1)
    base = baseline(before)
    learnt = learn_reconstruction(sample_rows(before, base))

    below = sum(
        judge_reconstruction(learnt, sample_rows(joined(400, 100 + seed), base)).p_value < 0.05
        for seed in range(100)
    )

    assert below <= 14


def test_few_rows_are_inconclusive_and_say_how_many_are_needed():
    few, some = judged(joined(20, 4)), judged(joined(150, 4))

    assert (few.verdict, few.n_needed) == (Verdict.INCONCLUSIVE, 50)
    assert some.verdict is Verdict.INCONCLUSIVE
    assert some.n_needed is None or some.n_needed > 150


def test_the_same_seed_gives_the_same_answer():
    assert judged(joined(3_000, 5), seed=7) == judged(joined(3_000, 5), seed=7)


def test_missing_values_and_a_missing_column_are_no_exception():
    now = joined(2_000, 6)
    now["a"] = [None, *now["a"][1:].tolist()]
    del now["c"]

    assert judged(now).n == 2_000


def test_a_sample_has_one_column_a_number_and_one_a_frequent_value():
    base = baseline(joined(500, 1))

    assert columns_of(base) == ("a", "b", "c", f"city is {base.columns['city'].values[0]}")
    assert sample_rows(joined(500, 1), base, rows=100).shape == (100, 4)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [(np.zeros((500, 1)), "too few to see"), (np.zeros((10, 3)), "too few to see")],
)
def test_a_baseline_too_small_is_refused(rows, sentence):
    with pytest.raises(InvalidData, match=sentence):
        learn_reconstruction(rows)


def test_other_columns_than_the_baselines_are_refused():
    learnt = learn_reconstruction(np.random.default_rng(1).normal(size=(500, 3)))

    with pytest.raises(InvalidData, match="The window has 2 columns, the baseline 3"):
        judge_reconstruction(learnt, np.zeros((100, 2)))
