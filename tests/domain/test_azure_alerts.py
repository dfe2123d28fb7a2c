"""Alert rules of Azure Monitor fire and are resolved; the two may be told in any order."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.action import PostAlert, ResolveAlert, ScheduleCheck
from shared.domain.canonical import to_plain
from shared.domain.decisions.external.azure_alert import decide_azure_alert
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence import AlertTarget
from shared.domain.state import AlertStatus, SubjectState
from shared.domain.verdict import Verdict

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SUBJECT = "azure-alert/0123456789abcdef"
CONDITION = {
    "metric": "RequestLatency_P95",
    "aggregation": "Average",
    "operator": "GreaterThan",
    "threshold": 250.0,
    "value": 412.5,
    "dimensions": {"deployment": "blue"},
}


def event(instance, at, *, resolved=False, series="blue", **data):
    conditions = [{**CONDITION, "dimensions": {"deployment": series} if series else {}}]
    return Event(
        id=f"{instance}-{resolved}-{at.isoformat()}",
        source="azure-monitor",
        type=EventType.AZURE_ALERT_RESOLVED if resolved else EventType.AZURE_ALERT_FIRED,
        subject=SUBJECT,
        time=at,
        data={
            "instance": instance,
            "rule": "latency",
            "severity": "Sev1",
            "signal": "Metric",
            "description": "Slow.",
            "targets": ["/subscriptions/s/onlineendpoints/ep"],
            "window": "PT5M",
            "conditions": conditions,
            **data,
        },
    )


class Rule:
    """An alert rule's subject, told one event after the other."""

    def __init__(self):
        self.state = SubjectState()
        self.told, self.asked = [], []

    def take(self, event, now=None, **target):
        now = now or event.time
        evidence = AlertTarget(taken=now, **target)
        self.outcome = decide_azure_alert(event, evidence, None, self.state, now)
        self.state = msgspec.convert(to_plain(self.outcome.state), SubjectState, strict=False)
        self.told += [a for a in self.outcome.actions if isinstance(a, PostAlert | ResolveAlert)]
        self.asked += [a.event for a in self.outcome.actions if isinstance(a, ScheduleCheck)]
        return self.outcome.findings[0]

    def signs(self):
        return ["+" if isinstance(action, PostAlert) else "-" for action in self.told]

    def alert(self):
        return self.told[-1].alert

    def firing(self):
        return {
            record.alert.labels.get("series")
            for record in self.state.alerts.values()
            if record.status is AlertStatus.FIRING
        }


@pytest.fixture
def rule():
    return Rule()


def test_a_fired_alert_names_rule_condition_numbers_and_target(rule):
    finding = rule.take(event("a", NOON))

    assert (finding.verdict, finding.reason, finding.n) == (Verdict.FAIL, "fired", 1)
    alert = rule.alert()
    assert alert.severity == "critical"
    assert alert.title == (
        "latency: RequestLatency_P95 (average) is 412.5, greater than 250 (deployment blue)"
    )
    assert alert.text == (
        "Azure Monitor's rule latency (Metric Sev1) fired about ep at 2026-02-03 12:00 UTC. "
        "RequestLatency_P95 (average) is 412.5, greater than 250 (deployment blue) over PT5M. "
        "Its rule says: Slow. A rule compares a number with its threshold and gives no interval. "
        "It is over when Azure says so; if Azure does not, 7 d after it was last told."
    )
    assert alert.labels == {"rule": "latency", "series": "deployment=blue"}


def test_resolved_ends_it_with_when_azure_did(rule):
    rule.take(event("a", NOON))
    finding = rule.take(event("a", NOON + HOUR, resolved=True), now=NOON + 2 * HOUR)

    assert rule.signs() == ["+", "-"]
    assert rule.told[-1].reason == "Azure Monitor resolved it at 2026-02-03 13:00 UTC"
    assert (finding.verdict, finding.reason) == (Verdict.PASS, "resolved")


