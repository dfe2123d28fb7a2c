"""Somebody takes an alert on, and gives it back, in whatever order the two are told."""

from dataclasses import replace
from itertools import permutations

import pytest

from shared.domain.canonical import format_time
from shared.domain.decisions.alerts.acknowledging import acknowledged_after, is_owned
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.finding import Rule
from shared.domain.policy import SilenceRules
from tests.domain.alerts.holding_cases import DAY, HOUR, MINUTE, NOON, by_fingerprint, life

RULES = SilenceRules()
ERRORS = life("errors", endpoint="ep", deployment="green")
FINGERPRINT = ERRORS.alert.fingerprint


def taken(minutes=0, author="anna", until=None, fingerprint=FINGERPRINT):
    data = {"fingerprint": fingerprint, "author": author, "reason": "on it."}
    if until is not None:
        data["until"] = format_time(until)
    return event(EventType.ALERT_ACKNOWLEDGED, minutes, data)


def given_back(minutes=0, author="anna", fingerprint=FINGERPRINT):
    data = {"fingerprint": fingerprint, "author": author, "reason": "off to lunch"}
    return event(EventType.ACKNOWLEDGEMENT_WITHDRAWN, minutes, data)


def event(kind, minutes, data):
    return Event(
        id=f"{kind}-{minutes}-{data['author']}",
        source="driftgate/acknowledgement",
        type=kind,
        subject="alerts/loan",
        time=NOON + minutes * MINUTE,
        data=data,
    )


def after(*events, one=ERRORS, now=NOON + 10 * MINUTE):
    """The alert after what was said of it, and the words of what became of each."""
    lives, reasons = by_fingerprint(one), []
    for said in events:
        lives, findings = acknowledged_after(lives, said, RULES, now)
        reasons += [finding.reason for finding in findings]
    return lives[FINGERPRINT], reasons


def owner(one, now=NOON + 10 * MINUTE):
    return one.acknowledged.author if is_owned(one, now) else None


SAID = [
    ("nothing", [], None, []),
    ("taken on", [taken()], "anna", ["given"]),
    ("taken on twice", [taken(), taken()], "anna", ["given", "given"]),
    ("taken over", [taken(), taken(1, "ben")], "ben", ["given", "taken_over"]),
    ("given back", [taken(), given_back(1)], None, ["given", "withdrawn"]),
    ("given back by another", [taken(), given_back(1, "ben")], None, ["given", "withdrawn"]),
    ("given back before it is told", [given_back(1), taken()], None, ["withdrawn", "older"]),
    ("taken on again", [taken(), given_back(1), taken(2)], "anna", ["given", "withdrawn", "given"]),
    ("an older word that comes late", [taken(1, "ben"), taken()], "ben", ["given", "older"]),
    ("given back by nobody", [given_back()], None, ["withdrawn"]),
    ("what is not known", [taken(fingerprint="0" * 16)], None, ["unknown"]),
    ("a repeat when it is over", [taken(until=NOON + MINUTE)], None, ["given"]),
]


@pytest.mark.parametrize(("events", "by", "words"), [s[1:] for s in SAID], ids=[s[0] for s in SAID])
def test_what_is_said_decides_who_owns_it(events, by, words):
    one, reasons = after(*events)

    assert (owner(one), reasons) == (by, words)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_last_word_counts_in_whatever_order_they_come(order):
    events = [taken(0), given_back(1), taken(2, "ben")]
    one, _ = after(*(events[n] for n in order))

    assert owner(one) == "ben"


def test_it_has_an_owner_until_the_time_that_was_said():
    one, _ = after(taken(until=NOON + HOUR))

    assert is_owned(one, NOON)
    assert not is_owned(one, NOON + HOUR)
    assert not is_owned(one, NOON - MINUTE), "the clock went back"


def test_without_an_end_and_with_one_too_far_off_the_rules_of_the_fleet_hold():
    without, far = after(taken())[0], after(taken(until=NOON + 900 * DAY))[0]

    assert without.acknowledged.until == NOON + DAY
    assert far.acknowledged.until == NOON + 14 * DAY


def test_one_that_is_over_has_no_owner_and_takes_none():
    over = replace(ERRORS, ended=NOON + 5 * MINUTE)
    one, reasons = after(taken(), one=over)

    assert (one, reasons) == (over, ["over"])
    owned, _ = after(taken())
    assert owner(replace(owned, ended=NOON + 5 * MINUTE)) is None


def test_one_that_comes_back_is_new_unless_it_only_flaps():
    owned, _ = after(taken())
    again = replace(owned, raised=NOON + 8 * MINUTE)

    assert owner(again) is None
    assert owner(replace(again, flapping=True)) == "anna"


def test_it_is_found_with_who_why_and_until_when():
    lives, [finding] = acknowledged_after(by_fingerprint(ERRORS), taken(), RULES, NOON)
    assert (finding.rule, finding.thing, finding.enforced) == (
        *(Rule.ACKNOWLEDGEMENT, f"alert/{FINGERPRINT}"),
        False,
    )
    assert finding.sentence == "anna takes it on until 2026-02-04 12:00 UTC: on it."
    _, [finding] = acknowledged_after(lives, given_back(1, "ben"), RULES, NOON + MINUTE)
    assert finding.sentence == "ben gave it back: off to lunch; anna had it."
    _, [finding] = acknowledged_after(lives, taken(fingerprint="f" * 16), RULES, NOON)
    assert finding.sentence == f"anna spoke of alert {'f' * 16}; there is none such."


def test_any_other_event_says_nothing_of_it():
    lives = by_fingerprint(ERRORS)
    look = check_due(Check.ALERTS, "alerts/loan", NOON)

    assert acknowledged_after(lives, look, RULES, NOON) == (lives, ())
