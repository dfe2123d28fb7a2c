"""What makes a chain of decisions tamper-evident: whatever is done to one, its walk names it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.canonical import canonical_json
from shared.domain.chain.end import judge_end
from shared.domain.chain.links import Fault, read_link, stub_of
from shared.domain.chain.stubs import links_digest
from shared.domain.chain.walk import Walk
from shared.domain.decision import Decision
from shared.domain.event import Event, EventType
from shared.domain.finding import Finding, Rule
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.service.deciding import plain_state, state_hash
from tests.conftest import NOON

SUBJECT = "model/loan-default"
LENGTH = 7
FINDING = Finding(
    rule=Rule.RECORDED, thing=SUBJECT, verdict=Verdict.PASS, reason="r", sentence="ü", estimate=0.1
)


def decided(number, previous, **data):
    event = Event(
        id=f"e{number}",
        source="test",
        type=EventType.SUBJECT_ERASED if data else EventType.RUN_COMPLETED,
        subject=SUBJECT,
        time=NOON + timedelta(minutes=number),
        data=data,
    )
    return Decision(
        event=event,
        findings=(replace(FINDING, n=number),),
        actions=(),
        evidence_hash="a" * 64,
        policy_hash=None,
        decided=event.time,
        previous=previous,
        state=state_hash(SubjectState()),
    )


def whole(length=LENGTH):
    decisions, previous = [], ""
    for number in range(1, length + 1):
        decisions.append(decided(number, previous))
        previous = decisions[-1].hash
    return decisions


def text(decision):
    return canonical_json({**decision.to_json(), "messages": ["m", None]}).decode()


TEXTS = [text(one) for one in whole()]
STATE = canonical_json({**plain_state(SubjectState()), "last_hash": whole()[-1].hash}).decode()


def walked(texts, versions=None):
    links = [
        (version, read_link(version, one))
        for version, one in zip(versions or range(1, len(texts) + 1), texts, strict=True)
    ]
    walk = Walk(subject=SUBJECT)
    for version, link in links:
        walk.take(version, link)
    return walk, walk.finish(lambda: (link for _, link in links))


def named(texts, versions=None):
    return [(one.fault, one.version) for one in walked(texts, versions)[1]]


def ended(state, version, texts=TEXTS):
    walk, breaks = walked(texts)
    found = judge_end(SUBJECT, version, state, walk.last, walk.last_version, whole=not breaks)
    return [one.fault for one in found]


def test_a_chain_as_it_was_committed_is_intact():
    assert named(TEXTS) == []
    assert ended(STATE, LENGTH) == []
    assert named([]) == []


def _covered(one):
    """The places of a text that its hash, or the walk, speaks for: all but the messages' ids."""
    before, _, rest = one.partition('"messages":[')
    return [*range(len(before)), *range(len(one) - len(rest.partition("],")[2]), len(one))]


@given(st.integers(0, LENGTH - 1), st.data())
def test_any_sign_of_any_decision_that_is_altered_is_named(index, data):
    one = TEXTS[index]
    place = data.draw(st.sampled_from(_covered(one)))
    sign = data.draw(st.characters(max_codepoint=0x2FFF).filter(lambda sign: sign != one[place]))
    harmed = [*TEXTS]
    harmed[index] = one[:place] + sign + one[place + 1 :]

    assert {version for _, version in named(harmed)} >= {index + 1}
    assert {fault for fault, _ in named(harmed)} <= {Fault.ALTERED, Fault.UNREADABLE}


@given(st.integers(0, LENGTH - 1), st.data())
def test_a_decision_rewritten_with_a_hash_that_fits_is_named_by_the_next(index, data):
    decisions = whole()
    other = replace(decisions[index], evidence_hash=data.draw(st.text("0123456789b", max_size=9)))
    harmed = [*TEXTS]
    harmed[index] = text(other)

    last = index == LENGTH - 1
    assert named(harmed) == ([] if last else [(Fault.MISSING, index + 2)])
    assert ended(STATE, LENGTH, harmed) == ([Fault.STATE_ALTERED] if last else [])


@given(st.integers(1, LENGTH), st.integers(1, LENGTH))
def test_decisions_that_are_left_out_are_named(first, last):
    first, last = min(first, last), max(first, last)
    left = [*TEXTS[: first - 1], *TEXTS[last:]]
    versions = [*range(1, first), *range(last + 1, LENGTH + 1)]
    behind = last < LENGTH

    assert named(left, versions) == ([(Fault.MISSING, first)] if behind else [])
    assert named(left) == ([(Fault.MISSING, first)] if behind else [])
    assert ended(STATE, LENGTH, left) == ([] if behind else [Fault.END_MISSING])


