"""The sequential alarm keeps its promise of few false alarms, and finds small lasting shifts."""

import json
import math

import numpy as np
import pytest

from benchmarks.streams import NOTHING, Change, Stream, baseline_and_chunks, profile_of
from shared.errors import InvalidData
from shared.profiles import baseline, window
from shared.profiles.calibrating import calibration, windows_of_rows
from shared.statistics.sequential import (
    Calibration,
    Detector,
    State,
    calibrate,
    reset,
    run_length,
    take_in,
    watch_windows,
)

RUN_LENGTH = 1_000


def watched(kind, rows, *, chunks, windows, change=NOTHING, seed=1, phases=False):
    """Numbers of the windows at which an alarm was raised; the evidence starts anew after each."""
    stream = Stream(kind, seed)
    base, parts = baseline_and_chunks(stream, chunks, rows)
    detector = Detector(
        base, calibrate(base, parts, [i % 7 for i in range(chunks)] if phases else None)
    )
    state = detector.start()
    raised = []
    for number in range(windows):
        win = profile_of(stream.draw(rows, change), base)
        phase = (chunks + number) % 7 if phases else None
        state, watch = take_in(detector, state, win, threshold=RUN_LENGTH, phase=phase)
        if watch.raised:
            raised.append(number)
            state = reset(state)
    return raised


@pytest.mark.parametrize("kind", ["independent", "autocorrelated", "day offset", "weekly seasonal"])
def test_unchanged_windows_raise_no_alarm(kind):
    """At a promise of one in 1 000, more than one alarm in 300 windows has odds of 1 in 27."""
    raised = watched(kind, 500, chunks=40, windows=300)

    assert len(raised) <= 1


def test_ten_chunks_are_enough_to_keep_the_promise():
    raised = [
        number
        for seed in range(4)
        for number in watched("independent", 500, chunks=10, windows=100, seed=20 + seed)
    ]

    assert len(raised) <= 1


@pytest.mark.parametrize(
    ("change", "rows", "within"),
    [
        (Change(shift=0.25, columns=(0,)), 500, 2),
        (Change(shift=0.10, columns=(0,)), 5_000, 2),
        (Change(shift=0.10, columns=(0,)), 500, 8),
        (Change(shift=0.10, columns=tuple(range(10))), 500, 3),
        (Change(spread=math.sqrt(2.0), columns=(0,)), 500, 1),
        (Change(mix=0.10), 500, 2),
        (Change(nulls=0.20), 500, 1),
    ],
    ids=["0.25 sd", "0.10 sd, large", "0.10 sd", "ten columns", "variance", "mix", "nulls"],
)
def test_a_change_is_found_within_so_many_windows_in_the_middle_case(change, rows, within):
    first = []
    for seed in range(5):
        raised = watched(
            "independent",
            rows,
            chunks=100 if rows == 500 else 20,
            windows=20,
            change=change,
            seed=40 + seed,
        )
        first.append(raised[0] + 1 if raised else math.inf)

    assert np.median(first) <= within


def test_a_weekly_season_that_is_known_does_not_hide_a_shift():
    change = Change(shift=0.25, columns=(0,))
    known = watched("weekly seasonal", 500, chunks=70, windows=14, change=change, phases=True)
    unknown = watched("weekly seasonal", 500, chunks=70, windows=14, change=change)

    assert known
    assert not unknown or known[0] <= unknown[0]


@pytest.fixture(scope="module")
def shifted():
    """A baseline in ten chunks, its calibration, and windows of which the last three changed."""
    random = np.random.default_rng(3)

    def rows(n, shift=0.0, share=0.1):
        return {
            "income": random.normal(shift, 1.0, n),
            "colour": np.where(random.random(n) < share, "red", "blue"),
            "age": random.gamma(3.0, 10.0, n),
        }

    frame = rows(20_000)
    base = baseline(frame)
    learnt = calibration(frame, base, rows=1_000)
    windows = [window(rows(1_000), base) for _ in range(5)]
    windows += [window(rows(1_000, shift=-0.4, share=0.3), base) for _ in range(3)]
    return base, learnt, windows


def test_the_alarm_says_since_when_and_which_columns_moved_which_way(shifted):
    base, learnt, windows = shifted

    watches = watch_windows(base, learnt, windows, windows_a_year=1_000)

    assert [watch.raised for watch in watches] == [False] * 5 + [True] * 3
    last = watches[-1]
    assert last.began == 5
    assert {column.name: column.sentence for column in last.columns} == {
        "income": "income: its values are lower",
        "colour": "colour: share of red more often",
    } or {column.name for column in last.columns} == {"income", "colour"}
    assert "age" not in last.sentence


