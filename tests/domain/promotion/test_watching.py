"""After the promotion: its traffic is verified, it is watched, and gives way when it fails."""

from dataclasses import replace

import pytest

from shared.domain.action import ShiftTraffic
from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.event import EventType
from shared.domain.finding import Rule
from shared.domain.policy import (
    ErrorsGate,
    OnFail,
    PipelinePolicy,
    RolloutMode,
    RolloutPolicy,
    WatchPolicy,
)
from shared.domain.promotion import Rollout, RolloutStatus, TrafficStep
from shared.domain.state import AlertRecord, AlertStatus
from shared.domain.world import Deployment, DeploymentHealth, Endpoint, Served
from tests.domain.promotion.way import DAY, HOUR, MINUTE, Way, found, gates, stage, verdict


def fails(way):
    way.firing["production-ep"] = {"v8": ("errors",)}
    return way.later(10 * MINUTE)


def test_a_version_that_fails_gives_way_once_and_its_alert_ends_with_the_return():
    way = Way(stage(rollback=PipelinePolicy(number=13, parameters={"slot": "blue"}))).live()
    outcome = fails(way).check()
    way.later(5 * MINUTE).check()

    [rollback] = way.rollbacks()
    assert (rollback.version, rollback.to, rollback.pipeline, rollback.parameters) == (
        "8",
        "7",
        "13",
        {"slot": "blue"},
    )
    assert rollback.reason == "v8 has alerts that fire: errors."
    assert (verdict(outcome), way.told()) == ("fail", ["+promoted_version_fails"])

    way.serve("production-ep", "7", "8")
    way.later(5 * MINUTE).check()

    assert (way.phase("8"), way.told()) == (
        "rolled_back",
        ["+promoted_version_fails", "-promoted_version_fails"],
    )
    assert way.tags() == []


def test_the_policy_may_leave_it_to_people():
    way = Way(stage(watch=WatchPolicy(time=2 * HOUR, on_fail=OnFail.STOP))).live()
    fails(way).check()
    assert (way.rollbacks(), way.told()) == ([], ["+promoted_version_fails"])

    way.firing.clear()
    way.later(HOUR).check()
    assert way.told() == ["+promoted_version_fails", "-promoted_version_fails"]
    assert way.last_told().reason == "version 8 does well again"
    way.later(HOUR).check()

    assert way.phase("8") == "done"


def test_the_first_version_of_all_has_nothing_to_go_back_to():
    way = Way()
    way.endpoints["production-ep"] = (
        Endpoint(name="production-ep", provisioning_state="Succeeded"),
        {},
    )
    fails(way.live(champion="6")).check()

    assert way.rollbacks() == []
    assert "there is no version to go back to" in way.of("8").why


def test_a_rollback_that_never_comes_is_told_as_a_failure():
    way = Way(stage(finish_within=DAY)).live()
    fails(way).check()
    way.later(DAY).check()

    assert (way.phase("8"), way.of("8").why) == (
        "failed",
        "version 7 did not serve again within 1 d of the request",
    )
    assert way.told() == [
        "+promoted_version_fails",
        "+promotion_failed",
        "-promoted_version_fails",
    ]


@pytest.mark.parametrize(
    ("posted", "phase"), [(10 * MINUTE, "watched"), (-1 * DAY, "done")], ids=["since", "before"]
)
def test_a_business_figure_told_of_since_it_serves_counts_against_it(posted, phase):
    way = Way().live()
    alert = Alert(
        kind=AlertKind.KPI_CHANGED,
        subject="model/loan",
        severity=Severity.CRITICAL,
        title="loan: approvals fell by 12 %",
        text="",
        first_step="",
        since=way.now,
    )
    record = AlertRecord(alert=alert, status=AlertStatus.FIRING, posted=way.now + posted)
    way.state = replace(way.state, alerts={alert.fingerprint: record})

    way.later(3 * HOUR).check()

    assert way.phase("8") == phase
    assert [one.reason for one in way.rollbacks()] == (
        ["Told since it serves: loan: approvals fell by 12 %."] if phase == "watched" else []
    )


