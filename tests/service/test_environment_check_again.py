"""A message of a waiting check comes again after a process died: its answer may have been given."""

from datetime import timedelta

import pytest

from shared.adapters.embedded.yaml_files import read_yaml
from shared.errors import NoPermission
from shared.service.environment_checks import take_in
from shared.service.environment_checks.waiting import WaitingCheck

POLICY = "model: loan-default\nendpoint: loan-endpoint\ngates: {min_auc: 0.9}\n"
HEADERS = {
    "PlanUrl": "https://dev.azure.com/contoso/",
    "ProjectId": "project",
    "HubName": "Build",
    "PlanId": "plan",
    "JobId": "job",
    "TimelineId": "timeline",
    "TaskInstanceId": "task-1",
    "AuthToken": "token",
}
QUERY = {"model": "loan-default", "version": "8", "timeout": "1h"}


@pytest.fixture
def asked(scene, registered):
    """A check that waits to be looked at, and the body of its message."""
    scene.policy(POLICY)
    scene.model("8", "metrics: {auc: 0.95}\n")
    scene.send(registered("8"))
    take_in(HEADERS, QUERY, adapters=scene.application.adapters, now=scene.clock())
    [message] = scene.application.queue.peek("environment-checks")
    return message.body


def answer(scene):
    return read_yaml(scene.home / "workspace/checks/task-1.yaml").text("result")


def dead(scene):
    return scene.application.adapters.dead_letters.dead_letters("environment-checks")


def test_a_pass_that_was_given_before_a_long_outage_is_decided_anew_and_let_be(scene, asked):
    """The decision is too old to be given, and the platform takes no second verdict."""
    scene.application.check_environment(asked)
    assert answer(scene) == "succeeded"

    scene.clock.advance(timedelta(minutes=15))
    scene.drain()

    assert answer(scene) == "succeeded"
    assert dead(scene) == []
    assert scene.application.queue.peek("environment-checks") == []


def test_a_check_whose_time_was_up_may_be_told_so_twice(scene, asked):
    scene.clock.advance(timedelta(hours=2))
    scene.application.check_environment(asked)
    assert answer(scene) == "failed"

    scene.drain()

    assert dead(scene) == []


def test_a_token_that_ran_out_is_still_told(scene, asked, monkeypatch):
    """Nobody has answered then: that is nothing to be quiet about."""

    def refuse(*_, **__):
        raise NoPermission("The token is no longer valid.")

    checks = scene.application.adapters.environment_checks
    monkeypatch.setattr(checks, "answer", refuse)
    scene.clock.advance(timedelta(hours=2))

    with pytest.raises(NoPermission):
        scene.application.check_environment(asked)


def test_a_message_of_an_earlier_release_does_not_say_whether_it_was_answered(asked):
    earlier = {name: value for name, value in asked.items() if name != "given"}

    assert WaitingCheck.from_body(earlier).given is False
