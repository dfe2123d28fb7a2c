"""What every workspace promises to answer, and how it says that something is not there.

Longer than most: one contract, asked of each adapter by the same tests.
"""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.adapters.embedded import FileWorkspace
from shared.domain.collected import ROW_TIME, Collection, seen
from shared.domain.policy import MetricSource
from shared.domain.world import (
    ColumnSpec,
    Deployment,
    SeriesAnswer,
    SeriesPoint,
    SeriesQuestion,
)
from shared.errors import InvalidData, NotFound
from tests.conftest import NOON
from tests.integration.loopback.resource_metrics import serve_resource_metrics
from tests.integration.workspace.scene import FileLogs, serve_scene, tell_files

CHAT = (
    "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg-ai"
    "/providers/Microsoft.CognitiveServices/accounts/chat"
)
FILES = {
    "models/loan/9.yaml": "registered: 2026-01-01T00:00:00Z\nmetrics: {auc: 0.9}\n",
    "models/loan/10.yaml": (
        "registered: 2026-01-02T00:00:00Z\ntags: {owner: risk, year: 2026}\n"
        "inputs: [{name: income, type: double, required: false}]\ntraining_data: train\n"
    ),
    "endpoints/ep.yaml": (
        "traffic: {blue: 90, green: 10}\nmirror_traffic: {red: 5}\n"
        "deployments:\n  blue: {model: 'loan:9', changed: 2026-01-03T00:00:00Z}\n"
        "  green: {provisioning_state: Failed}\n"
    ),
    "endpoints/routed.yaml": (
        "provisioning_state: Updating\nchanged: 2026-02-03T09:00:00.123456Z\n"
        "traffic: {blue: 33.3, green: 66.7, gone: 0}\nmirror_traffic: {red: 12.5}\n"
        "deployments:\n"
        "  blue: {model: 'loan:9', instances: 3, instance_type: Standard_DS3_v2, sampling: 50,\n"
        "    created: 2026-01-01T00:00:00Z, changed: 2026-02-03T08:00:00Z}\n"
        "  green: {provisioning_state: Scaling, instances: 0, created: 2026-01-02T00:00:00Z}\n"
        "  grey: {provisioning_state: Canceled}\n  red: {provisioning_state: Deleting}\n"
        "  white: {provisioning_state: Creating}\n"
    ),
    "endpoints/empty.yaml": "traffic: {}\n",
    "requests/ep.csv": (
        "time,deployment,status,duration_ms\n2026-02-03T11:30:00Z,blue,200,12\n"
        "2026-02-03T11:59:59Z,blue,500,12\n2026-02-03T12:00:00Z,blue,200,12\n"
    ),
    "logs/ep/green.log": "one\ntwo\nthree\n",
    "data/train.yaml": "paths: [part-*.csv]\ntime_column: at\n",
    "data/part-2.csv": "x\n2\n",
    "data/part-1.csv": "x\n1\n",
    "kpis/loan/approvals.csv": (
        "time,value,weight\n2026-02-02T00:00:00Z,5,10\n2026-02-01T00:00:00Z,4,\n"
    ),
    "kpis/loan/sides.csv": (
        "time,value,weight,deployment\n2026-02-02T00:00:00Z,5,10,blue\n"
        "2026-02-02T00:00:00Z,3,8,green\n2026-02-02T01:00:00Z,1,2,\n"
    ),
    "metrics/chat/AzureOpenAIRequests.csv": (
        "time,value,StatusCode\n2026-02-03T09:10:00Z,5,200\n2026-02-03T09:20:00Z,2,429\n"
        "2026-02-03T10:10:00Z,4,200\n"
    ),
    "inference/ep/blue/model_inputs/2026/02/03/11/i1.jsonl": "{}\n",
    "inference/ep/blue/model_inputs/2026/02/03/12/i2.jsonl": "{}\n{}\n",
    "inference/ep/blue/model_outputs/2026/02/03/12/o2.jsonl": "{}\n",
    "inference/ep/blue/request/2026/02/03/12/r2.jsonl": "{}\n",
    "inference/pay/red/request/2026/02/03/r1.jsonl": "{}\n",
    "endpoints/pay.yaml": (
        "traffic: {red: 100}\ndeployments:\n"
        "  red: {model: 'loan:9', sampling: 10, outputs_sampling: 5}\n"
    ),
    "endpoints/other-model.yaml": "traffic: {a: 100}\ndeployments:\n  a: {model: 'fraud:1'}\n",
    "inference/other-model/a/model_inputs/2026/02/03/12/i1.jsonl": "{}\n",
}


