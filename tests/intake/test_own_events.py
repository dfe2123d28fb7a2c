"""Events of Driftgate's own types are believed no more than any others."""

import json

import pytest

from shared.domain.event import Check, EventType
from shared.domain.people.intent import intent_declared, intent_withdrawn
from shared.service.intake import parse
from shared.service.intake.own import INTENTS, OURS_ALONE, TOLD_IN_THEIR_OWN_FORM
from tests.conftest import NOON
from tests.domain.routing_world import DAY

GOOD = {
    "specversion": "1.0",
    "id": "1",
    "source": "somebody",
    "type": "io.driftgate.TrafficChanged",
    "subject": "endpoint/loan-endpoint",
    "time": "2026-02-03T12:00:00Z",
    "data": {"endpoint": "loan-endpoint", "outcome": "success"},
}
INTENT = intent_declared(
    "loan-endpoint",
    author="anna",
    reason="auditors",
    since=NOON,
    until=NOON + DAY,
    deployment="green",
    now=NOON,
).to_cloud_event()


def read(envelope, **options):
    [parsed] = parse(json.dumps(envelope).encode(), **options)
    return parsed


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": 5}, "The CloudEvent has no id; send it as text."),
        ({"source": None}, "The CloudEvent has no source; send it as text."),
        ({"subject": ""}, "The CloudEvent has no subject; send it as text."),
        ({"subject": "loan"}, "subject is 'loan'; write it as endpoint/name."),
        ({"subject": "endpoint/../x"}, "subject is 'endpoint/../x'; write it as"),
        ({"subject": "endpoint/a/b"}, "subject is 'endpoint/a/b'; write it as"),
        ({"time": "noon"}, "time is 'noon'; send an ISO 8601 time"),
        ({"type": "io.driftgate.Nothing"}, "there is no such type."),
        ({"data": [1]}, "data must be an object."),
        ({"correlationid": 7}, "correlationid is no text; send it as text, or leave it out."),
        ({"type": "io.driftgate.CheckDue"}, "check is 'None'; there is none such."),
        (
            {"type": "io.driftgate.CheckDue", "data": {"check": "everything"}},
            "check is 'everything'; there is none such.",
        ),
        (
            {"type": "io.driftgate.DeploymentFailed", "data": {"deployment": "a; rm -rf /"}},
            "The deployment is 'a; rm -rf /'",
        ),
    ],
)
def test_a_wrong_field_is_named_with_the_fix_and_the_envelope_is_kept(change, sentence):
    parsed = read({**GOOD, **change})

    assert parsed.event is None
    assert parsed.refusal.startswith("The Driftgate event of type io.driftgate.")
    assert sentence in parsed.refusal
    assert json.loads(parsed.body) == {**GOOD, **change}


NAMED = {
    EventType.MODEL_REGISTERED: "model/loan",
    EventType.MODEL_DEPLOYED: "endpoint/loan",
    EventType.DEPLOYMENT_COMPLETED: "endpoint/loan",
    EventType.DEPLOYMENT_FAILED: "endpoint/loan",
    EventType.DEPLOYMENT_DELETED: "endpoint/loan",
    EventType.ENDPOINT_DELETED: "endpoint/loan",
    EventType.TRAFFIC_CHANGED: "endpoint/loan",
    EventType.CHECK_DUE: "endpoint/loan",
}
"""All that is taken in our own form from outside, each read back where it can be."""
OTHERS = ("model/loan", "endpoint/loan", "alerts/loan", "receiver/on-call", "budget/fleet")


def test_every_type_is_ours_alone_or_an_intent_or_told_in_its_own_form_or_names_its_subject():
    kinds = [*OURS_ALONE, *INTENTS, *TOLD_IN_THEIR_OWN_FORM, *NAMED]

    assert len(kinds) == len(set(kinds))
    assert set(kinds) == set(EventType)


