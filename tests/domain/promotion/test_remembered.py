"""What is kept of promotions: without a policy, after their end, and from before they were seen."""

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
    OnFail,
    WatchPolicy,
)
from shared.domain.promotion import Phase
from shared.domain.state import AlertRecord, AlertStatus
from tests.domain.promotion.way import (
    HOUR,
    MINUTE,
    NOON,
    SUBJECT,
    Way,
    found,
    stage,
    verdict,
)


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
