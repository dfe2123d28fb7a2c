"""Decisions made once more from what was recorded: the same, or named."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.chain.links import Fault
from shared.service.verifying import verify
from tests.conftest import NOON

LOOKS = 70


@pytest.fixture
def watched(scene, completed):
    """An endpoint that was looked at often enough for its state to be kept twice."""
    scene.policy("model: loan-default\nendpoint: loan-endpoint\nrouting: {}\n")
    scene.endpoint("{blue: 100}", "{blue: {model: 'loan-default:7', state: Succeeded}}")
    for n in range(LOOKS):
        scene.clock.now = NOON + timedelta(minutes=n)
        scene.send(completed("blue", at=scene.clock.now))
    return scene


def verified(scene):
    kept = scene.application
    return verify(kept.ledger, kept.evidence, kept.clock(), "endpoint/loan-endpoint", again=True)


def alter(scene, statement, *values):
    with closing(sqlite3.connect(scene.home / "driftgate.db")) as connection, connection:
        connection.execute(statement, values)


def test_what_was_decided_is_decided_again_to_the_last_digit(watched):
    found = verified(watched)

    assert found.breaks == ()
    assert found.again == found.links >= LOOKS
    assert found.notes == ()


def test_ids_of_messages_beside_a_decision_are_compared(watched):
    subject = "endpoint/loan-endpoint"
    alter(
        watched,
        "UPDATE decision SET decision = replace(decision, '\"messages\":[]', '\"messages\":[1]')"
        " WHERE number = (SELECT min(number) FROM decision WHERE subject = ?)",
        subject,
    )

    assert [(one.fault, one.version) for one in verified(watched).breaks] == [(Fault.ALTERED, 1)]


def test_behind_evidence_that_is_gone_it_goes_on_with_the_next_state_that_is_kept(watched):
    logged = next(watched.application.ledger.chain("endpoint/loan-endpoint", 20))
    name = logged.decision["evidence"]
    watched.application.evidence.remove(name, datetime.max.replace(tzinfo=UTC))

    found = verified(watched)

    assert found.breaks == ()
    assert found.again == found.links - 13
    [note] = found.notes
    assert note.startswith("endpoint/loan-endpoint: decisions 20 to 32 cannot be decided again: ")
