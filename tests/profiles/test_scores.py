"""Score profiles: counted from any source, merged by addition, refused with a sentence."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import polars
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import csv, parquet

from shared.errors import InvalidData
from shared.profiles.labels import join_labels
from shared.profiles.scores import score_profile
from shared.statistics.profile import ErrorProfile, ScoreProfile

EDGES = (0.0, 0.25, 0.5, 0.75, 1.0)


def loans(rows=400, seed=1):
    generator = np.random.default_rng(seed)
    score = generator.beta(2, 2, rows)
    return {
        "score": score.tolist(),
        "repaid": (generator.random(rows) < score).astype(int).tolist(),
        "decision": (score > 0.5).astype(int).tolist(),
    }


def counted(rows, **named):
    return score_profile(
        rows, **{"score": "score", "label": "repaid", "prediction": "decision", **named}
    )


def same(one, other):
    """Equal counts, and sums equal to rounding."""
    a, b = one.to_json(), other.to_json()
    exact = {key: value for key, value in a.items() if key not in {"moments", "losses", "errors"}}
    return (
        exact == {key: b[key] for key in exact}
        and np.allclose(one.moments, other.moments, rtol=1e-12)
        and np.allclose(
            getattr(one, "losses", getattr(one, "errors", 0)),
            getattr(other, "losses", getattr(other, "errors", 0)),
            rtol=1e-12,
        )
    )


def test_rows_are_counted_by_label_predicted_class_and_bin():
    rows = {
        "score": [0.1, 0.2, 0.6, 0.9, 0.9],
        "repaid": [0, 1, 1, 1, None],
        "decision": [0, 0, 1, 1, None],
    }

    profile = counted(rows, edges=EDGES)

    assert profile.counts[0, 0].tolist() == [0, 1, 0, 0, 0, 0]
    assert profile.counts[1, 0].tolist() == [0, 1, 0, 0, 0, 0]
    assert profile.counts[1, 1].tolist() == [0, 0, 0, 1, 1, 0]
    assert profile.counts[2, 2].tolist() == [0, 0, 0, 0, 1, 0]
    assert (profile.rows, profile.labelled) == (5, 4)


def test_the_sums_of_losses_are_those_of_the_rows():
    rows = loans()
    s, y = np.array(rows["score"]), np.array(rows["repaid"])
    squared, loss = (s - y) ** 2, -np.log(np.where(y == 1, s, 1 - s))

    expected = [squared.sum(), (squared**2).sum(), loss.sum(), (loss**2).sum()]

    assert counted(rows).losses == pytest.approx(expected, rel=1e-12)


def test_a_score_on_an_edge_belongs_to_the_bin_below_it():
    profile = score_profile({"score": [0.25, 0.2500001]}, score="score", edges=EDGES)

    assert profile.counts.sum(axis=(0, 1)).tolist() == [0, 1, 1, 0, 0, 0]


def test_few_distinct_scores_have_a_bin_each_so_that_no_order_is_lost():
    profile = counted({**loans(), "score": np.round(loans()["score"], 2).tolist()})

    assert not profile.mixed.any()


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
def test_every_kind_of_file_gives_the_counts_of_the_frame(tmp_path, suffix):
    rows = loans()
    path = tmp_path / f"loans.{suffix}"
    table = pa.table(rows)
    if suffix == "parquet":
        parquet.write_table(table, path)
    elif suffix == "csv":
        csv.write_csv(table, path)
    else:
        path.write_text("\n".join(json.dumps(row) for row in table.to_pylist()))

    read = counted(path)

    assert read.counts.tolist() == counted(rows).counts.tolist()
    assert read.fingerprint
    assert counted(polars.DataFrame(rows)).hash == counted(rows).hash


@given(
    st.lists(
        st.tuples(
            st.one_of(st.floats(0, 1), st.none(), st.just(float("nan")), st.floats(-2, 3)),
            st.sampled_from([0, 1, None]),
            st.sampled_from([0, 1, None]),
        ),
        max_size=60,
    ),
    st.integers(0, 60),
    st.integers(0, 60),
)
@settings(max_examples=60)
def test_parts_add_up_to_the_whole_in_any_order_and_grouping(rows, first, second):
    def part(some):
        columns = zip(*some, strict=True) if some else ([], [], [])
        types = (pa.float64(), pa.int64(), pa.int64())
        arrays = [pa.array(list(c), type=t) for c, t in zip(columns, types, strict=True)]
        return counted(pa.table(arrays, names=["score", "repaid", "decision"]), edges=EDGES)

    cuts = sorted((first, second))
    a, b, c = part(rows[: cuts[0]]), part(rows[cuts[0] : cuts[1]]), part(rows[cuts[1] :])
    whole = part(rows)

    assert same(a + b + c, whole)
    assert same(a + (b + c), whole)
    assert (a + b).hash == (b + a).hash
    assert same(part(rows[::-1]), whole)


def test_what_is_written_is_read_back_exactly():
    profile = counted(loans())

    again = ScoreProfile.from_json(json.loads(json.dumps(profile.to_json())))

    assert again.hash == profile.hash


def test_an_error_profile_is_written_and_read_back_exactly():
    profile = score_profile(
        {"p": [1.0, 2.5, 1e300], "y": [1.5, None, -1e300]}, score="p", label="y", task="regression"
    )

    again = ErrorProfile.from_json(json.loads(json.dumps(profile.to_json())))

    assert again.hash == profile.hash


def test_another_version_or_kind_is_refused():
    plain = counted(loans()).to_json()

    with pytest.raises(InvalidData, match="version 9"):
        ScoreProfile.from_json({**plain, "version": 9})
    with pytest.raises(InvalidData, match="score profile"):
        ErrorProfile.from_json(plain)


def test_profiles_of_other_edges_or_classes_do_not_merge():
    one = counted(loans(), edges=EDGES)

    with pytest.raises(InvalidData, match="different edges"):
        one + counted(loans(), edges=(0.5,))
    with pytest.raises(InvalidData, match="different edges"):
        one + counted(loans(), edges=EDGES, positive=0)


@pytest.mark.parametrize(
    ("labels", "positive"),
    [
        ([0, 1, 1], None),
        ([False, True, True], None),
        ([0.0, 1.0, 1.0], None),
        (["false", "True", "true"], None),
        (["bad", "good", "good"], "good"),
        ([2, 3, 3], 3),
        ([1, 0, 0], 0),
    ],
)
def test_labels_may_be_numbers_truths_or_words(labels, positive):
    rows = {"score": [0.1, 0.6, 0.9], "repaid": labels}

    profile = score_profile(rows, score="score", label="repaid", positive=positive, edges=EDGES)

    assert profile.positives.tolist() == [0, 0, 0, 1, 1, 0]
    assert profile.negatives.tolist() == [0, 1, 0, 0, 0, 0]


def test_a_window_may_spell_its_labels_otherwise_than_the_baseline():
    base = counted(loans())
    truths = {**loans(), "repaid": [bool(y) for y in loans()["repaid"]]}

    assert counted(truths, like=base).counts.tolist() == base.counts.tolist()


def test_a_label_that_is_not_a_number_is_unknown():
    rows = {"score": [0.2, 0.3], "repaid": [1.0, float("nan")]}

    assert score_profile(rows, score="score", label="repaid", edges=EDGES).labelled == 1


@pytest.mark.parametrize(
    ("rows", "named", "told"),
    [
        ({"repaid": [0, 1, 2]}, {}, "0, 1, 2.*positive"),
        ({"repaid": [0, 1, 2]}, {"positive": 1}, "two values are expected"),
        ({"repaid": ["a", "b", "c"]}, {"positive": "a"}, "two values are expected"),
        ({"repaid": ["yes", "no", "no"]}, {}, "say with `positive`"),
        ({"repaid": ["yes", "no", "no"]}, {"positive": "ja"}, "two values are expected"),
        ({"repaid": [0, 1, 1]}, {"positive": float("nan")}, "not a value"),
        ({"score": ["a", "b", "c"]}, {}, "score is categorical"),
        ({"score": [True, False, True]}, {}, "score is boolean"),
        ({}, {"score": "p"}, "no column p"),
        ({}, {"label": "outcome"}, "no column outcome"),
        ({}, {"edges": ()}, "edges must rise"),
        ({}, {"edges": (0.5, 0.5)}, "edges must rise"),
        ({}, {"edges": (0.0, float("inf"))}, "not finite"),
        ({}, {"task": "ranking"}, "no task ranking"),
        ({}, {"threshold": 0.5}, "either `prediction` or `threshold`"),
        ({"score": [None, None, None]}, {}, "no usable score"),
        ({"score": [2.0, 3.0, -1.0]}, {}, "no usable score.*between 0 and 1"),
        ({}, {"start": datetime(2026, 1, 1, tzinfo=UTC)}, "time_column"),
        ({}, {"label": "score", "prediction": None}, "two values|say with"),
    ],
)
def test_a_wrong_column_is_told_in_one_sentence(rows, named, told):
    good = {"score": [0.2, 0.4, 0.9], "repaid": [0, 1, 1], "decision": [0, 0, 1]}

    with pytest.raises(InvalidData, match=told):
        counted({**good, **rows}, **named)


def test_a_window_with_a_third_label_is_refused():
    base = counted(loans())

    with pytest.raises(InvalidData, match="two values"):
        counted({**loans(), "repaid": [7] * 400}, like=base)


def test_unusable_scores_are_counted_apart():
    rows = {"score": [0.5, None, float("nan"), 1.5, -0.1, float("inf")]}

    profile = score_profile(rows, score="score", edges=EDGES)

    assert (profile.scored, profile.nulls, profile.nans, profile.outside) == (1, 1, 1, 3)
    assert profile.rows == 6


def test_no_rows_make_an_empty_profile_of_the_baselines_bins():
    base = counted(loans())
    none = pa.table(loans()).slice(0, 0)

    profile = counted(none, like=base)

    assert profile.rows == 0
    assert same(profile + base, counted(loans(), like=base))


def test_a_threshold_gives_the_predicted_class():
    rows = {"score": [0.2, 0.5, 0.9], "repaid": [0, 1, 1]}

    profile = score_profile(rows, score="score", label="repaid", threshold=0.5, edges=EDGES)

    assert profile.counts.sum(axis=2).tolist() == [[1, 0, 0], [0, 2, 0], [0, 0, 0]]


def test_a_window_is_cut_by_time():
    times = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"]
    rows = {"score": [0.2, 0.5, 0.9], "at": times}

    profile = score_profile(
        rows,
        score="score",
        edges=EDGES,
        time_column="at",
        start=datetime(2026, 1, 2, tzinfo=UTC),
    )

    assert profile.rows == 2


def test_errors_of_a_regression_are_summed():
    rows = {"p": [1.0, 2.0, 4.0, None], "y": [2.0, 2.0, None, 1.0]}

    profile = score_profile(rows, score="p", label="y", task="regression", edges=(1.5,))

    assert profile.errors.tolist() == [-1.0, 1.0, 1.0, 1.0]
    assert profile.counts.tolist() == [[1, 1], [0, 1]]
    assert profile.nulls == 1


def test_infinite_predictions_and_labels_are_counted_apart():
    rows = {"p": [1.0, float("inf"), float("nan")], "y": [float("inf"), 1.0, 1.0]}

    profile = score_profile(rows, score="p", label="y", task="regression", edges=(0.0,))

    assert (profile.infinite, profile.nans, profile.unusable_labels) == (1, 1, 1)
    assert profile.labelled == 0


class TestJoin:
    """Labels that arrive later."""

    def test_each_prediction_stays_with_or_without_its_label(self):
        joined = join_labels(
            {"id": [1, 2, 3], "score": [0.1, 0.2, 0.9]},
            {"id": [3, 1], "repaid": [1, 0]},
            key="id",
            label="repaid",
        )

        profile = score_profile(joined, score="score", edges=EDGES)

        assert profile.rows == 3
        assert (profile.labels.rows, profile.labels.labelled) == (3, 2)
        assert profile.positives.tolist() == [0, 0, 0, 0, 1, 0]

    def test_what_does_not_match_one_to_one_is_counted(self):
        joined = join_labels(
            [{"id": [1, 2, 2], "score": [0.1, 0.2, 0.9]}, {"id": [1, None], "score": [0.3, 0.4]}],
            {"id": [1, 1, 2, 2, 8, None], "repaid": [0, 1, 1, 1, 0, 1]},
            key="id",
            label="repaid",
        )

        seen = joined.counts

        assert (seen.orphans, seen.repeated_labels, seen.conflicting_labels) == (1, 2, 1)
        assert (seen.repeated_predictions, seen.without_key) == (2, 1)
        assert joined.parts[0].column("repaid").to_pylist() == [1, 1, 1]

    def test_coverage_is_told_by_age_and_delay(self):
        start = datetime(2026, 1, 1, tzinfo=UTC)
        days = [start + timedelta(days=day) for day in (0, 10, 20, 29)]
        joined = join_labels(
            {"id": [1, 2, 3, 4], "score": [0.1] * 4, "at": days},
            {"id": [1, 2], "repaid": [0, 1], "known": [days[0] + timedelta(days=2), days[2]]},
            key="id",
            label="repaid",
            label_time="known",
        )

        labels = score_profile(
            joined,
            score="score",
            edges=EDGES,
            time_column="at",
            label_time="known",
            as_of=start + timedelta(days=30),
        ).labels

        assert labels.older_than(timedelta(days=7)) == (3, 2)
        assert labels.older_than(timedelta(days=14)) == (2, 2)
        assert labels.delay_at(0.5) == timedelta(days=3)
        assert labels.delay_at(1.0) == timedelta(days=14)

    @pytest.mark.parametrize(
        ("predictions", "labels", "told"),
        [
            ({"x": [1]}, {"id": [1], "repaid": [1]}, "predictions have no column id"),
            ({"id": [1]}, {"id": [1]}, "labels have no column repaid"),
            ({"id": [1]}, {"id": ["1"], "repaid": [1]}, "write both the same way"),
            ({"id": [1], "repaid": [1]}, {"id": [1], "repaid": [1]}, "already have"),
            ({"id": [1]}, [], "No file of labels"),
        ],
    )
    def test_files_that_cannot_be_joined_are_told(self, predictions, labels, told):
        with pytest.raises(InvalidData, match=told):
            join_labels(predictions, labels, key="id", label="repaid")

    def test_no_labels_at_all_leave_every_row_unlabelled(self):
        nothing = pa.table({"id": pa.array([], pa.int64()), "repaid": pa.array([], pa.int64())})
        joined = join_labels({"id": [1, 2], "score": [0.1, 0.2]}, nothing, key="id", label="repaid")

        assert score_profile(joined, score="score", edges=EDGES).labelled == 0
