"""Models, endpoints, findings and single events over HTTP, and the figures for Prometheus."""

import json
import math
from datetime import UTC, datetime

import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as read_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as read_text

from shared.domain.event import Check
from shared.domain.finding import Rule
from shared.domain.verdict import Verdict
from shared.service.promotion_story import promotions_of
from shared.web.operations import api
from tests.service.explained import commit
from tests.web.fuzzed import KNOWN, UNLIMITED, told
from tests.web.platform import Platform, ask, with_access


@pytest.fixture
def app(scene):
    """A night with an idle deployment behind it."""
    return api(told(scene).application, UNLIMITED)


def get(app, path, status=200, **headers):
    answer = ask(app, "GET", f"/api/v1/{path}", **headers)
    assert answer.status_code == status, answer.get_body()
    return json.loads(answer.get_body())


def test_models_are_listed_with_what_fires_of_them_and_of_their_endpoints(app):
    rows = {row["model"]: row for row in get(app, "models")["models"]}

    assert set(rows) == {"churn", "loan-default", "pricing"}
    assert (rows["churn"]["watched"], rows["churn"]["endpoints"]) == (False, [])
    assert rows["loan-default"]["watched"] is True
    assert rows["loan-default"]["endpoints"] == ["loan-endpoint"]
    assert (rows["loan-default"]["firing"], rows["loan-default"]["open_promotions"]) == (1, 1)


def test_a_model_is_told_with_its_versions_deployments_promotions_and_alerts(app):
    found = get(app, "models/loan-default")

    model, [alert] = found["model"], found["alerts"]
    assert model["policy"]["endpoint"] == "loan-endpoint"
    assert {one["version"] for one in model["versions"]} >= {"7", "8"}
    assert [(one["deployment"], one["share"]) for one in model["deployments"]] == [
        ("blue", 100.0),
        ("green", 0.0),
    ]
    served = {one["version"]: one["served_by"] for one in model["versions"]}
    assert served["7"] == ["loan-endpoint/blue"]
    assert (alert["kind"], alert["status"]) == ("no_traffic", "firing")


def test_a_model_whose_policy_cannot_be_read_says_why(scene):
    scene.write("policies/loan-default.yaml", "model: loan-default\nno_such_key: 1\n")
    commit(scene.application.ledger, "x", subject="model/loan-default")

    model = get(api(scene.application, UNLIMITED), "models/loan-default")["model"]

    assert model["policy"] is None
    assert "no_such_key" in model["policy_problem"]


@pytest.mark.parametrize(
    "path",
    [
        "models/none",
        "models/none/timeline",
        "models/none/drift",
        "models/none/kpis",
        "models/none/traffic",
        "endpoints/none",
        "endpoints/none/traffic",
        "events/none",
        "decisions/none?subject=model/none",
    ],
)
def test_what_is_not_there_is_answered_with_where_to_look(app, path):
    assert "see /api/v1/" in get(app, path, 404)["title"]


def test_an_endpoint_is_told_with_its_routing_truth_and_last_looks(app):
    found = get(app, "endpoints/loan-endpoint")

    truth = {row["deployment"]: row["declared"] for row in found["routing"]["deployments"]}
    [look] = found["endpoint"]["looks"]
    assert truth == {"blue": 100.0, "green": 0.0}
    assert (found["endpoint"]["models"], look["check"]) == (["loan-default"], "routing")
    assert (look["verdict"], look["at"]) == ("fail", "2026-02-03T12:00:00Z")


def test_an_endpoint_whose_evidence_is_gone_has_no_routing_truth(app, scene):
    hashes = [kept.hash for kept in scene.application.evidence.walk()]
    scene.application.evidence.remove_all(hashes, datetime.max.replace(tzinfo=UTC))

    assert get(app, "endpoints/loan-endpoint")["routing"] is None


def test_traffic_is_told_of_an_endpoint_and_of_every_endpoint_of_a_model(app):
    [of_model] = get(app, "models/loan-default/traffic")["traffic"]
    of_endpoint = get(app, "endpoints/loan-endpoint/traffic")["traffic"]

    assert of_model == of_endpoint
    assert [step["shares"] for step in of_endpoint["declared"]] == [{"blue": 100.0}]


def test_a_history_is_of_the_span_that_is_asked_for(app):
    span = get(app, "models/loan-default/drift?since=2026-02-01&until=1h")["drift"]["span"]
    wrong = get(app, "models/loan-default/drift?since=1h&until=2d", 400)["title"]
    kind = get(app, "models/loan-default/timeline?kinds=version,verison", 400)["title"]

    assert span == {"since": "2026-02-01T00:00:00Z", "until": "2026-02-03T11:00:31Z"}
    assert wrong.startswith("since (2026-02-03 11:00 UTC) is not before until")
    assert kind.startswith("kinds has 'verison'; known are: event, verdict, version")


