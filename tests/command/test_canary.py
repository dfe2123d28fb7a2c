"""`driftgate canary` on files, as a release engineer or a pipeline runs it."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "canary"
CONTROL, EXPERIMENT = SAMPLE / "control.csv", SAMPLE / "experiment.csv"
CONFIG = SAMPLE / "canary.yaml"


def written(path, text):
    path.write_text(text)
    return path


def latencies(path, centre, n=60, groups=None):
    values = np.random.default_rng(int(centre)).normal(centre, 4.0, n)
    parquet.write_table(pa.table({"latency_ms": values}), path, row_group_size=groups)
    return path


def test_the_sample_fails_by_its_errors_and_by_latency_that_the_median_does_not_show(run):
    done = run("canary", CONTROL, EXPERIMENT, "--config", CONFIG)

    assert done.returncode == 2
    assert done.stderr == ""
    assert "errors failed and is critical" in done.stdout
    assert "129 in 21 465 requests, the control's 30 in 21 407" in done.stdout
    assert "spread 2.98 times as wide" in done.stdout
    assert "Not judged: minute." in done.stdout


def test_parquet_is_judged_as_csv_is(run, tmp_path):
    for file in (CONTROL, EXPERIMENT):
        parquet.write_table(csv.read_csv(file), tmp_path / f"{file.stem}.parquet")

    of_csv = run("canary", CONTROL, EXPERIMENT, "--config", CONFIG, "--json")
    of_parquet = run(
        "canary",
        tmp_path / "control.parquet",
        tmp_path / "experiment.parquet",
        "--config",
        CONFIG,
        "--json",
    )

    assert of_csv.stdout == of_parquet.stdout


@pytest.mark.parametrize(
    ("centre", "n", "code", "verdict"),
    [(100.0, 60, 0, "pass"), (140.0, 60, 2, "fail"), (140.0, 3, 4, "inconclusive")],
)
def test_canary_exits_by_its_verdict(run, tmp_path, centre, n, code, verdict):
    control = latencies(tmp_path / "control.parquet", 100.0)
    experiment = latencies(tmp_path / "experiment.parquet", centre, n)

    done = run("canary", control, experiment, "--json")

    assert done.returncode == code
    result = json.loads(done.stdout)
    assert result["verdict"] == verdict
    [metric] = result["metrics"]
    assert {"name", "verdict", "reason", "sentence", "effects", "n_needed"} <= metric.keys()
    assert metric["n_experiment"] == n


def test_a_look_before_the_last_is_stricter(run, tmp_path):
    control = latencies(tmp_path / "control.parquet", 100.0)
    experiment = latencies(tmp_path / "experiment.parquet", 113.0)

    early = run("canary", control, experiment, "--look", 1, "--looks", 4, "--json")
    last = run("canary", control, experiment, "--look", 4, "--looks", 4, "--json")

    widths = [
        (effect := json.loads(done.stdout)["metrics"][0]["effects"][0])["high"] - effect["low"]
        for done in (early, last)
    ]
    assert widths[0] > widths[1]


def test_a_wrong_key_is_a_fault_in_one_sentence(run, tmp_path):
    file = written(tmp_path / "canary.yaml", "metrics: {m: {criticl: true}}")

    done = run("canary", CONTROL, EXPERIMENT, "--config", file)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "canary.yaml: metrics.m.criticl is not a known key; write critical.\n"


@pytest.mark.parametrize(
    ("control", "experiment", "config", "sentence"),
    [
        ("m\n1\n", "m\n1\n", "metrics: {n: }", "metrics.n is on neither side; there are m.\n"),
        ("m\n1\n", "m\nfast\n", None, "m holds text, not numbers; correct its values.\n"),
        ("m\nslow\n", "m\nfast\n", "metrics: {m: }", "m holds text, not numbers"),
        ("m\n1\n", None, None, "does not exist"),
    ],
)
def test_data_that_cannot_be_judged_are_a_fault_in_one_sentence(
    run, tmp_path, control, experiment, config, sentence
):
    arguments = [written(tmp_path / "control.csv", control), tmp_path / "experiment.csv"]
    if experiment is not None:
        written(tmp_path / "experiment.csv", experiment)
    if config is not None:
        arguments += ["--config", written(tmp_path / "canary.yaml", config)]

    done = run("canary", *arguments)

    assert done.returncode == 3
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("rows", ["", "inf\n5\n"])
def test_a_side_that_tells_nothing_is_inconclusive(run, tmp_path, rows):
    control = written(tmp_path / "control.csv", "m\n" + "5\n7\n" * 30)
    experiment = written(tmp_path / "experiment.csv", "m\n" + rows)

    done = run("canary", control, experiment)

    assert done.returncode == 4
    assert "inconclusive" in done.stdout


def test_what_holds_nothing_up_is_told_too(run, tmp_path):
    control = latencies(tmp_path / "control.parquet", 100.0)
    config = written(tmp_path / "c.yaml", "metrics: {latency_ms: , gone: {muted: true}}")
    table = parquet.read_table(control)
    both = tmp_path / "both.parquet"
    parquet.write_table(table.append_column("gone", pa.nulls(len(table), pa.float64())), both)

    done = run("canary", both, control, "--config", config, "--look", 2, "--looks", 3)

    assert done.returncode == 0
    assert "muted The experiment has no gone" in done.stdout
    assert "Spread or tails not decided, which does not hold up a pass: latency_ms." in done.stdout
    assert "98 %, over all 3 looks (this is 2)" in done.stdout


def test_a_metric_that_only_the_control_has_is_told(run, tmp_path):
    control = written(tmp_path / "control.csv", "m,gone\n" + "5,1\n7,2\n" * 30)
    experiment = written(tmp_path / "experiment.csv", "m\n" + "5\n7\n" * 30)

    done = run("canary", control, experiment)

    assert done.returncode == 4
    assert "The experiment has no gone" in done.stdout


def test_texts_beside_the_metrics_are_told_as_not_judged(run, tmp_path):
    data = written(tmp_path / "both.csv", "pod,m\n" + "a,5\nb,7\n" * 30)

    done = run("canary", data, data, "--json")

    assert json.loads(done.stdout)["not_judged"] == ["pod"]


def test_every_row_group_of_a_large_file_is_read(run, tmp_path):
    n = (1 << 20) + 10
    control = latencies(tmp_path / "control.parquet", 100.0, n, groups=1 << 18)

    done = run("canary", control, control, "--json")

    assert json.loads(done.stdout)["metrics"][0]["n_control"] == n
