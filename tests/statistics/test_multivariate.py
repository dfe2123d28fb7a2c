import numpy as np
import pytest
from scipy import stats

from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.statistics.multivariate import Reason, Sample, multivariate_drift
from shared.statistics.multivariate.classifier import separate
from shared.statistics.multivariate.features import PAIRS, make_features


def sample(seed, rows, *, columns=4, correlation=0.6, shift=0.0):
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(rows, columns))
    values[:, 1] = correlation * values[:, 0] + np.sqrt(1 - correlation**2) * values[:, 1]
    values[:, 2] += shift
    return Sample(
        columns={
            **{f"x{i}": values[:, i] for i in range(columns)},
            "region": generator.integers(0, 4, rows).astype(float),
        },
        categorical=frozenset({"region"}),
    )


def test_a_correlation_that_flips_is_found_though_no_column_shows_it():
    baseline, window = sample(1, 2000), sample(2, 600, correlation=-0.6)

    found = multivariate_drift(baseline, window, seed=3)

    assert found.verdict is Verdict.FAIL
    assert found.contributions[0].columns == ("x0", "x1")
    assert found.contributions[0].share > 0.8
    for name, values in baseline.columns.items():
        assert stats.ks_2samp(values, window.columns[name]).pvalue > 0.01


def test_a_dependence_between_a_number_and_a_category_is_found():
    generator = np.random.default_rng(4)
    number, region = generator.normal(size=1500), generator.integers(0, 2, 1500).astype(float)
    told = frozenset({"region"})
    apart = Sample(columns={"x": number, "region": region}, categorical=told)
    bound = Sample(
        columns={"x": number, "region": np.where(number > 0, 1.0, 0.0)}, categorical=told
    )

    found = multivariate_drift(apart, bound, seed=5)

    assert found.verdict is Verdict.FAIL
    assert found.contributions[0].columns == ("x", "region")


def test_values_that_go_missing_together_are_found():
    baseline, window = sample(6, 1500), sample(7, 1500)
    gone = np.random.default_rng(8).random(1500) < 0.3
    columns = dict(window.columns)
    columns["x0"] = np.where(gone, np.nan, columns["x0"])

    found = multivariate_drift(
        baseline, Sample(columns=columns, categorical=window.categorical), seed=9
    )

    assert found.verdict is Verdict.FAIL
    assert found.contributions[0].columns == ("x0",)


def test_without_drift_nothing_fails_and_large_windows_pass():
    small = [multivariate_drift(sample(i, 1500), sample(100 + i, 300), seed=i) for i in range(12)]
    large = [multivariate_drift(sample(i, 2000), sample(50 + i, 2000), seed=i) for i in range(12)]

    assert Verdict.FAIL not in {one.verdict for one in small + large}
    assert [one.verdict for one in large].count(Verdict.PASS) >= 11
    assert all(not one.contributions for one in large if one.low < 0.5)


def test_the_p_value_of_exchangeable_rows_is_about_uniform():
    found = [
        multivariate_drift(sample(i, 300, columns=3), sample(i + 500, 200, columns=3), seed=i)
        for i in range(60)
    ]

    values = [one.p_value for one in found if one.p_value is not None]

    assert stats.kstest(values, "uniform").pvalue > 0.01


def test_too_few_rows_to_decide_say_how_many_would():
    found = multivariate_drift(sample(10, 2000), sample(11, 150), seed=12)

    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.n_needed is not None
    assert found.n_needed > 150
    assert str(found.n_needed) in found.sentence


def test_a_pass_needs_rows_enough_to_learn_from():
    baseline, window = sample(13, 400, columns=24), sample(14, 400, columns=24)

    found = multivariate_drift(baseline, window, seed=15, limit=0.7)

    assert found.reason is Reason.TOO_FEW_ROWS_TO_LEARN
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.n_needed is not None
    assert found.n_needed > 400


