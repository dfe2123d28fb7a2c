"""Which decisions a history is made of."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidData
from shared.service.history import Span
from shared.service.history.spans import past_of, read_past
from tests.conftest import NOON
from tests.service.history.written import DAY, HOUR, MODEL, WEEK, Written, drift

CHAIN = Written()
for _hours in (-3, -2, 0, 0, 0, 1, 5, 5, 200):
    CHAIN.decide(MODEL, NOON + _hours * HOUR, drift("income", 0.1))
DECISIONS = CHAIN.chains[MODEL]


@given(st.permutations(DECISIONS))
def test_decisions_in_any_order_make_the_same_past_in_the_order_they_were_committed(shuffled):
    past = past_of(MODEL, shuffled, WEEK)

    assert list(past.decisions) == DECISIONS[:-1]


def test_what_was_before_a_span_is_read_as_well_and_what_came_after_it_is_not():
    past = read_past(CHAIN, MODEL, WEEK)

    assert [len(past.decisions), past.cut, past.notes] == [8, False, ()]


def test_no_more_decisions_are_read_than_a_short_span_needs():
    ledger = Written()
    for minutes in range(1200):
        ledger.decide(MODEL, NOON + timedelta(minutes=minutes), drift("income", 0.1))

    past = read_past(ledger, MODEL, Span(since=NOON + 19 * HOUR, until=NOON + DAY))

    assert [ledger.asked, past.cut, past.notes] == [[500], True, ()]


def test_a_span_that_is_longer_than_what_is_read_says_how_far_back_it_is_told():
    ledger = Written()
    for minutes in range(1200):
        ledger.decide(MODEL, NOON + timedelta(minutes=minutes), drift("income", 0.1))

    past = read_past(ledger, MODEL, WEEK, most=600)

    assert ledger.asked == [500, 600]
    assert len(past.decisions) == 600
    assert past.notes == (
        "Of model/loan-default the newest 600 decisions were looked through, back to "
        "2026-02-03 22:00 UTC; older ones are in the ledger.",
    )


def test_a_span_that_ends_before_it_begins_is_refused():
    with pytest.raises(InvalidData, match="is not before until"):
        Span(since=NOON, until=NOON)
