"""One version through one stage: from its registration to the tag that says it came through."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.action import ResolveAlert
from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.promotion import decide_promotion
from shared.domain.event import Event, EventType
from shared.domain.evidence import PromotionEvidence
from shared.domain.finding import Rule
from shared.domain.policy import (
    Bound,
    CalendarGate,
    Enforcement,
    Freeze,
    GovernanceGate,
    OnFail,
    PipelinePolicy,
    RolloutMode,
    RolloutPolicy,
    WatchPolicy,
)
from shared.domain.promotion import Phase
from shared.domain.state import AlertRecord, AlertStatus
from tests.domain.promotion.way import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    SUBJECT,
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


def test_a_second_word_of_the_start_changes_nothing():
    way = Way()
    way.registered("8")
    way.started("8")
    before = way.state.promotions
    way.later(MINUTE).started("8", 99)

    assert way.phase("8") == "running"
    assert way.of("8").run == before[-1].run


def test_a_word_about_a_promotion_nobody_knows_is_recorded():
    way = Way()
    outcome = way.tell(EventType.PROMOTION_STARTED, promotion="ffff", run=3)

    assert found(outcome, Rule.RECORDED).sentence == (
        "PromotionStarted of model/loan names no promotion that is known."
    )


def test_a_timer_finds_nothing_on_its_way():
    outcome = Way().check()

    assert found(outcome, Rule.RECORDED).sentence == "No promotion of loan is on its way."


def without_policy(way, kind, **data):
    told = Event(
        id="told",
        source="driftgate/promotion",
        type=kind,
        subject=SUBJECT,
        time=way.now,
        data=data,
    )
    return decide_promotion(told, PromotionEvidence(taken=way.now), None, way.state, way.now)


def test_nothing_is_lost_while_the_policy_is_missing():
    way = Way()
    way.registered("8")
    named = {"promotion": way.of("8").identity("loan"), "version": "8", "run": 31}

    looked = without_policy(way, EventType.CHECK_DUE, check="promotion")
    began = without_policy(way, EventType.PROMOTION_STARTED, **named)

    assert looked.state.promotions == way.state.promotions
    assert [action.alert.title for action in looked.actions] == [
        "loan:8 is requested and no policy speaks of it any more"
    ]
    assert began.state.promotions[0].phase is Phase.RUNNING


def test_a_model_without_policy_cannot_pass_an_environments_check():
    outcome = without_policy(Way(), EventType.CHECK_ASKED, version="8")

    assert verdict(outcome) == "fail"


def test_only_the_last_promotions_that_ended_are_remembered():
    way = Way(stage(pipeline=None, endpoint=None))
    for number in range(8, 30):
        way.later(HOUR).registered(str(number))

    assert [one.version for one in way.state.promotions] == [str(n) for n in range(20, 30)]


def test_the_policy_of_watching_may_be_no_time_at_all():
    way = Way(stage(watch=WatchPolicy(time=timedelta(), on_fail=OnFail.STOP))).live()
    way.later(5 * MINUTE).check()

    assert way.phase("8") == "done"


def test_a_version_that_served_before_it_was_first_seen_is_not_asked_for():
    way = Way(stage("test"), stage())
    way.registered("7")
    for look in way.looks():
        way.handle(look)

    assert (way.phase("7", "test"), way.phase("7", "production")) == ("done", "done")
    assert (way.requests(), way.tags(), way.told()) == ([], [], [])


def test_a_version_that_came_by_a_way_of_its_own_is_watched_once_it_passes():
    way = Way()
    way.registered("8", auc=0.5)
    way.serve("production-ep", "8", "7")
    way.later(MINUTE).check()
    assert way.phase("8") == "blocked"

    way.model("8", auc=0.95)
    way.later(MINUTE).check()

    assert (way.phase("8"), way.requests()) == ("watched", [])


def record(kind, **labels):
    alert = Alert(
        kind=kind,
        subject=SUBJECT,
        severity=Severity.INFO,
        title="t",
        text="x",
        first_step="s",
        since=NOON,
        labels=labels,
    )
    return {alert.fingerprint: AlertRecord(alert=alert, status=AlertStatus.FIRING, posted=NOON)}


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (record(AlertKind.POLICY_MISSING, model="loan"), "a policy was added"),
        (
            record(AlertKind.PROMOTION_BLOCKED, model="loan", version="6"),
            "version 6 was registered before 8",
        ),
        (
            record(AlertKind.PROMOTION_FAILED, model="loan", version="6", stage="production"),
            "version 6 was registered before 8",
        ),
        (record(AlertKind.DRIFT, model="loan"), None),
    ],
)
def test_alerts_of_before_end_when_they_are_of_promotions(known, said):
    way = Way()
    way.state = replace(way.state, alerts=known)
    way.registered("8")

    assert [a.reason for a in way.actions if isinstance(a, ResolveAlert)] == (
        [] if said is None else [said]
    )


def test_a_version_that_is_deleted_while_its_run_is_ordered_is_followed_on():
    way = Way()
    way.registered("8")
    del way.models["8"]
    outcome = way.later(MINUTE).check()

    assert way.phase("8") == "requested"
    assert found(outcome, Rule.PROMOTION).details["judged"] == "error"


def test_a_request_to_people_waits_while_its_endpoint_cannot_be_read():
    way = Way(stage(pipeline=None))
    way.registered("8")
    way.unread["production-ep"] = "May not read it."
    way.later(MINUTE).check()

    assert way.phase("8") == "requested"


def test_an_order_of_which_nothing_is_heard_is_told_after_an_hour():
    way = Way()
    way.registered("8")
    way.later(HOUR - MINUTE).check()
    assert way.told() == []

    way.later(MINUTE).check()
    assert way.told() == ["+promotion_waiting"]
    assert "promotion-requests" in way.last_told().alert.first_step

    way.started("8")
    assert way.told() == ["+promotion_waiting", "-promotion_waiting"]
