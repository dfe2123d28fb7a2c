"""What Azure's data collector writes: rows in envelopes, joined by id; what is no rows is told."""

import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.collected import ROW_ID, ROW_TIME, Joined
from shared.errors import InvalidData
from shared.profiles import baseline, window
from shared.profiles.calibrating import windows_of_time
from shared.profiles.compute import window_of_parts
from shared.profiles.joining import join, one_window
from shared.profiles.reading import read_parts
from shared.profiles.sources.unread import Faults, Unread
from shared.profiles.spans import first_rows, rows_between
from shared.profiles.survey import Survey
from shared.statistics.profile import MISSING

EVENTS = Path(__file__).resolve().parents[2] / "samples" / "events"
TEN = datetime(2026, 2, 3, 10, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def sample(name):
    return json.loads((EVENTS / f"mdc_{name}_line.json").read_text())


def line(rows, at=TEN, *, known="c", **more):
    return {
        "specversion": "1.0",
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": rows,
        "correlationid": known,
        **more,
    }


def written(path, *lines):
    path.write_bytes(
        b"".join(
            one if isinstance(one, bytes) else json.dumps(one).encode() + b"\n" for one in lines
        )
    )
    return path


def counted(path):
    """The parts of a file with its faults counted, and a survey of ten to eleven."""
    survey = Survey(start=TEN, end=TEN + HOUR)
    parts = list(survey.noting(read_parts(path, faults=Faults.COUNT)))
    return parts, survey


def test_the_rows_of_a_batched_line_are_known_by_its_id_and_their_place(tmp_path):
    batched = sample("model_inputs_batched")
    [part] = read_parts(written(tmp_path / "i.jsonl", batched))

    assert part.rows == 2
    assert part.column("LIMIT_BAL").to_pylist() == [502970, 293458]
    assert part.column(ROW_ID).to_pylist() == ["test_0", "test_1"]
    assert part.column(ROW_TIME).to_pylist() == [datetime(2024, 3, 5, 18, 16, 25, tzinfo=UTC)] * 2
    assert not {ROW_ID, ROW_TIME} & set(part.names)


def test_a_line_of_the_older_type_is_read_as_well(tmp_path):
    [part] = read_parts(written(tmp_path / "i.jsonl", sample("model_inputs")))

    assert part.column("pattern").to_pylist() == ["aspirin", "trazodone", "citalopram"]
    assert part.column(ROW_ID).to_pylist()[2] == "bbbb1111-cc22-3333-44dd-555555eeeeee_2"


def test_an_id_or_a_time_among_the_rows_own_columns_hides_neither(tmp_path):
    row = {"time": "noon", "correlationid": 5, "x": 1.0}
    [part] = read_parts(written(tmp_path / "i.jsonl", line([row])), faults=Faults.COUNT)

    assert part.column("time").to_pylist() == ["noon"]
    assert part.column(ROW_TIME).to_pylist() == [TEN]
    assert part.column(ROW_ID).to_pylist() == ["c_0"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (sample("request"), "payload"),
        (sample("response"), "payload"),
        (sample("binary_reference"), "elsewhere"),
        ({"specversion": "1.0", "time": "2026-02-03T10:00:00Z", "dataref": "p"}, "elsewhere"),
        ({"specversion": "1.0", "time": "2026-02-03T10:00:00Z"}, "empty"),
        (line([{"x": 1}], time="soon"), "untimed"),
        (line([{"x": 1}], time=None), "untimed"),
        (b'{"specversion": "1.0", "data"\n', "broken"),
        (b"[1, 2]\n", "broken"),
        (b"\xff\xfe\n", "broken"),
        (b'{"specversion": "1.0", "da', "truncated"),
    ],
)
def test_a_line_that_holds_no_rows_is_counted_by_its_reason_and_the_others_are_read(
    tmp_path, content, why
):
    parts, survey = counted(written(tmp_path / "i.jsonl", line([{"x": 1}]), content))

    assert survey.unread.counts == {why: 1}
    assert survey.unread.example.startswith("i.jsonl line 2 (")
    assert (sum(part.rows for part in parts), survey.rows) == (1, 1)


def test_an_example_names_keys_and_no_value(tmp_path):
    _, survey = counted(
        written(tmp_path / "i.jsonl", line("secret", datainblob="true", dataref="secret"))
    )

    assert survey.unread.example == (
        "i.jsonl line 1 (keys correlationid, data, datainblob, dataref, specversion, time)"
    )


def test_a_whole_last_line_counts_although_no_newline_follows_yet(tmp_path):
    _, survey = counted(written(tmp_path / "i.jsonl", json.dumps(line([{"x": 1}])).encode()))

    assert (survey.rows, survey.unread.total) == (1, 0)


def test_an_empty_file_has_no_rows_and_no_fault(tmp_path):
    parts, survey = counted(written(tmp_path / "i.jsonl"))

    assert (sum(part.rows for part in parts), survey.rows, survey.unread) == (0, 0, Unread())
    assert (survey.first, survey.last, survey.columns()) == (None, None, {})


