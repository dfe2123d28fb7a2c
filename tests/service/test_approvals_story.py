"""An approval goes the one way: said in a person's name, kept, decided, listed and taken back."""

import json
from datetime import timedelta

import pytest

from shared.domain.people.approval import approval_said
from shared.domain.state import SubjectState
from shared.errors import InvalidData, NotFound
from shared.service.codec import decode
from shared.service.people.approvals import declare, withdraw
from shared.service.people.approvals_asked import approvals
from shared.service.promotion_story import story_of

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
QUIET = "min_auc: 0.9, rollback: off, budget: off"
POLICY = """model: churn
gates: {{{gates}}}
stages:
  - name: production
    approvals: {{needed: 2, given: {given}{more}}}
    {pipeline}
"""


def asking(scene, registered, *, given="driftgate", more="", auc=0.95, pipeline="pipeline: 12"):
    """Version 7 of churn is registered by Rita, and waits for two approvals."""
    scene.policy(POLICY.format(gates=QUIET, given=given, more=more, pipeline=pipeline))
    scene.model("7", f"metrics: {{auc: {auc}}}\ncreated_by: Rita Roe\n", name="churn")
    scene.send(registered("7", model="churn"))
    return scene


def say(scene, author="anna", *, drain=True, **words):
    app = scene.application
    said = declare(
        *(app.service, app.ledger, app.policies, "churn", words.pop("version", "7")),
        author=author,
        reason=words.pop("reason", "figures looked at"),
        now=scene.clock.now,
        via="test",
        **words,
    )
    if drain:
        scene.drain()
    return said


def take_back(scene, approval, author="anna"):
    app = scene.application
    said = withdraw(
        *(app.service, app.ledger, app.policies, "churn", approval),
        author=author,
        reason="the wrong run",
        now=scene.clock.now,
        via="test",
    )
    scene.drain()
    return said


def rows(scene, model=None):
    return approvals(scene.application.ledger, scene.application.policies, scene.clock.now, model)


def promotions(scene):
    return decode(scene.application.ledger.state("model/churn").state, SubjectState).promotions


def story(scene):
    app = scene.application
    return story_of(app.ledger, app.adapters.evidence, app.policies, "churn", "7")


def test_two_people_approve_and_the_run_is_ordered(scene, registered):
    asking(scene, registered, more=", by: [anna, ben, cora]")
    [row] = rows(scene)
    assert (row["standing"], row["counted"], row["needed"]) == ("waits", 0, 2)
    assert (row["given"], row["not_yet"]) == ("driftgate", ["anna", "ben", "cora"])

    said = say(scene)
    assert (said["standing"], said["until"]) == ("in force", "2026-02-06T12:00:00Z")
    assert (said["basis"], said["approves"]) == (row["basis"], True)
    [row] = rows(scene)
    assert (row["counted"], row["not_yet"], scene.requests) == (1, ["ben", "cora"], [])

    scene.clock.advance(MINUTE)
    say(scene, "ben")

    [row] = rows(scene, "churn")
    assert (row["phase"], row["standing"], row["counted"]) == ("requested", "approved", 2)
    assert [(w["by"], w["place"], w["counts"]) for w in row["words"]] == [
        ("anna", "driftgate", True),
        ("ben", "driftgate", True),
    ]
    assert [one["data"]["version"] for one in scene.requests] == ["7"]
    assert rows(scene, "pricing") == []


def test_it_is_archived_by_the_way_it_came_and_counts_once_it_is_decided(scene, registered):
    asking(scene, registered)
    said = say(scene, drain=False)

    kept = next(iter(scene.application.archive.list(limit=1)))
    assert (kept.via, kept.refusal) == ("test", None)
    assert rows(scene)[0]["words"] == []
    scene.application.worker({}).step()
    [word] = rows(scene)[0]["words"]
    assert (word["id"], word["counts"]) == (said["id"], False)
    assert word["why"] == "it was not looked at yet"

    scene.drain()

    assert rows(scene)[0]["words"][0]["counts"] is True


def test_the_report_and_the_chain_tell_who_said_what_where(scene, registered):
    asking(scene, registered)
    say(scene, reason="the audit is <done>")

    told = story(scene)
    assert [(one.by, one.place, one.reason) for one in told.approvals.given] == [
        ("anna", "driftgate", "the audit is <done>")
    ]
    assert (told.approvals.needed, told.approvals.counted) == (2, 1)
    assert "ApprovalSaid" in [moment.event for moment in told.moments]
    sentences = [sentence for moment in told.moments for sentence in moment.sentences]
    basis = told.approvals.bases[-1].hash[:12]
    assert f"anna approves churn:7 for production, basis {basis}: the audit is <done>." in sentences
    assert told.chain.broken is None
    assert "1 of 2 approvals of churn:7 for production are there" in told.missing[0]


def test_who_registered_it_is_refused_by_the_name_that_the_directory_shows(scene, registered):
    asking(scene, registered)
    with pytest.raises(InvalidData, match=r"^rita@x registered version 7, and nobody approves"):
        say(scene, "rita@x", person="Rita Roe")

    assert say(scene, "rita@x", person="Rita Roe", approves=False)["until"] is None


def test_who_is_not_named_may_neither_approve_nor_refuse(scene, registered):
    asking(scene, registered, more=", by: [ben, cora]")
    for approves in (True, False):
        with pytest.raises(InvalidData, match=r"^anna is not among those who may approve: ben, c"):
            say(scene, approves=approves)


