"""The runs of a batch endpoint, in whatever order and with whatever times they are told.

Longer than most: failed, missing and stuck runs end each other's alerts, so one file holds them.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.action import PostAlert, ResolveAlert, ScheduleCheck
from shared.domain.canonical import to_plain
from shared.domain.decisions.batch import decide_batch
from shared.domain.decisions.batch.history import RunState, history_of
from shared.domain.decisions.batch.spans import MOST_RUNS, spans_of
from shared.domain.event import Check, check_due
from shared.domain.evidence import BatchEvidence, BatchLook
from shared.domain.policy import BatchPolicy, Policy
from shared.domain.state import AlertStatus, BatchWatch, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.world import Job

FOUR = datetime(2026, 2, 3, 4, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def job(name, state="Completed", started=FOUR, took=12 * MINUTE, **more):
    unfinished = took is None or started is None
    ended = None if unfinished else started + took
    return Job(name=name, state=state, started=started, ended=ended, **more)


class World:
    """A model with one batch endpoint that is looked at again and again."""

    def __init__(self, **batch):
        self.batch = BatchPolicy(endpoint="scores", **batch)
        self.state = SubjectState()
        self.jobs = []

    @property
    def policy(self):
        return Policy(model="loan", batch=[self.batch])

    def look(self, at, *, policy=..., **read):
        """What this look posts and resolves: (`+` or `-`, kind, severity)."""
        evidence = BatchEvidence(
            taken=at, looks=(BatchLook(endpoint="scores", jobs=tuple(self.jobs), **read),)
        )
        evidence = msgspec.convert(to_plain(evidence), BatchEvidence, strict=False)
        event = check_due(Check.BATCH, "model/loan", at)
        chosen = self.policy if policy is ... else policy
        self.outcome = decide_batch(event, evidence, chosen, self.state, at)
        self.state = msgspec.convert(to_plain(self.outcome.state), SubjectState, strict=False)
        signs = {PostAlert: "+", ResolveAlert: "-"}
        return [
            (signs[type(action)], action.alert.kind.value, action.alert.severity.value)
            for action in self.outcome.actions
            if type(action) in signs
        ]

    def finding(self, reason):
        return next(f for f in self.outcome.findings if f.reason == reason)

    def told(self):
        return self.outcome.actions[0].alert

    def why(self):
        return next(a.reason for a in self.outcome.actions if isinstance(a, ResolveAlert))

    def firing(self):
        return {
            record.alert.kind.value
            for record in self.state.alerts.values()
            if record.status is AlertStatus.FIRING
        }

    def next_look(self):
        return next(
            (a.event.time for a in self.outcome.actions if isinstance(a, ScheduleCheck)), None
        )


@pytest.fixture
def world():
    return World()


JOBS = st.lists(
    st.builds(
        Job,
        name=st.sampled_from([f"run-{n}" for n in range(12)]),
        state=st.sampled_from(
            ["Completed", "Failed", "Canceled", "Running", "Queued", "NotResponding", "Odd"]
        ),
        started=st.none() | st.integers(-200, 60).map(lambda h: FOUR + h * HOUR),
        ended=st.none() | st.integers(-200, 60).map(lambda h: FOUR + h * HOUR),
        deployment=st.none() | st.sampled_from(["blue", "green"]),
    ),
    max_size=12,
    unique_by=lambda one: one.name,
)


@given(jobs=JOBS, data=st.data())
def test_the_order_in_which_jobs_are_listed_changes_nothing(jobs, data):
    one, other = World(), World()
    one.jobs, other.jobs = jobs, data.draw(st.permutations(jobs))

    told = [(w.look(FOUR), w.look(FOUR + DAY), w.look(FOUR + 3 * DAY)) for w in (one, other)]

    assert told[0] == told[1]
    assert one.state == other.state


@given(jobs=JOBS)
def test_a_look_at_unchanged_jobs_tells_nothing_new_and_ends_nothing(jobs):
    world = World()
    world.jobs = jobs
    world.look(FOUR)
    firing = world.firing()

    assert world.look(FOUR) == []
    assert world.firing() == firing


@given(jobs=JOBS)
def test_a_run_that_began_last_and_completed_leaves_no_alert_about_earlier_ones(jobs):
    world = World()
    world.jobs = jobs
    world.look(FOUR + 60 * HOUR)
    world.jobs = [j for j in jobs if j.state not in {"Running", "Queued", "NotResponding", "Odd"}]
    world.jobs.append(job("last", started=FOUR + 61 * HOUR))
    world.look(FOUR + 62 * HOUR)

    assert world.firing() == set()


def test_clocks_that_run_ahead_make_nothing_later_than_now():
    history, _ = history_of([job("a", started=FOUR + DAY)], {}, FOUR)

    [run] = history.runs
    assert run.began == run.ended == FOUR


def test_a_run_that_ended_before_it_began_tells_no_length():
    history, _ = history_of([job("a", took=-MINUTE)], {}, FOUR + DAY)

    assert history.lengths == ()


def test_a_failed_run_without_times_is_of_unknown_age_at_the_first_look_and_new_at_a_later(world):
    world.jobs = [job("done"), job("old", "Failed", started=None)]
    assert world.look(FOUR + HOUR) == []

    world.jobs.append(job("new", "Failed", started=None))

    assert world.look(FOUR + 2 * HOUR) == [("+", "batch_failed", "warning")]
    assert "run new, began 2026-02-03 06:00 UTC, failed." in world.told().text
    assert world.state.batch["scores"].seen == {"old": None, "new": FOUR + 2 * HOUR}


def test_a_run_that_waits_without_times_counts_from_when_it_was_first_seen(world):
    world.jobs = [job("wait", "Queued", started=None)]
    world.look(FOUR)
    assert world.look(FOUR + 25 * HOUR) == [("+", "batch_stuck", "critical")]
    assert world.told().title == "batch endpoint scores: run wait is queued for 1 d 1 h"


def test_a_run_that_azure_lost_is_told_at_once(world):
    world.jobs = [job("lost", "NotResponding", took=None)]

    assert world.look(FOUR + MINUTE) == [("+", "batch_stuck", "critical")]
    assert "Azure Machine Learning lost touch with it." in world.told().text
    assert world.finding("lost").verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("sentence", "lengths", "bound"),
    [
        ("Twice the second longest.", (60, 70, 80), 140),
        ("One run that hung does not set the bound.", (60, 70, 900), 140),
        ("At least the grace.", (5, 6, 7), 120),
        ("With two runs, a whole period.", (5, 6), 24 * 60),
        ("With none, a whole period.", (), 24 * 60),
    ],
)
def test_a_run_lasts_too_long_by_what_the_others_took(world, sentence, lengths, bound):
    assert sentence
    world.jobs = [
        job(f"r{n}", started=FOUR - (n + 1) * DAY, took=took * MINUTE)
        for n, took in enumerate(lengths)
    ]
    world.jobs.append(job("now", "Running", took=None))

    assert world.look(FOUR + bound * MINUTE) == []
    assert world.finding("under_way").limit == bound * 60
    assert ("+", "batch_stuck", "critical") in world.look(FOUR + (bound + 1) * MINUTE)
    assert world.finding("stuck").n == len(lengths)


def test_the_next_look_is_when_a_run_becomes_too_long_if_that_is_soon(world):
    world.jobs = [job(f"r{n}", started=FOUR - (n + 1) * DAY) for n in range(3)]
    world.jobs.append(job("now", "Running", took=None))

    world.look(FOUR + MINUTE)

    assert world.next_look() == FOUR + 2 * HOUR + MINUTE


def test_runs_that_hang_together_are_one_alert_that_names_them(world):
    world.jobs = [job(name, "Running", took=None) for name in ("a", "b")]
    world.look(FOUR + HOUR)
    assert "2 runs are under way at once." in world.finding("under_way").sentence

    world.look(FOUR + 25 * HOUR)

    assert "So are b." in world.told().text


def test_a_stuck_run_that_is_no_longer_listed_ends_its_alert(world):
    world.jobs = [job("now", "Running", took=None)]
    world.look(FOUR + 25 * HOUR)
    world.jobs = []

    assert ("-", "batch_stuck", "critical") in world.look(FOUR + 25 * HOUR)
    assert world.why() == "no run is under way"


def test_a_cancelled_run_tells_nobody_until_a_run_is_overdue(world):
    world.jobs = [job("done"), job("stopped", "Canceled", started=FOUR + DAY)]
    assert world.look(FOUR + DAY + HOUR) == []
    assert world.outcome.findings[0].verdict is Verdict.INCONCLUSIVE
    assert world.outcome.findings[0].reason == "cancelled"

    assert world.look(FOUR + DAY + 2 * HOUR) == [("+", "batch_missing", "critical")]
    assert "Instead: run stopped, began 2026-02-04 04:00 UTC, canceled after 12 min." in (
        world.told().text
    )


def test_a_failure_is_not_worse_when_overdue_while_a_retry_is_under_way(world):
    world.jobs = [job("done"), job("bad", "Failed", started=FOUR + DAY)]
    assert world.look(FOUR + DAY + HOUR) == [("+", "batch_failed", "warning")]

    world.jobs.append(job("retry", "Running", started=FOUR + DAY + HOUR, took=None))
    assert world.look(FOUR + DAY + 2 * HOUR) == []
    told = next(iter(world.state.alerts.values())).alert
    assert "Run retry is under way since, and may mend it." in told.text

    world.jobs[-1] = job("retry", "Canceled", started=FOUR + DAY + HOUR)
    assert world.look(FOUR + DAY + 2 * HOUR) == [("+", "batch_failed", "critical")]


@pytest.mark.parametrize(("severity", "milder"), [("warning", "info"), ("info", "info")])
def test_one_failure_is_told_a_step_milder_than_the_policy_says(severity, milder):
    world = World(severity=severity)
    world.jobs = [job("bad", "Failed")]

    assert world.look(FOUR + HOUR) == [("+", "batch_failed", milder)]
    assert "No run that completed is listed." in world.told().text


def test_a_failure_that_is_no_longer_listed_ends_its_alert(world):
    world.jobs = [job("bad", "Failed")]
    world.look(FOUR + HOUR)
    world.jobs = []
    world.look(FOUR + HOUR)

    assert world.why() == "no failed run is listed any more"


def test_a_success_that_overlaps_the_failure_ends_it_when_it_began_later(world):
    world.jobs = [job("bad", "Failed", took=5 * HOUR), job("good", started=FOUR + HOUR)]

    assert world.look(FOUR + 6 * HOUR) == []


def test_a_last_success_long_before_anybody_looked_is_waited_for_from_the_first_look(world):
    world.jobs = [job("old", started=FOUR - 90 * DAY)]
    assert world.look(FOUR) == []
    assert world.next_look() is None
    assert world.look(FOUR + DAY + HOUR) == []
    assert world.next_look() == FOUR + 26 * HOUR

    assert world.look(FOUR + 26 * HOUR) == [("+", "batch_missing", "critical")]


def test_a_success_of_unknown_time_is_waited_for_from_the_first_look(world):
    world.jobs = [job("old", started=None)]
    world.look(FOUR)
    assert "run old began at a time nobody kept" in world.finding("not_due").sentence

    assert world.look(FOUR + 26 * HOUR) == [("+", "batch_missing", "critical")]
    assert world.told().title == "no run of batch endpoint scores came"


def test_a_shorter_schedule_is_waited_for_from_when_it_was_seen():
    world = World(every=7 * DAY)
    world.jobs = [job("done")]
    world.look(FOUR + 3 * DAY)
    world.batch = replace(world.batch, every=DAY)

    assert world.look(FOUR + 3 * DAY + HOUR) == []
    assert world.look(FOUR + 4 * DAY + 3 * HOUR) == [("+", "batch_missing", "critical")]


def test_a_longer_schedule_ends_the_alert_and_says_when_the_next_is_due(world):
    world.jobs = [job("done")]
    world.look(FOUR)
    world.look(FOUR + 27 * HOUR)
    world.batch = replace(world.batch, every=7 * DAY)
    world.look(FOUR + 28 * HOUR)

    assert world.why() == (
        "run done began 2026-02-03 04:00 UTC; the next has to begin by 2026-02-10 06:00 UTC"
    )


def test_without_any_run_the_next_is_still_said_to_be_due(world):
    world.look(FOUR)

    assert world.finding("no_run").verdict is Verdict.INCONCLUSIVE
    assert world.finding("not_due").sentence == (
        "Batch endpoint scores: no run is known yet; the next has to begin by 2026-02-04 06:00 UTC."
    )


def test_jobs_that_cannot_be_read_end_nothing_and_are_an_error(world):
    world.jobs = [job("bad", "Failed")]
    world.look(FOUR + HOUR)

    assert world.look(FOUR + 90 * DAY, problem="No right.") == []
    assert world.outcome.findings[0].verdict is Verdict.ERROR
    assert world.firing() == {"batch_failed"}
    assert "scores" in world.state.batch


def test_without_a_policy_what_was_told_is_over(world):
    world.jobs = [job("bad", "Failed")]
    world.look(FOUR + HOUR)

    assert world.look(FOUR + HOUR, policy=None) == [("-", "batch_failed", "warning")]
    assert world.why() == "no policy names the model any more"
    assert world.outcome.findings[0].reason == "no_batch"


def test_alerts_of_other_families_are_left_alone(world):
    from shared.domain.alert import Alert, AlertKind, Severity
    from shared.domain.state import AlertRecord

    others = [
        Alert(
            kind=kind,
            subject="model/loan",
            severity=Severity.WARNING,
            title="t",
            text="t",
            first_step="f",
            since=FOUR,
            labels={"model": "loan", **labels},
        )
        for kind, labels in [(AlertKind.DRIFT, {}), (AlertKind.KPI_CHANGED, {"batch": "scores"})]
    ]
    world.state = SubjectState(
        alerts={
            one.fingerprint: AlertRecord(alert=one, status=AlertStatus.FIRING, posted=FOUR)
            for one in others
        }
    )
    world.jobs = [job("done")]

    assert world.look(FOUR + HOUR) == []
    assert world.firing() == {"drift", "kpi_changed"}


# Which files a run wrote.


def spans(jobs, at, **watch):
    history, _ = history_of(jobs, {}, at)
    watched = BatchWatch(since=FOUR, every=DAY.total_seconds(), **watch)
    return {span.run.name: span for span in spans_of(history, watched)}


def test_a_runs_files_are_those_written_from_a_minute_before_it_to_five_after():
    [span] = spans([job("a")], FOUR + DAY).values()

    assert (span.start, span.end) == (FOUR - MINUTE, FOUR + 17 * MINUTE)
    assert not span.followed


def test_the_time_of_the_runs_beside_it_is_never_taken():
    jobs = [
        job("before", started=FOUR - 12 * MINUTE - timedelta(seconds=30)),
        job("a"),
        job("after", started=FOUR + 14 * MINUTE),
    ]

    span = spans(jobs, FOUR + DAY)["a"]

    assert (span.start, span.end) == (FOUR - timedelta(seconds=30), FOUR + 14 * MINUTE)
    assert span.followed


@pytest.mark.parametrize("state", ["Completed", "Failed", "Canceled", "Running"])
def test_a_run_that_another_wrote_beside_is_said_to_be(state):
    other = job("b", state, started=FOUR + MINUTE, took=None if state == "Running" else 3 * HOUR)

    span = spans([job("a"), other], FOUR + DAY)["a"]

    assert span.shared_with == "b"


def test_only_completed_runs_with_times_that_nobody_looked_at_are_wanted():
    jobs = [
        job("seen"),
        job("timeless", started=None),
        job("failed", "Failed", started=FOUR + HOUR),
        job("new", started=FOUR + 2 * HOUR),
    ]

    assert list(spans(jobs, FOUR + DAY, judged=("seen",))) == ["new"]
    assert list(spans(jobs, FOUR + DAY, learn_from=FOUR + HOUR)) == ["new"]


def test_the_oldest_runs_come_first_and_the_next_look_goes_on():
    jobs = [job(f"r{n:02}", started=FOUR + n * HOUR) for n in range(30)]

    first = list(spans(jobs, FOUR + 5 * DAY))
    then = list(spans(jobs, FOUR + 5 * DAY, judged=tuple(first)))

    assert len(first) == MOST_RUNS
    assert first + then == [f"r{n:02}" for n in range(30)]


def test_a_state_that_azure_may_yet_invent_is_unfinished():
    history, _ = history_of([job("a", "Dreaming", took=None)], {}, FOUR)

    assert history.runs[0].state is RunState.UNFINISHED
