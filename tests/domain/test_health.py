"""What deployments answer is judged side by side; an alert says whose fault it looks like.

Longer than most: every rule of health judges the same two deployments, and alerts of one rule may
end by another, so all of them stand beside the one world they share.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.action import PostAlert, ResolveAlert
from shared.domain.canonical import to_plain
from shared.domain.decisions.health import decide_health, erring, healing_since
from shared.domain.event import Check, check_due
from shared.domain.evidence import HealthEvidence
from shared.domain.policy import Bound, Gates, HealthPolicy, Policy
from shared.domain.state import DeploymentWatch, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.world import Deployment, DeploymentHealth, Endpoint, Load, Served
from shared.service.codec import decode

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LATENCY = {50: 41.0, 90: 88.0, 95: 120.0, 99: 900.0}


class World:
    """An endpoint that is looked at again and again, with its state kept between the looks."""

    def __init__(self, *, gates=None, **health):
        self.policy = Policy(
            model="loan",
            endpoint="ep",
            gates=gates or Gates(max_latency_ms=200),
            health=HealthPolicy(**health),
        )
        self.state = SubjectState()
        self.deployments, self.traffic, self.mirror = {}, {}, {}
        self.health, self.healing, self.logs, self.log_problems = {}, {}, {}, {}

    def deploy(self, name, *, state="Succeeded", changed=NOON - DAY, instances=2, **more):
        self.deployments[name] = Deployment(
            name=name,
            provisioning_state=state,
            changed=changed,
            instances=instances,
            **{"model": "loan", "version": "7", **more},
        )

    def answer(self, name, requests, errors=0, *, load=None, load_problem=None, **more):
        self.health[name] = DeploymentHealth(
            served=Served(requests=requests, errors=errors, **more),
            load=load,
            load_problem=load_problem,
        )

    def evidence(self, at):
        endpoint = Endpoint(
            name="ep",
            provisioning_state="Succeeded",
            traffic=dict(self.traffic),
            mirror_traffic=dict(self.mirror),
            deployments=tuple(self.deployments.values()),
        )
        evidence = HealthEvidence(
            taken=at,
            start=at - self.policy.health.window,
            end=at,
            endpoint=endpoint,
            health=dict(self.health),
            logs=dict(self.logs),
            log_problems=dict(self.log_problems),
        )
        since = healing_since(evidence, self.policy, self.state)
        if since is not None:
            evidence = replace(evidence, healing_since=since, healing=dict(self.healing))
        return evidence

    def look(self, at=NOON):
        """What this look posts and resolves: (`+` or `-`, kind, deployment)."""
        return self.decide(self.evidence(at), at)

    def decide(self, evidence, at):
        event = check_due(Check.HEALTH, "endpoint/ep", at)
        self.outcome = decide_health(event, evidence, self.policy, self.state, at)
        self.state = self.outcome.state
        signs = {PostAlert: "+", ResolveAlert: "-"}
        return [
            (signs[type(a)], a.alert.kind.value, a.alert.labels["deployment"])
            for a in self.outcome.actions
        ]

    def alert(self):
        [post] = [a for a in self.outcome.actions if isinstance(a, PostAlert)]
        return post.alert

    def ended(self):
        [end] = [a for a in self.outcome.actions if isinstance(a, ResolveAlert)]
        return end.reason

    def finding(self, reason, name="green"):
        [found] = [
            f
            for f in self.outcome.findings
            if f.reason == reason and f.thing == f"deployment/{name}"
        ]
        return found

    def reasons(self, name="green"):
        return {f.reason for f in self.outcome.findings if f.thing == f"deployment/{name}"}


@pytest.fixture
def two():
    """Blue has 80 % and answers well; green is new and has 20 %."""
    world = World()
    world.deploy("blue")
    world.deploy("green", version="8", changed=NOON - 25 * MINUTE)
    world.traffic = {"blue": 80.0, "green": 20.0}
    world.answer("blue", 4000, 3, slow=12)
    world.answer("green", 1000, 0, slow=4)
    return world


@pytest.fixture
def one():
    """Green alone has all the traffic."""
    world = World()
    world.deploy("green", version="8")
    world.traffic = {"green": 100.0}
    world.answer("green", 1000, 0, slow=4)
    return world


def test_an_endpoint_that_answers_well_passes_every_rule(two):
    assert two.look() == []
    assert two.reasons() == {"few_errors", "fast_enough", "takes_all", "refuses_alike"}
    assert {f.verdict for f in two.outcome.findings} == {Verdict.PASS}


def test_errors_of_a_new_deployment_are_told_with_the_one_that_answers_well(two):
    two.answer(
        "green",
        1000,
        41,
        by_model=36,
        timed_out=3,
        slow=4,
        latency=LATENCY,
        first_error=NOON - 18 * MINUTE,
        last_error=NOON - MINUTE,
    )
    two.logs = {"green": "a secret\nline\n"}

    assert two.look() == [("+", "errors", "green")]
    alert = two.alert()
    assert (
        alert.title == "deployment green of ep answers 4.1 % of its calls with errors (limit 1 %)"
    )
    assert alert.text.splitlines() == [
        "Errors from 11:00 to 12:00 UTC: 41 of 1000, interval 2.1 to 7 %. "
        "One that keeps the limit looks like this by chance at most once in 100 days.",
        "Whose: 36 by its own code (an exception, or a status it chose), 3 took longer than "
        "request_timeout_ms allows, 2 by the platform (no answer from its container). "
        "First 11:42, last 11:59 UTC. That is 0.82 % of all calls to the endpoint.",
        "In the same time blue is at 0.07 % (3 of 4000, interval 0 to 0.41 %). So it is green "
        "itself: what is new in it, not what both use.",
        "The log shows no cause that is known here.",
        "It carries loan:8, written 2026-02-03 11:35 UTC, and has 20 % of the traffic.",
        "Its answers took: p50 41 ms, p90 88 ms, p95 120 ms, p99 900 ms.",
    ]
    assert alert.first_step == (
        "Give its traffic back to blue: az ml online-endpoint update --name ep --traffic "
        '"blue=100 green=0"; then read the exception: az ml online-deployment get-logs '
        "--endpoint-name ep --name green --lines 200"
    )
    assert (alert.since, alert.severity) == (NOON - 18 * MINUTE, "critical")
    assert "secret" not in alert.text


LOG = (
    "2026-02-03 11:50:01,000 I [38] azmlinfsrv - Worker with pid 38 ready for serving traffic\n"
    "2026-02-03 11:58:01,000 E [38] azmlinfsrv - Encountered Exception: Traceback (most recent "
    'call last):\n  File "/var/azureml-app/score.py", line 9, in run\n    rows = body["data"]\n'
    "KeyError: 'data'\n"
)


def test_the_log_of_a_deployment_that_errs_is_diagnosed_and_its_fix_is_a_step(two):
    two.answer("green", 1000, 41, by_model=41)
    two.logs = {"green": LOG}
    two.look()

    assert "Its log says: score.py line 9 in run() reads the key 'data'" in two.alert().text
    assert '"blue=100 green=0"; then send {"data": [...]}' in two.alert().first_step


def test_a_finding_has_its_numbers(two):
    two.answer("green", 1000, 41, slow=4)
    two.look()
    finding = two.finding("errors")

    assert finding.verdict is Verdict.FAIL
    assert (finding.estimate, finding.limit, finding.n) == (0.041, 0.01, 1000)
    assert 0.02 < finding.low < 0.041 < finding.high < 0.08


@pytest.mark.parametrize(
    ("sentence", "requests", "errors", "verdict"),
    [
        ("two calls that both fail may be chance at this many looks", 2, 2, "inconclusive"),
        ("three of three are none", 3, 3, "fail"),
        ("a few errors among few calls say little", 100, 4, "inconclusive"),
        ("eight in a hundred say enough", 100, 8, "fail"),
        ("no error among few calls is no pass", 500, 0, "inconclusive"),
        ("no error among a thousand is one", 1000, 0, "pass"),
        ("errors close to the limit stay open", 10_000, 90, "inconclusive"),
        ("many calls decide close to it", 200_000, 1600, "pass"),
    ],
)
def test_the_error_rate_needs_enough_answers(one, sentence, requests, errors, verdict):
    one.answer("green", requests, errors)
    told = one.look()
    [finding] = [f for f in one.outcome.findings if f.statistic == "error_rate"]

    assert finding.verdict == verdict, sentence
    assert bool(told) is (verdict == "fail")
    assert (finding.n_needed is not None) is (verdict == "inconclusive")


def test_what_is_open_says_how_many_answers_would_decide(one):
    one.answer("green", 500, 0, throttled=20)
    one.look()

    assert one.finding("few_requests").sentence == (
        "Deployment green of ep answered 0 % of its calls with errors (0 of 500, interval 0 to "
        "1.9 %, from 11:00 to 12:00 UTC); about 953 answers in a window would decide."
    )


def test_a_lasting_problem_is_told_once_and_ends_when_it_passes(one):
    one.answer("green", 1000, 60)
    assert one.look() == [("+", "errors", "green")]
    assert one.look(NOON + 10 * MINUTE) == []
    one.answer("green", 2000, 1)
    assert one.look(NOON + 70 * MINUTE) == [("-", "errors", "green")]
    assert one.ended() == (
        "deployment green of ep answered 0.05 % of its calls with errors (1 of 2000, interval 0 to "
        "0.61 %, from 12:10 to 13:10 UTC), within the limit of 1 %"
    )
    assert one.state.unhealthy == {}


def test_few_answers_end_nothing_but_all_since_the_last_bad_look_do(one):
    """At a hundred calls an hour no window ever passes; what came since the problem does."""
    one.answer("green", 100, 20)
    assert one.look() == [("+", "errors", "green")]
    one.answer("green", 100, 0)
    one.healing = {"green": DeploymentHealth(served=Served(requests=500))}
    assert one.look(NOON + 5 * HOUR) == []
    one.healing = {"green": DeploymentHealth(served=Served(requests=1000, errors=0))}
    assert one.look(NOON + 10 * HOUR) == [("-", "errors", "green")]
    assert one.ended() == (
        "deployment green of ep answered 0 % of its calls with errors (0 of 1000, interval 0 to "
        "0.95 %, since 2026-02-03 12:00 UTC), within the limit of 1 %"
    )


def test_a_longer_span_is_asked_for_only_while_an_alert_waits_for_its_end(one):
    one.answer("green", 100, 0)
    assert healing_since(one.evidence(NOON), one.policy, one.state) is None, "nothing fires"
    one.answer("green", 100, 20)
    one.look()
    assert healing_since(one.evidence(NOON), one.policy, one.state) is None, "it still fails"
    one.answer("green", 100, 0)
    at = NOON + 30 * MINUTE
    assert healing_since(one.evidence(at), one.policy, one.state) is None, "the window reaches back"
    at = NOON + 2 * HOUR
    assert healing_since(one.evidence(at), one.policy, one.state) == NOON
    at = NOON + 30 * DAY
    assert healing_since(one.evidence(at), one.policy, one.state) == at - 7 * DAY


def test_an_alert_ends_on_what_came_since_even_while_nobody_calls(one):
    one.answer("green", 100, 20)
    one.look()
    one.answer("green", 0)
    one.healing = {"green": DeploymentHealth(served=Served(requests=0))}
    assert one.look(NOON + 2 * HOUR) == []
    one.healing = {}
    assert one.look(NOON + 2 * HOUR) == []
    one.healing = {"green": DeploymentHealth(served=Served(requests=5000, errors=1))}
    assert one.look(NOON + 3 * HOUR) == [("-", "errors", "green")]


@pytest.mark.parametrize(
    ("served", "step"),
    [
        ({"errors": 60, "by_model": 50}, "Read the exception: "),
        ({"errors": 60, "timed_out": 50}, "See what it waits for: "),
        ({"errors": 60, "by_model": 10}, "See whether its container runs: "),
    ],
)
def test_the_first_step_goes_where_the_errors_come_from(one, served, step):
    one.answer("green", 1000, **served)
    one.look()

    assert one.alert().first_step == (
        f"{step}az ml online-deployment get-logs --endpoint-name ep --name green --lines 200"
    )


def test_when_all_fail_alike_it_is_what_they_share(two):
    two.answer("blue", 4000, 300)
    two.answer("green", 1000, 300)
    two.look()
    texts = {a.alert.labels["deployment"]: a.alert for a in two.outcome.actions}

    assert "So it is not green alone: look at what they share" in texts["green"].text
    assert texts["green"].first_step.startswith("See whether its container runs")


def test_too_few_calls_to_a_neighbour_compare_nothing(two):
    two.answer("blue", 5, 0)
    two.answer("green", 1000, 60)
    two.look()

    assert "(0 of 5, interval 0 to 85.3 %): too few to compare." in two.alert().text


def test_after_a_full_switch_the_former_deployment_may_take_its_traffic_back(two):
    two.traffic = {"green": 100.0}
    two.state = SubjectState(
        deployments={
            "blue": DeploymentWatch(completed=NOON - DAY, arrived=NOON - DAY, left=NOON - HOUR),
            "green": DeploymentWatch(completed=NOON - 20 * MINUTE),
        }
    )
    two.answer("blue", 0)
    two.answer("green", 1000, 60)
    two.look()

    assert "blue is still there and had traffic until 2026-02-03 11:00 UTC." in two.alert().text
    assert '--traffic "blue=100 green=0"' in two.alert().first_step
    assert "It carries loan:8, written 2026-02-03 11:40 UTC," in two.alert().text


def test_a_neighbour_that_is_not_complete_takes_no_traffic(two):
    two.deploy("blue", state="Updating")
    two.answer("green", 1000, 60)
    two.look()

    assert "So it is green itself" in two.alert().text
    assert two.alert().first_step.startswith("See whether its container runs")


def test_without_a_neighbour_there_is_nothing_to_compare(one):
    one.deploy("green", model=None, version=None, changed=None)
    one.answer("green", 1000, 60)
    one.log_problems = {"green": "May not read the log."}
    one.look()

    assert one.alert().text.splitlines()[1:] == [
        "Whose: 60 by the platform (no answer from its container).",
        "No other deployment was called, so there is nothing to compare it with.",
        "Its log could not be read: May not read the log.",
        "It carries an unknown model and has 100 % of the traffic.",
        "How long its answers took is not known.",
    ]
    assert one.alert().since == NOON - HOUR


def test_a_mirrored_deployment_that_fails_is_a_warning_and_takes_nobody_s_traffic(two):
    two.traffic, two.mirror = {"blue": 100.0}, {"green": 20.0}
    two.answer("green", 1000, 60, by_model=60)
    assert two.look() == [("+", "errors", "green")]
    assert two.alert().severity == "warning"
    assert two.alert().first_step.startswith("Read the exception: ")


@pytest.mark.parametrize(
    ("sentence", "served", "reason"),
    [
        ("four in a hundred may be late", {"slow": 20}, "fast_enough"),
        ("a tenth may not", {"slow": 100}, "slow"),
        ("close to it is open", {"slow": 50}, "few_requests"),
        ("bounds above the limit are too slow", {"slow_bounds": (100, 400)}, "slow"),
        ("bounds below it are fast", {"slow_bounds": (0, 20)}, "fast_enough"),
        ("bounds around it are open", {"slow_bounds": (20, 400)}, "few_requests"),
    ],
)
def test_late_answers_are_a_share_with_an_interval(one, sentence, served, reason):
    one.answer("green", 1000, **served)
    one.look()
    [finding] = [f for f in one.outcome.findings if f.statistic == "slow_share"]

    assert finding.reason == reason, sentence
    assert finding.limit == 0.05


def test_where_only_percentiles_a_minute_are_known_the_alert_says_so(one):
    one.answer("green", 1000, slow_bounds=(100, 400), latency=LATENCY, exact=False)
    assert one.look() == [("+", "slow", "green")]
    alert = one.alert()
    assert alert.title == (
        "deployment green of ep answers at least 10 % of its calls later than 200 ms (limit 5 %)"
    )
    assert "100 to 400 of 1000, interval 6.7 to 46 %" in alert.text
    assert "true percentiles are not known" in alert.text


def test_what_bounds_leave_open_more_calls_do_not_decide(one):
    one.answer("green", 1000, slow_bounds=(20, 400), exact=False)
    one.look()
    [finding] = [f for f in one.outcome.findings if f.statistic == "slow_share"]

    assert finding.n_needed is None
    assert finding.sentence.endswith(
        "; a traffic log would decide, which counts every answer by itself."
    )


def test_a_slow_deployment_with_a_fast_neighbour_gives_its_traffic_back(two):
    two.answer("green", 1000, slow=300)
    assert two.look() == [("+", "slow", "green")]
    assert "In the same time blue is at 0.3 % (12 of 4000" in two.alert().text
    assert two.alert().first_step.startswith("Give its traffic back to blue")


def test_a_slow_deployment_alone_is_asked_what_it_waits_for(one):
    one.answer("green", 1000, slow=300, load=Load(cpu=20.0))
    one.look()

    assert one.alert().first_step.startswith("See what it waits for")
    assert "Its busiest instance held for ten minutes of the last hour: processor 20 %." in (
        one.alert().text
    )


@pytest.mark.parametrize(
    "busy", [{"load": Load(cpu=95.0)}, {"load": Load(gpu=99.0)}, {"throttled": 10}]
)
def test_a_slow_deployment_that_is_busy_needs_an_instance(one, busy):
    one.answer("green", 1000, slow=300, **busy)
    one.look()
    [slow] = [a.alert for a in one.outcome.actions if a.alert.kind == "slow"]

    assert slow.first_step == (
        "It has more to do than it can; add an instance: az ml online-deployment update "
        "--endpoint-name ep --name green --set instance_count=3"
    )


def test_without_a_limit_nothing_is_late_and_a_limit_that_is_taken_back_ends_the_alert(one):
    one.answer("green", 1000, slow=300)
    assert one.look() == [("+", "slow", "green")]
    one.policy = replace(one.policy, gates=Gates())
    assert one.look(NOON + 10 * MINUTE) == [("-", "slow", "green")]
    assert one.ended() == "the policy has no gates.max_latency_ms any more"


def test_the_limit_may_also_stand_among_the_metrics_of_the_gates(one):
    one.policy = replace(one.policy, gates=Gates(metrics={"latency_ms": Bound(max=50.0)}))
    one.answer("green", 1000, slow=300)
    one.look()

    assert "later than 50 ms" in one.alert().title


def test_a_source_that_counts_no_late_answers_says_nothing_of_them(one):
    one.answer("green", 1000)
    one.look()

    assert one.reasons() == {"few_errors", "takes_all"}


def test_calls_that_are_turned_away_are_an_alert_of_their_own(one):
    one.answer("green", 1000, slow=4, throttled=60)
    assert one.look() == [("+", "saturated", "green")]
    assert one.alert().title == (
        "deployment green of ep turns 6 % of its calls away with 429 (limit 1 %)"
    )
    one.answer("green", 1000, slow=4, throttled=0)
    assert one.look(NOON + HOUR) == [("-", "saturated", "green")]


@pytest.mark.parametrize(
    ("of", "step"),
    [
        ("cpu", "Add an instance: "),
        ("memory", "Let fewer workers share it (WORKER_COUNT)"),
        ("disk", "Find out what it writes: "),
    ],
)
def test_a_measure_that_is_held_above_the_limit_is_told_by_itself_and_ends_by_itself(one, of, step):
    one.answer("green", 1000, slow=4, load=Load(**{of: 97.0}))
    assert one.look() == [("+", "saturated", "green")]
    alert = one.alert()
    assert alert.title == f"an instance of deployment green of ep held 97 % {of} for ten minutes"
    assert alert.first_step.startswith(step)
    assert (alert.severity, alert.labels["of"]) == ("warning", of)

    one.answer("green", 1000, slow=4, load=Load(**{of: 89.0}))
    assert one.look(NOON + HOUR) == [("-", "saturated", "green")]


def test_load_that_is_not_measured_any_more_ends_nothing(one):
    one.answer("green", 1000, load=Load(cpu=97.0))
    one.look()
    one.answer("green", 1000, load=Load())
    assert one.look(NOON + HOUR) == []


def test_load_that_may_not_be_read_is_an_error_and_the_answers_are_judged_all_the_same(one):
    one.answer("green", 1000, 60, load_problem="May not read the load.")
    assert one.look() == [("+", "errors", "green")]
    assert one.finding("cannot_look").verdict is Verdict.ERROR
    assert one.finding("cannot_look").sentence == "May not read the load."


def test_a_saturated_deployment_whose_answers_nobody_counts_is_told_too(one):
    one.health = {"green": DeploymentHealth(load=Load(cpu=99.0))}
    assert one.look() == [("+", "saturated", "green")]
    assert one.reasons() == {"uncounted", "held_high"}


@pytest.mark.parametrize(
    ("sentence", "instances", "reason"),
    [
        ("all that are paid for are ready", {"Ready": 2}, "ready"),
        ("one of two is starting", {"Ready": 1, "Starting": 1}, "cold"),
        ("one of two is not there", {"ready": 1}, "cold"),
        ("none is ready", {"Not Ready": 2}, "cold"),
        ("a word nobody knows may mean ready", {"Ready": 1, "Warm": 1}, "states_unknown"),
        ("a word nobody knows cannot hide that one is missing", {"Warm": 1}, "cold"),
    ],
)
def test_fewer_ready_than_paid_for_are_cold(one, sentence, instances, reason):
    one.answer("green", 1000, slow=4, load=Load(instances=instances))
    told = one.look()

    assert reason in one.reasons(), sentence
    assert told == ([("+", "cold_instances", "green")] if reason == "cold" else [])


def test_new_instances_may_take_their_time(one):
    one.deploy("green", changed=NOON - 29 * MINUTE)
    one.answer("green", 1000, slow=4, load=Load(instances={"Ready": 1}))
    assert one.look() == []
    assert one.finding("starting").verdict is Verdict.INCONCLUSIVE
    assert one.look(NOON + MINUTE) == [("+", "cold_instances", "green")]
    one.answer("green", 1000, slow=4, load=Load(instances={"Ready": 2}))
    assert one.look(NOON + HOUR) == [("-", "cold_instances", "green")]
    assert one.ended() == "deployment green of ep has 2 of 2 instances ready (seen: 2 Ready)"


def test_a_deployment_that_is_being_written_is_not_cold_and_one_of_unknown_age_is(one):
    load = Load(instances={"Ready": 1})
    one.answer("green", 1000, slow=4, load=load)
    one.deploy("green", state="Scaling")
    assert one.look() == []
    one.deploy("green", changed=None)
    assert one.look(NOON + MINUTE) == [("+", "cold_instances", "green")]


def test_no_instance_ready_with_traffic_is_as_bad_as_the_policy_says(one):
    one.answer("green", 0, load=Load(instances={"Starting": 2}))
    one.look()

    assert one.alert().severity == "critical"
    assert "Its share of the calls has nobody to answer them." in one.alert().text


def test_a_cold_standby_is_a_warning_and_is_told_although_nobody_calls_it(two):
    two.traffic = {"blue": 100.0}
    two.answer("green", 0, load=Load(instances={"Failed": 2}))
    two.deploy("green", changed=NOON - DAY)
    assert two.look() == [("+", "cold_instances", "green")]
    assert two.alert().severity == "warning"
    assert "nobody to answer" not in two.alert().text
    assert two.look(NOON + 2 * HOUR) == []


def test_instances_are_counted_only_where_it_is_known_how_many_there_should_be(one):
    one.deploy("green", instances=None)
    one.answer("green", 1000, slow=4, load=Load(instances={"Starting": 2}))
    assert one.look() == []


def test_a_deployment_that_refuses_what_its_neighbour_accepts_has_another_schema(two):
    two.answer("green", 1000, refused=900, slow=4)
    two.answer("blue", 4000, refused=40, slow=4)
    assert two.look() == [("+", "errors", "green")]
    alert = two.alert()
    assert alert.title == (
        "deployment green of ep refuses 90 % of its calls, which its neighbours accept"
    )
    assert "its input schema, or what it takes for valid, is another." in alert.text
    assert alert.first_step.startswith("Give its traffic back to blue")
    two.answer("green", 1000, refused=10, slow=4)
    assert two.look(NOON + HOUR) == []
    two.healing = {
        "green": DeploymentHealth(served=Served(requests=1000, refused=10)),
        "blue": DeploymentHealth(served=Served(requests=4000, refused=40)),
    }
    assert two.look(NOON + 2 * HOUR) == []
    two.healing = {
        "green": DeploymentHealth(served=Served(requests=20_000, refused=200)),
        "blue": DeploymentHealth(served=Served(requests=80_000, refused=800)),
    }
    assert two.look(NOON + 20 * HOUR) == [("-", "errors", "green")]
    assert two.ended().endswith("(800 of 80 000), since 2026-02-03 12:00 UTC")


def test_callers_that_are_refused_by_all_are_at_fault_themselves(two):
    two.answer("green", 1000, refused=900, slow=4)
    two.answer("blue", 4000, refused=3600, slow=4)
    assert two.look() == []


def test_few_refusals_compare_nothing_and_are_not_said_to_be_alike(two):
    two.answer("green", 10, refused=3)
    two.look()

    [finding] = [f for f in two.outcome.findings if f.statistic == "refused_above_others"][1:]
    assert finding.verdict is Verdict.INCONCLUSIVE


def test_refusals_end_when_there_is_nobody_left_to_compare_with(two):
    two.answer("green", 1000, refused=900)
    two.deploy("blue", state="Updating")
    two.look()
    assert two.alert().first_step.startswith("Compare its input schema with the callers'")
    two.traffic = {"green": 100.0}
    assert two.look(NOON + 10 * MINUTE) == [("-", "errors", "green")]
    assert two.ended() == "no other deployment has a share of the traffic to compare it with"


def test_no_requests_are_no_pass_and_end_nothing(one):
    one.answer("green", 1000, 60)
    one.look()
    one.answer("green", 0)
    assert one.look(NOON + 2 * HOUR) == []
    finding = one.finding("no_requests")
    assert (finding.verdict, finding.enforced) == (Verdict.INCONCLUSIVE, True)
    assert finding.sentence == "Deployment green of ep got no requests from 13:00 to 14:00 UTC."


def test_an_idle_deployment_without_a_share_decides_nothing(two):
    two.traffic = {"blue": 100.0}
    two.answer("green", 0)
    two.look()

    assert not two.finding("no_requests").enforced


def test_where_nobody_counts_answers_nothing_is_said_of_them(one):
    one.health = {}
    assert one.look() == []
    assert one.finding("uncounted").verdict is Verdict.INCONCLUSIVE
    one.deployments = {}
    one.look()
    assert [f.reason for f in one.outcome.findings] == ["no_deployments"]


def test_a_deployment_that_is_deleted_ends_its_alerts(two):
    two.answer("green", 1000, 60)
    two.look()
    del two.deployments["green"]
    del two.health["green"]
    assert two.look(NOON + 10 * MINUTE) == [("-", "errors", "green")]
    assert two.ended() == "deployment green was deleted"


def test_a_deployment_that_lost_its_share_keeps_its_alert_while_its_window_is_bad(two):
    two.answer("green", 1000, 60)
    two.look()
    two.traffic = {"blue": 100.0}
    assert two.look(NOON + 10 * MINUTE) == []
    two.answer("green", 50, 1)
    assert two.look(NOON + 50 * MINUTE) == []
    two.answer("green", 0)
    assert two.look(NOON + 70 * MINUTE) == [("-", "errors", "green")]
    assert two.ended() == (
        "deployment green has no share of the traffic and answered nobody for 1 h"
    )


@pytest.mark.parametrize(
    ("sentence", "left", "ends"),
    [
        ("a share that went half an hour ago is not long gone", NOON + 90 * MINUTE, False),
        ("a share that went a whole window ago is", NOON + HOUR, True),
    ],
)
def test_calls_by_header_keep_no_alert_when_the_share_is_long_gone(two, sentence, left, ends):
    two.answer("green", 1000, 60)
    two.look()
    two.traffic = {"blue": 100.0}
    two.answer("green", 5, 0)
    two.state = replace(
        two.state, deployments={"green": DeploymentWatch(completed=NOON - DAY, left=left)}
    )
    assert bool(two.look(NOON + 2 * HOUR)) is ends, sentence


def test_a_look_that_comes_late_changes_nothing(one):
    one.answer("green", 1000, 0, slow=4)
    one.look(NOON + HOUR)
    before = one.state
    one.answer("green", 1000, 600)
    assert one.look(NOON) == []
    assert one.state == before
    assert one.outcome.findings[0].sentence == (
        "This look at ep was due 2026-02-03 12:00 UTC; a later one, of 2026-02-03 13:00 UTC, was "
        "made already."
    )


def test_an_endpoint_that_is_gone_ends_its_alerts_and_is_not_waited_for(one):
    one.answer("green", 1000, 60)
    one.look()
    gone = HealthEvidence(taken=NOON, start=NOON, end=NOON, problem="No ep.")
    assert one.decide(gone, NOON + HOUR) == [("-", "errors", "green")]
    assert one.ended() == "endpoint ep was deleted"
    assert (one.state.checks, one.state.unhealthy) == ({}, {})


def test_an_endpoint_that_was_never_seen_is_an_error():
    world = World()
    nothing = HealthEvidence(taken=NOON, start=NOON, end=NOON, problem="No ep.")
    assert world.decide(nothing, NOON) == []
    [finding] = world.outcome.findings
    assert (finding.verdict, finding.sentence) == (Verdict.ERROR, "No ep.")
    world.decide(replace(nothing, problem=None), NOON)
    assert world.outcome.findings[0].sentence == "Endpoint ep could not be read."


def test_logs_are_read_of_those_that_fail_and_of_no_others(two):
    two.answer("green", 1000, 60)
    assert erring(two.evidence(NOON), two.policy, two.state) == ("green",)
    assert erring(replace(two.evidence(NOON), endpoint=None), two.policy, two.state) == ()


def test_without_a_policy_the_defaults_hold(one):
    one.answer("green", 1000, 60, slow=900)
    one.policy = None
    event = check_due(Check.HEALTH, "endpoint/ep", NOON)
    evidence = replace(
        World().evidence(NOON),
        endpoint=Endpoint(
            name="ep",
            provisioning_state="Succeeded",
            traffic={"green": 100.0},
            deployments=(Deployment(name="green", provisioning_state="Succeeded"),),
        ),
        health=one.health,
    )
    outcome = decide_health(event, evidence, None, SubjectState(), NOON)

    assert [a.alert.kind for a in outcome.actions] == ["errors"]


def test_evidence_and_state_are_read_back_as_they_were_written(two):
    two.answer(
        "green",
        1000,
        60,
        slow_bounds=(3, 9),
        latency=LATENCY,
        exact=False,
        first_error=NOON,
        load=Load(cpu=3.0, instances={"Ready": 2}),
    )
    evidence = two.evidence(NOON)
    two.look()

    assert decode(to_plain(evidence), HealthEvidence) == evidence
    assert decode(to_plain(two.state), SubjectState) == two.state


STEPS = st.lists(
    st.tuples(
        st.integers(1, 300),
        st.sampled_from([None, 0, 3, 100, 2000]),
        st.sampled_from([0.0, 0.01, 0.2, 1.0]),
        st.sampled_from([0.0, 20.0, 100.0]),
        st.sampled_from([None, 50.0, 99.0]),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=40)
@given(steps=STEPS)
def test_a_look_twice_says_nothing_new_and_alerts_are_posted_and_resolved_in_turn(steps):
    world = World()
    world.deploy("blue")
    world.deploy("green")
    told: dict[tuple[str, str, str | None], str] = {}
    at = NOON
    for minutes, requests, rate, share, cpu in steps:
        at += minutes * MINUTE
        world.traffic = {"blue": 100.0 - share, "green": share}
        world.health = {"blue": DeploymentHealth(served=Served(requests=500))}
        load = None if cpu is None else Load(cpu=cpu)
        if requests is not None:
            world.answer("green", requests, round(requests * rate), load=load)
        world.look(at)
        for action in world.outcome.actions:
            alert = action.alert
            key = (alert.kind, alert.labels["deployment"], alert.labels.get("of"))
            sign = "+" if isinstance(action, PostAlert) else "-"
            assert told.get(key) != sign or sign == "+"
            if sign == "-":
                assert told.get(key) == "+"
            told[key] = sign
        assert world.look(at) == []
