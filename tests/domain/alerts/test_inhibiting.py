"""An alert that follows from another is not told while that other one is."""

import random
from itertools import permutations

import pytest

from shared.domain.alert import AlertKind
from shared.domain.decisions.alerts.inhibiting import inhibited
from shared.domain.decisions.alerts.inhibitions import BUILT_IN
from shared.domain.finding import Rule
from shared.domain.policy import AlertsOf, Fleet, Inhibition
from tests.domain.alerts.holding_cases import DAY, MINUTE, NOON, case, life

GREEN = {"endpoint": "ep", "deployment": "green"}
BLUE = {"endpoint": "ep", "deployment": "blue"}
EP = {"endpoint": "ep"}
LOAN = {"model": "loan"}
OF_GREEN = {"model": "loan", "deployment": "green", "what": "model_inputs"}
ANSWERS = {"model": "loan", "deployment": "green", "what": "model_outputs"}

MUTED = [
    ("errors of an endpoint that failed", ("endpoint_failed", EP), ("errors", GREEN)),
    ("latency of an endpoint that failed", ("endpoint_failed", EP), ("slow", BLUE)),
    ("drift behind an endpoint that failed", ("endpoint_failed", EP), ("drift", LOAN)),
    ("a KPI behind an endpoint that failed", ("endpoint_failed", EP), ("kpi_silent", LOAN)),
    ("rows of an endpoint that nobody reaches", ("no_traffic", EP), ("data_stopped", OF_GREEN)),
    ("errors of a deployment that failed", ("deployment_failed", GREEN), ("errors", GREEN)),
    (
        "no rows of a deployment that failed",
        ("deployment_failed", GREEN),
        ("data_stopped", OF_GREEN),
    ),
    (
        "requests that a missing one cannot get",
        ("traffic_to_missing", GREEN),
        ("not_observed", GREEN),
    ),
    ("errors of one that is being deleted", ("traffic_to_deleting", GREEN), ("errors", GREEN)),
    (
        "instances of one that is being written",
        ("deployment_stuck", GREEN),
        ("cold_instances", GREEN),
    ),
    ("drift of inputs that stopped", ("data_stopped", OF_GREEN), ("drift", LOAN)),
    (
        "drift of answers that stopped",
        ("data_stopped", ANSWERS),
        ("drift", {**LOAN, "of": "predictions"}),
    ),
    ("drift of a model without any rows", ("no_inference_data", LOAN), ("drift", LOAN)),
    (
        "a run that is missing since one hangs",
        ("batch_stuck", {"batch": "b"}),
        ("batch_missing", {"batch": "b"}),
    ),
    ("checks whose questions do not leave", ("outbox_stuck", {}), ("check_silent", {"of": "x"})),
]
TOLD = [
    ("errors of another deployment", ("deployment_failed", GREEN), ("errors", BLUE)),
    (
        "errors of another endpoint",
        ("endpoint_failed", EP),
        ("errors", {**GREEN, "endpoint": "other"}),
    ),
    (
        "drift of all rows where one deployment failed",
        ("deployment_failed", GREEN),
        ("drift", LOAN),
    ),
    ("drift of a batch endpoint", ("endpoint_failed", EP), ("drift", {**LOAN, "batch": "b"})),
    (
        "drift where one column alone stopped",
        ("data_stopped", {**OF_GREEN, "column": "age"}),
        ("drift", LOAN),
    ),
    ("drift of inputs where answers stopped", ("data_stopped", ANSWERS), ("drift", LOAN)),
    (
        "a failed deployment of a failed endpoint",
        ("endpoint_failed", EP),
        ("deployment_failed", GREEN),
    ),
    ("a promotion behind a failed endpoint", ("endpoint_failed", EP), ("promotion_failed", LOAN)),
    ("a channel that failed", ("outbox_stuck", {}), ("channel_failed", {"receiver": "ops"})),
    ("the cause, for what follows from it", ("errors", GREEN), ("endpoint_failed", EP)),
]


@pytest.mark.parametrize(("source", "target"), [m[1:] for m in MUTED], ids=[m[0] for m in MUTED])
def test_what_follows_from_a_problem_that_is_told_is_held(source, target):
    cause, follows = life(source[0], **source[1]), life(target[0], "warning", **target[1])
    held = inhibited(case(follows, cause))

    assert held is not None
    assert (held.rule, held.until) == (Rule.INHIBITION, None)
    assert held.by == f"inhibited by {cause.alert.fingerprint}"
    assert held.sentence.startswith(f"It follows from {source[0]} {cause.alert.fingerprint} of ")


@pytest.mark.parametrize(("source", "target"), [t[1:] for t in TOLD], ids=[t[0] for t in TOLD])
def test_what_does_not_follow_from_it_is_told(source, target):
    assert inhibited(case(life(target[0], **target[1]), life(source[0], **source[1]))) is None


def test_a_cause_that_is_over_holds_nothing_any_more():
    over = life("endpoint_failed", raised=NOON - DAY, ended=NOON, **EP)

    assert inhibited(case(life("errors", **GREEN), over)) is None


