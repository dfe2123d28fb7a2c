"""Azure DevOps over loopback: what only the real service can do wrong."""

from datetime import UTC, datetime

import pytest

from shared.adapters.azure.devops import AzureDevOps
from shared.domain.pipelines import PipelineOrder
from shared.errors import NoPermission, Refused, Unavailable
from tests.integration.loopback.devops import PROJECT, SIGN_IN, fault, serve_devops
from tests.integration.loopback.server import Answer

RUNS = f"{PROJECT}/_apis/pipelines/7/runs"
ORDER = PipelineOrder(
    pipeline="7", correlation="c-1", requested=datetime(2026, 2, 3, 12, tzinfo=UTC)
)


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


def test_who_asked_for_a_run_is_read_from_its_build(pipelines, devops):
    devops.asked_for_by[100] = "ada@contoso.com"

    assert pipelines.start(ORDER).by == "ada@contoso.com"


def test_a_run_whose_build_is_gone_was_asked_for_by_nobody_known(pipelines, loopback):
    loopback.router.fail_next("GET", f"{PROJECT}/_apis/build/builds/{{n}}", fault(404, "No."))

    assert pipelines.start(ORDER).by is None


def test_a_pipeline_of_another_platform_is_refused(pipelines):
    order = PipelineOrder(pipeline="a/b/c.yml", correlation="c", requested=ORDER.requested)

    with pytest.raises(Refused, match="Azure DevOps knows its pipelines by number"):
        pipelines.start(order)
