"""Events of Driftgate's own types are believed no more than any others."""

import json

import pytest

from shared.domain.people.intent import intent_declared, intent_withdrawn
from shared.service.intake import parse
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
