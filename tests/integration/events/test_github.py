"""GitHub workflows over loopback: what only the real service can do wrong."""

from datetime import UTC, datetime

import pytest

from shared.adapters.github.workflows import GitHubWorkflows
from shared.domain.pipelines import PipelineOrder
from shared.errors import NoPermission, NotFound, Refused, Unavailable
from tests.integration.loopback.github import REPOSITORY, TOKEN, fault, serve_github
from tests.integration.loopback.server import Answer

PIPELINE = f"{REPOSITORY}/promote.yml"
DISPATCHES = f"/repos/{REPOSITORY}/actions/workflows/promote.yml/dispatches"
RUNS = f"/repos/{REPOSITORY}/actions/workflows/promote.yml/runs"
ORDER = PipelineOrder(
    pipeline=PIPELINE,
    correlation="0123456789abcdef",
    requested=datetime(2026, 2, 3, 12, tzinfo=UTC),
    parameters={"model": "loan-default"},
)


@pytest.fixture
def github(loopback):
    served = serve_github(loopback.router)
    served.runs["promote.yml"] = []
    return served


@pytest.fixture
def waited():
    return []


@pytest.fixture
def workflows(loopback, github, waited):
    assert github.inputs == {}
    made = GitHubWorkflows(
        TOKEN, endpoint=loopback.url, retries=2, backoff=0.001, wait=waited.append
    )
    yield made
    made.close()


def test_a_dispatch_hands_its_inputs_to_the_branch(workflows, github):
    run = workflows.start(ORDER)

    assert github.refs == ["main"]
    assert github.inputs[run.number] == {
        "model": "loan-default",
        "correlationId": "0123456789abcdef",
    }
    assert run.by == "driftgate-bot"
    assert run.address == f"https://github.com/{REPOSITORY}/actions/runs/{run.number}"


def test_a_dispatch_that_does_not_tell_its_run_is_found_by_the_runs_name(workflows, github, waited):
    github.tells_runs = False
    github.lists_after = 3

    assert workflows.start(ORDER).number in github.inputs
    assert waited == [1.0, 2.0, 4.0]


def test_a_run_that_is_listed_late_is_not_dispatched_twice(workflows, github, loopback):
    github.tells_runs = False
    github.lists_after = 5

    with pytest.raises(Unavailable, match=r"run-name: \${{ inputs.correlationId }}"):
        workflows.start(ORDER)

    assert workflows.start(ORDER).number in github.inputs
    assert len(loopback.router.requests("POST", DISPATCHES)) == 1


def test_a_run_that_is_told_and_not_there_yet_is_under_way(workflows, loopback):
    loopback.router.fail_next("GET", f"/repos/{REPOSITORY}/actions/runs/{{n}}", fault(404, "No"))

    run = workflows.start(ORDER)

    assert (run.state, run.result, run.by) == ("inProgress", None, None)


def test_a_run_from_before_the_order_is_not_taken_for_it(workflows, github):
    old = {"id": 1, "display_title": ORDER.correlation, "created_at": "2026-02-03T11:59:59Z"}
    github.runs["promote.yml"].append(old)

    assert workflows.start(ORDER).number != 1


def test_a_run_that_was_told_and_is_listed_late_is_not_dispatched_twice(workflows, github):
    first = workflows.start(ORDER)
    github.lists_after = 1

    assert workflows.start(ORDER) == first
    assert len(github.inputs) == 1


@pytest.mark.parametrize(
    ("status", "conclusion", "state", "result"),
    [
        ("queued", None, "inProgress", None),
        ("waiting", None, "inProgress", None),
        ("completed", "success", "completed", "succeeded"),
        ("completed", "cancelled", "completed", "canceled"),
        ("completed", "failure", "completed", "failed"),
        ("completed", "timed_out", "completed", "failed"),
        ("completed", "skipped", "completed", "failed"),
        ("completed", None, "completed", "failed"),
    ],
)
def test_a_run_is_told_in_the_words_of_every_platform(
    workflows, github, status, conclusion, state, result
):
    number = workflows.start(ORDER).number
    github.by_number(number).update(status=status, conclusion=conclusion)

    run = workflows.run(PIPELINE, number)

    assert (run.state, run.result) == (state, result)


def test_what_an_environment_waits_for_is_told_with_who_may_approve(workflows, github):
    number = workflows.start(ORDER).number
    github.pending[number] = [
        {
            "environment": {"id": 1, "name": "driftgate-production"},
            "reviewers": [
                {"type": "User", "reviewer": {"login": "ada"}},
                {"type": "Team", "reviewer": {"slug": "risk", "name": "Risk"}},
                {"type": "User"},
            ],
        }
    ]

    [approval] = workflows.approvals(PIPELINE, number)

    assert approval.status == "pending"
    assert [step.asked for step in approval.steps] == ["ada", "risk", "unknown"]
    assert {step.by for step in approval.steps} == {None}


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (fault(404, "Not Found"), NotFound, "or its token does not reach it"),
        (fault(401, "Bad credentials"), NoPermission, "a token with Actions read and write"),
        (fault(422, "Unexpected inputs provided: [correlationId]"), Refused, "correlationId"),
        (fault(403, "Slow down.", Retry_After="60"), Unavailable, "GitHub asks for patience"),
        (fault(429, "Slow down."), Unavailable, "GitHub answered 429"),
        (fault(403, "Limit.", X_RateLimit_Remaining="0"), Unavailable, "asks for patience"),
        (Answer(body=b"<html>"), Unavailable, "not JSON"),
    ],
    ids=["missing", "token", "undeclared", "later", "too-many", "limit", "html"],
)
def test_a_dispatch_that_fails_says_why(workflows, loopback, answer, error, sentence):
    loopback.router.fail_next("POST", DISPATCHES, answer)

    with pytest.raises(error, match=sentence):
        workflows.start(ORDER)

    assert len(loopback.router.requests("POST", DISPATCHES)) == 1


@pytest.mark.parametrize(
    "body", [[], {"workflow_runs": None}, {"workflow_runs": ["x", {"id": "y"}]}], ids=str
)
def test_a_list_that_is_none_holds_no_run(workflows, loopback, body):
    loopback.router.fail_next("GET", RUNS, Answer(body=body))

    assert workflows.start(ORDER).state == "inProgress"


@pytest.mark.parametrize(("body", "error"), [([], Unavailable), ({"id": "x"}, NotFound)])
def test_a_run_that_is_none_is_told(workflows, loopback, body, error):
    loopback.router.fail_next("GET", f"/repos/{REPOSITORY}/actions/runs/{{n}}", Answer(body=body))

    with pytest.raises(error):
        workflows.run(PIPELINE, 1)


@pytest.mark.parametrize("pipeline", ["7", "a/b", "a/../c.yml", "../x/y.yml", "a/b/c.yml?x=1"])
def test_a_workflow_is_named_by_repository_and_file(workflows, pipeline):
    with pytest.raises(Refused, match=r"write it as owner/repository/file\.yml"):
        workflows.run(pipeline, 1)


def test_the_token_is_not_shown_and_goes_to_no_other_place(workflows, loopback, github):
    loopback.router.fail_next(
        "GET",
        f"/repos/{REPOSITORY}/actions/runs/{{n}}",
        Answer(status=302, headers={"Location": f"{loopback.url}/elsewhere"}),
    )

    with pytest.raises(Refused):
        workflows.run(PIPELINE, 1)

    assert [request.path for request in loopback.router.log if "elsewhere" in request.path] == []
    assert TOKEN not in repr(workflows)
    assert github.inputs == {}
