"""Policies are looked through together: what cannot work, and what works and is hardly meant."""

import re
from pathlib import Path

import pytest

from shared.domain import decisions
from shared.policies.linting import Weight, lint
from shared.policies.linting.routes import LABELS

DECISIONS = Path(decisions.__file__).parent
ON_CALL = "receivers: [{name: on-call, channel: pagerduty, secret: PAGER}]\n"
GOOD = f"{ON_CALL}default: on-call\n"
MODEL = "model: loan\n"
TRAINS = "retraining: {pipeline: 12, "

FLEETS = [
    ("receivers: []\n", "There is no receiver, so nobody is told; name one in `receivers`."),
    (ON_CALL, "Critical alerts of any kind reach nobody; add a route with `severity: [critical]`,"),
    (ON_CALL, "receivers[0] (on-call) is told nothing: no route and no default names it."),
    (
        f"{ON_CALL}routes: [{{to: [on-call], severity: [critical]}}]\n",
        "There is no default: an alert that no route takes is told to nobody; name one.",
    ),
    (
        "receivers: [{name: journal, channel: log}]\ndefault: journal\n",
        "Critical alerts of any kind reach nothing but the log; add a route",
    ),
    (
        f"{GOOD}routes: [{{to: [], kind: [errors]}}]\n",
        "routes[0] sends what it takes to nobody; name a receiver in `to` if that is wrong.",
    ),
    (
        f"{GOOD}routes: [{{to: [], kind: [errors]}}]\n",
        "Critical alerts (errors) reach nobody; add a route",
    ),
    (
        f"{GOOD}routes: [{{to: [on-call], kind: [errors, slow]}}, "
        "{to: [on-call], kind: [slow], labels: {deployment: green}}]\n",
        "No alert gets to routes[1]: routes[0] takes them all; put the narrower one first,",
    ),
    (
        f"{GOOD}routes: [{{to: [on-call], labels: {{deployment: 'green-*'}}}}, "
        "{to: [on-call], labels: {deployment: green-2}}]\n",
        "No alert gets to routes[1]: routes[0] takes them all;",
    ),
    (
        f"{GOOD}routes: [{{to: [on-call], group_by: [endpont]}}]\n",
        "routes[0].group_by names endpont, which no alert has, so it groups all; write endpoint.",
    ),
    (
        f"{GOOD}routes: [{{to: [on-call], labels: {{zzz: red}}}}]\n",
        "routes[0].labels names zzz, which no alert has, so it takes none; known are batch,",
    ),
    (
        f"{GOOD}routes: [{{to: [on-call], interval: 1h, repeat: 5m}}]\n",
        "routes[0].repeat (5 min) is shorter than its interval (1 h), at which it is looked at;",
    ),
    (
        f"{GOOD}routes: [{{to: [on-call], wait: 10h}}]\n",
        "routes[0].wait (10 h) is longer than its repeat (4 h); the first notice comes later",
    ),
    (
        f"{GOOD}hours: {{night: {{}}}}\n"
        "routes: [{to: [on-call], severity: [info], mute: [night], only: [night]}]\n",
        "routes[0] names night in `mute` and in `only`; it is never told in these hours.",
    ),
    (
        f"{GOOD}hours: {{night: {{}}}}\nroutes: [{{to: [on-call], mute: [night]}}]\n",
        "routes[0] holds critical alerts too in its quiet hours (night); name the severities",
    ),
    (f"{GOOD}hours: {{night: {{}}}}\n", "hours.night is named by no route; write it into `mute`"),
    (
        "receivers: [{name: a, channel: pagerduty, secret: P, pace: {notices: 2, per: 1d}}]\n"
        "default: a\nroutes: [{to: [a]}]\n",
        "receivers[0] (a).pace is 2 in 1 d, slower than the repeat of routes[0] (4 h): one alert",
    ),
    (
        "receivers: [{name: a, channel: pagerduty, secret: P, pace: {per: 7d}}]\ndefault: a\n",
        "receivers[0] (a).pace is 30 in 7 d; what is beyond it waits that long for a digest.",
    ),
    (
        "receivers: [{name: a, channel: pagerduty, secret: P, pace: {burst: 40}}]\ndefault: a\n",
        "receivers[0] (a).pace.burst is 40 in 5 min, more than the 30 of `notices`, so it bounds",
    ),
    (
        "receivers: [{name: a, channel: pagerduty, secret: P, pace: {burst_per: 3h}}]\n"
        "default: a\n",
        "receivers[0] (a).pace.burst is 5 in 3 h, longer than `per` (1 h), so it is counted in",
    ),
    (
        "receivers: [{name: a, channel: pagerduty, secret: P, pace: {per: 9h, burst_per: 3h}}]\n"
        "default: a\n",
        "receivers[0] (a).pace.burst is 5 in 3 h; after one digest the next waits that long; 5m",
    ),
    (
        "receivers: [{name: a, channel: pagerduty, secret: P, resolved: false}]\ndefault: a\n",
        "receivers[0] (a) is never told that it is over, so incidents stay open; set resolved:",
    ),
    (
        "receivers: [{name: a, channel: pagerduty, secret: P, template: a.j2}]\ndefault: a\n",
        "receivers[0] (a).template names a.j2, which is not beside the fleet's file; add it.",
    ),
    (
        "receivers: [{name: a, channel: pagerduty, secret: P}, "
        "{name: b, channel: teams, secret: P}]\ndefault: a\nroutes: [{to: [a, b]}]\n",
        "a and b share the secret P, but one is pagerduty and one teams; give each its own.",
    ),
    (
        f"{GOOD}inhibit: [{{source: {{kind: [slow]}}, target: {{kind: [slow]}}}}]\n",
        "inhibit[0] has the same source and target, so it never holds anything back.",
    ),
    (
        f"{GOOD}inhibit: [{{source: {{kind: [slow]}}, target: {{}}, equal: [endpiont]}}]\n",
        "inhibit[0].target is every alert; name the kinds that follow from its source.",
    ),
    (
        f"{GOOD}inhibit: [{{source: {{kind: [slow]}}, target: {{kind: [drift]}}, equal: [up]}}]\n",
        "inhibit[0].equal names up, which no alert has, so it is always equal;",
    ),
    (f"{GOOD}silences: {{longest: 365d}}\n", "silences.longest is 365 d; what is silenced so long"),
    (f"{GOOD}silences: {{longest: 5m}}\n", "silences.longest is 5 min, shorter than most work"),
    (f"{GOOD}silences: {{acknowledged_for: 365d}}\n", "silences.acknowledged_for is 365 d; nobody"),
]

