"""Whose word counts: n people of those who may, on what is to be promoted as it is now."""

import pytest

from shared.domain.finding import Rule
from shared.domain.pipelines import Approval, ApprovalStep
from shared.domain.policy import ApprovalPolicy, PipelinePolicy, RolloutMode, RolloutPolicy
from tests.domain.promotion.way import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    Way,
    found,
    gates,
    stage,
    verdict,
)


def running(needed=1, **more):
    """Version 8 in a run that waits for approvals."""
    way = Way(stage(approvals=ApprovalPolicy(needed=needed, **more)))
    way.registered("8")
    way.started("8")
    return way.later(10 * MINUTE)


def test_enough_different_people_let_it_pass():
    way = running(2).approve("anna@x").approve("ben@x")
    outcome = way.ask("8")

    assert verdict(outcome) == "pass"
    assert found(outcome, Rule.APPROVAL).sentence == (
        "2 of 2 approvals of loan:8 for production are there: anna@x (2026-02-03 12:10 UTC), "
        "ben@x (2026-02-03 12:10 UTC)."
    )
    assert [one.by for one in way.of("8").approvals if one.counts] == ["anna@x", "ben@x"]


@pytest.mark.parametrize("again", ["anna@x", "ANNA@X"])
def test_one_person_counts_once_however_they_write_themselves(again):
    outcome = running(2).approve("anna@x").approve(again).ask("8")

    assert verdict(outcome) == "inconclusive"
    assert f"{again} is counted already" in found(outcome, Rule.APPROVAL).sentence


def test_only_those_who_are_named_count():
    outcome = running(by=["ben@x", "Eve@x"]).approve("anna@x").ask("8")
    sentence = found(outcome, Rule.APPROVAL).sentence
    assert verdict(outcome) == "inconclusive"
    assert "anna@x is not among those who may approve: ben@x, Eve@x" in sentence

    assert verdict(running(by=["ben@x", "Eve@x"]).approve("eve@X").ask("8")) == "pass"


def test_somebody_the_platform_does_not_name_does_not_count():
    outcome = running().approve(None).ask("8")

    assert verdict(outcome) == "inconclusive"
    assert "does not tell who gave it" in found(outcome, Rule.APPROVAL).sentence


def test_who_registered_the_version_does_not_approve_it():
    way = Way(stage(approvals=ApprovalPolicy(needed=1)))
    way.registered("8", created_by="Anna@x")
    way.started("8")
    outcome = way.later(MINUTE).approve("anna@x").ask("8")

    assert verdict(outcome) == "inconclusive"
    assert "anna@x registered version 8, and nobody approves their own" in (
        found(outcome, Rule.APPROVAL).sentence
    )


def test_who_started_the_run_does_not_approve_it():
    way = Way(stage(approvals=ApprovalPolicy(needed=1)))
    way.registered("8")
    way.started("8", by="Anna@x")
    outcome = way.later(MINUTE).approve("anna@x").ask("8")

    assert "anna@x started run 31" in found(outcome, Rule.APPROVAL).sentence


def test_an_approval_is_void_when_what_it_was_of_has_changed():
    way = running().approve("anna@x")
    way.later(MINUTE).check()
    way.model("8", auc=0.92)
    outcome = way.later(10 * MINUTE).ask("8")

    assert verdict(outcome) == "inconclusive"
    assert found(outcome, Rule.APPROVAL).reason == "approvals_void"
    assert (
        "That of anna@x (2026-02-03 12:10 UTC) does not count: it was given for other evidence: "
        "since then metric auc changed from 0.95 to 0.92."
    ) in found(outcome, Rule.APPROVAL).sentence

    assert verdict(way.approve("ben@x").later(MINUTE).ask("8", attempt=1)) == "pass"


def test_an_approval_counts_again_when_the_evidence_is_what_it_was():
    way = running().approve("anna@x")
    way.model("8", auc=0.92)
    assert verdict(way.later(MINUTE).ask("8")) == "inconclusive"
    way.model("8", auc=0.95)

    assert verdict(way.later(MINUTE).ask("8", attempt=1)) == "pass"


def test_a_comment_can_name_what_it_is_of():
    way = running()
    first = way.of("8").basis
    way.model("8", auc=0.92)
    way.later(MINUTE).check()
    second = way.of("8").basis
    way.approve("anna@x", comment=f"looked at {first[:12]}")
    assert verdict(way.ask("8")) == "inconclusive"

    way.approve("ben@x", at=NOON, comment=f"{second[:8]} it is")
    assert verdict(way.ask("8", attempt=1)) == "pass"


def test_a_word_in_a_comment_that_is_no_hash_of_ours_binds_nothing():
    assert verdict(running().approve("anna@x", comment="built from deadbeef01").ask("8")) == "pass"


