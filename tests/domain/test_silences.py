"""What may be silenced, for how long, and what becomes of it in whatever order it is told."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from shared.domain.event import Event, EventType
from shared.domain.notices import Silence
from shared.domain.notices.matching import matchers_of
from shared.domain.people.silence import (
    MOST_IN_FORCE,
    is_full,
    silence_given,
    silence_of,
    silence_withdrawn,
    silences_after,
)
from shared.errors import InvalidData
from tests.domain.routing_world import DAY, HOUR, MINUTE, NOON

GOOD = {
    "author": "anna",
    "reason": "known, see 4711",
    "since": NOON,
    "until": NOON + 2 * HOUR,
    "longest": 14 * DAY,
    "now": NOON,
}
REFUSED = [
    ("no reason", {"reason": " \n"}, "reason is empty; a person who reads it later will want"),
    ("a reason of nothing to see", {"reason": "\u202e\u200b"}, "reason is empty; a person who"),
    ("a very long reason", {"reason": "a" * 10_000}, "reason has more than 500 characters; say"),
    ("no author", {"author": ""}, "author is empty; a person who reads it later will want"),
    ("an end before its start", {"since": NOON + 3 * HOUR}, "until is not after it begins; name a"),
    ("an end that is over", {"until": NOON - DAY}, "until is not after it begins; name a later"),
    ("a start that is over", {"since": NOON - HOUR}, "starts is over already; leave it out"),
    ("longer than the longest", {"until": NOON + 15 * DAY}, "until is more than 14 d after it"),
    (
        "a start in a far future",
        {"since": NOON + 91 * DAY, "until": NOON + 92 * DAY},
        "starts is more than 90 days away; say it again then.",
    ),
]


def give(text="kind=drift", **changes):
    return silence_given(matchers_of(text), **{**GOOD, **changes})


def take_back(given, at=NOON + HOUR, author="ben"):
    return silence_withdrawn(given.data["silence"], author=author, reason="fixed", now=at)


def after(*events, now=NOON, silences=()):
    for event in events:
        silences = silences_after(event, silences, now)
    return silences


@pytest.mark.parametrize(
    ("changes", "sentence"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_may_not_be_said_is_refused_in_one_sentence(changes, sentence):
    with pytest.raises(InvalidData) as refusal:
        give(**changes)

    assert sentence in str(refusal.value)


def test_a_silence_names_its_matchers_who_why_and_until_when():
    event = give(
        "kind=drift deployment!=blue", reason="see\nticket\u202e 4711", until_resolved=True
    )
    silence = silence_of(Event.from_cloud_event(event.to_cloud_event()))

    assert (event.subject, event.type) == ("silences/fleet", EventType.SILENCE_GIVEN)
    assert event.id == f"silence-{silence.id}"
    assert silence == Silence(
        id=silence.id,
        matchers=matchers_of("kind=drift deployment!=blue"),
        author="anna",
        reason="see ticket 4711",
        since=NOON,
        until=NOON + 2 * HOUR,
        until_resolved=True,
    )


def test_the_same_words_at_the_same_time_are_one_and_other_matchers_another():
    assert give() == give()
    assert len({give(*words).data["silence"] for words in [(), ("kind=slow",)]}) == 2
    assert give().data["silence"] != give(reason="another").data["silence"]


def test_two_machines_whose_clocks_differ_a_little_may_say_it():
    assert silence_of(give(since=NOON - timedelta(seconds=30))).holds(NOON)


def test_given_twice_it_is_there_once():
    assert len(after(give(), give())) == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_taken_back_stays_taken_back_in_whatever_order_it_is_told(order):
    given = give()
    events = [given, take_back(given), take_back(given, NOON + 90 * MINUTE, "carl")]
    [silence] = after(*(events[n] for n in order))

    assert not silence.holds(NOON + 95 * MINUTE)
    assert silence.withdrawn is not None
    assert silence.matchers == matchers_of("kind=drift")
    assert silence.author == "anna"


def test_what_was_taken_back_first_counts():
    given = give()
    [silence] = after(given, take_back(given), take_back(given, NOON + 90 * MINUTE, "carl"))

    assert (silence.withdrawn, silence.withdrawn_by) == (NOON + HOUR, "ben")


def test_one_taken_back_before_it_begins_never_holds():
    given = give(since=NOON + HOUR)
    [silence] = after(given, take_back(given, NOON + 30 * MINUTE))

    assert not any(silence.holds(NOON + n * 10 * MINUTE) for n in range(13))


def test_an_id_that_is_none_cannot_be_taken_back():
    with pytest.raises(InvalidData, match=r"^silence is '\.\./x'; its id has 12 of 0-9 and a-f"):
        silence_withdrawn("../x", author="ben", reason="fixed", now=NOON)


def test_what_ended_is_kept_for_thirty_days():
    silences = after(give())
    later = give("kind=slow", since=NOON + 31 * DAY, until=NOON + 32 * DAY)

    assert len(after(later, now=NOON + 29 * DAY, silences=silences)) == 2
    assert len(after(later, now=NOON + 31 * DAY, silences=silences)) == 1


def test_a_clock_that_goes_back_forgets_nothing():
    assert len(after(give("kind=slow"), now=NOON - 40 * DAY, silences=after(give()))) == 2


def test_beyond_so_many_in_force_none_is_taken_in():
    [one] = after(give())
    many = tuple(replace(one, id=f"{n:012x}") for n in range(MOST_IN_FORCE))

    assert is_full(many, NOON)
    assert after(give(), silences=many) == many
    assert not is_full(many, NOON + 2 * HOUR)
    ended = after(give(until=NOON + DAY), now=NOON + 2 * HOUR, silences=many)
    assert len(ended) == MOST_IN_FORCE + 1


def test_of_very_many_those_that_are_over_go_first():
    [one] = after(give(until=NOON + DAY))
    over = tuple(
        replace(one, id=f"{n:012x}", until=NOON + MINUTE, withdrawn=NOON + MINUTE)
        for n in range(600)
    )
    kept = after(give("kind=slow", until=NOON + DAY), now=NOON + HOUR, silences=(one, *over))

    assert len(kept) == 500
    assert one in kept
