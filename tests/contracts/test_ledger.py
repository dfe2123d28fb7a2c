"""What every ledger promises: handled, new state and outgoing messages together or not at all."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.adapters.azure.table_ledger import TableLedger
from shared.adapters.embedded import EmbeddedLedger
from shared.domain.glance import Glance
from shared.errors import Conflict
from shared.ports import LedgerState, Message
from tests.conftest import NOON

MESSAGE = Message(id="m1", queue="alerts", session="s", body={"text": "ü"}, properties={"a": "b"})


@pytest.fixture(params=["embedded", "table-storage"])
def ledger(request, tmp_path):
    if request.param == "embedded":
        yield EmbeddedLedger(tmp_path / "ledger.db")
        return
    account = request.getfixturevalue("account")
    made = TableLedger(account.table_endpoint, account.credential, clock=lambda: NOON)
    yield made
    made.close()


def commit(
    ledger,
    *,
    version=0,
    event_key="e1",
    messages=(),
    subject="model/a",
    state=None,
    decision=None,
):
    ledger.commit(
        subject=subject,
        version=version,
        event_key=event_key,
        now=NOON,
        decision=decision or {"event": event_key},
        state=state or {"seen": event_key},
        messages=list(messages),
    )


def test_a_subject_nobody_spoke_of_has_version_zero_and_no_state(ledger):
    assert ledger.state("model/a") == LedgerState(version=0, state={})
    assert ledger.decision("model/a", "e1") is None


def test_a_commit_keeps_decision_state_and_messages(ledger):
    commit(ledger, messages=[MESSAGE])

    assert ledger.state("model/a") == LedgerState(version=1, state={"seen": "e1"})
    assert ledger.decision("model/a", "e1") == {"event": "e1"}
    assert ledger.unsent() == [MESSAGE]
    assert ledger.oldest_unsent() == NOON


def test_a_commit_against_an_old_version_changes_nothing(ledger):
    commit(ledger)

    with pytest.raises(Conflict, match="model/a is at version 1, not 0"):
        commit(ledger, event_key="e2", messages=[MESSAGE])

    assert ledger.state("model/a") == LedgerState(version=1, state={"seen": "e1"})
    assert ledger.decision("model/a", "e2") is None
    assert ledger.unsent() == []


def test_an_event_is_decided_once_a_subject(ledger):
    commit(ledger)

    with pytest.raises(Conflict, match="already decided"):
        commit(ledger, version=1, messages=[MESSAGE])

    assert ledger.unsent() == []
    commit(ledger, subject="model/b")
    assert ledger.subjects() == ["model/a", "model/b"]


def test_when_each_check_reported_is_told_of_every_subject_without_its_state(ledger):
    hour = "2026-02-03T12:00:00Z"
    commit(ledger, subject="endpoint/a", state={"checks": {"routing": hour}, "more": 1})
    commit(ledger, subject="endpoint/b", state={"seen": "e1"})
    assert ledger.reported() == {"endpoint/a": {"routing": NOON}, "endpoint/b": {}}

    checks = {"routing": "2026-02-03T12:10:00Z", "health": hour}
    commit(ledger, subject="endpoint/a", version=1, event_key="e2", state={"checks": checks})
    assert ledger.reported()["endpoint/a"] == {
        "routing": NOON + timedelta(minutes=10),
        "health": NOON,
    }

    commit(ledger, subject="endpoint/a", version=2, event_key="e3", state={"checks": {}})
    assert ledger.reported()["endpoint/a"] == {}


def test_of_one_check_only_the_subjects_are_told_of_where_it_reported(ledger):
    hour = "2026-02-03T12:00:00Z"
    commit(ledger, subject="model/a", state={"checks": {"promotion": hour, "drift": hour}})
    commit(ledger, subject="model/b", state={"checks": {"drift": hour}, "promotion": hour})
    commit(ledger, subject="model/c", state={"seen": "promotion"})

    assert ledger.reported("promotion") == {"model/a": {"promotion": NOON, "drift": NOON}}
    assert sorted(ledger.reported("drift")) == ["model/a", "model/b"]
    assert ledger.reported("alerts") == {}


def test_a_check_whose_commit_was_refused_has_not_reported(ledger):
    commit(ledger, state={"checks": {"drift": "2026-02-03T12:00:00Z"}})

    with pytest.raises(Conflict):
        commit(ledger, event_key="e2", state={"checks": {"drift": "2026-02-03T13:00:00Z"}})

    assert ledger.reported() == {"model/a": {"drift": NOON}}


def test_a_message_marked_sent_is_no_longer_in_the_outbox_and_marking_twice_is_harmless(ledger):
    commit(ledger, messages=[MESSAGE])

    ledger.mark_sent(["m1"])
    ledger.mark_sent(["m1"])

    assert ledger.unsent() == []
    assert ledger.oldest_unsent() is None


def test_marking_a_message_as_sent_leaves_what_another_worker_committed_meanwhile(ledger):
    commit(ledger, messages=[MESSAGE])
    commit(ledger, subject="model/b", messages=[replace(MESSAGE, id="m2")])

    ledger.mark_sent(["m1"])

    assert [message.id for message in ledger.unsent()] == ["m2"]


def test_decisions_come_newest_first_of_one_subject_or_of_all(ledger):
    commit(ledger)
    commit(ledger, version=1, event_key="e2")
    commit(ledger, subject="model/b", event_key="e3")

    assert [d["event"] for d in ledger.decisions()] == ["e3", "e2", "e1"]
    assert [d["event"] for d in ledger.decisions("model/a", limit=1)] == ["e2"]


def test_a_chain_is_told_oldest_first_from_any_version_of_one_subject(ledger):
    for version in range(4):
        commit(ledger, version=version, event_key=f"e{version + 1}")
    commit(ledger, subject="model/b")

    def told(first):
        return [(one.version, one.decision["event"]) for one in ledger.chain("model/a", first)]

    assert told(1) == [(1, "e1"), (2, "e2"), (3, "e3"), (4, "e4")]
    assert told(3) == [(3, "e3"), (4, "e4")]
    assert told(5) == []
    assert list(ledger.chain("model/nobody")) == []


def test_one_part_of_many_states_is_told_in_the_order_asked_for_and_where_it_holds_any(ledger):
    commit(ledger, subject="alerts/b", state={"scope": {"lives": {"f": {"n": 1.5, "s": "ü"}}}})
    commit(
        ledger,
        subject="model/a",
        state={"scope": {}, "versions": {"1": None}, "silences": [1, True]},
    )
    commit(ledger, subject="alerts/a", state={"scope": {"lives": {}, "dropped": 0}})

    subjects = ["model/a", "alerts/b", "nobody", "alerts/a", "alerts/b"]
    scopes = ledger.parts("scope", iter(subjects))

    assert list(scopes) == ["alerts/b", "alerts/a"]
    assert scopes["alerts/b"] == ledger.state("alerts/b").state["scope"]
    assert ledger.parts("silences", subjects) == {"model/a": [1, True]}
    assert ledger.parts("silences", []) == {}


def test_parts_of_more_subjects_than_one_question_holds_are_all_told(ledger):
    subjects = [f"model/{number}" for number in range(50)]
    for subject in subjects:
        commit(ledger, subject=subject, state={"versions": {"1": subject}})

    assert ledger.parts("versions", subjects[::-1]) == {
        subject: {"1": subject} for subject in subjects
    }


def alerted(status="firing", kind="drift"):
    return {"alerts": {"f": {"alert": {"kind": kind, "severity": "warning"}, "status": status}}}


def test_every_subject_is_told_at_a_glance_by_its_last_decision_and_what_it_holds(ledger):
    said = {"event": {"type": "Happened"}, "verdict": "fail", "decided": "2026-02-03T12:00:00Z"}
    promoted = {"promotions": [{"phase": "waiting"}, {"phase": "done"}], "checks": {}}
    scope = {"scope": {"lives": {"f": {}, "g": {}}}}
    commit(ledger, subject="model/b", state={**promoted, **alerted()}, decision=said)
    commit(ledger, subject="alerts/a", state=scope, event_key="e2")

    found = ledger.glances()

    assert list(found) == ["alerts/a", "model/b"]
    assert found["alerts/a"] == Glance(lives=2)
    assert found["model/b"] == Glance(
        verdict="fail",
        event="Happened",
        decided=NOON,
        alerts=1,
        firing={"drift warning": 1},
        promotions=2,
        open=1,
    )
    assert (found["model/b"].fires, found["alerts/a"].fires) == (1, 0)


def test_a_glance_follows_each_commit_and_no_commit_that_was_refused(ledger):
    commit(ledger, state=alerted())
    commit(ledger, state=alerted("resolved"), event_key="e2", version=1)

    with pytest.raises(Conflict):
        commit(ledger, state=alerted(), event_key="e3", version=1)

    assert ledger.glances() == {"model/a": Glance(alerts=1)}


def test_what_people_said_is_counted_in_a_glance(ledger):
    promotions = [
        {"phase": "done", "approvals": [{"by": "anna"}]},
        {"phase": "waiting"},
    ]
    said = {"intents": [{}, {}], "overrides": [{}], "approvals": [{}]}
    commit(ledger, state={**said, "promotions": promotions})

    [glance] = ledger.glances().values()

    assert (glance.intents, glance.overrides, glance.approvals) == (2, 1, 2)


def test_what_an_older_version_did_not_count_is_not_taken_for_nothing():
    glance = Glance.of({"verdict": "pass", "promotions": 1, "open": 0, "of a newer one": 7})

    assert (glance.verdict, glance.promotions) == ("pass", 1)
    assert (glance.intents, glance.overrides, glance.approvals) == (None, None, None)


def test_a_glance_counts_what_was_committed_by_whoever_died_before_telling_of_it(request):
    """Whoever dies between the commit and telling of it leaves a state that is asked instead."""
    account = request.getfixturevalue("account")
    ledger = TableLedger(account.table_endpoint, account.credential, clock=lambda: NOON)
    commit(ledger)
    ledger._subjects.tell = lambda *_: None

    commit(ledger, state=alerted(), event_key="e2", version=1)

    assert ledger.glances() == {"model/a": Glance(alerts=1, firing={"drift warning": 1})}
    ledger.close()


def test_what_an_older_version_committed_is_glanced_at_by_its_state(tmp_path):
    ledger = EmbeddedLedger(tmp_path / "ledger.db")
    commit(ledger, state=alerted(), decision={"verdict": "fail"})
    with ledger._database.write() as connection:
        connection.execute("DELETE FROM glance")

    told = ledger.glances()

    assert told == {"model/a": Glance(verdict="fail", alerts=1, firing={"drift warning": 1})}