MODELS = [
    (f"{TRAINS}approve_above: 5}}", GOOD, "retraining.approve_above is set without a cost, so"),
    (
        "retraining: {job: {component: 'a:1', compute: c}, cost: 9, approve_above: 5}",
        GOOD,
        "retraining.cost is 9, above the 5 from which somebody has to approve, but there is no",
    ),
    (f"{TRAINS}cost: 9}}", GOOD, "retraining.cost counts towards no budget; set"),
    (
        f"{TRAINS}causes: 2}}",
        f"{GOOD}retraining: 100\n",
        "retraining has no cost, so it counts as nothing in the fleet's budget of 100; set `cost`.",
    ),
    (
        f"{TRAINS}cost: 200}}",
        f"{GOOD}retraining: 100\n",
        "retraining.cost is 200, more than the fleet's whole budget of 100; it is never granted.",
    ),
    ("retraining: {causes: 2}", GOOD, "retraining names neither a job nor a pipeline, so requests"),
    (
        "alerts: {routes: [{to: [on-call], wait: 5h}]}",
        GOOD,
        "alerts.routes[0].wait (5 h) is longer than its repeat (4 h);",
    ),
]


def looked(**files):
    named = {f"{name}.yaml": text.encode() for name, text in files.items()}
    return [(one.weight, one.file, one.sentence) for one in lint(named)]


def said(found, weight=Weight.WARNING):
    return [sentence for one, _, sentence in found if one is weight]


