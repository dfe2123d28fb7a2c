"""Pieces between cuts are what a window of each would be, and add up to the window over them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidData
from shared.profiles import baseline, window
from shared.profiles.pieces import counted_pieces, pieces_of
from shared.profiles.sources.unread import Faults
from shared.service.profiling.counted import pieces_in, plain_pieces
from shared.service.profiling.pieces import window_within

START = datetime(2026, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
CUTS = tuple(START + hours * HOUR for hours in (0, 1, 5, 24))
BASE = baseline({"income": list(range(40)), "kind": ["a", "b", "c", "d"] * 10})
ROWS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(-10, 60).map(float)),
        st.one_of(st.none(), st.sampled_from(["a", "b", "new"])),
        st.one_of(st.none(), st.integers(-2 * 3_600, 26 * 3_600)),
    ),
    max_size=12,
)


def table(rows):
    times = [None if at is None else START + timedelta(seconds=at) for _, _, at in rows]
    return pa.table(
        {
            "income": pa.array([income for income, _, _ in rows], type=pa.float64()),
            "kind": pa.array([kind for _, kind, _ in rows], type=pa.string()),
            "at": pa.array(times, type=pa.timestamp("us", tz="UTC")),
        }
    )


def unread(profile):
    """As it is in a piece: what was read, and not of which files."""
    return replace(profile, fingerprint="").to_json()


@given(st.lists(ROWS, min_size=1, max_size=4))
def test_each_piece_is_the_window_between_its_cuts(files):
    source = [table(rows) for rows in files]

    pieces = pieces_of(source, BASE, CUTS, "at")

    for piece, (start, end) in zip(pieces, pairwise(CUTS), strict=True):
        alone = window(source, BASE, start=start, end=end, time_column="at")
        assert piece.to_json() == unread(alone)


@given(st.lists(ROWS, min_size=1, max_size=4))
def test_pieces_add_up_to_the_window_over_any_of_them(files):
    source = [table(rows) for rows in files]
    pieces = pieces_of(source, BASE, CUTS, "at")

    for at, start in enumerate(CUTS):
        for end in CUTS[at + 1 :]:
            alone = window(source, BASE, start=start, end=end, time_column="at")
            assert window_within(pieces, BASE, start, end).to_json() == unread(alone)


@given(ROWS)
def test_pieces_are_read_back_as_they_were_kept(rows):
    pieces = counted_pieces([table(rows)], BASE, CUTS, "at")

    kept = json.loads(json.dumps({"pieces": plain_pieces(pieces)}))

    for piece, found in zip(pieces, pieces_in(kept, "pieces", BASE, 3), strict=True):
        assert found is None or found.profile.to_json() == piece.profile.to_json()
        assert (found is None) == (piece.profile.rows == 0)


def test_columns_that_are_missing_changed_or_new_are_told_in_the_piece_that_lacks_them():
    at = [START + timedelta(minutes=30), START + 2 * HOUR]
    source = [
        {"income": [1.0], "kind": ["a"], "at": at[:1]},
        {"kind": [1], "more": ["x"], "at": at[1:]},
    ]

    first, second, third = pieces_of([pa.table(one) for one in source], BASE, CUTS, "at")

    assert (first.problems, first.extra) == ({}, ())
    assert sorted(second.problems) == ["income", "kind"]
    assert second.extra == ("more",)
    assert (third.rows, third.problems) == (0, {})


def test_a_line_that_cannot_be_read_is_of_one_piece(tmp_path):
    """Of the first that holds rows that were read with it."""
    path = tmp_path / "rows.jsonl"
    lines = [
        json.dumps({"income": 1.0, "kind": "a", "at": (START + hours * HOUR).isoformat()})
        for hours in (2, 6)
    ]
    path.write_text("\n".join([lines[0], "{broken", lines[1]]) + "\n")

    pieces = counted_pieces([path], BASE, CUTS, "at", faults=Faults.COUNT)

    assert [piece.unread.total for piece in pieces] == [0, 1, 0]
    assert [piece.profile.unread for piece in pieces] == [0, 1, 0]
    assert [piece.profile.rows for piece in pieces] == [0, 1, 1]
    assert sum(piece.lines for piece in pieces) == 2
    assert "rows.jsonl" in pieces[1].unread.example


def test_a_source_without_the_column_of_times_is_refused():
    with pytest.raises(InvalidData, match="There is no time column at"):
        pieces_of([pa.table({"income": [1.0]})], BASE, CUTS, "at")
