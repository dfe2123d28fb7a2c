"""However workers take turns on two subjects: each chain is one, nothing is lost, nothing twice."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.crash.interleaving import (
    DIES,
    EVENTS,
    LOSES_LOCKS,
    TOLD_AGAIN,
    TOLD_LATE,
    Drawn,
    play_out,
)

SOME = st.lists(st.sampled_from(EVENTS), max_size=2)
TURNS = st.one_of(
    st.integers(0, 5),
    st.integers(0, 5),
    st.sampled_from([DIES, LOSES_LOCKS, TOLD_AGAIN, TOLD_LATE]),
)


@pytest.mark.parametrize("workers", [2, 3])
def test_however_workers_take_turns_the_chain_is_one_and_nothing_is_lost(workers):
    """Each event is decided once, by whoever commits first, and the others decide upon that."""

    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(
        events=st.lists(st.sampled_from(EVENTS), min_size=1, max_size=4),
        asked=SOME,
        late=SOME,
        turns=st.lists(TURNS, max_size=120),
    )
    def holds(events: list[bytes], asked: list[bytes], late: list[bytes], turns: list[int]) -> None:
        play_out(Drawn(workers=workers, events=events, asked=asked, late=late, turns=turns))

    holds()
