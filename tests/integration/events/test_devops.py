"""Azure DevOps over loopback: what only the real service can do wrong."""

from datetime import UTC, datetime

import pytest

from shared.adapters.azure.devops import AzureDevOps
from shared.domain.pipelines import EnvironmentCheck, PipelineOrder
from shared.errors import NoPermission, Refused, Unavailable
from tests.integration.loopback.devops import PROJECT, SIGN_IN, fault, serve_devops
from tests.integration.loopback.server import Answer

RUNS = f"{PROJECT}/_apis/pipelines/7/runs"
ORDER = PipelineOrder(pipeline=7, correlation="c-1", requested=datetime(2026, 2, 3, 12, tzinfo=UTC))


@pytest.fixture
def devops(loopback):
    served = serve_devops(loopback.router)
    served.pipelines[7] = []
    return served


@pytest.fixture
def pipelines(loopback, devops, credential):
    assert devops.answered == []
    made = AzureDevOps(f"{loopback.url}{PROJECT}", credential, retries=2, backoff=0.001)
    yield made
    made.close()


def check(loopback, **changes):
    identity = "11111111-1111-4111-8111-111111111111"
    fields = {
        "address": f"{loopback.url}/contoso/",
        "hub": "Build",
        "token": "a-job-token",
        **dict.fromkeys(("project", "plan", "job", "timeline", "task"), identity),
    }
    return EnvironmentCheck(**{**fields, **changes})


def test_a_start_whose_answer_was_lost_is_found_again_by_its_correlation(
    pipelines, devops, loopback
):
    pipelines.start(ORDER)
    devops.lists_parameters = False

    assert pipelines.start(ORDER).number == 100
    assert len(loopback.router.requests("POST", RUNS)) == 1


def test_a_start_is_never_sent_twice_by_itself(pipelines, loopback):
    loopback.router.fail_next("POST", RUNS, fault(503, "Busy."))

    with pytest.raises(Unavailable, match="start pipeline 7"):
        pipelines.start(ORDER)

    assert len(loopback.router.requests("POST", RUNS)) == 1


def test_a_run_from_before_the_order_is_not_taken_for_it(pipelines, devops):
    devops.now = "2026-02-03T11:59:59.9999999Z"
    first = pipelines.start(ORDER)
    devops.now = "2026-02-03T12:00:01Z"

    assert pipelines.start(ORDER).number != first.number


def test_reading_is_tried_again_when_azure_devops_asks_for_patience(pipelines, loopback):
    loopback.router.fail_next("GET", RUNS, fault(429, "Later.", Retry_After="0"))

    assert pipelines.start(ORDER).state == "inProgress"


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (fault(403, "TF400813: not allowed."), NoPermission, "needs the permission Queue builds"),
        (fault(400, "Unexpected parameter 'correlationId'"), Refused, "correlationId"),
        (SIGN_IN, NoPermission, "asks for a sign-in"),
        (Answer(body=b"<html>"), Unavailable, "not JSON"),
    ],
    ids=["forbidden", "undeclared", "sign-in", "html"],
)
def test_a_start_that_fails_says_why(pipelines, loopback, answer, error, sentence):
    loopback.router.fail_next("POST", RUNS, answer)

    with pytest.raises(error, match=sentence):
        pipelines.start(ORDER)


def test_a_check_gets_its_sentence_first_and_then_its_verdict_with_the_jobs_token(
    pipelines, devops, loopback
):
    pipelines.answer(check(loopback), False, "min_auc failed: 0.81 < 0.84.")

    (feed, token, line), (events, _, completed) = devops.answered
    assert feed.endswith("/feed")
    assert events.endswith("/events")
    assert token == check(loopback).token
    assert line == {"value": ["min_auc failed: 0.81 < 0.84."], "count": 1}
    assert completed["name"] == "TaskCompleted"
    assert completed["result"] == "failed"


@pytest.mark.parametrize(
    "change",
    [
        {"address": "https://evil.example/contoso/"},
        {"address": "https://dev.azure.com.evil.example/contoso/"},
        {"address": "http://localhost/contoso/"},
        {"address": "{url}/fabrikam/"},
        {"address": "{url}@evil.example/contoso/"},
        {"address": "{url}/contoso/../fabrikam"},
        {"hub": "../../x"},
        {"plan": "1/../../2"},
    ],
    ids=str,
)
def test_a_job_token_goes_nowhere_but_to_the_own_organisation(pipelines, devops, loopback, change):
    changes = {name: value.replace("{url}", loopback.url) for name, value in change.items()}

    with pytest.raises(Refused):
        pipelines.answer(check(loopback, **changes), True, "")

    assert devops.answered == []


def test_an_expired_job_token_is_told(pipelines, loopback):
    path = "/contoso/{project}/_apis/distributedtask/hubs/Build/plans/{plan}/{rest:path}"
    loopback.router.fail_next("POST", path, fault(401, "Expired."))

    with pytest.raises(NoPermission, match="48 hours"):
        pipelines.answer(check(loopback), True, "")
