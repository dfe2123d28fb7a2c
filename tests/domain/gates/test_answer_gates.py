"""The answers of a version where it is tried out: few errors, in time, by exact intervals."""

from datetime import timedelta

import pytest

from shared.domain.decisions.gates.errors import judge_errors
from shared.domain.decisions.gates.latency import judge_latency
from shared.domain.decisions.gates.observed.answers import (
    LOOKS_A_DAY,
    answers_window,
    latency_limit,
)
from shared.domain.decisions.health.proportion import weigh
from shared.domain.event import Check
from shared.domain.finding import Rule
from shared.domain.policy import Bound, Enforcement, Gates, HealthPolicy, Policy
from shared.domain.policy.gates import ErrorsGate, LatencyGate
from shared.domain.shares import at_most
from shared.domain.verdict import Verdict
from shared.domain.world import DeploymentHealth
from shared.settings import Settings
from tests.domain.gates.live_cases import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    case,
    deployment,
    endpoint,
    not_there,
    only,
    reading,
    served,
)

AGAIN = NOON + timedelta(minutes=5)
WHO = "Deployment green of ep (loan:8) answered "
SPAN = "from 11:00 to 12:00 UTC"
GATES = Gates(latency=LatencyGate(max_ms=200.0))

ERRORS = [
    (
        "Two thousand answers with two errors show at most one in a hundred.",
        reading(served=served(2000, errors=2, by_model=2)),
        (Verdict.PASS, "few_errors", None),
        f"{WHO}0.1 % of its calls with errors (2 of 2000, interval 0 to 0.66 %, {SPAN}), within "
        "the limit of 1 %.",
    ),
    (
        "Too many errors fail, and say whose they are.",
        reading(served=served(1000, errors=41, by_model=40, timed_out=1)),
        (Verdict.FAIL, "errors", None),
        f"{WHO}4.1 % of its calls with errors (41 of 1000, interval 2.2 to 6.8 %, {SPAN}); the "
        "limit is 1 %. Whose: 40 by its own code (an exception, or a status it chose), 1 took "
        "longer than request_timeout_ms allows.",
    ),
    (
        "Few answers say how many more, and how long they take.",
        reading(served=served(500), health_since=NOON - 30 * MINUTE),
        (Verdict.INCONCLUSIVE, "few_answers", AGAIN),
        f"{WHO}0 % of its calls with errors (0 of 500, interval 0 to 1.7 %, from 11:30 to 12:00 "
        "UTC); the limit is 1 %, and about 862 answers would decide, at this rate in 22 min.",
    ),
    (
        "What does not come within the window needs a longer one.",
        reading(served=served(100)),
        (Verdict.INCONCLUSIVE, "few_answers", AGAIN),
        f"{WHO}0 % of its calls with errors (0 of 100, interval 0 to 8.3 %, {SPAN}); the limit is "
        "1 %, and about 862 answers would decide, more than come in 1 h at this rate; send it "
        "more, or set `gates.errors.window` to 9h.",
    ),
    (
        "What never comes is said so.",
        reading(served=served(1), health_since=NOON - 10 * DAY),
        (Verdict.INCONCLUSIVE, "few_answers", AGAIN),
        f"{WHO}0 % of its calls with errors (0 of 1, interval 0 to 100 %, from 2026-01-24 12:00 "
        "UTC to 2026-02-03 12:00 UTC); the limit is 1 %, and about 862 answers would decide, "
        "which do not come at this rate.",
    ),
    (
        "At its very limit no number of answers would decide.",
        reading(served=served(1000, errors=10, by_model=10)),
        (Verdict.INCONCLUSIVE, "few_answers", AGAIN),
        f"{WHO}1 % of its calls with errors (10 of 1000, interval 0.24 to 2.7 %, {SPAN}); the "
        "limit is 1 %, and so near to it no number of answers would decide soon.",
    ),
    (
        "No answer at all is no evidence.",
        reading(served=served(0)),
        (Verdict.INCONCLUSIVE, "no_answers", AGAIN),
        f"Deployment green of ep answered nothing {SPAN}, so nothing can be said of loan:8.",
    ),
    (
        "Answers that nobody counts are none either.",
        reading(health={"green": DeploymentHealth(load_problem="No role.")}),
        (Verdict.INCONCLUSIVE, "unlogged", AGAIN),
        "Nobody counts what deployment green of ep answers; send it requests, or switch on the "
        "traffic log of ep.",
    ),
    (
        "So it is where no source knows the endpoint.",
        reading(),
        (Verdict.INCONCLUSIVE, "unlogged", AGAIN),
        "Nobody counts what deployment green of ep answers; send it requests, or switch on the "
        "traffic log of ep.",
    ),
    (
        "Answers that may not be read are an error.",
        reading(health_problem="No role Monitoring Reader."),
        (Verdict.ERROR, "cannot_count", AGAIN),
        "No role Monitoring Reader.",
    ),
    (
        "A version that is not there answers nothing.",
        reading(endpoint(deployment("blue", "7"), traffic={"blue": 100.0})),
        (Verdict.INCONCLUSIVE, "not_deployed", AGAIN),
        "loan:8 is not deployed on ep (blue carries loan:7).",
    ),
    (
        "An endpoint that is not there cannot be looked at.",
        not_there(),
        (Verdict.ERROR, "cannot_look", AGAIN),
        "There is no endpoint ep.",
    ),
]

