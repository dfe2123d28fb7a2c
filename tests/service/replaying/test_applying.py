"""Events told again for real: each once, in order, with the mark of their replay."""

import json
import logging
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.bootstrap import build
from shared.domain.replay import Selection
from shared.errors import InvalidData, Refused, Unavailable
from shared.ports import ArchivedEvent, Message
from shared.service.dead_letters.letters import find
from shared.service.intake import parse
from shared.service.replaying import asking
from shared.service.replaying.stepping import Stepping
from shared.settings import Settings
from tests.conftest import NOON, StoppedClock
from tests.service.replaying.lost import asked, completed, decided, keep, run

ENDPOINTS = ("a", "b", "c")
STEP = timedelta(seconds=1)


def home(folder, count=3):
    for name in ENDPOINTS[:count]:
        path = folder / "workspace" / "endpoints" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("traffic: {blue: 100}\ndeployments: {blue: {}}\n")
    clock = StoppedClock()
    settings_ = Settings(home=folder, workspace=folder / "workspace", policies=folder / "policies")
    return build(settings_, clock=clock)


@pytest.fixture
def application(tmp_path):
    return home(tmp_path)


def lose(application, events):
    """Each (endpoint, number) came in, a second after the one before, and was never decided."""
    for index, (endpoint, number) in enumerate(events):
        at = NOON + STEP * index
        keep(application, completed(endpoint, f"e{number}", at), at)
    application.clock.now = NOON + timedelta(hours=1)


def test_what_was_lost_is_decided_and_the_replay_says_what_it_did(application):
    lose(application, [("a", 1), ("b", 2), ("a", 3)])

    asked(application)
    row = run(application)

    assert (row["phase"], row["told"], row["skipped"], row["refused"]) == ("done", 3, 0, 0)
    assert decided(application, "endpoint/a") == ["e1", "e3"]
    decision = application.ledger.decisions("endpoint/b")[0]
    assert decision["event"]["replayname"] == "lost"
    assert decision["event"]["replayapplied"] is True
    assert "replayagain" not in decision["event"]


def test_what_a_hook_refused_as_of_another_sender_no_replay_lets_in(application):
    [kept] = parse(json.dumps(completed("a", "forged", NOON)).encode(), via="azure-devops")
    application.archive.put(
        ArchivedEvent(
            key=kept.key,
            received=NOON,
            via="azure-devops",
            body=kept.body,
            event=None,
            refusal=kept.refusal,
        )
    )
    application.clock.advance(STEP)

    asked(application)
    row = run(application)

    assert (row["told"], row["refused"]) == (0, 1)
    assert decided(application, "endpoint/a") == []


def test_told_a_second_time_under_another_name_nothing_is_decided(application):
    lose(application, [("a", 1), ("b", 2)])
    asked(application)
    run(application)
    before = [application.ledger.state(f"endpoint/{one}").version for one in "ab"]

    asked(application, "once-more")
    row = run(application, "once-more")

    assert (row["told"], row["skipped"]) == (0, 2)
    assert [application.ledger.state(f"endpoint/{one}").version for one in "ab"] == before


def test_again_decides_once_more_what_is_decided_and_what_was_lost_once(application):
    lose(application, [("a", 1)])
    asked(application)
    run(application)
    keep(application, completed("a", "e2", application.clock.now), application.clock.now)
    application.clock.advance(STEP)

    asked(application, "again", again=True)
    row = run(application, "again")

    assert (row["told"], decided(application, "endpoint/a")) == (2, ["e1", "e1", "e2"])
    marks = [logged.decision["event"] for logged in application.ledger.chain("endpoint/a")]
    marks = [(one["id"], one.get("replayname"), one.get("replayagain")) for one in marks]
    assert ("e1", "again", True) in marks
    assert ("e2", "again", None) in marks