def test_what_a_model_was_trained_on_may_have_no_broken_line(tmp_path):
    path = written(tmp_path / "i.jsonl", line([{"x": 1}]), b"{broken\n")

    with pytest.raises(InvalidData, match="line 2 is not JSON"):
        baseline(path)


def test_a_window_is_cut_by_the_envelopes_time_and_counts_what_it_could_not_read(tmp_path):
    base = baseline({"x": [0.0, 1.0, 2.0]})
    path = written(
        tmp_path / "i.jsonl",
        line([{"x": 1.0}] * 2, TEN),
        line([{"x": 1.0}], TEN - MINUTE),
        line([{}], TEN + MINUTE),
        b"{broken\n",
    )

    cut = window_of_parts(
        read_parts(path, faults=Faults.COUNT),
        base,
        start=TEN,
        end=TEN + HOUR,
        time_column=ROW_TIME,
    )

    assert (cut.rows, cut.unread, cut.columns["x"].nulls) == (3, 1, 1)
    [hour] = windows_of_time(
        path, base, HOUR, ROW_TIME, start=TEN, end=TEN + HOUR, faults=Faults.COUNT
    )
    assert hour.rows == 3


def test_a_survey_knows_when_a_column_held_its_last_value_and_how_many_rows_came_after(tmp_path):
    lines = [
        line([{"x": 1.0, "y": None if minute >= 20 else 2.0}], TEN + minute * MINUTE)
        for minute in range(40)
    ]
    _, survey = counted(written(tmp_path / "i.jsonl", *lines[::-1]))

    columns = survey.columns()
    assert (columns["x"].rows, columns["x"].after) == (40, 0)
    assert (columns["y"].rows, columns["y"].last, columns["y"].after) == (
        20,
        TEN + 19 * MINUTE,
        20,
    )
    assert (survey.first, survey.last) == (TEN, TEN + 39 * MINUTE)
    assert survey.rows_between(TEN, TEN + 10 * MINUTE) == 10


def surveys(tmp_path, inputs, outputs):
    return counted(written(tmp_path / "i.jsonl", *inputs))[1], (
        counted(written(tmp_path / "o.jsonl", *outputs))[1]
    )


def test_inputs_and_outputs_join_by_id_and_place_also_across_the_border(tmp_path):
    inputs, outputs = surveys(
        tmp_path,
        [
            line([{"x": 1}] * 3, known="a"),
            line([{"x": 1}], TEN + HOUR - MINUTE, known="border"),
            line([{"x": 1}], known="a"),
            line([{"x": 1}], known=None),
        ],
        [
            line([{"p": 1}] * 2, known="a"),
            line([{"p": 1}], TEN + HOUR, known="border"),
            line([{"p": 1}], known="stranger"),
        ],
    )

    assert join(inputs, outputs) == Joined(
        inputs=6,
        outputs=3,
        with_outputs=4,
        with_inputs=2,
        repeated_inputs=1,
        without_id=1,
    )


ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 3)), max_size=8)


@settings(max_examples=40, deadline=None)
@given(inputs=ROWS, outputs=ROWS)
def test_the_join_counts_as_a_dictionary_of_all_ids_would(tmp_path_factory, inputs, outputs):
    folder = tmp_path_factory.mktemp("collected")
    asked, answered = surveys(
        folder,
        [line([{"x": 1}] * rows, known=f"k{known}") for known, rows in inputs],
        [line([{"p": 1}] * rows, known=f"k{known}") for known, rows in outputs],
    )
    left = [(known, place) for known, rows in inputs for place in range(rows)]
    right = [(known, place) for known, rows in outputs for place in range(rows)]

    joined = join(asked, answered)

    assert joined.with_outputs == sum(one in set(right) for one in left)
    assert joined.with_inputs == sum(one in set(left) for one in right)
    assert joined.repeated_inputs == len(left) - len(set(left))


def test_a_column_comes_from_the_outputs_where_the_inputs_lack_it(tmp_path):
    base = baseline({"x": [0.0, 1.0, 2.0], "p": [0.1, 0.2, 0.3], "code": ["a", "b", "a"]})
    inputs = window(written(tmp_path / "i.jsonl", line([{"x": 1.0, "new": 1}] * 3)), base)
    outputs = window(written(tmp_path / "o.jsonl", line([{"p": 0.2, "label": 1}] * 2)), base)

    both = one_window(inputs, outputs)

    assert (both.columns["x"].n, both.columns["p"].n) == (3, 2)
    assert both.problems == {"code": MISSING}
    assert both.extra == ("label", "new")
    assert both.rows == 3


def test_a_prediction_of_another_type_is_told_as_that_and_not_as_missing(tmp_path):
    base = baseline({"x": [0.0, 1.0, 2.0], "p": [0.1, 0.2, 0.3]})
    inputs = window(written(tmp_path / "i.jsonl", line([{"x": 1.0}])), base)
    outputs = window(written(tmp_path / "o.jsonl", line([{"p": "high"}])), base)

    both = one_window(inputs, outputs)

    assert list(both.columns) == ["x"]
    assert both.problems["p"].startswith("changed its type")


