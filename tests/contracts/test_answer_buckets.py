"""What every workspace promises to tell of an endpoint's answers bucket by bucket."""

from datetime import UTC, timedelta

import pytest

from shared.adapters.azure.logs import WorkspaceLogs
from shared.adapters.azure.metrics import EndpointMetrics
from shared.adapters.embedded import FileWorkspace
from shared.domain.world import AnswerBucket
from shared.errors import NoPermission
from tests.conftest import NOON
from tests.integration.loopback.log_analytics import WORKSPACE as LOG_WORKSPACE
from tests.integration.loopback.log_analytics import serve_log_analytics
from tests.integration.loopback.metrics import serve_metrics
from tests.integration.loopback.resource_manager import WORKSPACE
from tests.integration.loopback.server import refusal
from tests.integration.workspace.scene import serve_scene

MINUTE = timedelta(minutes=1)
FIVE = 5 * MINUTE
COLUMNS = {
    "TimeGenerated": "TIMESTAMP",
    "EndpointName": "VARCHAR",
    "DeploymentName": "VARCHAR",
    "ResponseCode": "VARCHAR",
    "ModelStatusCode": "INTEGER",
    "TotalDurationMs": "INTEGER",
}
ANSWERS = [
    # minute after noon, deployment, status, the model's own, milliseconds
    (1, "green", 200, 200, 999),
    (2, "blue", 200, 200, 10),
    (2, "blue", 200, 200, 30),
    (4, "blue", 424, 500, 80),
    (6, "blue", 424, 400, 40),
    (7, "blue", 200, 200, 20),
    (12, "green", 504, None, 900),
    (12, "green", 429, None, 100),
    (17, "blue", 500, None, 50),
]
"""Buckets from two minutes past noon: [2, 7), [7, 12), [12, 17), and three minutes of another."""


def tell_the_metrics(series):
    resource = f"{WORKSPACE}/onlineEndpoints/ep"
    took: dict[str, dict] = {}
    for minute, deployment, status, own, duration in ANSWERS:
        at = NOON + minute * MINUTE
        codes = {"statusCode": str(status), "modelStatusCode": "" if own is None else str(own)}
        series.put(resource, "RequestsPerMinute", {at: 1.0}, deployment=deployment, **codes)
        took.setdefault(deployment, {}).setdefault(at, []).append(duration)
    for deployment, minutes in took.items():
        means = {at: sum(all_of_it) / len(all_of_it) for at, all_of_it in minutes.items()}
        series.put(resource, "RequestLatency", means, deployment=deployment)
        highest = {at: float(max(all_of_it)) for at, all_of_it in minutes.items()}
        series.put(resource, "RequestLatency_P95", highest, deployment=deployment)


@pytest.fixture(params=["files", "traffic log", "metrics"])
def source(request):
    return request.param


@pytest.fixture
def workspace(source, tmp_path, request):
    if source == "files":
        lines = [
            f"{(NOON + minute * MINUTE).isoformat()},{deployment},{status},{took},{own or ''}\n"
            for minute, deployment, status, own, took in ANSWERS
        ]
        (tmp_path / "requests").mkdir()
        head = "time,deployment,status,duration_ms,model_status\n"
        (tmp_path / "requests/ep.csv").write_text(head + "".join(lines))
        yield FileWorkspace(tmp_path)
        return
    loopback, credential = (request.getfixturevalue(f) for f in ("loopback", "credential"))
    scene = serve_scene(loopback)
    tables, series = serve_log_analytics(loopback.router), serve_metrics(loopback.router)
    if source == "traffic log":
        rows = [
            ((NOON + m * MINUTE).astimezone(UTC).replace(tzinfo=None), "ep", name, status, own, ms)
            for m, name, status, own, ms in ANSWERS
        ]
        tables.make("AmlOnlineEndpointTrafficLog", COLUMNS, rows)
    else:
        tell_the_metrics(series)
    logs = WorkspaceLogs(LOG_WORKSPACE, credential, endpoint=loopback.url)
    metrics = EndpointMetrics(
        WORKSPACE, lambda: "westeurope", credential, endpoint=loopback.url, retry_total=0
    )
    yield scene.workspace(logs, tmp_path / "cache", metrics=metrics)
    for one in (logs, metrics, tables, scene):
        one.close()


