"""The mark of a replay goes on with what follows of it, and counts for nothing else."""

from datetime import timedelta

import pytest

from shared.domain.action import ScheduleCheck, Tell
from shared.domain.canonical import format_time
from shared.domain.decision import Decision
from shared.domain.event import Check, Event, EventType, Replay, check_due
from shared.errors import InvalidData
from shared.ports import ArchivedEvent
from shared.service.intake import parse
from shared.service.intake.own import OURS_ALONE
from shared.service.intake.sources import source_of
from shared.service.messages import messages_of
from shared.service.replaying.stepping import told_again
from tests.conftest import NOON
from tests.service.replaying.lost import asked, completed, run

MARK = Replay(name="lost", applied=True, again=True)


def event(replay=None, **other):
    parts = {
        "id": "e1",
        "source": "somebody",
        "type": EventType.RUN_COMPLETED,
        "subject": "model/churn",
        "time": NOON,
    }
    return Event(**{**parts, **other}, replay=replay)


def decision(*actions):
    return Decision(
        event=event(MARK),
        findings=(),
        actions=actions,
        evidence_hash="",
        policy_hash=None,
        decided=NOON,
        previous="",
        state="",
    )


def test_what_one_subject_tells_another_carries_the_mark_on():
    [message] = messages_of(decision(Tell(event=event(id="asked-1"))))

    assert Event.from_cloud_event(message.body).replay == MARK


def test_a_look_that_is_scheduled_is_no_part_of_the_replay():
    look = check_due(Check.ROUTING, "endpoint/a", NOON + timedelta(hours=1))

    [message] = messages_of(decision(ScheduleCheck(event=look)))

    assert (message.id, message.body.get("replayname")) == (look.key, None)


def test_an_event_of_a_replay_does_not_show_that_its_source_speaks():
    plain = {**completed("a", "e1", NOON), "source": "azure-devops/x"}
    kept = {"key": "k", "received": NOON, "via": "event-grid", "body": b""}

    assert source_of(ArchivedEvent(**kept, event=plain)) is not None
    assert source_of(ArchivedEvent(**kept, event={**plain, **MARK.attributes()})) is None


@pytest.mark.parametrize("kind", [kind for kind in EventType if kind.value.startswith("Replay")])
def test_nobody_else_may_say_anything_of_a_replay(kind):
    [parsed] = parse(
        b'{"specversion":"1.0","id":"1","source":"x","type":"io.driftgate.%s","subject":"replay/x",'
        b'"time":"%s"}' % (kind.value.encode(), format_time(NOON).encode())
    )

    assert kind in OURS_ALONE
    assert "is made by Driftgate alone" in parsed.refusal


@pytest.mark.parametrize(
    ("replay", "recorded", "again", "expected"),
    [
        (None, None, False, Replay(name="new", applied=True)),
        (None, None, True, Replay(name="new", applied=True)),
        (None, {}, False, None),
        (None, {}, True, Replay(name="new", applied=True, again=True)),
        (None, {"replayname": "new"}, True, None),
        (None, {"replayname": "old"}, True, Replay(name="new", applied=True, again=True)),
        (MARK, None, False, MARK),
    ],
)
def test_an_event_is_told_with_the_mark_that_has_it_decided_once(replay, recorded, again, expected):
    decided = None if recorded is None else {"event": recorded}
    told = told_again(event(replay), "new", decided, again=again)

    assert (None if told is None else told.replay) == expected


def test_what_was_erased_is_told_no_more():
    assert told_again(event(), "new", {"erased": "h"}, again=True) is None


def test_an_event_that_no_release_knows_any_more_holds_up_no_other(scene):
    app = scene.application
    for number, kind in enumerate(("DeploymentCompleted", "LongForgotten", "DeploymentCompleted")):
        cloud_event = event(
            id=f"e{number}", type=EventType.DEPLOYMENT_COMPLETED, subject="endpoint/a"
        ).to_cloud_event()
        app.archive.put(
            ArchivedEvent(
                key=f"k{number}",
                received=NOON,
                via="event-grid",
                body=b"{}",
                event={**cloud_event, "type": f"io.driftgate.{kind}"},
            )
        )
    scene.clock.advance(timedelta(seconds=1))
    asked(app)

    row = run(app)

    assert (row["phase"], row["told"], row["refused"]) == ("done", 2, 1)


def test_of_two_who_ask_under_one_name_at_once_the_second_is_told_so(scene):
    """Neither is decided yet, so that the ledger knows of none."""
    asked(scene.application, "lost")
    scene.clock.advance(timedelta(seconds=1))

    assert asked(scene.application, "lost")["replay"] == "lost", "the same said twice is one"
    with pytest.raises(InvalidData, match="Somebody asked for a replay lost just now"):
        asked(scene.application, "lost", again=True)


@pytest.mark.parametrize("kind", sorted(OURS_ALONE))
def test_what_driftgate_said_is_not_said_again_by_a_replay(kind):
    """An acknowledgement or an override of back then would hold for what is wrong now."""
    said = event(type=kind, source="driftgate/x")

    assert told_again(said, "new", {"event": {}}, again=True) is None
    assert told_again(said, "new", None, again=True) is not None
