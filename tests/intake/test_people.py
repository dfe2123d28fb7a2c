"""Who changed an endpoint is kept by one name, if at all; nothing else of a person is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.service.intake import parse
from shared.service.intake.people import plain_name, who_by_claims
from tests.conftest import EVENTS

ENDPOINT = "arm_online_endpoint_write_success.derived.json"
FAILED = "arm_online_deployment_write_failure.derived.json"
MADE = "arm_online_deployment_write_success.derived.json"
DELETED = "arm_online_deployment_delete_success.derived.json"
UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
NAME = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"
APP = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
PERSON = {
    UPN: "anna@contoso.com",
    NAME: "anna@contoso.com",
    "name": "Anna Berg",
    "appid": APP,
    "ipaddr": "203.0.113.7",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname": "Berg",
    "puid": "1003",
    "groups": "risk",
}


def envelope(sample, claims=PERSON, **data):
    """An event of Azure Resource Manager with other claims; None for none at all."""
    [event] = json.loads((EVENTS / sample).read_bytes())
    event["data"].pop("claims", None)
    event["data"].update(data)
    if claims is not None:
        event["data"]["claims"] = claims
    return event


def read(event, **options):
    [parsed] = parse(json.dumps(event).encode(), **options)
    return parsed


CLAIMS = [
    ("a person by the user principal name", PERSON, "anna@contoso.com"),
    ("a person by the short claim", {"upn": "anna@contoso.com"}, "anna@contoso.com"),
    ("a person by the newer token's claim", {"preferred_username": "a@b.c"}, "a@b.c"),
    ("a person by the display name, without another", {"name": "Anna Berg"}, "Anna Berg"),
    ("a guest", {UPN: "a_b.com#EXT#@contoso.com"}, "a_b.com#EXT#@contoso.com"),
    ("an application by its id", {"appid": APP, "idtyp": "app"}, f"application {APP}"),
    ("an application of the newer token", {"azp": APP}, f"application {APP}"),
    (
        "an application though it has a name",
        {"appid": APP, "name": "deployer", "idtyp": "app"},
        f"application {APP}",
    ),
    ("the text of older payloads", json.dumps(PERSON), "anna@contoso.com"),
    ("none at all", None, None),
    ("claims that name nobody", {"aud": "https://management.azure.com"}, None),
    ("claims that are empty", {}, None),
    ("claims that are a list", [PERSON], None),
    ("claims that are a number", 7, None),
    ("text that is no JSON", "anna", None),
    ("text that is JSON of something else", '["anna"]', None),
    ("text that is nested too deeply", "[" * 60_000, None),
    ("text that is too long to be claims", json.dumps({"upn": "a" * 70_000}), None),
    ("a name that is no text", {UPN: {"a": 1}, "name": ["x"], "appid": 5}, None),
    ("a name of signs alone", {UPN: "<<>>", "name": " \n "}, None),
    ("an application id that is none", {"appid": "$(curl evil)"}, None),
    ("a name that is very long", {UPN: "a" * 5000}, "a" * 120),
    ("a name on two lines", {UPN: "anna\r\nSet-Cookie: x"}, "annaSet-Cookie x"),
    ("a name with markup", {"name": "<img src=x>[red]*Anna*`|&\u202e"}, "img srcxredAnna"),
    ("a name with control characters", {"name": "An\x00na\x1b[31m"}, "Anna31m"),
    ("a name of another script", {"name": "Zoë Ängström 東"}, "Zoë Ängström 東"),
    ("a letter that is written as two", {"name": "Zoe\u0308"}, "Zoë"),
]


@pytest.mark.parametrize(("claims", "who"), [c[1:] for c in CLAIMS], ids=[c[0] for c in CLAIMS])
def test_who_changed_the_traffic_is_one_plain_name(claims, who):
    parsed = read(envelope(ENDPOINT, claims))

    assert parsed.event.data.get("by") == who
    assert json.loads(parsed.body)["data"].get("by") == who
    assert who_by_claims(claims) == who


@pytest.mark.parametrize("sample", [ENDPOINT, FAILED, MADE, DELETED])
def test_nothing_else_of_a_person_is_kept(sample):
    body = read(envelope(sample)).body

    for personal in (b"Berg", b"203.0.113.7", b"1003", b"claims", b"principalId", APP.encode()):
        assert personal not in body


@pytest.mark.parametrize(
    ("sample", "kept"), [(ENDPOINT, True), (FAILED, True), (MADE, False), (DELETED, False)]
)
def test_a_name_is_kept_where_somebody_is_asked_about_it_and_nowhere_else(sample, kept):
    parsed = read(envelope(sample))

    assert ("by" in parsed.event.data) is kept
    assert (b"anna" in parsed.body) is kept


def test_of_other_resources_no_name_is_kept():
    storage = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a"
    event = envelope(ENDPOINT, resourceUri=storage)
    event["subject"] = storage

    parsed = read(event)
    assert parsed.refusal.startswith("Nothing reacts to changes of Microsoft.Storage")
    assert b"anna" not in parsed.body


def test_a_name_is_never_taken_as_it_came():
    assert read(envelope(ENDPOINT, None, by="mallory")).event.data.get("by") is None
    assert b"mallory" not in read(envelope(ENDPOINT, None, by="mallory")).body


def test_it_can_be_switched_off():
    parsed = read(envelope(ENDPOINT), names=False)

    assert "by" not in parsed.event.data
    assert b"anna" not in parsed.body


def test_claims_are_dropped_also_where_the_operation_is_not_named():
    event = envelope(ENDPOINT)
    del event["data"]["operationName"]

    assert b"Berg" not in read(event).body


def test_as_a_cloud_event_it_is_the_same():
    event = envelope(ENDPOINT)
    cloud = {
        "specversion": "1.0",
        "id": event["id"],
        "source": event["topic"],
        "type": event["eventType"],
        "subject": event["subject"],
        "time": event["eventTime"],
        "data": event["data"],
    }

    assert read(cloud).event == read(event).event


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    claims=VALUES
    | st.dictionaries(st.sampled_from([UPN, NAME, "name", "appid", "idtyp"]), VALUES)
    | st.dictionaries(st.sampled_from([UPN, "name"]), st.text()).map(json.dumps)
)
def test_whatever_the_claims_are_a_name_is_short_printable_and_without_markup(claims):
    who = who_by_claims(claims)

    assert who is None or (
        0 < len(who) <= 120
        and who.isprintable()
        and not set(who) & set('<>[]{}|&*`$\\"\n\r\t;:!')
        and plain_name(who) == who
    )
