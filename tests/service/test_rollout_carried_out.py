"""A rollout on a workspace of files: decided, written down, carried out, and seen."""

import json
from datetime import timedelta

import pytest
import yaml

from shared.domain.action import ShiftTraffic, describe
from shared.domain.canonical import canonical_json, to_plain
from shared.domain.decisions.promotion.rollout import begin, roll
from shared.domain.decisions.promotion.step import Scene
from shared.domain.event import Check, check_due
from shared.domain.evidence.promotion import EndpointReading, PromotionEvidence
from shared.domain.promotion import Phase, Promotion
from shared.domain.state import SubjectState
from shared.domain.world import ModelVersion
from shared.policies import read_policy
from shared.service.codec import decode
from shared.service.promoting.traffic import shift_traffic

POLICY = b"""
model: loan-default
stages:
- name: production
  endpoint: loan-endpoint
  gates: {deployment: off, routing: off, latency: off, errors: off, canary: off, bake: off}
  rollout: {mode: act, steps: [25, 100], bake: 1h, mirror: 20, mirror_for: 30m}
"""
BOTH = '{blue: {model: "loan-default:7"}, green: {model: "loan-default:8"}}'


@pytest.fixture
def rolling(scene):
    """Looks every five minutes for so long; keeps each state as the ledger would."""
    scene.endpoint("{blue: 100}", BOTH, name="loan-endpoint")
    policy = read_policy(POLICY, "loan.yaml")
    start = scene.clock.now
    promotion = Promotion(
        version="8", stage="production", phase=Phase.RUNNING, begun=start, since=start
    )
    seen = []

    def look(promotion, event):
        now = scene.clock.now
        endpoint = scene.application.workspace.endpoint("loan-endpoint")
        stand = Scene(
            event=event or check_due(Check.PROMOTION, "model/loan-default", now),
            evidence=PromotionEvidence(
                taken=now,
                candidate=ModelVersion(name="loan-default", version="8"),
                target=EndpointReading(name="loan-endpoint", taken=now, endpoint=endpoint),
            ),
            policy=policy,
            stage=policy.stages[0],
            overrides=(),
            now=now,
        )
        step = (roll if promotion.phase is Phase.ROLLING else begin)(promotion, stand)
        kept = to_plain(SubjectState(promotions=(step.promotion,)))
        said = []
        for action in step.actions:
            if isinstance(action, ShiftTraffic):
                order = json.loads(canonical_json(describe(action)))
                adapters = scene.application.adapters
                shift_traffic(order, adapters=adapters, say=said.append, now=now)
                seen.append(shares(scene))
        return decode(kept, SubjectState).promotions[0], step, said

    def run(hours, *, hears=True, meanwhile=None):
        nonlocal promotion
        for minutes in range(0, int(hours * 60), 5):
            if meanwhile is not None:
                meanwhile(minutes)
            promotion, step, said = look(promotion, None)
            for event in said if hears else []:
                promotion, step, _ = look(promotion, event)
            if promotion.phase is not Phase.ROLLING:
                break
            scene.clock.advance(timedelta(minutes=5))
        return promotion, step, seen

    return run


def shares(scene):
    file = scene.home / "workspace/endpoints/loan-endpoint.yaml"
    written = yaml.safe_load(file.read_text())
    return written["traffic"], written["mirror_traffic"]


@pytest.mark.parametrize("hears", [True, False], ids=["with its events", "without any event"])
def test_a_version_gets_its_traffic_step_by_step(rolling, hears):
    promotion, _, seen = rolling(4, hears=hears)

    assert promotion.phase is Phase.WATCHED
    assert seen == [
        ({"blue": 100}, {"green": 20}),
        ({"blue": 75, "green": 25}, {}),
        ({"green": 100}, {}),
    ]


def test_somebody_who_moves_it_meanwhile_keeps_what_they_did(rolling, scene):
    def meanwhile(minutes):
        if minutes == 60:
            scene.endpoint("{blue: 40, green: 60}", BOTH, name="loan-endpoint")

    promotion, step, seen = rolling(4, meanwhile=meanwhile)

    assert (promotion.phase, promotion.rollout.status) == (Phase.ROLLING, "stopped")
    assert [alert.labels["cause"] for alert in step.alerts] == ["changed"]
    assert len(seen) == 2