WRITTEN = {
    "data/part-1.csv": NOON - timedelta(hours=2),
    "data/part-2.csv": NOON - timedelta(hours=1),
}


def write_files(folder):
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    for name, time in WRITTEN.items():
        os.utime(folder / name, (time.timestamp(), time.timestamp()))
    return FileWorkspace(folder)


def tell_metrics(service):
    service.resource(CHAT, "westeurope")
    rows = FILES["metrics/chat/AzureOpenAIRequests.csv"].splitlines()[1:]
    for time, value, status in (row.split(",") for row in rows):
        service.report(
            CHAT,
            "AzureOpenAIRequests",
            datetime.fromisoformat(time),
            float(value),
            StatusCode=status,
        )


@pytest.fixture(params=["files", "azure"])
def workspace(request, tmp_path):
    files = write_files(tmp_path)
    if request.param == "files":
        yield files
        return
    scene = serve_scene(request.getfixturevalue("loopback"))
    tell_files(scene, FILES)
    scene.written.update(WRITTEN)
    tell_metrics(serve_resource_metrics(request.getfixturevalue("loopback").router, NOON))
    yield scene.workspace(FileLogs(files), tmp_path / "cache")
    scene.close()


def test_a_version_has_its_tags_as_text_its_metrics_and_its_signature(workspace):
    version = workspace.model("loan", "10")

    assert version.tags == {"owner": "risk", "year": "2026"}
    assert version.inputs == (ColumnSpec(name="income", type="double", required=False),)
    assert version.training_data == "train"
    assert workspace.model("loan", "9").metrics == {"auc": 0.9}


def test_versions_come_oldest_first(workspace):
    assert workspace.versions("loan") == ["9", "10"]
    assert workspace.versions("unknown") == []


def test_an_endpoint_has_its_deployments_traffic_and_mirror_traffic(workspace):
    endpoint = workspace.endpoint("ep")

    assert endpoint.traffic == {"blue": 90.0, "green": 10.0}
    assert endpoint.mirror_traffic == {"red": 5.0}
    assert endpoint.deployments == (
        Deployment(
            name="blue",
            provisioning_state="Succeeded",
            model="loan",
            version="9",
            changed=datetime(2026, 1, 3, tzinfo=UTC),
        ),
        Deployment(name="green", provisioning_state="Failed"),
    )
    assert endpoint.serving().name == "blue"
    assert workspace.endpoints() == ["empty", "ep", "other-model", "pay", "routed"]


