"""What can be meant and what not, the same whether it is said here or comes from outside."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.event import Event, EventType
from shared.domain.people.intent import (
    Intent,
    intent_declared,
    intent_from_outside,
    intent_of,
    intent_withdrawn,
)
from shared.errors import InvalidData
from tests.domain.routing_world import DAY, HOUR, NOON

GOOD = {
    "author": "anna",
    "reason": "auditors",
    "since": NOON,
    "until": NOON + DAY,
    "deployment": "green",
    "now": NOON,
}
TRAFFIC = {"deployment": None, "traffic": {"green": 10, "blue": 90}}
REFUSED = [
    ("an end before the beginning", {"until": NOON - HOUR}, "until is not after since"),
    (
        "an end that is over",
        {"since": NOON - DAY, "until": NOON},
        "until is over already; name a later end.",
    ),
    ("too long", {"until": NOON + 91 * DAY}, "until is more than 90 days away"),
    (
        "too far away, though short",
        {"since": NOON + 900 * DAY, "until": NOON + 901 * DAY},
        "until is more than 90 days away",
    ),
    (
        "begun too long ago",
        {"since": NOON - 90 * DAY},
        "until is more than 90 days away",
    ),
    ("nothing meant", {"deployment": None}, "Name either a deployment that stands by or"),
    ("two things meant", {"traffic": {"green": 100}}, "Name either a deployment that"),
    ("a name with a blank", {"deployment": "my green"}, "deployment is 'my green'; write letters"),
    ("a name with a command", {"deployment": "a;rm -rf /"}, "deployment is 'a;rm -rf /'"),
    ("a name without end", {"deployment": "a" * 300}, "deployment is 'aaa"),
    ("no author", {"author": "  "}, "author is empty; a person who reads it later"),
    ("an author of signs nobody sees", {"author": "\u200b\u202e"}, "author is empty"),
    ("no reason", {"reason": "\n"}, "reason is empty"),
    ("a long reason", {"reason": "a" * 501}, "reason has more than 500 characters"),
    ("a long author", {"author": "a" * 201}, "author has more than 200 characters"),
    (
        "shares of something else",
        {"deployment": None, "traffic": {"green": 10}},
        "traffic sums to 10 %; Azure takes 0 or 100.",
    ),
    (
        "a share below nothing",
        {"deployment": None, "traffic": {"green": -1, "blue": 101}},
        "traffic of green is -1; give per cent from 0 to 100.",
    ),
    (
        "a share without size",
        {"deployment": None, "traffic": {"green": 10**400}},
        "give per cent from 0 to 100.",
    ),
    (
        "a share for a name that is none",
        {"deployment": None, "traffic": {"../x": 100}},
        "deployment is '../x'",
    ),
    (
        "more names than anybody has",
        {"deployment": None, "traffic": {f"d{n}": 0 for n in range(101)}},
        "traffic names more than 100 deployments",
    ),
]


def declared(**changes):
    return intent_declared("ep", **{**GOOD, **changes})


def outside(event, **data):
    return Event(
        id="any",
        source="somebody",
        type=event.type,
        subject=event.subject,
        time=event.time,
        data={**event.data, **data},
    )


@pytest.mark.parametrize(
    ("changes", "sentence"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(changes, sentence):
    with pytest.raises(InvalidData) as refusal:
        declared(**changes)

    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("changes", "sentence"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_from_outside_the_same_is_refused_with_the_same_sentence(changes, sentence):
    good = declared()
    said = {
        name: value.isoformat().replace("+00:00", "Z") if name in {"since", "until"} else value
        for name, value in changes.items()
    }
    with pytest.raises(InvalidData) as refusal:
        intent_from_outside(outside(good, **said))

    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"author": None}, "author is 'None'; write it as text."),
        ({"reason": 7}, "reason is '7'; write it as text."),
        ({"until": "soon"}, "until is 'soon'; write an ISO 8601 time such as 2026-02-06T18:00Z."),
        ({"until": None}, "until is 'None'; write it as text."),
        ({"since": 5}, "since is '5'; write it as text."),
        ({"deployment": ["green"]}, "deployment is '['green']'".replace("''", "'")),
        ({"deployment": None, "traffic": [1]}, "traffic is '[1]'; write an object of numbers."),
        ({"deployment": None, "traffic": {"a": "x"}}, "traffic of a is 'x'; give per cent."),
        ({"deployment": None, "traffic": {"a": True}}, "traffic of a is 'True'; give per cent."),
    ],
)
def test_a_field_of_the_wrong_kind_is_named(data, sentence):
    with pytest.raises(InvalidData) as refusal:
        intent_from_outside(outside(declared(), **data))

    assert sentence in str(refusal.value).replace('"', "'").replace("''", "'")


def test_an_intent_about_something_that_is_no_endpoint_is_refused():
    with pytest.raises(InvalidData, match=r"^subject is 'model/loan'; write endpoint/"):
        intent_from_outside(replace(outside(declared()), subject="model/loan"))


def test_what_was_said_here_and_comes_back_is_the_same_intent():
    for event in (declared(), declared(**TRAFFIC)):
        again = intent_from_outside(Event.from_cloud_event(event.to_cloud_event()))
        assert again == event


def test_nobody_from_outside_replaces_what_another_said():
    """An intent's id comes out of its words, and not out of the event."""
    first = declared()
    forged = intent_from_outside(
        outside(first, intent=first.data["intent"], author="eve", reason="mine")
    )

    assert forged.data["intent"] != first.data["intent"]


