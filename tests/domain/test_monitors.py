"""A breach that Azure's own monitor found lasts until a later run of it completes without one."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.action import PostAlert, ResolveAlert, ScheduleCheck
from shared.domain.canonical import to_plain
from shared.domain.decisions.external.breaches import breach_line
from shared.domain.decisions.external.monitor import LASTS, SETTLES, decide_monitor
from shared.domain.decisions.run import decide_run
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence import MonitorEvidence, RunEvidence
from shared.domain.state import AlertStatus, SubjectState
from shared.domain.verdict import Verdict

NIGHT = datetime(2026, 2, 3, 3, 40, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SUBJECT = "monitor/loan-monitor"
BREACH = {
    "metric": "JensenShannonDistance",
    "value": 0.34,
    "threshold": 0.1,
    "group": "income",
}


def breached(at, root, *signals, run="step", status="Completed"):
    told = [
        {"signal": signal, "breaches": [BREACH], "text": "t"} for signal in signals or ("drift",)
    ]
    return Event(
        id=f"{at.isoformat()}-{root}-{signals}",
        source="test",
        type=EventType.MONITOR_BREACHED,
        subject=SUBJECT,
        time=at,
        data={"run": run, "root": root, "status": status, "signals": told, **told[0]},
    )


def ran(root, at, *, status="Completed", kind=EventType.RUN_COMPLETED, run=None):
    return Event(
        id=f"{root}-{at.isoformat()}",
        source="test",
        type=kind,
        subject=f"run/{root}",
        time=at,
        data={"run": run or root, "root": root, "status": status},
    )


class Monitor:
    """A monitor that is told events, and looks by itself when it asked to."""

    def __init__(self):
        self.state = SubjectState()
        self.told = []
        self.asked = []

    def take(self, event, now=None):
        now = now or event.time
        if event.type is EventType.RUN_COMPLETED:
            evidence = RunEvidence(taken=now, monitor=SUBJECT)
            outcome = decide_run(event, evidence, None, SubjectState(), now)
        else:
            outcome = decide_monitor(event, MonitorEvidence(taken=now), None, self.state, now)
            self.state = msgspec.convert(to_plain(outcome.state), SubjectState, strict=False)
        self.asked += [a.event for a in outcome.actions if isinstance(a, ScheduleCheck)]
        self.told += [a for a in outcome.actions if isinstance(a, PostAlert | ResolveAlert)]
        return outcome

    def settle(self):
        """Every look that was asked for, when it is due."""
        asked, self.asked = self.asked, []
        for event in sorted(asked, key=lambda one: one.time):
            self.take(event)

    def look(self, at):
        return self.take(check_due(Check.RECONCILE, SUBJECT, at))

    def signs(self):
        return [
            ("+" if isinstance(a, PostAlert) else "-", a.alert.labels["signal"]) for a in self.told
        ]

    def firing(self):
        return {
            record.alert.labels["signal"]
            for record in self.state.alerts.values()
            if record.status is AlertStatus.FIRING
        }


@pytest.fixture
def monitor():
    return Monitor()


def test_a_later_run_without_the_breach_ends_it_half_an_hour_after_it_completed(monitor):
    monitor.take(breached(NIGHT, "r1"))
    monitor.take(ran("r1", NIGHT + 5 * MINUTE))
    monitor.settle()
    assert monitor.signs() == [("+", "drift")]

    monitor.take(ran("r2", NIGHT + DAY))
    [look] = monitor.asked
    monitor.settle()

    assert look.time == NIGHT + DAY + SETTLES
    assert monitor.signs() == [("+", "drift"), ("-", "drift")]
    assert monitor.told[-1].reason == (
        "run r2 of the monitor completed at 2026-02-04 03:40 UTC and told of no breach"
    )


def test_a_later_run_with_the_same_breach_keeps_it_and_its_since(monitor):
    monitor.take(breached(NIGHT, "r1"))
    monitor.take(breached(NIGHT + DAY, "r2"))
    monitor.take(ran("r2", NIGHT + DAY + MINUTE))
    monitor.settle()

    [record] = monitor.state.alerts.values()
    assert monitor.signs() == [("+", "drift")]
    assert record.alert.since == NIGHT


def test_each_signal_ends_by_itself(monitor):
    monitor.take(breached(NIGHT, "r1", "drift", "quality"))
    monitor.take(breached(NIGHT + DAY, "r2", "quality"))
    monitor.take(ran("r2", NIGHT + DAY + MINUTE))
    monitor.settle()

    assert monitor.firing() == {"quality"}


def test_a_breach_told_after_its_own_run_completed_still_stands(monitor):
    monitor.take(breached(NIGHT - DAY, "r0"))
    monitor.take(ran("r1", NIGHT + MINUTE))
    monitor.settle()
    monitor.take(breached(NIGHT, "r1"), now=NIGHT + DAY)

    assert monitor.signs() == [("+", "drift"), ("-", "drift"), ("+", "drift")]


def test_a_breach_told_after_a_later_healthy_run_is_only_noted(monitor):
    monitor.take(breached(NIGHT, "r1"))
    monitor.take(ran("r3", NIGHT + 2 * DAY))
    monitor.settle()

    outcome = monitor.take(breached(NIGHT + DAY, "r2"), now=NIGHT + 3 * DAY)

    assert monitor.firing() == set()
    [finding] = outcome.findings
    assert (finding.verdict, finding.reason) == (Verdict.PASS, "superseded")
    assert finding.sentence.endswith("It is told late: the later run r3 told of none.")


def test_an_older_breach_told_late_makes_the_alert_begin_earlier_and_changes_no_word(monitor):
    monitor.take(breached(NIGHT + DAY, "r2", run="newer"))
    monitor.take(breached(NIGHT, "r1", run="older"))

    [record] = monitor.state.alerts.values()
    assert record.alert.since == NIGHT
    assert "Told by run newer." in record.alert.text
    assert monitor.signs() == [("+", "drift")]


def test_a_breach_that_names_no_run_is_that_of_the_first_that_completes_after_it(monitor):
    monitor.take(breached(NIGHT, None))
    monitor.take(ran("r1", NIGHT + MINUTE))
    monitor.settle()
    assert monitor.firing() == {"drift"}

    monitor.take(ran("r2", NIGHT + DAY))
    monitor.settle()
    assert monitor.firing() == set()


def test_a_whole_run_tagged_with_one_signal_ends_the_other(monitor):
    """Where the monitor has mail addresses the whole run says it all."""
    monitor.take(breached(NIGHT, "r1", "drift", "quality"))
    monitor.take(breached(NIGHT + DAY, "r2", "drift", run="r2"))
    monitor.settle()

    assert monitor.firing() == {"drift"}


@pytest.mark.parametrize(
    "event",
    [
        ran("r2", NIGHT + DAY, status="Failed"),
        ran("r2", NIGHT + DAY, status="Running"),
        ran("r2", NIGHT + DAY, run="step"),
    ],
)
def test_only_a_whole_run_that_completed_speaks(monitor, event):
    monitor.take(breached(NIGHT, "r1"))
    monitor.take(event)

    assert monitor.asked == []
    assert monitor.firing() == {"drift"}


def test_the_timer_says_that_no_later_run_was_heard_of_and_ends_it_after_35_days(monitor):
    monitor.take(breached(NIGHT, "r1"))

    [finding] = monitor.look(NIGHT + 3 * DAY).findings
    assert (finding.verdict, finding.enforced) == (Verdict.INCONCLUSIVE, False)
    assert finding.sentence == (
        "Signal drift of loan-monitor was last told breached at 2026-02-03 03:40 UTC; no later run "
        "of the monitor was heard of."
    )
    monitor.look(NIGHT + LASTS - MINUTE)
    assert monitor.firing() == {"drift"}

    monitor.look(NIGHT + LASTS)

    assert monitor.told[-1].reason == (
        "it was last told at 2026-02-03 03:40 UTC and no later run of the monitor was heard of for "
        "35 d: nobody knows whether it is over"
    )
    assert monitor.look(NIGHT + 2 * LASTS).findings[0].reason == "no_breach"


def test_a_state_that_was_kept_before_runs_were_remembered_still_ends(monitor):
    monitor.take(breached(NIGHT, "r1"))
    monitor.state = SubjectState(alerts=monitor.state.alerts)

    [finding] = monitor.look(NIGHT + DAY).findings
    assert "last told breached at 2026-02-03 03:40 UTC" in finding.sentence
    monitor.look(NIGHT + LASTS)

    assert monitor.firing() == set()


def test_an_event_without_details_is_told_with_its_text(monitor):
    event = Event(
        id="1",
        source="test",
        type=EventType.MONITOR_BREACHED,
        subject=SUBJECT,
        time=NIGHT,
        data={"run": "r", "signal": None, "breaches": [], "text": "something failed"},
    )

    monitor.take(event)

    [told] = monitor.told
    assert told.alert.title == "loan-monitor: monitor signal unknown breached"
    assert "signal unknown breached: something failed." in told.alert.text


def test_many_breaches_are_cut_with_how_many_more(monitor):
    event = breached(NIGHT, "r1")
    event.data["signals"][0]["breaches"] = [{**BREACH, "group": f"g{n}"} for n in range(14)]

    monitor.take(event)

    assert "and 4 more" in monitor.told[0].alert.text
    assert monitor.told[0].alert.title.endswith("(g0, g1, g2, g3, g4 and 9 more)")


@pytest.mark.parametrize(
    ("sentence", "breach", "line"),
    [
        (
            "A distance breaches above.",
            {},
            "JensenShannonDistance of income is 0.34, above its threshold 0.1",
        ),
        (
            "A p value breaches below.",
            {"metric": "PearsonsChiSquaredTest", "value": 0.001, "threshold": 0.05},
            "PearsonsChiSquaredTest of income is 0.001, below its threshold 0.05",
        ),
        (
            "A pass rate breaches below, and is of the whole signal.",
            {"metric": "AggregatedFluencyPassRate", "value": 0.5, "threshold": 0.7, "group": None},
            "AggregatedFluencyPassRate of the whole signal is 0.5, below its threshold 0.7",
        ),
        (
            "What lies on its good side is listed by old versions.",
            {"value": 0.01},
            "JensenShannonDistance of income is 0.01, below its threshold 0.1, which is its good "
            "side (old versions of the monitor list every metric)",
        ),
        (
            "Versions differ in the direction of a score of performance.",
            {"metric": "Accuracy", "value": 0.7, "threshold": 0.8},
            "Accuracy of income is 0.7, below its threshold 0.8 (versions of the monitor differ in "
            "which side is the breach)",
        ),
        (
            "Without a number nothing is said of a side.",
            {"value": None},
            "JensenShannonDistance of income is unknown, threshold 0.1",
        ),
        (
            "Nor where both are the same.",
            {"value": 0.1},
            "JensenShannonDistance of income is 0.1, threshold 0.1",
        ),
    ],
)
def test_a_breach_in_words(sentence, breach, line):
    assert sentence
    assert breach_line({**BREACH, **breach}) == line


RUNS = [NIGHT + n * DAY for n in range(4)]


@given(
    unhealthy=st.lists(st.booleans(), min_size=4, max_size=4),
    order=st.permutations(range(8)),
)
def test_whatever_the_order_of_events_the_newest_run_decides(unhealthy, order):
    """Each night's step and whole run, told in any order within half an hour of the last one."""
    events = []
    for number, (at, is_breached) in enumerate(zip(RUNS, unhealthy, strict=True)):
        step = breached(at, f"r{number}") if is_breached else None
        events += [step, ran(f"r{number}", at + 5 * MINUTE)]
    monitor = Monitor()
    for index in order:
        if events[index] is not None:
            monitor.take(events[index], now=RUNS[-1] + 10 * MINUTE)
    for event in sorted(monitor.asked, key=lambda one: one.time):
        monitor.take(event, now=RUNS[-1] + DAY)

    assert monitor.firing() == ({"drift"} if unhealthy[-1] else set())
