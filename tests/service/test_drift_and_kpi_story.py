"""The endpoint is healthy but the predictions are wrong: drift and KPI timers see it."""

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from shared.domain.event import Check

POLICY = """\
model: loan-default
training_data: train
drift: {window: 7d}
"""


def write_rows(scene, name, center, *, rows=4000, days=7, extra=None):
    """Rows spread over the days before the last midnight, with a normal `income`."""
    generator = np.random.default_rng(7)
    start = scene.clock.now.replace(hour=0) - timedelta(days=days)
    times = [start + timedelta(days=days) * (index / rows) for index in range(rows)]
    columns = {"income": generator.normal(center, 1.0, rows), "time": pa.array(times)}
    path = scene.home / "workspace/inference" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table({**columns, **(extra or {})}), path)
    scene.write("workspace/inference/loan-default.yaml", f"paths: {name}\ntime_column: time\n")


@pytest.fixture
def watched(scene, registered):
    """A model with a baseline of 20 000 standard normal incomes."""
    scene.policy(POLICY)
    scene.model("7", "metrics: {auc: 0.9}\n")
    (scene.home / "workspace/data").mkdir(parents=True)
    table = pa.table({"income": np.random.default_rng(3).normal(0.0, 1.0, 20_000)})
    parquet.write_table(table, scene.home / "workspace/data/train.parquet")
    scene.write("workspace/data/train.yaml", "paths: train.parquet\n")
    scene.send(registered("7"))
    scene.requests.clear()
    return scene


def look(scene, check=Check.DRIFT):
    scene.application.service.fan_out(check)
    scene.drain()
    return scene.last("model/loan-default")


def test_rows_like_the_training_data_pass(watched):
    write_rows(watched, "rows.parquet", 0.0)

    assert look(watched)["verdict"] == "pass"
    assert watched.told() == []


def test_drift_is_told_once_asks_for_one_retraining_and_ends_by_itself(watched):
    watched.clock.advance(timedelta(days=1))
    write_rows(watched, "rows.parquet", 1.5)
    look(watched)
    watched.clock.advance(timedelta(hours=1))
    write_rows(watched, "rows.parquet", 1.5)
    look(watched)

    assert watched.told() == [("PostAlert", "drift")]
    assert [r["data"]["features"] for r in watched.requests] == [["income"]]

    watched.clock.advance(timedelta(days=8))
    write_rows(watched, "rows.parquet", 0.0)
    look(watched)

    assert watched.told()[-1] == ("ResolveAlert", "drift")


def test_an_empty_window_is_inconclusive_and_tells_nobody(watched):
    write_rows(watched, "rows.parquet", 0.0)
    watched.clock.advance(timedelta(days=30))

    decision = look(watched)

    assert decision["verdict"] == "inconclusive"
    assert decision["findings"][0]["sentence"] == (
        "income: the window has no rows, so nothing can be said."
    )
    assert watched.told() == []


def test_few_rows_are_inconclusive_and_say_how_many_would_decide(watched):
    write_rows(watched, "rows.parquet", 0.35, rows=60)

    finding, engine = look(watched)["findings"]

    assert engine["reason"] == "local"
    assert finding["verdict"] == "inconclusive"
    assert finding["n"] == 60
    assert finding["n_needed"] > 60


def test_inference_data_that_is_not_there_is_an_error_in_one_sentence(watched):
    decision = look(watched)

    assert decision["verdict"] == "error"
    assert decision["findings"][0]["sentence"] == (
        "The workspace has no inference data of loan-default."
    )


LATE = timedelta(hours=1)
"""A bucket counts when it has been over for an hour."""


def kpi(scene, recent_rate):
    """Sixty days of approvals at 50 %, the last day at another rate."""
    generator = np.random.default_rng(11)
    lines = ["time,value,weight"]
    for day in range(60, 0, -1):
        rate = recent_rate if day == 1 else 0.5
        time = scene.clock.now - LATE - timedelta(days=day)
        lines.append(f"{time.isoformat()},{generator.binomial(5000, rate)},5000")
    scene.write("workspace/kpis/loan-default/approvals.csv", "\n".join(lines) + "\n")
    scene.policy(POLICY + "kpis: [{name: approvals, limit: 0.05, relative: false}]\n")


def test_a_kpi_within_its_limit_passes(watched):
    kpi(watched, 0.5)

    assert look(watched, Check.KPI)["verdict"] == "pass"
    assert watched.told() == []


def test_a_kpi_that_fell_is_told_and_ends_by_itself(watched):
    kpi(watched, 0.4)
    decision = look(watched, Check.KPI)

    assert decision["verdict"] == "fail"
    assert watched.told() == [("PostAlert", "kpi_changed")]

    watched.clock.advance(timedelta(minutes=10))
    kpi(watched, 0.5)
    look(watched, Check.KPI)

    assert watched.told()[-1] == ("ResolveAlert", "kpi_changed")


def kpi_of(scene, rates, *, weight=2000, limit=0.02):
    """One bucket a day, each with its own rate, up to now."""
    generator = np.random.default_rng(12)
    lines = ["time,value,weight"]
    for back, rate in enumerate(reversed(rates), start=1):
        time = scene.clock.now - LATE - timedelta(days=back)
        lines.append(f"{time.isoformat()},{generator.binomial(weight, rate)},{weight}")
    scene.write("workspace/kpis/loan-default/approvals.csv", "\n".join(lines) + "\n")
    scene.policy(POLICY + f"kpis: [{{name: approvals, limit: {limit}, relative: false}}]\n")