def told(workspace, deployments=("blue", "green"), **changed):
    asked = {"start": NOON + 2 * MINUTE, "end": NOON + 20 * MINUTE, "every": FIVE, **changed}
    start, end = asked.pop("start"), asked.pop("end")
    return workspace.answers("ep", start, end, deployments=deployments, **asked)


def test_buckets_begin_with_the_span_and_what_is_left_at_its_end_is_none(workspace):
    found = told(workspace)

    times = [NOON + minutes * MINUTE for minutes in (2, 7, 12)]
    assert {name: [b.time for b in all_of_it] for name, all_of_it in found.items()} == {
        "blue": times,
        "green": times,
    }
    assert [bucket.requests for bucket in found["blue"]] == [4, 1, 0]
    assert [bucket.requests for bucket in found["green"]] == [0, 0, 2]


def test_errors_are_those_of_the_endpoint_and_not_of_its_callers(workspace):
    found = told(workspace)

    assert [bucket.errors for bucket in found["blue"]] == [1, 0, 0]
    assert [bucket.errors for bucket in found["green"]] == [0, 0, 1]


def test_a_mean_is_of_all_answers_of_a_bucket_and_of_none_where_there_are_none(workspace):
    blue = told(workspace)["blue"]

    assert [bucket.mean for bucket in blue] == [40.0, 20.0, None]
    assert [bucket.timed for bucket in blue] == [4, 1, 0]
    assert 95 in blue[0].latency
    assert blue[2] == AnswerBucket(time=NOON + 12 * MINUTE, requests=0)


def test_late_answers_are_counted_where_a_source_knows_each_of_them(workspace, source):
    slow = [bucket.slow for bucket in told(workspace, slow_ms=35.0)["blue"]]

    assert slow == ([None, None, None] if source == "metrics" else [2, 0, None])
    assert [bucket.slow for bucket in told(workspace)["blue"]] == [None, None, None]


def test_a_deployment_nobody_called_has_empty_buckets(workspace):
    found = told(workspace, deployments=["red"])

    assert [bucket.requests for bucket in found["red"]] == [0, 0, 0]


def test_an_endpoint_no_source_knows_has_no_buckets_and_neither_has_what_is_no_name(workspace):
    span = (NOON, NOON + 10 * MINUTE)

    assert workspace.answers("quiet", *span, every=FIVE, deployments=["blue"]) is None
    assert workspace.answers("../ep", *span, every=FIVE, deployments=["blue"]) is None


def test_a_span_shorter_than_a_bucket_has_none(workspace):
    assert told(workspace, end=NOON + 6 * MINUTE) == {"blue": [], "green": []}


def test_a_log_that_may_not_be_read_names_the_role_that_is_missing(loopback, credential):
    query = f"/v1/workspaces/{LOG_WORKSPACE}/query"
    loopback.router.add("POST", query, lambda _: refusal(403, "InsufficientAccessError", "No."))
    logs = WorkspaceLogs(LOG_WORKSPACE, credential, endpoint=loopback.url)

    with pytest.raises(NoPermission, match="Log Analytics Reader"):
        told(logs)
    logs.close()


@pytest.mark.parametrize("name", ['x" or 1==1 //', 'x"}); AmlOnlineEndpointTrafficLog //'])
def test_a_hostile_name_finds_its_own_answers_only(loopback, credential, name):
    tables = serve_log_analytics(loopback.router)
    at = (NOON + MINUTE).replace(tzinfo=None)
    rows = [(at, name, "mine", 200, 200, 5), (at, "ep", "mine", 200, 200, 5)]
    tables.make("AmlOnlineEndpointTrafficLog", COLUMNS, rows)
    logs = WorkspaceLogs(LOG_WORKSPACE, credential, endpoint=loopback.url)

    found = logs.answers(name, NOON, NOON + FIVE, every=FIVE, deployments=["mine"])

    assert [bucket.requests for bucket in found["mine"]] == [1]
    for one in (logs, tables):
        one.close()
