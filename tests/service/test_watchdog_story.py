"""Driftgate's own pulse: checks that should report and do not, sources that fell silent."""

import json
from datetime import timedelta

import pytest

from shared.domain.event import Check, check_due
from shared.errors import NoPermission
from shared.ports import ArchivedEvent

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EVERY = tuple(check for check in Check if check is not Check.HEARTBEAT)


@pytest.fixture
def running(scene):
    """An endpoint with a policy, whose checks may be run by hand."""
    scene.policy("model: loan-default\nendpoint: loan-endpoint\n")
    scene.endpoint("{blue: 100}", '{blue: {model: "loan-default:7"}}')
    return scene


def beat(scene, wait=timedelta()):
    """One heartbeat after a wait: what it posts and resolves."""
    scene.clock.advance(wait)
    before = len(scene.notices)
    scene.application.service.heartbeat()
    scene.drain()
    return [
        (
            {"PostAlert": "+", "ResolveAlert": "-"}[notice["data"]["action"]],
            *notice["data"]["alert"]["labels"].values(),
        )
        for notice in scene.notices[before:]
    ]


def run(scene, *checks):
    for check in checks:
        scene.application.service.fan_out(check)
    scene.drain()


def own(scene):
    return scene.last("service/driftgate")


def test_while_every_check_reports_nobody_hears_of_any(running):
    for _ in range(4):
        run(running, *EVERY)
        assert beat(running, 25 * MINUTE) == []

    told = {f["thing"]: f["sentence"] for f in own(running)["findings"]}
    assert {name.removeprefix("check/") for name in told if name.startswith("check/")} >= {
        "routing",
        "reconcile",
        "health",
        "drift",
        "collection",
    }


@pytest.mark.parametrize(
    ("check", "subject", "minutes"),
    [
        (Check.ROUTING, "endpoint/loan-endpoint", 10),
        (Check.RECONCILE, "endpoint/loan-endpoint", 15),
        (Check.HEALTH, "endpoint/loan-endpoint", 10),
        (Check.DRIFT, "model/loan-default", 60),
        (Check.COLLECTION, "model/loan-default", 60),
    ],
)
def test_a_check_whose_timer_stopped_is_told_after_three_of_its_periods(
    running, check, subject, minutes
):
    """A look that the reconcile timer asks for is one of routing too."""
    stopped = {check} | ({Check.RECONCILE} if check is Check.ROUTING else set())
    run(running, *EVERY)
    silent = ("+", check.value, subject)
    for _ in range(3):
        running.clock.advance(minutes * MINUTE)
        run(running, *(one for one in EVERY if one not in stopped))
        assert silent not in beat(running)

    assert silent in beat(running, MINUTE)
    run(running, *EVERY)
    assert ("-", check.value, subject) in beat(running, MINUTE)


def test_a_check_that_never_ran_is_told_once_its_subject_is_there_for_three_periods(running):
    never = ("+", "collection", "model/loan-default")
    assert beat(running) != [never]
    assert never not in beat(running, 3 * HOUR)

    assert never in beat(running, MINUTE)
    alert = next(
        n["data"]["alert"]
        for n in running.notices
        if n["data"]["alert"]["labels"]["check"] == "collection"
    )
    assert "has never reported" in alert["text"]


def test_an_endpoint_that_was_deleted_is_silent_for_ever_and_nobody_is_told(running):
    run(running, *EVERY)
    beat(running, 5 * MINUTE)
    beat(running, 40 * MINUTE)
    told = [n for n in running.notices if n["data"]["alert"]["labels"].get("check") == "routing"]
    assert [n["data"]["action"] for n in told] == ["PostAlert"]

    (running.home / "workspace/endpoints/loan-endpoint.yaml").unlink()
    assert ("-", "routing", "endpoint/loan-endpoint") in beat(running, MINUTE)
    assert "is not there any more" in running.notices[-1]["data"]["reason"]
    for _ in range(3):
        assert not [one for one in beat(running, DAY) if "endpoint/loan-endpoint" in one]


def test_a_policy_that_was_removed_is_waited_for_no_more(running):
    run(running, *EVERY)
    (running.home / "policies/policy.yaml").unlink()

    assert not [one for one in beat(running, 5 * HOUR) if "model/loan-default" in one]


def test_a_workspace_that_cannot_be_listed_is_an_error_and_the_pulse_goes_on(running, monkeypatch):
    run(running, *EVERY)
    beat(running, MINUTE)

    def refused(_):
        raise NoPermission("Could not list online endpoints: the role Reader is missing.")

    monkeypatch.setattr(type(running.application.workspace), "endpoints", refused)
    posted = beat(running, 31 * MINUTE)

    assert ("+", "routing", "endpoint/loan-endpoint") in posted
    assert own(running)["findings"][0]["sentence"].startswith("Could not list online endpoints")


def test_a_source_of_events_that_falls_silent_is_told_until_it_speaks_again(scene):
    """An event every day for five weeks, then none."""

    def arrives(at):
        event = {"source": "/subscriptions/s/resourceGroups/rg-ml", "data": {}}
        key = at.isoformat()
        scene.application.archive.put(
            ArchivedEvent(key=key, received=at, via="event-grid", body=b"{}", event=event)
        )

    beat(scene)
    for day in range(1, 37):
        arrives(scene.clock.now + day * DAY)
    assert beat(scene, 20 * DAY) == []
    assert beat(scene, 17 * DAY) == []

    assert beat(scene, DAY) == []
    assert beat(scene, HOUR) == [("+", "resource group rg-ml")]
    assert beat(scene, HOUR) == []
    arrives(scene.clock.now)
    assert beat(scene, MINUTE) == [("-", "resource group rg-ml")]


def test_what_people_send_is_no_sign_of_life_and_a_heartbeat_that_comes_late_reads_nothing(scene):
    at = scene.clock.now
    event = {"source": "/subscriptions/s/resourceGroups/rg-ml", "data": {}}
    for key, via in (("a", "command"), ("b", "event-grid")):
        scene.application.archive.put(
            ArchivedEvent(key=key, received=at, via=via, body=b"{}", event=event)
        )
    beat(scene, HOUR)
    known = scene.application.ledger.state("service/driftgate").state["service"]
    assert list(known["sources"]) == ["resource group rg-ml"]

    late = check_due(Check.HEARTBEAT, "service/driftgate", at)
    scene.application.service.handle(late.to_cloud_event())

    assert scene.application.ledger.state("service/driftgate").state["service"] == known


def test_thousands_of_silent_subjects_are_one_alert_and_a_small_decision(running):
    """Evidence and decision name a few and count the rest."""
    ledger = running.application.ledger
    names = [f"endpoint-{number:04d}" for number in range(3_000)]
    old = running.clock.now - DAY
    state = {"checks": {"routing": old.strftime("%Y-%m-%dT%H:%M:%SZ")}}
    with ledger._database.write() as connection:
        connection.executemany(
            "INSERT INTO state VALUES (?, 1, ?)",
            [(f"endpoint/{name}", json.dumps(state)) for name in names],
        )
    running.application.workspace.endpoints = lambda: names

    posted = beat(running)

    assert posted == [("+", "routing", "many")]
    assert (
        "the routing check of 3000 subjects is silent"
        in (running.notices[0]["data"]["alert"]["title"])
    )
    assert len(json.dumps(own(running))) < 20_000
    evidence = running.application.evidence.get(own(running)["evidence"])
    assert len(evidence) < 100_000
