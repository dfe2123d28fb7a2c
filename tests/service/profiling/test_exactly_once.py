"""Each part is in the sum exactly once, whatever fails, comes twice, late or in any order."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.canonical import canonical_json
from shared.domain.event import Event, EventType
from shared.profiles.pieces import pieces_of
from shared.service.profiling import sums
from shared.service.profiling.counted import pieces_in
from tests.service.profiling.unreliable import CUTS, SUBJECT, Hall, Odds, tables, training

seeded = Random
"""Chance that is the same each time."""


def in_one_piece(read):
    """The same rows, counted in one go."""
    base = training()
    if not read:
        return [None] * (len(CUTS) - 1)
    return [one.to_json() if one.rows else None for one in pieces_of(read, base, CUTS, "at")]


def made_of(hall, name):
    """What the order made of one side."""
    found = pieces_in(hall.made, name, hall.base, len(CUTS) - 1)
    return [None if one is None else one.profile.to_json() for one in found]


def told(hall):
    """What the model was told."""
    return [body["type"].rpartition(".")[2] for body in hall.told]


def test_a_thousand_parts_with_failures_at_every_step_are_what_one_piece_is():
    inputs, outputs = tables(700, seed=1), tables(300, seed=2)
    odds = Odds(
        store=0.02,
        dies=0.05,
        twice=0.1,
        conflict=0.05,
        dead=frozenset({3, 77, 500, 999}),
        lost=frozenset({640}),
    )
    hall = Hall(inputs, outputs, odds, seeded(754))
    hall.want()

    hall.run()

    assert told(hall) == ["ProfileMade"]
    assert made_of(hall, "inputs") == in_one_piece(inputs)
    assert made_of(hall, "outputs") == in_one_piece(outputs)
    [one] = hall.state.profiling.profilings
    assert (one.phase.value, one.attempt, len(one.counted)) == ("made", 2, 1000)
    assert len(hall.aside) == 4
    assert len(canonical_json(hall.state)) < 2_000


@given(
    st.randoms(use_true_random=False),
    st.integers(1, 9),
    st.integers(0, 4),
    st.floats(0.0, 0.2),
)
def test_whatever_fails_and_in_whatever_order_the_profile_is_the_same_and_told_once(
    random, inputs, outputs, chance
):
    read, answered = tables(inputs, seed=inputs), tables(outputs, seed=outputs + 20)
    odds = Odds(store=chance / 2, dies=chance, twice=chance, conflict=chance)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sums, "AT_LEAST", 3)
        hall = Hall(read, answered, odds, random)
        hall.want()
        hall.run()

    assert told(hall) == ["ProfileMade"]
    assert made_of(hall, "inputs") == in_one_piece(read)
    assert made_of(hall, "outputs") == in_one_piece(answered)


def test_what_was_counted_is_the_same_to_the_last_byte_in_any_order():
    """Sums of doubles too: which parts are added to which does not hang on when they come."""
    read = [
        table.set_column(0, "income", [[0.1 * one for one in table["income"].to_pylist()]])
        for table in tables(80, seed=3)
    ]
    halls = []
    for seed in (1, 2):
        hall = Hall(read, [], Odds(twice=0.2, dies=0.2), seeded(seed))
        hall.want()
        hall.run()
        halls.append(hall)

    assert halls[0].made == halls[1].made


def test_a_part_that_lies_there_is_not_counted_again():
    hall = Hall(tables(40), [], Odds(dies=0.4), seeded(4))
    hall.want()

    hall.run()

    assert max(hall.deliveries.values()) > 1
    assert set(hall.counted.values()) == {1}


def test_a_group_whose_parts_are_all_there_is_added_up_before_the_others_come():
    hall = Hall(tables(70), [], Odds(dead=frozenset({65})), seeded(4))
    hall.want()
    while hall.queue or hall.events:
        hall._step()

    kept = sorted(name.rpartition("/")[2] for name in hall.profiles.kept)
    assert [name for name in kept if name.startswith("sum-")] == ["sum-00000", "sum-00032"]
    assert "made" not in kept
    hall.run()
    assert told(hall) == ["ProfileMade"]


@pytest.mark.parametrize("content", [b'{"pieces":[1,2,3]}', b'{"pieces":[]', b"{}"])
def test_a_part_that_was_damaged_is_counted_again(content):
    hall = Hall(tables(33), [], Odds(dead=frozenset({32})), seeded(4))
    hall.want()
    while hall.queue or hall.events:
        hall._step()
    for name in list(hall.profiles.kept):
        if name.endswith(("part-00003", "sum-00000")):
            hall.profiles.kept[name] = content if content[-1:] == b"}" else b'{"pieces":7}'

    hall.run()

    assert told(hall) == ["ProfileMade"]
    assert made_of(hall, "inputs") == in_one_piece(hall.inputs)


def test_parts_that_never_come_are_given_up_after_three_tries():
    hall = Hall(tables(3), [], Odds(store=1.0))
    hall.want()
    hall.events, wanted = [], hall.events
    hall.odds = Odds()
    hall._decide(wanted[0])
    hall.adapters.workspace = None
    hall.queue.clear()

    for _ in range(3):
        hall.now += timedelta(minutes=31)
        hall.events.append(due(hall))
        while hall.events:
            hall._step()
        hall.queue.clear()

    assert told(hall) == ["ProfileFailed"]
    [one] = hall.state.profiling.profilings
    assert (one.phase.value, one.attempt) == ("failed", 3)
    assert "given up after 3 tries: nothing came of it since" in one.because
    assert "profiling" not in hall.state.checks


def due(hall):
    from shared.domain.event import Check, check_due

    return check_due(Check.PROFILING, SUBJECT, hall.now)


def test_a_profile_that_was_given_up_can_be_asked_for_again_and_has_all_its_tries():
    hall = Hall(tables(3), [], Odds(), seeded(5))
    hall.want()
    hall.events.append(said(hall, EventType.PROFILING_REFUSED, sentence="The file is gone."))
    hall._decide(hall.events.pop(0))
    hall._decide(hall.events.pop(0))
    assert told(hall) == ["ProfileFailed"]
    hall.queue.clear()

    hall.now += timedelta(hours=1)
    hall.want()
    hall.run()

    assert told(hall) == ["ProfileFailed", "ProfileMade"]
    assert hall.state.profiling.profilings[0].attempt == 1


def said(hall, kind, **data):
    return Event(
        id=f"{kind}-{len(hall.inbox)}-{sorted(data.items())}",
        source="driftgate/profiling",
        type=kind,
        subject=SUBJECT,
        time=hall.now,
        data={"order": hall.id, **data},
    )


def test_what_is_told_of_a_try_that_is_over_changes_nothing():
    hall = Hall(tables(3), [], Odds(), seeded(5))
    hall.want()
    hall._decide(hall.events.pop(0))
    before = hall.state.profiling

    hall._decide(said(hall, EventType.PROFILING_REFUSED, wanted="another", sentence="No."))

    assert hall.state.profiling == before
    hall.run()
    assert told(hall) == ["ProfileMade"]


@pytest.mark.parametrize("part", [-1, 3, 10**12, "2", None, 1.5])
def test_a_part_that_the_order_does_not_have_is_not_believed(part):
    hall = Hall(tables(3), [], Odds(), seeded(5))
    hall.want()
    hall._decide(hall.events.pop(0))

    hall._decide(said(hall, EventType.PART_PROFILED, part=part))

    assert hall.state.profiling.profilings[0].done == "0"
    hall.run()
    assert made_of(hall, "inputs") == in_one_piece(hall.inputs)


def test_what_was_made_and_is_kept_no_more_is_counted_anew():
    hall = Hall(tables(3), [], Odds(), seeded(5))
    hall.want()
    hall.run()
    hall.now += timedelta(days=8)
    hall.want()
    hall.run()
    assert told(hall) == ["ProfileMade", "ProfileMade"]
    assert set(hall.counted.values()) == {1}

    hall.profiles.kept.clear()
    hall.now += timedelta(days=8)
    hall.want()
    hall.run()

    assert told(hall) == ["ProfileMade"] * 3
    assert set(hall.counted.values()) == {2}


def test_an_order_that_is_not_kept_any_more_ends_instead_of_waiting_for_ever():
    hall = Hall(tables(3), [], Odds(), seeded(5))
    hall.want()
    hall._decide(hall.events.pop(0))
    hall.profiles.kept.clear()
    hall.queue.clear()

    hall.run()

    assert told(hall) == ["ProfileFailed"]
    assert "is not kept any more" in hall.state.profiling.profilings[0].because