def test_without_outputs_the_window_is_that_of_the_inputs(tmp_path):
    base = baseline({"x": [0.0, 1.0, 2.0], "p": [0.1, 0.2, 0.3]})
    inputs = window(written(tmp_path / "i.jsonl", line([{"x": 1.0}])), base)
    nothing = window(written(tmp_path / "o.jsonl"), base)

    assert one_window(inputs, nothing).problems == {"p": MISSING}
    assert one_window(nothing, inputs).columns["x"].n == 1


def test_rows_are_never_held_all_at_once(tmp_path):
    """A survey keeps some bytes a row; rows themselves are there a part at a time."""
    base = baseline({f"x{n}": np.random.default_rng(5).normal(size=100) for n in range(10)})
    rows = [{f"x{n}": 0.123456 + n for n in range(10)}] * 100
    path = written(tmp_path / "i.jsonl", *(line(rows, known=f"k{n}") for n in range(200)))
    peaks = []
    for rows_at_once in (1_000, 20_000):
        survey = Survey(start=TEN, end=TEN + HOUR)
        parts = survey.noting(read_parts(path, rows_at_once=rows_at_once, faults=Faults.COUNT))
        tracemalloc.start()
        found = window_of_parts(parts, base, start=TEN, end=TEN + HOUR, time_column=ROW_TIME)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (found.rows, survey.rows) == (20_000, 20_000)

    assert peaks[0] < peaks[1] / 4


def test_rows_of_a_span_come_in_the_order_of_time_whatever_file_they_lie_in(tmp_path):
    paths = [
        written(tmp_path / "b.jsonl", line([{"p": 3, "q": 0}], TEN + 2 * MINUTE)),
        written(tmp_path / "a.jsonl", line([{"p": 1}], TEN), line([{"p": 9}], TEN + HOUR)),
        written(tmp_path / "c.jsonl", line([{"p": 2.5}], TEN + MINUTE)),
    ]
    parts = read_parts(paths, rows_at_once=1, faults=Faults.COUNT)

    table = rows_between(parts, ["p"], time_column=ROW_TIME, start=TEN, end=TEN + HOUR)

    assert table.column("p").to_pylist() == [1.0, 2.5, 3.0]
    assert table.column_names == ["p", ROW_TIME]
    nothing = rows_between([], ["p"], time_column=ROW_TIME, start=TEN, end=TEN + HOUR)
    assert nothing.num_rows == 0


def test_a_column_that_changes_its_type_on_the_way_is_refused(tmp_path):
    path = written(tmp_path / "a.jsonl", line([{"p": 1}], TEN), line([{"p": "high"}], TEN))

    with pytest.raises(InvalidData, match="changes a column's type"):
        rows_between(
            read_parts(path, rows_at_once=1),
            ["p"],
            time_column=ROW_TIME,
            start=TEN,
            end=TEN + HOUR,
        )


@pytest.mark.parametrize(
    ("least", "rows", "end"),
    [(5, 30, 30), (30, 30, 30), (31, 40, 40), (45, 50, 50), (60, 60, 60), (61, None, None)],
)
def test_the_first_rows_are_those_of_a_span_or_of_so_many_periods_more(tmp_path, least, rows, end):
    """One row a minute for an hour; a span of thirty minutes, periods of ten."""
    path = written(tmp_path / "a.jsonl", *(line([{"p": n}], TEN + n * MINUTE) for n in range(60)))
    came = rows_between(read_parts(path), ["p"], time_column=ROW_TIME, start=TEN, end=TEN + HOUR)

    found = first_rows(came, ROW_TIME, TEN + 30 * MINUTE, 10 * MINUTE, least)

    assert (None if found is None else found[0].num_rows) == rows
    assert found is None or found[1] == TEN + end * MINUTE


def test_since_when_rows_came_without_a_gap(tmp_path):
    def since(*minutes, until=60):
        path = tmp_path / "a.jsonl"
        written(path, *(line([{"x": 1}], TEN + n * MINUTE) for n in minutes))
        _, survey = counted(path)
        found = survey.steady_since(10 * MINUTE, TEN + until * MINUTE)
        return None if found is None else (found - TEN) // MINUTE

    assert since(5, 12, 20, 25) == 0
    assert since(15, 20, 25) == 15
    assert since(1, 20, 25, 50) == 50
    assert since(1, 20, 25, 50, until=40) == 20
    assert since(50, until=40) is None
    assert since() is None


def test_small_files_that_follow_each_other_are_read_as_one_and_a_missing_one_is_named(tmp_path):
    paths = [written(tmp_path / f"{n}.jsonl", line([{"x": float(n)}] * 2)) for n in range(5)]

    parts = list(read_parts(paths))
    mixed = list(read_parts([*paths[:2], {"x": [1.0]}, *paths[2:]]))

    assert [part.rows for part in parts] == [10]
    assert sum(part.share for part in parts) == pytest.approx(1.0)
    assert [part.rows for part in mixed] == [4, 1, 6]
    with pytest.raises(InvalidData, match=r"gone\.jsonl does not exist"):
        list(read_parts([*paths, tmp_path / "gone.jsonl"]))