@pytest.mark.parametrize(("fleet", "sentence"), FLEETS)
def test_what_is_hardly_meant_in_a_fleet_is_a_warning(fleet, sentence):
    found = looked(fleet=fleet)

    assert not said(found, Weight.ERROR)
    assert any(one.startswith(sentence) for one in said(found)), said(found)


@pytest.mark.parametrize(("policy", "fleet", "sentence"), MODELS)
def test_what_is_hardly_meant_in_a_policy_is_a_warning(policy, fleet, sentence):
    found = looked(loan=f"{MODEL}{policy}\n", fleet=fleet)

    assert any(one.startswith(sentence) for one in said(found)), said(found)


def test_nothing_is_said_of_what_is_well():
    fleet = (
        "receivers: [{name: on-call, channel: pagerduty, secret: PAGER},"
        " {name: team, channel: teams, secret: TEAM, template: team.j2}]\n"
        "hours: {nights: {hours: '22:00-06:00'}}\n"
        "routes:\n"
        "  - {to: [on-call], severity: [critical], continue: true}\n"
        "  - {to: [team], group_by: [endpoint], mute: [nights]}\n"
        "default: team\nretraining: 1000\n"
    )
    policy = f"{MODEL}alerts: {{routes: [{{to: [team], kind: [drift]}}]}}\n{TRAINS}cost: 40}}\n"
    files = {"fleet.yaml": fleet, "loan.yaml": policy, "team.j2": "", "notes.md": "- no policy"}

    assert lint({name: text.encode() for name, text in files.items()}) == []


def test_what_the_models_name_has_to_be_in_the_fleet():
    routes = "alerts: {routes: [{to: [oncall], mute: [nights]}]}\n"
    found = looked(loan=f"{MODEL}{routes}", fleet=GOOD)

    assert said(found, Weight.ERROR) == [
        "alerts.routes[0].to names oncall, which is no receiver; write on-call.",
        "alerts.routes[0].mute names nights, which is none of the hours; known are none.",
    ]


def test_faults_are_told_first_and_hide_nothing_else():
    found = looked(a=MODEL, b=MODEL, c="model: 7\ngates: {min_acu: 1}\n", fleet=ON_CALL)

    assert [(one, file) for one, file, _ in found] == [
        (Weight.ERROR, "b.yaml"),
        (Weight.ERROR, "c.yaml"),
        (Weight.WARNING, "fleet.yaml"),
        (Weight.WARNING, "fleet.yaml"),
    ]
    assert found[0][2] == "a.yaml and b.yaml both name the model loan; keep one of them."
    assert found[1][2] == "gates.min_acu is not a known key; write min_auc."


def test_routes_without_a_fleet_reach_nobody():
    found = looked(loan=f"{MODEL}alerts: {{routes: [{{to: [on-call]}}]}}\n")

    assert said(found)[0].startswith("alerts.routes have no receivers: there is no fleet.yaml")


def test_a_fleet_that_cannot_be_read_is_one_error_and_no_guess():
    found = looked(loan=f"{MODEL}{TRAINS}cost: 5}}\n", fleet="default: a\n")

    assert [one for _, _, one in found] == ["default is a, which is no receiver; known are none."]


def test_two_fleets_are_one_too_many():
    files = {"fleet.yaml": GOOD.encode(), "fleet.yml": GOOD.encode()}

    assert [one.sentence for one in lint(files)] == [
        "There are fleet.yaml and fleet.yml; keep one of them."
    ]


def test_only_what_was_asked_for_is_told():
    files = {"fleet.yaml": ON_CALL.encode(), "a.yaml": MODEL.encode(), "b.yaml": b"model: 1\nx: 2"}

    assert {one.file for one in lint(files, {"b.yaml"})} == {"b.yaml"}


def test_the_labels_that_are_known_are_those_that_alerts_are_given():
    given = set()
    for path in DECISIONS.rglob("*.py"):
        for keys in re.findall(r"labels(?:=| = )\{([^{}]*)\}", path.read_text()):
            given |= set(re.findall(r'"(\w+)":', keys))

    assert {"endpoint", "deployment", "model", "kpi", "signal"} <= given
    assert given <= LABELS
