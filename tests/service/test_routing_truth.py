"""Events, timers and faults of the whole path of routing, on the embedded adapters."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.bootstrap import build
from shared.domain.event import Check
from shared.errors import Unavailable
from tests.conftest import Scene

BOTH = '{blue: {model: "loan-default:7"}, green: {model: "loan-default:8"}}'
UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
MINUTES, HOUR, DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def written(sample):
    """A resource event that the endpoint was written, by somebody."""

    def make(at, claims, kind="Success"):
        [event] = sample("arm_online_endpoint_write_success.derived.json")
        event["id"] = f"write-{at.isoformat()}"
        event["eventType"] = f"Microsoft.Resources.ResourceWrite{kind}"
        event["eventTime"] = at.isoformat()
        event["data"]["claims"] = claims
        return event

    return make


@pytest.fixture
def refused(sample):
    """A resource event that Azure refused to write a deployment."""

    def make(deployment, at, claims=None):
        text = json.dumps(sample("arm_online_deployment_write_failure.derived.json"))
        [event] = json.loads(text.replace("deployments/blue", f"deployments/{deployment}"))
        event["id"] = f"refused-{deployment}-{at.isoformat()}"
        event["eventTime"] = at.isoformat()
        event["data"]["claims"] = claims or {}
        return event

    return make


def look(scene, check=Check.ROUTING):
    scene.application.service.fan_out(check)
    scene.drain()


def requests(scene, *spans):
    """Requests of a deployment, one each ten seconds of a span (start, minutes, deployment)."""
    rows = [
        (start + timedelta(seconds=10 * step), deployment)
        for start, minutes, deployment in spans
        for step in range(minutes * 6)
    ]
    lines = ["time,deployment", *[f"{time.isoformat()},{name}" for time, name in sorted(rows)]]
    scene.write("workspace/requests/loan-endpoint.csv", "\n".join(lines) + "\n")


def planned(scene):
    scene.policy("model: loan-default\nendpoint: loan-endpoint\nrouting: {changes: planned}\n")
    scene.endpoint("{blue: 100}", BOTH)
    look(scene)
    scene.clock.advance(timedelta(minutes=1))
    scene.endpoint("{green: 100}", BOTH)


def test_who_changed_the_traffic_stands_in_the_alert(scene, written):
    planned(scene)
    scene.send([written(scene.clock.now, {UPN: "anna@contoso.com", "ipaddr": "203.0.113.7"})])

    assert scene.notices[-1]["data"]["alert"]["title"] == (
        "the traffic of loan-endpoint was changed to green 100 % by anna@contoso.com, which is "
        "nobody's plan"
    )


def test_where_names_are_not_kept_nobody_is_named_in_archive_ledger_or_alert(scene, written):
    settings = replace(scene.application.settings, keeps_names=False)
    scene = Scene(
        home=scene.home, clock=scene.clock, application=build(settings, clock=scene.clock)
    )
    planned(scene)
    scene.send([written(scene.clock.now, {UPN: "anna@contoso.com"})])

    assert "by somebody no event names" in scene.notices[-1]["data"]["alert"]["title"]
    kept = next(iter(scene.application.archive.list(limit=1)))
    assert b"anna" not in kept.body
    assert "anna" not in json.dumps([dict(kept.event), scene.last("endpoint/loan-endpoint")])


def test_an_application_that_changed_it_is_named_by_its_id(scene, sample):
    planned(scene)
    event = sample("arm_online_endpoint_write_success.derived.json")
    event[0]["eventTime"] = scene.clock.now.isoformat()
    scene.send(event)

    assert (
        "by application 00000000-0000-0000-0000-000000000002"
        in (scene.notices[-1]["data"]["alert"]["title"])
    )


def test_a_deployment_that_was_never_made_is_told_and_closed_when_it_is(scene, refused):
    scene.endpoint("{blue: 100}", "{blue: {}}")
    scene.send([refused("green", scene.clock.now, {UPN: "anna@contoso.com"})])

    alert = scene.notices[0]["data"]["alert"]
    assert alert["title"] == "Azure refused to make deployment green of loan-endpoint"
    assert "anna@contoso.com had asked for it." in alert["text"]
    assert "--correlation-id 5a1b1f0e-22b8-4f7e-9d55-6a2d3c7f0e10" in alert["first_step"]

    scene.clock.advance(HOUR)
    scene.endpoint("{blue: 100}", f"{{blue: {{}}, green: {{changed: {scene.clock.now}}}}}")
    look(scene)
    assert scene.told()[-1] == ("ResolveAlert", "deployment_failed")
    assert scene.notices[-1]["data"]["reason"] == "deployment green succeeded"


def test_a_refusal_nobody_tried_again_is_over_after_a_day_by_a_look_it_asked_for(scene, refused):
    scene.endpoint("{blue: 100}", "{blue: {}}")
    scene.send([refused("green", scene.clock.now)])
    scene.clock.advance(DAY)
    scene.drain()

    assert scene.notices[-1]["data"]["reason"] == "nobody tried again for a day"


def test_the_twin_of_a_refusal_sees_nothing_which_is_its_limit(scene):
    scene.endpoint("{blue: 100}", "{blue: {}}")
    look(scene, Check.RECONCILE)

    assert scene.told() == []


def test_a_deployment_that_was_made_and_failed_is_told_with_every_event_lost(scene):
    scene.endpoint("{blue: 100}", "{blue: {}, green: {provisioning_state: Failed}}")
    look(scene, Check.RECONCILE)

    assert scene.told() == [("PostAlert", "deployment_failed")]


def test_an_endpoint_that_is_gone_is_found_without_its_event_and_nobody_waits_for_it(scene):
    scene.endpoint("{blue: 100}", "{blue: {}, green: {provisioning_state: Failed}}")
    look(scene)
    (scene.home / "workspace/endpoints/loan-endpoint.yaml").unlink()
    scene.clock.advance(HOUR)
    look(scene, Check.RECONCILE)

    assert scene.notices[-1]["data"]["reason"] == "endpoint loan-endpoint was deleted"
    for _ in range(4):
        scene.clock.advance(HOUR)
        scene.application.service.heartbeat()
        look(scene, Check.RECONCILE)
    assert scene.told()[-1] == ("ResolveAlert", "deployment_failed")
    assert len(scene.application.ledger.decisions("endpoint/loan-endpoint")) == 2


@pytest.mark.parametrize("fault", ["a file that cannot be read", "a service that is down"])
def test_requests_that_cannot_be_counted_hide_no_zero(scene, completed, fault):
    scene.endpoint("{blue: 100}", BOTH)
    if fault == "a file that cannot be read":
        scene.write("workspace/requests/loan-endpoint.csv", "when\n1\n")
        sentence = "loan-endpoint.csv has no column `time`"
    else:

        def down(*_):
            raise Unavailable(sentence)

        sentence = "Log Analytics does not answer."
        scene.application.workspace.requests = down
    scene.send(completed("green"))
    scene.clock.advance(timedelta(minutes=30))
    scene.drain()

    assert scene.told() == [("PostAlert", "no_traffic")]
    decision = scene.last("endpoint/loan-endpoint")
    assert any(
        f["verdict"] == "error" and f["sentence"].startswith(sentence) for f in decision["findings"]
    )


def test_requests_of_before_a_change_are_not_held_against_the_new_shares(scene):
    """An hour of blue's requests says nothing of shares that are a minute old."""
    begun = scene.clock.now
    scene.endpoint("{blue: 100}", BOTH)
    look(scene)
    requests(scene, (begun, 60, "blue"))
    scene.clock.advance(HOUR)
    scene.endpoint("{blue: 50, green: 50}", BOTH)
    for _ in range(3):
        look(scene)
        scene.clock.advance(timedelta(minutes=2))
    assert ("PostAlert", "not_observed") not in scene.told()

    requests(scene, (begun, 120, "blue"))
    scene.clock.advance(HOUR)
    look(scene)
    assert ("PostAlert", "not_observed") in scene.told()


