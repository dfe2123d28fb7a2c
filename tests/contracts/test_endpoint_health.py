"""What every workspace promises to tell of an endpoint's answers and load, from files or Azure."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.azure.logs import WorkspaceLogs
from shared.adapters.azure.metrics import EndpointMetrics
from shared.adapters.embedded import FileWorkspace
from shared.domain.canonical import parse_time
from shared.domain.world import Load
from shared.errors import InvalidData, NoPermission, NotFound
from tests.conftest import NOON
from tests.integration.loopback.log_analytics import WORKSPACE as LOG_WORKSPACE
from tests.integration.loopback.log_analytics import serve_log_analytics
from tests.integration.loopback.metrics import serve_metrics
from tests.integration.loopback.resource_manager import WORKSPACE
from tests.integration.loopback.server import refusal
from tests.integration.workspace.scene import serve_scene, tell_files

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
COLUMNS = {
    "TimeGenerated": "TIMESTAMP",
    "EndpointName": "VARCHAR",
    "DeploymentName": "VARCHAR",
    "ResponseCode": "VARCHAR",
    "ModelStatusCode": "INTEGER",
    "TotalDurationMs": "INTEGER",
}
MEASURES = {
    "cpu": ("CpuUtilizationPercentage", {}),
    "memory": ("CpuMemoryUtilizationPercentage", {}),
    "disk": ("DiskUtilization", {"disk": "os"}),
}


def lines(*rows):
    head = "time,deployment,status,duration_ms,model_status"
    made = [
        f"{(NOON - before * MINUTE).isoformat()},{deployment},{status},{took},{own}"
        for before, deployment, status, took, own in rows
    ]
    return "\n".join([head, *made]) + "\n"


REQUESTS = lines(
    *[(30, "blue", 200, 10 * place, 200) for place in range(1, 101)],
    (20, "green", 424, 400, 500),
    (20, "green", 424, 40, 400),
    (10, "green", 408, 900, ""),
    (10, "green", 429, 5, ""),
    (5, "green", 500, 5, ""),
    (60, "green", 200, 20, 200),
    (61, "green", 500, 20, ""),
    (0, "green", 500, 20, ""),
)
LOAD = "time,deployment,instance,cpu,memory,disk,gpu,state\n" + "".join(
    f"{(NOON - before * MINUTE).isoformat()},blue,{instance},{cpu},40,10,,Ready\n"
    for before in range(1, 31)
    for instance, cpu in (("i1", 97), ("i2", 20))
)
FILES = {
    "endpoints/ep.yaml": (
        "traffic: {blue: 90, green: 10}\ndeployments: {blue: {}, green: {}, red: {}}\n"
    ),
    "requests/ep.csv": REQUESTS,
    "load/ep.csv": LOAD,
    "endpoints/quiet.yaml": "traffic: {blue: 100}\ndeployments: {blue: {}}\n",
}


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content)))


def tell_the_log(tables):
    tables.make(
        "AmlOnlineEndpointTrafficLog",
        COLUMNS,
        [
            (
                parse_time(row["time"]).astimezone(UTC).replace(tzinfo=None),
                "ep",
                row["deployment"],
                row["status"],
                row["model_status"] or None,
                row["duration_ms"],
            )
            for row in rows_of(REQUESTS)
        ],
    )


def tell_the_metrics(series):
    """Counts a minute by status, and of each minute the percentiles that the service would give."""
    counts: dict[tuple[str, str, str], dict[datetime, float]] = {}
    took: dict[tuple[str, datetime], list[float]] = {}
    for row in rows_of(REQUESTS):
        at = parse_time(row["time"])
        minutes = counts.setdefault((row["deployment"], row["status"], row["model_status"]), {})
        minutes[at] = minutes.get(at, 0.0) + 1.0
        took.setdefault((row["deployment"], at), []).append(float(row["duration_ms"]))
    resource = f"{WORKSPACE}/onlineEndpoints/ep"
    for (deployment, status, own), minutes in counts.items():
        series.put(
            resource,
            "RequestsPerMinute",
            minutes,
            deployment=deployment,
            statusCode=status,
            modelStatusCode=own,
        )
    for percentile in (50, 90, 95, 99):
        for deployment in {name for name, _ in took}:
            levels = {
                at: sorted(all_of_it)[-(-percentile * len(all_of_it) // 100) - 1]
                for (name, at), all_of_it in took.items()
                if name == deployment
            }
            series.put(resource, f"RequestLatency_P{percentile}", levels, deployment=deployment)


def tell_the_load(series):
    resource = f"{WORKSPACE}/onlineEndpoints/ep/deployments/blue"
    for instance in ("i1", "i2"):
        rows = [row for row in rows_of(LOAD) if row["instance"] == instance]
        for column, (metric, more) in MEASURES.items():
            levels = {parse_time(row["time"]): float(row[column]) for row in rows}
            series.put(resource, metric, levels, instanceId=instance, **more)
        there = {parse_time(row["time"]): 1.0 for row in rows}
        series.put(resource, "DeploymentCapacity", there, instanceId=instance, State="Ready")


@pytest.fixture(params=["files", "traffic log", "metrics"])
def source(request):
    return request.param


@pytest.fixture
def workspace(source, tmp_path, request):
    if source == "files":
        for name, content in FILES.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        yield FileWorkspace(tmp_path)
        return
    loopback, credential = (request.getfixturevalue(f) for f in ("loopback", "credential"))
    scene = serve_scene(loopback)
    tell_files(scene, {name: c for name, c in FILES.items() if name.startswith("endpoints")})
    tables, series = serve_log_analytics(loopback.router), serve_metrics(loopback.router)
    if source == "traffic log":
        tell_the_log(tables)
    else:
        tell_the_metrics(series)
    tell_the_load(series)
    logs = WorkspaceLogs(LOG_WORKSPACE, credential, endpoint=loopback.url)
    metrics = EndpointMetrics(
        WORKSPACE, lambda: "westeurope", credential, endpoint=loopback.url, retry_total=0
    )
    yield scene.workspace(logs, tmp_path / "cache", metrics=metrics)
    for one in (logs, metrics, tables, scene):
        one.close()


def test_answers_are_counted_by_deployment_and_by_whose_fault_they_were(workspace):
    health = workspace.health("ep", NOON - HOUR, NOON, slow_ms=955.0)
    green = health["green"].served

    assert list(health) == ["blue", "green", "red"]
    assert (green.requests, green.errors, green.by_model, green.timed_out) == (6, 3, 1, 1)
    assert (green.throttled, green.refused) == (1, 1)
    assert (green.first_error, green.last_error) == (NOON - 20 * MINUTE, NOON - 5 * MINUTE)
    assert health["blue"].served.requests == 100
    assert health["red"].served.requests == 0, "a source that knows the endpoint knows that"


def test_late_answers_are_counted_or_at_least_bounded(workspace, source):
    blue = workspace.health("ep", NOON - HOUR, NOON, slow_ms=955.0)["blue"].served

    assert blue.latency == {50: 500.0, 90: 900.0, 95: 950.0, 99: 990.0}
    assert blue.exact is (source != "metrics")
    if source == "metrics":
        assert (blue.slow, blue.slow_bounds) == (None, (1, 5))
    else:
        assert (blue.slow, blue.slow_bounds) == (5, None)


def test_without_a_limit_nothing_is_said_of_late_answers(workspace):
    blue = workspace.health("ep", NOON - HOUR, NOON)["blue"].served

    assert (blue.slow, blue.slow_bounds) == (None, None)


def test_load_is_what_one_instance_held_in_the_last_hour(workspace):
    health = workspace.health("ep", NOON - 3 * HOUR, NOON)

    assert health["blue"].load == Load(cpu=97.0, memory=40.0, disk=10.0, instances={"Ready": 2})
    assert health["green"].load is None
    assert workspace.health("ep", NOON - HOUR, NOON + HOUR)["blue"].load is None


def test_deployments_that_are_named_need_not_be_asked_for(workspace):
    assert list(workspace.health("ep", NOON - HOUR, NOON, deployments=["blue"])) == [
        "blue",
        "green",
    ]


def test_an_endpoint_no_source_knows_is_unknown_and_so_is_one_that_is_no_name(workspace):
    assert workspace.health("quiet", NOON - HOUR, NOON) is None
    assert workspace.health("../ep", NOON - HOUR, NOON) is None


def test_load_that_may_not_be_read_leaves_the_answers_and_says_why(loopback, credential, tmp_path):
    scene = serve_scene(loopback)
    tell_files(scene, {name: c for name, c in FILES.items() if name.startswith("endpoints")})
    tables = serve_log_analytics(loopback.router)
    tell_the_log(tables)
    route = "/subscriptions/{subscription}/metrics:getBatch"
    loopback.router.add("POST", route, lambda _: refusal(403, "Forbidden", "No."))
    logs = WorkspaceLogs(LOG_WORKSPACE, credential, endpoint=loopback.url)
    metrics = EndpointMetrics(
        WORKSPACE, lambda: "westeurope", credential, endpoint=loopback.url, retry_total=0
    )
    workspace = scene.workspace(logs, tmp_path, metrics=metrics)

    green = workspace.health("ep", NOON - HOUR, NOON)["green"]
    assert (green.served.errors, green.load) == (3, None)
    assert "Monitoring Reader" in green.load_problem

    query = f"/v1/workspaces/{LOG_WORKSPACE}/query"
    loopback.router.add("POST", query, lambda _: refusal(403, "InsufficientAccessError", "No."))
    with pytest.raises(NoPermission, match="Log Analytics Reader"):
        workspace.health("ep", NOON - HOUR, NOON)
    for one in (logs, metrics, tables, scene):
        one.close()


def write(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (
            "requests/ep.csv",
            "time,deployment,status\n2026-02-03T11:30:00Z,blue,ok\n",
            "ep.csv line 2: status is 'ok'; give a number.",
        ),
        (
            "load/ep.csv",
            "time,deployment,instance,cpu\n2026-02-03T11:30:00Z,blue,i1,nan\n",
            "ep.csv line 2: cpu is 'nan'; give a number.",
        ),
    ],
)
def test_a_faulty_line_is_named_with_its_fault(tmp_path, name, content, sentence):
    write(tmp_path, "endpoints/ep.yaml", FILES["endpoints/ep.yaml"])
    write(tmp_path, name, content)

    with pytest.raises(InvalidData) as refused:
        FileWorkspace(tmp_path).health("ep", NOON - HOUR, NOON)
    assert str(refused.value) == sentence


def test_a_file_of_requests_without_an_endpoint_names_what_is_missing(tmp_path):
    write(tmp_path, "requests/ep.csv", REQUESTS)

    with pytest.raises(NotFound):
        FileWorkspace(tmp_path).health("ep", NOON - HOUR, NOON)


def test_a_file_without_status_and_duration_counts_requests_only(tmp_path):
    write(tmp_path, "endpoints/ep.yaml", FILES["endpoints/ep.yaml"])
    write(tmp_path, "requests/ep.csv", "time,deployment\n2026-02-03T11:30:00Z,blue\n")
    blue = FileWorkspace(tmp_path).health("ep", NOON - HOUR, NOON, slow_ms=5.0)["blue"].served

    assert (blue.requests, blue.errors, blue.slow, blue.latency) == (1, 0, None, {})