def test_resolved_before_fired_is_told_never_begins(rule):
    rule.take(event("a", NOON + HOUR, resolved=True))
    finding = rule.take(event("a", NOON), now=NOON + 2 * HOUR)

    assert rule.signs() == []
    assert (finding.verdict, finding.reason) == (Verdict.PASS, "fired_and_over")


def test_a_log_alert_is_resolved_at_the_time_it_fired_for_azure_tells_no_other(rule):
    rule.take(event("a", NOON, signal="Log"))
    rule.take(event("a", NOON, resolved=True, signal="Log"), now=NOON + HOUR)

    assert rule.firing() == set()


def test_a_rule_that_fires_again_is_told_again(rule):
    rule.take(event("a", NOON))
    rule.take(event("a", NOON + HOUR, resolved=True))
    rule.take(event("b", NOON + 2 * HOUR))

    assert rule.signs() == ["+", "-", "+"]


def test_an_instance_that_fires_again_under_its_own_id_is_told_again(rule):
    rule.take(event("a", NOON))
    rule.take(event("a", NOON + HOUR, resolved=True))
    rule.take(event("a", NOON + 2 * HOUR))

    assert rule.signs() == ["+", "-", "+"]


def test_each_series_a_rule_splits_into_is_an_alert_of_its_own(rule):
    rule.take(event("a", NOON, series="blue"))
    rule.take(event("b", NOON, series="green"))
    finding = rule.take(event("a", NOON + HOUR, resolved=True, series="blue"))

    assert rule.firing() == {"deployment=green"}
    assert (finding.verdict, finding.n) == (Verdict.FAIL, 1)


def test_an_alert_lasts_while_any_firing_of_the_same_series_does(rule):
    rule.take(event("a", NOON))
    rule.take(event("b", NOON + HOUR))
    rule.take(event("a", NOON + 2 * HOUR, resolved=True))

    assert rule.signs() == ["+"]
    [record] = rule.state.alerts.values()
    assert record.alert.since == NOON


def test_an_older_firing_told_late_makes_the_alert_begin_earlier_and_changes_no_word(rule):
    rule.take(event("b", NOON + HOUR, description="Newer."))
    rule.take(event("a", NOON, description="Older."), now=NOON + 2 * HOUR)

    [record] = rule.state.alerts.values()
    assert record.alert.since == NOON
    assert "Newer." in record.alert.text
    assert rule.signs() == ["+"]


def test_a_worse_severity_is_told_again(rule):
    rule.take(event("a", NOON, severity="Sev3"))
    rule.take(event("b", NOON + HOUR, severity="Sev0"))

    assert [told.alert.severity.value for told in rule.told] == ["info", "critical"]


@pytest.mark.parametrize(
    ("severity", "ours"),
    [
        ("Sev0", "critical"),
        ("Sev1", "critical"),
        ("Sev2", "warning"),
        ("Sev3", "info"),
        ("Sev4", "info"),
        (None, "warning"),
    ],
)
def test_azures_severities_are_ours(rule, severity, ours):
    rule.take(event("a", NOON, severity=severity))

    assert rule.alert().severity.value == ours


@pytest.mark.parametrize(("signal", "lasts"), [("Metric", 7 * DAY), ("Log", DAY), (None, DAY)])
def test_what_azure_never_resolves_ends_by_its_age_and_says_that_nobody_knows(rule, signal, lasts):
    rule.take(event("a", NOON, signal=signal))
    [look] = rule.asked
    assert look.time == NOON + lasts
    rule.take(check_due(Check.RECONCILE, SUBJECT, NOON + lasts - MINUTE))
    assert rule.firing()

    finding = rule.take(look)

    assert rule.told[-1].reason == (
        "Azure Monitor last told of it at 2026-02-03 12:00 UTC and such alerts may never be "
        "resolved: nobody knows whether it is over"
    )
    assert (finding.verdict, finding.reason) == (Verdict.PASS, "looked")


def test_what_is_told_again_lasts_from_then(rule):
    rule.take(event("a", NOON, signal="Log"))
    rule.take(event("b", NOON + 20 * HOUR, signal="Log"))
    rule.take(check_due(Check.RECONCILE, SUBJECT, NOON + 30 * HOUR))

    assert rule.firing() == {"deployment=blue"}


