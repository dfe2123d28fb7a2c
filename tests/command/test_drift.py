"""`driftgate drift` on files, as a person or a program runs it."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet


def rows(path, center, n=3000, seed=0):
    values = np.random.default_rng(seed).normal(center, 1.0, n)
    parquet.write_table(pa.table({"income": values}), path)
    return path


@pytest.mark.parametrize(
    ("center", "n", "code", "verdict"),
    [(0.0, 3000, 0, "pass"), (2.0, 3000, 2, "fail"), (0.5, 40, 4, "inconclusive")],
)
def test_drift_exits_by_its_verdict(run, tmp_path, center, n, code, verdict):
    base = rows(tmp_path / "base.parquet", 0.0, n=20_000, seed=1)
    current = rows(tmp_path / "current.parquet", center, n=n)

    done = run("drift", base, current, "--json")

    assert done.returncode == code
    result = json.loads(done.stdout)
    assert result["verdict"] == verdict
    [column] = result["columns"]
    assert {"name", "kind", "n", "missing", "verdict", "distances"} <= column.keys()
    assert column["distances"]["psi"].keys() == {
        "estimate",
        "low",
        "high",
        "limit",
        "verdict",
        "n_needed",
        "p_value",
        "bins",
        "binning_error",
    }
    assert {"jensen_shannon", "kolmogorov_smirnov", "wasserstein_normed"} < column[
        "distances"
    ].keys()
    assert column["distances"]["chi_squared"]["verdict"] is None
    assert 0 <= column["distances"]["chi_squared"]["p_value"] <= 1
    assert column["detectable"]["psi"] > 0.2


def test_drift_writes_a_report_that_needs_nothing_from_outside(run, tmp_path):
    base = rows(tmp_path / "base.parquet", 0.0)
    current = rows(tmp_path / "current.parquet", 2.0, seed=1)
    report = tmp_path / "reports" / "drift.html"

    done = run("drift", base, current, "--report", report)

    html = report.read_text()
    assert done.returncode == 2
    assert "income" in html
    assert "http" not in html.replace("http-equiv", "")


def test_drift_of_a_file_that_cannot_be_read_is_a_fault(run, tmp_path):
    (tmp_path / "base.parquet").write_bytes(b"nonsense")

    done = run("drift", tmp_path / "base.parquet", tmp_path / "base.parquet")

    assert done.returncode == 3
    assert "base.parquet cannot be read as parquet" in done.stderr


def days(path, shifts, *, start=datetime(2026, 1, 5, tzinfo=UTC), rows_a_day=400, seed=0):
    """One normal column with a time, its mean moved by so many deviations on each day."""
    random = np.random.default_rng(seed)
    values = np.concatenate([random.normal(shift, 1.0, rows_a_day) for shift in shifts])
    step = timedelta(days=1) / rows_a_day
    times = [start + number * step for number in range(len(values))]
    parquet.write_table(pa.table({"income": values, "at": times}), path)
    return path


def test_windows_in_a_row_say_since_when_the_data_changed(run, tmp_path):
    base = days(tmp_path / "base.parquet", [0.0] * 28, seed=1)
    later = datetime(2026, 2, 2, tzinfo=UTC)
    current = days(tmp_path / "now.parquet", [0.0] * 6 + [0.3] * 4, start=later, seed=2)

    done = run("drift", base, current, "--every", "1d", "--time-column", "at", "--json")

    assert done.returncode == 2
    result = json.loads(done.stdout)
    history = result["history"]
    assert history["verdict"] == "fail"
    assert history["alarm"]["began"] == 6
    assert history["alarm"]["raised"] in {6, 7}
    assert [column["name"] for column in history["alarm"]["columns"]] == ["income"]
    assert history["windows"][6]["start"] == "2026-02-08T00:00:00Z"
    assert [window["rows"] for window in history["windows"]] == [400] * 10
    assert result["columns"][0]["verdict"] == "pass"


def test_windows_of_rows_without_a_change_raise_no_alarm(run, tmp_path):
    base = rows(tmp_path / "base.parquet", 0.0, n=20_000, seed=1)
    current = rows(tmp_path / "now.parquet", 0.0, n=4_000, seed=2)
    report = tmp_path / "drift.html"

    done = run("drift", base, current, "--every", "500", "--report", report)

    assert (done.returncode, done.stderr) == (0, "")
    assert "No alarm in 8 windows" in done.stdout
    assert "No alarm in 8 windows" in report.read_text()


def test_a_report_of_several_windows_shows_the_alarm_and_the_rows_of_after_it(run, tmp_path):
    base = rows(tmp_path / "base.parquet", 0.0, n=20_000, seed=1)
    current = tmp_path / "now.parquet"
    random = np.random.default_rng(3)
    moved = np.concatenate([random.normal(0, 1, 2_000), random.normal(1, 1, 1_000)])
    parquet.write_table(pa.table({"income": moved}), current)
    report = tmp_path / "drift.html"

    done = run("drift", base, current, "--every", "500", "--report", report)

    html = report.read_text()
    assert done.returncode == 2
    assert "Alarm in window 5 of 6: the data changed with window 5." in html
    assert "1000 rows from window 5 on against 20 000 of base.parquet" in html
    assert html.count("<svg") == 2


def test_a_period_without_a_time_column_is_told(run, tmp_path):
    base = rows(tmp_path / "base.parquet", 0.0)

    done = run("drift", base, base, "--every", "7d")

    assert done.returncode == 3
    assert done.stderr == "Windows of 7d need --time-column, the column of the rows' times.\n"


def test_a_baseline_too_short_to_learn_from_leaves_the_windows_unwatched(run, tmp_path):
    base = days(tmp_path / "base.parquet", [0.0] * 5, seed=1)
    current = days(tmp_path / "now.parquet", [0.0] * 3, seed=2)

    done = run("drift", base, current, "--every", "1d", "--time-column", "at", "--json")

    assert done.returncode == 4
    assert json.loads(done.stdout)["history"]["sentence"] == (
        "No alarm is possible: The baseline gives 5 chunks with rows; 10 are needed to know how "
        "much unchanged windows differ."
    )


def test_a_baseline_kept_as_a_file_gives_the_same_verdicts_and_alarm(run, tmp_path):
    base = days(tmp_path / "base.parquet", [0.0] * 28, seed=1)
    later = datetime(2026, 2, 2, tzinfo=UTC)
    current = days(tmp_path / "now.parquet", [0.0] * 3 + [0.5] * 3, start=later, seed=2)
    windows = ("--every", "1d", "--time-column", "at")

    made = run("profile", base, tmp_path / "base.json", *windows)
    from_file = run("drift", tmp_path / "base.json", current, *windows, "--json")
    from_data = run("drift", base, current, *windows, "--json")

    assert made.returncode == 0
    assert "1 columns of 11200 rows" in made.stdout
    assert from_file.returncode == 2
    assert json.loads(from_file.stdout) == json.loads(from_data.stdout)


def test_rows_that_repeat_in_columns_that_must_be_unique_fail(run, tmp_path):
    base = rows(tmp_path / "base.parquet", 0.0, n=20_000, seed=1)
    random = np.random.default_rng(2)
    twice = np.repeat(random.normal(size=1_000), 2)
    parquet.write_table(pa.table({"income": twice}), tmp_path / "now.parquet")

    done = run("drift", base, tmp_path / "now.parquet", "--unique", "income", "--json")
    absent = run("drift", base, tmp_path / "now.parquet", "--unique", "id")

    assert done.returncode == 2
    told = {each["check"]: each for each in json.loads(done.stdout)["quality"]}
    assert told["duplicates"]["sentence"].startswith("1000 of 2000 rows repeat another one")
    assert absent.stderr.startswith("There is no column id to tell rows apart by")


def test_columns_that_no_longer_hang_together_fail_when_asked_for(run, tmp_path):
    for name, sign, seed in (("base", 1.0, 1), ("now", -1.0, 2)):
        random = np.random.default_rng(seed)
        a, noise = random.normal(size=(2, 6_000))
        table = pa.table(
            {"a": a, "b": 0.9 * sign * a + 0.4 * noise, "c": random.normal(size=6_000)}
        )
        parquet.write_table(table, tmp_path / f"{name}.parquet")
    files = (tmp_path / "base.parquet", tmp_path / "now.parquet")

    alone = run("drift", *files, "--json")
    together = run("drift", *files, "--together")

    assert alone.returncode == 0
    assert json.loads(alone.stdout)["together"] is None
    assert together.returncode == 2
    assert "a with b" in together.stdout