def test_replayed_events_are_not_archived_again(application):
    lose(application, [("a", 1), ("b", 2)])
    before = {one.key for one in application.archive.list()}

    asked(application)
    run(application)

    new = [one for one in application.archive.list() if one.key not in before]
    assert {one.event["subject"] for one in new} == {"replay/lost"}


def test_a_replay_leaves_out_what_came_in_after_it_was_asked_for_and_its_own_events(application):
    lose(application, [("a", 1)])
    asked(application, again=True)
    at = application.clock.now
    keep(application, completed("a", "later", at), at)

    row = run(application)

    assert row["told"] == 1
    assert decided(application, "endpoint/a") == ["e1"]


def test_the_rate_says_when_the_next_step_is_taken(application):
    lose(application, [("a", number) for number in range(20)])
    began = application.clock.now

    asked(application, rate=60)
    run(application)

    steps = [one["decided"] for one in application.ledger.decisions("replay/lost")]
    assert len(steps) == 3
    assert application.clock.now - began == timedelta(seconds=10)


def test_it_is_stopped_between_two_steps_and_goes_on_where_it_stood(application):
    lose(application, [("a", number) for number in range(25)])
    asked(application, rate=60)
    application.worker().drain()

    said = {"author": "carl", "reason": "it is loud", "via": "test"}
    asking.stop(application.service, application.ledger, "lost", now=application.clock(), **said)
    stopped = run(application)
    application.clock.advance(timedelta(hours=1))
    application.worker().drain()
    assert (stopped["phase"], stopped["told"]) == ("stopped", 10)
    assert decided(application, "endpoint/a") == [f"e{number}" for number in range(10)]

    asking.resume(application.service, application.ledger, "lost", now=application.clock(), **said)
    row = run(application)

    assert (row["phase"], row["told"], row["skipped"]) == ("done", 25, 0)
    assert decided(application, "endpoint/a") == [f"e{number}" for number in range(25)]
    reasons = [
        finding["reason"]
        for one in reversed(application.ledger.decisions("replay/lost"))
        for finding in one["findings"]
    ]
    assert reasons == ["asked", "advanced", "stopped", "resumed", "advanced", "done"]


def test_who_has_what_told_again_and_why_stands_in_the_chain(application):
    lose(application, [("a", 1)])
    asked(application, selection=Selection(model="churn", where="event.id == 'x'"))
    run(application)

    [first] = list(application.ledger.chain("replay/lost"))[:1]

    assert first.decision["findings"][0]["sentence"] == (
        "berta has what came in with model churn, where event.id == 'x', received before "
        "2026-02-03 13:00 UTC, told where it was never decided, as lost, 60 events a minute: "
        "they were lost"
    )


class Closed:
    """An archive that refuses, or does not answer."""

    def __init__(self, problem):
        self.problem = problem

    def walk(self, **_):
        raise self.problem


def stepping(application, **other):
    parts = {
        "archive": application.archive,
        "ledger": application.ledger,
        "sender": application.adapters.sender,
        "reread": application.reread,
        "say": lambda event: application.service.say(event, via="replay"),
        "clock": application.clock,
    }
    return Stepping(**{**parts, **other})


def begun(application):
    """A replay whose first step waits."""
    asked(application)
    bodies: list = []
    application.worker({"replays": bodies.append}).drain()
    return bodies[0]


def test_what_the_world_refuses_ends_it_with_the_sentence_and_resuming_goes_on(application):
    lose(application, [("a", 1)])
    body = begun(application)
    problem = Refused("The archive may not be read; grant Storage Blob Data Reader.")

    stepping(application, archive=Closed(problem)).step(body)
    failed = run(application)

    assert (failed["phase"], failed["said"]) == ("failed", str(problem))
    said = {"author": "berta", "reason": "granted", "now": application.clock(), "via": "test"}
    asking.resume(application.service, application.ledger, "lost", **said)
    assert run(application)["told"] == 1


