"""An alert that somebody silenced is not told until the silence ends."""

from dataclasses import replace

import pytest

from shared.domain.decisions.alerts.silencing import outlived_after, silenced
from shared.domain.finding import Rule
from shared.domain.notices import Matcher, Silence
from tests.domain.alerts.holding_cases import DAY, HOUR, NOON, case, life

DRIFT = life("drift", "warning", model="another", deployment="green-2")


def silence(since=0, until=2, *, matchers=("kind=drift",), **more):
    """In force from so many hours after noon, until so many."""
    return Silence(
        **{
            "id": "3f2a",
            "matchers": tuple(matcher(one) for one in matchers),
            "author": "anna",
            "reason": "a known batch of new customers.",
            "since": NOON + since * HOUR,
            "until": NOON + until * HOUR,
            **more,
        }
    )


def matcher(text):
    name, _, pattern = text.partition("=")
    return Matcher(field=name.rstrip("!"), pattern=pattern, negated=name.endswith("!"))


COVERED = [
    ("its kind", ["kind=drift"], True),
    ("a pattern of a label", ["deployment=green-*"], True),
    ("all that are said at once", ["kind=drift", "deployment=blue"], False),
    ("the model of its scope, whatever a label says", ["model=loan"], True),
    ("no model that a label alone names", ["model=another"], False),
    ("its fingerprint", [f"fingerprint={DRIFT.alert.fingerprint}"], True),
    ("its subject", ["subject=model/*"], True),
    ("all but what is critical", ["kind=drift", "severity!=critical"], True),
    ("none that is excluded", ["kind=drift", "severity!=warning"], False),
    ("a label that it lacks, as empty", ["kind=drift", "batch="], True),
    ("no other case of letters", ["kind=DRIFT"], False),
    ("no part of a word", ["deployment=green"], False),
]


@pytest.mark.parametrize(
    ("matchers", "held"), [c[1:] for c in COVERED], ids=[c[0] for c in COVERED]
)
def test_a_silence_covers_an_alert_by(matchers, held):
    assert (silenced(case(DRIFT, silences=[silence(matchers=matchers)])) is not None) is held


def test_it_is_held_with_who_why_and_until_when():
    held = silenced(case(DRIFT, silences=[silence()]))

    assert held is not None
    assert (held.rule, held.by, held.until) == (Rule.SILENCE, "silence 3f2a", NOON + 2 * HOUR)
    assert held.sentence == (
        "anna silenced it until 2026-02-03 14:00 UTC: a known batch of new customers."
    )


IN_FORCE = [
    ("from its first moment", 0, True),
    ("until before its last", 1.99, True),
    ("not at its end", 2, False),
    ("not before it begins", -0.01, False),
]


@pytest.mark.parametrize(("at", "held"), [i[1:] for i in IN_FORCE], ids=[i[0] for i in IN_FORCE])
def test_a_silence_holds(at, held):
    found = silenced(case(DRIFT, silences=[silence()], now=NOON + at * HOUR))

    assert (found is not None) is held


def test_taken_back_it_holds_no_more():
    taken_back = silence(withdrawn=NOON + HOUR)

    assert silenced(case(DRIFT, silences=[taken_back], now=NOON + HOUR)) is None


UNTIL = [
    ("the only one", [silence()], 2),
    ("the last of those in force", [silence(), silence(until=5, id="later")], 5),
    ("one that begins before", [silence(), silence(1, 4, id="next"), silence(4, 6, id="then")], 6),
    ("not after a gap", [silence(), silence(3, 4, id="later")], 2),
    ("not one of something else", [silence(), silence(1, 9, matchers=["kind=slow"], id="x")], 2),
    ("not one that is taken back", [silence(), silence(1, 9, withdrawn=NOON, id="x")], 2),
]


@pytest.mark.parametrize(("silences", "hours"), [u[1:] for u in UNTIL], ids=[u[0] for u in UNTIL])
def test_it_is_looked_at_again_at_the_end_of(silences, hours):
    held = silenced(case(DRIFT, silences=silences))

    assert held is not None
    assert held.until == NOON + hours * HOUR


def test_until_it_is_over_once_lets_it_go_the_next_time():
    once = silence(until=48, until_resolved=True)
    held = silenced(case(DRIFT, silences=[once]))
    outlived = outlived_after(DRIFT, "loan", [once, silence(id="other")], NOON + HOUR)

    assert held is not None
    assert held.sentence.endswith("new customers; only until it is over once.")
    assert outlived == ("3f2a",)
    again = replace(DRIFT, outlived=outlived)
    assert silenced(case(again, silences=[once], now=NOON + 2 * HOUR)) is None
    assert silenced(case(again, silences=[silence(until=48)])) is not None
    other = life("drift", "warning", deployment="blue")
    assert silenced(case(other, silences=[once], now=NOON + 2 * HOUR)) is not None


def test_it_outlives_only_what_held_it_when_it_was_over():
    before = silence(-4, -3, until_resolved=True, id="before")
    later = silence(3, 4, until_resolved=True, id="later")
    other = silence(until_resolved=True, matchers=["kind=slow"], id="other")

    assert outlived_after(DRIFT, "loan", [before, later, other], NOON) == ()


def test_what_it_outlived_is_forgotten_with_the_silence():
    aged = replace(DRIFT, outlived=("3f2a", "forgotten"))

    assert outlived_after(aged, "loan", [silence(-9 * 24, -8 * 24)], NOON + DAY) == ("3f2a",)
