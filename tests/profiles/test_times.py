"""A column of times is compared when it is named, and its zone is part of its type."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pytest

from shared.domain.verdict import Verdict
from shared.profiles import baseline, window
from shared.statistics import Profile, compare

START = datetime(2026, 1, 1, tzinfo=UTC)


def opened(n, seed, *, days=0, zone=UTC):
    """Times over ten days, as the opening of an account would be."""
    random = np.random.default_rng(seed)
    late = timedelta(days=days)
    times = [START + late + timedelta(days=float(each)) for each in random.uniform(0, 10, n)]
    if zone is None:
        return {"opened": [time.replace(tzinfo=None) for time in times]}
    return {"opened": pa.array([time.astimezone(zone) for time in times])}


BASE = baseline(opened(5_000, 1), columns=["opened"])


def looked_at(rows):
    [column] = compare(BASE, window(rows, BASE)).columns
    return column


def test_times_are_left_out_unless_they_are_named():
    base = baseline({**opened(100, 1), "x": list(range(100))})

    assert base.skipped == {"opened": "a time, which always moves on"}


def test_times_that_moved_fail_with_cells_named_by_dates():
    found = looked_at(opened(2_000, 2, days=8))

    assert found.kind == "datetime"
    assert found.verdict is Verdict.FAIL
    assert any(label.startswith("above 2026-01-") for label, _, _ in found.bars)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=9))])
def test_the_same_instants_pass_whatever_their_zone(zone):
    assert looked_at(opened(2_000, 3, zone=zone)).verdict is Verdict.PASS


def test_times_without_a_zone_are_another_type_than_times_with_one():
    found = looked_at(opened(2_000, 3, zone=None))

    assert found.verdict is Verdict.FAIL
    assert found.sentence == (
        "opened changed its type: datetime in the baseline, datetime without zone in the window."
    )


def test_a_profile_of_times_is_read_back_exactly():
    assert Profile.from_json(BASE.to_json()).hash == BASE.hash


def test_windows_of_times_add_up():
    rows = opened(1_000, 4)["opened"]

    both = window({"opened": rows[:300]}, BASE) + window({"opened": rows[300:]}, BASE)

    whole = window({"opened": rows}, BASE)
    counts = [each.columns["opened"].counts.tolist() for each in (both, whole)]
    assert counts[0] == counts[1]
