"""Whose fault an answer was, and what an instance's load was never below for ten minutes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.blame import ERRORS, Blame, blame
from shared.domain.load import HELD_FOR, held, highest_held, most_lately

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

CASES = [
    ("a good answer is nobody's fault", 200, 200, Blame.NOBODY),
    ("what has no status is counted as an answer and blamed on nobody", None, None, Blame.NOBODY),
    ("a redirect is nobody's fault", 302, None, Blame.NOBODY),
    ("a caller without a token is at fault", 401, None, Blame.CALLER),
    ("a model that refuses the input blames the caller", 424, 400, Blame.CALLER),
    ("a model that raises shows as 424 and is the model's fault", 424, 500, Blame.MODEL),
    ("an odd answer of the model that became a 424 is its own fault", 424, 201, Blame.MODEL),
    ("a container that gave no answer is the platform's fault", 424, None, Blame.PLATFORM),
    ("no answer may be written as 0", 424, 0, Blame.PLATFORM),
    ("a container that said 429 has too much to do", 424, 429, Blame.LOAD),
    ("too many calls at once are turned away", 429, None, Blame.LOAD),
    ("a model that took too long timed out", 408, None, Blame.TIME),
    ("a gateway that waited in vain timed out", 504, None, Blame.TIME),
    ("an exception in a script on Kubernetes is the model's fault", 502, None, Blame.MODEL),
    ("a 5xx of the model that was passed on is its fault", 500, 500, Blame.MODEL),
    ("any other 5xx is the platform's fault", 503, None, Blame.PLATFORM),
]


@pytest.mark.parametrize(
    ("sentence", "status", "own", "whose"), CASES, ids=[case[0] for case in CASES]
)
def test_a_status_says_whose_fault_an_answer_was(sentence, status, own, whose):
    assert blame(status, own) is whose, sentence


def test_only_what_the_endpoint_did_wrong_is_an_error():
    assert {Blame.MODEL, Blame.TIME, Blame.PLATFORM} == ERRORS


def minutes(*levels, start=NOON):
    return {
        start + place * MINUTE: level for place, level in enumerate(levels) if level is not None
    }


@pytest.mark.parametrize(
    ("sentence", "levels", "expected"),
    [
        ("nine minutes are too short to say anything", [99] * 9, None),
        ("a level counts that was never left for ten minutes", [20, *[95] * 10, 20], 95),
        ("one minute below breaks the run", [*[99] * 9, 10, *[99] * 9], 10),
        ("one minute without a value does not break it", [*[97] * 5, None, *[97] * 5], 97),
        ("two minutes without a value do", [*[97] * 5, None, None, *[97] * 9], None),
        ("the highest of several runs counts", [*[50] * 10, *[80] * 10, *[60] * 10], 80),
    ],
)
def test_a_level_is_held_when_it_was_not_left_for_ten_minutes(sentence, levels, expected):
    assert held(minutes(*levels)) == expected, sentence


def test_the_fullest_instance_counts_and_one_without_values_does_not():
    assert highest_held([minutes(*[40] * 10), minutes(*[91] * 10), {}]) == 91
    assert highest_held([]) is None


@given(st.lists(st.floats(0, 100), min_size=HELD_FOR, max_size=60))
def test_what_is_held_is_never_above_the_highest_nor_below_the_lowest_minute(levels):
    assert min(levels) <= held(minutes(*levels)) <= max(levels)


def test_the_most_of_a_state_at_once_counts_so_that_a_late_word_makes_no_cold_instance():
    end = NOON + 20 * MINUTE
    ready = minutes(*[2] * 20)
    ready[end - MINUTE] = 1.0

    assert most_lately({"Ready": ready, "Starting": minutes(*[1] * 3)}, end) == {"Ready": 2}


def test_fewer_than_ten_minutes_say_nothing_of_instances():
    assert most_lately({"Ready": minutes(*[2] * 9)}, NOON + 9 * MINUTE) == {}