def test_watching_one_by_one_from_a_stored_state_is_watching_all(shifted):
    base, learnt, windows = shifted
    restored = Calibration.from_json(json.loads(json.dumps(learnt.to_json())))
    detector = Detector(base, restored)
    state = detector.start()
    seen = []
    for win in windows:
        state, watch = take_in(detector, state, win, threshold=1_000)
        state = State.unpack(state.pack())
        seen.append(watch)

    at_once = watch_windows(base, learnt, windows, windows_a_year=1_000)

    assert [watch.raised for watch in seen] == [watch.raised for watch in at_once]
    assert [watch.evidence for watch in seen] == pytest.approx(
        [watch.evidence for watch in at_once], abs=5e-2
    )


def test_a_window_without_rows_moves_nothing(shifted):
    base, learnt, _ = shifted
    detector = Detector(base, learnt)
    empty = window({"income": [], "colour": [], "age": []}, base)

    state, watch = take_in(detector, detector.start(), empty, threshold=1_000)

    assert not watch.raised
    assert watch.evidence == pytest.approx(0.0, abs=1e-9)
    assert state.windows == 1


def test_a_column_the_window_lacks_adds_no_evidence(shifted):
    base, learnt, _ = shifted
    random = np.random.default_rng(8)
    lacking = window(
        {"income": random.normal(0, 1, 1_000), "age": random.gamma(3.0, 10.0, 1_000)}, base
    )

    watches = watch_windows(base, learnt, [lacking] * 3, windows_a_year=1_000)

    assert not any(watch.raised for watch in watches)


def test_a_larger_tolerance_leaves_a_small_shift_alone(shifted):
    base, learnt, _ = shifted
    random = np.random.default_rng(9)
    moved = [
        window(
            {
                "income": random.normal(0.12, 1, 5_000),
                "colour": np.where(random.random(5_000) < 0.1, "red", "blue"),
                "age": random.gamma(3.0, 10.0, 5_000),
            },
            base,
        )
        for _ in range(4)
    ]

    strict = watch_windows(base, learnt, moved, windows_a_year=1_000)
    lenient = watch_windows(base, learnt, moved, windows_a_year=1_000, tolerance=0.2)

    assert strict[-1].raised
    assert not lenient[-1].raised


def test_the_budget_is_false_alarms_a_year():
    assert run_length(365, 1.0) == 365
    assert run_length(365, 0.1) == 3_650
    with pytest.raises(InvalidData, match="above 0"):
        run_length(365, 0.0)


def test_fewer_than_ten_chunks_are_refused():
    frame = {"x": np.random.default_rng(1).normal(size=900)}
    base = baseline(frame)

    with pytest.raises(InvalidData, match="gives 9 chunks with rows; 10 are needed"):
        calibrate(base, windows_of_rows(frame, base, 100))


def test_a_baseline_of_one_constant_column_is_watched_for_other_values():
    frame = {"x": np.full(5_000, 3.0)}
    base = baseline(frame)
    learnt = calibration(frame, base)

    same = watch_windows(base, learnt, [window({"x": np.full(500, 3.0)}, base)], windows_a_year=365)
    other = watch_windows(
        base, learnt, [window({"x": np.full(500, 4.0)}, base)], windows_a_year=365
    )

    assert not same[-1].raised
    assert other[-1].raised


def test_a_baseline_read_back_from_its_file_is_watched_as_the_one_that_was_kept():
    """A kept profile is sorted by name; what was learnt before must still fit its columns."""
    random = np.random.default_rng(5)
    rows = {"z": random.normal(size=5_000), "a": random.choice(["x", "y"], 5_000).tolist()}
    later = {"z": random.normal(size=500) + 1.0, "a": random.choice(["x", "y"], 500).tolist()}
    base = baseline(rows)
    learnt = calibration(rows, base)
    kept = type(base).from_json(json.loads(json.dumps(base.to_json(), sort_keys=True)))

    told = [
        watch_windows(of, learnt, [window(later, of)], windows_a_year=365)[0] for of in (base, kept)
    ]

    assert told[0] == told[1]
    assert [column.name for column in told[1].columns] == ["z"]