def test_what_routing_rests_on_is_read_as_it_is_written(workspace):
    """States in Azure's words, times of making and writing, instances and what they run on."""
    endpoint = workspace.endpoint("routed")

    assert (endpoint.provisioning_state, endpoint.changed) == (
        "Updating",
        datetime(2026, 2, 3, 9, 0, 0, 123456, tzinfo=UTC),
    )
    assert endpoint.traffic == {"blue": 33.3, "green": 66.7, "gone": 0.0}
    assert endpoint.mirror_traffic == {"red": 12.5}
    blue, green, *others = endpoint.deployments
    assert blue == Deployment(
        name="blue",
        provisioning_state="Succeeded",
        model="loan",
        version="9",
        changed=datetime(2026, 2, 3, 8, 0, tzinfo=UTC),
        instances=3,
        instance_type="Standard_DS3_v2",
        sampling=50.0,
        created=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert (green.provisioning_state, green.instances, green.instance_type) == ("Scaling", 0, None)
    assert green.created == green.changed == datetime(2026, 1, 2, tzinfo=UTC)
    assert {one.name: one.provisioning_state for one in others} == {
        "grey": "Canceled",
        "red": "Deleting",
        "white": "Creating",
    }


def test_an_endpoint_without_deployments_has_nothing_to_route_to(workspace):
    endpoint = workspace.endpoint("empty")

    assert (endpoint.provisioning_state, endpoint.changed) == ("Succeeded", None)
    assert (endpoint.traffic, endpoint.mirror_traffic, endpoint.deployments) == ({}, {}, ())
    assert endpoint.serving() is None


def test_requests_are_counted_from_start_to_before_end_and_none_means_nothing_is_logged(workspace):
    assert workspace.requests("ep", NOON - timedelta(hours=1), NOON) == {"blue": 2}
    assert workspace.requests("other", NOON - timedelta(hours=1), NOON) is None


def test_logs_are_cut_to_their_last_lines(workspace):
    assert workspace.logs("ep", "green", 2) == "two\nthree"
    assert workspace.logs("ep", "blue", 2) == ""


def test_a_data_asset_lists_its_files_in_order(workspace):
    files = workspace.data("train")

    assert [Path(path).name for path in files.paths] == ["part-1.csv", "part-2.csv"]
    assert [Path(path).read_text() for path in files.paths] == ["x\n1\n", "x\n2\n"]
    assert files.time_column == "at"


@pytest.mark.parametrize(
    ("start", "end", "names"),
    [
        (NOON - timedelta(hours=2), NOON - timedelta(hours=1), ["part-1.csv"]),
        (NOON - timedelta(hours=1), NOON, ["part-2.csv"]),
        (NOON - timedelta(hours=3), NOON, ["part-1.csv", "part-2.csv"]),
        (NOON, NOON + timedelta(hours=1), []),
    ],
)
def test_files_of_an_asset_are_told_apart_by_when_they_were_last_written(
    workspace, start, end, names
):
    """From start to before end; that none was is no error."""
    files = workspace.written("train", start, end)

    assert [Path(path).name for path in files.paths] == names


def test_a_deployment_says_which_share_of_requests_it_collects(workspace):
    [red] = workspace.endpoint("pay").deployments

    assert (red.sampling, red.outputs_sampling) == (10.0, 5.0)


def names(files):
    return [file.place.rpartition("/")[2] for file in files]


def test_collected_rows_are_listed_by_deployment_collection_and_hour(workspace):
    hour = datetime(2026, 2, 3, 11, tzinfo=UTC)
    files = workspace.collected("loan", "ep")

    assert names(files) == ["i1.jsonl", "i2.jsonl", "o2.jsonl"]
    assert [file.collection for file in files] == [
        Collection.INPUTS,
        Collection.INPUTS,
        Collection.OUTPUTS,
    ]
    assert {file.deployment for file in files} == {"blue"}
    assert (files[0].start, files[0].end) == (hour, hour + timedelta(hours=1))
    assert [file.bytes for file in files] == [3, 6, 3]


def test_what_was_listed_can_be_read_here(workspace):
    files = workspace.fetch(workspace.collected("loan", "ep")[1:])

    assert [Path(path).read_text() for path in files.paths] == ["{}\n{}\n", "{}\n"]
    assert files.time_column == ROW_TIME
    assert workspace.fetch([]).paths == ()


def test_bodies_of_requests_are_listed_where_no_rows_are_collected(workspace):
    [file] = workspace.collected("loan", "pay")

    assert file.collection is Collection.REQUEST
    assert file.end - file.start == timedelta(days=1)


def test_a_deployment_of_another_model_collects_nothing_of_this_one(workspace):
    assert names(workspace.collected("fraud", "other-model")) == ["i1.jsonl"]
    with pytest.raises(NotFound, match="no inference data of loan"):
        workspace.collected("loan", "other-model")


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (NOON - timedelta(hours=1), NOON, ["i1.jsonl", "i2.jsonl"]),
        (NOON - timedelta(hours=3), NOON - timedelta(minutes=90), ["i1.jsonl"]),
        (NOON, NOON + timedelta(hours=1), ["i2.jsonl"]),
        (NOON, None, ["i2.jsonl"]),
        (None, NOON - timedelta(minutes=90), ["i1.jsonl"]),
        (NOON + timedelta(days=40), NOON + timedelta(days=41), []),
    ],
)
def test_only_hours_that_can_hold_rows_of_the_span_are_listed(workspace, start, end, found):
    """A row may lie in the folder of the hour after its own."""
    files = workspace.collected("loan", "ep", start=start, end=end)

    assert [name for name in names(files) if name.startswith("i")] == found


def test_a_file_that_grew_is_another_version_and_one_that_did_not_is_the_same(tmp_path, request):
    """What was seen of the files tells it without reading any of them."""
    for kind in ("files", "azure"):
        folder = tmp_path / kind
        workspace = write_files(folder)
        change = folder / "inference/ep/blue/model_inputs/2026/02/03/12/i2.jsonl"
        if kind == "azure":
            scene = serve_scene(request.getfixturevalue("loopback"))
            tell_files(scene, FILES)
            request.addfinalizer(scene.close)
            workspace = scene.workspace(FileLogs(workspace), folder / "cache")
        before = seen(workspace.collected("loan", "ep"))
        assert seen(workspace.collected("loan", "ep")) == before
        if kind == "azure":
            scene.blobs["modelDataCollector/ep/blue/model_inputs/2026/02/03/12/i2.jsonl"] += b"{}\n"
        else:
            change.write_text(change.read_text() + "{}\n")

        after = seen(workspace.collected("loan", "ep"))
        assert (after.files, after.bytes) == (before.files, before.bytes + 3)
        assert after.mark != before.mark


