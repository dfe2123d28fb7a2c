"""A promotion with everything that can be told of one, made by hand out of the domain's values."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from shared.bootstrap import Application
from shared.domain.action import RequestPromotion, ShiftTraffic
from shared.domain.canonical import canonical_json, content_hash, to_plain
from shared.domain.decision import Decision
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence import PromotionEvidence
from shared.domain.evidence.promotion import DriftReading, EndpointReading
from shared.domain.finding import Finding, Rule
from shared.domain.glance import Glance, glance_at
from shared.domain.policy import ApprovalPolicy, Policy, StagePolicy
from shared.domain.promotion import (
    ApprovalSeen,
    Basis,
    Override,
    Phase,
    Promotion,
    Rollout,
    RolloutStatus,
    RunReference,
    TrafficStep,
)
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.world import ModelVersion
from shared.errors import NotFound
from shared.ports import KeptRow, LedgerState
from shared.service.whatif.world import parts_of
from tests.conftest import NOON

MODEL, VERSION, STAGE = "loan-default", "8", "production"
SUBJECT = f"model/{MODEL}"
HOUR = timedelta(hours=1)
BASIS, BASIS_BEFORE = content_hash("basis"), content_hash("basis before")
POLICY = Policy(
    model=MODEL,
    endpoint="loan-endpoint",
    owner="credit-risk",
    stages=[
        StagePolicy(name="staging", endpoint="loan-staging"),
        StagePolicy(
            name=STAGE, endpoint="loan-endpoint", approvals=ApprovalPolicy(needed=2, by=["anna"])
        ),
    ],
)
EVIDENCE = PromotionEvidence(
    taken=NOON,
    version=VERSION,
    stage=STAGE,
    candidate=ModelVersion(name=MODEL, version=VERSION, metrics={"auc": 0.93}),
    tried=EndpointReading(name="loan-staging", taken=NOON - timedelta(minutes=12)),
    drift=DriftReading(
        taken=NOON - 5 * HOUR,
        start=NOON - timedelta(days=7),
        end=NOON - 5 * HOUR,
        problem="No rows of the last two days were collected.",
    ),
)


def gate(rule: Rule, verdict: Verdict, sentence: str, **fields: Any) -> Finding:
    reason = fields.pop("reason", "judged")
    thing = fields.pop("thing", f"model/{MODEL}")
    return Finding(
        rule=rule, thing=thing, verdict=verdict, reason=reason, sentence=sentence, **fields
    )


GATES = (
    gate(
        Rule.METRIC_GATE,
        Verdict.PASS,
        "auc is 0.93, wanted at least 0.9.",
        thing="metric/auc",
        estimate=0.93,
        limit=0.9,
    ),
    gate(Rule.SCHEMA_GATE, Verdict.PASS, "loan-default:8 is compatible with the callers."),
    gate(
        Rule.CHAMPION_GATE,
        Verdict.PASS,
        "auc is 0.012 above that of loan-default:7.",
        thing="metric/auc",
        estimate=0.012,
        low=0.004,
        high=0.02,
        limit=-0.005,
        n=20_000,
    ),
    gate(
        Rule.LATENCY_GATE,
        Verdict.INCONCLUSIVE,
        "95 of 100 answers came within 143 ms to 188 ms; the limit is 150 ms.",
        thing="deployment/green",
        estimate=161.0,
        low=143.0,
        high=188.0,
        limit=150.0,
        n=412,
        n_needed=1900,
        enforced=False,
        details={"override": "o1"},
    ),
    gate(
        Rule.DRIFT_GATE,
        Verdict.ERROR,
        "No rows of the last two days were collected.",
        reason="cannot_look",
        enforced=False,
    ),
)


@dataclass
class KeptLedger:
    """What the story asks of a ledger, out of memory."""

    state_of: SubjectState = field(default_factory=SubjectState)
    kept: list[dict[str, Any]] = field(default_factory=list)

    def state(self, subject: str) -> LedgerState:
        plain = to_plain(self.state_of) if subject == SUBJECT else {}
        return LedgerState(version=1, state=json.loads(json.dumps(plain)))

    def parts(self, name: str, subjects: Iterable[str]) -> Mapping[str, Any]:
        return parts_of(self.state, name, subjects)

    def glances(self) -> Mapping[str, Glance]:
        state: Any = to_plain(self.state_of)
        return {
            name: Glance.of(glance_at({}, state if name == SUBJECT else {}))
            for name in ("endpoint/loan-endpoint", SUBJECT)
        }

    def decisions(self, subject: str, limit: int = 100) -> Sequence[Mapping[str, Any]]:
        return list(reversed(self.kept))[:limit] if subject == SUBJECT else []

    def kept_decisions(self, subject: str, first: int = 1) -> Iterator[KeptRow]:
        for version, decision in enumerate(self.kept if subject == SUBJECT else [], 1):
            if version >= first:
                yield KeptRow(version=version, text=canonical_json(decision).decode())

    def decide(
        self,
        event: Event,
        *findings: Finding,
        at: datetime,
        actions: Sequence[Any] = (),
        evidence: str | None = None,
        policy: str | None = None,
    ) -> None:
        decision = Decision(
            event=event,
            findings=findings,
            actions=tuple(actions),
            evidence_hash=evidence or content_hash(None),
            policy_hash=policy,
            decided=at,
            previous=self.kept[-1]["hash"] if self.kept else "",
            state="",
        )
        self.kept.append({**json.loads(json.dumps(decision.to_json())), "messages": []})


@dataclass
class KeptEvidence:
    """Evidence by hash, out of memory."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def put(self, content: bytes) -> str:
        digest = content_hash(json.loads(content))
        self.kept[digest] = content
        return digest

    def get(self, digest: str) -> bytes:
        if digest not in self.kept:
            raise NotFound(f"No evidence is kept under {digest[:16]}.")
        return self.kept[digest]


