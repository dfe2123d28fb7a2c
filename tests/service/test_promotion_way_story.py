"""A version on its way where people deploy: Driftgate asks for it, sees it and judges it."""

from datetime import datetime, timedelta

import pytest

from shared.domain.event import Check
from shared.service.dead_letters.standing import why_over
from shared.service.queries import gate, status

POLICY = """\
model: loan-default
stages:
- {name: test, endpoint: loan-test, watch: 1h}
- {name: production, endpoint: loan-endpoint, watch: 1h}
gates: {min_auc: 0.9, drift: off, bake: off, errors: {max_rate: 0.05}}
"""
GOOD = """\
tags: {owner: risk}
metrics: {auc: 0.95}
inputs: [{name: income, type: double}]
"""
BLUE = '{blue: {model: "loan-default:7", changed: 2026-01-01T00:00:00Z}}'
BOTH = (
    '{blue: {model: "loan-default:7", changed: 2026-01-01T00:00:00Z}, '
    'green: {model: "loan-default:8", changed: 2026-02-03T12:00:00Z}}'
)


class Days:
    """The scene with the timers of a day, and callers who call all the time."""

    def __init__(self, scene):
        self.scene = scene
        self.calls = {}

    def call(self, endpoint, deployment, *, status=200, minutes=60):
        """Six calls a minute from now on; the log is written ahead of the clock."""
        lines = self.calls.setdefault(endpoint, ["time,deployment,status,duration_ms"])
        now = self.scene.clock.now
        for second in range(0, minutes * 60, 10):
            at = now + timedelta(seconds=second)
            lines.append(f"{at:%Y-%m-%dT%H:%M:%SZ},{deployment},{status},20")
        self.scene.write(f"workspace/requests/{endpoint}.csv", "\n".join(lines) + "\n")

    def pass_(self, minutes):
        for _ in range(minutes // 20):
            self.scene.clock.advance(timedelta(minutes=20))
            for check in (Check.ROUTING, Check.HEALTH, Check.PROMOTION):
                self.scene.application.service.fan_out(check)
            self.scene.drain()

    def phases(self):
        [found] = status(self.scene.application.ledger, "model/loan-default")["subjects"]
        return {(p["version"], p["stage"]): p["phase"] for p in found["promotions"]}

    def asked(self, action):
        return [body["data"] for body in self.scene.requests if body["data"]["action"] == action]

    def over(self, action):
        """Why each request of a kind would not be sent again, None for one that stands."""
        now, ledger = self.scene.clock.now, self.scene.application.ledger
        bodies = [body for body in self.scene.requests if body["data"]["action"] == action]
        return [why_over(body, ledger, now) for body in bodies]

    def gate(self, version, stage="test"):
        clock = self.scene.clock
        app = self.scene.application
        return gate(app.ledger, app.policies, "loan-default", version, stage, now=clock.now)


@pytest.fixture
def days(scene):
    """Version 7 serves in both stages."""
    scene.policy(POLICY)
    scene.model("7", GOOD + "registered: 2026-01-01T00:00:00Z\n")
    for endpoint in ("loan-test", "loan-endpoint"):
        scene.endpoint("{blue: 100}", BLUE, name=endpoint)
    made = Days(scene)
    for endpoint in ("loan-test", "loan-endpoint"):
        made.call(endpoint, "blue", minutes=240)
    made.pass_(20)
    return made


def deploy(days, endpoint, *, minutes=240, status=200):
    days.scene.endpoint("{green: 100}", BOTH, name=endpoint)
    del days.calls[endpoint]
    days.call(endpoint, "green", minutes=minutes, status=status)


def test_a_version_passes_two_stages_as_people_deploy_it(days, registered):
    days.scene.model("8", GOOD)
    days.scene.send(registered("8", at=days.scene.clock.now))
    assert days.phases() == {("8", "test"): "requested"}

    deploy(days, "loan-test")
    days.pass_(120)
    assert days.phases() == {("8", "test"): "done", ("8", "production"): "requested"}

    deploy(days, "loan-endpoint")
    days.pass_(120)

    assert days.phases() == {("8", "test"): "done", ("8", "production"): "done"}
    assert [one["stage"] for one in days.asked("RequestPromotion")] == ["test", "production"]
    assert [one["tags"]["stage"] for one in days.asked("TagModel")] == ["test", "production"]
    assert days.scene.told() == []


def test_a_promoted_version_that_answers_errors_gives_way(days, registered):
    days.scene.policy(POLICY.replace("- {name: test, endpoint: loan-test, watch: 1h}\n", ""))
    days.scene.model("8", GOOD)
    days.scene.send(registered("8", at=days.scene.clock.now))
    deploy(days, "loan-endpoint", status=500)
    days.pass_(60)

    [rollback] = days.asked("RequestRollback")
    assert (rollback["version"], rollback["to"]) == ("8", "7")
    assert days.over("RequestRollback") == [None]
    assert ("PostAlert", "promoted_version_fails") in days.scene.told()

    days.scene.endpoint("{blue: 100}", BOTH, name="loan-endpoint")
    days.pass_(20)

    assert days.phases()[("8", "production")] == "rolled_back"
    [told] = days.over("RequestRollback")
    assert "its promotion is rolled back" in told
    assert ("ResolveAlert", "promoted_version_fails") in days.scene.told()


def test_the_gate_is_open_while_the_last_look_passed_and_is_fresh(days, registered):
    days.scene.model("8", GOOD)
    days.scene.send(registered("8", at=days.scene.clock.now))
    assert days.gate("8")["status"] == "successful"
    assert days.gate("8", "production")["status"] == "unknown"
    assert days.gate("8", None)["status"] == "unknown"
    assert "name one: ?stage=production" in days.gate("8", None)["findings"][0]

    days.scene.clock.advance(timedelta(hours=2))
    days.scene.model("8", GOOD.replace("0.95", "0.5"))
    days.pass_(20)
    answer = days.gate("8", "test")

    assert (answer["status"], answer["verdict"]) == ("blocked", "fail")
    assert "auc is 0.5, below the floor of 0.9." in answer["findings"]


def test_the_gate_is_closed_while_the_policy_cannot_be_read(days, registered):
    days.scene.model("8", GOOD)
    days.scene.send(registered("8", at=days.scene.clock.now))
    assert days.gate("8")["status"] == "successful"

    days.scene.policy("model: loan-default\nstage: []\n")
    days.pass_(20)
    answer = days.gate("8")
    assert answer["status"] == "blocked"
    assert "looked at again since, and that failed" in answer["findings"][-1]

    days.scene.policy(POLICY)
    days.pass_(20)
    assert days.gate("8")["status"] == "successful"


def test_what_it_was_judged_on_grows_too_old_for_the_gate(days, registered):
    days.scene.policy(POLICY.replace("bake: off", "bake: off, calendar: {hours: '08:00-20:00'}"))
    days.scene.model("8", GOOD)
    days.scene.send(registered("8", at=days.scene.clock.now))
    assert days.gate("8")["status"] == "successful"

    days.scene.clock.advance(timedelta(hours=1, minutes=1))

    assert days.gate("8")["status"] == "blocked"
    assert "too old" in days.gate("8")["findings"][-1]


def test_what_came_through_long_ago_is_not_let_through_again(days, registered):
    days.scene.policy(POLICY.replace("bake: off", "bake: off, rollback: off"))
    days.scene.model("8", GOOD)
    days.scene.send(registered("8", at=days.scene.clock.now))
    deploy(days, "loan-test")
    days.pass_(120)
    assert (days.gate("8", "test")["phase"], days.gate("8", "test")["status"]) == (
        "done",
        "successful",
    )

    days.scene.clock.advance(timedelta(days=90))

    assert days.gate("8", "test")["status"] == "blocked"


def test_the_status_says_where_a_version_stands_and_what_is_missing(days, registered):
    days.scene.model("8", GOOD.replace("0.95", "0.5"))
    days.scene.send(registered("8", at=days.scene.clock.now))
    [found] = status(days.scene.application.ledger, "loan-default")["subjects"]

    [told] = found["promotions"]
    assert (told["version"], told["stage"], told["phase"]) == ("8", "test", "blocked")
    assert told["missing"] == ["auc is 0.5, below the floor of 0.9."]
    assert datetime.fromisoformat(told["since"]) == days.scene.clock.now


def test_a_newer_version_takes_the_place_of_one_that_waits(days, registered):
    for version in ("8", "9"):
        days.scene.clock.advance(timedelta(minutes=1))
        days.scene.model(version, GOOD)
        days.scene.send(registered(version, at=days.scene.clock.now))
        if version == "8":
            assert days.over("RequestPromotion") == [None]

    assert days.phases() == {("8", "test"): "superseded", ("9", "test"): "requested"}
    [told, stands] = days.over("RequestPromotion")
    assert "is superseded" in told
    assert stands is None
    assert days.gate("8")["status"] == "blocked"


def test_a_promotion_that_is_not_looked_at_any_more_is_told(days, registered):
    days.scene.model("8", GOOD)
    days.scene.send(registered("8", at=days.scene.clock.now))
    days.scene.clock.advance(timedelta(hours=1))
    for check in (Check.ROUTING, Check.HEALTH, Check.HEARTBEAT):
        days.scene.application.service.fan_out(check)
    days.scene.drain()

    labels = [notice["data"]["alert"]["labels"] for notice in days.scene.notices]
    assert {"of": "model/loan-default", "check": "promotion"} in [
        {name: told.get(name) for name in ("of", "check")} for told in labels
    ]


def test_a_version_that_another_went_before_was_never_judged_and_is_not_let_through(
    days, registered
):
    now = days.scene.clock.now
    for version, at in (("9", now), ("8", now - timedelta(hours=1))):
        days.scene.model(version, GOOD)
        days.scene.send(registered(version, at=at))
    answer = days.gate("8")

    assert (answer["status"], answer["verdict"], answer["decision"]) == ("blocked", None, None)
    assert answer["findings"] == ["It is superseded: version 9, which is newer, went before it."]
