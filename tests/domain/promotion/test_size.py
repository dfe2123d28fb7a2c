"""A model's state and each decision on it fit into a row of the ledger, however much is asked."""

from dataclasses import replace

from shared.adapters.azure.table_rows import texts
from shared.domain.canonical import canonical_json, to_plain
from shared.domain.decision import Decision
from shared.domain.event import Event, EventType
from shared.domain.policy import ApprovalPolicy, Bound, ChampionGate, Margin
from tests.domain.promotion.way import MINUTE, SUBJECT, Way, gates, stage

NAMES = [f"validation_metric_number_{number:03d}" for number in range(150)]


def asking_much(*stages):
    """Three hundred limits, the most that a policy may have."""
    limits = gates(
        min_auc=None,
        metrics={name: Bound(min=0.5) for name in NAMES},
        champion=ChampionGate(metrics={name: Margin(allowed=0.001) for name in NAMES}),
    )
    way = Way(*stages, gates=limits)
    measured(way, "7", 0.9)
    return way


def measured(way, version, value, **more):
    if version not in way.models:
        way.model(version)
    metrics = dict.fromkeys(NAMES, value + 0.0123456789)
    way.models[version] = replace(way.models[version], metrics=metrics, **more)


def fits(way, outcome):
    event = Event(
        id="e", source="s", type=EventType.CHECK_DUE, subject=SUBJECT, time=way.now, data={}
    )
    decision = Decision(
        event=event,
        findings=outcome.findings,
        actions=outcome.actions,
        evidence_hash="0" * 64,
        policy_hash="0" * 64,
        decided=way.now,
        previous="0" * 64,
        state="0" * 64,
    )
    for kept in (decision.to_json(), to_plain(way.state)):
        texts(canonical_json(kept).decode(), "It")


def test_versions_that_fail_everything_while_another_is_approved_again_and_again():
    way = asking_much(stage(approvals=ApprovalPolicy(needed=2)))
    measured(way, "8", 0.9)
    way.registered("8")
    way.started("8")
    for change in range(20):
        way.later(5 * MINUTE).approve(f"person{change}@example.org")
        tags = {f"{'tag' * 60}{change}{number}": "v" * 256 for number in range(5)}
        measured(way, "8", 0.9 + change / 1e4, tags=tags)
        outcome = way.check()
    fits(way, outcome)

    for version in range(9, 25):
        measured(way, str(version), 0.1)
        outcome = way.later(MINUTE).registered(str(version))
    fits(way, outcome)
    assert len(outcome.findings) > 300
