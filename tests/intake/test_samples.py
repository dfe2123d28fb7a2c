"""Every real payload becomes the right event, or is refused with one clear sentence and kept."""

from pathlib import Path

import pytest

from shared.domain.event import EventType
from shared.service.intake import handshake, parse

EVENTS = Path(__file__).resolve().parents[2] / "samples" / "events"

READ = {
    "ado_build_complete.v2.json": (EventType.PIPELINE_RUN_COMPLETED, "pipeline/4658"),
    "ado_release_deployment_completed.json": (EventType.PIPELINE_STAGE_COMPLETED, "release/1"),
    "ado_run_state_changed.json": (EventType.PIPELINE_RUN_COMPLETED, "pipeline/1"),
    "ado_stage_approval_completed.json": (
        EventType.APPROVAL_GIVEN,
        "approval/00000000-0000-0000-0000-0000000000000f027b05-0942-4a35-9218-26fa07d8760a",
    ),
    "ado_stage_state_changed.json": (EventType.PIPELINE_STAGE_COMPLETED, "pipeline/2"),
    "aml_dataset_drift_detected.cloudevents.json": (
        EventType.DATASET_DRIFT_DETECTED,
        "monitor/myDriftMonitor",
    ),
    "aml_dataset_drift_detected.eventgrid.json": (
        EventType.DATASET_DRIFT_DETECTED,
        "monitor/myDriftMonitor",
    ),
    "aml_model_deployed.cloudevents.json": (
        EventType.MODEL_DEPLOYED,
        "endpoint/my-sklearn-service",
    ),
    "aml_model_deployed.eventgrid.json": (EventType.MODEL_DEPLOYED, "endpoint/my-sklearn-service"),
    "aml_model_registered.cloudevents.json": (
        EventType.MODEL_REGISTERED,
        "model/sklearn_regression_model",
    ),
    "aml_model_registered.eventgrid.json": (
        EventType.MODEL_REGISTERED,
        "model/sklearn_regression_model",
    ),
    "aml_run_completed_batch.derived.json": (
        EventType.RUN_COMPLETED,
        "run/pipelinejob-5d1f0c2e-4b1b-4c0e-9a55-0d5a5b6f2b21",
    ),
    "aml_run_completed.cloudevents.json": (
        EventType.RUN_COMPLETED,
        "run/AutoML_ad912b2d-6467-4f32-a616-dbe4af6dd8fc_5",
    ),
    "aml_run_completed.eventgrid.json": (
        EventType.RUN_COMPLETED,
        "run/AutoML_ad912b2d-6467-4f32-a616-dbe4af6dd8fc_5",
    ),
    "aml_run_status_changed.cloudevents.json": (
        EventType.RUN_STATUS_CHANGED,
        "run/AutoML_ad912b2d-6467-4f32-a616-dbe4af6dd8fc_5",
    ),
    "aml_run_status_changed.eventgrid.json": (
        EventType.RUN_STATUS_CHANGED,
        "run/AutoML_ad912b2d-6467-4f32-a616-dbe4af6dd8fc_5",
    ),
    "aml_run_status_changed_monitor_breach.derived.json": (
        EventType.MONITOR_BREACHED,
        "monitor/loan-monitor",
    ),
    "arm_online_deployment_delete_success.derived.json": (
        EventType.DEPLOYMENT_DELETED,
        "endpoint/loan-endpoint",
    ),
    "arm_online_deployment_write_failure.derived.json": (
        EventType.DEPLOYMENT_FAILED,
        "endpoint/loan-endpoint",
    ),
    "arm_online_deployment_write_success.derived.json": (
        EventType.DEPLOYMENT_COMPLETED,
        "endpoint/loan-endpoint",
    ),
    "arm_online_endpoint_write_success.derived.json": (
        EventType.TRAFFIC_CHANGED,
        "endpoint/loan-endpoint",
    ),
    "azure_monitor_common_alert_metric_fired.derived.json": (
        EventType.AZURE_ALERT_FIRED,
        "azure-alert/89c1d727805f5513",
    ),
    "azure_monitor_common_alert_log_v2.derived.json": (
        EventType.AZURE_ALERT_FIRED,
        "azure-alert/f498a26b65b6510e",
    ),
    "azure_monitor_common_alert_metric_resolved.json": (
        EventType.AZURE_ALERT_RESOLVED,
        "azure-alert/aa0e7bccb8ca952d",
    ),
}
NO_ENVELOPE = "The envelope is none we know"
NO_OBJECT = "The CloudEvent's data must be an object."
REFUSED = {
    "ado_check_callbacks.json": NO_ENVELOPE,
    "ado_check_default_headers.json": NO_ENVELOPE,
    "ado_check_sync_response.json": NO_ENVELOPE,
    "ado_run_pipeline_request.derived.json": NO_ENVELOPE,
    "aml_model_version.derived.json": NO_ENVELOPE,
    "aml_online_deployment.derived.json": NO_ENVELOPE,
    "aml_online_endpoint.derived.json": NO_ENVELOPE,
    "arm_resource_action_success.eventgrid.json": (
        "Nothing reacts to changes of Microsoft.EventHub/namespaces; "
        "only online endpoints are watched."
    ),
    "arm_resource_delete_success.eventgrid.json": (
        "Nothing reacts to changes of Microsoft.Storage/storageAccounts; "
        "only online endpoints are watched."
    ),
    "arm_resource_write_success.eventgrid.json": (
        "Nothing reacts to changes of Microsoft.Storage/storageAccounts; "
        "only online endpoints are watched."
    ),
    "arn_resources_created_or_updated.eventgrid.json": (
        "Nothing reacts to events of type "
        "Microsoft.ResourceNotifications.Resources.CreatedOrUpdated."
    ),
    "azure_monitor_alert_context_dynamic_threshold.json": NO_ENVELOPE,
    "azure_monitor_alert_context_log_v2.json": NO_ENVELOPE,
    "eventgrid_dead_letter.cloudevents.json": "The CloudEvent has no time; send it as text.",
    "eventgrid_dead_letter.eventgrid.json": (
        "Nothing reacts to events of type Microsoft.Storage.BlobCreated."
    ),
    "eventgrid_subscription_validation.eventgrid.json": (
        "Nothing reacts to events of type Microsoft.EventGrid.SubscriptionValidationEvent."
    ),
    "eventgrid_subscription_validation_response.json": NO_ENVELOPE,
    "mdc_binary_reference_line.json": NO_OBJECT,
    "mdc_model_inputs_batched_line.json": NO_OBJECT,
    "mdc_model_inputs_line.json": NO_OBJECT,
    "mdc_request_line.json": "Nothing reacts to events of type azureml.inference.request.",
    "mdc_response_line.json": NO_OBJECT,
    "mlflow_runs_get_response.derived.json": NO_ENVELOPE,
    "pagerduty_change_event.json": NO_ENVELOPE,
    "pagerduty_resolve.derived.json": NO_ENVELOPE,
    "pagerduty_trigger.json": NO_ENVELOPE,
    "slack_incoming_webhook.derived.json": NO_ENVELOPE,
    "teams_workflow_adaptive_card.json": NO_ENVELOPE,
}


