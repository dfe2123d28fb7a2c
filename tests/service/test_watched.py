"""Models and endpoints in lists, and a model's whole picture, out of what is remembered."""

from datetime import timedelta

import pytest

from shared.domain.event import Check
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.errors import NotFound
from shared.service.overview.last_health import last_health
from shared.service.overview.model_picture import endpoint_alerts, model_picture, versions_of
from shared.service.overview.watched import (
    Serving,
    Watched,
    endpoint_row,
    model_row,
    models_by_endpoint,
    watched_endpoints,
    watched_models,
)
from shared.service.promotion_story import promotions_of
from tests.service.promoted import commit, kept

GREEN_IDLE = '{blue: {model: "loan-default:7"}, green: {model: "loan-default:8"}}'
POLICY = "model: loan-default\nendpoint: loan-endpoint\n"


@pytest.fixture
def incident(scene, completed):
    """A new deployment that gets nothing, half an hour after it succeeded."""
    scene.policy(POLICY)
    scene.endpoint("{blue: 100}", GREEN_IDLE)
    scene.send(completed("blue", at=scene.clock.now - timedelta(days=30)))
    scene.send(completed("green"))
    scene.clock.advance(timedelta(minutes=30))
    scene.drain()
    return scene


def stores(scene):
    return scene.application.ledger, scene.application.policies


def test_a_model_stands_with_what_serves_and_with_the_version_that_gets_nothing(incident):
    row = model_row(*stores(incident), "loan-default")

    assert [(one.carries, one.share) for one in row.serving] == [("loan-default:7", 100.0)]
    assert [(one.version, one.alerts) for one in row.without] == [("8", ("no_traffic",))]


def test_an_alert_of_its_endpoint_fires_for_the_model(incident):
    assert watched_models(*stores(incident)) == [Watched(name="loan-default", firing=1)]
    assert watched_endpoints(*stores(incident)) == [Watched(name="loan-endpoint", firing=1)]


def test_what_a_policy_names_is_listed_before_anything_was_decided_about_it(scene):
    scene.policy(POLICY)

    assert watched_models(*stores(scene)) == [Watched(name="loan-default", firing=0)]
    assert watched_endpoints(*stores(scene)) == [Watched(name="loan-endpoint", firing=0)]
    assert models_by_endpoint(scene.application.policies) == {"loan-endpoint": ("loan-default",)}


def test_what_fires_stands_before_what_comes_first_by_name(incident):
    incident.write("policies/other.yaml", "model: aaa\n")

    assert [one.name for one in watched_models(*stores(incident))] == ["loan-default", "aaa"]


def test_an_endpoints_row_tells_who_has_nothing_and_since_when(incident):
    row = endpoint_row(incident.application.ledger, "loan-endpoint", ("loan-default",))

    [green] = row.without
    assert (green.deployment, green.share) == ("green", 0.0)
    assert green.since == incident.clock.now - timedelta(minutes=30)


def test_a_policy_that_cannot_be_read_is_a_problem_of_the_model(scene):
    scene.write("policies/loan-default.yaml", "model: loan-default\nnonsense: 1\n")

    row = model_row(*stores(scene), "loan-default")

    assert (row.has_policy, row.serving) == (True, ())
    assert "nonsense" in row.problem


def test_a_picture_has_the_alerts_of_what_serves_the_model_and_its_policy(incident):
    picture = model_picture(*stores(incident), "loan-default", incident.clock.now)

    assert [alert["kind"] for alert in picture.alerts] == ["no_traffic"]
    assert picture.endpoints == ("loan-endpoint",)
    assert picture.policy["model"] == "loan-default"
    assert [row.version for row in picture.versions] == ["8", "7"]
    assert picture.versions[0].deployed[0].share == 0.0


def test_nothing_is_known_of_a_model_without_policy_and_past(scene):
    with pytest.raises(NotFound, match="Nothing is known of the model nobody"):
        model_picture(*stores(scene), "nobody", scene.clock.now)


def test_alerts_of_an_endpoint_are_its_own(incident):
    found = endpoint_alerts(*stores(incident), "loan-endpoint", incident.clock.now)

    assert [alert["subject"] for alert in found] == ["endpoint/loan-endpoint"]
    assert endpoint_alerts(*stores(incident), "other", incident.clock.now) == []


def test_versions_are_in_the_order_of_their_numbers_and_others_come_last():
    state = SubjectState(versions={"9": "pass", "10": "fail"}, baselines={"beta": "hash"})
    serves = Serving(endpoint="e", deployment="blue", carries="m:9", share=100.0)

    rows = versions_of(state, [], [serves])

    assert [(row.version, row.gates, row.has_baseline) for row in rows] == [
        ("10", Verdict.FAIL, False),
        ("9", Verdict.PASS, False),
        ("beta", None, True),
    ]
    assert rows[1].deployed == (serves,)


def test_the_last_look_at_health_is_told_by_deployment_the_worst_sentence_first(incident):
    at = (incident.clock.now - timedelta(minutes=20)).isoformat()
    calls = [f"{at},blue,200,20,"] * 400 + [f"{at},blue,500,20,500"] * 200
    lines = "\n".join(["time,deployment,status,duration_ms,model_status", *calls])
    incident.write("workspace/requests/loan-endpoint.csv", f"{lines}\n")
    assert last_health(incident.application.ledger, "loan-endpoint") is None

    incident.application.service.fan_out(Check.HEALTH)
    incident.drain()
    incident.application.service.fan_out(Check.ROUTING)
    incident.drain()

    found = last_health(incident.application.ledger, "loan-endpoint")
    assert found.deployments["blue"].verdict is Verdict.FAIL
    assert "with errors (200 of 600" in found.deployments["blue"].sentences[0]
    assert found.deployments["green"].verdict is Verdict.INCONCLUSIVE


class OfOneModel:
    """A ledger that gives the state of one model, and nothing of a fleet."""

    def __init__(self, ledger):
        self._ledger = ledger

    def parts(self, name, subjects):
        assert list(subjects) == ["model/loan-default"]
        return self._ledger.parts(name, subjects)


def test_promotions_of_one_model_are_read_of_that_model_alone(scene):
    commit(kept(), scene.application)
    ledger = scene.application.ledger

    found = promotions_of(OfOneModel(ledger), "loan-default")

    assert found == promotions_of(ledger)
    assert found