@dataclass
class OnePolicy:
    """The policy of today."""

    policy: Policy | None = POLICY

    def for_model(self, model: str) -> Policy | None:
        return self.policy if model == MODEL else None


@dataclass
class Kept:
    """A ledger, its evidence and the policy: what a story is told of."""

    ledger: KeptLedger
    evidence: KeptEvidence
    policies: OnePolicy


ROLLOUT = Rollout(
    endpoint="loan-endpoint",
    deployment="green",
    before=TrafficStep(traffic={"blue": 100.0}),
    steps=(
        TrafficStep(traffic={"blue": 100.0}, mirror={"green": 20.0}, bake=3600.0),
        TrafficStep(traffic={"blue": 90.0, "green": 10.0}, bake=3600.0),
        TrafficStep(traffic={"blue": 50.0, "green": 50.0}, bake=7200.0),
        TrafficStep(traffic={"green": 100.0}, bake=3600.0),
    ),
    status=RolloutStatus.BAKING,
    planned=NOON + 2 * HOUR,
    at=2,
    since=NOON + 5 * HOUR,
    why="Half of the traffic since 17:00; the next step is due at 19:00.",
)
PROMOTION = Promotion(
    version=VERSION,
    stage=STAGE,
    phase=Phase.ROLLING,
    begun=NOON,
    since=NOON + 2 * HOUR,
    why="Step 3 of 4 bakes until 19:00 UTC.",
    bases=(
        Basis(hash=BASIS_BEFORE, since=NOON),
        Basis(hash=BASIS, since=NOON + HOUR, changed="The metric auc went from 0.92 to 0.93."),
    ),
    champion="7",
    run=RunReference(
        pipeline="12",
        number=4711,
        started=NOON + HOUR,
        address="https://dev.azure.com/contoso/ml/_build/results?buildId=4711",
        by="driftgate",
    ),
    approvals=(
        ApprovalSeen(
            by="ben",
            status="approved",
            at=NOON + timedelta(minutes=30),
            basis=BASIS_BEFORE,
            counts=False,
            why="what it approved changed since",
        ),
        ApprovalSeen(by="anna", status="approved", at=NOON + HOUR, basis=BASIS, counts=True),
    ),
    rollout=ROLLOUT,
)
OVERRIDE = Override(
    id="o1",
    version=VERSION,
    gates=("latency_gate",),
    author="carla",
    reason="the slow minutes were a node that is gone",
    since=NOON - HOUR,
    until=NOON + 2 * HOUR,
)


