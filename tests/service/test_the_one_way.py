"""Parse, archive, gather, decide, commit, dispatch: nothing lost, nothing twice.

Longer than most: each step of the one way is broken in turn, and all must hold together.
"""

import json
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.bootstrap import build
from shared.domain.canonical import canonical_json
from shared.domain.event import Check
from shared.domain.state import SubjectState
from shared.errors import Conflict, Unavailable
from shared.service.codec import decode
from shared.service.past.deciding import PastDecisions
from shared.service.past.folding import fold, state_before
from shared.settings import Settings
from tests.conftest import NOON, Scene, StoppedClock

IDLE = "{blue: {}, green: {}}"


def test_an_event_delivered_twice_is_decided_once_and_acted_on_once(scene, completed):
    scene.endpoint("{blue: 100}", "{blue: {}, green: {provisioning_state: Failed}}")

    scene.send(completed("green"))
    scene.clock.advance(timedelta(minutes=30))
    scene.send(completed("green"))

    assert len(scene.application.ledger.decisions("endpoint/loan-endpoint")) == 1
    assert len(scene.notices) == 1


def test_the_receipt_says_when_a_payload_was_there_before(scene, completed):
    payload = json.dumps(completed("green")).encode()

    [first] = scene.application.service.receive(payload, via="test")
    [second] = scene.application.service.receive(payload, via="test")

    assert (first.duplicate, second.duplicate) == (False, True)


def test_a_refused_payload_is_kept_with_its_bytes_and_sentence_and_the_next_is_handled(
    scene, completed
):
    scene.endpoint("{green: 100}", "{green: {}}")
    scene.send(b"{ broken")
    scene.send(completed("green"))

    kept = [entry for entry in scene.application.archive.list() if entry.refusal]
    assert [(entry.body, entry.refusal[:26]) for entry in kept] == [
        (b"{ broken", "The payload is not JSON: E")
    ]
    assert scene.last("endpoint/loan-endpoint")["verdict"] == "pass"


def test_a_crash_between_archive_and_queue_is_mended_by_the_next_delivery(scene, completed):
    class FallingSender:
        def __init__(self, inner):
            self.inner, self.up = inner, False

        def send(self, messages):
            if not self.up:
                raise Unavailable("Service Bus is not reachable.")
            self.inner.send(messages)

    scene.endpoint("{green: 100}", "{green: {}}")
    service = scene.application.service
    service._sender = sender = FallingSender(service._sender)
    payload = json.dumps(completed("green")).encode()
    with pytest.raises(Unavailable):
        service.receive(payload, via="test")

    sender.up = True
    service.receive(payload, via="test")
    scene.drain()

    assert scene.last("endpoint/loan-endpoint")["verdict"] == "pass"


def test_what_a_crash_left_in_the_outbox_is_sent_by_the_sweep_and_only_once(scene, completed):
    class SendsAndFalls:
        def __init__(self, inner):
            self.inner = inner

        def send(self, messages):
            self.inner.send(messages)
            raise Unavailable("The answer was lost.")

    scene.endpoint("{blue: 100}", "{blue: {}, green: {provisioning_state: Failed}}")
    service = scene.application.service
    honest = service._sender
    service.receive(json.dumps(completed("green")).encode(), via="test")
    service._sender = SendsAndFalls(honest)
    scene.drain()
    assert scene.application.ledger.unsent() != []

    service._sender = honest
    service.sweep()
    scene.drain()

    assert scene.application.ledger.unsent() == []
    assert len(scene.notices) == 1


def test_what_cannot_leave_the_outbox_puts_no_decided_event_aside(scene, completed):
    """Every handled event sweeps the outbox of all: a topic out of reach is nobody's fault here."""

    class TakesNoAlerts:
        def __init__(self, inner):
            self.inner = inner

        def send(self, messages):
            if any(message.queue == "alerts" for message in messages):
                raise Unavailable("The topic alerts cannot be reached.")
            self.inner.send(messages)

    scene.endpoint("{blue: 100}", "{blue: {}, green: {provisioning_state: Failed}}")
    service = scene.application.service
    honest, service._sender = service._sender, TakesNoAlerts(service._sender)
    scene.send(completed("green"))
    scene.send(completed("blue"))

    assert scene.application.queue.dead_letters("checks") == []
    assert [message.queue for message in scene.application.ledger.unsent()] == ["alerts"]

    service._sender = honest
    service.sweep()
    scene.drain()
    assert scene.told() == [("PostAlert", "deployment_failed")]