def test_a_world_that_does_not_answer_is_asked_again_later_and_given_up_after_a_day(application):
    lose(application, [("a", 1)])
    body = begun(application)
    closed = stepping(application, archive=Closed(Unavailable("No answer.")))

    closed.step(body)
    assert application.queue.peek("replays")[0].body["tries"] == 1
    application.clock.advance(timedelta(days=2))
    with pytest.raises(Unavailable):
        closed.step(body)

    application.worker({"replays": id}).drain()
    assert asking.replay_of(application.ledger, "lost")["phase"] == "failed"


def test_a_step_that_falls_over_by_a_bug_ends_it_with_the_place_and_resuming_goes_on(application):
    lose(application, [("a", 1)])
    body = begun(application)

    stepping(application, archive=Closed(RuntimeError("s3cret"))).step(body)
    failed = run(application)

    assert failed["phase"] == "failed"
    assert failed["said"].startswith("Driftgate failed to handle it: RuntimeError in ")
    assert "s3cret" not in failed["said"]
    said = {"author": "berta", "reason": "mended", "now": application.clock(), "via": "test"}
    asking.resume(application.service, application.ledger, "lost", **said)
    assert run(application)["told"] == 1


def test_a_step_whose_process_dies_each_time_is_found_among_the_dead_letters(application):
    lose(application, [("a", 1)])
    asked(application)
    application.worker({"replays": id, "checks": application.service.handle}).step()
    [body] = [one.body for one in application.queue.peek("replays")]
    while (delivery := application.queue.receive("replays")) is not None:
        application.queue.abandon(delivery, "Its process died.")
    assert asking.replay_of(application.ledger, "lost")["phase"] == "running"

    application.heartbeat()
    failed = run(application)

    [letter] = find(application.adapters).letters
    assert failed["phase"] == "failed"
    assert failed["said"] == (
        f"Step {body['data']['step']} could not be taken in 10 tries "
        f"({letter.reason}: {letter.sentence}); it is the dead letter {letter.id}."
    )
    said = {"author": "berta", "reason": "more memory", "now": application.clock(), "via": "test"}
    asking.resume(application.service, application.ledger, "lost", **said)
    application.heartbeat()
    assert run(application)["phase"] == "done"
    application.heartbeat()
    assert run(application)["phase"] == "done"


def test_what_is_no_order_of_a_step_among_the_dead_letters_ends_no_replay(application):
    lose(application, [("a", 1)])
    asked(application)
    application.adapters.sender.send(
        [Message(id="odd", queue="replays", session="replay/lost", body={"data": {}})]
    )
    assert run(application)["phase"] == "done"
    assert len(find(application.adapters).letters) == 1

    application.heartbeat()
    assert run(application)["phase"] == "done"


def test_a_step_that_is_not_waited_for_any_more_does_nothing(application):
    lose(application, [("a", 1)])
    body = begun(application)
    stepping(application).step(body)
    run(application)

    stepping(application, sender=None, say=None).step(body)


@pytest.mark.parametrize("falls", ["before sending", "after sending", "after saying"])
def test_a_crash_in_a_step_repeats_nothing(application, falls):
    lose(application, [("a", 1), ("b", 2)])
    body = begun(application)
    send, say = application.adapters.sender.send, application.service.say

    class Falling:
        def send(self, messages):
            if falls == "before sending":
                raise SystemExit
            send(messages)

    def falling_say(event):
        if falls == "after sending":
            raise SystemExit
        say(event, via="replay")
        raise SystemExit

    with pytest.raises(SystemExit):
        stepping(application, sender=Falling(), say=falling_say).step(body)
    stepping(application).step(body)
    row = run(application)

    assert (row["phase"], row["told"]) == ("done", 2)
    assert [decided(application, f"endpoint/{one}") for one in "ab"] == [["e1"], ["e2"]]
    assert application.queue.dead_letters("checks") == []


