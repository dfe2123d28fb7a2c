"""What a batch endpoint usually writes is learnt from its first runs, whatever their size."""

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.batch_outputs import KINDS, alarms
from shared.domain.decisions.batch.learning import (
    LEARNT_RUNS,
    calibration_of,
    compared,
    reference_of,
    weighed,
)
from shared.domain.policy import DriftPolicy
from shared.domain.verdict import Verdict
from shared.profiles import baseline, window


def rows(seed, count, segments=("a", "b")):
    generator = np.random.default_rng(seed)
    score = generator.normal(0.0, 1.0, count)
    score[:: max(count // 10, 1)] = np.nan
    segment = generator.choice(np.array(segments), count).tolist()
    return pa.table({"score": score, "segment": [*segment[:-1], None]})


@pytest.fixture
def learnt():
    tables = [rows(seed, 400) for seed in range(LEARNT_RUNS)]
    base = baseline(tables[0])
    return base, [window(table, base) for table in tables]


def test_the_reference_holds_the_rows_of_every_learnt_run_once(learnt):
    base, runs = learnt

    assert reference_of(base, runs).rows == 400 * LEARNT_RUNS
    assert reference_of(base, runs[:1]).rows == 400


def test_a_category_that_came_up_while_learning_is_no_alarm_afterwards(learnt):
    base, runs = learnt
    runs = [*runs[:-1], window(rows(50, 400, ("a", "b", "new")), base)]
    reference = reference_of(base, runs)

    column = reference.columns["segment"]

    assert column.unseen > 0
    assert column.singletons >= column.unseen
    again = window(rows(51, 400, ("a", "b", *"ab" * 12, "new")), base)
    assert compared(reference, again, DriftPolicy()).verdict is not Verdict.FAIL


def test_so_many_runs_are_needed_to_know_how_much_runs_differ(learnt):
    base, runs = learnt

    assert calibration_of(reference_of(base, runs), runs) is not None
    assert calibration_of(reference_of(base, runs[:-1]), runs[:-1]) is None


def test_a_larger_run_counts_as_no_more_rows_than_the_learnt_ones_had_on_average(learnt):
    base, runs = learnt
    large = window(rows(60, 8000), base)

    counted = weighed(large, runs)

    assert counted.rows == 400
    for name, column in counted.columns.items():
        assert column.n == pytest.approx(400, abs=40)
        assert column.missing == pytest.approx(large.columns[name].missing / 20, abs=1)
    assert counted.columns["score"].mean == pytest.approx(large.columns["score"].mean, abs=0.05)


def test_a_run_that_is_not_larger_counts_whole(learnt):
    base, runs = learnt
    small = window(rows(61, 300), base)

    assert weighed(small, runs) is small


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_unchanged_runs_raise_about_as_few_alarms_as_promised(kind):
    """One in 365 runs: of 90 runs that are watched, a second one would be a matter for concern."""
    found = [alarms(seed, kind, 30 + LEARNT_RUNS) for seed in (7000, 7001, 7002)]

    assert sum(map(len, found)) <= 1


def test_a_shift_is_found_within_a_few_runs():
    found = alarms(7001, KINDS[1], 30, shift=0.4, moved=15)

    assert found
    assert 15 <= found[0] <= 20
