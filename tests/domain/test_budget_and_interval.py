"""So many promotions at once, and evidence that was all true in the same interval."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.decisions.gates import Case, Moment, run_gates
from shared.domain.decisions.gates.budget import judge_budget
from shared.domain.decisions.gates.interval import judge_interval
from shared.domain.evidence import PromotionEvidence
from shared.domain.evidence.promotion import BudgetReading, DriftReading, EndpointReading
from shared.domain.finding import Rule
from shared.domain.policy import BudgetGate, Enforcement, Gates, Policy
from shared.domain.promotion import Override, Phase, Promotion
from shared.domain.verdict import Verdict
from shared.domain.world import ModelVersion
from tests.conftest import NOON

MINUTE = timedelta(minutes=1)


def case(evidence=None, **gates):
    policy = Policy(model="churn", gates=Gates(**gates))
    return Case(
        policy=policy,
        stage=policy.way()[0],
        candidate=ModelVersion(name="churn", version="7"),
        evidence=evidence or PromotionEvidence(taken=NOON),
        moment=Moment.ENTRANCE,
        at=NOON,
    )


def opened(count, **reading):
    names = tuple(f"model-{number}:1 production" for number in range(count))
    return PromotionEvidence(taken=NOON, budget=BudgetReading(taken=NOON, open=names, **reading))


def budget(evidence, most=2):
    [judged] = judge_budget(case(evidence, budget=BudgetGate(most_open=most)))
    return judged


def test_below_the_budget_it_passes_and_says_what_is_open():
    assert budget(opened(0)).finding.sentence == "0 promotions are open, fewer than 2."
    judged = budget(opened(1))

    assert (judged.finding.verdict, judged.look_again) == (Verdict.PASS, None)
    assert judged.finding.sentence == ("1 promotion is open (model-0:1 production), fewer than 2.")


def test_at_the_budget_it_waits_for_one_to_end():
    judged = budget(opened(2))

    assert judged.finding.verdict is Verdict.INCONCLUSIVE
    assert judged.look_again == NOON + 5 * MINUTE
    assert (judged.finding.estimate, judged.finding.limit) == (2.0, 2.0)
    assert judged.finding.sentence == (
        "2 promotions are open (model-0:1 production, model-1:1 production) and at most 2 may be; "
        "churn:7 waits until one of them ends."
    )


@pytest.mark.parametrize("phase", Phase)
def test_what_is_on_its_way_keeps_its_place_and_what_waits_has_none(phase):
    """Else two that found the last place in the same moment would wait for each other."""
    promotion = Promotion(
        version="7", stage="production", phase=phase, begun=NOON - 60 * MINUTE, since=NOON
    )
    asked = case(opened(2), budget=BudgetGate(most_open=1))
    [judged] = judge_budget(replace(asked, promotion=promotion))

    on_its_way = phase in {Phase.REQUESTED, Phase.RUNNING, Phase.ROLLING, Phase.WATCHED}
    assert judged.finding.reason == ("on_its_way" if on_its_way else "budget_used")
    assert (judged.look_again is None) is on_its_way


def test_a_list_that_could_not_be_had_is_no_empty_list():
    assert budget(PromotionEvidence(taken=NOON)).finding.verdict is Verdict.ERROR
    assert budget(opened(0, problem="The ledger is locked.")).finding.sentence == (
        "The ledger is locked."
    )


def at(minutes):
    return NOON + minutes * MINUTE


def read(version=0, tried=0, drift=0, problem=None):
    return PromotionEvidence(
        taken=at(version),
        tried=EndpointReading(name="loan-staging", taken=at(tried)),
        drift=DriftReading(taken=at(drift), start=at(-60), end=at(drift), problem=problem),
    )


def interval(evidence, *used):
    return judge_interval(case(evidence), used)


def test_evidence_of_the_same_half_hour_passes_with_how_far_it_lies_apart():
    [judged] = interval(read(tried=-30, drift=-10), "latency", "drift")

    assert (judged.finding.rule, judged.finding.verdict) == (Rule.INTERVAL, Verdict.PASS)
    assert (judged.finding.estimate, judged.finding.limit, judged.finding.n) == (30.0, 30.0, 3)
    assert judged.finding.sentence == (
        "What the gates rest on was read within 30 min, of at most 30 min."
    )


def test_evidence_that_lies_further_apart_is_inconclusive_until_it_is_read_again():
    [judged] = interval(read(tried=-31), "errors")

    assert (judged.finding.verdict, judged.finding.reason) == (Verdict.INCONCLUSIVE, "apart")
    assert judged.look_again == at(5)
    assert judged.finding.sentence == (
        "The endpoint it is tried out on was read at 2026-02-03 11:29 UTC and the version 31 min "
        "later; the gates need evidence of the same 30 min."
    )


def test_only_readings_that_an_enforced_gate_used_are_compared():
    assert interval(read(tried=-90), "metrics", "schema") == ()
    assert [j.finding.verdict for j in interval(read(tried=-90), "drift")] == [Verdict.PASS]
    assert interval(read(drift=-90, problem="No rows are collected."), "drift") == ()


@pytest.mark.parametrize("used", ["metrics", "drift"])
def test_what_is_of_the_future_is_inconclusive(used):
    evidence = read(version=3) if used == "metrics" else read(drift=3)
    [judged] = interval(evidence, used)

    assert (judged.finding.verdict, judged.finding.reason) == (Verdict.INCONCLUSIVE, "clock_skew")
    assert "3 min ahead of the clock here (2026-02-03 12:00 UTC)" in judged.finding.sentence


def test_two_clocks_may_differ_a_little():
    assert interval(read(version=2), "metrics") == ()


def run(evidence, overrides=(), **gates):
    gated = run_gates(case(evidence, **gates), overrides, only=["budget"])
    return [f for f in gated.findings if f.rule is Rule.INTERVAL], gated


def test_the_gates_run_together_only_on_evidence_of_one_interval():
    early = replace(opened(0), taken=NOON)
    late = replace(early, budget=BudgetReading(taken=NOON - 45 * MINUTE))

    [together], gated = run(early)
    assert (together.verdict, gated.verdict) == (Verdict.PASS, Verdict.PASS)
    [apart], gated = run(late)
    assert (apart.verdict, gated.verdict) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)
    assert gated.look_again == at(5)
    assert run(late, budget=BudgetGate(mode=Enforcement.WARN))[0] == []


def test_the_interval_may_be_let_pass_like_a_gate():
    late = replace(opened(0), budget=BudgetReading(taken=NOON - 45 * MINUTE))
    override = Override(
        id="o",
        version="7",
        gates=("interval",),
        author="anna",
        reason="known",
        since=NOON - MINUTE,
        until=at(60),
    )

    [apart], gated = run(late, (override,))
    assert not apart.enforced
    assert apart.sentence.endswith("anna lets it pass: known")
    assert gated.verdict is Verdict.PASS
