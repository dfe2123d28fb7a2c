"""What lets a version through cannot be said from outside."""

import json

import pytest

from shared.domain.canonical import canonical_json
from shared.domain.event import Check, Event, EventType, check_due
from shared.service.intake import parse
from shared.service.intake.own import OURS_ALONE
from tests.conftest import NOON


@pytest.mark.parametrize("kind", sorted(OURS_ALONE))
def test_an_event_that_lets_a_version_through_is_refused_from_outside_and_kept(kind):
    event = Event(id="1", source="elsewhere", type=kind, subject="model/loan", time=NOON)
    payload = canonical_json(event.to_cloud_event())

    [parsed] = parse(payload)

    assert parsed.event is None
    assert "made by Driftgate alone" in parsed.refusal
    assert json.loads(parsed.body)["id"] == "1"
    assert parse(payload, ours=True)[0].event == event


def test_a_check_from_outside_says_neither_whom_to_answer_nor_what_is_left_to_do():
    hostile = {"group": "9f", "receiver": "on-call", "of": "model/x", "after": "", "silences": [{}]}
    asked = check_due(Check.ALERTS, "alerts/loan", NOON, hostile)

    outside = parse(canonical_json({**asked.to_cloud_event(), "source": "elsewhere"}))

    assert outside[0].event.data == {"check": "alerts"}
    assert parse(canonical_json(asked.to_cloud_event()), ours=True)[0].event.data == asked.data


@pytest.mark.parametrize("source", ["driftgate/silence", " Driftgate/silence"])
def test_nobody_outside_takes_the_name_under_which_driftgate_says_things(source):
    """Else a check with the id of a silence's end would have the end taken for a repeat."""
    withdrawal = "withdrawn-0123456789ab"
    forged = check_due(Check.ALERTS, "silences/fleet", NOON).to_cloud_event()
    registered = {
        "id": withdrawal,
        "topic": source,
        "eventType": "Microsoft.MachineLearningServices.ModelRegistered",
        "subject": "models/loan:1",
        "eventTime": "2026-02-03T12:00:00Z",
        "dataVersion": "1",
        "data": {"modelName": "loan", "modelVersion": "1"},
    }

    for envelope in ({**forged, "source": source, "id": withdrawal}, registered):
        [parsed] = parse(canonical_json(envelope))
        assert parsed.event is None
        assert "which is Driftgate's own" in parsed.refusal
    assert parse(canonical_json({**registered, "topic": "t"}))[0].event.type is (
        EventType.MODEL_REGISTERED
    )


def test_nobody_outside_has_a_thing_decided_and_then_not_carried_out():
    """What is replayed is decided and told to nobody, so that a due alert would be used up."""
    due = {**check_due(Check.ALERTS, "alerts/loan", NOON).to_cloud_event(), "source": "elsewhere"}

    [parsed] = parse(canonical_json({**due, "replayname": "again"}))

    assert parsed.refusal.startswith("replayname marks what Driftgate tells again")
    assert parse(canonical_json({**due, "replayname": "again"}), ours=True)[0].event.replay


def test_every_other_type_is_told_by_somebody_else_too():
    """A new type is Driftgate's own unless it stands here."""
    assert set(EventType) - OURS_ALONE == {
        EventType.MODEL_REGISTERED,
        EventType.MODEL_DEPLOYED,
        EventType.DEPLOYMENT_COMPLETED,
        EventType.DEPLOYMENT_FAILED,
        EventType.DEPLOYMENT_DELETED,
        EventType.ENDPOINT_DELETED,
        EventType.TRAFFIC_CHANGED,
        EventType.RUN_COMPLETED,
        EventType.RUN_STATUS_CHANGED,
        EventType.MONITOR_BREACHED,
        EventType.DATASET_DRIFT_DETECTED,
        EventType.PIPELINE_RUN_COMPLETED,
        EventType.PIPELINE_STAGE_COMPLETED,
        EventType.APPROVAL_GIVEN,
        EventType.INTENT_DECLARED,
        EventType.INTENT_WITHDRAWN,
        EventType.AZURE_ALERT_FIRED,
        EventType.AZURE_ALERT_RESOLVED,
        EventType.CHECK_DUE,
    }
