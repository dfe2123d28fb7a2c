"""What is known of an endpoint, as a table: deployed, declared, mirrored, observed, intended."""

from datetime import timedelta

import pytest

from shared.domain.event import Check
from shared.errors import NotFound
from shared.service.people.intents import declare
from shared.service.status import status_of

DEPLOYMENTS = (
    '{blue: {model: "loan-default:7", changed: 2026-01-01T00:00:00Z}, '
    'green: {model: "loan-default:8", changed: 2026-02-03T09:00:00Z}, '
    "red: {provisioning_state: Failed}}"
)


def routing(scene, name="loan-endpoint"):
    application = scene.application
    found = status_of(
        application.ledger,
        application.evidence,
        application.policies,
        name,
        scene.clock.now,
    )
    [subject] = found["subjects"]
    return subject["routing"]


def look(scene):
    scene.application.service.fan_out(Check.ROUTING)
    scene.drain()


@pytest.fixture
def three(scene):
    """Blue serves, green waits, red failed, and a share points nowhere."""
    scene.write(
        "workspace/endpoints/loan-endpoint.yaml",
        "traffic: {blue: 90, ghost: 10}\nmirror_traffic: {green: 20}\n"
        f"deployments: {DEPLOYMENTS}\n",
    )
    lines = ["time,deployment", *[f"2026-02-03T11:{minute}:00Z,blue" for minute in range(30, 40)]]
    scene.write("workspace/requests/loan-endpoint.csv", "\n".join(lines) + "\n")
    look(scene)
    return scene


def test_every_deployment_has_a_row_with_what_is_declared_observed_and_concluded(three):
    table = routing(three)
    rows = {row["deployment"]: row for row in table["deployments"]}

    assert list(rows) == ["blue", "green", "red", "ghost"]
    assert (table["state"], table["seen"], table["observed_since"], table["problem"]) == (
        "Succeeded",
        "2026-02-03T12:00:00Z",
        "2026-02-03T11:00:00Z",
        None,
    )
    shown = ("state", "model", "declared", "mirrored", "observed", "verdict", "reasons")
    assert [tuple(row[name] for name in shown) for row in rows.values()] == [
        ("Succeeded", "loan-default:7", 90.0, 0.0, 10, "pass", ["has_traffic", "observed"]),
        ("Succeeded", "loan-default:8", 0.0, 20.0, 0, "pass", ["mirrored"]),
        ("Failed", None, 0.0, 0.0, 0, "fail", ["provisioning_failed"]),
        (None, None, 10.0, 0.0, 0, "fail", ["not_there"]),
    ]
    assert rows["red"]["sentences"] == ["Deployment red of loan-endpoint is Failed."]


def test_who_means_what_until_when_stands_beside_it_until_it_ends(three):
    def say(until, **what):
        declare(
            three.application.service,
            "loan-endpoint",
            author="anna",
            reason="auditors",
            until=until,
            now=three.clock.now,
            via="test",
            **what,
        )

    say("2d", deployment="green")
    say("3d", since="1d", traffic={"blue": 90.0, "green": 10.0})
    three.drain()

    def intended():
        [green] = [r for r in routing(three)["deployments"] if r["deployment"] == "green"]
        return [
            (i["share"], i["author"], i["until"][:10], i["standing"]) for i in green["intended"]
        ]

    assert intended() == [
        (0.0, "anna", "2026-02-05", "in force"),
        (10.0, "anna", "2026-02-06", "to come"),
    ]
    three.clock.advance(timedelta(days=2))
    assert intended() == [(10.0, "anna", "2026-02-06", "in force")]


def test_a_zero_that_is_told_of_is_a_failure_in_its_row(scene):
    scene.endpoint("{blue: 100}", DEPLOYMENTS)
    look(scene)

    row = next(row for row in routing(scene)["deployments"] if row["deployment"] == "green")
    assert (row["observed"], row["verdict"], row["reasons"]) == (None, "fail", ["no_traffic"])


def test_other_checks_in_between_hide_nothing(three):
    before = routing(three)
    three.clock.advance(timedelta(minutes=1))
    three.application.service.fan_out(Check.HEALTH)
    three.drain()

    assert three.last("endpoint/loan-endpoint")["event"]["data"]["check"] == "health"
    assert routing(three) == before


def test_an_endpoint_that_is_not_there_says_so(scene, completed):
    scene.send(completed("green"))

    assert routing(scene) == {
        "seen": "2026-02-03T12:00:00Z",
        "problem": "The workspace has no online endpoint loan-endpoint.",
        "deployments": [],
    }


def test_an_endpoint_that_was_never_read_has_no_table(scene):
    scene.write("workspace/endpoints/loan-endpoint.yaml", "traffic: [1]\n")
    look(scene)

    assert routing(scene) is None


def test_a_model_has_no_routing_and_a_stranger_is_not_known(scene, registered):
    scene.send(registered("1"))
    application = scene.application
    found = status_of(
        application.ledger,
        application.evidence,
        application.policies,
        "loan-default",
        scene.clock.now,
    )

    assert ["routing" in subject for subject in found["subjects"]] == [False]
    with pytest.raises(NotFound):
        routing(scene, "nobody")
