"""A dry run: everything decided again from what was recorded, and nothing touched."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.adapters.embedded.database import Database
from shared.domain.canonical import canonical_json
from shared.domain.event import Check
from shared.domain.replay import By, Of, Selection
from shared.service.replaying.cursor import Cursor
from shared.service.replaying.told import Came

ENDPOINT = "endpoint/loan-endpoint"


@pytest.fixture
def played(scene, completed, registered):
    """An endpoint over 34 looks, a registered model, a payload that is none."""
    scene.endpoint("{blue: 100}", "{blue: {}, green: {provisioning_state: Failed}}")
    for number in range(17):
        scene.clock.advance(timedelta(minutes=10))
        scene.send(completed("green", at=scene.clock.now))
        scene.clock.advance(timedelta(minutes=10))
        scene.application.service.fan_out(Check.ROUTING)
        scene.drain()
        if number == 8:
            scene.endpoint("{blue: 100}", "{blue: {}, green: {}}")
    scene.send(registered("8"))
    scene.send(b"{ broken")
    return scene


def told(scene, after=None, **asked):
    return list(scene.application.dry_run(Selection(**asked)).told(after))


def test_what_came_in_is_decided_as_it_was_and_what_was_refused_is_refused(played):
    found = told(played)

    assert [one.came for one in found] == [Came.SAME] * 18 + [Came.REFUSED]
    assert [one.subject for one in found[17:]] == ["model/loan-default", ""]
    versions = [one.version for one in found[:17]]
    assert versions == sorted(versions)
    assert found[-1].sentence.startswith("The payload is not JSON")


def test_of_chains_every_look_of_a_timer_is_decided_again_too(played):
    found = told(played, of=Of.CHAINS, subject=ENDPOINT)

    assert len(found) == len(played.application.ledger.decisions(ENDPOINT, limit=1000)) == 34
    assert {one.came for one in found} == {Came.SAME}
    assert [one.version for one in found] == list(range(1, len(found) + 1))


def test_nothing_is_written_by_a_dry_run(played):
    before = files(played.home)

    told(played)
    told(played, of=Of.CHAINS)

    assert files(played.home) == before


def test_an_event_that_was_never_decided_is_told_as_lost(played, completed):
    payload = json.dumps(completed("blue", at=played.clock.now)).encode()
    played.application.service.receive(payload, via="test")

    lost = [one for one in told(played) if one.came is Came.LOST]

    assert [one.event["id"] for one in lost] == [f"blue-{played.clock.now.isoformat()}"]
    assert "never decided" in lost[0].sentence
    assert told(played, verdicts=("none",)) == lost


def test_another_decision_than_now_is_told_with_what_differs(played):
    altered(played, 3, lambda decision: decision["findings"][0].update(sentence="It was fine."))

    [one] = [one for one in told(played, of=Of.CHAINS) if one.came is not Came.SAME]

    assert (one.came, one.version) == (Came.DIFFERS, 3)
    [difference] = one.differences
    assert difference.what == "finding"
    assert "It was fine." in difference.before
    assert difference.after != difference.before


def test_evidence_that_is_gone_is_one_line_each_until_the_next_state_that_is_kept(played):
    third = next(played.application.ledger.chain(ENDPOINT, 3)).decision["evidence"]
    assert played.application.evidence.remove(third, datetime.max.replace(tzinfo=UTC))

    found = told(played, of=Of.CHAINS, subject=ENDPOINT)

    assert {one.version for one in found if one.came is Came.UNKNOWN} == set(range(3, 33))
    assert {one.version for one in found if one.came is Came.SAME} == {1, 2, 33, 34}
    assert f"There is no evidence {third}" in found[2].sentence
    assert "needs version 3" in found[3].sentence


@pytest.mark.parametrize("of", list(Of))
def test_a_dry_run_goes_on_behind_any_cursor_with_the_rest(played, of):
    whole = told(played, of=of)

    for number, one in [*list(enumerate(whole))[::5], (len(whole) - 1, whole[-1])]:
        assert told(played, Cursor.read(one.cursor), of=of) == whole[number + 1 :]


def test_times_are_of_receipt_or_of_the_event_as_asked(played, completed):
    late = played.clock.now - timedelta(hours=3)
    played.send(completed("late", at=late))
    since = played.clock.now - timedelta(minutes=1)

    received = told(played, since=since, types=("DeploymentCompleted",))
    happened = told(played, since=since, types=("DeploymentCompleted",), by=By.EVENT)

    assert f"late-{late.isoformat()}" in [one.event["id"] for one in received]
    assert f"late-{late.isoformat()}" not in [one.event["id"] for one in happened]


def test_what_was_refused_and_can_be_read_by_now_is_told_with_what_it_is(played, completed):
    last = played.clock.now - timedelta(minutes=10)
    body = canonical_json(completed("green", at=last)[0])
    database = Database(played.home / "driftgate.db", "")
    with database.write() as connection:
        connection.execute("UPDATE archive SET body = ? WHERE refusal IS NOT NULL", (body,))

    [one] = [one for one in told(played) if one.came is Came.READABLE]

    assert one.sentence == (
        "It was refused and would be read now as DeploymentCompleted of "
        "endpoint/loan-endpoint, which is decided already."
    )


def files(folder: Path):
    """Every file but the logs that SQLite keeps while somebody reads."""
    return {
        path: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in {".db-wal", ".db-shm"}
    }


def altered(scene, version, change):
    """Another decision in place of a recorded one."""
    database = Database(scene.home / "driftgate.db", "")
    with database.write() as connection:
        rows = connection.execute(
            "SELECT number, decision FROM decision WHERE subject = ? ORDER BY number", (ENDPOINT,)
        ).fetchall()
        decision = json.loads(rows[version - 1]["decision"])
        change(decision)
        connection.execute(
            "UPDATE decision SET decision = ? WHERE number = ?",
            (canonical_json(decision).decode(), rows[version - 1]["number"]),
        )


def test_a_decision_that_was_erased_is_one_line_and_what_rests_on_it_too(played):
    played.application.ledger.erase(ENDPOINT, [1, 2, 3], "e" * 64)

    chain = told(played, of=Of.CHAINS, subject=None, until=played.clock.now)
    archive = [one for one in told(played) if one.subject == ENDPOINT]

    mine = [one for one in chain if one.subject == ENDPOINT]
    assert [one.sentence for one in mine[:3]] == ["The contents were erased."] * 3
    assert {one.came for one in mine[:32]} == {Came.UNKNOWN}
    assert {one.came for one in mine[32:]} == {Came.SAME}
    erased = [one for one in archive if "of its decision were erased" in (one.sentence or "")]
    of_it = told(
        played,
        of=Of.CHAINS,
        subject=ENDPOINT,
        endpoint="loan-endpoint",
        until=played.clock.now,
    )
    assert of_it == mine, "what is known of a stub is whose it is"
    assert told(played, of=Of.CHAINS, model="loan-default")[0].came is Came.SAME
    assert len(erased) == 2
    assert all(one.came is Came.UNKNOWN for one in erased)