def test_a_kpi_comes_by_time_and_in_its_span(workspace):
    start = datetime(2026, 2, 1, tzinfo=UTC)

    whole, empty = workspace.kpis(
        "loan",
        [
            SeriesQuestion(name="approvals", start=start, end=NOON),
            SeriesQuestion(name="approvals", start=start, end=start),
        ],
    )

    assert whole.points == (
        SeriesPoint(time=start, value=4.0),
        SeriesPoint(time=start + timedelta(days=1), value=5.0, weight=10.0),
    )
    assert empty == SeriesAnswer()


def test_a_kpi_may_tell_deployments_apart(workspace):
    start = datetime(2026, 2, 1, tzinfo=UTC)
    [answer] = workspace.kpis("loan", [SeriesQuestion(name="sides", start=start, end=NOON)])

    assert [(p.deployment, p.value, p.weight) for p in answer.points] == [
        ("blue", 5.0, 10.0),
        ("green", 3.0, 8.0),
        (None, 1.0, 2.0),
    ]


def test_a_kpi_may_be_a_metric_of_another_resource(workspace):
    """Beside one that is not; an hour without any refusal has none, since others were answered."""
    throttled = MetricSource(
        resource=CHAT,
        name="AzureOpenAIRequests",
        dimensions={"StatusCode": "429"},
        per="AzureOpenAIRequests",
    )
    asked = SeriesQuestion(name="t", start=NOON - timedelta(hours=3), end=NOON, metric=throttled)
    start = datetime(2026, 2, 1, tzinfo=UTC)

    answer, other, gone = workspace.kpis(
        "loan",
        [
            asked,
            SeriesQuestion(name="approvals", start=start, end=NOON),
            replace(asked, metric=replace(throttled, name="Nothing")),
        ],
    )

    assert answer.points == (
        SeriesPoint(time=NOON - timedelta(hours=3), value=2.0, weight=7.0),
        SeriesPoint(time=NOON - timedelta(hours=2), value=0.0, weight=4.0),
    )
    assert len(other.points) == 2
    assert "Nothing" in gone.problem


def test_a_kpi_that_cannot_be_read_says_so_in_its_place_and_spoils_no_other(workspace):
    names = ("other", "a/b", "approvals")
    start = datetime(2026, 2, 1, tzinfo=UTC)

    answers = workspace.kpis(
        "loan", [SeriesQuestion(name=name, start=start, end=NOON) for name in names]
    )

    assert "other" in answers[0].problem
    assert "a/b" in answers[1].problem
    assert [len(answer.points) for answer in answers] == [0, 0, 2]


@pytest.mark.parametrize(
    "ask",
    [
        lambda w: w.model("loan", "11"),
        lambda w: w.model("../loan", "9"),
        lambda w: w.model("loan", "../../endpoints/ep"),
        lambda w: w.endpoint("other"),
        lambda w: w.endpoint(".."),
        lambda w: w.data("other"),
        lambda w: w.collected("other", None),
        lambda w: w.collected("../loan", "ep"),
        lambda w: w.written("other", NOON, NOON),
        lambda w: w.written("../train", NOON, NOON),
    ],
)
def test_what_is_not_there_or_is_no_plain_name_is_not_found(workspace, ask):
    with pytest.raises(NotFound):
        ask(workspace)


@pytest.mark.parametrize(
    ("name", "content", "ask", "sentence"),
    [
        (
            "models/loan/9.yaml",
            "metrics: high",
            lambda w: w.model("loan", "9"),
            "9.yaml: metrics is 'high'; give a mapping.",
        ),
        (
            "endpoints/ep.yaml",
            "traffic: {blue: high}",
            lambda w: w.endpoint("ep"),
            "ep.yaml: traffic is {'blue': 'high'}; give a mapping to numbers.",
        ),
        ("models/loan/9.yaml", "- 1", lambda w: w.model("loan", "9"), "9.yaml must hold a mapping"),
        ("endpoints/ep.yaml", "a: [", lambda w: w.endpoint("ep"), "ep.yaml is not YAML"),
        (
            "requests/ep.csv",
            "when\n1\n",
            lambda w: w.requests("ep", NOON, NOON),
            "ep.csv has no column `time`",
        ),
        (
            "requests/ep.csv",
            "time\nsoon\n",
            lambda w: w.requests("ep", NOON, NOON),
            "ep.csv line 2: time is 'soon'; give an ISO 8601 time.",
        ),
    ],
)
def test_a_faulty_file_is_named_with_its_fault(tmp_path, name, content, ask, sentence):
    workspace = write_files(tmp_path)
    (tmp_path / name).write_text(content)

    with pytest.raises(InvalidData) as refusal:
        ask(workspace)

    assert sentence in str(refusal.value)