def test_a_kpi_alert_says_since_when_and_by_how_much(watched):
    kpi_of(watched, [0.5] * 60 + [0.44] * 4)

    look(watched, Check.KPI)

    alert = watched.notices[-1]["data"]["alert"]
    began = watched.clock.now - timedelta(days=4)
    assert abs(datetime.fromisoformat(alert["since"]) - began) <= timedelta(days=1)
    assert "approvals fell " in alert["text"]
    assert "where its weeks before let expect" in alert["text"]


def test_a_kpi_with_a_history_too_short_to_watch_is_told_by_its_window_alone(watched):
    kpi_of(watched, [0.5] * 12 + [0.3] * 1, limit=0.05)

    decision = look(watched, Check.KPI)

    assert decision["findings"][0]["verdict"] == "fail"
    assert watched.told() == [("PostAlert", "kpi_changed")]


def test_a_small_lasting_change_below_the_owners_limit_tells_nobody(watched):
    kpi_of(watched, [0.5] * 60 + [0.46] * 20, limit=0.1)

    look(watched, Check.KPI)

    assert watched.told() == []


def test_a_kpi_with_a_wrong_number_is_an_error_that_names_file_and_line(watched):
    kpi(watched, 0.5)
    path = watched.home / "workspace/kpis/loan-default/approvals.csv"
    path.write_text(path.read_text().replace(",5000\n", ",many\n", 1))

    decision = look(watched, Check.KPI)

    assert decision["verdict"] == "error"
    assert (
        "approvals.csv line 2: value and weight must be numbers"
        in (decision["findings"][0]["sentence"])
    )


def days_of(scene, name, centers):
    """A thousand incomes a day up to now, each day with its own centre."""
    generator = np.random.default_rng(21)
    midnight = scene.clock.now.replace(hour=0, minute=0, second=0)
    times, values = [], []
    for back, center in enumerate(reversed(centers), start=1):
        day = midnight - timedelta(days=back)
        times += [day + timedelta(days=index / 1000) for index in range(1000)]
        values.append(generator.normal(center, 1.0, 1000))
    path = scene.home / "workspace/inference" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table({"income": np.concatenate(values), "time": pa.array(times)}), path)
    scene.write("workspace/inference/loan-default.yaml", f"paths: {name}\ntime_column: time\n")


def test_a_small_lasting_shift_that_every_window_hides_is_told_since_the_day_it_began(watched):
    days_of(watched, "rows.parquet", [0.0] * 3 + [0.2] * 4)

    decision = look(watched)

    assert decision["verdict"] == "pass"
    assert watched.told() == [("PostAlert", "drift")]
    [alert] = [a["alert"] for a in decision["actions"] if a["action"] == "PostAlert"]
    midnight = watched.clock.now.replace(hour=0, minute=0, second=0)
    assert alert["since"] == (midnight - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert "income: its values are higher" in alert["text"]


def test_a_day_is_taken_in_once_however_often_one_looks(watched):
    days_of(watched, "rows.parquet", [0.0] * 6 + [0.1])
    look(watched)
    first = watched.application.ledger.state("model/loan-default").state["drift"]
    for _ in range(3):
        watched.clock.advance(timedelta(minutes=5))
        look(watched)

    last = watched.application.ledger.state("model/loan-default").state["drift"]

    assert (last["packed"], last["until"]) == (first["packed"], first["until"])


def test_an_alarm_of_small_shifts_ends_when_the_window_no_longer_shows_it(watched):
    days_of(watched, "rows.parquet", [0.2] * 7)
    look(watched)
    watched.clock.advance(timedelta(days=8))
    days_of(watched, "later.parquet", [0.0] * 8)
    look(watched)

    assert watched.told() == [("PostAlert", "drift"), ("ResolveAlert", "drift")]


def test_a_policy_may_choose_limits_in_two_of_three_windows_instead(watched):
    watched.policy(POLICY.replace("7d}", "7d, alarm: limits, persistence: {failing: 2, of: 3}}"))
    write_rows(watched, "rows.parquet", 1.5)
    look(watched)
    assert watched.told() == []

    watched.clock.advance(timedelta(days=1))
    write_rows(watched, "rows.parquet", 1.5)
    look(watched)

    assert watched.told() == [("PostAlert", "drift")]


def test_between_two_windows_a_look_repeats_the_last_verdict_and_reads_nothing(watched):
    write_rows(watched, "rows.parquet", 0.0)
    look(watched)
    watched.clock.advance(timedelta(hours=3))
    look(watched)
    (watched.home / "workspace/inference/rows.parquet").write_bytes(b"no longer readable")
    watched.clock.advance(timedelta(hours=3))

    [told, noted] = look(watched)["findings"]

    assert (told["verdict"], told["reason"]) == ("pass", "judged_before")
    assert told["sentence"].endswith("The next window ends at 2026-02-04 00:00 UTC.")
    assert noted["reason"] == "too_late"
