"""Azure Monitor's alerts and the runs of a workspace are read without trusting a word of them."""

import json
from pathlib import Path

import pytest

from shared.domain.event import EventType
from shared.service.intake import parse

EVENTS = Path(__file__).resolve().parents[2] / "samples" / "events"


def sample(name):
    return json.loads((EVENTS / name).read_bytes())


def read(payload):
    [parsed] = parse(json.dumps(payload).encode())
    return parsed


@pytest.fixture
def fired():
    return sample("azure_monitor_common_alert_metric_fired.derived.json")


def condition(payload):
    return payload["data"]["alertContext"]["condition"]["allOf"][0]


def test_a_condition_is_kept_with_its_threshold_as_a_number(fired):
    event = read(fired).event

    assert event.type is EventType.AZURE_ALERT_FIRED
    assert event.data["window"] == "PT5M"
    assert event.data["conditions"] == [
        {
            "metric": "RequestLatency_P95",
            "aggregation": "Average",
            "operator": "GreaterThan",
            "threshold": 250.0,
            "value": 412.5,
            "dimensions": {"deployment": "blue"},
        }
    ]


def test_the_samples_of_two_other_kinds_of_rule_are_read_as_contexts(fired):
    for name in ("dynamic_threshold", "log_v2"):
        fired["data"]["alertContext"] = sample(f"azure_monitor_alert_context_{name}.json")[
            "alertContext"
        ]
        event = read(fired).event

        [kept] = event.data["conditions"]
        assert kept["threshold"] in {47658.0, 1.0}
        assert "Heartbeat" not in json.dumps(dict(event.data))


def test_fired_and_resolved_have_one_subject_and_one_instance_and_ids_of_their_own(fired):
    event = read(fired).event
    essentials = fired["data"]["essentials"]
    essentials |= {"monitorCondition": "Resolved", "resolvedDateTime": "2026-02-03T13:00:00Z"}
    fired["data"]["alertContext"] = None

    resolved = read(fired).event

    assert resolved.type is EventType.AZURE_ALERT_RESOLVED
    assert resolved.subject == event.subject
    assert resolved.data["instance"] == event.data["instance"]
    assert resolved.id != event.id
    assert resolved.data["conditions"] == []


def test_targets_in_another_order_or_case_are_the_same_subject(fired):
    essentials = fired["data"]["essentials"]
    essentials["alertTargetIDs"] = ["/a/B", "/c"]
    one = read(fired).event.subject
    essentials["alertTargetIDs"] = ["/C", "/a/b"]

    assert read(fired).event.subject == one


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"alertId": None, "originAlertId": None}, "has neither alertId nor originAlertId"),
        ({"alertRule": 3}, "The Azure Monitor alert has no alertRule; send it as text."),
        ({"firedDateTime": "soon"}, "The Azure Monitor alert's firedDateTime is 'soon'"),
        ({"alertId": 7}, "The Azure Monitor alert has no alertId; send it as text."),
    ],
)
def test_a_wrong_field_is_named_with_the_fix(fired, change, sentence):
    fired["data"]["essentials"] |= change

    assert sentence in read(fired).refusal


def test_without_an_alert_id_the_monitors_own_is_taken(fired):
    fired["data"]["essentials"]["alertId"] = None

    assert read(fired).event is not None


def test_what_people_will_read_has_no_control_characters_and_an_end(fired):
    essentials = fired["data"]["essentials"]
    essentials["alertRule"] = "rule\n\x1b[31m\u202ered\x00"
    essentials["description"] = "d" * 10_000
    condition(fired)["dimensions"] = [{"name": f"n{n}", "value": "v" * 300} for n in range(20)]
    condition(fired)["dimensions"] += [{"name": None, "value": 3}, "odd"]
    fired["data"]["alertContext"]["condition"]["allOf"] *= 20

    data = read(fired).event.data

    assert data["rule"] == "rule [31m red"
    assert len(data["description"]) == 500
    assert data["description"].endswith("...")
    assert len(data["conditions"]) == len(data["conditions"][0]["dimensions"]) == 10
    assert max(map(len, data["conditions"][0]["dimensions"].values())) == 120


@pytest.mark.parametrize("threshold", ["1e999", "many", None, True, [1]])
def test_a_threshold_that_is_no_number_is_unknown(fired, threshold):
    condition(fired)["threshold"] = threshold

    assert read(fired).event.data["conditions"][0]["threshold"] is None


