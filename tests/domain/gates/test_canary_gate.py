"""A deployment's answers against those of the one that serves: pass, fail, or how much more.

Longer than most: the cases show the answers of both deployments bucket by bucket.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.decisions.gates.canary.judging import judge_canary
from shared.domain.decisions.gates.canary.looks import level_of
from shared.domain.decisions.gates.rules import GATES
from shared.domain.decisions.gates.running import run_gates
from shared.domain.finding import Rule
from shared.domain.policy import CanaryGate, Direction, Enforcement, KpiKind
from shared.domain.promotion import Override, TrafficStep
from shared.domain.verdict import Verdict
from shared.statistics.canary.spending import look_fractions
from tests.domain.gates.canary_cases import (
    BLUE,
    HOUR,
    MINUTE,
    MIRROR,
    NOON,
    STEPS,
    case,
    kpi,
    promotion,
    reading,
    rollout,
    side,
)

LAST = {"looks": 3}
"""The fourth of four looks, at the end of the step's bake."""


def judge(read=None, /, rolling=None, **changed):
    """What the gate says of each thing."""
    rolling = rollout(**LAST) if rolling is None else rolling
    found = judge_canary(case(reading=read or reading(), rolling=rolling, **changed))
    return {one.finding.thing: one for one in found}


def verdicts(judged):
    return {thing: one.finding.verdict.value for thing, one in judged.items()}


def only(judged):
    [one] = judged.values()
    return one


def worse(**changed):
    return reading(experiment=side(**{"requests": 1000, "seed": 2, **changed}))


@pytest.mark.parametrize(
    ("case_", "read", "expected"),
    [
        ("One that is as good passes.", reading(), ("pass", "pass")),
        ("Errors that rise by too much fail.", worse(errors=0.02), ("fail", "pass")),
        ("So does latency.", worse(latency=130.0), ("pass", "fail")),
        ("One that is better passes.", worse(errors=0.0, latency=80.0), ("pass", "pass")),
        ("A rise at the limit is not decided.", worse(latency=110.0), ("pass", "inconclusive")),
        (
            "Little traffic is not decided, never a pass.",
            worse(requests=10),
            ("inconclusive", "inconclusive"),
        ),
    ],
)
def test_each_metric_is_judged_by_what_is_allowed_of_it(case_, read, expected):
    judged = judge(read)

    assert verdicts(judged) == {
        "deployment/green": max(expected, key=["pass", "inconclusive", "fail"].index),
        "canary/errors": expected[0],
        "canary/latency": expected[1],
    }, case_


def test_every_metric_has_its_interval_its_limit_and_what_it_rests_on():
    judged = judge(worse(errors=0.02))
    errors, latency = (judged[f"canary/{name}"].finding for name in ("errors", "latency"))

    assert (errors.statistic, errors.limit, errors.n_needed) == ("difference", 0.005, None)
    assert 0.005 < errors.low < errors.estimate < errors.high
    assert errors.n == sum(worse(errors=0.02).experiment["errors:of"])
    assert errors.details["n_control"] > 80_000
    assert (latency.statistic, latency.limit) == ("relative_change", 0.1)
    assert latency.low < latency.estimate < latency.high < 0.1
    assert "A value is the mean of" in latency.sentence


def test_what_is_not_decided_says_how_much_more_it_takes_and_how_long_that_is():
    judged = judge(worse(requests=20, errors=0.0))
    errors = judged["canary/errors"]

    assert errors.finding.n_needed > 900
    more = errors.finding.n_needed - errors.finding.n
    assert f"It takes about {more:.0f} more requests of green, roughly 3 h" in (
        errors.finding.sentence
    )
    assert errors.look_again == NOON + 2 * HOUR
    assert judged["deployment/green"].look_again == errors.look_again
    fewer = judge(worse(requests=5))
    assert "more answers of green" in fewer["canary/latency"].finding.sentence
    assert fewer["deployment/green"].look_again == min(
        fewer[f"canary/{name}"].look_again for name in ("errors", "latency")
    )