def test_an_approval_lasts_for_so_long():
    way = running(lasts=DAY).approve("anna@x")
    assert verdict(way.later(DAY - MINUTE).ask("8")) == "pass"

    outcome = way.later(MINUTE).ask("8", attempt=1)

    assert verdict(outcome) == "inconclusive"
    assert "it is older than 1 d" in found(outcome, Rule.APPROVAL).sentence


def test_an_approval_of_before_the_request_is_of_nothing():
    outcome = running().approve("anna@x", at=NOON - HOUR).ask("8")

    assert "since then the version was put forward" in found(outcome, Rule.APPROVAL).sentence


def test_an_approval_of_the_future_does_not_count():
    way = running()
    outcome = way.approve("anna@x", at=way.now + HOUR).ask("8")

    assert "ahead of the clock here" in found(outcome, Rule.APPROVAL).sentence


def test_without_a_time_it_is_of_when_it_was_first_seen():
    way = running(lasts=DAY).approve("anna@x", timed=False)
    way.check()
    first = way.of("8").approvals[0].at
    way.later(HOUR).check()

    assert (first, way.of("8").approvals[0].at) == (NOON + 10 * MINUTE, first)


def test_a_rejection_refuses_the_promotion_and_says_why():
    way = running().approve("ben@x", status="rejected", comment="not\nbefore the audit")
    way.check()

    assert (way.phase("8"), way.of("8").why) == (
        "refused",
        "ben@x rejected it: not before the audit",
    )
    assert way.told() == ["+promotion_failed"]
    assert way.last_told().alert.severity == "info"


def test_a_rejection_without_a_word_or_a_person_is_one_too():
    way = running().approve("ben@x", status="rejected")
    way.check()
    assert way.of("8").why == "ben@x rejected it"

    way = running()
    way.approvals[31] = (
        Approval(identity="a", status="pending", steps=()),
        Approval(identity="b", status="rejected", steps=()),
    )
    way.check()
    assert (way.phase("8"), way.of("8").why) == ("refused", "it was rejected")


def test_a_rejection_ends_the_environments_check():
    assert verdict(running().approve("ben@x", status="rejected").ask("8")) == "fail"


def test_a_platform_that_does_not_answer_lets_nobody_count():
    way = running().approve("anna@x")
    way.check()
    way.pipeline_problem = "Azure DevOps does not answer."
    outcome = way.later(MINUTE).ask("8")

    assert verdict(outcome) == "inconclusive"
    assert found(outcome, Rule.APPROVAL).verdict == "error"
    assert [one.by for one in way.of("8").approvals] == ["anna@x"]


def test_approvals_need_a_pipeline_to_be_given_in():
    way = Way(stage(pipeline=None, approvals=ApprovalPolicy(needed=1)))
    way.registered("8")

    assert (way.phase("8"), way.told()) == ("blocked", ["+promotion_blocked"])
    assert "names no pipeline" in way.of("8").missing[0]


def test_traffic_waits_for_approvals_also_after_the_run():
    rollout = RolloutPolicy(mode=RolloutMode.ACT)
    way = Way(stage(approvals=ApprovalPolicy(needed=1), rollout=rollout))
    way.registered("8")
    way.started("8")
    way.ends().later(10 * MINUTE).check()

    assert (way.phase("8"), way.of("8").why) == (
        "running",
        "run 31 succeeded; traffic is moved when its approvals are there",
    )


def test_what_went_live_without_its_approvals_is_told():
    way = Way(stage(approvals=ApprovalPolicy(needed=1))).live()
    assert way.phase("8") == "watched"
    way.later(HOUR).check()
    assert way.told() == ["+promotion_failed"]
    assert "went live in production with 0 of 1 approvals" in way.last_told().alert.text

    way.later(2 * HOUR).check()

    assert way.phase("8") == "done"
    assert way.told() == ["+promotion_failed", "-promotion_failed"]


def test_only_standing_facts_and_verdicts_are_approved():
    way = running()
    before = way.of("8").basis
    way.model("8", tags={"stage": "test", "driftgate_promoted": "x"})
    way.later(MINUTE).check()
    assert way.of("8").basis == before

    way.model("8", tags={"owner": "risk"})
    way.later(MINUTE).check()
    assert way.of("8").bases[-1].changed == "tag owner was added (risk)"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda way: way.set_stage(approvals=ApprovalPolicy(needed=2)), "setting approvals"),
        (lambda way: way.set_stage(gates=gates(min_auc=0.8)), "setting min_auc changed from 0.9"),
        (lambda way: way.serve("production-ep", "6"), "champion changed from 7 to none"),
    ],
)
def test_limits_and_the_champion_are_among_what_is_approved(change, said):
    way = running()
    change(way)
    way.later(MINUTE).check()

    assert said in way.of("8").bases[-1].changed