def test_a_worker_that_lost_the_race_looks_and_decides_again(scene, completed):
    """Two workers decide on one subject; the slower one finds the state moved on."""
    scene.endpoint("{blue: 100}", IDLE)
    service = scene.application.service
    service.receive(json.dumps(completed("green")).encode(), via="test")
    [mine] = scene.application.queue.peek("checks")
    ledger = service._world.ledger
    together, raced = ledger.together, []

    def slower():
        if not raced:
            raced.append(True)
            theirs = {"subject": "endpoint/loan-endpoint", "event_key": "theirs", "now": NOON}
            ledger.commit(**theirs, version=0, decision={}, state={}, messages=[])
        return together()

    ledger.together = slower
    decision = service.handle(mine.body)

    assert decision is not None
    assert ledger.state("endpoint/loan-endpoint").version == 2


def test_a_subject_that_never_stands_still_is_given_back_to_the_queue(scene, completed):
    scene.endpoint("{blue: 100}", IDLE)
    service = scene.application.service
    service.receive(json.dumps(completed("green")).encode(), via="test")
    [mine] = scene.application.queue.peek("checks")

    def lost(**_):
        raise Conflict("somebody was faster")

    service._world.ledger.commit = lost

    with pytest.raises(Conflict, match="changed 5 times while it was decided"):
        service.handle(mine.body)


def test_a_message_that_cannot_be_read_is_put_aside_and_the_next_one_comes(scene, completed):
    from shared.ports import Message

    scene.endpoint("{green: 100}", "{green: {}}")
    scene.application.queue.send(
        [Message(id="poison", queue="checks", session="endpoint/loan-endpoint", body={"x": 1})]
    )
    scene.send(completed("green"))

    [dead] = scene.application.queue.dead_letters("checks")
    assert (dead.message.id, dead.reason) == ("poison", "MalformedPayload")
    assert dead.sentence == "A message of the queue checks is no event of ours: KeyError 'id'."
    assert scene.last("endpoint/loan-endpoint")["verdict"] == "pass"


def test_every_decision_names_the_one_before_it(scene, completed):
    scene.endpoint("{blue: 100}", "{blue: {}}")
    for minute in range(4):
        scene.send(completed("blue", at=scene.clock.now + timedelta(minutes=minute)))

    newest_first = scene.application.ledger.decisions("endpoint/loan-endpoint")

    hashes = [decision["hash"] for decision in newest_first]
    assert [decision["previous"] for decision in newest_first] == [*hashes[1:], ""]
    assert len(set(hashes)) == 4


def test_a_decision_can_be_made_again_from_what_was_kept(scene, completed):
    """The evidence, read back from its hash, leads the pure function to the same decision."""
    scene.policy("model: loan-default\nendpoint: loan-endpoint\n")
    scene.endpoint("{blue: 100}", "{blue: {}, green: {provisioning_state: Failed}}")
    for minute in range(70):
        scene.send(completed("green", at=scene.clock.now + timedelta(minutes=minute)))
    ledger, evidence = scene.application.ledger, scene.application.evidence

    steps = list(fold(ledger, evidence, PastDecisions(evidence), "endpoint/loan-endpoint", 40))

    assert [step.recorded.version for step in steps] == list(range(40, 71))
    assert all(step.same for step in steps)
    present = decode(ledger.state("endpoint/loan-endpoint").state, SubjectState)
    past = state_before(
        ledger, evidence, PastDecisions(evidence), "endpoint/loan-endpoint", version=71
    )
    assert past == present


def test_the_state_read_back_is_the_state_that_was_kept(scene, completed):
    scene.endpoint("{blue: 100}", "{blue: {}, green: {provisioning_state: Failed}}")
    scene.send(completed("green"))
    stored = scene.application.ledger.state("endpoint/loan-endpoint").state

    state = decode(stored, SubjectState)

    assert json.loads(canonical_json(state)) == stored


def test_a_state_that_was_altered_is_not_decided_upon():
    with pytest.raises(msgspec.ValidationError):
        decode({"alerts": {"a": {"alert": 3}}}, SubjectState)


