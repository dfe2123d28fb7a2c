"""Who an archived payload came from: what could fall silent has a name, nothing else has."""

import json
from pathlib import Path

import pytest

from shared.ports import ArchivedEvent
from shared.service.intake import parse
from shared.service.intake.sources import source_of
from tests.conftest import NOON

EVENTS = Path(__file__).resolve().parents[2] / "samples" / "events"


def archived(payload, via="event-grid"):
    """As the service keeps it: parsed or refused."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    [parsed, *_] = parse(body)
    return ArchivedEvent(
        key=parsed.key,
        received=NOON,
        via=via,
        body=parsed.body,
        event=None if parsed.event is None else parsed.event.to_cloud_event(),
        refusal=parsed.refusal,
    )


RESOURCE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices"


def test_a_workspace_is_named_in_lower_case_in_either_schema():
    old = json.loads((EVENTS / "aml_model_registered.eventgrid.json").read_bytes())
    old[0]["topic"] = f"{RESOURCE}/workspaces/WS-Prod"
    new = json.loads((EVENTS / "aml_model_registered.cloudevents.json").read_bytes())
    for event in new:
        event["source"] = f"{RESOURCE.lower()}/workspaces/ws-prod"

    assert source_of(archived(old)) == source_of(archived(new)) == "workspace ws-prod"


@pytest.mark.parametrize(
    ("sample", "source"),
    [
        ("arm_online_deployment_write_success.derived", "resource group rg-ml"),
        ("azure_monitor_common_alert_metric_resolved", "azure-monitor"),
        ("ado_run_state_changed", "azure-devops project unknown"),
    ],
)
def test_a_payload_names_its_topic_its_project_or_its_service(sample, source):
    assert source_of(archived((EVENTS / f"{sample}.json").read_bytes())) == source


def test_a_refused_payload_shows_as_well_that_its_source_speaks():
    group = "/subscriptions/s/resourceGroups/RG-ml"
    refused = archived([{"id": "1", "topic": group, "eventType": "Of.Another.Kind"}])
    assert refused.refusal is not None
    assert source_of(refused) == "resource group rg-ml"

    project = {"project": {"id": "p1"}}
    hook = {"publisherId": "tfs", "eventType": "x", "resourceContainers": project}
    assert source_of(archived(hook)) == "azure-devops project p1"
    assert source_of(archived({"publisherId": "tfs"})) == "azure-devops project unknown"
    assert source_of(archived({"schemaId": "azureMonitorCommonAlertSchema"})) == "azure-monitor"


@pytest.mark.parametrize("body", [b"{broken", b"3", b"{}", b'{"source": "elsewhere"}', b"\xff"])
def test_a_payload_that_names_nobody_tells_of_no_source(body):
    assert source_of(archived(body)) is None


def test_what_people_send_and_what_is_replayed_is_no_arrival():
    payload = json.loads((EVENTS / "aml_model_registered.eventgrid.json").read_bytes())
    assert source_of(archived(payload, via="command")) is None
    event = archived(payload)
    replayed = ArchivedEvent(
        key="r",
        received=NOON,
        via="event-grid",
        body=event.body,
        event={**event.event, "replayname": "march"},
    )
    assert source_of(replayed) is None
    ours = ArchivedEvent(
        key="o",
        received=NOON,
        via="api",
        body=b"{}",
        event={"source": "driftgate/schedule", "data": None},
    )
    assert source_of(ours) is None


def test_a_name_that_is_no_plain_name_is_not_repeated():
    topic = "/subscriptions/s/resourceGroups/a<script>b"
    refused = archived([{"id": "1", "topic": topic, "eventType": "Of.Another.Kind"}])

    assert source_of(refused) == "resource group unknown"
    alone = archived([{"id": "1", "topic": "/subscriptions/abc", "eventType": "X.Y"}])
    assert source_of(alone) == "subscription abc"