def kept(promotion: Promotion = PROMOTION, gates: Sequence[Finding] = GATES) -> Kept:
    """The promotion as it is in the middle of its rollout."""
    store = KeptEvidence()
    evidence = store.put(canonical_json(EVIDENCE))
    policy = store.put(canonical_json(POLICY))
    promotion = replace(promotion, evidence=evidence)
    ledger = KeptLedger(
        state_of=SubjectState(promotions=(promotion,), overrides=(OVERRIDE,)),
    )
    other = said(EventType.MODEL_REGISTERED, "r7", NOON - 48 * HOUR, version="7")
    ledger.decide(other, gate(Rule.TAGS_GATE, Verdict.PASS, "loan-default:7."), at=other.time)
    registered = said(EventType.MODEL_REGISTERED, "r8", NOON, version=VERSION)
    request = RequestPromotion(
        model=MODEL, version=VERSION, stage=STAGE, evidence_hash=evidence, basis=BASIS
    )
    ledger.decide(registered, *gates, at=NOON, actions=[request], evidence=evidence, policy=policy)
    for minutes in (5, 10, 15):
        time = NOON + timedelta(minutes=minutes)
        waits = gate(Rule.APPROVAL, Verdict.INCONCLUSIVE, "loan-default:8 waits for approvals.")
        ledger.decide(check_due(Check.PROMOTION, SUBJECT, time), waits, at=time)
    _roll(ledger, promotion)
    return Kept(ledger=ledger, evidence=store, policies=OnePolicy())


def _roll(ledger: KeptLedger, promotion: Promotion) -> None:
    identity = promotion.identity(MODEL)
    for number, step in enumerate(ROLLOUT.steps[: ROLLOUT.at + 1]):
        time = NOON + (2.0 + number * 1.5) * HOUR
        order = ShiftTraffic(
            model=MODEL,
            endpoint="loan-endpoint",
            order=f"{number}",
            traffic=step.traffic,
            expected={},
        )
        plan = gate(Rule.ROLLOUT, Verdict.PASS, f"Step {number + 1} is asked for.")
        due = check_due(Check.PROMOTION, SUBJECT, time, {"promotion": identity})
        ledger.decide(due, plan, at=time, actions=[order])
        data = {"endpoint": "loan-endpoint", "traffic": step.traffic, "mirror": step.mirror}
        shifted = said(EventType.TRAFFIC_SHIFTED, f"s{number}", time, promotion=identity, **data)
        arrived = gate(Rule.ROLLOUT, Verdict.PASS, f"Step {number + 1} is in force.")
        ledger.decide(shifted, arrived, at=time + timedelta(minutes=1))
    later = NOON + 6 * HOUR
    canary = gate(
        Rule.CANARY_GATE,
        Verdict.INCONCLUSIVE,
        "The error rate of green is between 0.1 % below and 0.7 % above that of blue.",
        thing="deployment/green",
        n=900,
        n_needed=2100,
    )
    due = check_due(Check.PROMOTION, SUBJECT, later, {"promotion": identity})
    ledger.decide(due, canary, at=later)


def said(kind: EventType, identity: str, time: datetime, **data: Any) -> Event:
    return Event(
        id=identity, source="driftgate/promotion", type=kind, subject=SUBJECT, time=time, data=data
    )


def commit(of: Kept, application: Application) -> None:
    """Put it where the application keeps such things, as it would have come there."""
    for content in of.evidence.kept.values():
        application.evidence.put(content)
    for number, decision in enumerate(of.ledger.kept):
        application.ledger.commit(
            subject=SUBJECT,
            version=number,
            event_key=f"event-{number}",
            now=datetime.fromisoformat(decision["decided"]),
            decision={**decision, "messages": [None] * len(decision["actions"])},
            state=of.ledger.state(SUBJECT).state,
            messages=[],
        )