def test_at_the_first_look_shares_younger_than_the_requests_are_not_compared(scene):
    begun = scene.clock.now - HOUR
    requests(scene, (begun, 60, "blue"))
    changed = (scene.clock.now - timedelta(minutes=4)).isoformat()
    scene.endpoint(f"{{blue: 50, green: 50}}\nchanged: {changed}", BOTH)
    look(scene)
    assert scene.told() == []

    old = (begun - DAY).isoformat()
    scene.endpoint(f"{{blue: 50, green: 50}}\nchanged: {old}", BOTH, name="other")
    requests_of_other = (scene.home / "workspace/requests/loan-endpoint.csv").read_text()
    scene.write("workspace/requests/other.csv", requests_of_other)
    scene.clock.advance(timedelta(minutes=1))
    look(scene)
    assert ("PostAlert", "not_observed") in scene.told()


def test_requests_of_before_a_look_that_saw_new_shares_do_not_count_whoever_wrote_before(
    scene, written
):
    """The event is of an earlier write; when the shares were changed after it nobody told yet."""
    begun = scene.clock.now
    scene.endpoint("{blue: 100}", BOTH)
    look(scene)
    requests(scene, (begun, 20, "blue"))
    scene.clock.advance(timedelta(minutes=20))
    scene.endpoint("{blue: 50, green: 50}", BOTH)
    scene.send([written(begun + timedelta(minutes=1), {})])
    scene.clock.advance(timedelta(minutes=4))
    look(scene)

    assert ("PostAlert", "not_observed") not in scene.told()


