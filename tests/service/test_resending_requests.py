"""A request that was put aside is sent again while it stands; then it is refused in a sentence."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.canonical import to_plain
from shared.domain.promotion import Phase, Promotion
from shared.domain.retraining import Retraining, RetrainingPhase, RetrainingWatch
from shared.domain.state import SubjectState
from shared.errors import Unavailable
from shared.ports import LedgerState, Message
from shared.service.dead_letters.letters import find
from shared.service.dead_letters.resending import plan, resend
from shared.service.dead_letters.standing import why_over
from tests.conftest import NOON

HOUR = timedelta(hours=1)
OLD = Promotion(version="8", stage="production", phase=Phase.REQUESTED, begun=NOON, since=NOON)
NEW = Promotion(
    version="9", stage="production", phase=Phase.RUNNING, begun=NOON + HOUR, since=NOON + HOUR
)
RETURNING = replace(OLD, phase=Phase.WATCHED, returning=NOON)
TRAINING = Retraining(
    id="r1",
    phase=RetrainingPhase.REQUESTED,
    causes=(),
    cause="drift",
    window="w",
    asked=NOON,
    changed=NOON,
)


class Known:
    """A ledger of one state by subject, and of decisions, newest first."""

    def __init__(self, decisions=(), **states):
        self._states = {f"{kind}/loan": state for kind, state in states.items()}
        self._decisions = list(decisions)

    def state(self, subject):
        return LedgerState(version=1, state=to_plain(self._states.get(subject, SubjectState())))

    def decisions(self, subject, limit):
        assert subject == "model/loan"
        return self._decisions[:limit]


def asked(action, **data):
    """A request for version 8, as it is in its message."""
    one = {
        "model": "loan",
        "version": "8",
        "stage": "production",
        "promotion": OLD.identity("loan"),
    }
    return {
        "id": "b",
        "subject": "model/loan",
        "time": "2026-02-03T12:00:00Z",
        "data": {"action": action, "decision": "d", "event": "e", **one, **data},
    }


def promoting(*promotions):
    return Known(model=SubjectState(promotions=promotions))


def training(**changes):
    watch = RetrainingWatch(retrainings=(replace(TRAINING, **changes),))
    return Known(retraining=SubjectState(retraining=watch))


@pytest.mark.parametrize(
    ("promotions", "said"),
    [
        ((OLD,), None),
        ((OLD, NEW), None),
        ((), "The promotion of loan 8 through production is not known any more"),
        ((NEW,), "The promotion of loan 8 through production is not known any more"),
        (
            (replace(OLD, phase=Phase.SUPERSEDED, why="version 9 was registered after it"), NEW),
            "is superseded (version 9 was registered after it); it is not asked for any more.",
        ),
        ((replace(OLD, phase=Phase.FAILED),), "is failed; it is not asked for any more."),
        ((replace(OLD, phase=Phase.DONE),), "is done; it is not asked for any more."),
        ((replace(OLD, phase=Phase.BLOCKED),), "is blocked; it is not asked for any more."),
        ((replace(OLD, begun=NOON + HOUR),), "is not known any more"),
    ],
)
def test_a_promotion_is_asked_for_while_it_waits_to_begin(promotions, said):
    told = why_over(asked("RequestPromotion"), promoting(*promotions), NOON)

    assert told is None if said is None else said in told


@pytest.mark.parametrize(
    ("promotions", "said"),
    [
        ((RETURNING,), None),
        ((RETURNING, replace(NEW, phase=Phase.SUPERSEDED)), None),
        ((replace(RETURNING, phase=Phase.ROLLED_BACK),), "its promotion is rolled back"),
        ((replace(RETURNING, phase=Phase.FAILED),), "its promotion is failed"),
        ((OLD,), "its promotion is requested"),
        ((RETURNING, NEW), "is superseded: version 9 came after it and running."),
        ((RETURNING, replace(NEW, phase=Phase.DONE)), "is superseded: version 9 came after it"),
        ((), "is of a promotion that is not known any more"),
    ],
)
def test_a_rollback_is_asked_for_while_the_version_before_is_waited_for(promotions, said):
    told = why_over(asked("RequestRollback", to="7"), promoting(*promotions), NOON)

    assert told is None if said is None else said in told


@pytest.mark.parametrize(
    ("ledger", "said"),
    [
        (training(), None),
        (
            training(phase=RetrainingPhase.NO_VERSION, because="it was not started within 2 days"),
            "The retraining of loan for drift is no version, since it was not started within 2 "
            "days; it is waited for no more.",
        ),
        (training(phase=RetrainingPhase.RUNNING), "is running; it is waited for no more."),
        (training(id="r2"), "is not known any more; a cause that lasts is told again."),
        (Known(), "is not known any more"),
    ],
)
def test_a_retraining_is_asked_for_while_its_start_is_waited_for(ledger, said):
    data = {"cause": "drift", "window": "w", "retraining": "r1"}
    told = why_over(asked("RequestRetraining", **data), ledger, NOON)

    assert told is None if said is None else said in told


def test_a_change_of_traffic_is_refused_when_its_time_is_over():
    body = asked("ShiftTraffic", endpoint="ep", until="2026-02-03T12:30:00Z")

    assert why_over(body, Known(), NOON) is None
    assert "was to be made until 2026-02-03T12:30:00Z" in why_over(body, Known(), NOON + HOUR)


def decision(identity, **tags):
    action = {"action": "TagModel", "model": "loan", "version": "8", "tags": tags}
    return {"hash": identity, "event": {"id": identity}, "actions": [action] if tags else []}


@pytest.mark.parametrize(
    ("later", "over"),
    [
        ([], False),
        ([decision("l")], False),
        ([decision("l", other="x")], False),
        ([decision("l"), decision("m", stage="production")], True),
    ],
)
def test_tags_that_a_later_decision_wrote_are_not_written_over(later, over):
    body = asked("TagModel", tags={"stage": "test"})
    older = [decision("d", stage="test"), decision("before", stage="x")]
    told = why_over(body, Known(decisions=[*later, *older]), NOON)

    assert (told is not None) is over
    assert not over or "a later decision wrote them anew" in told


@pytest.mark.parametrize("body", [{}, {"data": {}}, {"data": {"action": "Else"}}, asked("Notify")])
def test_what_is_no_request_is_not_judged(body):
    assert why_over(body, None, NOON) is None


def put_aside(scene, body):
    queue = scene.application.queue
    queue.send([Message(id="m", queue="promotion-requests", session="model/loan", body=body)])
    queue.dead_letter(queue.receive("promotion-requests"), "Unavailable", "No answer.")
    return find(scene.application.adapters).letters


def test_what_stands_no_more_is_refused_before_and_after_apply_and_stays_where_it_is(scene):
    app = scene.application
    letters = put_aside(scene, asked("RequestPromotion"))

    planned = plan(letters, scene.clock(), app.ledger)
    who = {"author": "berta", "reason": "again", "now": scene.clock(), "via": "test"}
    done = list(resend(letters, service=app.service, adapters=app.adapters, **who))

    assert [one.outcome for one in (*planned, *done)] == ["refused", "refused"]
    assert "is not known any more" in done[0].sentence
    assert find(app.adapters).letters == letters
    assert app.queue.peek("promotion-requests") == []


def test_while_the_ledger_does_not_answer_nothing_is_sent(scene):
    class Away:
        def state(self, _subject):
            raise Unavailable("No answer.")

    letters = put_aside(scene, asked("RequestPromotion"))
    with pytest.raises(Unavailable):
        plan(letters, scene.clock(), Away())
