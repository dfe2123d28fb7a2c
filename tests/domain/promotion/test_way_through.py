"""One version through one stage: judged, waited for, and gone before anything moves."""

import pytest

from shared.domain.event import EventType
from shared.domain.finding import Rule
from shared.domain.policy import (
    CalendarGate,
    Enforcement,
    Freeze,
    GovernanceGate,
    PipelinePolicy,
)
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


def test_a_version_goes_all_the_way_and_is_tagged():
    way = Way(stage(pipeline=PipelinePolicy(number=12, parameters={"size": "small"})))

    way.registered("8")
    [request] = way.requests()
    assert way.phase("8") == "requested"
    assert (request.pipeline, request.parameters, request.stage) == (
        "12",
        {"size": "small"},
        "production",
    )
    assert request.promotion == way.of("8").identity("loan")
    assert request.basis == way.of("8").basis

    way.started("8")
    assert (way.phase("8"), way.of("8").run.address) == ("running", "https://runs/31")

    way.ends().serve("production-ep", "8", "7")
    way.later(5 * MINUTE).check()
    assert way.phase("8") == "watched"

    way.later(HOUR).check()
    assert (way.phase("8"), way.of("8").why) == ("watched", "so far it does well")

    way.later(HOUR).check()
    assert way.phase("8") == "done"
    assert way.tags() == [
        ("8", {"stage": "production", "driftgate_promoted": "2026-02-03T14:05:00Z"}),
        ("7", {"stage": "archived-production"}),
    ]
    assert len(way.requests()) == 1
    assert way.told() == []


def test_the_check_is_reported_while_a_promotion_is_open_and_not_after():
    way = Way().live()
    assert way.state.checks["promotion"] == way.now

    way.later(3 * HOUR).check()

    assert way.phase("8") == "done"
    assert way.state.checks == {}


def test_a_champion_that_serves_in_a_later_stage_keeps_that_tag():
    way = Way()
    way.model("7", tags={"stage": "emergency"})
    way.live().later(3 * HOUR).check()

    assert [version for version, _ in way.tags()] == ["8"]


def test_a_weak_version_is_blocked_at_once_and_its_alert_ends_when_it_passes():
    way = Way()
    outcome = way.registered("8", auc=0.8)
    assert (way.phase("8"), verdict(outcome), way.told()) == (
        "blocked",
        "fail",
        ["+promotion_blocked"],
    )
    assert found(outcome, Rule.PROMOTION).sentence == (
        "loan:8 is blocked for production: 1 gate is not passed."
    )

    way.model("8", auc=0.93)
    way.later(5 * MINUTE).check()

    assert way.phase("8") == "requested"
    assert way.told() == ["+promotion_blocked", "-promotion_blocked"]
    assert way.last_told().reason == "version 8 now passes every gate"
    assert way.last_told().alert.title == "loan:8 is not put forward: the metric gate is not passed"
    assert way.requests()[0].besides == ()


def test_a_request_says_what_failed_and_only_warns():
    way = Way(gates=gates(governance=GovernanceGate(mode=Enforcement.WARN, owner=True)))
    way.registered("8")

    [request] = way.requests()
    assert request.besides == ("The owner of loan:8 is not recorded; set the tag `owner`.",)


def test_judging_the_same_again_asks_for_nothing():
    way = Way()
    way.registered("8", auc=None)
    before = len(way.actions)

    for _ in range(5):
        way.later(5 * MINUTE).check()

    assert len(way.actions) == before


def frozen_until(end):
    freeze = Freeze(start=NOON - DAY, end=end, reason="audit")
    return gates(calendar=CalendarGate(freezes=[freeze]), patience=6 * HOUR)


def test_what_time_mends_is_waited_for_and_told_after_the_patience():
    way = Way(gates=frozen_until(NOON + 8 * HOUR))
    outcome = way.registered("8")
    assert (way.phase("8"), way.told()) == ("waiting", [])
    assert way.of("8").why == "it waits for calendar"
    [look] = way.looks(outcome)
    assert look.time == NOON + 8 * HOUR

    way.later(5 * HOUR).check()
    assert way.told() == []
    way.later(HOUR).check()
    assert way.told() == ["+promotion_waiting"]
    way.later(2 * HOUR).check()

    assert way.phase("8") == "requested"
    assert way.told() == ["+promotion_waiting", "-promotion_waiting"]


def test_looks_do_not_breed_looks():
    way = Way(gates=frozen_until(NOON + 8 * HOUR))
    way.registered("8")

    for _ in range(10):
        way.later(5 * MINUTE).check()

    assert len(way.looks()) == 1


def test_an_endpoint_that_cannot_be_read_lets_nothing_pass():
    way = Way()
    way.unread["production-ep"] = "May not read production-ep."
    outcome = way.registered("8")

    assert (way.phase("8"), verdict(outcome), way.requests()) == ("waiting", "error", [])
    assert "May not read production-ep." in found(outcome, Rule.READABLE).sentence

    del way.unread["production-ep"]
    way.later(5 * MINUTE).check()
    assert way.phase("8") == "requested"


def test_a_weak_version_stays_blocked_where_its_endpoint_cannot_be_read():
    way = Way()
    way.unread["production-ep"] = "May not read production-ep."
    way.registered("8", auc=0.5)

    assert way.phase("8") == "blocked"


def test_a_version_that_is_not_there_yet_is_looked_for_a_while():
    way = Way()
    way.tell(EventType.MODEL_REGISTERED, version="9")
    assert (way.phase("9"), way.told()) == ("waiting", [])

    way.later(5 * MINUTE).check()
    assert way.phase("9") == "waiting"
    way.later(15 * MINUTE).check()
    assert way.phase("9") == "gone"


@pytest.mark.parametrize("archived", [True, False])
@pytest.mark.parametrize("auc", [0.5, 0.95])
def test_a_version_that_is_archived_or_deleted_before_anything_moves_is_gone(archived, auc):
    way = Way(stage(pipeline=None))
    way.registered("8", auc=auc)
    if archived:
        way.model("8", archived=True)
    else:
        del way.models["8"]

    way.later(5 * MINUTE).check()

    assert way.phase("8") == "gone"
    assert way.told() in ([], ["+promotion_blocked", "-promotion_blocked"])


def test_a_stage_that_the_policy_has_no_more_ends_its_promotions():
    way = Way()
    way.registered("8", auc=0.5)
    way.policy = Way(stage("live")).policy
    way.serve("live-ep", "7")

    way.later(5 * MINUTE).check()

    assert (way.phase("8"), way.of("8").why) == (
        "gone",
        "the policy has no stage production any more",
    )
    assert way.told() == ["+promotion_blocked", "-promotion_blocked"]


def test_a_stage_that_goes_while_a_version_is_on_its_way_is_told():
    """Whoever renames a stage in the middle of a rollout leaves its traffic where it is."""
    way = Way()
    way.registered("8")
    way.started("8")
    way.policy = Way(stage("live")).policy
    way.serve("live-ep", "7")

    way.later(5 * MINUTE).check()

    assert way.phase("8") == "gone"
    assert way.told() == ["+promotion_failed"]
    assert "it was running: run 31 is under way" in way.last_told().alert.first_step