LATENCY = [
    (
        "Hardly any late answer shows that 95 % come in time.",
        reading(slow_ms=200.0, served=served(1000, slow=10)),
        (Verdict.PASS, "fast_enough", None),
        f"{WHO}1 % of its calls later than 200 ms (10 of 1000, interval 0.24 to 2.7 %, {SPAN}), "
        "within the limit of 5 %.",
    ),
    (
        "Too many late ones fail, with the percentiles.",
        reading(slow_ms=200.0, served=served(1000, slow=120, latency={50: 90.0, 95: 410.0})),
        (Verdict.FAIL, "slow", None),
        f"{WHO}12 % of its calls later than 200 ms (120 of 1000, interval 8.6 to 16.1 %, {SPAN}); "
        "the limit is 5 %. Its answers took: p50 90 ms, p95 410 ms.",
    ),
    (
        "Few answers say how many more.",
        reading(slow_ms=200.0, served=served(100, slow=0), health_since=NOON - 30 * MINUTE),
        (Verdict.INCONCLUSIVE, "few_answers", AGAIN),
        f"{WHO}0 % of its calls later than 200 ms (0 of 100, interval 0 to 8.3 %, from 11:30 to "
        "12:00 UTC); the limit is 5 %, and about 169 answers would decide, at this rate in 21 min.",
    ),
    (
        "Percentiles a minute bound the number: the most is few enough.",
        reading(slow_ms=200.0, served=served(1000, slow_bounds=(0, 10), exact=False)),
        (Verdict.PASS, "fast_enough", None),
        f"{WHO}at least 0 % of its calls later than 200 ms (0 to 10 of 1000, interval 0 to 2.7 %, "
        f"{SPAN}), within the limit of 5 %.",
    ),
    (
        "Or the fewest are too many, and averages are called so.",
        reading(
            slow_ms=200.0,
            served=served(1000, slow_bounds=(100, 500), exact=False, latency={95: 260.0}),
        ),
        (Verdict.FAIL, "slow", None),
        f"{WHO}at least 10 % of its calls later than 200 ms (100 to 500 of 1000, interval 6.9 to "
        f"55.7 %, {SPAN}); the limit is 5 %. Its answers took, as averages of each minute's "
        "percentiles: p95 260 ms. The traffic log is not switched on, so true percentiles are not "
        "known.",
    ),
    (
        "In between only a log that counts every answer would decide.",
        reading(slow_ms=200.0, served=served(1000, slow_bounds=(10, 100), exact=False)),
        (Verdict.INCONCLUSIVE, "few_answers", AGAIN),
        f"{WHO}at least 1 % of its calls later than 200 ms (10 to 100 of 1000, interval 0.24 to "
        f"13.8 %, {SPAN}); the limit is 5 %, and only a traffic log would decide, which counts "
        "every answer by itself.",
    ),
    (
        "Answers whose time is not kept are no evidence.",
        reading(slow_ms=200.0, served=served(1000)),
        (Verdict.INCONCLUSIVE, "not_counted", AGAIN),
        "How long deployment green of ep takes to answer is not recorded; switch on the traffic "
        "log of ep, or its latency metrics.",
    ),
    (
        "Late answers that were counted by another limit say nothing about this one.",
        reading(slow_ms=300.0, served=served(1000, slow=0)),
        (Verdict.INCONCLUSIVE, "not_counted", AGAIN),
        "The late answers of ep were counted by 300 ms, and the limit is 200 ms; they are counted "
        "again with the next look.",
    ),
    (
        "Nor do those that were counted by none.",
        reading(served=served(1000)),
        (Verdict.INCONCLUSIVE, "not_counted", AGAIN),
        "The late answers of ep were counted by no limit, and the limit is 200 ms; they are "
        "counted again with the next look.",
    ),
]


@pytest.mark.parametrize(
    ("read", "said", "sentence"), [one[1:] for one in ERRORS], ids=[one[0] for one in ERRORS]
)
def test_errors_are_few_or_the_version_waits_or_fails(read, said, sentence):
    finding, again = only(judge_errors(case(read)))

    assert finding.sentence == sentence
    assert (finding.verdict, finding.reason, again) == said
    assert (finding.rule, finding.statistic or "error_rate") == (Rule.ERRORS_GATE, "error_rate")


@pytest.mark.parametrize(
    ("read", "said", "sentence"), [one[1:] for one in LATENCY], ids=[one[0] for one in LATENCY]
)
def test_answers_come_in_time_or_the_version_waits_or_fails(read, said, sentence):
    finding, again = only(judge_latency(case(read, gates=GATES)))

    assert finding.sentence == sentence
    assert (finding.verdict, finding.reason, again) == said
    assert (finding.rule, finding.statistic) == (Rule.LATENCY_GATE, "slow_share")