def test_the_limit_is_never_below_what_the_chunks_of_the_baseline_differ_by():
    chunks = [sample(20 + i, 400, shift=0.6 * (-1) ** i) for i in range(8)]
    baseline, window = Sample.together(chunks), sample(40, 400, shift=0.6)

    alone = multivariate_drift(baseline, window, seed=1)
    among = multivariate_drift(baseline, window, seed=1, chunks=chunks)

    assert alone.verdict is Verdict.FAIL
    assert among.natural is not None
    assert among.limit == among.natural > alone.limit
    assert among.verdict is not Verdict.FAIL


def test_the_same_seed_gives_the_same_answer_and_units_do_not_matter():
    baseline, window = sample(16, 500), sample(17, 500)
    stretched = [
        Sample(
            columns={**each.columns, "x0": np.exp(3.0 * each.columns["x0"])},
            categorical=each.categorical,
        )
        for each in (baseline, window)
    ]

    once = multivariate_drift(baseline, window, seed=18)

    assert multivariate_drift(baseline, window, seed=18) == once
    assert multivariate_drift(*stretched, seed=18) == once


def test_areas_of_permuted_sides_have_the_spread_of_two_rank_sums_that_err_together():
    """Each half takes its sign from the other: the variance is (1 + 2/π) / 2 of one rank sum's."""
    generator = np.random.default_rng(19)
    rows = generator.normal(size=(2000, 1))

    found = separate(rows, np.repeat([0.0, 1.0], 1000), generator, 600)

    of_one = np.sqrt(1001 / (12 * 500 * 500))
    assert found.permuted.mean() == pytest.approx(0.5, abs=0.004)
    assert found.permuted.std() == pytest.approx(of_one * np.sqrt((1 + 2 / np.pi) / 2), rel=0.12)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"other": np.zeros(100)}, Reason.NO_SHARED_COLUMNS),
        ({"x": np.ones(100)}, Reason.NOTHING_VARIES),
        ({"x": np.full(100, np.nan)}, Reason.NOTHING_VARIES),
        ({"x": np.ones(1)}, Reason.TOO_FEW_ROWS),
        ({"x": np.zeros(0)}, Reason.TOO_FEW_ROWS),
        ({}, Reason.NO_SHARED_COLUMNS),
    ],
)
def test_what_cannot_be_compared_is_inconclusive_with_its_reason(columns, reason):
    constant = (
        np.full(100, np.nan) if np.isnan(columns.get("x", np.ones(1))).all() else np.ones(100)
    )
    baseline = Sample(columns={"x": constant})

    found = multivariate_drift(baseline, Sample(columns=columns), seed=1)

    assert (found.verdict, found.reason) == (Verdict.INCONCLUSIVE, reason)
    assert found.to_json()["reason"] == reason.value


def test_infinities_and_huge_numbers_are_ranks_like_any_other():
    values = np.concatenate([np.array([np.inf, -np.inf, 1e308, 2.0**60]), np.arange(196.0)])
    rows = Sample(columns={"x": values})

    assert multivariate_drift(rows, rows, seed=1).verdict is not Verdict.FAIL


def test_a_column_on_one_side_only_is_named():
    found = multivariate_drift(
        sample(1, 200), Sample(columns={"x0": np.arange(200.0), "renamed": np.ones(200)}), seed=1
    )

    assert found.missing == ("region", "renamed", "x1", "x2", "x3")
    assert "renamed" in found.sentence


def test_more_pairs_than_are_looked_at_are_counted():
    found = make_features(sample(1, 100, columns=35), np.random.default_rng(1))

    assert found.pairs_left_out > 0
    assert sum(len(names) == 2 for names in found.columns) == PAIRS


@pytest.mark.parametrize(("field", "value"), [("limit", 0.4), ("limit", 1.0), ("confidence", 1.0)])
def test_a_wrong_option_is_refused_by_name(field, value):
    with pytest.raises(InvalidData, match=field):
        multivariate_drift(sample(1, 100), sample(2, 100), seed=1, **{field: value})


def test_columns_of_different_lengths_are_refused_by_name():
    with pytest.raises(InvalidData, match="Column y"):
        Sample(columns={"x": np.ones(2), "y": np.ones(3)})