def test_one_that_serves_and_is_seldom_called_is_done_in_the_end_with_what_is_not_known():
    way = Way(stage(finish_within=DAY), gates=gates(errors=ErrorsGate(max_rate=0.01))).live()
    way.answers["production-ep"] = {"v8": DeploymentHealth(served=Served(requests=40))}

    way.later(3 * HOUR).check()
    assert (way.phase("8"), way.told()) == ("watched", [])
    way.later(DAY).check()

    assert (way.phase("8"), way.told()) == ("done", [])
    assert way.of("8").why.startswith("it serves, as far as so few calls tell: Deployment v8")
    assert [(of, tags["stage"]) for of, tags in way.tags()] == [
        ("8", "production"),
        ("7", "archived-production"),
    ]


def test_one_that_nobody_calls_is_not_done_however_long_it_lasts():
    way = Way(stage(finish_within=DAY), gates=gates(errors=ErrorsGate(max_rate=0.01))).live()
    way.answers["production-ep"] = {"v8": DeploymentHealth(served=Served(requests=0))}

    way.later(2 * DAY).check()

    assert (way.phase("8"), way.told()) == ("failed", ["+promotion_failed"])


def test_one_that_has_no_traffic_for_longer_than_the_patience_is_told():
    way = Way(stage(finish_within=7 * DAY)).live()
    way.serve("production-ep", "7", "8")
    way.later(5 * MINUTE).check()
    assert way.told() == []

    way.later(DAY).check()

    assert (way.phase("8"), way.told()) == ("watched", ["+promotion_waiting"])
    alert = way.last_told().alert
    assert "v8 has no traffic on production-ep; what serves is v7" in alert.text
    assert alert.first_step.startswith("Mend that at production-ep; it is looked at until")


def test_a_rollback_that_is_refused_is_told_on():
    way = Way().live()
    fails(way).check()
    way.refused("8", "Pipeline 13 is not there.")

    assert way.of("8").why == "it fails: the rollback was refused: Pipeline 13 is not there"
    assert way.phase("8") == "watched"


def test_an_endpoint_that_cannot_be_read_concludes_nothing():
    way = Way(stage(finish_within=DAY)).live()
    way.unread["production-ep"] = "There is no production-ep."
    outcome = way.later(3 * HOUR).check()
    assert (verdict(outcome), way.phase("8"), way.told()) == ("error", "watched", [])

    way.later(DAY).check()

    assert (way.phase("8"), way.told()) == ("failed", ["+promotion_failed"])


def test_what_cannot_be_seen_ends_no_alert():
    way = Way().live()
    fails(way).check()
    way.unread["production-ep"] = "May not read it."
    outcome = way.later(5 * MINUTE).check()

    assert verdict(outcome) == "fail"
    assert way.told() == ["+promoted_version_fails"]


def deployed(way, *, state="Succeeded", share=0.0, version="8"):
    """Version 7 serves what 8 does not."""
    eight = Deployment(name="v8", provisioning_state=state, model="loan", version=version)
    seven = Deployment(name="v7", provisioning_state="Succeeded", model="loan", version="7")
    read = Endpoint(
        name="production-ep",
        provisioning_state="Succeeded",
        traffic={"v7": 100 - share, "v8": share},
        deployments=(seven, eight),
    )
    way.endpoints["production-ep"] = (read, {})
    return way.later(3 * HOUR)


@pytest.mark.parametrize(
    ("facts", "reason", "answer"),
    [
        ({}, "no_traffic", "inconclusive"),
        ({"share": 10.0}, "not_serving", "inconclusive"),
        ({"share": 60.0}, "serves", "pass"),
        ({"state": "Updating", "share": 60.0}, "not_complete", "inconclusive"),
        ({"state": "Failed", "share": 60.0}, "not_complete", "fail"),
        ({"version": "9", "share": 60.0}, "not_deployed", "inconclusive"),
    ],
)
def test_its_traffic_is_verified(facts, reason, answer):
    way = Way().live()
    outcome = deployed(way, **facts).check()

    assert (found(outcome, Rule.WATCH).reason, verdict(outcome)) == (reason, answer)
    assert way.phase("8") == ("done" if answer == "pass" else "watched")


