"""What every adapter promises that starts pipelines, reads approvals and answers checks."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from shared.adapters.azure.devops import AzureDevOps
from shared.adapters.embedded.pipelines import FilePipelines
from shared.domain.pipelines import EnvironmentCheck, PipelineOrder
from shared.errors import NotFound, Refused
from tests.integration.loopback.devops import PROJECT, serve_devops

NOW = datetime(2026, 2, 3, 12, tzinfo=UTC)
TASK = "0d9d7d2e-3c3d-4b60-a1a2-0a5c7b0a1b2c"
ORDER = PipelineOrder(
    pipeline=7,
    correlation="c-1",
    requested=NOW,
    parameters={"model": "loan-default", "version": "9"},
)
APPROVED_AT = "2026-02-03T13:00:00Z"


@dataclass
class Sides:
    """The port, and ways to set and see its world."""

    pipelines: Any
    parameters: Any
    approve: Any
    answered: Any
    address: str


def on_files(folder):
    (folder / "pipelines/7").mkdir(parents=True)

    def read(number):
        return yaml.safe_load((folder / f"pipelines/7/{number}.yaml").read_text())

    def approve(number):
        step = {"asked": "team", "by": "ada@contoso.com", "status": "approved", "at": APPROVED_AT}
        approval = {"id": "a1", "status": "approved", "steps": [step]}
        path = folder / f"pipelines/7/{number}.yaml"
        path.write_text(yaml.safe_dump({**read(number), "approvals": [approval]}))

    def answered():
        return [yaml.safe_load(path.read_text())["result"] for path in folder.glob("checks/*.yaml")]

    return Sides(
        pipelines=FilePipelines(folder),
        parameters=lambda number: read(number)["parameters"],
        approve=approve,
        answered=answered,
        address="",
    )


def on_azure(server, credential):
    devops = serve_devops(server.router)
    devops.pipelines[7] = []

    def parameters(number):
        [run] = [run for run in devops.pipelines[7] if run["id"] == number]
        devops.timelines.setdefault(number, [])
        return {k: v for k, v in run["templateParameters"].items() if k != "correlationId"}

    def approve(number):
        devops.timelines[number] = [
            {"id": "s1", "type": "Stage"},
            {"id": "a1", "type": "Checkpoint.Approval"},
        ]
        step = {
            "assignedApprover": {"displayName": "team", "id": "1"},
            "actualApprover": {"displayName": "Ada", "uniqueName": "ada@contoso.com"},
            "status": "approved",
            "lastModifiedOn": APPROVED_AT,
        }
        devops.approvals["a1"] = {"id": "a1", "status": "approved", "steps": [step]}

    return Sides(
        pipelines=AzureDevOps(f"{server.url}{PROJECT}", credential, retries=2, backoff=0.001),
        parameters=parameters,
        approve=approve,
        answered=lambda: [b["result"] for _, _, b in devops.answered if "result" in b],
        address=f"{server.url}/contoso/",
    )


@pytest.fixture(params=["files", "azure"])
def sides(request, tmp_path):
    if request.param == "files":
        yield on_files(tmp_path)
        return
    loopback = request.getfixturevalue("loopback")
    made = on_azure(loopback, request.getfixturevalue("credential"))
    yield made
    made.pipelines.close()


def check(sides, **changes):
    fields = {
        "address": sides.address,
        "project": "11111111-1111-4111-8111-111111111111",
        "hub": "Build",
        "plan": "22222222-2222-4222-8222-222222222222",
        "job": "33333333-3333-4333-8333-333333333333",
        "timeline": "44444444-4444-4444-8444-444444444444",
        "task": TASK,
        "token": "a-job-token",
    }
    return EnvironmentCheck(**{**fields, **changes})


def test_a_started_run_has_the_parameters_of_its_order(sides):
    run = sides.pipelines.start(ORDER)

    assert run.state == "inProgress"
    assert run.result is None
    assert sides.parameters(run.number) == ORDER.parameters


def test_an_order_that_comes_twice_starts_one_run(sides):
    first = sides.pipelines.start(ORDER)
    second = sides.pipelines.start(ORDER)

    assert first.number == second.number


def test_another_order_starts_another_run(sides):
    first = sides.pipelines.start(ORDER)
    second = sides.pipelines.start(
        PipelineOrder(pipeline=7, correlation="c-2", requested=NOW, parameters={})
    )

    assert first.number != second.number


def test_a_pipeline_that_does_not_exist_is_not_found(sides):
    with pytest.raises(NotFound):
        sides.pipelines.start(PipelineOrder(pipeline=8, correlation="c", requested=NOW))


def test_a_run_is_read_back(sides):
    started = sides.pipelines.start(ORDER)

    assert sides.pipelines.run(7, started.number) == started


def test_a_run_that_does_not_exist_is_not_found(sides):
    with pytest.raises(NotFound):
        sides.pipelines.run(7, 99)


def test_who_approved_a_run_and_when_is_told(sides):
    run = sides.pipelines.start(ORDER)
    sides.parameters(run.number)
    assert sides.pipelines.approvals(run.number) == []

    sides.approve(run.number)

    [approval] = sides.pipelines.approvals(run.number)
    [step] = approval.steps
    assert (approval.identity, approval.status) == ("a1", "approved")
    assert (step.asked, step.by) == ("team", "ada@contoso.com")
    assert step.at == datetime(2026, 2, 3, 13, tzinfo=UTC)


def test_the_approvals_of_an_unknown_run_are_not_found(sides):
    with pytest.raises(NotFound):
        sides.pipelines.approvals(99)


@pytest.mark.parametrize(("passed", "result"), [(True, "succeeded"), (False, "failed")])
def test_a_check_is_completed_with_its_verdict(sides, passed, result):
    sides.pipelines.answer(check(sides), passed, "Every gate passed.")

    assert sides.answered() == [result]


def test_a_task_that_is_no_name_is_refused(sides):
    with pytest.raises(Refused, match="TaskInstanceId"):
        sides.pipelines.answer(check(sides, task="../x"), True, "")

    assert sides.answered() == []


def test_a_checks_token_is_not_shown(sides):
    assert "a-job-token" not in repr(check(sides))
