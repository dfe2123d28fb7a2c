"""An endpoint's page: a share of 0 % jumps to the eye, with its reason or without one."""

from datetime import timedelta

import pytest

from shared.domain.event import Check
from shared.domain.verdict import Verdict
from shared.service.overview.last_health import DeploymentLook, HealthTold
from shared.service.overview.watched import EndpointRow, Serving
from shared.web.console.endpoints.headline import headline
from shared.web.console.endpoints.tiles import tiles_of
from tests.conftest import NOON
from tests.web.console.reading import Console

GREEN_IDLE = '{blue: {model: "loan-default:7"}, green: {model: "loan-default:8"}}'
POLICY = "model: loan-default\nendpoint: loan-endpoint\n"


@pytest.fixture
def incident(scene, completed):
    scene.policy(POLICY)
    scene.endpoint("{blue: 100}", GREEN_IDLE)
    scene.send(completed("blue", at=scene.clock.now - timedelta(days=30)))
    scene.send(completed("green"))
    scene.clock.advance(timedelta(minutes=30))
    scene.drain()
    return scene


def deployed(name, declared, **given):
    return {
        "deployment": name,
        "state": "Succeeded",
        "model": f"m:{name}",
        "declared": declared,
        "mirrored": 0.0,
        "observed": None,
        "intended": [],
        "verdict": "pass",
        "reasons": [],
        "sentences": [f"{name} is looked at."],
        **given,
    }


def firing(kind="no_traffic", severity="critical", deployment="green", title="green gets 0 %"):
    return {
        "fingerprint": kind,
        "subject": "endpoint/e",
        "status": "firing",
        "kind": kind,
        "severity": severity,
        "title": title,
        "first_step": "Give it traffic.",
        "since": "2026-02-03T00:00:00Z",
        "labels": {"deployment": deployment},
        "owner": None,
        "silenced_by": [],
    }


def row(**given):
    return EndpointRow(name="e", **{"looks": {"routing": NOON}, **given})


BLUE = Serving(endpoint="e", deployment="blue", carries="m:7", share=100.0)
GREEN = Serving(endpoint="e", deployment="green", carries="m:8", share=0.0)


def test_a_zero_that_should_not_be_comes_before_another_alert_that_is_as_urgent():
    errors = firing("errors", title="blue answers with errors")

    found = headline(row(serving=(BLUE,)), [errors, firing()])

    assert (found.sentence, found.tone) == ("Needs somebody now: green gets 0 %.", "bad")


def test_a_zero_that_only_warns_does_not_hide_what_is_critical():
    forgotten = firing("forgotten_deployment", "warning", title="blue is forgotten")

    found = headline(row(), [forgotten, firing("errors", title="green fails")])

    assert found.sentence == "Needs somebody now: green fails. And 1 more."


@pytest.mark.parametrize(
    ("given", "sentence", "tone"),
    [
        ({"looks": {}}, "Nobody has looked at it yet.", ""),
        ({}, "No deployment of it has a share of the traffic.", "unsure"),
        ({"serving": (BLUE,)}, "Nothing is wrong: blue 100 %.", "good"),
        (
            {"serving": (BLUE,), "without": (GREEN,)},
            "Nothing is wrong: blue 100 %; green with 0 %, as may be.",
            "good",
        ),
    ],
)
def test_where_nothing_fires_the_shares_are_told(given, sentence, tone):
    found = headline(row(**given), [])

    assert (found.sentence, found.tone) == (sentence, tone)


def test_a_tile_holds_what_is_declared_beside_what_was_observed():
    routing = {
        "deployments": [
            deployed("blue", 75.0, observed=300),
            deployed("green", 25.0, observed=100),
        ]
    }

    blue, green = tiles_of(routing, None, [])

    assert (blue.declared, blue.observed) == ("75 %", "75 % (300 of 400 requests)")
    assert (green.declared, green.observed) == ("25 %", "25 % (100 of 400 requests)")
    assert (blue.tone, blue.health) == ("good", None)


@pytest.mark.parametrize(("observed", "told"), [(None, "not counted"), (0, "no requests at all")])
def test_what_was_not_counted_is_another_thing_than_nothing(observed, told):
    [tile] = tiles_of({"deployments": [deployed("blue", 100.0, observed=observed)]}, None, [])

    assert tile.observed == told


