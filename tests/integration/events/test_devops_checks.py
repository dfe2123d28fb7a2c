"""Answers to an environment's check over loopback: what is said, how, and to whom alone."""

import logging
from itertools import pairwise

import pytest

from shared.adapters.azure.devops_checks import DevOpsChecks
from shared.domain.pipelines import EnvironmentCheck
from shared.errors import NoPermission, Refused, Unavailable
from tests.integration.loopback.devops import PROJECT, SIGN_IN, fault, serve_devops

HUB = "/contoso/{project}/_apis/distributedtask/hubs/{hub}/plans/{plan}"
IDENTITY = "11111111-1111-4111-8111-111111111111"
JOB = "22222222-2222-4222-8222-222222222222"


@pytest.fixture
def devops(loopback):
    return serve_devops(loopback.router)


@pytest.fixture
def answers(loopback, devops):
    assert devops.answered == []
    made = DevOpsChecks(f"{loopback.url}{PROJECT}", retries=2, backoff=0.001, page=64)
    yield made
    made.close()


def check(loopback, **changes):
    fields = {
        "address": f"{loopback.url}/contoso/",
        "hub": "build",
        "token": "a-job-token",
        **dict.fromkeys(("project", "plan", "timeline", "task"), IDENTITY),
        "job": JOB,
    }
    return EnvironmentCheck(**{**fields, **changes})


def test_a_verdict_comes_after_its_log_and_its_sentence_all_with_the_jobs_token(
    answers, devops, loopback
):
    answers.answer(check(loopback), False, "min_auc failed.", ["fail: auc", "pass: tags"])

    paths = [path.rpartition(f"/plans/{IDENTITY}/")[2] for path, _, _ in devops.answered]
    assert paths == [
        "logs",
        "logs/7",
        f"timelines/{IDENTITY}/records",
        f"timelines/{IDENTITY}/records/{JOB}/feed",
        "events",
    ]
    assert {token for _, token, _ in devops.answered} == {"a-job-token"}
    said = [body for _, _, body in devops.answered]
    assert said[0] == {"path": f"logs\\{IDENTITY}"}
    assert said[1] == "fail: auc\npass: tags\n"
    assert said[2] == {"value": [{"id": IDENTITY, "log": {"id": 7}}], "count": 1}
    assert said[3] == {"value": ["min_auc failed."], "count": 1}
    assert said[4] == {
        "name": "TaskCompleted",
        "taskId": IDENTITY,
        "jobId": JOB,
        "result": "failed",
    }


def test_a_check_that_is_taken_up_is_said_to_have_started(answers, devops, loopback):
    answers.begin(check(loopback), "Driftgate looks.")

    (_, _, started), (_, _, line) = devops.answered
    assert started == {"name": "TaskStarted", "taskId": IDENTITY, "jobId": JOB}
    assert line["value"] == ["Driftgate looks."]


def test_a_line_longer_than_the_console_shows_is_cut(answers, devops, loopback):
    answers.tell(check(loopback), ["x" * 1024, "y" * 1025])

    [(_, _, said)] = devops.answered
    assert said == {"value": ["x" * 1024, f"{'y' * 1021}..."], "count": 2}


def test_a_long_log_goes_in_pages_of_whole_lines(answers, devops, loopback):
    lines = [f"line {number} of the log" for number in range(12)]

    answers.answer(check(loopback), True, "", lines)

    pages = [body for path, _, body in devops.answered if path.endswith("/logs/7")]
    assert len(pages) > 1
    assert max(map(len, pages)) <= 64
    assert "".join(pages) == "".join(f"{line}\n" for line in lines)
    assert all(len(one) + len(two) > 64 for one, two in pairwise(pages))


@pytest.mark.parametrize(("version", "task", "job"), [(12, 0, IDENTITY), (13, IDENTITY, JOB)])
def test_gates_of_old_plans_name_the_job_after_the_task(
    answers, devops, loopback, version, task, job
):
    devops.plan_version = version

    answers.answer(check(loopback, hub="Gates"), True, "")

    _, _, said = devops.answered[-1]
    assert said["jobId"] == job
    assert said["taskId"] == (task or "00000000-0000-0000-0000-000000000000")


def test_a_log_that_cannot_be_written_does_not_hold_the_verdict_back(
    answers, devops, loopback, caplog
):
    loopback.router.fail_next("POST", f"{HUB}/logs", fault(404, "No plan."))
    loopback.router.fail_next("POST", f"{HUB}/timelines/{{t}}/records/{{r}}/feed", fault(400, "No"))

    with caplog.at_level(logging.WARNING, logger="driftgate.checks"):
        answers.answer(check(loopback), True, "", ["pass"])

    assert [body["result"] for _, _, body in devops.answered] == ["succeeded"]
    assert "the log of check" in caplog.text
    assert "the console of check" in caplog.text


def test_a_log_without_a_number_is_not_written(answers, devops, loopback, caplog):
    from tests.integration.loopback.server import Answer

    loopback.router.fail_next("POST", f"{HUB}/logs", Answer(body=b"<html>"))

    answers.answer(check(loopback), True, "", ["pass"])

    assert devops.answered[-1][2]["result"] == "succeeded"
    assert "made a log without a number" in caplog.text


def test_a_verdict_is_never_sent_twice_by_itself(answers, loopback):
    path = f"{HUB}/events"
    loopback.router.fail_next("POST", path, fault(503, "Busy."))

    with pytest.raises(Unavailable):
        answers.answer(check(loopback), True, "")

    assert len(loopback.router.requests("POST", path)) == 1


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
def test_a_job_token_goes_nowhere_but_to_the_own_organisation(answers, devops, loopback, change):
    changes = {name: value.replace("{url}", loopback.url) for name, value in change.items()}
    stranger = check(loopback, **changes)

    for say in (
        lambda: answers.accept(stranger),
        lambda: answers.begin(stranger, ""),
        lambda: answers.tell(stranger, [""]),
        lambda: answers.answer(stranger, True, ""),
    ):
        with pytest.raises(Refused):
            say()

    assert devops.answered == []


@pytest.mark.parametrize("answer", [fault(401, "Expired."), SIGN_IN], ids=["401", "sign-in"])
def test_an_expired_job_token_is_told(answers, loopback, answer):
    loopback.router.fail_next("POST", f"{HUB}/{{rest:path}}", answer)

    with pytest.raises(NoPermission, match="48 hours"):
        answers.answer(check(loopback), True, "")