def test_a_fired_alert_told_days_late_is_not_taken_for_new(rule):
    rule.take(event("a", NOON, signal="Log"), now=NOON + 2 * DAY)

    assert rule.signs() == []


def test_a_state_without_instances_ends_what_it_told(rule):
    rule.take(event("a", NOON))
    rule.state = SubjectState(alerts=rule.state.alerts)
    rule.take(check_due(Check.RECONCILE, SUBJECT, NOON + HOUR))

    assert rule.told[-1].reason == "Azure Monitor tells nothing of it any more"


def test_old_instances_are_forgotten_and_firing_ones_are_not(rule):
    for number in range(230):
        rule.take(event(f"i{number}", NOON + number * MINUTE, series=f"s{number % 3}"))
    assert len(rule.state.azure_alerts) == 200

    rule.take(event("x", NOON + 40 * DAY, resolved=True), now=NOON + 40 * DAY)

    assert set(rule.state.azure_alerts) == {"x"}


@pytest.mark.parametrize(
    ("target", "part"),
    [
        (
            {"endpoint": "ep", "deployment": "blue", "model": "loan", "owner": "risk"},
            "It is about endpoint ep, deployment blue, which the policy of loan speaks of. "
            "Owner: risk.",
        ),
        ({"endpoint": "ep"}, "It is about endpoint ep. A rule compares"),
        (
            {"problem": "No right."},
            "Which endpoint it is about could not be looked up: No right. A rule compares",
        ),
    ],
)
def test_whom_it_concerns_is_said_as_far_as_it_is_known(rule, target, part):
    rule.take(event("a", NOON), **target)

    assert part in rule.alert().text
    kept = {name: value for name, value in target.items() if name not in {"owner", "problem"}}
    assert kept.items() <= rule.alert().labels.items()


@pytest.mark.parametrize(
    ("data", "title"),
    [
        ({"conditions": []}, "Azure Monitor's rule latency fired"),
        ({"conditions": [{}]}, "latency: the search's result is unknown"),
        (
            {"conditions": [{"metric": "n", "value": 0.0, "threshold": 1.0}]},
            "latency: n is 0, against 1",
        ),
    ],
)
def test_what_a_payload_leaves_out_is_left_out(rule, data, title):
    rule.take(event("a", NOON, **data, window=None, targets=[], description=None, signal=None))

    assert rule.alert().title == title
    assert "rule latency (Sev1) fired at 2026-02-03 12:00 UTC." in rule.alert().text


def test_a_series_too_long_for_a_label_is_cut_and_still_tells_itself_apart(rule):
    for end in "xy":
        rule.take(event(end, NOON, series="s" * 300 + end))

    labels = [told.alert.labels["series"] for told in rule.told]
    assert len(set(labels)) == 2
    assert all(len(label) <= 210 for label in labels)


TIMES = st.integers(0, 6).map(lambda hours: NOON + hours * HOUR)
EVENTS = st.lists(
    st.builds(
        event,
        st.sampled_from("ab"),
        TIMES,
        resolved=st.booleans(),
        series=st.just("blue"),
    ),
    max_size=8,
    unique_by=lambda one: one.id,
)


@given(events=EVENTS, data=st.data())
def test_in_whatever_order_fired_and_resolved_come_the_same_fires_in_the_end(events, data):
    """Firing is what fired later than it was resolved."""
    now = NOON + 7 * HOUR
    fires = set()
    for name in "ab":
        own = [e for e in events if e.data["instance"] == name]
        fired = max((e.time for e in own if e.type is EventType.AZURE_ALERT_FIRED), default=None)
        over = max((e.time for e in own if e.type is EventType.AZURE_ALERT_RESOLVED), default=None)
        if fired is not None and (over is None or over < fired):
            fires = {"deployment=blue"}
    for order in (events, data.draw(st.permutations(events))):
        rule = Rule()
        for told in order:
            rule.take(told, now=now)
        assert rule.firing() == fires
        assert rule.signs() == (["+", "-"] * 8)[: len(rule.signs())]