def test_a_check_silent_for_three_periods_is_an_alert_that_ends_when_it_reports(scene):
    scene.endpoint("{blue: 100}", "{blue: {}}")
    service = scene.application.service
    service.fan_out(Check.ROUTING)
    scene.drain()

    scene.clock.advance(timedelta(minutes=29))
    service.heartbeat()
    scene.drain()
    assert scene.told() == []

    scene.clock.advance(timedelta(minutes=2))
    service.heartbeat()
    scene.drain()
    assert scene.told() == [("PostAlert", "check_silent")]

    service.fan_out(Check.ROUTING)
    scene.drain()
    scene.clock.advance(timedelta(minutes=1))
    service.heartbeat()
    scene.drain()
    assert scene.told()[-1] == ("ResolveAlert", "check_silent")


def test_a_policy_file_that_cannot_be_used_is_told_until_it_is_mended(scene):
    scene.policy("model: a\ngates: {min_acu: 1}\n")
    for _ in range(2):
        scene.application.service.heartbeat()
        scene.drain()
        scene.clock.advance(timedelta(minutes=15))

    assert scene.told() == [("PostAlert", "policy_invalid")]
    assert (
        "gates.min_acu is not a known key; write min_auc."
        in (scene.notices[0]["data"]["alert"]["text"])
    )

    scene.policy("model: a\n")
    scene.application.service.heartbeat()
    scene.drain()

    assert scene.told()[-1] == ("ResolveAlert", "policy_invalid")


def test_a_breach_found_by_azures_own_monitor_is_told_with_its_features(scene, sample):
    scene.send(sample("aml_run_status_changed_monitor_breach.derived.json"))

    [notice] = scene.notices
    assert notice["data"]["alert"]["title"] == (
        "loan-monitor: monitor signal loan-monitor-feature-drift breached (income, age)"
    )
    assert (
        "JensenShannonDistance of income is 0.3427, above its threshold 0.1"
        in (notice["data"]["alert"]["text"])
    )


def test_a_timer_that_fires_twice_in_a_minute_asks_once(scene):
    scene.endpoint("{blue: 100}", "{blue: {}}")

    for _ in range(2):
        scene.application.service.fan_out(Check.ROUTING)
        scene.clock.advance(timedelta(seconds=20))
    scene.drain()

    assert len(scene.application.ledger.decisions("endpoint/loan-endpoint")) == 1


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("event"), st.sampled_from(["blue", "green"]), st.integers(0, 2)),
        st.tuples(st.just("traffic"), st.sampled_from(["{blue: 100}", "{green: 100}"])),
        st.tuples(st.just("wait"), st.integers(1, 90)),
        st.tuples(st.just("timer")),
    ),
    max_size=12,
)


@settings(max_examples=25)
@given(steps=STEPS)
def test_whatever_happens_each_alert_is_posted_and_resolved_in_turn(tmp_path_factory, steps):
    """Duplicates, late events and timers in any mixture never post a firing alert again."""
    home = tmp_path_factory.mktemp("home")
    (home / "workspace/endpoints").mkdir(parents=True)
    (home / "policies").mkdir()
    clock = StoppedClock()
    application = build(
        Settings(home=home, workspace=home / "workspace", policies=home / "policies"), clock=clock
    )
    scene = Scene(home=home, clock=clock, application=application)
    scene.endpoint("{blue: 100}", IDLE)
    resource = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices"
    for step in steps:
        match step:
            case ("event", deployment, number):
                scene.send(
                    {
                        "id": f"{deployment}{number}",
                        "topic": "t",
                        "subject": f"{resource}/workspaces/w/onlineEndpoints/loan-endpoint"
                        f"/deployments/{deployment}",
                        "eventType": "Microsoft.Resources.ResourceWriteSuccess",
                        "eventTime": (clock.now - timedelta(minutes=number * 40)).isoformat(),
                        "data": {},
                    }
                )
            case ("traffic", traffic):
                scene.endpoint(traffic, IDLE)
            case ("wait", minutes):
                clock.advance(timedelta(minutes=minutes))
                scene.drain()
            case _:
                application.service.fan_out(Check.RECONCILE)
                scene.drain()

    told: dict[str, list[str]] = {}
    for notice in scene.notices:
        told.setdefault(notice["data"]["alert"]["fingerprint"], []).append(notice["data"]["action"])
    for actions in told.values():
        assert actions == (["PostAlert", "ResolveAlert"] * len(actions))[: len(actions)]
    assert application.queue.dead_letters("checks") == []
    assert application.ledger.unsent() == []