@given(st.permutations(range(LENGTH)).filter(lambda order: list(order) != list(range(LENGTH))))
def test_any_other_order_is_named_as_such(order):
    found = named([TEXTS[place] for place in order])

    assert found
    assert {fault for fault, _ in found} == {Fault.REORDERED}


@given(st.integers(0, LENGTH - 1), st.integers(0, LENGTH))
def test_a_decision_that_stands_there_twice_is_a_fork(index, place):
    found = named([*TEXTS[:place], TEXTS[index], *TEXTS[place:]])

    assert Fault.FORKED in {fault for fault, _ in found}


@given(st.integers(0, LENGTH - 1))
def test_a_second_decision_upon_the_same_one_is_a_fork(index):
    previous = whole()[index - 1].hash if index else ""
    other = text(decided(99, previous))

    found = named([*TEXTS[: index + 1], other, *TEXTS[index + 1 :]])

    assert (Fault.FORKED, index + 2) in found


def test_a_decision_of_another_subject_is_foreign():
    other = replace(decided(1, ""), event=replace(decided(1, "").event, subject="model/churn"))

    assert named([text(other)]) == [(Fault.FOREIGN, 1)]


@given(st.data())
def test_any_sign_of_the_state_that_is_altered_is_named(data):
    place = data.draw(st.integers(0, len(STATE) - 1))
    sign = data.draw(st.characters(max_codepoint=0x2FFF).filter(lambda sign: sign != STATE[place]))

    assert ended(STATE[:place] + sign + STATE[place + 1 :], LENGTH) == [Fault.STATE_ALTERED]


@given(st.integers(0, LENGTH + 3).filter(lambda version: version != LENGTH))
def test_a_state_of_another_version_is_named(version):
    assert ended(STATE, version) == [Fault.STATE_ALTERED]


def test_a_state_that_was_put_back_or_taken_away_is_named():
    earlier = STATE.replace(whole()[-1].hash, whole()[2].hash)

    assert ended(earlier, 3) == [Fault.STATE_BEHIND]
    assert ended(None, 0) == [Fault.STATE_MISSING]


def test_links_of_an_older_release_that_record_no_state_are_fine():
    old = {name: v for name, v in whole()[0].to_json().items() if name not in {"state", "hash"}}
    link = {**old, "hash": read_link(1, canonical_json({**old, "hash": "a" * 64}).decode()).content}
    state = STATE.replace(whole()[-1].hash, link["hash"])

    assert named([canonical_json(link).decode()]) == []
    assert ended(state, 1, [canonical_json(link).decode()]) == []


def erased(up_to, *, covers=None, by=LENGTH + 1):
    """The chain with an erasing decision behind it, and stubs up to a version."""
    decisions = whole()
    links = links_digest(one.hash for one in decisions[: covers or up_to])
    last = decided(by, decisions[-1].hash, up_to=covers or up_to, links=links, forgets=True)
    stubs = [
        canonical_json(stub_of(one.to_json(), last.hash)).decode() for one in decisions[:up_to]
    ]
    return [*stubs, *TEXTS[up_to:], text(last)]


@given(st.integers(1, LENGTH))
def test_contents_that_a_later_decision_says_it_erased_leave_the_chain_intact(up_to):
    assert named(erased(up_to)) == []


@given(st.integers(2, LENGTH))
def test_contents_beyond_what_was_said_to_be_erased_are_named(up_to):
    assert named(erased(up_to, covers=up_to - 1)) == [(Fault.NOT_ERASED_BY_ANYBODY, up_to)]


def test_contents_that_nobody_says_were_erased_are_named():
    one = canonical_json(stub_of(whole()[3].to_json(), "b" * 64)).decode()

    assert named([*TEXTS[:3], one, *TEXTS[4:]]) == [(Fault.NOT_ERASED_BY_ANYBODY, 4)]


@given(st.integers(1, LENGTH), st.data())
def test_any_sign_of_a_stub_that_is_altered_is_named(up_to, data):
    texts = erased(up_to)
    index = data.draw(st.integers(0, up_to - 1))
    start = texts[index].index('"erased"')
    place = data.draw(st.integers(start, len(texts[index]) - 1))
    sign = data.draw(
        st.sampled_from("0123456789abcdefxyz").filter(lambda s: s != texts[index][place])
    )
    texts[index] = texts[index][:place] + sign + texts[index][place + 1 :]

    assert named(texts)


@pytest.mark.parametrize(
    "kept", ["", "null", "[]", "7", '{"hash":1}', "{", '{"erased":1}', "[" * 100_000]
)
def test_what_is_no_decision_is_unreadable_and_stops_nothing(kept):
    assert named([TEXTS[0], kept, *TEXTS[2:]]) == [(Fault.UNREADABLE, 2)]
