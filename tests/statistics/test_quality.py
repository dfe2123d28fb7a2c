"""Faults in the rows of a window are told with their interval, and none is told without reason."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.verdict import Verdict
from shared.profiles import baseline, window
from shared.profiles.rows import count_repeated, newest_row
from shared.statistics.quality import QualityCheck, QualityLimits, check_quality
from shared.statistics.quality.shares import rise

NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)


def rows(n=2_000, seed=1):
    random = np.random.default_rng(seed)
    return {
        "income": random.normal(60.0, 10.0, n).tolist(),
        "city": random.choice(["Oslo", "Rome", "Wien"], n).tolist(),
    }


BASE = baseline(rows(20_000))


def found(window_rows, check, column=None, **told):
    findings = check_quality(BASE, window(window_rows, BASE), **told)
    [one] = [f for f in findings if f.check is check and f.column == column]
    return one


def test_unchanged_rows_pass_every_check():
    findings = check_quality(BASE, window(rows(seed=2), BASE), repeated=0)

    assert {finding.verdict for finding in findings} == {Verdict.PASS}


def test_a_risen_null_rate_fails_with_both_rates():
    data = rows()
    data["income"][:400] = [None] * 400

    nulls = found(data, QualityCheck.NULLS, "income")

    assert nulls.verdict is Verdict.FAIL
    assert nulls.sentence.startswith("income: 20.0% of 2000 rows have no value, 0.0% in the base")


def test_a_few_nulls_in_a_few_rows_are_inconclusive():
    data = {"income": [None, 61.0, 59.0, 60.0, 55.0], "city": ["Oslo"] * 5}

    assert found(data, QualityCheck.NULLS, "income").verdict is Verdict.INCONCLUSIVE


def test_new_categories_are_named():
    data = rows()
    data["city"][:200] = ["Bern"] * 200

    unseen = found(data, QualityCheck.UNSEEN, "city")

    assert unseen.verdict is Verdict.FAIL
    assert "such as Bern" in unseen.sentence


def test_a_changed_type_and_a_missing_column_fail():
    findings = check_quality(BASE, window({"income": ["much"] * 50}, BASE))

    told = {f.column: f.sentence for f in findings if f.check is QualityCheck.TYPE}
    assert told["income"].startswith("income changed its type: numeric in the baseline")
    assert told["city"].startswith("city is missing")


def test_a_value_outside_its_allowed_range_fails_however_rare():
    data = rows()
    data["income"][7] = -5.0
    limits = QualityLimits(ranges={"income": (0.0, 500.0)})

    told = found(data, QualityCheck.RANGE, "income", limits=limits)

    assert told.verdict is Verdict.FAIL
    assert told.sentence == "income: its smallest value is -5, below 0."


def test_rows_outside_what_the_baseline_had_fail_when_they_are_many():
    data = rows()
    data["income"][:100] = [1e6] * 100

    assert found(data, QualityCheck.OUTSIDE, "income").verdict is Verdict.FAIL


def test_repeated_rows_are_counted_over_parts_and_fail_beyond_their_limit():
    data = rows(1_000)
    twice = {name: values + values[:300] for name, values in data.items()}

    repeated = count_repeated([data, {n: v[:300] for n, v in data.items()}], ["income", "city"])

    assert repeated == 300
    told = found(twice, QualityCheck.DUPLICATES, repeated=repeated)
    assert told.verdict is Verdict.FAIL
    assert told.sentence.startswith("300 of 1300 rows repeat another one: 23.1% (")


def test_repeated_rows_beyond_memory_are_estimated_from_a_sample():
    data = {"x": [float(n // 2) for n in range(40_000)]}

    assert count_repeated(data, ["x"], kept=2_000) == pytest.approx(20_000, rel=0.1)


@settings(max_examples=30)
@given(
    values=st.lists(
        st.tuples(st.none() | st.integers(0, 3), st.none() | st.sampled_from("ab")), max_size=30
    )
)
def test_repeated_rows_are_those_a_set_would_drop(values):
    data = {
        "number": [None if v is None else float(v) for v, _ in values],
        "text": [v for _, v in values],
    }

    assert count_repeated(data, ["number", "text"]) == len(values) - len(set(values))


@pytest.mark.parametrize(("hours", "verdict"), [(1, Verdict.PASS), (30, Verdict.FAIL)])
def test_the_newest_row_may_be_so_old(hours, verdict):
    times = {"at": [NOW - timedelta(hours=hours), NOW - timedelta(days=9)], **rows(2)}
    limits = QualityLimits(age=timedelta(days=1))

    told = found(
        rows(), QualityCheck.FRESHNESS, limits=limits, newest=newest_row(times, "at"), now=NOW
    )

    assert told.verdict is verdict


def test_rows_without_a_time_are_not_fresh():
    limits = QualityLimits(age=timedelta(days=1))

    told = found(rows(), QualityCheck.FRESHNESS, limits=limits, now=NOW)

    assert told.verdict is Verdict.FAIL


def test_a_window_of_too_few_rows_or_none_fails_the_volume():
    limits = QualityLimits(least_rows=500)

    assert found(rows(100), QualityCheck.VOLUME, limits=limits).verdict is Verdict.FAIL
    none = window({"income": [], "city": []}, BASE)
    assert [f.verdict for f in check_quality(BASE, none, limits)] == [Verdict.FAIL]


def test_the_interval_of_a_rise_holds_the_true_one():
    """200 draws at 95 %: fewer than 178 has odds of 1 in 200."""
    random = np.random.default_rng(3)
    held = 0
    for _ in range(200):
        _, low, high = rise(random.binomial(300, 0.08), 300, random.binomial(2_000, 0.05), 2_000)
        held += low <= 0.03 <= high

    assert held >= 178