def test_findings_are_filtered_and_walked_through_newest_first(app):
    failed = get(app, "findings?endpoint=loan-endpoint&verdict=fail")["findings"]
    of_rule = get(app, "findings?rule=metric_gate&model=loan-default")["findings"]
    late = get(app, "findings?endpoint=loan-endpoint&since=1s")["findings"]
    pages, cursor = [], ""
    while cursor is not None:
        told = get(app, f"findings?limit=7{cursor}")
        pages += told["findings"]
        cursor = f"&cursor={told['next']}" if "next" in told else None

    assert [one["thing"] for one in failed] == ["deployment/green"]
    assert {one["rule"] for one in of_rule} == {"metric_gate"}
    assert late == []
    assert pages == get(app, "findings?limit=200")["findings"]
    assert [one["at"] for one in pages] == sorted((one["at"] for one in pages), reverse=True)


def test_promotions_that_are_open_can_be_asked_for_alone(app):
    still, ended = (get(app, f"promotions?open={word}")["promotions"] for word in (True, False))

    assert {one["open"] for one in still} == {True}
    assert [*still, *ended] == get(app, "promotions")["promotions"]


def test_reports_lead_to_what_is_there(app, scene):
    found = get(app, "reports")["reports"]
    promotions = promotions_of(scene.application.ledger)

    assert len([one for one in found if one["kind"] == "promotion"]) == len(promotions)
    for one in found:
        assert ask(app, "GET", one["href"]).status_code == 200, one


def test_an_event_is_told_with_its_decision_and_can_be_decided_again_without_effect(app):
    found = get(app, f"events/{KNOWN['key'][0]}")

    event, link = found["event"], found["dry_run"]
    [decision] = event["decisions"]
    assert decision["event"]["id"] == event["event"]["id"]
    again = ask(app, link["method"], link["href"], link["body"])
    assert [one["key"] for one in json.loads(again.get_body())["events"]] == [event["key"]]


def test_the_payload_of_an_event_is_shown_to_operators_alone(scene):
    app = Platform(api(with_access(told(scene).application), UNLIMITED))

    def payload(role):
        path = f"events/{KNOWN['key'][0]}"
        return get(app, path, Authorization=f"Bearer {role}")["event"]["payload"]

    assert payload("viewer") is None
    assert "NoticeDelivered" in payload("operator")


def test_what_was_refused_is_shown_with_why(scene):
    scene.send(b"no json")
    app = api(scene.application, UNLIMITED)
    [row] = get(app, "events")["events"]

    event = get(app, f"events/{row['key']}")["event"]

    assert (event["payload"], event["decisions"], event["event"]) == ("no json", [], None)
    assert event["refusal"] == row["refusal"]


def test_a_decision_is_found_by_its_hash(app):
    [name] = KNOWN["decision"]

    found = get(app, f"decisions/{name}?subject=endpoint/loan-endpoint")["decision"]

    assert (found["hash"], found["verdict"]) == (name, "fail")


def test_an_interval_without_end_is_null_wherever_a_decision_is_shown(scene):
    commit(
        scene.application.ledger,
        "feature/age",
        subject="model/loan-default",
        rule=Rule.DRIFT,
        verdict=Verdict.INCONCLUSIVE,
        high=math.inf,
    )
    app = api(scene.application, UNLIMITED)

    [decision] = get(app, "decisions?subject=model/loan-default")["decisions"]

    assert decision["findings"][0]["high"] is None
    assert get(app, "findings")["findings"][0]["high"] is None


@pytest.mark.parametrize(
    ("accept", "kind", "read"),
    [
        ("text/plain", "text/plain", read_text),
        ("application/openmetrics-text", "application/openmetrics-text", read_openmetrics),
    ],
)
def test_figures_are_told_in_the_format_that_is_accepted(app, accept, kind, read):
    answer = ask(app, "GET", "/api/v1/metrics", accept=accept)

    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in read(answer.get_body().decode())
        for sample in family.samples
    }
    assert answer.headers["content-type"].startswith(kind)
    assert found["driftgate_alerts_firing", "no_traffic", "critical"] == 1
    assert found["driftgate_models_watched",] == 2
    assert found["driftgate_dead_letters",] == 2
    assert found["driftgate_promotions_open",] == 2
    assert found["driftgate_check_newest_age_seconds", Check.ROUTING.value] == 31


def test_a_fleet_is_listed_without_a_state_or_a_decision_being_read(scene, monkeypatch):
    app = api(told(scene).application, UNLIMITED)
    ledger = type(scene.application.ledger)

    def refuse(*_, **__):
        raise AssertionError("a list over the fleet reads no subject by itself")

    monkeypatch.setattr(ledger, "state", refuse)
    monkeypatch.setattr(ledger, "decisions", refuse)

    for path in ("models", "endpoints", "status"):
        assert get(app, path)
    assert ask(app, "GET", "/api/v1/metrics").status_code == 200