def test_where_the_endpoint_tells_when_it_was_written_requests_of_after_that_count_at_once(scene):
    begun = scene.clock.now
    scene.endpoint("{blue: 100}", BOTH)
    look(scene)
    scene.clock.advance(HOUR)
    requests(scene, (begun, 60, "blue"))
    changed = (begun + timedelta(minutes=10)).isoformat()
    scene.endpoint(f"{{blue: 50, green: 50}}\nchanged: {changed}", BOTH)
    look(scene)

    assert ("PostAlert", "not_observed") in scene.told()


def test_mirrored_requests_are_no_callers_once_the_mirror_is_off(scene):
    begun = scene.clock.now
    mirrored = f"traffic: {{blue: 100}}\nmirror_traffic: {{green: 20}}\ndeployments: {BOTH}\n"
    scene.write("workspace/endpoints/loan-endpoint.yaml", mirrored)
    look(scene)
    requests(scene, (begun, 60, "blue"), (begun, 60, "green"))
    scene.clock.advance(HOUR)
    scene.endpoint("{blue: 100}", BOTH)
    for _ in range(8):
        look(scene)
        reasons = {f["reason"] for f in scene.last("endpoint/loan-endpoint")["findings"]}
        assert "called_by_header" not in reasons
        scene.clock.advance(MINUTES)

    assert ("PostAlert", "called_by_header") not in scene.told()


def test_an_event_that_comes_late_counts_requests_up_to_the_look_before(scene, completed):
    scene.endpoint("{blue: 100}\nchanged: 2026-01-01T00:00:00Z", "{blue: {}}")
    requests(scene, (scene.clock.now - HOUR, 60, "blue"))
    look(scene)
    scene.clock.advance(HOUR)
    requests(scene, (scene.clock.now - HOUR, 60, "blue"))
    look(scene)
    scene.send(completed("blue", at=scene.clock.now - timedelta(hours=5)))

    decision = scene.last("endpoint/loan-endpoint")
    assert "observed" in {finding["reason"] for finding in decision["findings"]}
    subject = scene.application.ledger.state("endpoint/loan-endpoint").state
    assert subject["checks"]["routing"] == "2026-02-03T13:00:00Z"