@pytest.mark.parametrize(
    "context",
    [None, [], "x", {"condition": 3}, {"condition": {"allOf": "x"}}, {"SearchQuery": "x"}],
)
def test_a_context_of_another_form_gives_no_conditions(fired, context):
    fired["data"]["alertContext"] = context

    event = read(fired).event

    assert (event.data["conditions"], event.data["window"]) == ([], None)


def test_searches_their_results_and_people_are_not_archived(fired):
    fired["data"]["alertContext"] = {
        "SearchQuery": "secret",
        "SearchResults": {"tables": [["secret"]]},
        "LinkToSearchResults": "https://portal/secret",
        "caller": "secret@example.org",
        "claims": "secret",
        "condition": {"allOf": [{"searchQuery": "secret", "metricValue": 1}]},
    }

    parsed = read(fired)

    assert b"secret" not in parsed.body
    assert parsed.event.data["conditions"][0]["value"] == 1.0


# Runs of the workspace.


def batch_run(**data):
    payload = sample("aml_run_completed_batch.derived.json")
    payload[0]["data"] |= data
    return read(payload).event.data


def test_a_batch_endpoints_run_names_its_endpoint_and_is_its_own_root():
    data = batch_run()

    assert (data["batch"], data["batch_endpoint"]) == (True, "loan-scores")
    assert data["root"] == data["run"]


@pytest.mark.parametrize(
    ("change", "batch", "endpoint"),
    [
        ({"runTags": {}}, False, None),
        ({"runProperties": {}}, True, None),
        ({"runProperties": {"azureml.endpointname": "../x"}}, True, None),
        ({"runProperties": None, "runTags": {"azureml.batchrun": "True"}}, True, None),
        (
            {
                "runProperties": None,
                "runTags": {"azureml.batchrun": "true", "azureml.endpointname": "e"},
            },
            True,
            "e",
        ),
    ],
)
def test_a_batch_run_is_known_by_its_tag_and_its_endpoint_only_by_a_name(change, batch, endpoint):
    data = batch_run(**change)

    assert (data["batch"], data["batch_endpoint"]) == (batch, endpoint)


@pytest.mark.parametrize(
    ("change", "root"),
    [
        ({"runType": None, "runProperties": {}}, None),
        ({"runType": "azureml.StepRun", "runProperties": {"azureml.pipelinerunid": "p"}}, "p"),
        (
            {
                "runType": "azureml.StepRun",
                "runProperties": {},
                "runTags": {"azureml.pipelinerunid": "p"},
            },
            "p",
        ),
    ],
)
def test_a_step_names_the_pipeline_run_it_belongs_to(change, root):
    assert batch_run(**change)["root"] == root


def test_an_experiment_that_is_no_name_is_no_monitor():
    assert batch_run(experimentName="a/b")["monitor"] is None


def test_a_breach_tag_is_read_without_trusting_it():
    odd = {"metric_value": "NaN", "metric_name": 3, "threshold_value": "0.1", "group": "a\nb"}
    tag = f"The signal 'drift\x1b' has failed\n{[json.dumps(odd)]}\n"

    data = batch_run(runTags={"azureml_modelmonitor_threshold_breached": tag})

    assert data["signal"] == "drift"
    assert data["breaches"] == [
        {"metric": "an unnamed metric", "value": None, "threshold": 0.1, "group": "a b"}
    ]


@pytest.mark.parametrize(
    "text", ["", "['x']", "[1]", "['[1]']", "[" * 5000, "['{\"metric_name\": 1}']", "[{}]"]
)
def test_a_breach_tag_of_another_form_gives_its_text_alone(text):
    data = batch_run(runTags={"azureml_modelmonitor_threshold_breached": text})

    assert data["breaches"] == []
    assert data["text"] == (text if len(text) < 1000 else f"{text[:997]}...")


def test_very_many_breaches_and_signals_are_cut():
    one = '{"metric_value":1,"metric_name":"m","threshold_value":0}'
    tags = {f"azureml.modelmonitor.threshold.breached.s{n}": repr([one] * 110) for n in range(25)}

    data = batch_run(runTags=tags)

    assert len(data["signals"]) == 20
    assert {len(signal["breaches"]) for signal in data["signals"]} == {100}
