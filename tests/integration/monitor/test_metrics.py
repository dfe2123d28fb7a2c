"""Metrics of endpoints through the true SDK, for when no traffic is logged."""

from datetime import timedelta

import pytest

from shared.adapters.azure.metrics import EndpointMetrics
from shared.errors import NoPermission, Unavailable
from tests.conftest import NOON
from tests.integration.loopback.metrics import serve_metrics
from tests.integration.loopback.resource_manager import WORKSPACE
from tests.integration.loopback.server import refusal

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ENDPOINT = f"{WORKSPACE}/onlineEndpoints/ep".lower()
ROUTE = "/subscriptions/{subscription}/metrics:getBatch"


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
        retry_total=2,
    )
    yield made
    made.close()


def test_requests_a_minute_add_up_by_deployment(metrics, series):
    series.requests[ENDPOINT] = {
        "blue": {NOON - HOUR: 3.0, NOON - MINUTE: 4.0, NOON: 100.0},
        "green": {NOON: 5.0},
    }

    assert metrics.requests("ep", NOON - HOUR, NOON) == {"blue": 7}


@pytest.mark.usefixtures("series")
def test_an_endpoint_without_any_metric_is_unknown(metrics):
    assert metrics.requests("ep", NOON - HOUR, NOON) is None


def test_a_busy_service_is_asked_again_and_a_lasting_fault_is_told(metrics, series, loopback):
    series.requests[ENDPOINT] = {"blue": {NOON - HOUR: 3.0}}
    busy = refusal(503, "Busy", "Later.")
    loopback.router.fail_next("POST", ROUTE, busy, busy)
    assert metrics.requests("ep", NOON - HOUR, NOON) == {"blue": 3}

    loopback.router.add("POST", ROUTE, lambda _: busy)
    with pytest.raises(Unavailable, match="read the metrics of ep"):
        metrics.requests("ep", NOON - HOUR, NOON)
    loopback.router.add("POST", ROUTE, lambda _: refusal(403, "Forbidden", "No."))
    with pytest.raises(NoPermission, match="Monitoring Reader"):
        metrics.requests("ep", NOON - HOUR, NOON)
