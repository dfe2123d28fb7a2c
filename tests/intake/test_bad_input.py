"""Whatever bytes come, there is an event or a sentence; never an exception, never a loss."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.service.intake import MOST_BYTES, parse

GOOD = {
    "id": "1",
    "topic": "t",
    "subject": "models/a:1",
    "eventType": "Microsoft.MachineLearningServices.ModelRegistered",
    "eventTime": "2026-02-03T10:15:30.1234567Z",
    "data": {"modelName": "a", "modelVersion": "1"},
}


@pytest.mark.parametrize(
    ("payload", "sentence"),
    [
        (b"", "The payload is empty; send a JSON object or array."),
        (b" \n", "The payload is empty; send a JSON object or array."),
        (b"[]", "The payload is an empty array; send at least one event."),
        (b"{", "The payload is not JSON: Expecting property name"),
        (b'{"a": NaN}', "The payload is not JSON: NaN is no JSON number."),
        (b'{"a": 1e999}', "The payload is not JSON: 1e999 is too large for a number."),
        (b"\xff\xfe", "The payload is not UTF-8; send JSON in UTF-8."),
        (b"[" * 100_000, "The payload is nested too deeply to be an event."),
        (b'"' + b"x" * MOST_BYTES + b'"', "over the limit of 1048576; send fewer events at once."),
        (b"3", "An envelope must be a JSON object, this is a number"),
        (b"[[1]]", "An envelope must be a JSON object, this is an array"),
        (b'{"hello": 1}', "The envelope is none we know: it has no eventType (Event Grid)"),
    ],
)
def test_a_payload_that_is_no_event_is_refused_in_one_sentence(payload, sentence):
    [parsed] = parse(payload)

    assert parsed.event is None
    assert sentence in parsed.refusal
    assert parsed.body or not payload


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": None}, "The Event Grid event has no id; send it as text."),
        ({"eventType": 3}, "The Event Grid event has no eventType; send it as text."),
        ({"eventTime": "yesterday"}, "eventTime is 'yesterday'; send an ISO 8601 time such as"),
        ({"data": [1]}, "The Event Grid event's data must be an object."),
        ({"eventType": "Contoso.Sold"}, "Nothing reacts to events of type Contoso.Sold."),
        ({"data": {"modelName": "../../x", "modelVersion": 1}}, "The ModelName is '../../x'"),
        ({"data": {"modelName": "a' | take 1", "modelVersion": 1}}, "The ModelName is"),
        ({"data": {"modelName": "a", "modelVersion": True}}, "The ModelVersion is 'True'"),
        ({"data": {}}, "The ModelName is 'None'"),
    ],
)
def test_a_wrong_field_is_named_with_the_fix(change, sentence):
    [parsed] = parse(json.dumps({**GOOD, **change}).encode())

    assert parsed.event is None
    assert sentence in parsed.refusal


def test_a_refused_envelope_does_not_stop_the_next_one():
    parsed = parse(json.dumps([{**GOOD, "id": ""}, GOOD, 7, {**GOOD, "id": "2"}]).encode())

    assert [entry.event.id if entry.event else None for entry in parsed] == [None, "1", None, "2"]


def test_a_byte_order_mark_and_unknown_fields_are_no_fault():
    payload = json.dumps({**GOOD, "etag": "x", "deliveryAttempts": 3}).encode("utf-8-sig")

    [parsed] = parse(payload)

    assert parsed.event.subject == "model/a"


def test_an_event_driftgate_wrote_itself_is_read_back():
    [parsed] = parse(json.dumps(GOOD).encode())

    [again] = parse(json.dumps(parsed.event.to_cloud_event()).encode())

    assert again.event == parsed.event


def test_an_event_of_driftgates_own_type_without_subject_is_refused():
    [parsed] = parse(b'{"specversion": "1.0", "type": "io.driftgate.CheckDue", "id": "1"}')

    assert "The Driftgate event of type io.driftgate.CheckDue cannot be read" in parsed.refusal


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)
ENVELOPES = st.fixed_dictionaries(
    {},
    optional={
        "id": JSON_VALUES,
        "eventType": JSON_VALUES | st.just(GOOD["eventType"]) | st.just("build.complete"),
        "type": JSON_VALUES | st.just("io.driftgate.CheckDue") | st.just(GOOD["eventType"]),
        "specversion": st.just("1.0") | JSON_VALUES,
        "source": JSON_VALUES,
        "publisherId": JSON_VALUES,
        "schemaId": st.just("azureMonitorCommonAlertSchema"),
        "subject": JSON_VALUES,
        "eventTime": st.just(GOOD["eventTime"]) | JSON_VALUES,
        "createdDate": st.just(GOOD["eventTime"]) | JSON_VALUES,
        "time": st.just(GOOD["eventTime"]) | JSON_VALUES,
        "data": JSON_VALUES,
        "resource": JSON_VALUES,
    },
)


@settings(max_examples=200)
@given(value=JSON_VALUES | ENVELOPES | st.lists(ENVELOPES, max_size=3))
def test_any_json_gives_an_event_or_a_sentence_for_each_envelope(value):
    for parsed in parse(json.dumps(value).encode()):
        assert (parsed.event is None) != (parsed.refusal is None)
        assert parsed.key


@settings(max_examples=100)
@given(payload=st.binary(max_size=200))
def test_any_bytes_give_an_event_or_a_sentence(payload):
    for parsed in parse(payload):
        assert (parsed.event is None) != (parsed.refusal is None)


def test_an_event_that_no_message_could_hold_is_refused_and_not_sent_for_ever(sample):
    [event] = sample("aml_model_registered.eventgrid.json")
    many = {f"tag{number}": "x" * 300 for number in range(1000)}
    event["data"]["modelTags"] = event["data"]["ModelTags"] = many

    [parsed] = parse(json.dumps([event]).encode())

    assert parsed.event is None
    assert parsed.refusal.startswith("The event has 3")
    assert parsed.refusal.endswith("over the limit of 229376; send fewer tags and properties.")


def test_an_id_of_a_million_signs_is_refused(sample):
    [event] = sample("aml_model_registered.eventgrid.json")
    event["id"] = "x" * 500_000

    [parsed] = parse(json.dumps([event]).encode())

    assert parsed.refusal == (
        "The Event Grid event's id has 500000 characters; 4096 at most are read."
    )