def test_from_outside_it_holds_from_its_event_on_when_it_does_not_say_since():
    event = intent_from_outside(outside(declared(), since=None))

    assert intent_of(event).since == NOON


def test_withdrawing_from_outside_names_which_by_whom_and_why():
    event = intent_withdrawn("ep", "abc", author="ben", reason="they\ncame", now=NOON)
    assert intent_from_outside(event).data == {
        "intent": "abc",
        "author": "ben",
        "reason": "they came",
    }
    with pytest.raises(InvalidData, match=r"^intent is 'a/b'"):
        intent_from_outside(outside(event, intent="a/b"))
    with pytest.raises(InvalidData, match=r"^intent is '3'; write it as text"):
        intent_from_outside(outside(event, intent=3))


def test_words_stand_on_one_line_without_what_cannot_be_printed():
    data = declared(author=" anna\tb ", reason="a\x00b\u202ec\n\nd").data

    assert (data["author"], data["reason"]) == ("anna b", "abc d")


def test_an_intent_that_names_nothing_speaks_of_nobody_but_is_an_end():
    end = Intent(id="x", author="a", reason="b", since=NOON, until=NOON)

    assert not end.holds(NOON)
    assert end.held_between(NOON - HOUR, NOON + HOUR) is True


@given(
    since=st.integers(-100, 100),
    length=st.integers(1, 200),
    withdrawn=st.none() | st.integers(-200, 300),
    at=st.integers(-300, 400),
)
def test_an_intent_holds_from_its_beginning_to_before_its_end_and_never_after_it_was_taken_back(
    since, length, withdrawn, at
):
    def moment(hours):
        return NOON + timedelta(hours=hours)

    intent = Intent(
        id="x",
        author="a",
        reason="b",
        since=moment(since),
        until=moment(since + length),
        deployment="green",
        withdrawn=None if withdrawn is None else moment(withdrawn),
    )
    expected = since <= at < since + length and (withdrawn is None or at < withdrawn)

    assert intent.holds(moment(at)) is expected
    assert intent.held_between(moment(at), moment(at)) is expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    kind=st.sampled_from([EventType.INTENT_DECLARED, EventType.INTENT_WITHDRAWN]),
    data=st.fixed_dictionaries(
        {},
        optional={
            "author": st.just("anna") | JSON,
            "reason": st.just("auditors") | JSON,
            "since": st.just("2026-02-03T12:00:00Z") | JSON,
            "until": st.just("2026-02-04T12:00:00Z") | JSON,
            "deployment": st.just("green") | JSON,
            "traffic": st.just({"green": 100}) | JSON,
            "intent": st.just("abc") | JSON,
        },
    ),
)
def test_whatever_comes_from_outside_is_refused_or_an_intent_that_ends(kind, data):
    event = Event(id="x", source="s", type=kind, subject="endpoint/ep", time=NOON, data=data)
    made = None
    with suppress(InvalidData):
        made = intent_from_outside(event)
    if made is None:
        return
    assert set(made.data) >= {"intent", "author", "reason"}
    if kind is EventType.INTENT_DECLARED:
        intent = intent_of(made)
        assert intent.until - NOON <= timedelta(days=90)
        total = sum((intent.traffic or {}).values())
        assert min(total, abs(total - 100.0)) <= 0.01
