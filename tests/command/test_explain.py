"""`driftgate explain`, and what `alerts` and `status` say of who is told."""

import json

import pytest

from tests.service.explained import Night


@pytest.fixture
def night(scene):
    """An alert that people were told of, and that somebody silenced then."""
    night = Night(scene).told()
    night.pass_time(minutes=1)
    night.silence()
    night.pass_time(minutes=5)
    return night


def test_people_read_how_it_stands_what_was_decided_and_what_they_can_do(run, night):
    done = run("explain", night.fingerprint[:8], home=night.scene.home)

    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].endswith(f"(alert {night.fingerprint})")
    assert lines[1].startswith("It is firing since 2026-02-03 11:00 UTC, ")
    assert "anna silenced it until 2026-02-03 14:01 UTC: known rollout." in done.stdout
    assert "routing, raised; routing check of endpoint/loan-endpoint; decision " in done.stdout
    assert f"Take it on: driftgate acknowledge {night.fingerprint} --because" in done.stdout


def test_programs_get_one_document_of_it(run, night):
    done = run("explain", "receiver/on-call", "--json", home=night.scene.home)

    said = json.loads(done.stdout)
    assert said["thing"] == {"kind": "receiver", "name": "on-call", "subject": "receiver/on-call"}
    assert "delivered" in {one["reason"] for one in said["moments"]}


def test_what_is_not_known_is_exit_code_3_with_what_it_could_be(run, night):
    done = run("explain", "receiver/on-cal", home=night.scene.home)

    assert (done.returncode, done.stderr) == (
        3,
        "There is no receiver on-cal; close to it: on-call.\n",
    )


def test_alerts_and_status_say_what_holds_it_and_whom_it_was_told(run, night):
    alerts = run("alerts", home=night.scene.home).stdout
    status = run("status", "loan-endpoint", home=night.scene.home).stdout

    for said in (alerts, status):
        assert "on-call: held by silence " in said


def test_nothing_in_an_explanation_is_a_command_to_a_pipeline(run, night):
    night.scene.send(b'{"##vso[task.complete]": "::error::"}')
    [event] = night.application.archive.list(limit=1)
    done = run("explain", "event", event.key, home=night.scene.home)

    assert done.returncode == 0
    assert "##vso[" not in done.stdout
    assert "A payload that cannot be read" in done.stdout
