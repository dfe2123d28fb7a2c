"""However many columns a model has, the evidence on them stays of a size that can be kept."""

from dataclasses import replace

import numpy as np
import pytest

from shared.adapters.azure.table_rows import MOST_COMPRESSED, texts
from shared.errors import InvalidData
from shared.profiles import baseline, window
from shared.profiles.bounds import MOST_COLUMNS
from shared.statistics.sequential import (
    MOST_CHANNELS,
    MOST_OF_ANSWERS,
    State,
    calibrate,
    calibration,
    refuse_too_wide,
)
from shared.statistics.sequential.channels import channels_of
from shared.statistics.sequential.detector import WIDE

BETS = 8


@pytest.fixture(scope="module")
def one():
    """A column of numbers and one of fifty values, as a baseline and twelve of its chunks."""
    random = np.random.default_rng(3)

    def rows(count):
        return {
            "number": random.normal(0, 1, count),
            "value": [f"v{at}" for at in random.integers(0, 50, count)],
        }

    base = baseline(rows(3_000))
    return base, [window(rows(250), base) for _ in range(12)]


def many(profile, columns, of="number"):
    """The same profile with so many columns alike."""
    named = {f"{of}_{at:05d}": profile.columns[of] for at in range(columns)}
    return replace(profile, columns=named)


def watched(channels, windows, drift, seed=1):
    """A state as so many windows leave it: every bet wins or loses a little each time."""
    random = np.random.default_rng(seed)
    shape = (channels, BETS)
    strength = np.array([0.05, 0.2, 0.9, 2.5] * 2)
    state = State(
        windows=0,
        evidence=np.full(shape, -np.inf),
        run=np.zeros(shape),
        began=np.zeros(shape, dtype=np.int64),
    )
    for number in range(windows):
        moves = random.normal(0, 1, (channels, 1)) * np.array([1.0] * 4 + [-1.0] * 4) + drift
        gained = strength * moves - strength**2 / 2
        state = State(
            windows=number + 1,
            evidence=np.minimum(np.logaddexp(state.evidence, 0.0) + gained, 600.0),
            run=np.minimum(np.maximum(state.run, 0.0) + gained, 600.0),
            began=np.where(state.run <= 0.0, number, state.began),
        )
    return state


@pytest.mark.parametrize(("windows", "drift"), [(60, 0.0), (60, 0.5), (60, 1.0), (12, 3.0)])
def test_the_evidence_of_the_most_channels_fits_a_row_with_a_tenth_to_spare(windows, drift):
    part = (MOST_CHANNELS + MOST_OF_ANSWERS) // 4
    assert part > WIDE

    kept = texts(watched(part, windows, drift).pack(), "It")

    size = sum(len(value) for value in kept.values() if isinstance(value, bytes | str))
    assert 4 * size * (0.75 if "pieces" in kept else 1.0) < 0.9 * MOST_COMPRESSED


def test_a_state_that_is_packed_tightly_decides_as_it_would_have():
    state = watched(WIDE + 1, 40, 0.3)

    read = State.unpack(state.pack())

    assert read.windows == state.windows
    assert np.abs(np.exp(read.evidence) - np.exp(state.evidence)).max() < 0.01 * np.exp(
        state.evidence.max()
    )
    winning = state.run > 0.01
    assert read.run[winning] == pytest.approx(state.run[winning], abs=0.006)
    assert (read.run[state.run <= 0.0] <= 0.0).all()
    assert (read.began == state.began).all()


def test_a_state_of_a_usual_model_is_kept_as_it_always_was():
    state = watched(WIDE, 3, 0.0)

    assert state.pack().count(",") == 3
    assert (State.unpack(state.pack()).began == state.began).all()


def test_a_state_that_is_packed_in_an_unknown_way_is_damaged():
    text = watched(WIDE + 1, 2, 0.0).pack().replace("by-place", "by-colour")

    with pytest.raises(InvalidData, match="is damaged; start it anew"):
        State.unpack(text)


def test_as_many_channels_as_may_be_are_watched_and_one_more_column_is_refused_by_name(one):
    base, chunks = one
    wide = many(base, MOST_CHANNELS // len(channels_of(many(base, 1))))

    refuse_too_wide(wide)
    assert len(wide.columns) > MOST_COLUMNS
    few = many(base, 20)
    assert len(calibrate(few, [many(chunk, 20) for chunk in chunks]).inflation) == 140

    wider = replace(wide, columns={**wide.columns, "town": base.columns["value"]})
    with pytest.raises(InvalidData, match=r"leave columns out with `exclude`.*\(town, number_0"):
        refuse_too_wide(wider)


def test_a_season_that_would_be_larger_than_all_else_is_refused(one, monkeypatch):
    base = replace(one[0], columns={"number": one[0].columns["number"]})
    random = np.random.default_rng(5)
    days = [day % 7 for day in range(28)]
    chunks = [window({"number": random.normal(day / 7, 1, 300)}, base) for day in days]
    parts = 7 * len(channels_of(base))
    monkeypatch.setattr(calibration, "MOST_OFFSETS", parts)
    assert calibrate(base, chunks, days).offsets is not None
    monkeypatch.setattr(calibration, "MOST_OFFSETS", parts - 1)

    with pytest.raises(InvalidData, match="set a longer `every`"):
        calibrate(base, chunks, days)