def test_a_watch_counts_from_when_the_traffic_came():
    way = Way().live()
    way.watch_of("production-ep", "8", way.now + HOUR)
    way.later(2 * HOUR).check()
    assert way.phase("8") == "watched"

    way.later(HOUR).check()

    assert way.phase("8") == "done"


def test_nothing_serves_is_said_where_nothing_does():
    way = Way().live()
    bare = Deployment(name="v8", provisioning_state="Succeeded", model="loan", version="8")
    read = Endpoint(name="production-ep", provisioning_state="Succeeded", deployments=(bare,))
    way.endpoints["production-ep"] = (read, {})
    outcome = way.later(HOUR).check()

    assert "what serves is nothing" in found(outcome, Rule.WATCH).sentence


def test_alerts_of_other_deployments_do_not_concern_it():
    way = Way().live()
    way.firing["production-ep"] = {"v7": ("errors",), "": ("unplanned_change",), "v8": ("mirror",)}
    way.later(3 * HOUR).check()

    assert way.phase("8") == "done"


def test_a_version_that_is_deleted_while_it_serves_is_watched_on():
    way = Way().live()
    del way.models["8"]
    way.later(3 * HOUR).check()

    assert way.phase("8") == "done"


def test_a_word_of_traffic_finds_its_promotion():
    way = Way().live()
    outcome = way.tell(EventType.TRAFFIC_SHIFTED, promotion=way.of("8").identity("loan"))

    assert found(outcome, Rule.PROMOTION).details["version"] == "8"


def test_a_word_of_traffic_that_nobody_asked_for_is_recorded():
    outcome = Way().live().tell(EventType.TRAFFIC_SHIFTED, order="x")

    assert outcome.findings[0].reason == "unknown"


def rolled_out(**more):
    """Version 8 got all its traffic by a rollout that Driftgate made, and fails now."""
    way = Way().live()
    rollout = Rollout(
        endpoint="production-ep",
        deployment="v8",
        before=TrafficStep(traffic={"v7": 100.0}),
        steps=(TrafficStep(traffic={"v8": 100.0}),),
        status=RolloutStatus.COMPLETE,
        planned=way.now,
        at=0,
    )
    [promotion] = way.state.promotions
    moved = replace(promotion, rollout=replace(rollout, **more))
    way.state = replace(way.state, promotions=(moved,))
    way.set_stage(rollout=RolloutPolicy(mode=RolloutMode.ACT))
    return fails(way)


def shifts(way):
    return [a.traffic for a in way.actions if isinstance(a, ShiftTraffic)]


def test_traffic_that_driftgate_moved_is_given_back_by_driftgate():
    way = rolled_out()
    way.check()
    assert (shifts(way), way.rollbacks(), way.phase("8")) == ([{"v7": 100.0}], [], "rolling")

    way.serve("production-ep", "7", "8")
    way.later(5 * MINUTE).check()

    assert way.phase("8") == "rolled_back"


def by_pipeline(way):
    way.set_stage(rollback=PipelinePolicy(number=13))


def by_people(way):
    way.set_stage(rollout=RolloutPolicy(mode=RolloutMode.PLAN))


def changed_since(way):
    read, requests = way.endpoints["production-ep"]
    way.endpoints["production-ep"] = (replace(read, traffic={"v8": 90.0, "v7": 10.0}), requests)


def being_written(way):
    read, requests = way.endpoints["production-ep"]
    way.endpoints["production-ep"] = (replace(read, provisioning_state="Updating"), requests)


def without_the_old_one(way):
    read, requests = way.endpoints["production-ep"]
    kept = tuple(one for one in read.deployments if one.name == "v8")
    way.endpoints["production-ep"] = (replace(read, deployments=kept), requests)


@pytest.mark.parametrize(
    "hindrance", [by_pipeline, by_people, changed_since, without_the_old_one, being_written]
)
def test_what_is_not_driftgates_to_give_back_is_asked_of_others(hindrance):
    way = rolled_out()
    hindrance(way)
    way.check()

    assert (shifts(way), len(way.rollbacks()), way.phase("8")) == ([], 1, "watched")


def test_a_rollout_that_began_with_nothing_has_nothing_to_give_back():
    way = rolled_out(before=TrafficStep(traffic={}))
    way.check()

    assert (shifts(way), len(way.rollbacks())) == ([], 1)
