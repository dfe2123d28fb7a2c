"""An override goes the one way: kept, queued, listed, and taken back in a person's name."""

import json
from datetime import timedelta

import pytest

from shared.domain.canonical import to_plain
from shared.domain.people.override import (
    override_given,
    override_of,
    override_withdrawn,
    overrides_after,
)
from shared.domain.state import SubjectState
from shared.errors import InvalidData, NotFound
from shared.service.people.overrides import declare, overrides, withdraw
from shared.service.service import Receipt
from tests.conftest import NOON

HOTFIX = {"author": "anna", "reason": "hotfix", "gates": ["metric/auc"]}


def known(scene, *events):
    """The model as it stands after some decisions: version 7 was judged, and these were said."""
    state = SubjectState(versions={"7": "inconclusive"})
    for event in events:
        state = SubjectState(
            versions=state.versions, overrides=overrides_after(event, state, scene.clock.now)
        )
    ledger = scene.application.ledger
    ledger.commit(
        subject="model/churn",
        version=ledger.state("model/churn").version,
        event_key=f"seed-{len(events)}",
        now=scene.clock.now,
        decision={},
        state=to_plain(state),
        messages=[],
    )


def given(hours=48, **words):
    return override_given(
        "churn", "7", until=NOON + timedelta(hours=hours), now=NOON, **{**HOTFIX, **words}
    )


def say(scene, version="7", until="2d", **words):
    application = scene.application
    return declare(
        *(application.service, application.ledger, "churn", version),
        until=until,
        now=scene.clock.now,
        via="test",
        **{**HOTFIX, **words},
    )


def take_back(scene, override):
    application = scene.application
    return withdraw(
        *(application.service, application.ledger, "churn", override),
        author="ben",
        reason="measured again",
        now=scene.clock.now,
        via="test",
    )


def standings(scene, model=None):
    found = overrides(scene.application.ledger, scene.clock.now, model)
    return [(one["id"], one["standing"]) for one in found]


def test_said_it_is_archived_and_queued_by_which_way_it_came(scene):
    known(scene)
    said = say(scene)

    assert (said["model"], said["version"], said["gates"]) == ("churn", "7", ["metric/auc"])
    assert (said["until"], said["standing"]) == ("2026-02-05T12:00:00Z", "in force")
    kept = next(iter(scene.application.archive.list(limit=1)))
    assert (kept.via, kept.refusal) == ("test", None)
    [queued] = scene.application.queue.peek("checks")
    assert queued.body["data"]["override"] == said["id"]


def test_a_version_that_no_gate_has_seen_cannot_be_let_pass(scene):
    with pytest.raises(NotFound, match=r"^churn:7 was never judged; judged are: none\. One that"):
        say(scene)
    known(scene)
    with pytest.raises(NotFound, match=r"^churn:8 was never judged; judged are: 7\."):
        say(scene, "8")
    assert list(scene.application.archive.list()) == []


def test_what_cannot_be_let_pass_is_refused_before_anything_is_kept(scene):
    known(scene)
    with pytest.raises(InvalidData, match=r"^until is more than 7 days away"):
        say(scene, until="8d")

    assert list(scene.application.archive.list()) == []


def test_listed_with_the_latest_end_first_and_whether_it_is_in_force(scene):
    long, short, back = given(), given(1), given(30, reason="other")
    taken = override_withdrawn(
        "churn", "7", back.data["override"], author="ben", reason="no", now=NOON
    )
    unknown = override_withdrawn("churn", "7", "abc", author="ben", reason="no", now=NOON)
    known(scene, long, short, back, taken, unknown)
    scene.clock.advance(timedelta(hours=2))

    assert standings(scene) == [
        (override_of(long).id, "in force"),
        (override_of(back).id, "withdrawn"),
        (override_of(short).id, "over"),
    ]
    assert standings(scene, "churn") == standings(scene)
    assert standings(scene, "pricing") == []


def test_only_what_is_in_force_can_be_taken_back(scene):
    event = given(1)
    known(scene, event)
    name = event.data["override"]

    assert take_back(scene, name)["standing"] == "in force", "what was taken back, as it was"
    assert len(scene.application.queue.peek("checks")) == 1
    with pytest.raises(NotFound, match=rf"^churn has no override abc; known are: {name}\."):
        take_back(scene, "abc")
    scene.clock.advance(timedelta(hours=1))
    with pytest.raises(InvalidData, match=r"is over already; there is nothing to take back\.$"):
        take_back(scene, name)


def test_what_the_intake_refuses_nobody_takes_for_said(scene):
    class Strict:
        def say(self, event, *, via):
            return Receipt(key=via, event=event, refusal="Not today.", duplicate=False)

    known(scene)
    with pytest.raises(InvalidData, match=r"^Not today\.$"):
        declare(
            *(Strict(), scene.application.ledger, "churn", "7"),
            until="1d",
            now=NOON,
            via="test",
            **HOTFIX,
        )


def test_nobody_from_outside_lets_a_gate_pass(scene):
    """The same envelope by Event Grid's way is refused: it is Driftgate's own to say."""
    known(scene)
    payload = given().to_cloud_event()

    [receipt] = scene.application.service.receive(json.dumps(payload).encode(), via="event-grid")
    assert "is made by Driftgate alone and not taken from outside" in receipt.refusal
