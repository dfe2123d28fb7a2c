"""A version whose pipeline runs, or that people deploy: what lets it go on, and how it ends."""

import pytest

from shared.domain.policy import (
    Bound,
    CalendarGate,
    Enforcement,
    GovernanceGate,
    PipelinePolicy,
    RolloutMode,
    RolloutPolicy,
)
from tests.domain.promotion.way import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    Way,
    gates,
    stage,
    verdict,
)


@pytest.mark.parametrize("pipeline", [PipelinePolicy(number=12), None])
def test_traffic_is_not_moved_for_a_version_that_fails_its_gates_by_now(pipeline):
    """A run may take days, and where no check of an environment asks nobody asked since."""
    way = Way(stage(pipeline=pipeline, rollout=RolloutPolicy(mode=RolloutMode.ACT)))
    way.registered("8")
    if pipeline is not None:
        way.started("8")
        way.ends()
    way.serve("production-ep", "7", "8")
    way.model("8", auc=0.5)
    way.later(HOUR).check()

    assert way.phase("8") in {"running", "requested"}
    assert way.of("8").rollout is None

    way.model("8", auc=0.95)
    way.later(HOUR).check()

    assert way.phase("8") == "rolling"


def test_a_run_that_an_environments_check_let_through_moves_its_traffic():
    way = Way(stage(rollout=RolloutPolicy(mode=RolloutMode.ACT)))
    way.registered("8")
    way.started("8")
    assert verdict(way.ask("8")) == "pass"
    way.ends()
    way.serve("production-ep", "7", "8")
    way.set_stage(gates=gates(calendar=CalendarGate(hours="08:00-09:00")))
    way.later(HOUR).check()

    assert way.phase("8") == "rolling"


@pytest.mark.parametrize("asked", [True, False])
def test_a_version_that_was_archived_meanwhile_gets_no_traffic(asked):
    """Whatever the policy says of governance, and whoever let it through."""
    way = Way(
        stage(rollout=RolloutPolicy(mode=RolloutMode.ACT)),
        gates=gates(governance=GovernanceGate(mode=Enforcement.OFF)),
    )
    way.registered("8")
    way.started("8")
    if asked:
        assert verdict(way.ask("8")) == "pass"
    way.ends()
    way.serve("production-ep", "7", "8")
    way.model("8", archived=True)
    way.later(HOUR).check()

    assert way.phase("8") == "running"


def test_a_run_that_ended_and_waits_for_its_gates_is_told_after_the_patience():
    way = Way(stage(rollout=RolloutPolicy(mode=RolloutMode.ACT)))
    way.registered("8")
    way.started("8")
    way.ends()
    way.model("8", auc=0.5)
    way.later(HOUR).check()
    assert way.told() == []
    way.later(DAY).check()

    assert way.told() == ["+promotion_waiting"]
    assert "traffic is moved when every gate passes again" in way.of("8").why


def test_a_version_that_fails_very_many_gates_is_told_in_few_words():
    bounds = {f"metric_{n}": Bound(min=0.5) for n in range(200)}
    way = Way(gates=gates(metrics=bounds))
    way.registered("8")

    assert len(way.of("8").missing) == 20
    assert way.last_told().alert.text.endswith("- and 180 more, in the decision")


def test_a_pipeline_that_cannot_be_started_is_told_once():
    way = Way()
    way.registered("8")
    way.refused("8")
    way.refused("8")
    way.later(5 * MINUTE).check()

    assert (way.phase("8"), way.of("8").why) == (
        "failed",
        "its pipeline could not be started: Pipeline 12 is not there",
    )
    assert way.told() == ["+promotion_failed"]


@pytest.mark.parametrize("result", ["failed", "canceled", "cancelled", "timed_out"])
def test_a_run_that_does_not_succeed_is_told_with_its_address(result):
    way = Way()
    way.registered("8")
    way.started("8")
    way.ends(result=result).later(5 * MINUTE).check()

    assert (way.phase("8"), way.told()) == ("failed", ["+promotion_failed"])
    assert "https://runs/31" in way.last_told().alert.text


def test_a_failure_is_over_when_a_newer_version_is_on_its_way():
    way = Way()
    way.registered("8")
    way.refused("8")
    way.later(HOUR).registered("9")

    assert way.told() == ["+promotion_failed", "-promotion_failed"]


def test_a_version_is_tried_again_when_it_is_registered_after_its_end():
    way = Way()
    way.registered("8")
    way.refused("8")
    way.registered("8", at=NOON - MINUTE)
    assert len(way.requests()) == 1

    way.later(HOUR).registered("8")

    assert len(way.requests()) == 2
    assert way.requests()[0].promotion != way.requests()[1].promotion
    assert way.told() == ["+promotion_failed", "-promotion_failed"]


def test_a_run_that_cannot_be_read_is_an_error_and_ends_at_last():
    way = Way(stage(finish_within=DAY))
    way.registered("8")
    way.started("8")
    way.pipeline_problem = "Azure DevOps does not answer."
    outcome = way.later(HOUR).check()
    assert (way.phase("8"), verdict(outcome)) == ("running", "error")

    way.later(DAY).check()

    assert (way.phase("8"), way.of("8").why) == ("failed", "its run was not over within 1 d")
    assert way.told() == ["+promotion_failed"]


def test_a_request_that_nobody_carries_out_ends_at_last():
    way = Way(stage(pipeline=None, finish_within=DAY))
    way.registered("8")
    way.later(DAY - MINUTE).check()
    assert way.phase("8") == "requested"

    way.later(MINUTE).check()

    assert (way.phase("8"), way.of("8").why) == ("failed", "nobody deployed it within 1 d")


def test_without_a_pipeline_it_is_seen_when_people_have_deployed_it():
    way = Way(stage(pipeline=None))
    way.registered("8")
    way.serve("production-ep", "7", "8")
    way.later(HOUR).check()
    assert way.phase("8") == "requested"

    way.serve("production-ep", "8", "7")
    way.later(HOUR).check()
    way.later(2 * HOUR).check()

    assert way.phase("8") == "done"


def test_without_pipeline_and_endpoint_the_request_is_all_there_is():
    way = Way(stage(pipeline=None, endpoint=None))
    way.registered("8")

    assert (way.phase("8"), len(way.requests())) == ("done", 1)
    assert way.state.checks == {}


def test_a_run_into_a_stage_without_endpoint_ends_with_the_run():
    way = Way(stage(endpoint=None))
    way.registered("8")
    way.started("8")
    way.ends().later(5 * MINUTE).check()

    assert (way.phase("8"), way.tags()) == ("done", [])