def test_the_two_tables_cover_every_sample():
    assert sorted(path.name for path in EVENTS.glob("*.json")) == sorted(READ | REFUSED)


@pytest.mark.parametrize("name", sorted(READ))
def test_a_sample_becomes_its_event(name):
    [parsed] = parse((EVENTS / name).read_bytes())

    assert parsed.refusal is None
    assert (parsed.event.type, parsed.event.subject) == READ[name]
    assert parsed.key == parsed.event.key


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_sample_that_is_no_event_is_refused_in_one_sentence(name):
    [parsed] = parse((EVENTS / name).read_bytes())

    assert parsed.event is None
    assert parsed.refusal.startswith(REFUSED[name])


@pytest.mark.parametrize(
    "pair", ["aml_model_registered", "aml_model_deployed", "aml_run_status_changed"]
)
def test_both_schemas_tell_the_same_event(pair):
    [one] = parse((EVENTS / f"{pair}.eventgrid.json").read_bytes())
    [other] = parse((EVENTS / f"{pair}.cloudevents.json").read_bytes())

    assert one.event == other.event


def test_a_registered_model_keeps_its_version_as_text_and_its_workspace():
    [parsed] = parse((EVENTS / "aml_model_registered.eventgrid.json").read_bytes())

    assert parsed.event.data == {
        "model": "sklearn_regression_model",
        "version": "20",
        "tags": {"area": "diabetes", "type": "regression"},
        "properties": {"type": "test"},
        "workspace": {
            "subscription": "{subscription-id}",
            "resource_group": "{resource-group-name}",
            "name": "{workspace-name}",
        },
    }
    assert parsed.event.time.isoformat() == "2017-06-26T18:41:00.958410+00:00"


