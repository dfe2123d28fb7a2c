"""A service that says "not before an hour" holds no function for an hour."""

import pytest

from shared.adapters.azure.logs import WorkspaceLogs
from shared.adapters.azure.retries import LONGEST_WAIT, within_budget
from shared.errors import Unavailable
from tests.conftest import NOON
from tests.integration.loopback.log_analytics import WORKSPACE
from tests.integration.loopback.server import refusal

HOUR = "3600"
QUERY = "/v1/workspaces/{workspace}/query"


def test_a_query_that_is_throttled_for_an_hour_is_given_back_at_once(loopback, credential):
    loopback.router.add("POST", QUERY, lambda _: refusal(429, "Busy", "No.", Retry_After=HOUR))
    logs = WorkspaceLogs(WORKSPACE, credential, endpoint=loopback.url)

    with pytest.raises(Unavailable, match="Azure answered 429"):
        logs.requests("ep", NOON, NOON)

    assert len(loopback.router.requests("POST", QUERY)) == 1
    logs.close()


def test_a_wait_is_no_longer_than_half_of_what_a_call_may_take():
    policy = within_budget({})["retry_policy"]

    assert policy.timeout >= 2 * LONGEST_WAIT


def test_what_is_told_of_retries_is_kept():
    options = within_budget({"retry_total": 2, "audience": "it"}, retry_total=1)

    assert options["retry_policy"].total_retries == 2
    assert options["audience"] == "it"
    assert set(options) == {"audience", "retry_policy"}