def test_a_look_that_failed_voids_nobody():
    way = running()
    before = way.of("8").bases
    way.unread["production-ep"] = "May not read it."
    way.later(MINUTE).check()

    assert way.of("8").bases == before


def test_the_facts_of_the_last_basis_alone_are_kept():
    way = running()
    for number in range(25):
        way.model("8", auc=0.91 + number / 1000)
        way.later(MINUTE).check()

    bases = way.of("8").bases
    assert len(bases) == 20
    assert [bool(one.facts) for one in bases] == [False] * 19 + [True]


def test_a_pipeline_may_be_a_workflow():
    way = Way(stage(pipeline=PipelinePolicy(workflow="o/r/deploy.yml")))
    way.registered("8")

    assert way.requests()[0].pipeline == "o/r/deploy.yml"


def test_who_is_still_asked_has_said_nothing():
    way = running()
    outcome = way.approve("anna@x", status="pending").ask("8")

    assert verdict(outcome) == "inconclusive"
    assert way.of("8").approvals == ()


def test_a_run_that_nobody_is_known_to_have_started_can_be_approved_by_anybody():
    way = Way(stage(approvals=ApprovalPolicy(needed=1)))
    way.registered("8")
    way.started("8", by=None)

    assert verdict(way.later(MINUTE).approve("svc").ask("8")) == "pass"


def test_approvals_that_do_not_come_are_told_after_the_patience():
    way = running(by=["anna@x"])
    way.later(DAY - HOUR).check()
    assert way.told() == []

    way.later(HOUR).check()
    assert way.told() == ["+promotion_waiting"]
    assert way.last_told().alert.first_step == "Ask anna@x to look at the run."

    way.approve("anna@x").later(MINUTE).check()
    assert way.told() == ["+promotion_waiting", "-promotion_waiting"]
    assert way.last_told().reason == "version 8 goes on: run 31 is under way"


def test_what_the_run_itself_changes_in_the_stage_voids_no_approval():
    way = running().approve("anna@x")
    way.check()
    before = way.of("8").bases
    way.serve("production-ep", "8", "7")
    way.model("8", auc=0.5)
    outcome = way.later(MINUTE).check()

    assert way.of("8").bases == before
    assert found(outcome, Rule.PROMOTION).details["judged"] is None
    way.ends().later(MINUTE).check()
    way.later(MINUTE).check()
    assert (way.phase("8"), way.told()) == ("watched", [])


def test_what_the_environments_check_let_through_went_live_with_its_approvals():
    way = running(lasts=HOUR).approve("anna@x")
    assert verdict(way.ask("8")) == "pass"
    way.ends().later(2 * HOUR).serve("production-ep", "8", "7")
    way.check()
    way.later(MINUTE).check()

    assert (way.phase("8"), way.told()) == ("watched", [])


def test_who_registered_it_is_known_by_the_name_that_the_registry_has():
    """Azure Machine Learning tells `Anna Berg`, Azure DevOps `anna@x` and `Anna Berg`."""
    way = Way(stage(approvals=ApprovalPolicy(needed=1)))
    way.registered("8", created_by="Anna  Berg")
    way.started("8")
    step = ApprovalStep(
        asked="team", by="anna@x", name="Anna Berg", status="approved", at=NOON + MINUTE
    )
    way.approvals[31] = (Approval(identity="a", status="approved", steps=(step,)),)
    outcome = way.later(2 * MINUTE).ask("8")

    assert verdict(outcome) == "inconclusive"
    assert "registered version 8, and nobody approves" in found(outcome, Rule.APPROVAL).sentence


def test_one_person_counts_once_whatever_blanks_are_around_the_name():
    outcome = running(2).approve("anna@x").approve(" anna@x ").ask("8")

    assert verdict(outcome) == "inconclusive"


def test_an_approval_without_a_time_is_not_of_what_changed_in_the_same_look():
    """It was given before the look that found the change, so nobody can have meant it."""
    way = running().approve("anna@x", timed=False)
    way.model("8", auc=0.92)
    outcome = way.later(5 * MINUTE).ask("8")
    later = way.later(5 * MINUTE).ask("8", attempt=1)

    assert [verdict(outcome), verdict(later)] == ["inconclusive", "inconclusive"]
    assert "auc changed from 0.95 to 0.92" in found(later, Rule.APPROVAL).sentence


def test_what_changed_is_told_in_so_many_words_however_often_it_changes():
    way = running().approve("anna@x")
    for change in range(25):
        tags = {f"{'tag' * 60}{change}{n}": "v" * 200 for n in range(6)}
        way.model("8", tags=tags)
        way.later(MINUTE).check()
    promotion = way.of("8")

    assert max(len(one.why) for one in promotion.approvals) < 700
    assert max(len(one.changed) for one in promotion.bases) <= 800
