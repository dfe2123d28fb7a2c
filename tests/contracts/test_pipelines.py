"""What every adapter promises that starts pipelines, reads approvals and answers checks.

GitHub has no checks to answer, and tells no times of approvals.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from shared.adapters.azure.devops import AzureDevOps
from shared.adapters.azure.devops_checks import DevOpsChecks
from shared.adapters.embedded.environment_checks import FileEnvironmentChecks
from shared.adapters.embedded.pipelines import FilePipelines
from shared.adapters.github.workflows import GitHubWorkflows
from shared.adapters.routed_pipelines import RoutedPipelines
from shared.domain.pipelines import EnvironmentCheck, PipelineOrder
from shared.errors import NotFound, Refused
from tests.integration.loopback.devops import PROJECT, serve_devops
from tests.integration.loopback.github import REPOSITORY, TOKEN, serve_github

NOW = datetime(2026, 2, 3, 12, tzinfo=UTC)
TASK = "0d9d7d2e-3c3d-4b60-a1a2-0a5c7b0a1b2c"
NUMBER, WORKFLOW = "7", f"{REPOSITORY}/promote.yml"
APPROVED = datetime(2026, 2, 3, 13, tzinfo=UTC)


@dataclass
class Sides:
    """The port, and ways to set and see its world; `at` is when an approval is told to be."""

    pipelines: Any
    order: PipelineOrder
    parameters: Any
    approve: Any
    at: datetime | None = APPROVED


def order(pipeline):
    return PipelineOrder(
        pipeline=pipeline,
        correlation="c-1",
        requested=NOW,
        parameters={"model": "loan-default", "version": "9"},
    )


def on_files(folder, pipeline):
    (folder / "pipelines" / pipeline).mkdir(parents=True)

    def path(number):
        return folder / f"pipelines/{pipeline}/{number}.yaml"

    def approve(number):
        step = {"asked": "team", "by": "ada@contoso.com", "status": "approved", "at": APPROVED}
        approval = {"id": "a1", "status": "approved", "steps": [step]}
        held = yaml.safe_load(path(number).read_text())
        path(number).write_text(yaml.safe_dump({**held, "approvals": [approval]}))

    return Sides(
        pipelines=FilePipelines(folder),
        order=order(pipeline),
        parameters=lambda number: yaml.safe_load(path(number).read_text())["parameters"],
        approve=approve,
    )


def on_azure(server, credential):
    devops = serve_devops(server.router)
    devops.pipelines[7] = []

    def parameters(number):
        [run] = [run for run in devops.pipelines[7] if run["id"] == number]
        devops.timelines.setdefault(number, [])
        return run["templateParameters"]

    def approve(number):
        devops.timelines[number] = [
            {"id": "s1", "type": "Stage"},
            {"id": "a1", "type": "Checkpoint.Approval"},
        ]
        step = {
            "assignedApprover": {"displayName": "team", "id": "1"},
            "actualApprover": {"displayName": "Ada", "uniqueName": "ada@contoso.com"},
            "status": "approved",
            "lastModifiedOn": "2026-02-03T13:00:00Z",
        }
        devops.approvals["a1"] = {"id": "a1", "status": "approved", "steps": [step]}

    return Sides(
        pipelines=AzureDevOps(f"{server.url}{PROJECT}", credential, retries=2, backoff=0.001),
        order=order(NUMBER),
        parameters=parameters,
        approve=approve,
    )


def on_github(server):
    github = serve_github(server.router)
    github.runs["promote.yml"] = []

    def approve(number):
        github.reviews[number] = [
            {
                "state": "approved",
                "comment": "Ship it!",
                "environments": [{"id": 1, "name": "team"}],
                "user": {"login": "ada@contoso.com"},
            }
        ]

    return Sides(
        pipelines=GitHubWorkflows(TOKEN, endpoint=server.url, retries=2, backoff=0.001),
        order=order(WORKFLOW),
        parameters=lambda number: github.inputs[number],
        approve=approve,
        at=None,
    )


def made(kind, request, tmp_path):
    if kind.startswith("files"):
        return on_files(tmp_path, WORKFLOW if kind.endswith("github") else NUMBER)
    loopback = request.getfixturevalue("loopback")
    if kind == "github":
        return on_github(loopback)
    return on_azure(loopback, request.getfixturevalue("credential"))


@pytest.fixture(params=["files", "files as github", "azure", "github", "routed"])
def sides(request, tmp_path):
    if request.param == "routed":
        devops, github = (made(kind, request, tmp_path) for kind in ("azure", "github"))
        yield replace(github, pipelines=RoutedPipelines(devops.pipelines, github.pipelines))
        open_ = [devops.pipelines, github.pipelines]
    else:
        side = made(request.param, request, tmp_path)
        yield side
        open_ = [side.pipelines]
    for one in open_:
        getattr(one, "close", lambda: None)()


def test_a_started_run_has_the_parameters_of_its_order(sides):
    run = sides.pipelines.start(sides.order)

    assert run.state == "inProgress"
    assert run.result is None
    assert sides.parameters(run.number) == {**sides.order.parameters, "correlationId": "c-1"}


def test_an_order_that_comes_twice_starts_one_run(sides):
    first = sides.pipelines.start(sides.order)
    second = sides.pipelines.start(sides.order)

    assert first.number == second.number


def test_another_order_starts_another_run(sides):
    first = sides.pipelines.start(sides.order)
    second = sides.pipelines.start(replace(sides.order, correlation="c-2", parameters={}))

    assert first.number != second.number


def test_a_pipeline_that_does_not_exist_is_not_found(sides):
    pipeline = sides.order.pipeline.replace("promote", "other").replace("7", "8")

    with pytest.raises(NotFound):
        sides.pipelines.start(replace(sides.order, pipeline=pipeline))


@pytest.mark.parametrize("pipeline", ["../7", "a/b/../c.yml", "", "7 8"])
def test_a_pipeline_that_is_none_is_refused(sides, pipeline):
    with pytest.raises(Refused):
        sides.pipelines.run(pipeline, 1)


def test_who_asked_for_a_run_is_told_with_it(sides):
    assert sides.pipelines.start(sides.order).by.startswith("driftgate")


def test_a_run_is_read_back(sides):
    started = sides.pipelines.start(sides.order)

    read = sides.pipelines.run(sides.order.pipeline, started.number)

    assert replace(read, by=started.by) == started


def test_a_run_that_does_not_exist_is_not_found(sides):
    with pytest.raises(NotFound):
        sides.pipelines.run(sides.order.pipeline, 99)


def test_who_approved_a_run_and_when_is_told(sides):
    run = sides.pipelines.start(sides.order)
    sides.parameters(run.number)
    assert sides.pipelines.approvals(sides.order.pipeline, run.number) == []

    sides.approve(run.number)

    [approval] = sides.pipelines.approvals(sides.order.pipeline, run.number)
    [step] = approval.steps
    assert approval.identity
    assert approval.status == step.status == "approved"
    assert (step.asked, step.by) == ("team", "ada@contoso.com")
    assert step.at == sides.at


def test_the_approvals_of_an_unknown_run_are_not_found(sides):
    with pytest.raises(NotFound):
        sides.pipelines.approvals(sides.order.pipeline, 99)


@pytest.mark.parametrize(
    ("pipeline", "setting"),
    [(WORKFLOW, "DRIFTGATE_GITHUB_TOKEN"), (NUMBER, "DRIFTGATE_DEVOPS_URL")],
)
def test_a_platform_that_is_not_named_is_asked_for_by_its_setting(pipeline, setting):
    routed = RoutedPipelines(None, None)

    for ask in (
        lambda: routed.start(order(pipeline)),
        lambda: routed.run(pipeline, 1),
        lambda: routed.approvals(pipeline, 1),
    ):
        with pytest.raises(Refused, match=setting):
            ask()


@dataclass
class Checked:
    """A way to answer checks, and what came of it."""

    checks: Any
    results: Any
    lines: Any
    address: str


@pytest.fixture(params=["files", "azure"])
def checked(request, tmp_path):
    if request.param == "files":

        def held():
            found = tmp_path.glob("checks/*.yaml")
            return [yaml.safe_load(path.read_text()) for path in found]

        yield Checked(
            checks=FileEnvironmentChecks(tmp_path),
            results=lambda: [one["result"] for one in held() if "result" in one],
            lines=lambda: [line for one in held() for line in one.get("console", [])],
            address="",
        )
        return
    loopback = request.getfixturevalue("loopback")
    devops = serve_devops(loopback.router)
    checks = DevOpsChecks(f"{loopback.url}{PROJECT}", retries=2, backoff=0.001)

    def said(name):
        bodies = [body for _, _, body in devops.answered if isinstance(body, dict)]
        return [body[name] for body in bodies if name in body]

    yield Checked(
        checks=checks,
        results=lambda: said("result"),
        lines=lambda: [line for lines in said("value") for line in lines if isinstance(line, str)],
        address=f"{loopback.url}/contoso/",
    )
    checks.close()


def check(checked, **changes):
    fields = {
        "address": checked.address,
        "project": "11111111-1111-4111-8111-111111111111",
        "hub": "Build",
        "plan": "22222222-2222-4222-8222-222222222222",
        "job": "33333333-3333-4333-8333-333333333333",
        "timeline": "44444444-4444-4444-8444-444444444444",
        "task": TASK,
        "token": "a-job-token",
    }
    return EnvironmentCheck(**{**fields, **changes})


@pytest.mark.parametrize(("passed", "result"), [(True, "succeeded"), (False, "failed")])
def test_a_check_is_completed_with_its_verdict(checked, passed, result):
    checked.checks.accept(check(checked))
    checked.checks.begin(check(checked), "It begins.")
    checked.checks.tell(check(checked), ["It waits."])

    checked.checks.answer(check(checked), passed, "Every gate was asked.", ["pass: auc"])

    assert checked.results() == [result]
    assert checked.lines()[:2] == ["It begins.", "It waits."]


def test_a_task_that_is_no_name_is_refused(checked):
    stranger = check(checked, task="../x")

    for say in (
        lambda: checked.checks.accept(stranger),
        lambda: checked.checks.begin(stranger, ""),
        lambda: checked.checks.tell(stranger, [""]),
        lambda: checked.checks.answer(stranger, True, ""),
    ):
        with pytest.raises(Refused, match="TaskInstanceId"):
            say()

    assert checked.results() == []


def test_a_check_on_files_takes_no_second_verdict(tmp_path):
    checks = FileEnvironmentChecks(tmp_path)
    one = check(Checked(checks=checks, results=None, lines=None, address=""))
    checks.answer(one, True, "")

    with pytest.raises(Refused, match="has its answer already"):
        checks.answer(one, False, "")


def test_a_checks_token_is_not_shown(checked):
    assert "a-job-token" not in repr(check(checked))
