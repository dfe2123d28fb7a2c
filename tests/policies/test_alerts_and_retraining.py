"""What a model's policy says of alerts and retraining: each fault is told with its key and fix."""

from pathlib import Path

import pytest

from shared.errors import InvalidPolicy
from shared.policies import read_policy

TESTDATA = Path(__file__).resolve().parent / "retrainings"

FAULTS = {
    "alert-kind-misspelt.yaml": "alerts.routes[0].kind[0] is 'no-trafic'; write no_traffic.",
    "alert-severity-unknown.yaml": "alerts.routes[0].severity[0] is 'loud'; known are critical,",
    "alert-severity-as-label.yaml": "alerts.routes[0].labels.severity is no label; write it as",
    "receiver-twice-in-a-route.yaml": "alerts.routes[0].to names on-call twice.",
    "group-by-nothing.yaml": "alerts.routes[0].group_by has an empty name; leave it out.",
    "repeat-of-seconds.yaml": "alerts.routes[0].repeat is below a minute; give 1h, 4h or the",
    "interval-of-a-second.yaml": "alerts.routes[0].interval is below 10s; give 1m, 5m or the",
    "wait-of-days.yaml": "alerts.routes[0].wait is longer than a day; give 30s, 5m or the like.",
    "flapping-at-once.yaml": "alerts.flapping.changes is 1; give 2 or more, since any alert",
    "flapping-of-seconds.yaml": "alerts.flapping.calm is below a minute; give 30m, 1h or the",
    "two-that-train.yaml": "retraining has both a job and a pipeline; keep the one that trains.",
    "component-without-version.yaml": "retraining.job.component is 'train-loan'; write a",
    "job-without-compute.yaml": "retraining.job.compute is empty; name a compute cluster.",
    "job-without-experiment.yaml": "retraining.job.experiment is empty; name one or leave it out.",
    "retraining-pipeline-zero.yaml": "retraining.pipeline.number is 0; give the number in the",
    "no-cause-at-all.yaml": "retraining.causes is 0; give 1 or more.",
    "cost-below-zero.yaml": "retraining.cost is -5; give 0 or more.",
    "cool-down-of-seconds.yaml": "retraining.cool_down is below a minute; give 1h, 1d or the",
    "debounce-beyond-within.yaml": "retraining.debounce is longer than `within`; causes are",
    "blackout-backwards.yaml": "retraining.blackout[0].end is not after start; name a later end.",
}


def test_every_fault_of_alerts_has_its_file_and_its_sentence():
    assert sorted(path.name for path in TESTDATA.iterdir()) == sorted(FAULTS)


@pytest.mark.parametrize("file", sorted(FAULTS))
def test_a_fault_of_alerts_is_refused_with_the_key_and_the_fix(file):
    with pytest.raises(InvalidPolicy) as refusal:
        read_policy((TESTDATA / file).read_bytes(), file)

    assert str(refusal.value).startswith(f"{file}: {FAULTS[file]}")


def test_more_routes_than_anyone_can_read_are_refused():
    routes = "".join("    - {to: [a]}\n" for _ in range(201))
    with pytest.raises(InvalidPolicy, match=r"alerts\.routes has 201 routes; keep to 200"):
        read_policy(f"model: a\nalerts:\n  routes:\n{routes}".encode(), "p.yaml")


def test_everything_of_alerts_and_retraining_can_be_said():
    policy = read_policy(
        b"model: loan-default\n"
        b"alerts:\n"
        b"  routes:\n"
        b"    - {to: [on-call], severity: [critical], labels: {deployment: 'green-*'},\n"
        b"       group_by: [endpoint], wait: 1m, interval: 10m, repeat: 2h, continue: true}\n"
        b"  flapping: {changes: 6, within: 2h, calm: 1h}\n"
        b"retraining:\n"
        b"  pipeline: {workflow: acme/loan/train.yml, parameters: {rows: '90d'}}\n"
        b"  causes: 2\n  debounce: 1h\n  cost: 40\n  approve_above: 20\n"
        b"  blackout: [{start: 2026-12-20T00:00Z, end: 2027-01-03T00:00Z, reason: year's end}]\n",
        "p.yaml",
    )

    assert policy.alerts.routes[0].continue_
    assert policy.retraining.pipeline.workflow == "acme/loan/train.yml"
    assert policy.retraining.blackout[0].reason == "year's end"
