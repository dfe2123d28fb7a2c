"""What is known of one deployment in one window, and what a rule concluded of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.evidence import HealthEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import HealthPolicy, Policy
from shared.domain.state import DeploymentWatch, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time
from shared.domain.world import Deployment, Endpoint, Load, Served


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One deployment of `endpoint` over [start, end).

    `served` is None when nobody counts its answers; `healing` counts them since `healing_since`.
    `watch` is what routing remembers of it. `others` are the looks at its neighbours.
    """

    endpoint: Endpoint
    deployment: Deployment
    start: datetime
    end: datetime
    policy: HealthPolicy
    limit_ms: float | None = None
    served: Served | None = None
    load: Load | None = None
    load_problem: str | None = None
    healing: Served | None = None
    healing_since: datetime | None = None
    watch: DeploymentWatch | None = None
    log: str | None = None
    log_problem: str | None = None
    others: tuple["Look", ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self.deployment.name

    @property
    def what(self) -> str:
        """How it is called in a sentence."""
        return f"deployment {self.name} of {self.endpoint.name}"

    @property
    def share(self) -> float:
        """The per cent of the traffic that is declared for it."""
        return self.endpoint.traffic.get(self.name, 0.0)

    @property
    def complete(self) -> bool:
        """Whether Azure is done with it."""
        return self.deployment.provisioning_state.casefold() == "succeeded"

    @property
    def changed(self) -> datetime | None:
        """When it was last written or completed."""
        completed = None if self.watch is None else self.watch.completed
        return max(filter(None, (completed, self.deployment.changed)), default=None)

    @property
    def span(self) -> str:
        """The window, as in `from 11:00 to 12:00 UTC`, with dates when it spans days."""
        if self.start.date() == self.end.date():
            return f"from {self.start:%H:%M} to {self.end:%H:%M} UTC"
        return f"from {spell_time(self.start)} to {spell_time(self.end)}"

    @property
    def retired(self) -> bool:
        """Whether it answers nobody any more: no share, and no call or no share for a window."""
        if self.share > 0 or self.endpoint.mirror_traffic.get(self.name, 0.0) > 0:
            return False
        left = None if self.watch is None else self.watch.left
        if left is not None and left <= self.start:
            return True
        return self.served is not None and self.served.requests == 0

    @property
    def severity(self) -> Severity:
        """The policy's, where it answers callers; a warning where it does not."""
        return Severity(self.policy.severity) if self.share > 0 else Severity.WARNING

    def labels(self, of: str | None) -> dict[str, str]:
        """What its alerts are known by; `of` tells several of one kind apart."""
        own = {"endpoint": self.endpoint.name, "deployment": self.name}
        return own if of is None else {**own, "of": of}


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """What one rule found of one deployment; its alert ends when the finding passes."""

    kind: AlertKind
    finding: Finding
    of: str | None = None
    alert: Alert | None = None


def found(look: Look, verdict: Verdict, reason: str, sentence: str, **numbers: Any) -> Finding:
    """A finding on the deployment; what is open decides nothing where it answers nobody."""
    settled = verdict not in {Verdict.INCONCLUSIVE, Verdict.PASS}
    return Finding(
        rule=Rule.HEALTH,
        thing=f"deployment/{look.name}",
        verdict=verdict,
        reason=reason,
        sentence=sentence[0].upper() + sentence[1:],
        enforced=settled or look.share > 0,
        **numbers,
    )


def looks_of(
    evidence: HealthEvidence, policy: Policy | None, state: SubjectState
) -> tuple[Look, ...]:
    """Every deployment of the endpoint with what is known of it, each knowing the others."""
    if evidence.endpoint is None:
        return ()
    alone = [
        _look(evidence, evidence.endpoint, deployment, policy, state)
        for deployment in evidence.endpoint.deployments
    ]
    return tuple(_among(look, alone) for look in alone)


def _look(
    evidence: HealthEvidence,
    endpoint: Endpoint,
    deployment: Deployment,
    policy: Policy | None,
    state: SubjectState,
) -> Look:
    name = deployment.name
    seen = (evidence.health or {}).get(name)
    healing = evidence.healing.get(name)
    return Look(
        endpoint=endpoint,
        deployment=deployment,
        start=evidence.start,
        end=evidence.end,
        policy=health_policy(policy),
        limit_ms=limit_ms(policy),
        served=None if seen is None else seen.served,
        load=None if seen is None else seen.load,
        load_problem=None if seen is None else seen.load_problem,
        healing=None if healing is None else healing.served,
        healing_since=evidence.healing_since,
        watch=state.deployments.get(name),
        log=evidence.logs.get(name),
        log_problem=evidence.log_problems.get(name),
    )


def _among(look: Look, all_of_them: list[Look]) -> Look:
    return replace(look, others=tuple(one for one in all_of_them if one.name != look.name))


def health_policy(policy: Policy | None) -> HealthPolicy:
    """What the endpoint's policy asks of its health, else the defaults."""
    return HealthPolicy() if policy is None else policy.health


def limit_ms(policy: Policy | None) -> float | None:
    """Within how many milliseconds answers have to come; None when nobody said."""
    if policy is None:
        return None
    if policy.gates.max_latency_ms is not None:
        return policy.gates.max_latency_ms
    bound = policy.gates.metrics.get("latency_ms")
    return None if bound is None else bound.max


def traffic_after(look: Look, to: str) -> Mapping[str, float]:
    """The shares when its own is given to another deployment."""
    shares = {**look.endpoint.traffic, look.name: 0.0}
    shares[to] = shares.get(to, 0.0) + look.share
    return shares