def test_a_monitor_breach_names_signal_features_values_and_thresholds():
    name = "aml_run_status_changed_monitor_breach.derived.json"
    [parsed] = parse((EVENTS / name).read_bytes())

    assert parsed.event.data["signal"] == "loan-monitor-feature-drift"
    assert parsed.event.data["breaches"] == [
        {"metric": "JensenShannonDistance", "value": 0.3427, "threshold": 0.1, "group": "income"},
        {
            "metric": "TwoSampleKolmogorovSmirnovTest",
            "value": 0.0004,
            "threshold": 0.05,
            "group": "age",
        },
    ]


WORKSPACE = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/RG-ML/providers"
    "/Microsoft.MachineLearningServices/workspaces/WS-prod"
)


def test_a_resource_event_of_the_workspace_is_read_however_its_id_is_spelled():
    payload = (EVENTS / "arm_online_deployment_write_failure.derived.json").read_bytes()

    [parsed] = parse(payload, workspace=WORKSPACE)
    assert parsed.event.type is EventType.DEPLOYMENT_FAILED


def test_a_resource_event_of_a_neighbour_in_the_same_group_is_refused_and_kept():
    """Its endpoint may have the name of one that is watched."""
    payload = (EVENTS / "arm_online_deployment_write_failure.derived.json").read_bytes()

    [parsed] = parse(payload, workspace=WORKSPACE.replace("WS-prod", "ws-test"))
    assert parsed.event is None
    assert parsed.refusal == (
        "Nothing reacts to endpoints of the workspace ws-prod in rg-ml; ws-test is watched here."
    )
    assert b"loan-endpoint" in parsed.body


@pytest.mark.parametrize(
    "name", ["aml_model_registered.eventgrid.json", "ado_build_complete.v2.json"]
)
def test_events_that_are_no_resources_are_read_whatever_workspace_is_watched(name):
    [parsed] = parse((EVENTS / name).read_bytes(), workspace=WORKSPACE)

    assert parsed.event is not None


def test_who_did_it_and_from_where_is_not_archived():
    [parsed] = parse((EVENTS / "arm_online_endpoint_write_success.derived.json").read_bytes())

    for personal in (b"claims", b"203.0.113.7", b"principalId", b"objectidentifier"):
        assert personal not in parsed.body
    assert b"operationName" in parsed.body


def test_event_grids_handshake_is_answered_and_nothing_else_is():
    validation = (EVENTS / "eventgrid_subscription_validation.eventgrid.json").read_bytes()

    assert handshake(validation) == {"validationResponse": "512d38b6-c7b8-40c8-89fe-f46f9e9622b6"}
    assert handshake(b"[{}]") is None
    assert handshake(b"not json") is None
