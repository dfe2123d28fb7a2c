"""What deployments answered and how hard they worked, through the true SDKs."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.azure.logs import WorkspaceLogs
from shared.adapters.azure.metric_answers import slower
from shared.adapters.azure.metrics import EndpointMetrics
from shared.domain.blame import ERRORS, Blame
from shared.domain.world import Load, Served
from shared.errors import NoPermission, Refused, Unavailable
from tests.conftest import NOON
from tests.domain.test_load_and_blame import CASES
from tests.integration.loopback.log_analytics import WORKSPACE as LOG_WORKSPACE
from tests.integration.loopback.log_analytics import serve_log_analytics
from tests.integration.loopback.metrics import serve_metrics
from tests.integration.loopback.resource_manager import WORKSPACE
from tests.integration.loopback.server import refusal

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BATCH = "/subscriptions/{subscription}/metrics:getBatch"
ENDPOINT = f"{WORKSPACE}/onlineEndpoints/ep"
COLUMNS = {
    "TimeGenerated": "TIMESTAMP",
    "EndpointName": "VARCHAR",
    "DeploymentName": "VARCHAR",
    "ResponseCode": "VARCHAR",
    "ModelStatusCode": "INTEGER",
    "TotalDurationMs": "INTEGER",
}


@pytest.fixture
def tables(loopback):
    served = serve_log_analytics(loopback.router)
    yield served
    served.close()


@pytest.fixture
def logs(loopback, credential):
    made = WorkspaceLogs(
        LOG_WORKSPACE, credential, endpoint=loopback.url, retry_backoff_factor=0.001
    )
    yield made
    made.close()


@pytest.fixture
def series(loopback):
    return serve_metrics(loopback.router)


@pytest.fixture
def metrics(loopback, credential):
    made = EndpointMetrics(
        WORKSPACE,
        lambda: "westeurope",
        credential,
        endpoint=loopback.url,
        retry_backoff_factor=0.001,
        retry_total=1,
    )
    yield made
    made.close()


def traffic(tables, *rows):
    """Rows of minutes before noon, deployment, status, the model's status and milliseconds."""
    tables.make(
        "AmlOnlineEndpointTrafficLog",
        COLUMNS,
        [
            (
                (NOON - minutes * MINUTE).astimezone(UTC).replace(tzinfo=None),
                "ep",
                deployment,
                None if status is None else str(status),
                own,
                took,
            )
            for minutes, deployment, status, own, took in rows
        ],
    )


def over(values, *, start=NOON - HOUR):
    return {start + place * MINUTE: value for place, value in enumerate(values)}


def test_the_query_blames_as_the_vocabulary_does(logs, tables):
    traffic(tables, *[(5, f"d{place}", *case[1:3], 10) for place, case in enumerate(CASES)])
    served = logs.served("ep", NOON - HOUR, NOON, None)

    for place, (sentence, _, _, whose) in enumerate(CASES):
        at = NOON - 5 * MINUTE if whose in ERRORS else None
        assert served[f"d{place}"] == Served(
            requests=1,
            errors=int(whose in ERRORS),
            by_model=int(whose is Blame.MODEL),
            timed_out=int(whose is Blame.TIME),
            throttled=int(whose is Blame.LOAD),
            refused=int(whose is Blame.CALLER),
            latency=dict.fromkeys((50, 90, 95, 99), 10.0),
            first_error=at,
            last_error=at,
        ), sentence


def test_answers_are_counted_by_deployment_with_percentiles_and_the_late_ones(logs, tables):
    traffic(
        tables,
        *[(30, "blue", 200, 200, milliseconds) for milliseconds in range(1, 101)],
        (20, "green", 424, 500, 900),
        (10, "green", 500, None, 10),
        (5, "green", 200, 200, 10),
        (60, "green", 200, 200, 10),
        (61, "green", 500, None, 10),
        (0, "green", 500, None, 10),
        (5, "", 404, None, 1),
    )
    served = logs.served("ep", NOON - HOUR, NOON, 95.5)

    assert served.keys() == {"blue", "green"}
    blue, green = served["blue"], served["green"]
    assert (blue.requests, blue.errors, blue.slow) == (100, 0, 5)
    assert blue.exact
    assert [round(level) for level in blue.latency.values()] == [50, 90, 95, 99]
    assert (green.requests, green.errors, green.by_model, green.slow) == (4, 2, 1, 1)
    assert (green.first_error, green.last_error) == (NOON - 20 * MINUTE, NOON - 10 * MINUTE)


def test_without_a_limit_no_answer_is_late(logs, tables):
    traffic(tables, (5, "green", 200, 200, 10))

    assert logs.served("ep", NOON - HOUR, NOON, None)["green"].slow is None


def test_answers_without_a_duration_have_no_percentiles(logs, tables):
    traffic(tables, (5, "green", 200, 200, None))

    assert logs.served("ep", NOON - HOUR, NOON, 100.0)["green"].latency == {}


def test_a_silent_endpoint_that_was_logged_before_answered_nothing(logs, tables):
    traffic(tables, (60 * 24, "green", 200, 200, 10))

    assert logs.served("ep", NOON - HOUR, NOON, None) == {}
    assert logs.served("other", NOON - HOUR, NOON, None) is None


def test_a_hostile_endpoint_is_only_a_name(logs, tables):
    traffic(tables, (5, "green", 200, 200, 10))

    assert logs.served('x" or 1==1 //', NOON - HOUR, NOON, None) is None


def good(series, *, rates, deployment="green", status="200", own="200"):
    series.put(
        ENDPOINT,
        "RequestsPerMinute",
        over(rates),
        deployment=deployment,
        statusCode=status,
        modelStatusCode=own,
    )