@pytest.mark.parametrize("kind", sorted(TOLD_IN_THEIR_OWN_FORM))
def test_what_is_believed_as_it_is_told_is_taken_in_its_senders_form_alone(kind):
    """A run named by a number would leave a state that nobody could read any more."""
    forged = {**GOOD, "type": f"io.driftgate.{kind}", "subject": "model/loan", "data": {"root": 7}}

    assert "is not taken in this form; send what Azure or the" in read(forged).refusal
    assert read({**forged, "source": "driftgate/x"}, ours=True).event.type is kind


@pytest.mark.parametrize("kind", sorted(NAMED))
def test_an_event_of_another_kind_of_subject_would_end_its_alerts_and_is_refused(kind):
    data = {"check": "routing"} if kind is EventType.CHECK_DUE else {}
    for subject in (NAMED[kind], *OTHERS):
        envelope = {**GOOD, "type": f"io.driftgate.{kind}", "subject": subject, "data": data}
        fits = subject == NAMED[kind]

        parsed = read(envelope)

        assert (parsed.event is not None) is fits, subject
        assert fits or f"subject is {subject!r}, and io.driftgate." in parsed.refusal


@pytest.mark.parametrize("check", Check)
def test_a_check_is_of_the_subjects_that_the_timer_has_for_it(check):
    models = ("drift", "kpi", "batch", "collection", "promotion")
    known = {
        **{one: {"model"} for one in models},
        **{one: {"endpoint"} for one in ("routing", "health")},
        "reconcile": {"endpoint", "model", "monitor", "azure-alert"},
        "alerts": {"alerts", "receiver", "silences"},
        "retraining": {"retraining", "budget"},
        "profiling": {"profiling"},
        "heartbeat": {"service"},
    }[check.value]
    every = {"run", "pipeline", "replay", "erasure"}.union(
        {"model", "endpoint", "monitor", "azure-alert", "alerts", "receiver", "silences"},
        {"retraining", "budget", "profiling", "service"},
    )
    kind, data = "io.driftgate.CheckDue", {"check": check.value}

    taken = {
        one
        for one in every
        if read({**GOOD, "type": kind, "subject": f"{one}/x", "data": data}).event is not None
    }

    assert taken == known


def test_one_without_data_is_read():
    event = read({name: GOOD[name] for name in GOOD if name != "data"}).event

    assert (event.subject, event.data) == ("endpoint/loan-endpoint", {})


@pytest.mark.parametrize(
    ("by", "kept"), [("anna", "anna"), ("<b>anna", "banna"), (["anna"], None), ("\n", None)]
)
def test_who_it_says_changed_it_is_a_plain_name(by, kept):
    assert read({**GOOD, "data": {"by": by}}).event.data["by"] == kept


def test_where_names_are_not_kept_it_loses_that_too():
    parsed = read({**GOOD, "data": {"by": "anna"}}, names=False)

    assert "by" not in parsed.event.data
    assert b"anna" not in parsed.body


def test_an_intent_made_here_is_read_back_as_it_was():
    assert read(INTENT).event.to_cloud_event() == INTENT

    taken = intent_withdrawn("loan-endpoint", "abc", author="a", reason="b", now=NOON)
    assert read(taken.to_cloud_event()).event == taken


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"until": "2027-02-03T12:00:00Z"}, "until is more than 90 days away; say it again then."),
        ({"until": "2026-02-03T11:00:00Z"}, "until is not after since; name a later end."),
        ({"deployment": "a b"}, "deployment is 'a b'; write letters, digits, hyphens and"),
        ({"deployment": None, "traffic": {"green": 60}}, "traffic sums to 60 %; Azure takes"),
        ({"author": ""}, "author is empty; a person who reads it later will want to know."),
        ({"reason": None}, "reason is 'None'; write it as text."),
    ],
)
def test_an_intent_that_could_not_be_said_here_is_refused_from_outside_too(data, sentence):
    parsed = read({**INTENT, "data": {**INTENT["data"], **data}})

    assert parsed.event is None
    assert parsed.refusal.startswith(sentence)