def test_what_consumers_say_of_a_replayed_message_carries_its_mark_on(application):
    from shared.domain.event import Event, EventType, Replay

    mark = Replay(name="lost", applied=True, again=True)
    event = Event(
        id="started-1",
        source="driftgate/retraining",
        type=EventType.RETRAINING_STARTED,
        subject="retraining/churn",
        time=NOON,
        data={"retraining": "r"},
    )

    application._saying("retraining", mark.attributes())(event)

    [kept] = application.archive.list()
    assert Event.from_cloud_event(kept.event).replay == mark
    assert kept.key != event.key


def test_the_log_line_of_a_replayed_decision_has_the_replays_name(application, caplog):
    lose(application, [("a", 1)])
    asked(application)
    with caplog.at_level(logging.INFO, "driftgate.decisions"):
        run(application)

    [line] = [one for one in caplog.records if one.args and one.args[1] == "endpoint/a"]
    assert line.getMessage().endswith(", in the replay lost")
    assert line.replay == "lost"


def test_a_name_is_asked_for_once(application):
    asked(application)
    run(application)

    with pytest.raises(InvalidData, match="There is a replay lost already, done"):
        asked(application)


@pytest.mark.parametrize(
    ("name", "more", "sentence"),
    [
        ("Lost!", {}, "name is 'Lost!'; give up to 60 of a-z, 0-9 and -"),
        ("lost", {"rate": 0}, "rate is 0 events a minute; give 1 to 6000"),
        ("lost", {"selection": Selection(where="event.")}, "where is no JMESPath"),
        ("lost", {"selection": Selection(types=("Foo",))}, "type is 'Foo'; there are"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(application, name, more, sentence):
    with pytest.raises(InvalidData) as problem:
        asked(application, name, **more)

    assert str(problem.value).startswith(sentence)
    assert list(application.archive.list()) == []


lost_events = st.lists(st.sampled_from(ENDPOINTS), min_size=1, max_size=12)


@settings(max_examples=12)
@given(
    endpoints=lost_events,
    known=st.sets(st.integers(0, 11)),
    rate=st.sampled_from([6, 12, 24, 600]),
    looked=st.integers(1, 5),
    stops=st.sets(st.integers(0, 4)),
    at_once=st.booleans(),
)
def test_any_subset_is_decided_once_and_in_order_under_any_page_and_stop(
    tmp_path_factory, endpoints, known, rate, looked, stops, at_once
):
    """Some are decided already; steps of any size; stopped and resumed anywhere; then twice."""
    application = home(tmp_path_factory.mktemp("replay"))
    events = [(endpoint, number) for number, endpoint in enumerate(endpoints)]
    if at_once:
        for endpoint, number in events:
            keep(application, completed(endpoint, f"e{number}", NOON), NOON)
        application.clock.now = NOON + timedelta(hours=1)
    else:
        lose(application, events)
    for endpoint, number in events:
        if number in known:
            application.service.handle(completed(endpoint, f"e{number}", NOON))
    worker = application.worker({"replays": stepping(application, most_looked=looked).step})
    asked(application, rate=rate)
    for step in range(200):
        worker.drain()
        if asking.replay_of(application.ledger, "lost")["phase"] == "done":
            break
        if step in stops:
            said = {"author": "b", "reason": str(step), "now": application.clock(), "via": "test"}
            asking.stop(application.service, application.ledger, "lost", **said)
            worker.drain()
            asking.resume(application.service, application.ledger, "lost", **said)
        else:
            application.clock.now = application.queue.next_due() or application.clock.now

    everything = {endpoint: decided(application, f"endpoint/{endpoint}") for endpoint in ENDPOINTS}
    for endpoint, found in everything.items():
        mine = [number for name, number in events if name == endpoint]
        assert found == [f"e{number}" for number in mine if number in known] + [
            f"e{number}" for number in mine if number not in known
        ]
    row = asking.replay_of(application.ledger, "lost")
    assert (row["phase"], row["told"] + row["skipped"]) == ("done", len(events))

    asked(application, "twice")
    run(application, "twice")
    again = {endpoint: decided(application, f"endpoint/{endpoint}") for endpoint in ENDPOINTS}
    assert again == everything