def test_what_was_looked_at_has_to_be_what_is_in_force(scene, registered):
    asking(scene, registered)
    before = rows(scene)[0]["basis"]
    assert say(scene, basis=before[:8].upper())["basis"] == before
    scene.model("7", "metrics: {auc: 0.93}\n", name="churn")
    scene.clock.advance(MINUTE)
    say(scene, "ben")

    with pytest.raises(InvalidData) as refused:
        say(scene, "cora", basis=before[:12])
    assert str(refused.value).startswith(f"basis is {before[:12]}, and in force of churn:7 is ")
    assert "metric auc changed from 0.95 to 0.93" in str(refused.value)
    with pytest.raises(InvalidData, match=r"^basis is 'abc'; give 8 of its digits or more\.$"):
        say(scene, "cora", basis="abc")


def test_a_change_of_the_evidence_voids_what_was_said_and_says_what_changed(scene, registered):
    asking(scene, registered)
    say(scene)
    scene.model("7", "metrics: {auc: 0.93}\ncreated_by: Rita Roe\n", name="churn")
    scene.clock.advance(MINUTE)
    say(scene, "ben")

    [row] = rows(scene)
    assert [(one["by"], one["counts"]) for one in row["words"]] == [("anna", False), ("ben", False)]
    assert "metric auc changed from 0.95 to 0.93" in row["words"][0]["why"]
    assert row["basis"] not in {one["basis"] for one in row["words"]}


def test_a_refusal_ends_it_and_says_who_and_why(scene, registered):
    asking(scene, registered)
    say(scene, "ben", approves=False, reason="not before the audit")

    [row] = rows(scene)
    assert (row["phase"], row["standing"]) == ("refused", "refused")
    assert row["why"] == "ben rejected it: not before the audit"
    assert scene.told()[-2:] == [
        ("PostAlert", "promotion_failed"),
        ("ResolveAlert", "promotion_waiting"),
    ]
    with pytest.raises(InvalidData, match=r"has ended as refused; register the version again"):
        say(scene)


def test_what_is_taken_back_counts_no_more_and_only_once(scene, registered):
    asking(scene, registered)
    said = say(scene)
    with pytest.raises(InvalidData, match=rf"^Approval {said['id']} is anna's to take back"):
        take_back(scene, said["id"], "ben")

    assert take_back(scene, said["id"])["id"] == said["id"]

    [word] = rows(scene)[0]["words"]
    assert (word["counts"], word["withdrawn"]) == (False, "2026-02-03T12:00:00Z")
    assert word["why"] == "it was taken back 2026-02-03 12:00 UTC: the wrong run"
    with pytest.raises(InvalidData, match=r"counts no more, since it is taken back already"):
        take_back(scene, said["id"])
    with pytest.raises(NotFound, match=rf"^churn has no approval abc; known are: {said['id']}\."):
        take_back(scene, "abc")


def test_what_has_gone_on_cannot_be_taken_back(scene, registered):
    asking(scene, registered)
    said = say(scene)
    say(scene, "ben", approves=False)

    with pytest.raises(InvalidData, match=r"counts no more, since the promotion went on already"):
        take_back(scene, said["id"])


def test_where_the_pipeline_asks_nothing_is_taken_here(scene, registered):
    asking(scene, registered, given="pipeline")
    with pytest.raises(InvalidData) as refused:
        say(scene)
    assert str(refused.value) == (
        "production takes approvals in the environment of its pipeline; give it there, or set "
        "`approvals: {given: driftgate}` in the policy."
    )
    [row] = rows(scene)
    assert (row["standing"], row["given"], row["words"]) == ("waits", "pipeline", [])


def test_what_is_blocked_is_mended_before_anybody_approves_it(scene, registered):
    asking(scene, registered, auc=0.5)
    with pytest.raises(InvalidData, match=r"^churn:7 is blocked, and what mends that changes what"):
        say(scene)

    say(scene, approves=False)
    assert rows(scene)[0]["phase"] == "refused"


def test_what_is_not_on_its_way_cannot_be_approved(scene, registered):
    with pytest.raises(NotFound, match=r"^No promotion of churn:7 is on its way; there are: none"):
        say(scene)
    asking(scene, registered)
    with pytest.raises(NotFound, match=r"churn:8 is on its way; there are: 7 \(production\)\."):
        say(scene, version="8")
    with pytest.raises(NotFound, match=r"churn:7 to test is on its way; there are: 7 \(prod"):
        say(scene, stage="test")


def test_nobody_from_outside_approves_anything(scene, registered):
    """The same envelope by Event Grid's way is refused: it is Driftgate's own to say."""
    asking(scene, registered)
    [promotion] = promotions(scene)
    event = approval_said(
        "churn", promotion, approves=True, author="anna", reason="ok", now=scene.clock.now
    )
    payload = json.dumps(event.to_cloud_event()).encode()

    [receipt] = scene.application.service.receive(payload, via="event-grid")
    assert "is made by Driftgate alone and not taken from outside" in receipt.refusal


def test_without_a_readable_policy_what_is_said_is_refused_and_what_is_kept_is_not_lost(
    scene, registered
):
    asking(scene, registered)
    say(scene, drain=False)
    scene.policy("model: churn\nstages: [{name: production, approvals: {gven: x}}]")
    scene.drain()

    assert [one["standing"] for one in rows(scene)] == ["not asked"]
    assert [one["by"] for one in rows(scene)[0]["words"]] == ["anna"]