def test_without_a_log_metrics_count_every_status_by_itself(metrics, series):
    """The class of a 424 is 4xx: only its code and the model's tell that the model failed."""
    good(series, rates=[10.0] * 60)
    good(series, rates=[0.0, 2.0, 0.0, 1.0], status="424", own="500")
    good(series, rates=[4.0], status="424", own="400")
    good(series, rates=[5.0], status="429", own="")
    good(series, rates=[3.0], status="408", own="")
    good(series, rates=[1.0], status="500", own="NA")
    good(series, rates=[7.0], deployment="blue")
    good(series, rates=[9.0], deployment="")
    served = metrics.served("ep", NOON - HOUR, NOON, None)

    assert served["green"] == Served(
        requests=616,
        errors=7,
        by_model=3,
        timed_out=3,
        throttled=5,
        refused=4,
        exact=False,
        first_error=NOON - HOUR,
        last_error=NOON - HOUR + 3 * MINUTE,
    )
    assert served["blue"].requests == 7
    assert served.keys() == {"blue", "green"}


def test_more_than_ten_series_are_all_counted(metrics, series):
    """The service gives ten when nobody says how many."""
    for place in range(25):
        good(series, rates=[1.0], deployment=f"d{place}")

    assert len(metrics.served("ep", NOON - HOUR, NOON, None)) == 25
    assert len(metrics.requests("ep", NOON - HOUR, NOON)) == 25


def test_percentiles_of_minutes_are_averaged_by_requests_and_bound_what_was_late(metrics, series):
    good(series, rates=[100.0, 300.0, 100.0])
    for percentile, levels in {
        50: [10.0, 20.0],
        90: [50.0, 90.0],
        95: [90.0, 130.0],
        99: [95.0, 400.0],
    }.items():
        series.put(ENDPOINT, f"RequestLatency_P{percentile}", over(levels), deployment="green")
    green = metrics.served("ep", NOON - HOUR, NOON, 100.0)["green"]

    assert green.latency == {50: 17.5, 90: 80.0, 95: 120.0, 99: 323.75}
    assert not green.exact
    assert green.slow is None
    assert green.slow_bounds == (15, 131), "5 to 10 % of 300, up to 1 % of 100, and any of 100"


@pytest.mark.parametrize(
    ("sentence", "limit", "expected"),
    [
        ("above every percentile at most one in a hundred is later", 500.0, (0.0, 0.01)),
        ("between two of them the share lies between theirs", 100.0, (0.05, 0.1)),
        ("below the median at least half are later", 10.0, (0.5, 1.0)),
    ],
)
def test_a_limit_among_a_minutes_percentiles_bounds_the_share(sentence, limit, expected):
    levels = [(50, 40.0), (90, 80.0), (95, 120.0), (99, 300.0)]

    assert slower(levels, limit) == expected, sentence


@pytest.mark.usefixtures("series")
def test_an_endpoint_without_any_metric_is_unknown(metrics):
    assert metrics.served("ep", NOON - HOUR, NOON, 100.0) is None
    assert metrics.loads("ep", ["blue"], NOON - HOUR, NOON) == {}
    assert metrics.loads("ep", [], NOON - HOUR, NOON) == {}


def test_the_load_of_each_deployment_is_what_one_instance_held(metrics, series):
    green = f"{ENDPOINT}/deployments/green"
    series.put(green, "CpuUtilizationPercentage", over([97.0] * 30), instanceId="i1")
    series.put(green, "CpuUtilizationPercentage", over([20.0] * 30), instanceId="i2")
    series.put(green, "CpuMemoryUtilizationPercentage", over([40.0] * 9), instanceId="i1")
    series.put(green, "DiskUtilization", over([10.0] * 30), instanceId="i1", disk="os")
    series.put(green, "DiskUtilization", over([93.0] * 30), instanceId="i1", disk="data")
    lately = {"start": NOON - 14 * MINUTE}
    series.put(green, "DeploymentCapacity", over([1.0] * 14, **lately), instanceId="i1", State="Ok")
    series.put(green, "DeploymentCapacity", over([1.0] * 14, **lately), instanceId="i2", State="Ok")
    blue = f"{ENDPOINT}/deployments/Blue"
    series.put(blue, "GpuUtilizationPercentage", over([55.0] * 30), instanceId="i1")

    assert metrics.loads("ep", ["green", "Blue", "red"], NOON - HOUR, NOON) == {
        "green": Load(cpu=97.0, disk=93.0, instances={"Ok": 2}),
        "Blue": Load(gpu=55.0),
    }


def test_many_deployments_are_asked_in_few_calls_and_only_their_last_hour(
    metrics, series, loopback
):
    names = [f"d{place}" for place in range(60)]
    for name in names:
        resource = f"{ENDPOINT}/deployments/{name}"
        series.put(resource, "CpuUtilizationPercentage", over([50.0] * 30), instanceId="i1")
    loads = metrics.loads("ep", names, NOON - 7 * 24 * HOUR, NOON)

    assert loads == dict.fromkeys(names, Load(cpu=50.0))
    asked = loopback.router.requests("POST", BATCH)
    assert len(asked) == 4
    assert {datetime.fromisoformat(r.query["starttime"]) for r in asked} == {NOON - HOUR}


@pytest.mark.parametrize(
    ("status", "error", "sentence"),
    [
        (403, NoPermission, "Monitoring Reader"),
        (400, Refused, "read the load of ep"),
        (503, Unavailable, "read the load of ep"),
    ],
)
def test_a_fault_of_the_metrics_is_told_in_one_sentence(metrics, loopback, status, error, sentence):
    loopback.router.add("POST", BATCH, lambda _: refusal(status, "No", "No."))

    with pytest.raises(error, match=sentence):
        metrics.loads("ep", ["blue"], NOON - HOUR, NOON)
