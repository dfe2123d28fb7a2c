"""What may be let pass, by whom, for how long; and what becomes of it."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.event import Check, Event, check_due
from shared.domain.people.override import (
    override_findings,
    override_given,
    override_of,
    override_withdrawn,
    overrides_after,
)
from shared.domain.state import SubjectState
from shared.errors import InvalidData
from tests.domain.routing_world import DAY, HOUR, NOON

GOOD = {
    "version": "7",
    "gates": ["metric/auc"],
    "author": "anna",
    "reason": "hotfix",
    "until": NOON + 2 * DAY,
    "now": NOON,
}
REFUSED = [
    ("an end that is over", {"until": NOON}, "until is over already; name a later end."),
    ("longer than a week", {"until": NOON + 7.01 * DAY}, "until is more than 7 days away; say it"),
    ("nothing", {"gates": []}, "gates is empty; name what is let pass, such as metric/auc."),
    ("very many", {"gates": [f"metric/m{n}" for n in range(21)]}, "gates has more than 20 names"),
    ("that it can be read", {"gates": ["readable"]}, "gates has 'readable', which cannot be let"),
    ("who approved it", {"gates": ["approval"]}, "gates has 'approval', which cannot be let pass"),
    ("one approval", {"gates": ["approval/anna"]}, "gates has 'approval/anna', which cannot be"),
    ("everything", {"gates": ["model/churn"]}, "gates has 'model/churn', which cannot be let pass"),
    ("a whole stage", {"gates": ["stage/production"]}, "gates has 'stage/production', which"),
    ("the watch", {"gates": ["watch"]}, "gates has 'watch', which cannot be let pass"),
    (
        "a misspelt rule",
        {"gates": ["metrics_gate"]},
        "name one thing such as metric/auc, or one of",
    ),
    ("a line break", {"gates": ["metric/a\nb"]}, "gates has 'metric/a\\nb', which cannot be let"),
    ("two slashes", {"gates": ["metric/a/b"]}, "gates has 'metric/a/b', which cannot be let pass"),
    ("no author", {"author": " "}, "author is empty; a person who reads it later will want"),
    ("no reason", {"reason": "\u200b"}, "reason is empty; a person who reads it later will want"),
    ("a long reason", {"reason": "a" * 501}, "reason has more than 500 characters; say it shorter"),
    ("a version that is a path", {"version": "../7"}, "version is '../7'; write letters, digits"),
]


def give(**changes):
    return override_given("churn", **{**GOOD, **changes})


def take_back(override, at=NOON + HOUR):
    return override_withdrawn("churn", "7", override, author="ben", reason="measured", now=at)


def after(*events, now=NOON, state=None):
    state = state or SubjectState()
    for event in events:
        state = replace(state, overrides=overrides_after(event, state, now))
    return state.overrides


@pytest.mark.parametrize(
    ("changes", "sentence"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_cannot_be_let_pass_is_refused_in_one_sentence(changes, sentence):
    with pytest.raises(InvalidData) as refusal:
        give(**changes)

    assert sentence in str(refusal.value)


def test_a_model_that_is_no_name_is_refused():
    with pytest.raises(InvalidData, match=r"^model is 'a/b'; write letters"):
        override_given("a/b", **GOOD)


def test_an_override_names_its_version_its_gates_who_and_until_when():
    gates = ["schema_gate", "metric/auc[region=north west]", "interval", "schema_gate"]
    event = give(gates=gates, reason="see\nticket 4711", until=NOON + 7 * DAY)

    assert (event.subject, event.source) == ("model/churn", "driftgate/override")
    assert event.id == f"override-{event.data['override']}"
    override = override_of(Event.from_cloud_event(event.to_cloud_event()))
    assert override.gates == ("interval", "metric/auc[region=north west]", "schema_gate")
    assert (override.version, override.author, override.reason) == ("7", "anna", "see ticket 4711")
    assert (override.since, override.until) == (NOON, NOON + 7 * DAY)


def test_the_same_words_at_the_same_time_are_the_same_event():
    assert give() == give()
    assert give().key != give(now=NOON + HOUR).key


def test_given_it_holds_until_its_end():
    [override] = after(give())

    assert override.holds(NOON)
    assert not override.holds(NOON + 2 * DAY)
    assert after(give(), give()) == (override,)


def test_taken_back_it_holds_no_more_and_stays_known_with_who_and_why():
    event = give()
    [override] = after(event, take_back(event.data["override"]))

    assert override.holds(NOON + HOUR / 2)
    assert not override.holds(NOON + HOUR)
    assert (override.withdrawn_by, override.withdrawn_because) == ("ben", "measured")


def test_taken_back_stays_taken_back_in_whatever_order_it_is_told():
    event = give()
    back = take_back(event.data["override"])
    [override] = after(back, event, take_back(event.data["override"], NOON + 5 * HOUR))

    assert override.withdrawn == NOON + HOUR
    assert override.gates == ("metric/auc",)


def test_what_ended_long_ago_is_forgotten_at_the_next_event_whatever_it_is():
    kept = SubjectState(overrides=after(give()))
    look = check_due(Check.RECONCILE, "model/churn", NOON)

    assert len(after(look, now=NOON + 31 * DAY, state=kept)) == 1
    assert after(look, now=NOON + 33 * DAY, state=kept) == ()


def test_of_very_many_those_that_are_over_go_first():
    events = [give(now=NOON - n * HOUR, until=NOON - n * HOUR + 3 * DAY) for n in range(120)]
    kept = after(*events)

    assert len(kept) == 100
    assert all(one.until > NOON for one in kept[-72:])


def test_what_became_of_it_is_a_finding_that_decides_nothing():
    event = give()
    given_, unknown, back = (
        override_findings(event, SubjectState())[0],
        override_findings(take_back("abc"), SubjectState())[0],
        override_findings(take_back(event.data["override"]), SubjectState(overrides=after(event)))[
            0
        ],
    )

    assert not any(finding.enforced for finding in (given_, unknown, back))
    assert given_.sentence == (
        "anna lets metric/auc of churn:7 pass until 2026-02-05 12:00 UTC: hotfix."
    )
    assert (unknown.reason, unknown.sentence) == (
        "unknown",
        "ben took the override abc back: measured; there is none such yet.",
    )
    assert back.reason == "withdrawn"
    assert override_findings(check_due(Check.RECONCILE, "model/churn", NOON), SubjectState()) == ()


@settings(max_examples=40)
@given(
    gate=st.text(max_size=10) | st.sampled_from(["metric/auc", "drift_gate"]),
    author=st.text(max_size=5),
    hours=st.integers(-10, 300),
)
def test_whatever_is_said_is_refused_or_ends_within_a_week(gate, author, hours):
    event = None
    with suppress(InvalidData):
        event = give(gates=[gate], author=author, until=NOON + hours * HOUR)
    if event is not None:
        override = override_of(event)
        assert override.until - override.since <= timedelta(days=7)
        assert override.gates == (gate,)
        assert override.author.isprintable()