def test_a_finding_of_errors_carries_its_numbers():
    finding, _ = only(judge_errors(case(reading(served=served(500)))))

    assert (finding.estimate, finding.low, finding.limit) == (0.0, 0.0, 0.01)
    assert finding.high == pytest.approx(0.0172, abs=1e-4)
    assert (finding.n, finding.n_needed) == (500, 862)


def test_the_gates_own_limit_comes_before_that_of_the_endpoints_health():
    read = reading(served=served(1000, errors=41, by_model=41))
    lenient = Policy(model="loan", health=HealthPolicy(max_error_rate=0.1))

    assert only(judge_errors(case(read, policy=lenient)))[0].verdict is Verdict.PASS
    strict = Gates(errors=ErrorsGate(max_rate=0.02))
    assert only(judge_errors(case(read, policy=lenient, gates=strict)))[0].verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("gates", "limit"),
    [
        (Gates(), None),
        (Gates(max_latency_ms=80.0), 80.0),
        (Gates(metrics={"latency_ms": Bound(max=70.0)}), 70.0),
        (Gates(max_latency_ms=80.0, latency=LatencyGate(max_ms=50.0)), 50.0),
    ],
)
def test_the_limit_of_latency_is_the_gates_own_or_that_of_the_metric(gates, limit):
    assert latency_limit(gates) == limit


@pytest.mark.parametrize(
    ("gates", "minutes"),
    [
        (Gates(errors=ErrorsGate(window=20 * MINUTE)), 20),
        (Gates(errors=ErrorsGate(window=20 * MINUTE), latency=LatencyGate(max_ms=50.0)), 60),
        (
            Gates(
                errors=ErrorsGate(mode=Enforcement.OFF),
                latency=LatencyGate(max_ms=50.0, window=DAY),
            ),
            1440,
        ),
        (
            Gates(
                errors=ErrorsGate(window=20 * MINUTE),
                latency=LatencyGate(max_ms=50.0, mode=Enforcement.OFF),
            ),
            20,
        ),
        (Gates(errors=ErrorsGate(mode=Enforcement.OFF)), 60),
    ],
)
def test_answers_are_counted_over_the_window_of_the_gates_that_ask(gates, minutes):
    assert answers_window(gates) == minutes * MINUTE


def test_nothing_is_asked_without_a_limit_or_where_it_is_tried_out_nowhere():
    assert judge_latency(case(reading(served=served(1000)))) == ()
    assert judge_latency(case(gates=GATES)) == ()
    assert judge_errors(case()) == ()


def test_a_deployment_written_later_is_judged_by_the_answers_since_then():
    written = NOON - 20 * MINUTE
    read = reading(served=served(50), counted_from={"green": written})

    finding, _ = only(judge_errors(case(read)))

    assert "from 11:40 to 12:00 UTC" in finding.sentence
    assert "more than come in 1 h at this rate; send it more" in finding.sentence


def test_a_load_that_cannot_be_read_leaves_the_answers_worth_judging():
    health = {"green": DeploymentHealth(served=served(2000), load_problem="No role.")}

    assert only(judge_errors(case(reading(health=health))))[0].verdict is Verdict.PASS


def test_old_answers_and_those_of_the_future_decide_nothing():
    read = reading(served=served(2000))

    old, again = only(judge_errors(case(read, at=NOON + 2 * HOUR)))
    ahead, _ = only(judge_errors(case(read, at=NOON - 5 * MINUTE)))

    assert (old.verdict, old.reason) == (Verdict.INCONCLUSIVE, "stale")
    assert old.sentence == "What ep answered is 2 h old; at most 1 h is allowed."
    assert again == NOON + 2 * HOUR + 5 * MINUTE
    assert ahead.reason == "clock_skew"


CALLS = sorted({round(1.5**step) for step in range(1, 20)})


@pytest.mark.parametrize("limit", [0.01, 0.05])
@pytest.mark.parametrize("calls", CALLS)
def test_at_its_limit_a_days_looks_fail_and_pass_by_chance_as_seldom_as_promised(calls, limit):
    """Exact for each look; the looks of a day by Bonferroni's inequality, however they overlap."""
    verdicts = [
        weigh(count, calls, limit, 0.95, looks=LOOKS_A_DAY).verdict
        for count in range(min(calls, round(limit * calls) + 80) + 1)
    ]
    passes, fails = verdicts.count(Verdict.PASS), verdicts.count(Verdict.FAIL)
    least = len(verdicts) - fails

    assert verdicts == sorted(
        verdicts, key=(Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.FAIL).index
    )
    if passes:
        assert at_most(passes - 1, calls, limit) * LOOKS_A_DAY <= 0.05 + 1e-9
    if fails:
        assert (1.0 - at_most(least - 1, calls, limit)) * LOOKS_A_DAY <= 0.05 + 1e-9


def test_the_looks_of_a_day_are_those_of_the_schedule():
    assert timedelta(days=1) / Settings().periods[Check.PROMOTION] == LOOKS_A_DAY