@pytest.mark.parametrize("kind", ["endpoint_failed", "deployment_failed"])
def test_a_change_that_was_refused_hides_no_errors_since_the_old_one_still_serves(kind):
    refused = life(kind, "warning", **(EP if kind == "endpoint_failed" else GREEN))

    assert inhibited(case(life("errors", **GREEN), refused)) is None


def test_nothing_built_in_can_hide_what_is_more_severe_than_its_cause():
    loudness = ["info", "warning", "critical"]
    for rule in BUILT_IN:
        quietest = min(loudness.index(one) for one in rule.source.severity)
        targets = rule.target.severity or loudness
        louder = [one for one in targets if loudness.index(one) > quietest]
        kinds = {AlertKind(kind) for kind in rule.target.kind}
        assert not louder or kinds <= {AlertKind.DRIFT}, "drift is a warning always"


def test_of_several_causes_the_most_severe_is_named_then_the_first():
    late = life("deployment_failed", raised=NOON + MINUTE, **GREEN)
    early = life("traffic_to_deleting", raised=NOON, **GREEN)
    held = inhibited(case(life("errors", **GREEN), late, early))

    assert held is not None
    assert held.by == f"inhibited by {early.alert.fingerprint}"


def test_what_is_held_itself_holds_nothing():
    fleet = Fleet(inhibit=[rule(["drift"], ["kpi_changed"])])
    stopped = life("data_stopped", "warning", **OF_GREEN)
    drift, kpi = life("drift", "warning", **LOAN), life("kpi_changed", **LOAN)

    assert inhibited(case(drift, stopped, kpi, fleet=fleet)) is not None
    assert inhibited(case(kpi, stopped, drift, fleet=fleet)) is None
    assert inhibited(case(kpi, drift, fleet=fleet)) is not None


def test_the_fleet_adds_its_own_and_may_turn_off_those_that_are_built_in():
    fleet = Fleet(inhibit=[rule(["errors"], ["slow"], equal=["deployment"])])
    errors, slow = life("errors", **GREEN), life("slow", **GREEN)

    assert inhibited(case(slow, errors)) is None
    assert inhibited(case(slow, errors, fleet=fleet)) is not None
    assert inhibited(case(life("slow", **BLUE), errors, fleet=fleet)) is None
    cause = life("endpoint_failed", **EP)
    assert inhibited(case(errors, cause, fleet=Fleet(built_in_inhibitions=False))) is None


def test_a_label_that_neither_has_is_equal():
    fleet = Fleet(inhibit=[rule(["kpi_silent"], ["kpi_changed"], equal=["region"])])
    silent, changed = life("kpi_silent", **LOAN), life("kpi_changed", **LOAN)

    assert inhibited(case(changed, silent, fleet=fleet)) is not None
    there = life("kpi_changed", **LOAN, region="north")
    assert inhibited(case(there, silent, fleet=fleet)) is None


def test_what_matches_both_sides_never_mutes_another_that_does():
    fleet = Fleet(inhibit=[rule([], ["errors", "slow"])])
    errors, slow, drift = life("errors", **GREEN), life("slow", **GREEN), life("drift", **LOAN)

    assert inhibited(case(errors, slow, fleet=fleet)) is None
    assert inhibited(case(slow, errors, fleet=fleet)) is None
    assert inhibited(case(errors, drift, fleet=fleet)) is not None


def test_an_alert_never_holds_itself():
    fleet = Fleet(inhibit=[rule(["errors"], [])])

    assert inhibited(case(life("errors", **GREEN), fleet=fleet)) is None


@pytest.mark.parametrize("order", list(permutations(["errors", "slow", "drift"])))
def test_of_a_circle_the_most_severe_is_told_whichever_is_asked_first(order):
    circle = [("errors", "slow"), ("slow", "drift"), ("drift", "errors")]
    fleet = Fleet(inhibit=[rule([one], [other]) for one, other in circle])
    lives = {
        "errors": life("errors", "warning", **GREEN),
        "slow": life("slow", "critical", **GREEN),
        "drift": life("drift", "warning", **LOAN),
    }
    held = {
        kind: inhibited(case(lives[kind], *(lives[k] for k in order), fleet=fleet)) is not None
        for kind in order
    }

    assert held == {"slow": False, "drift": True, "errors": False}


def test_whatever_the_rules_are_each_that_is_held_has_one_behind_it_that_is_told():
    chance = random.Random(7)  # noqa: S311  seeded, so that it is the same each time
    kinds = ["errors", "slow", "drift", "kpi_changed", "saturated", "no_traffic"]
    for _ in range(60):
        rules = [
            rule(chance.sample(kinds, 2), chance.sample(kinds, 2))
            for _ in range(chance.randint(1, 5))
        ]
        fleet = Fleet(inhibit=rules)
        lives = [
            life(kind, chance.choice(["critical", "warning"]), **EP)
            for kind in chance.sample(kinds, 4)
        ]
        held = {one.alert.fingerprint: inhibited(case(one, *lives, fleet=fleet)) for one in lives}
        told = {fingerprint for fingerprint, why in held.items() if why is None}
        assert told
        assert {why.by.rpartition(" ")[2] for why in held.values() if why is not None} <= told


def rule(source, target, equal=()):
    return Inhibition(source=AlertsOf(kind=source), target=AlertsOf(kind=target), equal=list(equal))
