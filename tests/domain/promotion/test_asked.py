"""An environment's check: what lets a run go live, what ends it, and what is asked again."""

import pytest

from shared.domain.event import EventType
from shared.domain.finding import Rule
from shared.domain.policy import ApprovalPolicy, CalendarGate, Freeze
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


def running(*stages, **policy):
    way = Way(*stages, **policy)
    way.registered("8")
    way.started("8")
    return way.later(MINUTE)


def test_the_run_goes_on_when_every_gate_passes_now():
    outcome = running().ask("8")

    assert verdict(outcome) == "pass"
    assert found(outcome, Rule.PROMOTION).sentence == (
        "loan:8 is running for production: every gate passes and the approvals are there."
    )


def test_a_gate_that_fails_now_ends_the_run():
    way = running()
    way.model("8", auc=0.5)

    assert verdict(way.ask("8")) == "fail"
    assert way.phase("8") == "running"


def test_what_people_can_still_mend_is_asked_again():
    way = running()
    way.model("8", auc=None)

    assert verdict(way.ask("8")) == "inconclusive"


def test_what_time_mends_is_asked_again():
    way = running()
    freeze = Freeze(start=NOON, end=NOON + DAY, reason="audit")
    way.set_stage(gates=gates(calendar=CalendarGate(freezes=[freeze])))
    outcome = way.ask("8")

    assert verdict(outcome) == "inconclusive"
    assert way.looks(outcome)[0].time == NOON + DAY


def test_the_verdict_is_the_answer_whatever_was_found():
    way = running(stage(approvals=ApprovalPolicy(needed=1)))
    way.unread["production-ep"] = "May not read it."
    outcome = way.ask("8")

    assert verdict(outcome) == "inconclusive"
    assert found(outcome, Rule.READABLE).enforced is False


@pytest.mark.parametrize(("version", "where"), [("9", "production"), ("8", "moon")])
def test_a_version_or_stage_nobody_knows_is_not_let_through(version, where):
    outcome = running().ask(version, stage=where)

    assert verdict(outcome) == "fail"
    assert f"No promotion of loan:{version} into {where} is known" in outcome.findings[0].sentence


def test_a_promotion_that_has_ended_is_not_let_through():
    way = running()
    way.ends(result="failed").check()
    outcome = way.ask("8")

    assert verdict(outcome) == "fail"
    assert "has ended as failed" in outcome.findings[0].sentence


def test_another_run_than_its_own_is_not_let_through():
    outcome = running().ask("8", run=77)

    assert verdict(outcome) == "fail"
    assert "run 77 is not the run of this promotion, which is 31" in (
        found(outcome, Rule.PROMOTION).sentence
    )


def test_a_check_that_tells_no_run_is_not_let_through_as_any_run_could_call_it():
    outcome = running().ask("8", run=None)

    assert verdict(outcome) == "fail"
    assert "add the header BuildId" in found(outcome, Rule.PROMOTION).sentence


def test_without_a_stage_the_run_tells_which_promotion_it_is():
    assert verdict(running().ask("8", stage=None)) == "pass"


def test_a_check_without_a_stage_is_not_let_through_where_there_are_several():
    """One run of people may bring a version through all of them, each with a check of its own."""
    way = Way(stage("staging", pipeline=None), stage(pipeline=None))
    way.registered("8")
    assert way.phase("8", "staging") == "requested"

    outcome = way.ask("8", stage=None, run=5)

    assert verdict(outcome) == "fail"
    assert "add stage={one of staging, production} to its query" in (
        found(outcome, Rule.PROMOTION).sentence
    )
    assert verdict(way.ask("8", stage="staging", run=5)) == "pass"


def test_it_waits_until_the_run_is_known():
    way = Way()
    way.registered("8")

    assert verdict(way.ask("8")) == "inconclusive"
    way.started("8")
    assert verdict(way.ask("8", attempt=1)) == "pass"


def test_peoples_own_pipeline_may_ask_where_the_stage_names_none():
    way = Way(stage(pipeline=None))
    way.registered("8")

    assert verdict(way.ask("8", run=5)) == "pass"


@pytest.mark.parametrize(("auc", "answer"), [(0.5, "fail"), (None, "inconclusive")])
def test_a_blocked_version_is_not_let_through(auc, answer):
    way = Way(stage(pipeline=None))
    way.registered("8", auc=auc)

    assert verdict(way.ask("8", run=5)) == answer


def test_a_blocked_version_that_passes_now_is_put_forward_by_the_question():
    way = Way(stage(pipeline=None))
    way.registered("8", auc=0.5)
    way.model("8")

    assert verdict(way.ask("8", run=5)) == "pass"
    assert len(way.requests()) == 1


def test_a_run_of_somebody_elses_does_not_profit_from_that():
    way = Way()
    way.registered("8", auc=0.5)
    way.model("8")

    assert verdict(way.ask("8", run=5)) == "inconclusive"
    way.started("8")
    assert verdict(way.ask("8", run=5, attempt=1)) == "fail"


def test_a_version_that_waits_for_another_is_asked_again():
    way = running()
    way.registered("9")

    assert verdict(way.ask("9", run=None)) == "inconclusive"


@pytest.mark.parametrize("archived", [True, False])
@pytest.mark.parametrize("auc", [0.5, 0.95])
def test_a_version_that_is_gone_is_not_let_through(archived, auc):
    way = Way()
    way.registered("8", auc=auc)
    if auc > 0.9:
        way.started("8")
    if archived:
        way.model("8", archived=True)
    else:
        del way.models["8"]

    assert verdict(way.later(HOUR).ask("8")) == "fail"


def test_what_is_live_already_is_not_let_through_again():
    assert verdict(Way().live().ask("8")) == "fail"


def test_a_stage_that_the_policy_has_no_more_lets_nothing_through():
    way = running()
    way.policy = Way(stage("live")).policy
    way.serve("live-ep", "7")

    assert verdict(way.ask("8")) == "fail"


def test_an_override_lets_a_gate_pass_and_is_part_of_what_is_approved():
    way = running()
    way.model("8", auc=0.5)
    assert verdict(way.ask("8")) == "fail"
    way.tell(
        EventType.OVERRIDE_GIVEN,
        override="o1",
        version="8",
        gates=["metric/auc"],
        author="anna@x",
        reason="known and accepted",
        since="2026-02-03T12:00:00Z",
        until="2026-02-04T12:00:00Z",
    )

    assert verdict(way.ask("8", attempt=1)) == "pass"
    assert "override o1 was added (anna@x: known and accepted)" in way.of("8").bases[-1].changed
    assert verdict(way.later(DAY).ask("8", attempt=2)) == "fail"


def test_an_override_asks_for_a_look_at_its_version_at_once():
    way = Way()
    way.registered("8", auc=0.5)
    way.registered("9", auc=0.5)
    outcome = way.tell(
        EventType.OVERRIDE_GIVEN,
        override="o1",
        version="9",
        gates=["metric_gate"],
        author="anna@x",
        reason="known",
        since="2026-02-03T12:00:00Z",
        until="2026-02-04T12:00:00Z",
    )
    [look] = way.looks(outcome)
    way.handle(look)
    assert way.phase("9") == "requested"

    taken = way.tell(EventType.OVERRIDE_WITHDRAWN, override="o1", author="ben@x", reason="no")
    assert [one.data["promotion"] for one in way.looks(taken)] == [look.data["promotion"]]