def test_where_the_control_has_fewer_requests_it_is_those_that_are_waited_for():
    few = side(requests=20, errors=0.1, seed=1)
    flipped = reading(control=few, experiment=side(requests=900, errors=0.1, seed=2))

    assert "more requests of blue" in judge(flipped)["canary/errors"].finding.sentence


def test_a_rate_at_its_limit_is_looked_at_again_soon_although_no_number_would_decide():
    same = side(requests=1000, seed=2)
    same = {**same, "errors": tuple(0.0 for _ in same["errors"])}
    at_the_limit = {**same, "errors": tuple(of * 0.25 for of in same["errors:of"])}
    whole = {
        **at_the_limit,
        "errors:of": tuple(4.0 * (of // 4) for of in same["errors:of"]),
        "errors": tuple(of // 4 for of in same["errors:of"]),
    }
    control = {**whole, "errors": tuple(0.0 for _ in whole["errors"])}
    judged = judge(reading(control=control, experiment=whole), gate=CanaryGate(errors=0.25))[
        "canary/errors"
    ]

    assert judged.finding.verdict is Verdict.INCONCLUSIVE
    assert judged.finding.n_needed is None
    assert judged.look_again == NOON + HOUR + 5 * MINUTE


def test_a_rate_that_would_take_months_says_more_than_a_month():
    slow = reading(
        control=side(requests=9000, seed=1),
        experiment={**side(requests=0, seed=2), "errors:of": (6.0, *[0.0] * 9)},
    )

    sentence = judge(slow, gate=CanaryGate(errors=0.00001))["canary/errors"].finding.sentence
    assert sentence.endswith("more than 30 d at this rate.")


def test_a_handful_of_answers_is_not_compared_at_all():
    latency = judge(worse(requests=1))["canary/latency"]

    assert (latency.finding.verdict, latency.finding.reason) == (Verdict.INCONCLUSIVE, "too_few")
    assert latency.finding.n_needed == 100
    assert "20 answers a side at the least" in latency.finding.sentence


def test_durations_that_nobody_recorded_cannot_be_compared():
    silent = side(requests=1000, seed=2)
    silent = {**silent, "latency": (None,) * 10, "latency:of": (0.0,) * 10}
    latency = judge(reading(experiment=silent))["canary/latency"]

    assert (latency.finding.verdict, latency.finding.reason) == (
        Verdict.INCONCLUSIVE,
        "no_durations",
    )


def of_the_canary(findings):
    return [finding.thing for finding in findings if finding.rule is Rule.CANARY_GATE]


def test_the_whole_tells_and_each_metric_decides_so_that_one_can_be_let_pass():
    slower = case(reading=worse(latency=130.0), rolling=rollout(**LAST))
    held = Override(
        id="1",
        version="8",
        gates=("canary/latency",),
        author="ann",
        reason="known.",
        since=NOON,
        until=NOON + 2 * HOUR,
    )

    assert of_the_canary(run_gates(slower).missing) == ["canary/latency"]
    assert of_the_canary(run_gates(slower, [held]).missing) == []


def test_the_whole_says_what_was_compared_and_which_look_it_is():
    whole = judge(rolling=rollout(looks=1))["deployment/green"].finding

    assert (whole.rule, whole.enforced, whole.details["look"]) == (Rule.CANARY_GATE, False, 2)
    assert whole.sentence.startswith("green against blue from 2026-02-03 12:05 UTC for 50 min (")
    assert whole.sentence.endswith("errors pass, latency pass. Look 2 of 4.")


def test_looks_during_the_bake_are_stricter_than_those_after_it():
    widths = []
    for looks, minutes in enumerate((15, 30, 45, 60)):
        at = NOON + minutes * MINUTE
        judged = judge(reading(taken=at), rolling=rollout(looks=looks), at=at)
        errors = judged["canary/errors"].finding
        widths.append(errors.high - errors.low)

    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == 4


def test_looks_past_the_last_are_as_strict_as_that_and_say_so():
    last, later = (judge(rolling=rollout(looks=looks)) for looks in (3, 9))

    assert (later["canary/errors"].finding.low, later["canary/errors"].finding.high) == (
        last["canary/errors"].finding.low,
        last["canary/errors"].finding.high,
    )
    whole = later["deployment/green"].finding
    assert whole.reason == "beyond_looks"
    assert "Look 10, after the 4 that were planned" in whole.sentence


@pytest.mark.parametrize(
    ("case_", "looks", "minutes", "fractions"),
    [
        ("The first look after the bake has most of the error.", 0, 60, (0.625,)),
        ("Something is left for those that follow.", 1, 75, (0.625, 0.75)),
        ("The last that is planned has all of it.", 3, 90, (0.625, 0.75, 0.875, 1.0)),
        ("Those past it have no more.", 9, 120, (0.625, 0.75, 0.875, 1.0)),
        ("A look during the bake has its part of that.", 0, 15, (0.15625,)),
        ("Several are taken for evenly spaced.", 1, 30, (0.15625, 0.375)),
        ("The first minute has a least part.", 0, 0, (0.0051,)),
    ],
)
def test_a_look_may_spend_by_the_time_that_is_over_and_by_its_number(
    case_, looks, minutes, fractions
):
    level = level_of(case(rolling=rollout(looks=looks), at=NOON + minutes * MINUTE), CanaryGate())

    assert level.fractions == pytest.approx(fractions), case_
    assert level.beyond is (looks == 9)


@given(looks=st.integers(0, 500), minutes=st.integers(0, 500), planned=st.integers(-1, 500))
def test_any_look_is_one_that_the_judge_knows(looks, minutes, planned):
    """No cadence makes it refuse: what may be spent grows, and never to more than all."""
    level = level_of(
        case(rolling=rollout(looks=looks), at=NOON + minutes * MINUTE), CanaryGate(looks=planned)
    )
    asked = level.looks()

    assert look_fractions(asked["look"], asked["looks"], asked["fractions"]) == level.fractions
    assert len(level.fractions) <= 10


def test_the_error_is_shared_by_metrics_and_by_the_steps_that_compare():
    gate = CanaryGate(confidence=0.94, kpis=["approvals"])

    level = level_of(case(rolling=rollout()), gate)

    assert level.error == pytest.approx(0.06 / 3 / 2)
    assert level_of(case(), gate).error == pytest.approx(0.06 / 3)
    assert level.confidence(both_ways=True) == pytest.approx(0.99)
    assert level.confidence(both_ways=False) == pytest.approx(0.98)


def test_a_step_without_a_time_of_its_own_is_planned_over_the_window():
    steps = (replace(STEPS[0], bake=0.0), *STEPS[1:])
    level = level_of(
        case(rolling=rollout(steps=steps, looks=3), at=NOON + 15 * MINUTE),
        CanaryGate(window=30 * MINUTE),
    )

    assert level.fractions[-1] == pytest.approx(0.5)
    gate = CanaryGate(window=timedelta())
    assert level_of(case(rolling=rollout(steps=steps, looks=3), at=NOON), gate).fractions[-1] == 1.0


def test_without_a_rollout_there_is_one_look():
    judged = {one.finding.thing: one for one in judge_canary(case(reading=reading()))}

    assert verdicts(judged)["deployment/green"] == "pass"
    assert "Look 1 of 1." in judged["deployment/green"].finding.sentence


@pytest.mark.parametrize(
    ("case_", "rolling", "champion", "verdict", "reason", "words"),
    [
        (
            "All the traffic after a step that compared.",
            rollout(at=2),
            "7",
            Verdict.PASS,
            "compared_before",
            "it was compared at the steps before",
        ),
        (
            "The first version ever.",
            rollout(before=TrafficStep(traffic={}), steps=(TrafficStep(traffic={"green": 100.0}),)),
            None,
            Verdict.PASS,
            "first_version",
            "Nothing served loan-endpoint before loan:8",
        ),
        (
            "A champion that served nowhere.",
            rollout(before=TrafficStep(traffic={}), steps=(TrafficStep(traffic={"green": 100.0}),)),
            "7",
            Verdict.INCONCLUSIVE,
            "no_control",
            "give the champion some traffic",
        ),
        (
            "Everything at once.",
            rollout(steps=(TrafficStep(traffic={"green": 100.0}),)),
            "7",
            Verdict.INCONCLUSIVE,
            "never_compared",
            "a step below 100",
        ),
    ],
)
def test_a_deployment_with_nobody_beside_it_passes_only_for_a_reason(
    case_, rolling, champion, verdict, reason, words
):
    judged = only(judge(rolling=rolling, champion=champion))

    assert (judged.finding.verdict, judged.finding.reason) == (verdict, reason), case_
    assert words in judged.finding.sentence
    assert judged.look_again is None


def test_mirrored_answers_count_and_count_as_a_comparison_later():
    steps = (MIRROR, TrafficStep(traffic={"green": 100.0}))
    mirrored = judge(rolling=rollout(steps=steps, **LAST), gate=CanaryGate(kpis=["approvals"]))

    assert set(mirrored) == {"deployment/green", "canary/errors", "canary/latency"}
    assert "mirrored only" in mirrored["deployment/green"].finding.sentence
    after = only(judge(rolling=rollout(steps=steps, at=1)))
    assert after.finding.reason == "compared_before"


@pytest.mark.parametrize(
    ("case_", "read", "reason", "words"),
    [
        (
            "No request is for routing to tell.",
            reading(experiment=side(requests=0)),
            "no_requests",
            "green had no request",
        ),
        (
            "A control nobody calls compares nothing.",
            reading(control=side(requests=0)),
            "no_requests_of_control",
            "blue had no request",
        ),
        (
            "Before a bucket is over there is nothing.",
            reading(control={}, experiment={}, buckets=0),
            "no_buckets",
            "No bucket of 5 min is over",
        ),
        (
            "Nobody beside it was found.",
            reading(control_deployment=""),
            "no_control",
            "No deployment serves beside green",
        ),
        (
            "Another deployment's answers are not its own.",
            reading(experiment_deployment="red"),
            "other_deployment",
            "red was compared where green is rolled out",
        ),
        (
            "Nor are those from before the traffic was moved.",
            reading(start=NOON - 5 * MINUTE),
            "before_the_step",
            "before the traffic was moved",
        ),
    ],
)
def test_nothing_to_compare_is_never_a_pass(case_, read, reason, words):
    judged = only(judge(read))

    assert (judged.finding.verdict, judged.finding.reason) == (Verdict.INCONCLUSIVE, reason), case_
    assert words in judged.finding.sentence
    assert judged.look_again == NOON + HOUR + 5 * MINUTE


def test_a_reading_that_is_old_or_could_not_be_made_is_not_used():
    stale = only(judge(replace(reading(), taken=NOON - 3 * HOUR)))
    broken = only(judge(replace(reading(), problem="The log may not be read.")))

    assert (stale.finding.verdict, stale.finding.reason) == (Verdict.INCONCLUSIVE, "stale")
    assert (broken.finding.verdict, broken.finding.sentence) == (
        Verdict.ERROR,
        "The log may not be read.",
    )
    [missing] = judge_canary(case())
    assert (missing.finding.thing, missing.finding.verdict) == ("model/loan", Verdict.ERROR)


def test_before_the_first_step_it_is_judged_by_what_was_read():
    assert verdicts(judge(rolling=rollout(at=-1)))["deployment/green"] == "pass"


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        (CanaryGate(confidence=1.0), "confidence is 1"),
        (CanaryGate(errors=-0.1), "allowed_absolute is -0.1"),
    ],
)
def test_settings_that_cannot_be_are_an_error_that_names_them(gate, words):
    errors = judge(gate=gate, rolling=rollout(looks=1000))["canary/errors"]

    assert (errors.finding.verdict, errors.finding.reason) == (Verdict.ERROR, "cannot_judge")
    assert words in errors.finding.sentence
    assert errors.look_again is None


def with_kpi(control, experiment, *, name="kpi/approvals", of=None, **changed):
    """A reading whose sides have a KPI of their own."""
    of = of or (1000.0,) * len(control)
    read = reading(**changed)
    return replace(
        read,
        control={**read.control, name: control, f"{name}:of": of},
        experiment={**read.experiment, name: experiment, f"{name}:of": of},
    )


ASKED = CanaryGate(kpis=["approvals"])
SAME, FELL = (600.0, 610.0, 590.0, 605.0), (300.0, 310.0, 290.0, 305.0)


@pytest.mark.parametrize(
    ("case_", "own", "experiment", "expected"),
    [
        ("A share that stays passes.", kpi(), SAME, "pass"),
        ("One that falls fails.", kpi(), FELL, "fail"),
        ("One that may fall passes.", kpi(direction=Direction.RISE), FELL, "pass"),
        ("Either way is bad of some.", kpi(direction=Direction.BOTH), FELL, "fail"),
        (
            "Within the owner's own limit it passes.",
            kpi(limit=0.5, relative=False),
            FELL,
            "pass",
        ),
        ("Counts are of what they rest on.", kpi(kind=KpiKind.COUNT), FELL, "fail"),
    ],
)
def test_a_kpi_is_compared_by_its_own_policy(case_, own, experiment, expected):
    judged = judge(with_kpi(SAME, experiment), gate=ASKED, kpis=[own])

    finding = judged["canary/kpi/approvals"].finding
    assert finding.verdict.value == expected, case_
    assert (finding.n, finding.details["unit"]) == (4000.0, "cases")


def test_a_mean_is_compared_bucket_by_bucket():
    values = tuple(100.0 + place * 7 % 12 for place in range(24))
    lower = tuple(value - 40.0 for value in values)
    judged = judge(with_kpi(values, lower), gate=ASKED, kpis=[kpi(kind=KpiKind.MEAN)])[
        "canary/kpi/approvals"
    ].finding

    assert (judged.verdict, judged.statistic, judged.limit) == (
        Verdict.FAIL,
        "relative_change",
        -0.1,
    )
    assert (judged.n, judged.details["unit"]) == (24.0, "buckets")


@pytest.mark.parametrize(
    ("case_", "read", "own", "verdict", "reason", "people"),
    [
        (
            "A KPI for all deployments together.",
            reading(),
            [kpi()],
            Verdict.INCONCLUSIVE,
            "not_by_deployment",
            True,
        ),
        (
            "No whole bucket yet.",
            with_kpi((), (), of=()),
            [kpi()],
            Verdict.INCONCLUSIVE,
            "no_buckets",
            False,
        ),
        (
            "A source that cannot be read.",
            reading(problems={"kpi/approvals": "The query is wrong."}),
            [kpi()],
            Verdict.ERROR,
            "cannot_look",
            False,
        ),
        (
            "Counts without what they are of.",
            with_kpi(SAME, SAME, of=(None,) * 4),
            [kpi(kind=KpiKind.COUNT)],
            Verdict.INCONCLUSIVE,
            "no_weight",
            True,
        ),
        (
            "Numbers that cannot be.",
            with_kpi(SAME, SAME, of=(1.0,) * 4),
            [kpi()],
            Verdict.ERROR,
            "cannot_judge",
            True,
        ),
        ("A name no policy knows.", reading(), [], Verdict.INCONCLUSIVE, "no_such_kpi", True),
    ],
)
def test_a_kpi_that_cannot_be_compared_says_whom_it_waits_for(
    case_, read, own, verdict, reason, people
):
    judged = judge(read, gate=ASKED, kpis=own)["canary/kpi/approvals"]

    assert (judged.finding.verdict, judged.finding.reason) == (verdict, reason), case_
    assert (judged.look_again is None) is people


def test_it_is_asked_at_steps_only_and_not_when_it_is_off():
    [rule] = [rule for rule in GATES if rule.name == "canary"]
    off = case(
        reading=worse(errors=0.1),
        rolling=rollout(),
        gate=CanaryGate(mode=Enforcement.OFF),
    )

    assert [moment.value for moment in rule.moments] == ["step"]
    assert of_the_canary(run_gates(off).findings) == []


def test_a_promotion_without_a_rollout_is_judged_by_its_reading():
    alone = replace(case(reading=reading()), promotion=promotion(None))

    assert judge_canary(alone)[0].finding.verdict is Verdict.PASS
    assert BLUE.traffic == {"blue": 100.0}
