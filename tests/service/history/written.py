"""A ledger written by hand: decisions of a subject with the findings that a chart is made of."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.domain.action import Action
from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.canonical import to_plain
from shared.domain.decision import Decision
from shared.domain.event import Check, Event, EventType, Replay, check_due
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy, StagePolicy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.ports import LedgerState
from shared.service.history import Span
from tests.conftest import NOON

MODEL, ENDPOINT = "model/loan-default", "endpoint/loan-endpoint"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = Span(since=NOON, until=NOON + 7 * DAY)


def finding(rule: Rule, thing: str, **given: Any) -> Finding:
    """A finding that passes, unless it is said otherwise."""
    return Finding(
        **{
            "rule": rule,
            "thing": thing,
            "verdict": Verdict.PASS,
            "reason": "told",
            "sentence": f"Something of {thing}.",
            **given,
        }
    )


def drift(feature: str, estimate: float, verdict: Verdict = Verdict.PASS, **given: Any) -> Finding:
    """What a look says of one column."""
    return finding(
        Rule.DRIFT,
        feature if "/" in feature else f"feature/{feature}",
        verdict=verdict,
        statistic="psi",
        estimate=estimate,
        **{"low": estimate / 2, "high": estimate * 2, "limit": 0.2, "n": 100, **given},
    )


def share(name: str, percent: float, reason: str = "has_traffic", mirror: float = 0.0) -> Finding:
    """What a look says of one deployment."""
    return finding(
        Rule.ROUTING,
        f"deployment/{name}",
        reason=reason,
        statistic="traffic_percent",
        estimate=percent,
        details={"mirror_percent": mirror},
    )


def alert(kind: AlertKind = AlertKind.DRIFT, subject: str = MODEL, **labels: str) -> Alert:
    """A problem."""
    return Alert(
        kind=kind,
        subject=subject,
        severity=Severity.WARNING,
        title="something drifted",
        text="It did.",
        first_step="Look.",
        since=NOON,
        labels={"model": "loan-default", **labels},
    )


@dataclass
class Written:
    """The part of a ledger that histories read; it counts what it was asked for."""

    chains: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    states: dict[str, SubjectState] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)

    def decide(
        self,
        subject: str,
        at: datetime,
        *findings: Finding,
        check: Check = Check.DRIFT,
        actions: tuple[Action, ...] = (),
        event: Event | None = None,
    ) -> dict[str, Any]:
        """Commit a decision of a check that was due, or of another event."""
        chain = self.chains[subject]
        decision = Decision(
            event=event or check_due(check, subject, at),
            findings=findings,
            actions=actions,
            evidence_hash="e" * 64,
            policy_hash=None,
            decided=at,
            previous=chain[-1]["hash"] if chain else "",
            state="",
        ).to_json()
        chain.append({**decision, "messages": [None] * len(actions)})
        return chain[-1]

    def decisions(self, subject: str | None = None, limit: int = 100) -> list[Any]:
        assert subject is not None
        found = self.chains[subject][::-1][:limit]
        self.asked.append(len(found))
        return found

    def state(self, subject: str) -> LedgerState:
        plain: Any = to_plain(self.states.get(subject, SubjectState()))
        return LedgerState(version=1, state=plain)


class Said:
    """The policy of one model with two stages."""

    policy = Policy(
        model="loan-default",
        endpoint="loan-endpoint",
        stages=[StagePolicy(name="staging", endpoint="loan-staging"), StagePolicy(name="live")],
    )

    def for_model(self, model: str) -> Policy | None:
        return self.policy if model == self.policy.model else None

    def all(self) -> list[Policy]:
        return [self.policy]


def told(kind: EventType, subject: str, at: datetime, **data: Any) -> Event:
    """An event from outside."""
    return Event(id=f"{kind}-{at}", source="azure", type=kind, subject=subject, time=at, data=data)


def replayed(check: Check, subject: str, at: datetime) -> Event:
    """A check that a replay tells again."""
    return Event(
        id="again",
        source="driftgate/schedule",
        type=EventType.CHECK_DUE,
        subject=subject,
        time=at,
        data={"check": check.value},
        replay=Replay(name="last-week", again=True),
    )
