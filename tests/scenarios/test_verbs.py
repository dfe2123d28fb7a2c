"""What each sentence does that no scenario of the suite is about."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import InvalidScenario
from shared.scenarios import play
from shared.scenarios.figures import Figure, FigureLog, Kind
from shared.scenarios.load import LoadLog
from shared.scenarios.rows import Column, RowLog, Rows
from shared.scenarios.workspace import WorkspaceFiles

WORLD = "endpoint churn-endpoint\n  deployment blue carries churn:6 since 30 days, traffic 100\n"
POLICY = "policy\n  model: churn\n  endpoint: churn-endpoint\n"
TUESDAY = datetime(2026, 2, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


def holds(script, text):
    played = play(script(text))
    return [failure.spelled() for failure in played.failures]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "endpoint churn-endpoint\n  deployment blue is there since 2 days, traffic 100\n"
            "  deployment green is there since 2 days, is failed\n"
            "at 01:00 deployment_failed fires of green\n",
            id="What was there before may be in any state.",
        ),
        pytest.param(
            WORLD + "from 00:00 until 00:30 no events arrive\n"
            "at 00:01 deployment green fails\n"
            "until 00:09 expect nothing\n"
            "at 00:10 expect alert deployment_failed of green\n",
            id="Where no events arrive, the timer comes first.",
        ),
        pytest.param(
            WORLD + "from 00:00 until 00:30 events arrive 5 min late\n"
            "at 00:01 deployment green fails, told 3 times\n"
            "at 00:06 expect alert deployment_failed of green\n",
            id="Late is late, three times as well as once.",
        ),
        pytest.param(
            POLICY + "  routing: {changes: planned}\n" + WORLD + "at 01:00 anna@example.org plans "
            'traffic none until 03:00 because "maintenance"\n'
            "at 02:01 traffic none\nat 02:30 expect verdict pass of traffic_change\n"
            "at 02:30 nothing fires\n",
            id="A plan may begin at once.",
        ),
        pytest.param(
            POLICY + WORLD + "requests 40 a minute to blue, latency 100 ms\n"
            "from 01:00 until 02:00 requests may not be read\n"
            "at 01:30 expect verdict inconclusive of observed_share for blue\n"
            "at 02:30 expect verdict pass of observed_share for blue\n",
            id="One way to read may be refused alone.",
        ),
        pytest.param(
            POLICY + WORLD + "from 01:00 until 01:20 health do not answer\n"
            "at 01:10 expect verdict pass of routing for blue\nat 02:00 nothing fires\n",
            id="One way to read may be away alone.",
        ),
        pytest.param(
            "policy\n  model: churn\n  batch: [{endpoint: nightly, every: 1d, grace: 2h}]\n"
            "batch jobs of nightly have completed each day at 02:00 for 3 days\n"
            "at 01:00 batch job a of nightly starts\nat 01:05 batch job a is cancelled\n"
            "at 01:06 expect verdict inconclusive of batch\n",
            id="A cancelled run is one that somebody cancelled.",
        ),
    ],
)
def test_the_sentence_does_what_it_says(script, text):
    assert holds(script, text) == []


def test_files_beside_the_scenario_are_read_as_they_are(script, tmp_path):
    (tmp_path / "churn.yaml").write_text(
        "model: churn\nendpoint: churn-endpoint\nrouting: {grace: 1h}\n"
    )
    (tmp_path / "green.log").write_text("ModuleNotFoundError: No module named 'lightgbm'\n")
    event = {
        "eventType": "Microsoft.MachineLearningServices.ModelRegistered",
        "id": "1",
        "topic": "t",
        "subject": "models/pricing:1",
        "eventTime": "2026-02-03T00:10:00Z",
        "data": {"ModelName": "pricing", "ModelVersion": 1},
    }
    (tmp_path / "registered.json").write_text(json.dumps([event]))

    assert (
        holds(
            script,
            "policy churn.yaml\n" + WORLD + "at 00:05 deployment green succeeds\n"
            "at 00:10 payload registered.json arrives\n"
            "at 00:10 expect alert policy_missing of pricing\n"
            "at 01:05 expect alert no_traffic of green\n"
            "at 01:10 deployment green logs green.log\n"
            "at 01:11 deployment green fails\n"
            'at 01:11 expect alert deployment_failed of green "lightgbm"\n'
            "at 01:11 expect resolve no_traffic of green\n",
        )
        == []
    )


def test_data_beside_the_scenario_is_what_a_model_was_trained_on(script, tmp_path):
    (tmp_path / "customers.csv").write_text("income\n" + "\n".join(map(str, range(100))) + "\n")
    text = (
        POLICY + "data customers\n  paths: [customers.csv]\n"
        "at 00:05 model churn:7 is registered, trained on customers\n"
        "at 00:06 expect verdict pass of baseline\n"
        "between 00:05 and 00:06 expect request promotion of churn:7\n"
    )

    assert holds(script, text) == []


def test_a_file_of_the_workspace_can_be_written_and_none_outside_of_it(script):
    text = "workspace file models/churn/7.yaml\n  tags: {owner: risk}\nat 01:00 nothing fires\n"

    played = play(script(POLICY + text.replace("nothing fires", "expect request promotion of x:1")))
    assert any("churn:7" in f.sentence for d in played.decided for f in d.findings)
    with pytest.raises(InvalidScenario, match="leaves the workspace's folder"):
        play(script(POLICY + text.replace("models/churn/7.yaml", "../outside.yaml")))


def written(path):
    return [line.split(",") for line in path.read_text().splitlines()[1:]]


def test_figures_are_written_when_their_hour_is_over_with_the_noise_of_their_kind(tmp_path):
    log = FigureLog(WorkspaceFiles(tmp_path / "workspace"))
    log.set(("m", "share", None), Figure(kind=Kind.SHARE, value=0.5, of=100), TUESDAY)
    log.set(("m", "count", None), Figure(kind=Kind.COUNT, value=100), TUESDAY)
    log.set(("m", "mean", "blue"), Figure(kind=Kind.MEAN, value=100, of=25), TUESDAY)
    for minutes in (30, 59, 60, 200 * 60):
        log.extend(TUESDAY + timedelta(minutes=minutes))
    folder = tmp_path / "workspace/kpis/m"
    share, count, mean = (written(folder / f"{name}.csv") for name in ("share", "count", "mean"))

    assert [len(rows) for rows in (share, count, mean)] == [200, 200, 200]
    assert sum(float(row[1]) for row in share) / 200 == pytest.approx(50, abs=2)
    assert {row[2] for row in share} == {"100"}
    assert sum(float(row[1]) for row in count) / 200 == pytest.approx(100, abs=4)
    assert sum(float(row[1]) for row in mean) / 200 == pytest.approx(100, abs=2)
    assert {row[3] for row in mean} == {"blue"}


def test_rows_come_in_the_folder_of_their_hour_each_once_with_inputs_and_answers(tmp_path):
    log = RowLog(WorkspaceFiles(tmp_path / "workspace"), TUESDAY)
    income, score = (Column(name=name, mean=1.0, deviation=0.1) for name in ("income", "score"))
    log.set("e", "blue", Rows(an_hour=60, inputs=(income,), outputs=(score,)))
    for minutes in (10, 10, 75, 120):
        log.extend(TUESDAY + timedelta(minutes=minutes))
    log.set("e", "blue", None)
    log.extend(TUESDAY + 5 * HOUR)
    folder = tmp_path / "workspace/inference/e/blue"
    inputs = sorted(folder.glob("model_inputs/2026/02/03/*/i1.jsonl"))
    lines = [json.loads(line) for path in inputs for line in path.read_text().splitlines()]

    assert [path.parent.name for path in inputs] == ["00", "01"]
    assert len({line["correlationid"] for line in lines}) == len(lines) == 120
    assert list(lines[0]["data"][0]) == ["income"]
    assert len(list(folder.glob("model_outputs/2026/02/03/*/i1.jsonl"))) == 2


def test_load_is_written_a_line_a_minute_and_instance(tmp_path):
    log = LoadLog(WorkspaceFiles(tmp_path / "workspace"), TUESDAY)
    works = log.of("e", "blue")
    works.levels["cpu"], works.instances = 97.0, 2
    log.extend(TUESDAY + timedelta(minutes=3))
    log.extend(TUESDAY + timedelta(minutes=3))
    rows = written(tmp_path / "workspace/load/e.csv")

    assert len(rows) == 6
    assert {(row[2], row[3], row[7]) for row in rows} == {
        ("i1", "97", "Ready"),
        ("i2", "97", "Unhealthy"),
    }


def test_a_change_may_be_seen_later_than_it_is_told(script):
    text = WORLD + (
        "at 00:01 endpoint churn-endpoint is updating, shows 3 min later\n"
        "at 00:02 endpoint churn-endpoint is well again\n"
        "at 00:30 nothing fires\n"
    )

    assert holds(script, text) == []


def test_a_breach_names_the_metric_and_the_signal_that_were_written(script):
    text = (
        "at 00:10 monitor churn-monitor finds income at 0.4 over 0.2, by PopulationStabilityIndex, "
        "signal inputs\n"
        'at 00:10 expect alert monitor_breach "PopulationStabilityIndex"\n'
    )

    assert holds(script, text) == []


def test_a_timer_that_fails_is_noted_and_fires_again(script):
    played = play(
        script(
            POLICY + WORLD + "from 00:06 until 00:15 endpoints do not answer\n"
            "at 00:25 nothing fires\n"
        )
    )

    assert played.held
    assert [text.partition(":")[0] for _, text in played.faults] == [
        "the routing timer failed",
        "the health timer failed",
    ]