def test_a_zero_of_which_an_alert_speaks_is_bad_and_stands_first():
    routing = {"deployments": [deployed("blue", 100.0), deployed("green", 0.0, verdict="fail")]}

    green, blue = tiles_of(routing, None, [firing()])

    assert (green.deployment, green.tone, green.is_zero) == ("green", "bad", True)
    assert [alert["kind"] for alert in green.alerts] == ["no_traffic"]
    assert blue.alerts == ()


def test_what_its_alert_says_already_is_not_said_beside_it_again():
    row = {**deployed("green", 0.0), "sentences": ["Green gets 0 %.", "It is ready."]}

    [tile] = tiles_of({"deployments": [row]}, None, [firing()])

    assert tile.sentences == ("It is ready.",)


def test_a_zero_with_a_reason_has_no_tone_and_names_who_meant_it():
    meant = {"standing": "in force", "author": "anna", "reason": "the audit"}
    routing = {"deployments": [deployed("green", 0.0, intended=[meant])]}

    [tile] = tiles_of(routing, None, [])

    assert (tile.tone, tile.intents[0]["author"]) == ("", "anna")


def test_a_tile_has_what_its_deployment_answered():
    look = DeploymentLook(verdict=Verdict.FAIL, sentences=("It fails.",))
    health = HealthTold(seen=NOON, deployments={"blue": look})

    [tile] = tiles_of({"deployments": [deployed("blue", 100.0)]}, health, [])

    assert tile.health == look


def test_the_page_shows_the_zero_large_with_its_alert_and_the_first_step(incident):
    page = Console(incident).get("/console/endpoints/loan-endpoint")

    now = page.text.partition("Traffic now, and how each answers")[2]
    assert now.index("green loan-default:8 0 % declared") < now.index("blue loan-default:7 100 %")
    assert "First: Give it traffic" in now
    assert "Needs somebody now: deployment green of loan-endpoint succeeded 30 min ago" in page.text


def test_who_may_say_what_is_meant_is_led_there_and_others_read_which_role_it_needs(incident):
    path = "/console/said/intents?endpoint=loan-endpoint"

    operator = Console(incident, "operator").get("/console/endpoints/loan-endpoint")
    viewer = Console(incident, "viewer").get("/console/endpoints/loan-endpoint")

    led = [address for address, _ in operator.links if address.startswith(path)]
    assert led == [f"{path}&deployment=green", path]
    assert not [address for address, _ in viewer.links if address.startswith(path)]
    assert "For this you need the role operator" in viewer.text


def test_a_zero_that_is_meant_is_told_with_who_means_it_and_until_when(incident):
    incident.policy(
        POLICY + "routing: {standby: [{deployment: green, until: 2026-03-01, reason: the audit}]}\n"
    )
    incident.application.service.fan_out(Check.ROUTING)
    incident.drain()

    page = Console(incident).get("/console/endpoints/loan-endpoint")

    assert "green waits with 0 %" in page.text
    assert "the audit" in page.text


def test_where_it_answers_with_errors_the_page_says_so_beside_the_traffic(incident):
    at = (incident.clock.now - timedelta(minutes=20)).isoformat()
    calls = [f"{at},blue,200,20,"] * 400 + [f"{at},blue,500,20,500"] * 200
    lines = "\n".join(["time,deployment,status,duration_ms,model_status", *calls])
    incident.write("workspace/requests/loan-endpoint.csv", f"{lines}\n")
    incident.application.service.fan_out(Check.HEALTH)
    incident.drain()

    page = Console(incident).get("/console/endpoints/loan-endpoint")

    assert "Answers ✗ fail" in page.text
    assert "of its calls with errors" in page.text
    assert "driftgate diagnose loan-endpoint DEPLOYMENT" in page.text


def test_the_list_has_the_zero_and_its_alert_in_the_row(incident):
    page = Console(incident).get("/console/endpoints")

    assert "0 % loan-default:8 on green for 30 min no traffic" in page.text
    assert ("/console/models/loan-default", "loan-default") in page.links


def test_an_endpoint_that_only_a_policy_names_says_that_nobody_looked(scene):
    scene.policy(POLICY)

    page = Console(scene).get("/console/endpoints/loan-endpoint")

    assert "Nobody has looked at it yet." in page.text
    assert "Its traffic was never read." in page.text


def test_an_unknown_endpoint_and_an_empty_home_are_told(scene):
    console = Console(scene)

    page = console.get("/console/endpoints/a/scoped/name")

    assert page.status == 404
    assert "Nothing is known of the endpoint a/scoped/name" in page.text
    assert "No endpoint is watched yet." in console.get("/console/endpoints").text
